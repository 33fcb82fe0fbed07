/* SPDX-License-Identifier: GPL-2.0-only */
/* current: the task that runs on this CPU. */
#ifndef CONDUIT_X86_CURRENT_H
#define CONDUIT_X86_CURRENT_H

#include "kernel/x86/percpu.h"

struct task_struct;

DECLARE_PER_CPU(struct task_struct *, current_task);

/* Not volatile: for the code that reads it, current never changes. */
static __always_inline struct task_struct *get_current(void)
{
	return __this_cpu_seg(current_task);
}

#define current get_current()

#endif
