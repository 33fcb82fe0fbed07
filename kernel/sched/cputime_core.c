// SPDX-License-Identifier: GPL-2.0-only
/*
 * How an exact sum of CPU time is divided into user and system time. Pure; tests/unit/test_time.c.
 * Linux: cputime_adjust() in kernel/sched/cputime.c.
 */
#include "kernel/sched/cputime.h"
#include "kernel/sched/timer.h"

/* rtime * stime / total; in ticks, so that nothing overflows for 198 days of samples. */
static u64 scale_stime(u64 stime, u64 rtime, u64 total)
{
	if (total >= TICK_NSEC) {
		stime /= TICK_NSEC;
		total /= TICK_NSEC;
	}
	while (total >> 32) {
		stime >>= 1;
		total >>= 1;
	}
	return rtime / total * stime + rtime % total * stime / total;
}

void cputime_adjust(u64 rtime, u64 *utime, u64 *stime, u64 *prev_utime, u64 *prev_stime)
{
	u64 user = *utime, system = *stime;

	/* Reported already as much or more: the rest has not been sampled yet. */
	if (*prev_utime + *prev_stime >= rtime)
		goto out;
	if (!system) {
		user = rtime;
	} else if (!user) {
		system = rtime;
		user = 0;
	} else {
		system = scale_stime(system, rtime, user + system);
		user = rtime - system;
	}
	/* Neither part goes back; together they stay rtime. */
	if (system < *prev_stime)
		system = *prev_stime;
	user = rtime - system;
	if (user < *prev_utime) {
		user = *prev_utime;
		system = rtime - user;
	}
	*prev_utime = user;
	*prev_stime = system;
out:
	*utime = *prev_utime;
	*stime = *prev_stime;
}
