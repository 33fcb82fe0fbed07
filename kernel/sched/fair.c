// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fair class: SCHED_NORMAL, SCHED_BATCH, SCHED_IDLE. Here tasks and the clock are tied to the
 * pure decisions of fair_core.c; read that file first.
 *
 * Rules: 1. time is charged (update_curr) before anything is decided that depends on it. 2. the
 * running entity is cfs_rq.curr and not in the tree; put_prev puts it back if still runnable.
 *
 * Locking: the rq lock. Linux: kernel/sched/fair.c; left out: group scheduling, bandwidth control,
 * load tracking (PELT), energy awareness, NUMA.
 * Start at: pick_next_task_fair().
 */
#include "kernel/sched/internal.h"

static inline struct task_struct *task_of(struct sched_entity *se)
{
	return container_of(se, struct task_struct, se);
}

/* False: nobody runs, or no time has passed. */
static inline bool charge_curr(struct rq *rq)
{
	struct sched_entity *curr = rq->cfs.curr;
	s64 delta;

	if (unlikely(!curr))
		return false;
	delta = rq->clock - curr->exec_start;
	if (delta <= 0)
		return false;
	curr->exec_start = rq->clock;
	curr->sum_exec_runtime += delta;
	curr->vruntime += calc_delta_fair(delta, curr);
	return true;
}

static void update_curr_fair(struct rq *rq)
{
	if (charge_curr(rq))
		update_min_vruntime(&rq->cfs);
}

static void set_next_entity(struct rq *rq, struct sched_entity *se)
{
	if (se->on_rq)
		__dequeue_entity(&rq->cfs, se);
	se->exec_start = rq->clock;
	se->prev_sum_exec_runtime = se->sum_exec_runtime;
	rq->cfs.curr = se;
	if (rq->cfs.skip == se)
		rq->cfs.skip = NULL;
}

static void put_prev_entity(struct rq *rq, struct sched_entity *prev)
{
	if (prev->on_rq) {
		update_curr_fair(rq);
		__enqueue_entity(&rq->cfs, prev);
	}
	rq->cfs.curr = NULL;
}

static void enqueue_task_fair(struct rq *rq, struct task_struct *p, int flags)
{
	struct sched_entity *se = &p->se;

	update_curr_fair(rq);
	if (flags & (ENQUEUE_WAKEUP | ENQUEUE_NEW))
		place_entity(&rq->cfs, se, flags & ENQUEUE_NEW);
	if (se != rq->cfs.curr)
		__enqueue_entity(&rq->cfs, se);
	se->on_rq = true;
	cfs_add_load(&rq->cfs, se);
}

static void dequeue_task_fair(struct rq *rq, struct task_struct *p, int flags)
{
	struct sched_entity *se = &p->se;

	charge_curr(rq);
	if (rq->cfs.skip == se)
		rq->cfs.skip = NULL;
	if (se != rq->cfs.curr)
		__dequeue_entity(&rq->cfs, se);
	se->on_rq = false;
	cfs_sub_load(&rq->cfs, se);
	update_min_vruntime(&rq->cfs);
}

/* The yielding task keeps its place, but the next pick passes over it. */
static void yield_task_fair(struct rq *rq)
{
	if (rq->cfs.nr_running == 1)
		return;
	update_curr_fair(rq);
	rq->cfs.skip = &rq->curr->se;
}

static void check_preempt_curr_fair(struct rq *rq, struct task_struct *p, int wake_flags)
{
	struct task_struct *curr = rq->curr;

	if (unlikely(curr == p) || test_tsk_thread_flag(curr, TIF_NEED_RESCHED))
		return;
	if (sched_chance(4)) {
		resched_curr(rq);
		return;
	}
	/* The waker is about to sleep: a writer that fills a pipe loses no time to its reader. */
	if (wake_flags & WF_SYNC)
		return;
	if (unlikely(curr->policy == SCHED_IDLE && p->policy != SCHED_IDLE)) {
		resched_curr(rq);
		return;
	}
	/* Batch and idle tasks do not pre-empt: they would rather have long turns. */
	if (unlikely(p->policy != SCHED_NORMAL))
		return;
	update_curr_fair(rq);
	if (wakeup_preempt_entity(&curr->se, &p->se) == 1)
		resched_curr(rq);
}

/* The entity that runs next; with a seed, now and then the one behind it. */
static struct sched_entity *pick_entity(struct cfs_rq *cfs_rq, struct sched_entity *curr)
{
	struct sched_entity *se = pick_next_entity(cfs_rq, curr);

	if (sched_chance(3)) {
		cfs_rq->skip = se;
		se = pick_next_entity(cfs_rq, curr);
	}
	return se;
}

static struct task_struct *pick_next_task_fair(struct rq *rq, struct task_struct *prev)
{
	struct sched_entity *curr = rq->cfs.curr, *se;

	if (!rq->cfs.nr_running)
		return NULL;
	if (!curr) { /* prev is of another class */
		prev->sched_class->put_prev_task(rq, prev);
		se = pick_entity(&rq->cfs, NULL);
		set_next_entity(rq, se);
		return task_of(se);
	}
	if (curr->on_rq)
		update_curr_fair(rq);
	se = pick_entity(&rq->cfs, curr->on_rq ? curr : NULL);
	if (se != curr) {
		put_prev_entity(rq, curr);
		set_next_entity(rq, se);
	} else {
		/* A new turn of the same task. */
		se->prev_sum_exec_runtime = se->sum_exec_runtime;
	}
	rq->cfs.skip = NULL; /* passed over once, not until everybody else sleeps */
	return task_of(se);
}

static void put_prev_task_fair(struct rq *rq, struct task_struct *p)
{
	put_prev_entity(rq, &p->se);
}

static void set_next_task_fair(struct rq *rq, struct task_struct *p)
{
	set_next_entity(rq, &p->se);
}

/* vruntimes of two CPUs are not comparable: keep the distance to min_vruntime. */
static void migrate_task_rq_fair(struct task_struct *p, int new_cpu)
{
	p->se.vruntime += READ_ONCE(cpu_rq(new_cpu)->cfs.min_vruntime) -
			  READ_ONCE(task_rq(p)->cfs.min_vruntime);
}

/* Has the running task had its turn, or is somebody else too far behind? */
static void task_tick_fair(struct rq *rq, struct task_struct *p)
{
	struct sched_entity *curr = &p->se, *left;
	u64 slice, ran;

	update_curr_fair(rq);
	if (rq->cfs.nr_running < 2)
		return;
	slice = sched_slice(&rq->cfs, curr);
	ran = curr->sum_exec_runtime - curr->prev_sum_exec_runtime;
	if (ran > slice) {
		resched_curr(rq);
		return;
	}
	if (ran < SCHED_MIN_GRANULARITY_NS)
		return;
	left = __pick_first_entity(&rq->cfs);
	if ((s64)(curr->vruntime - left->vruntime) > (s64)slice)
		resched_curr(rq);
}

static u64 get_rr_interval_fair(struct rq *rq, struct task_struct *p)
{
	return rq->cfs.load.weight ? sched_slice(&rq->cfs, &p->se) : 0;
}

const struct sched_class fair_sched_class = {
	.rank = 1,
	.enqueue_task = enqueue_task_fair,
	.dequeue_task = dequeue_task_fair,
	.yield_task = yield_task_fair,
	.check_preempt_curr = check_preempt_curr_fair,
	.pick_next_task = pick_next_task_fair,
	.put_prev_task = put_prev_task_fair,
	.set_next_task = set_next_task_fair,
	.select_task_rq = select_task_rq_fair,
	.migrate_task_rq = migrate_task_rq_fair,
	.task_tick = task_tick_fair,
	.update_curr = update_curr_fair,
	.get_rr_interval = get_rr_interval_fair,
};
