// SPDX-License-Identifier: GPL-2.0-only
/*
 * The real-time class: SCHED_FIFO and SCHED_RR. The best priority runs until it sleeps or yields;
 * among equals SCHED_RR takes turns of 100 ms. It comes before the fair class, but all real-time
 * tasks of a CPU together have 0.95 s of each second while others want to run there (throttling): so
 * one that never sleeps can still be killed from a shell.
 *
 * Data: rt_rq (rt_core.c). Unlike in the fair class the running task stays in its list.
 * Locking: the rq lock. Linux: kernel/sched/rt.c (there a CPU rather idles than lets throttled tasks
 * run); which CPU: rt_balance.c. Tests: tests/kernel/sched_rt_throttled.c.
 */
#include "kernel/sched/internal.h"

int sysctl_sched_rt_period = 1000000; /* us */
int sysctl_sched_rt_runtime = 950000; /* us of each period; -1: no limit */

/* So long in this period. */
static void account_rt_time(struct rq *rq, u64 delta)
{
	struct rt_rq *rt_rq = &rq->rt;
	s64 runtime = READ_ONCE(sysctl_sched_rt_runtime);

	rt_new_period(rq);
	rt_rq->rt_time += delta;
	if (runtime >= 0 && rt_rq->rt_time > (u64)runtime * NSEC_PER_USEC)
		rt_rq->rt_throttled = true;
}

void rt_new_period(struct rq *rq)
{
	struct rt_rq *rt_rq = &rq->rt;
	u64 period = (u64)READ_ONCE(sysctl_sched_rt_period) * NSEC_PER_USEC;

	if (rq->clock - rt_rq->period_start < period)
		return;
	rt_rq->period_start = rq->clock;
	rt_rq->rt_time = 0;
	rt_rq->rt_throttled = false;
	if (rt_rq->nr_running && rq->curr->sched_class != &rt_sched_class)
		resched_curr(rq);
}

static inline struct task_struct *rt_task_of(struct sched_rt_entity *rt_se)
{
	return container_of(rt_se, struct task_struct, rt);
}

static void update_curr_rt(struct rq *rq)
{
	struct task_struct *curr = rq->curr;
	s64 delta;

	if (curr->sched_class != &rt_sched_class)
		return;
	delta = rq->clock - curr->se.exec_start;
	if (unlikely(delta <= 0))
		return;
	curr->se.exec_start = rq->clock;
	curr->se.sum_exec_runtime += delta;
	account_rt_time(rq, delta);
}

static void enqueue_task_rt(struct rq *rq, struct task_struct *p, int flags)
{
	rt_queue_add(&rq->rt, &p->rt, p->prio, flags & ENQUEUE_HEAD);
	if (unlikely(rq->rt.nr_running == 2))
		rt_set_overload(rq, true);
}

static void dequeue_task_rt(struct rq *rq, struct task_struct *p, int flags)
{
	update_curr_rt(rq);
	rt_queue_del(&rq->rt, &p->rt, p->prio);
	if (unlikely(rq->rt.nr_running == 1))
		rt_set_overload(rq, false);
}

static void yield_task_rt(struct rq *rq)
{
	rt_queue_requeue(&rq->rt, &rq->curr->rt, rq->curr->prio, false);
}

static void check_preempt_curr_rt(struct rq *rq, struct task_struct *p, int wake_flags)
{
	if (p->prio < rq->curr->prio)
		resched_curr(rq);
}

static void set_next_task_rt(struct rq *rq, struct task_struct *p)
{
	p->se.exec_start = rq->clock;
}

static void put_prev_task_rt(struct rq *rq, struct task_struct *p)
{
	update_curr_rt(rq);
}

static struct task_struct *pick_next_task_rt(struct rq *rq, struct task_struct *prev)
{
	struct sched_rt_entity *rt_se = pick_next_rt_entity(&rq->rt);
	struct task_struct *next;

	if (!rt_se)
		return NULL;
	next = rt_task_of(rt_se);
	prev->sched_class->put_prev_task(rq, prev);
	set_next_task_rt(rq, next);
	return next;
}

static void task_tick_rt(struct rq *rq, struct task_struct *p)
{
	update_curr_rt(rq);
	if (rt_must_wait(rq))
		resched_curr(rq);
	if (p->policy != SCHED_RR || --p->rt.time_slice)
		return;
	p->rt.time_slice = RR_TIMESLICE_TICKS;
	if (!list_is_singular(&rq->rt.queue[p->prio])) {
		rt_queue_requeue(&rq->rt, &p->rt, p->prio, false);
		resched_curr(rq);
	}
}

static u64 get_rr_interval_rt(struct rq *rq, struct task_struct *p)
{
	return p->policy == SCHED_RR ? RR_TIMESLICE_NS : 0;
}

const struct sched_class rt_sched_class = {
	.rank = 2,
	.enqueue_task = enqueue_task_rt,
	.dequeue_task = dequeue_task_rt,
	.yield_task = yield_task_rt,
	.check_preempt_curr = check_preempt_curr_rt,
	.pick_next_task = pick_next_task_rt,
	.put_prev_task = put_prev_task_rt,
	.set_next_task = set_next_task_rt,
	.select_task_rq = select_task_rq_rt,
	.task_tick = task_tick_rt,
	.update_curr = update_curr_rt,
	.get_rr_interval = get_rr_interval_rt,
};
