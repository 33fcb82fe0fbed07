// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time: see cputime.h.
 *
 * Idea: sum_exec_runtime is exact, but says nothing of user and system. Taking time stamps at every
 * entry to the kernel would cost each system call some 20 instructions; instead the tick notes where
 * it found the CPU, and the exact sum is divided in the proportion of these samples.
 *
 * Locking: cputime_lock protects the prev_utime/prev_stime pairs: what was reported may not go
 * back. A thread group is walked under RCU, again if a thread left it meanwhile (dead_seq), so that
 * its time is neither counted twice nor missed. Linux: kernel/sched/cputime.c.
 */
#include "kernel/locking/rcu.h"
#include "kernel/sched/internal.h"

static DEFINE_SPINLOCK(cputime_lock);

void account_process_tick(struct task_struct *task, bool user_tick)
{
	struct rq *rq = this_rq();

	if (user_tick) {
		task->utime += TICK_NSEC;
		if (task_nice(task) > 0)
			rq->nice_time += TICK_NSEC;
		else
			rq->user_time += TICK_NSEC;
	} else {
		task->stime += TICK_NSEC;
		rq->system_time += TICK_NSEC;
	}
}

u64 task_sched_runtime(struct task_struct *task)
{
	unsigned long flags;
	struct rq *rq;
	u64 ns;

	rq = task_rq_lock(task, &flags);
	if (task_current(rq, task) && task_on_rq_queued(task)) {
		update_rq_clock(rq);
		task->sched_class->update_curr(rq);
	}
	ns = task->se.sum_exec_runtime;
	task_rq_unlock(rq, task, &flags);
	return ns;
}

void task_cputime(struct task_struct *task, u64 *utime, u64 *stime)
{
	u64 rtime = task_sched_runtime(task);
	unsigned long flags;

	spin_lock_irqsave(&cputime_lock, flags);
	*utime = task->utime;
	*stime = task->stime;
	cputime_adjust(rtime, utime, stime, &task->prev_utime, &task->prev_stime);
	spin_unlock_irqrestore(&cputime_lock, flags);
}

/* Samples and exact sum of all threads, the dead included. */
static void sum_thread_group(struct task_struct *task, struct task_cputime *times)
{
	struct signal_struct *signal = task->signal;
	struct task_struct *thread;
	unsigned int seq;

	/* The caller's own time up to now; others' is at most a tick old. */
	if (same_thread_group(task, current))
		task_sched_runtime(current);
	rcu_read_lock();
	do {
		seq = read_seqcount_begin(&signal->dead_seq);
		*times = signal->dead;
		for_each_thread (task, thread) {
			times->utime += READ_ONCE(thread->utime);
			times->stime += READ_ONCE(thread->stime);
			times->sum_exec_runtime += READ_ONCE(thread->se.sum_exec_runtime);
		}
	} while (read_seqcount_retry(&signal->dead_seq, seq));
	rcu_read_unlock();
}

void thread_group_cputime(struct task_struct *task, struct task_cputime *times)
{
	unsigned long flags;

	sum_thread_group(task, times);
	spin_lock_irqsave(&cputime_lock, flags);
	cputime_adjust(times->sum_exec_runtime, &times->utime, &times->stime,
		       &task->signal->prev_utime, &task->signal->prev_stime);
	spin_unlock_irqrestore(&cputime_lock, flags);
}

u64 thread_group_runtime(struct task_struct *task)
{
	struct task_struct *thread;
	unsigned int seq;
	u64 sum;

	rcu_read_lock();
	do {
		seq = read_seqcount_begin(&task->signal->dead_seq);
		sum = task->signal->dead.sum_exec_runtime;
		for_each_thread (task, thread)
			sum += task_sched_runtime(thread);
	} while (read_seqcount_retry(&task->signal->dead_seq, seq));
	rcu_read_unlock();
	return sum;
}

void thread_group_sample_cputime(struct task_struct *task, u64 *utime, u64 *stime)
{
	struct task_struct *thread;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&task->signal->dead_seq);
		*utime = task->signal->dead.utime;
		*stime = task->signal->dead.stime;
		for_each_thread (task, thread) {
			*utime += READ_ONCE(thread->utime);
			*stime += READ_ONCE(thread->stime);
		}
	} while (read_seqcount_retry(&task->signal->dead_seq, seq));
}

void get_cpu_usage(int cpu, struct cpu_usage *usage)
{
	struct rq *rq = cpu_rq(cpu);
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	update_rq_clock(rq);
	if (rq->curr == rq->idle)
		idle_sched_class.update_curr(rq);
	usage->user = rq->user_time;
	usage->nice = rq->nice_time;
	usage->system = rq->system_time;
	usage->idle = rq->idle_time;
	spin_unlock_irqrestore(&rq->lock, flags);
}
