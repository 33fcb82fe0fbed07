/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct pt_regs: the registers as entry code saves them, in Linux's order. It stands at the top
 * of the task's kernel stack when the kernel was entered from user mode.
 */
#ifndef CONDUIT_X86_PTRACE_H
#define CONDUIT_X86_PTRACE_H

#include "kernel/lib/types.h"

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx; /* callee-saved */
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax; /* system call number, or error code, or -1 */
	unsigned long ip, cs, flags, sp, ss;
};

_Static_assert(sizeof(struct pt_regs) == 168, "entry.asm knows the layout");

static inline bool user_mode(const struct pt_regs *regs)
{
	return regs->cs & 3;
}

static inline unsigned long user_stack_pointer(const struct pt_regs *regs)
{
	return regs->sp;
}

static inline unsigned long instruction_pointer(const struct pt_regs *regs)
{
	return regs->ip;
}

static inline void instruction_pointer_set(struct pt_regs *regs, unsigned long ip)
{
	regs->ip = ip;
}

static inline unsigned long regs_return_value(const struct pt_regs *regs)
{
	return regs->ax;
}

static inline void regs_set_return_value(struct pt_regs *regs, unsigned long value)
{
	regs->ax = value;
}

#endif
