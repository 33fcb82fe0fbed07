// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real-time tasks on several CPUs: none waits while a CPU that it may use runs something lower
 * (man 7 sched; kernel/sched/rt_balance.c). The test itself is more urgent than its children.
 */
#define _GNU_SOURCE
#include "tests/ktap.h"
#include "tests/kernel/cpus.h"

static int priority_of(pid_t pid)
{
	struct sched_param param = { 0 };

	return syscall(SYS_sched_getparam, pid, &param) ? -1 : param.sched_priority;
}

static int is_apart(int i, int j)
{
	return wait_until(atomic_load(&runners[i].cpu) != atomic_load(&runners[j].cpu)) &&
	       has_run(i) && has_run(j);
}

static void test_all_run(void)
{
	for (int i = 0; i < nr_cpus; i++)
		start_runner(i, -1, 10);
	ok(all_have_run(0, nr_cpus) && wait_until(cpus_in_use(0, nr_cpus) == nr_cpus),
	   "as many equal real-time tasks as CPUs: all run");
	stop_runners(0, nr_cpus);
}

static void test_push(void)
{
	int cpu;

	start_runner(0, -1, 10);
	has_run(0);
	cpu = atomic_load(&runners[0].cpu);
	start_runner(1, cpu, 20);
	ok(has_run(1) && is_apart(0, 1) && atomic_load(&runners[1].cpu) == cpu,
	   "one that is pre-empted goes on elsewhere");
	stop_runners(0, 2);
}

/* 0 may use two CPUs and is the least urgent; then one of the two others ends. */
static void test_pull(void)
{
	long before;
	cpu_set_t set;

	start_runner(1, cpus[0], 20);
	start_runner(2, cpus[1], 15);
	has_run(1);
	has_run(2);
	CPU_ZERO(&set);
	CPU_SET(cpus[0], &set);
	CPU_SET(cpus[1], &set);
	sched_setaffinity(0, sizeof(set), &set);
	start_runner(0, -1, 10);
	pin_nowhere(0);
	/* It begins with our priority; as soon as it has its own, it must wait. */
	wait_until(priority_of(runners[0].pid) == 10);
	has_run(1);
	has_run(2);
	before = atomic_load(&runners[0].count);
	has_run(1);
	has_run(2);
	ok(atomic_load(&runners[0].count) == before, "the least urgent waits");
	stop_runners(2, 3);
	ok(has_run(0) && atomic_load(&runners[0].cpu) == cpus[1],
	   "… and gets the CPU that becomes free");
	stop_runners(0, 2);
}

/* Priorities 11, 12, … on one CPU more than there are: the lowest does not run. */
static void test_order(void)
{
	long before;
	int good = 1;

	for (int i = nr_cpus; i >= 0; i--)
		start_runner(i, -1, 11 + i);
	good &= wait_until(priority_of(runners[0].pid) == 11) && all_have_run(1, nr_cpus + 1);
	before = atomic_load(&runners[0].count);
	for (int round = 0; round < 5; round++)
		good &= all_have_run(1, nr_cpus + 1);
	ok(good && atomic_load(&runners[0].count) == before,
	   "one task too many: the lowest priority waits");
	stop_runners(nr_cpus, nr_cpus + 1);
	ok(has_run(0), "… until another ends");
	stop_runners(0, nr_cpus);
}

int main(void)
{
	cpus_init();
	if (nr_cpus < 2)
		return ktap_skip_all("one CPU");
	if (nr_cpus >= MAX_RUNNERS)
		nr_cpus = MAX_RUNNERS - 1;
	if (set_policy(0, SCHED_FIFO, 50))
		return ktap_skip_all("no right to real-time priorities");
	test_all_run();
	test_push();
	test_pull();
	test_order();
	return ktap_done();
}
