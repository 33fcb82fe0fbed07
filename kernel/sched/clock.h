/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the clocks. All of them are the TSC's nanoseconds since boot (x86/tsc.h: sched_clock())
 * plus an offset; nothing ticks. The machine cannot be suspended, so MONOTONIC = BOOTTIME.
 * Linux: include/linux/timekeeping.h.
 */
#ifndef CONDUIT_SCHED_CLOCK_H
#define CONDUIT_SCHED_CLOCK_H

#include "kernel/sched/ktime.h"

ktime_t ktime_get(void);             /* CLOCK_MONOTONIC, ns */
ktime_t ktime_get_real(void);        /* CLOCK_REALTIME, ns since 1970 */
ktime_t ktime_get_coarse_real(void); /* the same at the last multiple of TICK_NSEC */

#define ktime_get_boottime()    ktime_get()
#define ktime_get_ns()          ((u64)ktime_get())
#define ktime_get_boottime_ns() ((u64)ktime_get())
#define ktime_get_real_ns()     ((u64)ktime_get_real())

static inline void ktime_get_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get());
}

static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get_real());
}

/* What file times are made of (ctime, mtime …). */
static inline void ktime_get_coarse_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get_coarse_real());
}

static inline time64_t ktime_get_real_seconds(void)
{
	return ktime_get_real() / NSEC_PER_SEC;
}

static inline time64_t ktime_get_seconds(void)
{
	return ktime_get() / NSEC_PER_SEC;
}

/* CLOCK_REALTIME - CLOCK_MONOTONIC and CLOCK_TAI - CLOCK_REALTIME, ns. */
ktime_t ktime_real_offset(void);
ktime_t ktime_tai_offset(void);

/* Sets CLOCK_REALTIME and lets timers on it expire anew. No permission check. */
void do_settimeofday64(ktime_t real);
/* First reading of the CMOS clock, at boot. */
void timekeeping_init(void);

#endif
