// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clocks: CLOCK_MONOTONIC is the TSC in nanoseconds; CLOCK_REALTIME is that plus an offset which
 * is set once from the CMOS clock and then by clock_settime().
 *
 * A single aligned 64-bit offset needs no lock: readers see the old or the new one.
 * Linux: kernel/time/timekeeping.c. Left out: NTP, leap seconds, suspend, vDSO.
 */
#include "kernel/x86/rtc.h"
#include "kernel/x86/tsc.h"
#include "kernel/lib/compiler.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/timer.h"

static s64 real_offset; /* CLOCK_REALTIME - CLOCK_MONOTONIC, ns */

ktime_t ktime_get(void)
{
	return sched_clock();
}

ktime_t ktime_real_offset(void)
{
	return READ_ONCE(real_offset);
}

/* Nothing sets it: adjtimex(ADJ_TAI) is not supported. Linux starts with 0 too. */
ktime_t ktime_tai_offset(void)
{
	return 0;
}

ktime_t ktime_get_real(void)
{
	return ktime_get() + READ_ONCE(real_offset);
}

ktime_t ktime_get_coarse_real(void)
{
	ktime_t now = ktime_get();

	return now - now % TICK_NSEC + READ_ONCE(real_offset);
}

void do_settimeofday64(ktime_t real)
{
	WRITE_ONCE(real_offset, real - ktime_get());
	clock_was_set();
}

void timekeeping_init(void)
{
	struct rtc_time tm;

	cmos_read_time(&tm);
	WRITE_ONCE(real_offset, mktime64(tm.year, tm.month, tm.day, tm.hour, tm.minute, tm.second) *
						NSEC_PER_SEC -
					ktime_get());
}
