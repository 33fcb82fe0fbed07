/* SPDX-License-Identifier: GPL-2.0-only */
/* POSIX timers that count CPU time, for the tick (itimer.c). */
#ifndef CONDUIT_POSIX_TIMERS_H
#define CONDUIT_POSIX_TIMERS_H

struct task_struct;

/* Fires what has expired of the current task's process. Interrupts off, no lock held. */
void posix_cpu_timers_check(struct task_struct *task);

#endif
