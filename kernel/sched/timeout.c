// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping for a time, or until a wake-up that may come first.
 * Linux: kernel/time/sleep_timeout.c (there in jiffies; here in nanoseconds).
 */
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timeout.h"

static enum hrtimer_restart hrtimer_wakeup(struct hrtimer *timer)
{
	struct hrtimer_sleeper *sleeper = container_of(timer, struct hrtimer_sleeper, timer);
	struct task_struct *task = sleeper->task;

	WRITE_ONCE(sleeper->task, NULL);
	if (task)
		wake_up_process(task);
	return HRTIMER_NORESTART;
}

void hrtimer_sleeper_init(struct hrtimer_sleeper *sleeper, int clock)
{
	hrtimer_init(&sleeper->timer, clock);
	sleeper->timer.function = hrtimer_wakeup;
	sleeper->task = current;
}

bool schedule_hrtimeout(ktime_t expires, int clock)
{
	struct hrtimer_sleeper sleeper;

	if (expires == KTIME_MAX) {
		schedule();
		return false;
	}
	hrtimer_sleeper_init(&sleeper, clock);
	hrtimer_start(&sleeper.timer, expires, HRTIMER_MODE_ABS);
	if (sleeper.task)
		schedule();
	hrtimer_cancel(&sleeper.timer);
	__set_current_state(TASK_RUNNING);
	return !READ_ONCE(sleeper.task);
}

long schedule_timeout(long timeout_ns)
{
	ktime_t expires;

	if (timeout_ns == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout_ns;
	}
	expires = ktime_add_safe(ktime_get(), timeout_ns > 0 ? timeout_ns : 0);
	schedule_hrtimeout(expires, CLOCK_MONOTONIC);
	timeout_ns = expires - ktime_get();
	return timeout_ns > 0 ? timeout_ns : 0;
}

long schedule_timeout_interruptible(long timeout_ns)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout_ns);
}

long schedule_timeout_killable(long timeout_ns)
{
	__set_current_state(TASK_KILLABLE);
	return schedule_timeout(timeout_ns);
}

long schedule_timeout_uninterruptible(long timeout_ns)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout_ns);
}

long schedule_timeout_idle(long timeout_ns)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout_ns);
}
