// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work spreads over the CPUs: no CPU stays idle while tasks that may use it wait elsewhere, wherever
 * they began and however that came about (docs/sched.md).
 */
#define _GNU_SOURCE
#include "tests/ktap.h"
#include "tests/kernel/cpus.h"

/* All run, and there is one at least on each CPU. */
static int spread(int n)
{
	return wait_until(cpus_in_use(0, n) == nr_cpus) && all_have_run(0, n);
}

/* Reschedule interrupts so far, of all CPUs. */
static long reschedule_interrupts(void)
{
	FILE *file = fopen("/proc/interrupts", "r");
	char line[1024], *p;
	long sum = 0;

	while (file && fgets(line, sizeof(line), file)) {
		p = strstr(line, "RES:");
		if (!p)
			continue;
		for (char *end = p += 4;; p = end) {
			long count = strtol(p, &end, 10);

			if (end == p)
				break;
			sum += count;
		}
	}
	if (file)
		fclose(file);
	return sum;
}

/* One says a byte, the other answers, 1000 times. How many interrupts between CPUs that took. */
static long talk(void)
{
	int to[2], from[2];
	char byte = 0;
	long before;
	pid_t pid;

	if (pipe(to) || pipe(from))
		return -1;
	pid = fork();
	if (!pid) {
		close(to[1]);
		while (read(to[0], &byte, 1) == 1 && write(from[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	before = reschedule_interrupts();
	for (int i = 0; i < 1000; i++) {
		if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
			return -1;
	}
	before = reschedule_interrupts() - before;
	close(to[1]);
	waitpid(pid, NULL, 0);
	close(to[0]);
	close(from[0]);
	close(from[1]);
	return before;
}

static void test_talkers(void)
{
	char cmdline[512] = "";
	FILE *file = fopen("/proc/cmdline", "r");
	long best = 1000000;

	if (file && fgets(cmdline, sizeof(cmdline), file) && strstr(cmdline, "sched_seed")) {
		skip("a seed chooses the CPUs");
	} else {
		for (int i = 0; i < 3; i++) {
			long interrupts = talk();

			if (interrupts >= 0 && interrupts < best)
				best = interrupts;
		}
		ok(best < 500, "two that talk stay together: %ld interrupts for 2000 wake-ups",
		   best);
	}
	if (file)
		fclose(file);
}

int main(void)
{
	int n, good, first;

	cpus_init();
	if (nr_cpus < 2)
		return ktap_skip_all("one CPU");
	if (nr_cpus * 2 > MAX_RUNNERS)
		nr_cpus = MAX_RUNNERS / 2;

	n = nr_cpus;
	for (int i = 0; i < n; i++)
		start_runner(i, -1, 0);
	ok(spread(n), "as many busy processes as CPUs: one on each");
	stop_runners(0, n);

	n = 2 * nr_cpus;
	for (int i = 0; i < n; i++)
		start_runner(i, cpus[0], 0);
	ok(all_have_run(0, n) && cpus_in_use(0, n) == 1, "pinned, all share one CPU");
	good = 1;
	for (int i = 0; i < n; i++)
		good &= pin_nowhere(runners[i].pid) == 0;
	ok(good && spread(n), "let go, they spread over all CPUs");

	/* One that becomes idle takes from the others: all that are on one CPU end. */
	first = atomic_load(&runners[0].cpu);
	good = 0;
	for (int i = 0; i < n; i++) {
		if (atomic_load(&runners[i].cpu) == first && good < n - nr_cpus) {
			kill(runners[i].pid, SIGKILL);
			atomic_store(&runners[i].cpu, -1);
			good++;
		}
	}
	ok(wait_until(cpus_in_use(0, n) == nr_cpus), "a CPU without work takes some from others");
	stop_runners(0, n);

	/* A pinned process keeps its CPU busy; the free one with which it shares it goes elsewhere. */
	start_runner(0, cpus[0], 0);
	start_runner(1, cpus[0], 0);
	good = all_have_run(0, 2) && pin_nowhere(runners[1].pid) == 0;
	ok(good && wait_until(cpus_in_use(0, 2) == 2) && atomic_load(&runners[0].cpu) == cpus[0],
	   "the free process leaves the CPU to the pinned one");
	stop_runners(0, 2);
	test_talkers();
	return ktap_done();
}
