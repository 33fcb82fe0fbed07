// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call costs does not depend on how many objects, sleepers or waiters there are.
 *
 * tests/host/ipc_costs runs this under --icount, where the clock counts instructions, and allows
 * the factor that it gives as the argument. Without one the costs are times, and much is allowed: a
 * thousand threads have more memory than a processor's caches; what grew with the number would still be
 * more. A busy machine disturbs, so rounds with few and with many take turns, of each kind the best one
 * counts, and while the two are too far apart, there are more rounds: what disturbs passes.
 * Spec: DESIGN-017, DESIGN-021, DESIGN-027, DESIGN-028, DESIGN-032, DESIGN-033
 */
#define _GNU_SOURCE
#include <pthread.h>
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

#define FEW      10
#define MANY     30000
#define WAITERS  1000
#define ROUNDS   7  /* at least */
#define PATIENCE 40 /* seconds */
#define CALLS    200

static double allowed = 4, allowed_for_threads = 60;

/* 0: with few; 1: with many. */
static double cost_of(void (*round)(int many), void (*prepare)(int many), int many)
{
	double start;

	if (prepare)
		prepare(many);
	start = seconds();
	round(many);
	return seconds() - start;
}

/* How many times the cost with few is the cost with many. */
static double ratio_of(void (*round)(int many), void (*prepare)(int many), double limit)
{
	double best[2] = { 1e9, 1e9 }, end = seconds() + PATIENCE;

	for (int i = 0; i < ROUNDS || (best[1] >= limit * best[0] && seconds() < end); i++) {
		for (int many = 0; many < 2; many++) {
			double took = cost_of(round, prepare, many);

			best[many] = took < best[many] ? took : best[many];
		}
	}
	return best[1] / best[0];
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

/* Two IPC namespaces, with few objects and with many. */
static struct world {
	int ns, objects, *ids;
} worlds[2];
static int few_ids[FEW], many_ids[MANY];

static long get(int key, int flags)
{
	if (kind->call == SYS_msgget)
		return syscall(SYS_msgget, key, flags);
	return syscall(kind->call, key, 1, flags);
}

static void enter_world(int many)
{
	must(setns(worlds[many].ns, CLONE_NEWIPC));
}

static void look_up_keys(int many)
{
	for (int i = 0; i < CALLS; i++)
		must(get(1 + i * 7 % worlds[many].objects, 0));
}

static void look_up_ids(int many)
{
	static union {
		struct raw_msqid_ds queue;
		struct raw_shmid_ds segment;
	} ds;

	for (int i = 0; i < CALLS; i++) {
		int id = worlds[many].ids[i * 7 % worlds[many].objects];

		if (kind->call == SYS_semget)
			must(get_value(id, 0));
		else if (kind->call == SYS_msgget)
			must(queue_ctl(id, IPC_STAT, &ds));
		else
			must(segment_ctl(id, IPC_STAT, &ds));
	}
}

/* The end of the namespace removes all objects. */
static void make_world(struct world *world, int *ids, int n)
{
	must(unshare(CLONE_NEWIPC));
	world->ns = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	must(world->ns);
	if (kind->limit)
		write_number(kind->limit, MANY);
	for (int i = 0; i < n; i++) {
		ids[i] = (int)get(1 + i, IPC_CREAT | 0600);
		must(ids[i]);
	}
	world->objects = n;
	world->ids = ids;
}

static void test_look_up(void)
{
	double keys, ids;

	if (geteuid()) {
		skip("%s look-up: needs root", kind->name);
		return;
	}
	make_world(&worlds[0], few_ids, FEW);
	make_world(&worlds[1], many_ids, MANY);
	keys = ratio_of(look_up_keys, enter_world, allowed);
	ids = ratio_of(look_up_ids, enter_world, allowed);
	ok(keys < allowed, "DESIGN-017: the key of a %s among %d costs %.2f times one among %d",
	   kind->name, MANY, keys, FEW);
	ok(ids < allowed, "DESIGN-021: the id of a %s among %d costs %.2f times one among %d",
	   kind->name, MANY, ids, FEW);
	unshare(CLONE_NEWIPC);
	close(worlds[0].ns);
	close(worlds[1].ns);
}

/* ---- sleepers ---- */

static pthread_t threads[1 + WAITERS];
static volatile int tids[1 + WAITERS];
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

/* Two of each: one without a crowd, one with it. */
static int sets[2], queues[2], answers[2];

static void up_and_down(int many)
{
	for (int i = 0; i < CALLS; i++) {
		must(sem_ops(sets[many], OP(0, 1, 0)));
		must(sem_ops(sets[many], OP(0, -1, 0)));
	}
}

static void *wait_elsewhere(void *number)
{
	while (sem_ops(sets[1], OP(1 + (long)number % 2, -1, 0)) == 0)
		;
	return NULL;
}

static void make_sets(void)
{
	sets[0] = new_set(3);
	sets[1] = new_set(3);
}

static void remove_sets(void)
{
	rm_set(sets[0]);
	rm_set(sets[1]);
	join_all();
}

static void test_sleepers_elsewhere(void)
{
	double cost;

	make_sets();
	if (!start_threads(WAITERS, wait_elsewhere) ||
	    !eventually(ncnt(sets[1], 1) + ncnt(sets[1], 2) == WAITERS)) {
		skip("DESIGN-033: not so many threads here");
	} else {
		cost = ratio_of(up_and_down, NULL, allowed);
		ok(cost < allowed,
		   "DESIGN-033: beside %d sleepers on other semaphores of the set: %.2f times the "
		   "cost",
		   WAITERS, cost);
	}
	remove_sets();
}

/*
 * ---- one wake-up: the one who is woken answers, and both sleep again ----
 * Thread 0 is alone, the others are the crowd.
 */

static void *answer_sem(void *number)
{
	int set = sets[number != 0];

	while (sem_ops(set, OP(0, -1, 0)) == 0 && sem_ops(set, OP(1, 1, 0)) == 0)
		;
	return NULL;
}

static void wake_by_sem(int many)
{
	for (int i = 0; i < CALLS; i++) {
		must(sem_ops(sets[many], OP(0, 1, 0)));
		must(sem_ops(sets[many], OP(1, -1, 0)));
	}
}

static int asleep_on_sem(void)
{
	return ncnt(sets[0], 0) == 1 && ncnt(sets[1], 0) == WAITERS;
}

static void *answer_message(void *number)
{
	struct message msg;
	int crowd = number != 0;

	tids[(long)number] = (int)syscall(SYS_gettid);
	while (raw_receive(queues[crowd], &msg, sizeof(msg.text), 5, 0) >= 0 &&
	       send_text(answers[crowd], 1, "x", 0) == 0)
		;
	return NULL;
}

static void wake_by_message(int many)
{
	struct message msg;

	for (int i = 0; i < CALLS; i++) {
		must(send_text(queues[many], 5, "x", 0));
		must(raw_receive(answers[many], &msg, sizeof(msg.text), 0, 0));
	}
}

/* Who sleeps in a queue shows in no count; but who sleeps there goes on to. */
static int asleep_in_queue(void)
{
	static int n;

	while (n < 1 + WAITERS && tids[n] && state_of(tids[n]) == 'S')
		n++;
	return n == 1 + WAITERS;
}

static void test_wake_up(const char *row, const char *what, void *(*answer)(void *),
			 void (*wake)(int many), int (*are_asleep)(void))
{
	double cost;

	if (!start_threads(1 + WAITERS, answer) || !eventually(are_asleep())) {
		skip("%s: not so many threads here", row);
		return;
	}
	cost = ratio_of(wake, NULL, allowed_for_threads);
	ok(cost < allowed_for_threads,
	   "%s: %s: waking one of %d costs %.2f times waking one of one", row, what, WAITERS, cost);
}

static void test_wake_ups(void)
{
	make_sets();
	test_wake_up("DESIGN-032", "semop", answer_sem, wake_by_sem, asleep_on_sem);
	remove_sets();

	for (int i = 0; i < 2; i++) {
		queues[i] = new_queue(0600);
		answers[i] = new_queue(0600);
	}
	test_wake_up("DESIGN-027", "msgrcv", answer_message, wake_by_message, asleep_in_queue);
	for (int i = 0; i < 2; i++) {
		rm_queue(queues[i]);
		rm_queue(answers[i]);
	}
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
