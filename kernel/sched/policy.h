/* SPDX-License-Identifier: GPL-2.0-only */
/* Private: the system calls' way to policy.c. */
#ifndef CONDUIT_SCHED_POLICY_H
#define CONDUIT_SCHED_POLICY_H

#include "kernel/uapi/sched.h"

struct task_struct;

/* attr has been checked; fair policies take sched_nice, real-time ones sched_priority. */
void __sched_setscheduler(struct task_struct *p, const struct sched_attr *attr);

#endif
