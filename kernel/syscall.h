/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a system call is defined:
 *
 *	SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count) { … }
 *
 * makes __x64_sys_read(regs), the table's entry, which takes the six argument registers and narrows
 * each to its declared type. The narrowing matters: user space controls all 64 bits of a register
 * but the body must see an int as an int (CVE-2009-0029).
 * kernel/syscall.tbl lists the numbers. Linux: include/linux/syscalls.h, syscall_wrapper.h.
 */
#ifndef CONDUIT_SYSCALL_H
#define CONDUIT_SYSCALL_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"
#include "kernel/uapi/errno.h"
#include "kernel/x86/ptrace.h"

typedef long (*sys_call_ptr_t)(const struct pt_regs *regs);

#define NR_SYSCALLS 512

extern const sys_call_ptr_t sys_call_table[NR_SYSCALLS];

/* Call number and registers of a task inside a call, for /proc/<pid>/syscall: see x86/ptrace.h. */

#define __SC_DECL1(t, a)      t a
#define __SC_DECL2(t, a, ...) t a, __SC_DECL1(__VA_ARGS__)
#define __SC_DECL3(t, a, ...) t a, __SC_DECL2(__VA_ARGS__)
#define __SC_DECL4(t, a, ...) t a, __SC_DECL3(__VA_ARGS__)
#define __SC_DECL5(t, a, ...) t a, __SC_DECL4(__VA_ARGS__)
#define __SC_DECL6(t, a, ...) t a, __SC_DECL5(__VA_ARGS__)

/* The argument registers in order; a cast to the declared type drops what does not belong. */
#define __SC_ARG6_1(t, a)      (t) regs->r9
#define __SC_ARG5_1(t, a)      (t) regs->r8
#define __SC_ARG5_2(t, a, ...) (t) regs->r8, __SC_ARG6_1(__VA_ARGS__)
#define __SC_ARG4_1(t, a)      (t) regs->r10
#define __SC_ARG4_2(t, a, ...) (t) regs->r10, __SC_ARG5_1(__VA_ARGS__)
#define __SC_ARG4_3(t, a, ...) (t) regs->r10, __SC_ARG5_2(__VA_ARGS__)
#define __SC_ARG3_1(t, a)      (t) regs->dx
#define __SC_ARG3_2(t, a, ...) (t) regs->dx, __SC_ARG4_1(__VA_ARGS__)
#define __SC_ARG3_3(t, a, ...) (t) regs->dx, __SC_ARG4_2(__VA_ARGS__)
#define __SC_ARG3_4(t, a, ...) (t) regs->dx, __SC_ARG4_3(__VA_ARGS__)
#define __SC_ARG2_1(t, a)      (t) regs->si
#define __SC_ARG2_2(t, a, ...) (t) regs->si, __SC_ARG3_1(__VA_ARGS__)
#define __SC_ARG2_3(t, a, ...) (t) regs->si, __SC_ARG3_2(__VA_ARGS__)
#define __SC_ARG2_4(t, a, ...) (t) regs->si, __SC_ARG3_3(__VA_ARGS__)
#define __SC_ARG2_5(t, a, ...) (t) regs->si, __SC_ARG3_4(__VA_ARGS__)
#define __SC_ARGS1(t, a)       (t) regs->di
#define __SC_ARGS2(t, a, ...)  (t) regs->di, __SC_ARG2_1(__VA_ARGS__)
#define __SC_ARGS3(t, a, ...)  (t) regs->di, __SC_ARG2_2(__VA_ARGS__)
#define __SC_ARGS4(t, a, ...)  (t) regs->di, __SC_ARG2_3(__VA_ARGS__)
#define __SC_ARGS5(t, a, ...)  (t) regs->di, __SC_ARG2_4(__VA_ARGS__)
#define __SC_ARGS6(t, a, ...)  (t) regs->di, __SC_ARG2_5(__VA_ARGS__)

#define SYSCALL_DEFINE0(name)                                                                      \
	static inline long __do_sys_##name(void);                                                  \
	long __x64_sys_##name(const struct pt_regs *regs);                                         \
	long __x64_sys_##name(const struct pt_regs *regs __maybe_unused)                           \
	{                                                                                          \
		return __do_sys_##name();                                                          \
	}                                                                                          \
	static inline long __do_sys_##name(void)

#define __SYSCALL_DEFINEx(x, name, ...)                                                            \
	static inline long __do_sys_##name(__SC_DECL##x(__VA_ARGS__));                             \
	long __x64_sys_##name(const struct pt_regs *regs);                                         \
	long __x64_sys_##name(const struct pt_regs *regs)                                          \
	{                                                                                          \
		return __do_sys_##name(__SC_ARGS##x(__VA_ARGS__));                                 \
	}                                                                                          \
	static inline long __do_sys_##name(__SC_DECL##x(__VA_ARGS__))

#define SYSCALL_DEFINE1(name, ...) __SYSCALL_DEFINEx(1, name, __VA_ARGS__)
#define SYSCALL_DEFINE2(name, ...) __SYSCALL_DEFINEx(2, name, __VA_ARGS__)
#define SYSCALL_DEFINE3(name, ...) __SYSCALL_DEFINEx(3, name, __VA_ARGS__)
#define SYSCALL_DEFINE4(name, ...) __SYSCALL_DEFINEx(4, name, __VA_ARGS__)
#define SYSCALL_DEFINE5(name, ...) __SYSCALL_DEFINEx(5, name, __VA_ARGS__)
#define SYSCALL_DEFINE6(name, ...) __SYSCALL_DEFINEx(6, name, __VA_ARGS__)

#endif
