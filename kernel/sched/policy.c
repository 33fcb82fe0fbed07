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
	task_rq_unlock(rq, p, &flags);
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

/* To another CPU at once: the task is queued there but does not run. Both locks are taken. */
static void move_queued_task(struct rq *rq, struct task_struct *p, int new_cpu)
{
	struct rq *new_rq = cpu_rq(new_cpu);

	update_rq_clock(rq);
	deactivate_task(rq, p, 0);
	set_task_cpu(p, new_cpu);
	spin_unlock(&rq->lock);

	spin_lock(&new_rq->lock);
	update_rq_clock(new_rq);
	activate_task(new_rq, p, 0);
	check_preempt_curr(new_rq, p, 0);
	spin_unlock(&new_rq->lock);
}

/* A task that runs moves at its next __schedule(), which this asks for. mask: -EINVAL if empty. */
int set_cpus_allowed_ptr(struct task_struct *p, u64 mask)
{
	unsigned long flags;
	struct rq *rq;
	int cpu;

	mask &= cpu_online_mask;
	if (!mask)
		return -EINVAL;
	rq = task_rq_lock(p, &flags);
	p->cpus_mask = mask;
	p->nr_cpus_allowed = __builtin_popcountll(mask);
	cpu = p->cpu;
	if (!cpu_allowed(p, cpu) && task_on_rq_queued(p) && !p->on_cpu) {
		move_queued_task(rq, p, __builtin_ctzll(mask));
		spin_unlock_irqrestore(&p->pi_lock, flags);
		return 0;
	}
	if (!cpu_allowed(p, cpu) && task_current(rq, p))
		resched_curr(rq);
	task_rq_unlock(rq, p, &flags);
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
