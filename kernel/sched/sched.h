/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler as the rest of the kernel sees it. What locks need of it (states, schedule(),
 * wake_up_process()) is in locking/sleep.h, waiting for conditions in wait.h.
 *
 * Linux: include/linux/sched.h.
 */
#ifndef CONDUIT_SCHED_SCHED_H
#define CONDUIT_SCHED_SCHED_H

#include "kernel/uapi/sched.h"
#include "kernel/lib/types.h"
#include "kernel/sched/entity.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"

/* ---- fork and exit ---- */

/* A new task's scheduling state, copied from current; it cannot run yet. 0 or -EAGAIN. */
int sched_fork(unsigned long clone_flags, struct task_struct *task);
/* The parent's last step: the task becomes runnable. */
void wake_up_new_task(struct task_struct *task);
/* A new task's first step, called by ret_from_fork: finishes the switch to it. */
void schedule_tail(struct task_struct *prev);
/* do_exit()'s last step: the task leaves the CPU for ever and gives up its own reference. */
void __noreturn do_task_dead(void);
/* Waits until the task has left its CPU: before its stack and mm go. */
void wait_task_inactive(struct task_struct *task);

/* ---- sleeping and waking ---- */

/*
 * For a state that others set back only under a lock of their own (TASK_STOPPED: siglock) and that
 * is not entered in a loop: a wake-up of an earlier sleep that is still under way cannot hit it.
 */
static inline void set_special_state(unsigned int state)
{
	unsigned long flags;

	spin_lock_irqsave(&current->pi_lock, flags);
	WRITE_ONCE(current->__state, state);
	spin_unlock_irqrestore(&current->pi_lock, flags);
}

/* Does it run on a CPU at this moment? May be stale at once. */
static inline bool task_curr(const struct task_struct *task)
{
	return READ_ONCE(task->on_cpu);
}

/* Wakes the task if it is in one of the states; true when this made it runnable. Any context. */
int wake_up_state(struct task_struct *task, unsigned int state);
int try_to_wake_up(struct task_struct *task, unsigned int state, int wake_flags);
/* Makes a task that runs in user mode on another CPU come into the kernel (signals). */
void kick_process(struct task_struct *task);

/* How much of each period real-time tasks may take from others, us; runtime -1: all of it. */
extern int sysctl_sched_rt_period, sysctl_sched_rt_runtime;

/* These set the state themselves; ns. */
long schedule_timeout_interruptible(long timeout_ns);
long schedule_timeout_killable(long timeout_ns);
long schedule_timeout_uninterruptible(long timeout_ns);
long schedule_timeout_idle(long timeout_ns); /* as before, for sleeps that are long by design */

static inline bool need_resched(void)
{
	return unlikely(test_tsk_thread_flag(current, TIF_NEED_RESCHED));
}

/* A good place to let others run, in long loops. True when it did. */
bool __cond_resched(void);

static inline bool cond_resched(void)
{
	return need_resched() && __cond_resched();
}

/* sched_yield(2) from the kernel; the state must be TASK_RUNNING. */
void yield(void);

/* ---- policies ---- */

static inline bool rt_prio(int prio)
{
	return prio < MAX_RT_PRIO;
}

static inline bool rt_task(const struct task_struct *task)
{
	return rt_prio(task->prio);
}

static inline int task_nice(const struct task_struct *task)
{
	return PRIO_TO_NICE(task->static_prio);
}

/* As /proc/<pid>/stat shows it: -100 … -2 real-time, 0 … 39 fair. */
static inline int task_prio(const struct task_struct *task)
{
	return task->prio - MAX_RT_PRIO;
}

static inline int task_cpu(const struct task_struct *task)
{
	return READ_ONCE(task->cpu);
}

void set_user_nice(struct task_struct *task, long nice);
/* May current give this nice value to task (RLIMIT_NICE, CAP_SYS_NICE)? */
bool can_nice(const struct task_struct *task, int nice);
/* Without permission checks: for kernel threads. */
int sched_setscheduler_nocheck(struct task_struct *task, int policy,
			       const struct sched_param *param);
int set_cpus_allowed_ptr(struct task_struct *task, u64 mask);
/* SCHED_RR's slice or a fair task's turn, ns; 0 for SCHED_FIFO. */
u64 sched_rr_interval(struct task_struct *task);

/* ---- CPUs ---- */

/* Boot CPU, once, before any wake-up. */
void sched_init(void);
/* sched_seed=: seed.c. After sched_init(). 0: no seed. */
void sched_seed_init(u64 seed);
/* task becomes cpu's idle task. Another CPU's is made by fork and starts in cpu_startup_entry(). */
void init_idle(struct task_struct *task, int cpu);
/* watchdog.c. Seconds without interrupts, half of those without a schedule; 0: off. */
extern int watchdog_thresh;
void watchdog_start_cpu(void);
/* The idle loop. */
void __noreturn cpu_startup_entry(void);
bool idle_cpu(int cpu);
struct task_struct *cpu_curr_task(int cpu); /* NULL-free; may be stale at once */

/* The reschedule interrupt arrived: x86 calls it; the return path does the rest. */
void scheduler_ipi(void);

/* ---- numbers for /proc ---- */

#define FSHIFT  11 /* fractional bits of load averages */
#define FIXED_1 (1ul << FSHIFT)

unsigned int nr_running(void);
u64 nr_context_switches(void);
unsigned int nr_uninterruptible(void);
/* Load averages over 1, 5 and 15 minutes in units of 1/FIXED_1. */
void get_avenrun(unsigned long loads[3]);

#endif
