// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies and priorities: what nice values and SCHED_* mean for the run queue, and changing them.
 *
 * Idea: a runnable task is sorted by what is to change, so every change is the same four steps:
 * off the queue (and out of "current"), change, back on, and see whether somebody else should run.
 *
 * Locking: pi_lock and rq lock (task_rq_lock()). Linux: __sched_setscheduler() and
 * set_user_nice() in kernel/sched/core.c. The system calls are in syscalls.c.
 */
#include "kernel/lib/bug.h"
#include "kernel/sched/internal.h"
#include "kernel/sched/policy.h"

static inline bool rt_policy(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

/* In rq order: smaller is better. */
int normal_prio(const struct task_struct *p)
{
	return rt_policy(p->policy) ? MAX_RT_PRIO - 1 - (int)p->rt_priority : p->static_prio;
}

void set_load_weight(struct task_struct *p)
{
	int index = p->static_prio - MAX_RT_PRIO;

	if (p->policy == SCHED_IDLE) {
		p->se.load.weight = WEIGHT_IDLEPRIO;
		p->se.load.inv_weight = WMULT_IDLEPRIO;
	} else {
		p->se.load.weight = sched_prio_to_weight[index];
		p->se.load.inv_weight = sched_prio_to_wmult[index];
	}
}

void __setscheduler_prio(struct task_struct *p, int prio)
{
	p->sched_class = rt_prio(prio) ? &rt_sched_class : &fair_sched_class;
	p->prio = prio;
}

/* What a task was doing while its parameters change. */
struct queue_state {
	bool queued, running;
};

static struct queue_state leave_queue(struct rq *rq, struct task_struct *p)
{
	struct queue_state was = { task_on_rq_queued(p), task_current(rq, p) };

	update_rq_clock(rq);
	if (was.queued)
		p->sched_class->dequeue_task(rq, p, 0);
	if (was.running)
		p->sched_class->put_prev_task(rq, p);
	return was;
}

static void rejoin_queue(struct rq *rq, struct task_struct *p, struct queue_state was, int flags)
{
	if (was.queued)
		p->sched_class->enqueue_task(rq, p, flags);
	if (was.running)
		p->sched_class->set_next_task(rq, p);
}

/* p may be worth less than before if it runs, more if it waits. */
static void reconsider(struct rq *rq, struct task_struct *p, struct queue_state was)
{
	if (!was.queued)
		return;
	if (was.running)
		resched_curr(rq); /* the next pick decides; it may be p again */
	else
		check_preempt_curr(rq, p, 0);
}

void set_user_nice(struct task_struct *p, long nice)
{
	struct queue_state was;
	unsigned long flags;
	struct rq *rq;

	if (task_nice(p) == nice || nice < MIN_NICE || nice > MAX_NICE)
		return;
	rq = task_rq_lock(p, &flags);
	if (rt_policy(p->policy)) { /* takes effect when it becomes fair again */
		p->static_prio = NICE_TO_PRIO(nice);
		goto unlock;
	}
	was = leave_queue(rq, p);
	p->static_prio = NICE_TO_PRIO(nice);
	set_load_weight(p);
	p->prio = p->normal_prio = normal_prio(p);
	rejoin_queue(rq, p, was, 0);
	reconsider(rq, p, was);
unlock:
	task_rq_unlock(rq, p, &flags);
}

/* attr is valid (see syscalls.c). */
void __sched_setscheduler(struct task_struct *p, const struct sched_attr *attr)
{
	struct queue_state was;
	unsigned long flags;
	struct rq *rq;
	int oldprio;

	rq = task_rq_lock(p, &flags);
	was = leave_queue(rq, p);
	oldprio = p->prio;
	p->sched_reset_on_fork = attr->sched_flags & SCHED_FLAG_RESET_ON_FORK;
	p->policy = attr->sched_policy;
	p->rt_priority = attr->sched_priority;
	if (!rt_policy(p->policy))
		p->static_prio = NICE_TO_PRIO(attr->sched_nice);
	p->normal_prio = normal_prio(p);
	set_load_weight(p);
	if (rt_policy(p->policy))
		p->rt.time_slice = RR_TIMESLICE_TICKS;
	else if (rt_prio(oldprio)) /* its vruntime is from long ago */
		p->se.vruntime = rq->cfs.min_vruntime;
	__setscheduler_prio(p, p->normal_prio);
	/* Lowered: it keeps its turn among its new equals (POSIX: sched_setscheduler). */
	rejoin_queue(rq, p, was, oldprio < p->prio ? ENQUEUE_HEAD : 0);
	reconsider(rq, p, was);
	spin_unlock(&rq->lock);
	push_rt_tasks(rq);
	spin_unlock_irqrestore(&p->pi_lock, flags);
}

int sched_setscheduler_nocheck(struct task_struct *p, int policy, const struct sched_param *param)
{
	struct sched_attr attr = {
		.sched_policy = policy,
		.sched_priority = param->sched_priority,
		.sched_nice = task_nice(p),
	};

	__sched_setscheduler(p, &attr);
	return 0;
}

/* Until the task, asked to reschedule, has left the CPU that it must not use. */
static void wait_task_allowed(struct task_struct *p)
{
	for (;;) {
		unsigned long flags;
		struct rq *rq = task_rq_lock(p, &flags);
		bool gone = cpu_allowed(p, rq->cpu) || !task_current(rq, p);

		task_rq_unlock(rq, p, &flags);
		if (gone)
			return;
		schedule_timeout_uninterruptible(20 * NSEC_PER_USEC);
	}
}

/*
 * A task that waits moves at once; one that sleeps is woken elsewhere; one that runs is asked to pass
 * through __schedule(), which moves it. Afterwards the task does not run outside mask (on this CPU:
 * when the caller returns to user mode, or sleeps). mask without an online CPU: -EINVAL. Sleeps.
 */
int set_cpus_allowed_ptr(struct task_struct *p, u64 mask)
{
	unsigned long flags;
	struct rq *rq;
	mask &= cpu_online_mask;
	if (!mask)
		return -EINVAL;
	rq = task_rq_lock(p, &flags);
	p->cpus_mask = mask;
	p->nr_cpus_allowed = __builtin_popcountll(mask);
	if (cpu_allowed(p, rq->cpu) || (!task_on_rq_queued(p) && !task_current(rq, p))) {
		task_rq_unlock(rq, p, &flags);
		return 0;
	}
	if (task_current(rq, p)) {
		resched_curr(rq);
		task_rq_unlock(rq, p, &flags);
		if (p != current)
			wait_task_allowed(p);
		return 0;
	}
	update_rq_clock(rq);
	detach_task(rq, p, select_task_rq(p, 0));
	spin_unlock(&rq->lock);
	attach_task(p);
	push_rt_tasks(task_rq(p));
	spin_unlock_irqrestore(&p->pi_lock, flags);
	return 0;
}

u64 sched_rr_interval(struct task_struct *p)
{
	unsigned long flags;
	struct rq *rq = task_rq_lock(p, &flags);
	u64 ns = p->sched_class->get_rr_interval(rq, p);

	task_rq_unlock(rq, p, &flags);
	return ns;
}
