/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a system call is defined:
 *
 *	SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count) { … }
 *
 * makes three functions, the first two of which vanish into the third by inlining:
 *
 *	__do_sys_read(unsigned int fd, char __user *buf, size_t count)	the body
 *	__se_sys_read(long fd, long buf, long count)			narrows each to its type
 *	__x64_sys_read(regs)						the table's entry
 *
 * The narrowing matters: user space controls all 64 bits of a register but the body must see an int
 * as an int (CVE-2009-0029).
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

/* __MAPn(m, type, name, type, name, …): m applied to each pair of the n. */
#define __MAP1(m, t, a)      m(t, a)
#define __MAP2(m, t, a, ...) m(t, a), __MAP1(m, __VA_ARGS__)
#define __MAP3(m, t, a, ...) m(t, a), __MAP2(m, __VA_ARGS__)
#define __MAP4(m, t, a, ...) m(t, a), __MAP3(m, __VA_ARGS__)
#define __MAP5(m, t, a, ...) m(t, a), __MAP4(m, __VA_ARGS__)
#define __MAP6(m, t, a, ...) m(t, a), __MAP5(m, __VA_ARGS__)

#define __SC_DECL(t, a) t a
#define __SC_LONG(t, a) long a
#define __SC_CAST(t, a) (t) a

/* The argument registers in order. */
#define __SC_REGS1(regs) (long)(regs)->di
#define __SC_REGS2(regs) __SC_REGS1(regs), (long)(regs)->si
#define __SC_REGS3(regs) __SC_REGS2(regs), (long)(regs)->dx
#define __SC_REGS4(regs) __SC_REGS3(regs), (long)(regs)->r10
#define __SC_REGS5(regs) __SC_REGS4(regs), (long)(regs)->r8
#define __SC_REGS6(regs) __SC_REGS5(regs), (long)(regs)->r9

#define SYSCALL_DEFINE0(name)                                                                      \
	static inline long __do_sys_##name(void);                                                  \
	long __x64_sys_##name(const struct pt_regs *regs);                                         \
	long __x64_sys_##name(const struct pt_regs *regs __maybe_unused)                           \
	{                                                                                          \
		return __do_sys_##name();                                                          \
	}                                                                                          \
	static inline long __do_sys_##name(void)

#define __SYSCALL_DEFINEx(x, name, ...)                                                            \
	static inline long __do_sys_##name(__MAP##x(__SC_DECL, __VA_ARGS__));                      \
	static inline long __se_sys_##name(__MAP##x(__SC_LONG, __VA_ARGS__))                       \
	{                                                                                          \
		return __do_sys_##name(__MAP##x(__SC_CAST, __VA_ARGS__));                          \
	}                                                                                          \
	long __x64_sys_##name(const struct pt_regs *regs);                                         \
	long __x64_sys_##name(const struct pt_regs *regs)                                          \
	{                                                                                          \
		return __se_sys_##name(__SC_REGS##x(regs));                                        \
	}                                                                                          \
	static inline long __do_sys_##name(__MAP##x(__SC_DECL, __VA_ARGS__))

#define SYSCALL_DEFINE1(name, ...) __SYSCALL_DEFINEx(1, name, __VA_ARGS__)
#define SYSCALL_DEFINE2(name, ...) __SYSCALL_DEFINEx(2, name, __VA_ARGS__)
#define SYSCALL_DEFINE3(name, ...) __SYSCALL_DEFINEx(3, name, __VA_ARGS__)
#define SYSCALL_DEFINE4(name, ...) __SYSCALL_DEFINEx(4, name, __VA_ARGS__)
#define SYSCALL_DEFINE5(name, ...) __SYSCALL_DEFINEx(5, name, __VA_ARGS__)
#define SYSCALL_DEFINE6(name, ...) __SYSCALL_DEFINEx(6, name, __VA_ARGS__)

#endif
