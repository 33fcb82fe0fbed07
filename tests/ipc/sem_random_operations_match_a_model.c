// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random arrays of operations by several processes do exactly what a model says: all or nothing,
 * zero waiters first, then in order of arrival; and beside each other they lose and invent nothing.
 *
 * First part: the test gives one process after the other something to do and knows who must be
 * asleep and who must have returned. Second part: all at once move units between semaphores, some
 * are killed with SEM_UNDO pending; the sum must always be the same.
 * Spec: SEM-010, SEM-013, SEM-019 to SEM-026, SEM-027, SEM-030, SEM-036, DESIGN-032, DESIGN-033
 */
#include <poll.h>
#include "tests/ipc/sem.h"

#define WORKERS 6
#define NSEMS   4
#define STEPS   250
#define MAX_OPS 3

struct job {
	struct sembuf sops[MAX_OPS];
	int n;
};

static struct worker {
	pid_t pid;
	int command, answer; /* pipes */
	int busy;            /* in the model: asleep */
	struct job job;
} workers[WORKERS];

static int id, values[NSEMS];
static int queue[WORKERS], queued; /* numbers of sleepers in order of arrival */

static void work(int command, int answer)
{
	struct job job;
	char result;

	while (read(command, &job, sizeof(job)) == sizeof(job)) {
		result = (char)(raw_semop(id, job.sops, (unsigned int)job.n) == 0 ? 0 : errno);
		if (write(answer, &result, 1) != 1)
			break;
	}
	_exit(0);
}

static void start_workers(void)
{
	for (int i = 0; i < WORKERS; i++) {
		int c[2], a[2];

		pipe(c);
		pipe(a);
		workers[i].pid = fork();
		if (workers[i].pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			work(c[0], a[1]);
		}
		workers[i].command = c[1];
		workers[i].answer = a[0];
		close(c[0]);
		close(a[1]);
	}
}

/* ---- the model ---- */

static int is_const(const struct job *job)
{
	for (int i = 0; i < job->n; i++)
		if (job->sops[i].sem_op)
			return 0;
	return 1;
}

static int try(const struct job *job)
{
	int copy[NSEMS];

	memcpy(copy, values, sizeof(copy));
	for (int i = 0; i < job->n; i++) {
		int *value = &copy[job->sops[i].sem_num], op = job->sops[i].sem_op;

		if ((!op && *value) || *value + op < 0)
			return 0;
		*value += op;
	}
	memcpy(values, copy, sizeof(copy));
	return 1;
}

/* The first sleeper that can go on: those who wait for 0 first. Its place in the queue, or -1. */
static int next_to_wake(void)
{
	for (int zero = 1; zero >= 0; zero--)
		for (int i = 0; i < queued; i++)
			if (is_const(&workers[queue[i]].job) == zero && try(&workers[queue[i]].job))
				return i;
	return -1;
}

/* Has answered with 0 in time? */
static int answers(struct worker *w)
{
	struct pollfd p = { .fd = w->answer, .events = POLLIN };
	char result = 99;

	return poll(&p, 1, LONG_MS) == 1 && read(w->answer, &result, 1) == 1 && result == 0;
}

static int is_silent(struct worker *w)
{
	struct pollfd p = { .fd = w->answer, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

static int sleepers(void)
{
	int n = 0;

	for (int i = 0; i < NSEMS; i++)
		n += ncnt(id, i) + zcnt(id, i);
	return n;
}

static int values_match(void)
{
	unsigned short now[NSEMS];

	raw_semctl(id, 0, GETALL, (unsigned long)now);
	for (int i = 0; i < NSEMS; i++)
		if (now[i] != values[i])
			return 0;
	return 1;
}

/* Wakes in the model whoever can go on; each of them must answer. */
static int settle(void)
{
	int i;

	while ((i = next_to_wake()) >= 0) {
		struct worker *w = &workers[queue[i]];

		w->busy = 0;
		memmove(&queue[i], &queue[i + 1], (size_t)(--queued - i) * sizeof(queue[0]));
		if (!answers(w))
			return 0;
	}
	if (!eventually(sleepers() == queued) || !values_match())
		return 0;
	for (i = 0; i < queued; i++)
		if (!is_silent(&workers[queue[i]]))
			return 0;
	return 1;
}

static int step(void)
{
	int n = (int)draw(WORKERS);
	struct worker *w = &workers[n];
	int num = (int)draw(NSEMS), value = (int)draw(4);

	if (queued == WORKERS || w->busy) {
		/* Help from outside. */
		set_value(id, num, value);
		values[num] = value;
		return settle();
	}
	w->job.n = draw(2) ? 1 : 1 + (int)draw(MAX_OPS);
	for (int i = 0; i < w->job.n; i++)
		w->job.sops[i] = OP((unsigned short)draw(NSEMS), (short)((int)draw(5) - 2), 0);
	if (write(w->command, &w->job, sizeof(w->job)) != sizeof(w->job))
		return 0;
	if (try(&w->job))
		return answers(w) && settle();
	w->busy = 1;
	queue[queued++] = n;
	return settle();
}

static void test_model(void)
{
	int steps = 0, fine = 1;

	id = new_set(NSEMS);
	start_workers();
	while (fine && steps < STEPS) {
		fine = step();
		steps++;
	}
	ok(fine,
	   "SEM-010 SEM-019 SEM-021 SEM-022 SEM-025 SEM-026: %d random calls (stopped at step %d)",
	   STEPS, steps);
	rm_set(id);
	fine = 1;
	for (int i = 0; i < WORKERS; i++) {
		char result = 0;

		if (workers[i].busy)
			fine &= read(workers[i].answer, &result, 1) == 1 && result == EIDRM;
		put_end(workers[i].pid);
		close(workers[i].command);
		close(workers[i].answer);
	}
	ok(fine, "SEM-036: removing the set wakes all who are left with EIDRM");
}

/* ---- all at once ---- */

#define UNITS 12

static void mover(unsigned long seed)
{
	rng = seed;
	for (;;) {
		unsigned short from = (unsigned short)draw(NSEMS), to = (unsigned short)draw(NSEMS);
		short n = (short)(1 + draw(2)), flags = (short)(draw(2) ? IPC_NOWAIT : 0);
		struct timespec limit = { 0, 3000000 };
		struct sembuf sops[2] = { OP(from, (short)-n, flags), OP(to, n, 0) };

		int lost;

		if (draw(3)) {
			lost = syscall(SYS_semtimedop, id, sops, 2, &limit) != 0;
		} else {
			/* One semaphore: take, and give, in a way that dying takes back. */
			lost = syscall(SYS_semtimedop, id, (&OP(from, -1, SEM_UNDO)), 1, &limit) !=
			       0;
			if (!lost)
				lost = sem_ops(id, OP(from, 1, SEM_UNDO)) != 0;
		}
		/* Removed while we were asleep, or between two calls. */
		if (lost && (errno == EIDRM || errno == EINVAL))
			_exit(0);
	}
}

static pid_t start_mover(unsigned long seed)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		mover(seed);
	}
	return pid;
}

static int sum(void)
{
	unsigned short now[NSEMS];
	int total = 0;

	raw_semctl(id, 0, GETALL, (unsigned long)now);
	for (int i = 0; i < NSEMS; i++)
		total += now[i];
	return total;
}

static void test_beside_each_other(void)
{
	pid_t movers[WORKERS];
	double end = seconds() + 0.4;
	int fine = 1, deaths = 0, status;

	id = new_set(NSEMS);
	set_value(id, 0, UNITS);
	for (int i = 0; i < WORKERS; i++)
		movers[i] = start_mover(rng + (unsigned long)i);
	while (seconds() < end) {
		int i = (int)draw(WORKERS), now = sum();

		/* At most one unit of each is out on loan. */
		fine &= now <= UNITS && now >= UNITS - WORKERS;
		if (draw(8) == 0) {
			put_end(movers[i]);
			movers[i] = start_mover(rng + ++deaths);
		}
	}
	ok(fine, "SEM-013 DESIGN-033: no sum that cannot be is ever seen (%d were killed)", deaths);
	for (int i = 0; i < WORKERS; i++)
		if (i % 2)
			put_end(movers[i]);
	ok(sum() >= UNITS - WORKERS / 2 && sum() <= UNITS,
	   "SEM-027: the dead have given back what they took");
	rm_set(id);
	for (int i = 0; i < WORKERS; i += 2) {
		waitpid(movers[i], &status, 0);
		fine &= WIFEXITED(status);
	}
	ok(fine, "SEM-036: RMID ends all who are in the middle");
}

int main(int argc, char **argv)
{
	rng = test_seed(argc, argv);
	test_model();
	test_beside_each_other();
	return ktap_done();
}
