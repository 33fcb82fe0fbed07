/* SPDX-License-Identifier: GPL-2.0-only */
/* Clock ids and times at the system call boundary, for the roof's timer files. */
#ifndef CONDUIT_TIME_H
#define CONDUIT_TIME_H

#include "kernel/lib/compiler.h"
#include "kernel/sched/ktime.h"

struct task_struct;

/* 0 or -EFAULT. The value is not checked: timespec64_valid(). */
int get_timespec64(struct timespec64 *ts, const struct __kernel_timespec __user *uts);
int put_timespec64(const struct timespec64 *ts, struct __kernel_timespec __user *uts);
int get_itimerspec64(struct itimerspec64 *its, const struct __kernel_itimerspec __user *uits);
int put_itimerspec64(const struct itimerspec64 *its, struct __kernel_itimerspec __user *uits);

/* CPU-time clock ids: see time.c. */
#define CPUCLOCK_PROF       0 /* user and system time */
#define CPUCLOCK_VIRT       1 /* user time */
#define CPUCLOCK_SCHED      2 /* exact sum */
#define CPUCLOCK_MAX        3
#define CPUCLOCK_PERTHREAD  4
#define CPUCLOCK_PID(clock) ((pid_t) ~((clock) >> 3))

#define make_process_cpuclock(pid, which) ((int)(~(unsigned int)(pid) << 3 | (which)))
#define make_thread_cpuclock(pid, which)  make_process_cpuclock(pid, (which) | CPUCLOCK_PERTHREAD)

/* CLOCK_*_CPUTIME_ID in the general form; others as they are. */
int normalise_clock(int clock);
/* Any clock now; -EINVAL: there is no such clock (or task). */
int clock_read(int clock, ktime_t *now);
/* A CPU-time clock (general form) of that task. */
u64 cpu_clock_sample(int clock, struct task_struct *task);
/* The task that a CPU-time clock names, with a reference, or NULL. */
struct task_struct *cpu_clock_task(int clock);
/* The clock whose hrtimers a sleep or timer on this clock uses, or -1. */
int clock_for_hrtimer(int clock);

#endif
