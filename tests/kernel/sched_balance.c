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
	return ktap_done();
}
