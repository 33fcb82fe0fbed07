/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scheduling classes keep per task and per CPU, without the tasks and CPUs themselves:
 * entities and their queues. The decisions over them (fair_core.c, rt_core.c) are pure, so that
 * the host unit tests compile them. Linux: include/linux/sched.h, kernel/sched/sched.h.
 */
#ifndef CONDUIT_SCHED_ENTITY_H
#define CONDUIT_SCHED_ENTITY_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"

/*
 * Priorities: 0-98 real-time (99 - rt_priority, so that smaller is better), 100-139 fair
 * (120 + nice). MAX_PRIO of the idle task.
 */
#define MAX_NICE        19
#define MIN_NICE        (-20)
#define NICE_WIDTH      40
#define MAX_RT_PRIO     100
#define MAX_PRIO        140
#define DEFAULT_PRIO    120
#define NICE_TO_PRIO(n) ((n) + DEFAULT_PRIO)
#define PRIO_TO_NICE(p) ((p)-DEFAULT_PRIO)

/* Weight of nice 0; each step of nice is a factor of about 1.25. */
#define NICE_0_LOAD     1024ul
#define WEIGHT_IDLEPRIO 3 /* SCHED_IDLE */
#define WMULT_IDLEPRIO  1431655765

struct load_weight {
	unsigned long weight;
	u32 inv_weight; /* 2^32 / weight, 0 when not computed yet */
};

/* The fair class's view of a task. [Q] rq lock */
struct sched_entity {
	struct load_weight load;   /* [Q] from nice, 1024 for 0 */
	struct rb_node run_node;   /* [Q] in cfs_rq.tasks_timeline, except while it runs */
	bool on_rq;                /* [Q] */
	u64 exec_start;            /* [Q] ns, when it was last accounted */
	u64 sum_exec_runtime;      /* [Q] ns on a CPU in its life */
	u64 prev_sum_exec_runtime; /* [Q] the same when it was last picked */
	u64 vruntime;              /* [Q] weighted ns */
};

/* The real-time class's view. [Q] rq lock */
struct sched_rt_entity {
	struct list_head run_list; /* [Q] in rt_rq.queue[prio] */
	unsigned int time_slice;   /* [Q] ticks left, for SCHED_RR */
	bool on_rq;
};

/* Runnable fair tasks of one CPU. */
struct cfs_rq {
	struct load_weight load; /* sum over all queued, the running one included */
	unsigned int nr_running;
	u64 min_vruntime;                     /* never goes back */
	u64 newest_vruntime;                  /* where the last new task was placed */
	struct rb_root_cached tasks_timeline; /* by vruntime, without curr */
	struct sched_entity *curr;            /* the one that runs, or NULL */
	struct sched_entity *skip;            /* has called sched_yield() */
};

#define RT_PRIO_WORDS ((MAX_RT_PRIO + 63) / 64)

/* Runnable real-time tasks of one CPU: a list per priority and a bit per non-empty list. */
struct rt_rq {
	u64 bitmap[RT_PRIO_WORDS];
	struct list_head queue[MAX_RT_PRIO];
	unsigned int nr_running;
	u64 period_start; /* clock when rt_time began from 0 */
	u64 rt_time;      /* ns that real-time tasks had in this period */
	bool rt_throttled;
};

/* fair_core.c */
extern const int sched_prio_to_weight[NICE_WIDTH];
extern const u32 sched_prio_to_wmult[NICE_WIDTH];

/* How long everybody should have run once, ns; and what a single turn is at least. */
#define SCHED_LATENCY_NS            6000000ull
#define SCHED_MIN_GRANULARITY_NS    750000ull
#define SCHED_WAKEUP_GRANULARITY_NS 1000000ull
#define SCHED_NR_LATENCY            8 /* latency / min_granularity */

void cfs_rq_init(struct cfs_rq *cfs_rq);
u64 calc_delta(u64 delta, unsigned long weight, struct load_weight *lw);
u64 sched_slice(struct cfs_rq *cfs_rq, struct sched_entity *se);
void place_entity(struct cfs_rq *cfs_rq, struct sched_entity *se, bool initial);
void __enqueue_entity(struct cfs_rq *cfs_rq, struct sched_entity *se);
struct sched_entity *pick_next_entity(struct cfs_rq *cfs_rq, struct sched_entity *curr);
int wakeup_preempt_entity(struct sched_entity *curr, struct sched_entity *se);

/* Of every switch, and so short that a call would cost more than the work. */

static inline u64 max_vruntime(u64 a, u64 b)
{
	return (s64)(a - b) > 0 ? a : b;
}

static inline u64 min_vruntime(u64 a, u64 b)
{
	return (s64)(a - b) < 0 ? a : b;
}

/* Real time to virtual time. Nice 0, the usual case, needs no arithmetic. */
static inline u64 calc_delta_fair(u64 delta, struct sched_entity *se)
{
	if (se->load.weight == NICE_0_LOAD)
		return delta;
	return calc_delta(delta, NICE_0_LOAD, &se->load);
}

static inline struct sched_entity *__pick_first_entity(struct cfs_rq *cfs_rq)
{
	struct rb_node *left = rb_first_cached(&cfs_rq->tasks_timeline);

	return left ? rb_entry(left, struct sched_entity, run_node) : NULL;
}

static inline void update_min_vruntime(struct cfs_rq *cfs_rq)
{
	struct sched_entity *curr = cfs_rq->curr;
	struct sched_entity *left = __pick_first_entity(cfs_rq);
	u64 vruntime = cfs_rq->min_vruntime;

	if (curr && curr->on_rq) {
		vruntime = curr->vruntime;
		if (left)
			vruntime = min_vruntime(vruntime, left->vruntime);
	} else if (left) {
		vruntime = left->vruntime;
	}
	cfs_rq->min_vruntime = max_vruntime(cfs_rq->min_vruntime, vruntime);
}

static inline void __dequeue_entity(struct cfs_rq *cfs_rq, struct sched_entity *se)
{
	rb_erase_cached(&se->run_node, &cfs_rq->tasks_timeline);
}

static inline void cfs_add_load(struct cfs_rq *cfs_rq, struct sched_entity *se)
{
	cfs_rq->load.weight += se->load.weight;
	cfs_rq->load.inv_weight = 0;
	cfs_rq->nr_running++;
}

static inline void cfs_sub_load(struct cfs_rq *cfs_rq, struct sched_entity *se)
{
	cfs_rq->load.weight -= se->load.weight;
	cfs_rq->load.inv_weight = 0;
	cfs_rq->nr_running--;
}

/* rt_core.c */
void rt_rq_init(struct rt_rq *rt_rq);
void rt_queue_add(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio, bool head);
void rt_queue_del(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio);
void rt_queue_requeue(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio, bool head);
int rt_highest_prio(const struct rt_rq *rt_rq); /* MAX_RT_PRIO when empty */
struct sched_rt_entity *pick_next_rt_entity(struct rt_rq *rt_rq);

#endif
