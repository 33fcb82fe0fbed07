// SPDX-License-Identifier: GPL-2.0-only
/* Calendar dates, conversions of times, and the split of CPU time. */
/* links: kernel/sched/civil.c kernel/sched/cputime_core.c */
#include <assert.h>
#include <stdio.h>
#include "kernel/sched/cputime.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/timer.h"

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100) || year % 400 == 0;
}

/* Every day from 1970 to 2200 is one day after the day before it. */
static void dates_count_days(void)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	long long seconds = 0;

	for (int year = 1970; year < 2200; year++) {
		for (int month = 1; month <= 12; month++) {
			int days = length[month - 1] + (month == 2 && leap(year));

			for (int day = 1; day <= days; day++) {
				assert(mktime64(year, month, day, 0, 0, 0) == seconds);
				seconds += 86400;
			}
		}
	}
	assert(mktime64(2000, 2, 29, 23, 59, 59) == 951868799);
	assert(mktime64(1969, 12, 31, 23, 59, 59) == -1);
}

static void conversions_saturate(void)
{
	struct timespec64 ts = { KTIME_SEC_MAX, 999999999 };

	assert(timespec64_to_ktime(ts) == KTIME_MAX);
	ts.tv_sec = (time64_t)1 << 62;
	assert(timespec64_to_ktime(ts) == KTIME_MAX);
	assert(ktime_add_safe(KTIME_MAX - 5, 6) == KTIME_MAX);
	assert(ktime_add_safe(KTIME_MAX - 5, 5) == KTIME_MAX);
	assert(ktime_add_safe(1, 2) == 3);
	ts = ns_to_timespec64(-1);
	assert(ts.tv_sec == -1 && ts.tv_nsec == 999999999);
	ts = ns_to_timespec64(NSEC_PER_SEC);
	assert(ts.tv_sec == 1 && ts.tv_nsec == 0);
	ts.tv_nsec = NSEC_PER_SEC;
	assert(!timespec64_valid(&ts));
	ts.tv_nsec = -1;
	assert(!timespec64_valid(&ts));
}

/* The parts always sum to the exact time and neither goes back, whatever the samples say. */
static void cpu_time_never_goes_back(void)
{
	u64 prev_user = 0, prev_system = 0, rtime = 0, user_samples = 0, system_samples = 0;
	u64 last_user = 0, last_system = 0;
	unsigned int random = 1;

	for (int i = 0; i < 100000; i++) {
		u64 user, system;

		random = random * 1103515245 + 12345;
		rtime += (random >> 8) % 8000000;
		if (random >> 30 & 1)
			user_samples += TICK_NSEC;
		else if (random >> 29 & 1)
			system_samples += TICK_NSEC;
		user = user_samples;
		system = system_samples;
		cputime_adjust(rtime, &user, &system, &prev_user, &prev_system);
		assert(user + system == rtime);
		assert(user >= last_user && system >= last_system);
		last_user = user;
		last_system = system;
	}
}

static void cpu_time_follows_samples(void)
{
	u64 prev_user = 0, prev_system = 0;
	u64 user = 3 * TICK_NSEC, system = 1 * TICK_NSEC;

	cputime_adjust(1000, &user, &system, &prev_user, &prev_system);
	assert(user == 750 && system == 250);
	/* Only one kind seen, or none: all of it (user time when there is none). */
	prev_user = prev_system = user = 0;
	system = TICK_NSEC;
	cputime_adjust(1000, &user, &system, &prev_user, &prev_system);
	assert(user == 0 && system == 1000);
	prev_user = prev_system = user = system = 0;
	cputime_adjust(1000, &user, &system, &prev_user, &prev_system);
	assert(user == 1000 && system == 0);
	/* A year on 64 CPUs does not overflow. */
	prev_user = prev_system = 0;
	user = system = 32ull * 365 * 86400 * NSEC_PER_SEC;
	cputime_adjust(2 * user, &user, &system, &prev_user, &prev_system);
	assert(user == system);
}

int main(void)
{
	dates_count_days();
	conversions_saturate();
	cpu_time_never_goes_back();
	cpu_time_follows_samples();
	printf("ok\n");
	return 0;
}
