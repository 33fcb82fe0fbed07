// SPDX-License-Identifier: GPL-2.0-only
/* The real-time queue: the best priority first, in order of arrival among equals. */
/* links: kernel/sched/rt_core.c */
#include <assert.h>
#include <stdio.h>
#include "kernel/sched/entity.h"

static struct rt_rq rq;
static struct sched_rt_entity se[MAX_RT_PRIO];

static void best_priority_first(void)
{
	rt_rq_init(&rq);
	assert(rt_highest_prio(&rq) == MAX_RT_PRIO && !pick_next_rt_entity(&rq));
	/* 37 and 100 have no common factor: every priority once, in a mixed order. */
	for (int i = 0; i < MAX_RT_PRIO; i++)
		rt_queue_add(&rq, &se[i * 37 % MAX_RT_PRIO], i * 37 % MAX_RT_PRIO, false);
	assert(rq.nr_running == MAX_RT_PRIO);
	for (int i = 0; i < MAX_RT_PRIO; i++) {
		assert(rt_highest_prio(&rq) == i);
		assert(pick_next_rt_entity(&rq) == &se[i] && se[i].on_rq);
		rt_queue_del(&rq, &se[i], i);
		assert(!se[i].on_rq);
	}
	assert(rq.nr_running == 0 && !pick_next_rt_entity(&rq));
}

static void equals_take_turns(void)
{
	rt_rq_init(&rq);
	rt_queue_add(&rq, &se[0], 98, false);
	rt_queue_add(&rq, &se[1], 98, false);
	rt_queue_add(&rq, &se[2], 98, true);
	assert(pick_next_rt_entity(&rq) == &se[2]);
	rt_queue_requeue(&rq, &se[2], 98, false);
	assert(pick_next_rt_entity(&rq) == &se[0]);
	rt_queue_requeue(&rq, &se[0], 98, false);
	assert(pick_next_rt_entity(&rq) == &se[1]);
	rt_queue_requeue(&rq, &se[2], 98, true);
	assert(pick_next_rt_entity(&rq) == &se[2]);
	rt_queue_del(&rq, &se[2], 98);
	rt_queue_del(&rq, &se[1], 98);
	assert(pick_next_rt_entity(&rq) == &se[0] && rt_highest_prio(&rq) == 98);
}

int main(void)
{
	best_priority_first();
	equals_take_turns();
	printf("ok\n");
	return 0;
}
