// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fair class's decisions, without locks, tasks and clocks.
 *
 * Idea: every task has a virtual run time, real time on the CPU divided by its weight. The task
 * with the smallest one runs next, so all virtual times stay together and real time is shared in
 * proportion to the weights. Nice 0 weighs 1024; one step of nice is a factor of about 1.25, which
 * moves about 10 % of the CPU between two tasks.
 *
 * Data: cfs_rq.tasks_timeline, a red-black tree by vruntime, holds who waits; the running entity
 * (cfs_rq.curr) is not in it. min_vruntime follows the smallest vruntime and never goes back: it is
 * where newcomers and sleepers that wake up are placed.
 *
 *	vruntime  ----[leftmost]--[ ]----[ ]--------[ ]--->
 *	              ^ min_vruntime (or curr's, if smaller)
 *
 * Rules: 1. an entity's vruntime changes only while it is outside the tree. 2. vruntimes are
 * compared by signed difference, so that wrapping would not matter. 3. cfs_rq.load is the sum of
 * the weights of all on_rq entities.
 *
 * Locking: the caller holds the rq lock. Linux: kernel/sched/fair.c (no groups, no bandwidth).
 * Start at: pick_next_entity(). Tests: tests/unit/test_sched_fair.c.
 */
#include "kernel/sched/entity.h"

/* Linux's table: user space sees the ratios in how CPU time is shared. */
const int sched_prio_to_weight[NICE_WIDTH] = {
	88761, 71755, 56483, 46273, 36291, /* -20 */
	29154, 23254, 18705, 14949, 11916, /* -15 */
	9548,  7620,  6100,  4904,  3906,  /* -10 */
	3121,  2501,  1991,  1586,  1277,  /*  -5 */
	1024,  820,   655,   526,   423,   /*   0 */
	335,   272,   215,   172,   137,   /*   5 */
	110,   87,    70,    56,    45,    /*  10 */
	36,    29,    23,    18,    15,    /*  15 */
};

/* 2^32 / weight, so that dividing by the weight is a multiplication and a shift. */
const u32 sched_prio_to_wmult[NICE_WIDTH] = {
	48388,     59856,     76040,     92818,     118348,    /* -20 */
	147320,    184698,    229616,    287308,    360437,    /* -15 */
	449829,    563644,    704093,    875809,    1099582,   /* -10 */
	1376151,   1717300,   2157191,   2708050,   3363326,   /*  -5 */
	4194304,   5237765,   6557202,   8165337,   10153587,  /*   0 */
	12820798,  15790321,  19976592,  24970740,  31350126,  /*   5 */
	39045157,  49367440,  61356676,  76695844,  95443717,  /*  10 */
	119304647, 148102320, 186737708, 238609294, 286331153, /*  15 */
};

static inline bool entity_before(const struct sched_entity *a, const struct sched_entity *b)
{
	return (s64)(a->vruntime - b->vruntime) < 0;
}

void cfs_rq_init(struct cfs_rq *cfs_rq)
{
	*cfs_rq = (struct cfs_rq){ .tasks_timeline = RB_ROOT_CACHED };
	/* Close to wrapping, so that a comparison that forgot about it shows early. */
	cfs_rq->min_vruntime = cfs_rq->newest_vruntime = (u64)(-(1ll << 20));
}

/* delta * weight / lw->weight. */
u64 calc_delta(u64 delta, unsigned long weight, struct load_weight *lw)
{
	if (!lw->inv_weight)
		lw->inv_weight = lw->weight <= 1 ? ~0u : (u32)((1ull << 32) / lw->weight);
	return (u64)(((unsigned __int128)delta * weight * lw->inv_weight) >> 32);
}

/* The period in which everybody runs once: stretched when it would make turns too short. */
static u64 sched_period(unsigned int nr_running)
{
	if (nr_running > SCHED_NR_LATENCY)
		return nr_running * SCHED_MIN_GRANULARITY_NS;
	return SCHED_LATENCY_NS;
}

/* One turn of se in real time: its share of the period. se counts even when not queued. */
u64 sched_slice(struct cfs_rq *cfs_rq, struct sched_entity *se)
{
	struct load_weight load = cfs_rq->load;
	unsigned int nr_running = cfs_rq->nr_running;
	u64 slice;

	if (!se->on_rq) {
		nr_running++;
		load.weight += se->load.weight;
		load.inv_weight = 0;
	}
	slice = calc_delta(sched_period(nr_running), se->load.weight, &load);
	return slice > SCHED_MIN_GRANULARITY_NS ? slice : SCHED_MIN_GRANULARITY_NS;
}

/*
 * Where an entity that was not runnable joins. A new task has to wait for one slice, else fork
 * would be a way to more CPU; and not before the one created before it, although the slice of a
 * longer queue is shorter: programs count on their first thread being the first. A sleeper gets half
 * a period of credit, so that it runs soon, but no more, or it could starve the others after a long
 * sleep; and never loses what it had not used.
 */
void place_entity(struct cfs_rq *cfs_rq, struct sched_entity *se, bool initial)
{
	u64 vruntime = cfs_rq->min_vruntime;

	if (!initial) {
		se->vruntime = max_vruntime(se->vruntime, vruntime - SCHED_LATENCY_NS / 2);
		return;
	}
	vruntime += calc_delta_fair(sched_slice(cfs_rq, se), se);
	/* A light one goes far back: it does not take the others with it. */
	if ((s64)(vruntime - cfs_rq->min_vruntime) <= (s64)SCHED_LATENCY_NS) {
		vruntime = max_vruntime(vruntime, cfs_rq->newest_vruntime);
		cfs_rq->newest_vruntime = vruntime;
	}
	se->vruntime = vruntime;
}

void __enqueue_entity(struct cfs_rq *cfs_rq, struct sched_entity *se)
{
	struct rb_node **link = &cfs_rq->tasks_timeline.rb_root.rb_node;
	struct rb_node *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (entity_before(se, rb_entry(parent, struct sched_entity, run_node))) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&se->run_node, parent, link);
	rb_insert_color_cached(&se->run_node, &cfs_rq->tasks_timeline, leftmost);
}

static struct sched_entity *next_entity(struct sched_entity *se)
{
	struct rb_node *next = rb_next(&se->run_node);

	return next ? rb_entry(next, struct sched_entity, run_node) : NULL;
}

/*
 * Who runs next: the leftmost entity, or curr (runnable, not in the tree; may be NULL) when it is
 * further left. One that has just yielded is passed over once if somebody else is there. Not NULL
 * when nr_running > 0.
 */
struct sched_entity *pick_next_entity(struct cfs_rq *cfs_rq, struct sched_entity *curr)
{
	struct sched_entity *left = __pick_first_entity(cfs_rq);
	struct sched_entity *se = left;

	if (!left || (curr && entity_before(curr, left)))
		se = curr;

	if (cfs_rq->skip && cfs_rq->skip == se) {
		struct sched_entity *second = se == curr ? left : next_entity(se);

		if (second)
			se = second;
	}
	return se;
}

/*
 * Should se, which has just woken up, take the CPU from curr? 1 yes; 0 it is further left, but by
 * less than the granularity (in se's weight: light tasks pre-empt heavy ones less); -1 no.
 */
int wakeup_preempt_entity(struct sched_entity *curr, struct sched_entity *se)
{
	s64 lead = curr->vruntime - se->vruntime;

	if (lead <= 0)
		return -1;
	return lead > (s64)calc_delta_fair(SCHED_WAKEUP_GRANULARITY_NS, se);
}
