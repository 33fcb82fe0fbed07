// SPDX-License-Identifier: GPL-2.0-only
/*
 * The real-time queue: 100 lists and a bitmap of the non-empty ones, so that picking costs two
 * words however many tasks wait. Index = 99 - rt_priority: the first set bit is the best.
 *
 * Locking: the caller holds the rq lock. Linux: struct rt_prio_array in kernel/sched/rt.c.
 * Tests: tests/unit/test_sched_rt.c.
 */
#include "kernel/sched/entity.h"

void rt_rq_init(struct rt_rq *rt_rq)
{
	for (int i = 0; i < MAX_RT_PRIO; i++)
		INIT_LIST_HEAD(&rt_rq->queue[i]);
	for (int i = 0; i < RT_PRIO_WORDS; i++)
		rt_rq->bitmap[i] = 0;
	rt_rq->nr_running = 0;
	rt_rq->period_start = rt_rq->rt_time = 0;
	rt_rq->rt_throttled = false;
}

static void rt_list_add(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio, bool head)
{
	if (head)
		list_add(&rt_se->run_list, &rt_rq->queue[prio]);
	else
		list_add_tail(&rt_se->run_list, &rt_rq->queue[prio]);
	rt_rq->bitmap[prio / 64] |= 1ull << (prio % 64);
}

/* head: it was pre-empted or its priority dropped, so it keeps its turn; else the end of the line. */
void rt_queue_add(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio, bool head)
{
	rt_list_add(rt_rq, rt_se, prio, head);
	rt_se->on_rq = true;
	rt_rq->nr_running++;
}

void rt_queue_del(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio)
{
	list_del_init(&rt_se->run_list);
	if (list_empty(&rt_rq->queue[prio]))
		rt_rq->bitmap[prio / 64] &= ~(1ull << (prio % 64));
	rt_se->on_rq = false;
	rt_rq->nr_running--;
}

/* Its turn is over: behind the others of the same priority (or in front of them). */
void rt_queue_requeue(struct rt_rq *rt_rq, struct sched_rt_entity *rt_se, int prio, bool head)
{
	list_del(&rt_se->run_list);
	rt_list_add(rt_rq, rt_se, prio, head);
}

int rt_highest_prio(const struct rt_rq *rt_rq)
{
	for (int i = 0; i < RT_PRIO_WORDS; i++) {
		if (rt_rq->bitmap[i])
			return i * 64 + __builtin_ctzll(rt_rq->bitmap[i]);
	}
	return MAX_RT_PRIO;
}

struct sched_rt_entity *pick_next_rt_entity(struct rt_rq *rt_rq)
{
	int prio = rt_highest_prio(rt_rq);

	if (prio == MAX_RT_PRIO)
		return NULL;
	return list_first_entry(&rt_rq->queue[prio], struct sched_rt_entity, run_list);
}
