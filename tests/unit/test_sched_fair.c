// SPDX-License-Identifier: GPL-2.0-only
/* The fair class's decisions: shares follow weights, sleepers and newcomers are placed, yield. */
/* links: kernel/sched/fair_core.c */
#include <assert.h>
#include <stdio.h>
#include "kernel/sched/entity.h"

#define TICK 4000000ull

static struct cfs_rq rq;
static struct sched_entity se[NICE_WIDTH];

static void add(struct sched_entity *entity, int nice, bool initial)
{
	entity->load.weight = sched_prio_to_weight[nice - MIN_NICE];
	entity->load.inv_weight = sched_prio_to_wmult[nice - MIN_NICE];
	place_entity(&rq, entity, initial);
	__enqueue_entity(&rq, entity);
	entity->on_rq = true;
	cfs_add_load(&rq, entity);
}

static struct sched_entity *pick(struct sched_entity *curr)
{
	struct sched_entity *next = pick_next_entity(&rq, curr);

	if (next != curr) {
		if (curr)
			__enqueue_entity(&rq, curr);
		__dequeue_entity(&rq, next);
	}
	rq.curr = next;
	return next;
}

static void run(struct sched_entity *curr, unsigned long long ns)
{
	curr->sum_exec_runtime += ns;
	curr->vruntime += calc_delta_fair(ns, curr);
	update_min_vruntime(&rq);
}

static void reset(void)
{
	cfs_rq_init(&rq);
	for (int i = 0; i < NICE_WIDTH; i++)
		se[i] = (struct sched_entity){ 0 };
}

static void weights_are_consistent(void)
{
	for (int i = 0; i < NICE_WIDTH; i++) {
		unsigned long long product = (unsigned long long)sched_prio_to_weight[i] *
					     sched_prio_to_wmult[i];

		/* wmult is 2^32 / weight. */
		assert(product > (1ull << 32) - 100000 && product < (1ull << 32) + 100000);
		assert(i == 0 || sched_prio_to_weight[i] < sched_prio_to_weight[i - 1]);
	}
	assert(sched_prio_to_weight[-MIN_NICE] == NICE_0_LOAD);
}

/* Forty tasks, one of each nice value: CPU time in proportion to the weights. */
static void shares_follow_weights(void)
{
	struct sched_entity *curr = NULL;
	double total_weight = 0, total_time = 0;

	reset();
	for (int i = 0; i < NICE_WIDTH; i++) {
		add(&se[i], i + MIN_NICE, true);
		total_weight += se[i].load.weight;
	}
	for (int n = 0; n < 2000000; n++) {
		unsigned long long min = rq.min_vruntime;

		curr = pick(curr);
		run(curr, TICK);
		total_time += TICK;
		assert((long long)(rq.min_vruntime - min) >= 0);
	}
	for (int i = 0; i < NICE_WIDTH; i++) {
		double got = se[i].sum_exec_runtime / total_time;
		double want = se[i].load.weight / total_weight;

		assert(got > want * 0.9 && got < want * 1.1);
	}
}

static void curr_goes_on_while_leftmost(void)
{
	struct sched_entity *curr;

	reset();
	add(&se[0], 0, false);
	add(&se[1], 0, false);
	curr = pick(NULL);
	run(curr, 1);
	curr = pick(curr);
	run(curr, 2);
	/* 1 against 2: the first again; 3 against 2: the second. */
	curr = pick(curr);
	assert(curr->sum_exec_runtime == 1);
	run(curr, 2);
	curr = pick(curr);
	assert(curr->sum_exec_runtime == 2);
}

static void yield_passes_over_once(void)
{
	struct sched_entity *curr, *other;

	reset();
	add(&se[0], 0, false);
	add(&se[1], 0, false);
	curr = pick(NULL);
	other = curr == &se[0] ? &se[1] : &se[0];
	other->vruntime += 100; /* not leftmost: only the yield brings it on */
	rq.skip = curr;
	assert(pick_next_entity(&rq, curr) == other);
	rq.skip = NULL;
	assert(pick_next_entity(&rq, curr) == curr);
	/* Alone there is nobody to yield to. */
	__dequeue_entity(&rq, other);
	rq.skip = curr;
	assert(pick_next_entity(&rq, curr) == curr);
}

static void sleepers_get_limited_credit(void)
{
	reset();
	add(&se[0], 0, false);
	run(pick(NULL), 1000000000);
	assert(rq.min_vruntime == se[0].vruntime);
	/* Slept long: half a period before the others, not a second. */
	se[1].vruntime = 0;
	add(&se[1], 0, false);
	assert(rq.min_vruntime - se[1].vruntime <= SCHED_LATENCY_NS / 2);
	/* Slept a moment: keeps what it has used. */
	se[2].vruntime = rq.min_vruntime + 5;
	add(&se[2], 0, false);
	assert(se[2].vruntime == rq.min_vruntime + 5);
	/* A new task waits its turn. */
	add(&se[3], 0, true);
	assert((long long)(se[3].vruntime - rq.min_vruntime) > 0);
}

static void new_tasks_run_in_their_order(void)
{
	struct sched_entity *curr;

	reset();
	add(&se[0], 0, true);
	curr = pick(NULL);
	for (int i = 1; i < 8; i++) {
		run(curr, 10000); /* it creates one after the other */
		add(&se[i], 0, true);
	}
	/* A light one may wait long, but does not hold up those that come later. */
	add(&se[8], MAX_NICE, true);
	add(&se[9], 0, true);
	assert((long long)(se[9].vruntime - rq.min_vruntime) <= (long long)SCHED_LATENCY_NS);
	run(curr, SCHED_LATENCY_NS * 2);
	for (int i = 1; i < 8; i++) {
		curr = pick(curr);
		assert(curr == &se[i]);
		run(curr, SCHED_LATENCY_NS * 2);
	}
}

static void wake_ups_preempt_with_granularity(void)
{
	reset();
	add(&se[0], 0, false);
	add(&se[1], 0, false);
	se[0].vruntime = 10 * SCHED_WAKEUP_GRANULARITY_NS;
	se[1].vruntime = se[0].vruntime;
	assert(wakeup_preempt_entity(&se[0], &se[1]) == -1);
	se[1].vruntime -= SCHED_WAKEUP_GRANULARITY_NS;
	assert(wakeup_preempt_entity(&se[0], &se[1]) == 0);
	se[1].vruntime -= 1;
	assert(wakeup_preempt_entity(&se[0], &se[1]) == 1);
}

static void slices_share_the_period(void)
{
	unsigned long long sum = 0;

	reset();
	for (int i = 0; i < 4; i++)
		add(&se[i], 0, false);
	for (int i = 0; i < 4; i++)
		sum += sched_slice(&rq, &se[i]);
	assert(sum > SCHED_LATENCY_NS - 10 && sum <= SCHED_LATENCY_NS);
	/* With many, turns do not become too short. */
	for (int i = 4; i < NICE_WIDTH; i++)
		add(&se[i], 0, false);
	assert(sched_slice(&rq, &se[0]) >= SCHED_MIN_GRANULARITY_NS);
}

int main(void)
{
	weights_are_consistent();
	shares_follow_weights();
	curr_goes_on_while_leftmost();
	yield_passes_over_once();
	sleepers_get_limited_credit();
	new_tasks_run_in_their_order();
	wake_ups_preempt_with_granularity();
	slices_share_the_period();
	printf("ok\n");
	return 0;
}
