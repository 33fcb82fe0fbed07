/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time as a number of nanoseconds (ktime_t) and as seconds + nanoseconds (struct timespec64).
 * Pure arithmetic, also compiled on the host. Linux: include/linux/ktime.h, time64.h.
 */
#ifndef CONDUIT_SCHED_KTIME_H
#define CONDUIT_SCHED_KTIME_H

#include "kernel/lib/types.h"
#include "kernel/uapi/time.h"

typedef s64 ktime_t;
typedef s64 time64_t;

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec; /* 0 … 999,999,999 */
};

struct itimerspec64 {
	struct timespec64 it_interval;
	struct timespec64 it_value;
};

#define NSEC_PER_SEC  1000000000l
#define NSEC_PER_MSEC 1000000l
#define NSEC_PER_USEC 1000l
#define USEC_PER_SEC  1000000l
#define USEC_PER_MSEC 1000l
#define MSEC_PER_SEC  1000l

#define KTIME_MAX     ((s64) ~(1ull << 63))
#define KTIME_SEC_MAX (KTIME_MAX / NSEC_PER_SEC)

/* USER_HZ = the unit of times(2) and /proc/<pid>/stat. */
#define NSEC_PER_CLOCK_T (NSEC_PER_SEC / USER_HZ)

static inline u64 nsec_to_clock_t(u64 ns)
{
	return ns / NSEC_PER_CLOCK_T;
}

static inline bool timespec64_valid(const struct timespec64 *ts)
{
	return ts->tv_sec >= 0 && (unsigned long)ts->tv_nsec < NSEC_PER_SEC;
}

/* Saturates: a time beyond the year 2262 means for ever. ts is valid. */
static inline ktime_t timespec64_to_ktime(struct timespec64 ts)
{
	if (ts.tv_sec >= KTIME_SEC_MAX)
		return KTIME_MAX;
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static inline s64 timespec64_to_ns(const struct timespec64 *ts)
{
	return timespec64_to_ktime(*ts);
}

/* Negative times round down, so that tv_nsec is never negative. */
static inline struct timespec64 ns_to_timespec64(s64 ns)
{
	struct timespec64 ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	if (ts.tv_nsec < 0) {
		ts.tv_nsec += NSEC_PER_SEC;
		ts.tv_sec--;
	}
	return ts;
}

#define ktime_to_timespec64(kt) ns_to_timespec64(kt)

static inline struct __kernel_old_timeval ns_to_timeval(s64 ns)
{
	struct timespec64 ts = ns_to_timespec64(ns);

	return (struct __kernel_old_timeval){ ts.tv_sec, ts.tv_nsec / NSEC_PER_USEC };
}

static inline ktime_t ktime_set(s64 seconds, long ns)
{
	return timespec64_to_ktime((struct timespec64){ seconds, ns });
}

/* Saturates at KTIME_MAX; both are >= 0. */
static inline ktime_t ktime_add_safe(ktime_t a, ktime_t b)
{
	return a > KTIME_MAX - b ? KTIME_MAX : a + b;
}

#define ktime_add(a, b)      ((a) + (b))
#define ktime_sub(a, b)      ((a) - (b))
#define ktime_add_ns(kt, ns) ((kt) + (s64)(ns))
#define ktime_to_ns(kt)      (kt)
#define ns_to_ktime(ns)      ((ktime_t)(ns))
#define ktime_to_us(kt)      ((kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt)      ((kt) / NSEC_PER_MSEC)
#define us_to_ktime(us)      ((ktime_t)(us)*NSEC_PER_USEC)
#define ms_to_ktime(ms)      ((ktime_t)(ms)*NSEC_PER_MSEC)

/* Seconds since 1970-01-01 00:00:00 UTC of a date in the Gregorian calendar; month 1-12. */
time64_t mktime64(unsigned int year, unsigned int month, unsigned int day, unsigned int hour,
		  unsigned int minute, unsigned int second);

#endif
