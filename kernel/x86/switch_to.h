/* SPDX-License-Identifier: GPL-2.0-only */
/* The switch of stacks and registers between two tasks. Linux: arch/x86/include/asm/switch_to.h. */
#ifndef CONDUIT_X86_SWITCH_TO_H
#define CONDUIT_X86_SWITCH_TO_H

#include "kernel/lib/types.h"

struct task_struct;

/* What __switch_to_asm leaves on the stack of a task that does not run. */
struct inactive_task_frame {
	unsigned long r15, r14, r13, r12, bx, bp;
	unsigned long ret_addr;
};

/* Returns, on the new stack, the task that ran before. Interrupts are off. */
struct task_struct *__switch_to_asm(struct task_struct *prev, struct task_struct *next);

#define switch_to(prev, next, last) ((last) = __switch_to_asm((prev), (next)))

#endif
