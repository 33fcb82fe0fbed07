// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs does not depend on how many objects, sleepers or waiters there are.
 *
 * tests/host/ipc_costs runs this under --icount, where the clock counts instructions, and allows
 * the factor that it gives as the argument. Without one the costs are times, the best of several
 * rounds, and much is allowed: a busy machine disturbs, and a thousand threads have more memory than
 * a processor's caches; what grew with the number would still be more.
 * Spec: DESIGN-017, DESIGN-021, DESIGN-027, DESIGN-028, DESIGN-032, DESIGN-033
 */
#define _GNU_SOURCE
#include <pthread.h>
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

#define FEW     10
#define MANY    30000
#define WAITERS 1000
#define ROUNDS  7
#define CALLS   200

static double allowed = 4, allowed_for_threads = 60;

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

static void must(long ret)
{
	if (ret >= 0)
		return;
	perror("# a call that may not fail");
	_exit(97);
}

/* ---- objects, of one kind after the other ---- */

static const struct kind {
	const char *name, *limit;
	int call;
} kinds[] = {
	{ "set", NULL, SYS_semget },
	{ "queue", NULL, SYS_msgget },
	{ "segment", "/proc/sys/kernel/shmmni", SYS_shmget },
};

static const struct kind *kind;
static int objects, ids[MANY];

static long get(int key, int flags)
{
	if (kind->call == SYS_msgget)
		return syscall(SYS_msgget, key, flags);
	return syscall(kind->call, key, 1, flags);
}

static void look_up_keys(void)
{
	for (int i = 0; i < CALLS; i++)
		must(get(1 + i * 7 % objects, 0));
}

static void look_up_ids(void)
{
	static union {
		struct raw_msqid_ds queue;
		struct raw_shmid_ds segment;
	} ds;

	for (int i = 0; i < CALLS; i++) {
		int id = ids[i * 7 % objects];

		if (kind->call == SYS_semget)
			must(get_value(id, 0));
		else if (kind->call == SYS_msgget)
			must(queue_ctl(id, IPC_STAT, &ds));
		else
			must(segment_ctl(id, IPC_STAT, &ds));
	}
}

static void make_objects(int n)
{
	for (; objects < n; objects++) {
		ids[objects] = (int)get(1 + objects, IPC_CREAT | 0600);
		must(ids[objects]);
	}
}

/* In an IPC namespace of its own, whose end removes them all. */
static void test_look_up(void)
{
	double keys, few_ids;

	if (unshare(CLONE_NEWIPC)) {
		skip("%s look-up: needs root", kind->name);
		return;
	}
	if (kind->limit)
		write_number(kind->limit, MANY);
	objects = 0;
	make_objects(FEW);
	keys = cost_of(look_up_keys);
	few_ids = cost_of(look_up_ids);
	make_objects(MANY);
	keys = cost_of(look_up_keys) / keys;
	few_ids = cost_of(look_up_ids) / few_ids;
	ok(keys < allowed, "DESIGN-017: the key of a %s among %d costs %.2f times one among %d",
	   kind->name, MANY, keys, FEW);
	ok(few_ids < allowed, "DESIGN-021: the id of a %s among %d costs %.2f times one among %d",
	   kind->name, MANY, few_ids, FEW);
	unshare(CLONE_NEWIPC);
}

/* ---- sleepers ---- */

static pthread_t threads[WAITERS];
static volatile int tids[WAITERS];
static int started;

/* Threads of fn() until there are n. */
static int start_threads(int n, void *(*fn)(void *))
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (; started < n; started++)
		if (pthread_create(&threads[started], &attr, fn, (void *)(long)started))
			return 0;
	return 1;
}

static void join_all(void)
{
	while (started)
		pthread_join(threads[--started], NULL);
}

static int set, queue, answers;

static void up_and_down(void)
{
	for (int i = 0; i < CALLS; i++) {
		must(sem_ops(set, OP(0, 1, 0)));
		must(sem_ops(set, OP(0, -1, 0)));
	}
}

static void *wait_elsewhere(void *number)
{
	while (sem_ops(set, OP(1 + (long)number % 2, -1, 0)) == 0)
		;
	return NULL;
}

static void test_sleepers_elsewhere(void)
{
	double alone, beside;

	set = new_set(3);
	up_and_down();
	alone = cost_of(up_and_down);
	if (!start_threads(WAITERS, wait_elsewhere) ||
	    !eventually(ncnt(set, 1) + ncnt(set, 2) == WAITERS)) {
		skip("DESIGN-033: not so many threads here");
	} else {
		beside = cost_of(up_and_down) / alone;
		ok(beside < allowed,
		   "DESIGN-033: beside %d sleepers on other semaphores of the set: %.2f times the "
		   "cost",
		   WAITERS, beside);
	}
	rm_set(set);
	join_all();
}

/* ---- one wake-up: the one who is woken answers, and both sleep again ---- */

static void *answer_sem(void *unused)
{
	while (sem_ops(set, OP(0, -1, 0)) == 0 && sem_ops(set, OP(1, 1, 0)) == 0)
		;
	return NULL;
}

static void wake_by_sem(void)
{
	for (int i = 0; i < CALLS; i++) {
		must(sem_ops(set, OP(0, 1, 0)));
		must(sem_ops(set, OP(1, -1, 0)));
	}
}

static int asleep_on_sem(int n)
{
	return ncnt(set, 0) == n;
}

static void *answer_message(void *number)
{
	struct message msg;

	tids[(long)number] = (int)syscall(SYS_gettid);
	while (raw_receive(queue, &msg, sizeof(msg.text), 5, 0) >= 0 &&
	       send_text(answers, 1, "x", 0) == 0)
		;
	return NULL;
}

static void wake_by_message(void)
{
	struct message msg;

	for (int i = 0; i < CALLS; i++) {
		must(send_text(queue, 5, "x", 0));
		must(raw_receive(answers, &msg, sizeof(msg.text), 0, 0));
	}
}

/* Who sleeps in a queue shows in no count. */
static int asleep_in_queue(int n)
{
	int sleeping = 0;

	for (int i = 0; i < n; i++)
		sleeping += tids[i] && state_of(tids[i]) == 'S';
	return sleeping == n;
}

static void test_wake_up(const char *row, const char *what, void *(*answer)(void *),
			 void (*wake)(void), int (*are_asleep)(int))
{
	double one, many;

	if (!start_threads(1, answer) || !eventually(are_asleep(1)))
		exit(95);
	wake();
	one = cost_of(wake);
	if (!start_threads(WAITERS, answer) || !eventually(are_asleep(WAITERS))) {
		skip("%s: not so many threads here", row);
		return;
	}
	many = cost_of(wake) / one;
	ok(many < allowed_for_threads,
	   "%s: %s: waking one of %d costs %.2f times waking one of one", row, what, WAITERS, many);
}

static void test_wake_ups(void)
{
	set = new_set(2);
	test_wake_up("DESIGN-032", "semop", answer_sem, wake_by_sem, asleep_on_sem);
	rm_set(set);
	join_all();

	queue = new_queue(0600);
	answers = new_queue(0600);
	test_wake_up("DESIGN-027", "msgrcv", answer_message, wake_by_message, asleep_in_queue);
	rm_queue(queue);
	rm_queue(answers);
	join_all();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		allowed = allowed_for_threads = atof(argv[1]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kind = &kinds[i];
		test_look_up();
	}
	test_sleepers_elsewhere();
	test_wake_ups();
	return ktap_done();
}
