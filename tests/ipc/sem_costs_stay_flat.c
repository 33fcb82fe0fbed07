// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs does not depend on how many objects, sleepers or waiters there are. Each cost is
 * the best of several rounds, so that a busy machine does not matter; what grew with the number
 * would be tens of times as much, and four times is allowed.
 * Spec: DESIGN-017, DESIGN-021, DESIGN-032, DESIGN-033
 */
#define _GNU_SOURCE
#include <pthread.h>
#include "tests/ipc/sem.h"

#define OBJECTS 30000
#define WAITERS 1000
#define ROUNDS  7
#define CALLS   200

static int id;

/* Seconds of the best round. */
static double cost_of(void (*round)(void))
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = seconds(), took;

		round();
		took = seconds() - start;
		best = took < best ? took : best;
	}
	return best;
}

static int objects;

static void look_up_keys(void)
{
	for (int i = 0; i < CALLS; i++)
		if (syscall(SYS_semget, 1 + i * 7 % objects, 0, 0) < 0)
			_exit(97);
}

static int ids[OBJECTS];

static void look_up_ids(void)
{
	for (int i = 0; i < CALLS; i++)
		if (get_value(ids[i * 7 % objects], 0) != 0)
			_exit(97);
}

static void make_objects(int n)
{
	for (; objects < n; objects++) {
		ids[objects] = (int)syscall(SYS_semget, 1 + objects, 1, IPC_CREAT | 0600);
		if (ids[objects] < 0)
			_exit(96);
	}
}

static void test_look_up(void)
{
	double keys, few_ids;

	if (unshare(CLONE_NEWIPC)) {
		skip("needs root");
		return;
	}
	make_objects(10);
	keys = cost_of(look_up_keys);
	few_ids = cost_of(look_up_ids);
	make_objects(OBJECTS);
	keys = cost_of(look_up_keys) / keys;
	few_ids = cost_of(look_up_ids) / few_ids;
	ok(keys < 4, "DESIGN-017: a key among %d costs %.1f times one among 10", OBJECTS, keys);
	ok(few_ids < 4, "DESIGN-021: an id among %d costs %.1f times one among 10", OBJECTS,
	   few_ids);
	unshare(CLONE_NEWIPC);
}

static void up_and_down(void)
{
	for (int i = 0; i < CALLS; i++) {
		sem_ops(id, OP(0, 1, 0));
		sem_ops(id, OP(0, -1, 0));
	}
}

static unsigned short wait_at;

static void *waits(void *arg)
{
	while (sem_ops(id, OP(wait_at, -1, 0)) == 0)
		;
	return NULL;
}

static pthread_t threads[WAITERS];

static int start_waiters(int from, int to)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (int i = from; i < to; i++)
		if (pthread_create(&threads[i], &attr, waits, NULL))
			return 0;
	return eventually(ncnt(id, wait_at) == to);
}

static void end_waiters(int n)
{
	rm_set(id);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void test_sleepers_elsewhere(void)
{
	double alone, beside;

	id = new_set(2);
	wait_at = 1;
	up_and_down();
	alone = cost_of(up_and_down);
	if (!start_waiters(0, WAITERS)) {
		skip("not so many threads here");
		return end_waiters(0);
	}
	beside = cost_of(up_and_down) / alone;
	ok(beside < 4,
	   "DESIGN-033: %d sleepers on another semaphore of the set: %.1f times the cost", WAITERS,
	   beside);
	end_waiters(WAITERS);
}

/* One wake-up each, and the woken one sleeps again. */
static void post_often(void)
{
	for (int i = 0; i < 20; i++) {
		sem_ops(id, OP(0, 1, 0));
		while (get_value(id, 0))
			;
	}
}

static void test_waking_one(void)
{
	double one, many;

	id = new_set(1);
	wait_at = 0;
	if (!start_waiters(0, 1))
		return;
	one = cost_of(post_often);
	if (!start_waiters(1, WAITERS)) {
		skip("not so many threads here");
		return;
	}
	many = cost_of(post_often) / one;
	ok(many < 4, "DESIGN-032: waking one of %d costs %.1f times waking one of one", WAITERS,
	   many);
	end_waiters(WAITERS);
}

int main(void)
{
	test_look_up();
	test_sleepers_elsewhere();
	test_waking_one();
	return ktap_done();
}
