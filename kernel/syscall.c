// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of system calls, made from kernel/syscall.tbl. Numbers that are not there are
 * -ENOSYS.
 */
#include "kernel/syscall.h"

long sys_ni_syscall(const struct pt_regs *regs);

long sys_ni_syscall(const struct pt_regs *regs)
{
	return -ENOSYS;
}

#define SYSCALL_ENTRY(number, name)                                                                \
	long __x64_sys_##name(const struct pt_regs *regs)                                          \
		__attribute__((weak, alias("sys_ni_syscall")));
#include "syscall_table.h"
#undef SYSCALL_ENTRY

const sys_call_ptr_t sys_call_table[NR_SYSCALLS] = {
	[0 ... NR_SYSCALLS - 1] = sys_ni_syscall,
#define SYSCALL_ENTRY(number, name) [number] = __x64_sys_##name,
#include "syscall_table.h"
};
