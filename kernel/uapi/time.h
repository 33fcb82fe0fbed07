/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks, timers and the structs that carry time across the system call boundary
 * (man 2 clock_gettime, setitimer, timer_create, adjtimex).
 */
#ifndef CONDUIT_UAPI_TIME_H
#define CONDUIT_UAPI_TIME_H

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7
#define CLOCK_REALTIME_ALARM     8
#define CLOCK_BOOTTIME_ALARM     9
#define CLOCK_TAI                11

#define TIMER_ABSTIME 0x01

#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2

struct __kernel_timespec {
	long long tv_sec;
	long long tv_nsec;
};

struct __kernel_itimerspec {
	struct __kernel_timespec it_interval;
	struct __kernel_timespec it_value;
};

struct __kernel_old_timeval {
	long tv_sec;
	long tv_usec;
};

struct __kernel_old_itimerval {
	struct __kernel_old_timeval it_interval;
	struct __kernel_old_timeval it_value;
};

struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};

/* times(2), in units of 1/USER_HZ s. */
#define USER_HZ 100

struct tms {
	long tms_utime;
	long tms_stime;
	long tms_cutime;
	long tms_cstime;
};

/* adjtimex(2) */
struct __kernel_timex_timeval {
	long long tv_sec;
	long long tv_usec;
};

struct __kernel_timex {
	unsigned int modes;
	int : 32;
	long long offset;
	long long freq;
	long long maxerror;
	long long esterror;
	int status;
	int : 32;
	long long constant;
	long long precision;
	long long tolerance;
	struct __kernel_timex_timeval time;
	long long tick;
	long long ppsfreq;
	long long jitter;
	int shift;
	int : 32;
	long long stabil;
	long long jitcnt;
	long long calcnt;
	long long errcnt;
	long long stbcnt;
	int tai;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
	int : 32;
};

#define ADJ_OFFSET          0x0001
#define ADJ_OFFSET_READONLY 0x2000
#define ADJ_ADJTIME         0x8000 /* adjtime(3); with ADJ_OFFSET */
#define STA_UNSYNC          0x0040
#define TIME_OK             0
#define TIME_ERROR          5

_Static_assert(sizeof(struct __kernel_timespec) == 16, "ABI");
_Static_assert(sizeof(struct __kernel_old_itimerval) == 32, "ABI");
_Static_assert(sizeof(struct __kernel_timex) == 208, "ABI");

#endif
