/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sleep that a timer ends: the building block of nanosleep, futex and poll time-outs.
 * For simple relative time-outs schedule_timeout() (wait.h) is enough.
 */
#ifndef CONDUIT_SCHED_TIMEOUT_H
#define CONDUIT_SCHED_TIMEOUT_H

#include "kernel/sched/timer.h"

struct task_struct;

/* On the sleeper's stack. The timer's function clears task and wakes it. */
struct hrtimer_sleeper {
	struct hrtimer timer;
	struct task_struct *task; /* NULL: time is up */
};

void hrtimer_sleeper_init(struct hrtimer_sleeper *sleeper, int clock);
/*
 * Sleeps in the state that the caller has set, until a wake-up or the absolute time on that clock
 * (KTIME_MAX: no limit). True when time was up.
 */
bool schedule_hrtimeout(ktime_t expires, int clock);

#endif
