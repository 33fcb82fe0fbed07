// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes on two CPUs that use different semaphores of one set. By itself this checks that
 * none loses an operation; tests/host/two_cpus_two_semaphores runs it with the argument "serve" and
 * measures how long one and two of them take.
 * Spec: DESIGN-033
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "tests/ipc/sem.h"

static int set, other_set;
static volatile int *over; /* in memory that the processes share */

static void run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* On semaphore and CPU of this number: so many operations, of which one unit each stays. */
static int use(int number, int operations)
{
	run_on(number);
	if (sem_ops(set, OP(number, 1, 0)))
		return 1;
	for (int i = 0; i < operations / 2; i++)
		if (sem_ops(set, OP(number, 1, 0)) || sem_ops(set, OP(number, -1, 0)))
			return 1;
	return 0;
}

/* On a set of its own until the other one is through: its CPU is as busy as with two users of one. */
static int use_another_set(int number)
{
	run_on(number);
	while (!*over)
		if (sem_ops(other_set, OP(number, 1, 0)) || sem_ops(other_set, OP(number, -1, 0)))
			return 1;
	return 0;
}

static pid_t start(int number, int operations)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(operations ? use(number, operations) : use_another_set(number));
	}
	return pid;
}

/* Both through without an error? */
static int run_pair(int first, int second)
{
	pid_t one, two;
	int fine;

	*over = 0;
	one = start(0, first);
	two = start(1, second);
	fine = result_of(one) == 0;
	*over = 1;
	return result_of(two) == 0 && fine;
}

/* A line "N M" on standard input: a pair with so many operations; "done" is the answer. */
static int serve(void)
{
	int first, second;

	setbuf(stdout, NULL);
	puts("ready");
	while (scanf("%d %d", &first, &second) == 2)
		puts(run_pair(first, second) ? "done" : "failed");
	return 0;
}

int main(int argc, char **argv)
{
	int ret = 0;

	over = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	set = new_set(2);
	other_set = new_set(2);
	if (argc > 1) {
		ret = serve();
		rm_set(set);
		rm_set(other_set);
		return ret;
	}
	ok(run_pair(20000, 20000), "DESIGN-033: two processes use a semaphore of one set each");
	ok(get_value(set, 0) == 1 && get_value(set, 1) == 1, "DESIGN-033: and lose no operation");
	rm_set(set);
	rm_set(other_set);
	return ktap_done();
}
