/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource limits and usage (man 2 getrlimit, getrusage, getpriority).
 */
#ifndef CONDUIT_UAPI_RESOURCE_H
#define CONDUIT_UAPI_RESOURCE_H

#include "kernel/uapi/time.h"

#define RLIMIT_CPU        0 /* seconds */
#define RLIMIT_FSIZE      1 /* bytes */
#define RLIMIT_DATA       2
#define RLIMIT_STACK      3
#define RLIMIT_CORE       4
#define RLIMIT_RSS        5
#define RLIMIT_NPROC      6 /* tasks of one real uid */
#define RLIMIT_NOFILE     7 /* highest descriptor + 1 */
#define RLIMIT_MEMLOCK    8
#define RLIMIT_AS         9
#define RLIMIT_LOCKS      10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE   12 /* bytes in POSIX message queues */
#define RLIMIT_NICE       13 /* ceiling of 20 - nice */
#define RLIMIT_RTPRIO     14
#define RLIMIT_RTTIME     15 /* microseconds without sleeping */
#define RLIM_NLIMITS      16

#define RLIM_INFINITY   (~0ul)
#define RLIM64_INFINITY (~0ull)

struct rlimit {
	unsigned long rlim_cur;
	unsigned long rlim_max;
};

struct rlimit64 {
	unsigned long long rlim_cur;
	unsigned long long rlim_max;
};

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD   1

struct rusage {
	struct __kernel_old_timeval ru_utime;
	struct __kernel_old_timeval ru_stime;
	long ru_maxrss;
	long ru_ixrss;
	long ru_idrss;
	long ru_isrss;
	long ru_minflt;
	long ru_majflt;
	long ru_nswap;
	long ru_inblock;
	long ru_oublock;
	long ru_msgsnd;
	long ru_msgrcv;
	long ru_nsignals;
	long ru_nvcsw;
	long ru_nivcsw;
};

#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2

_Static_assert(sizeof(struct rusage) == 144, "ABI");

#endif
