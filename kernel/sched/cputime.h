/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU time of tasks and processes. The sum is exact (sum_exec_runtime, from time stamps at each
 * switch); its split into user and system time is sampled by the tick and scaled to the sum.
 * Linux: kernel/sched/cputime.c. task_cputime() and thread_group_cputime() are in task.h.
 */
#ifndef CONDUIT_SCHED_CPUTIME_H
#define CONDUIT_SCHED_CPUTIME_H

#include "kernel/lib/types.h"

struct task_struct;

/* The tick: charge one TICK_NSEC to whatever it interrupted. */
void account_process_tick(struct task_struct *task, bool user_tick);
/* Up to this moment, also for a task that runs now. Takes the rq lock. */
u64 task_sched_runtime(struct task_struct *task);
/* Sum over the living and dead threads of task's process. */
u64 thread_group_runtime(struct task_struct *task);
/* Threads' unscaled samples, cheaply: for ITIMER_VIRTUAL and ITIMER_PROF. siglock or RCU. */
void thread_group_sample_cputime(struct task_struct *task, u64 *utime, u64 *stime);

/*
 * Splits rtime in the proportion of the samples so that both parts never go back; *prev_utime and
 * *prev_stime keep what was reported last. Pure.
 */
void cputime_adjust(u64 rtime, u64 *utime, u64 *stime, u64 *prev_utime, u64 *prev_stime);

/*
 * Checks the process's CPU-time timers (ITIMER_VIRTUAL, ITIMER_PROF, POSIX CPU timers) and limits
 * (RLIMIT_CPU). Called by the tick, interrupts off. Implemented in kernel/itimer.c.
 */
void run_posix_cpu_timers(void);

/* For /proc/stat: ns of one CPU by kind. */
struct cpu_usage {
	u64 user, nice, system, idle;
};
void get_cpu_usage(int cpu, struct cpu_usage *usage);

#endif
