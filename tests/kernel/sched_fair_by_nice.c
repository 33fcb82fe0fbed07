// SPDX-License-Identifier: GPL-2.0-only
/*
 * 200 busy tasks on one CPU share it in proportion to the weights of their nice values, and within
 * one nice value evenly: the longer, the more exactly. A busy host takes the CPU away now and then,
 * which one of the tasks then seems to have used, perhaps before all are there: so all its time counts,
 * also what it has not noticed itself; the task in the middle of its group, which is none of these,
 * stands for it; and the test looks every two seconds until it has evened out and stays so.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define TASKS    200
#define SECONDS  2  /* from one look to the next */
#define LONGEST  64 /* in all */
#define LOOKS    2  /* in a row that must find it fair */
#define NICE_LOW 5  /* the second half; weight 335 against 1024 */
#define RATIO    3.06

struct shared {
	atomic_int ready, go, stop;
};

static struct shared *shared;
static pid_t pids[TASKS];

/* CPU time so far. */
static long long used_ns(pid_t pid)
{
	struct timespec ts = { 0, 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		return -1;
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void burn(int index)
{
	if (index >= TASKS / 2)
		setpriority(PRIO_PROCESS, 0, NICE_LOW);
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		usleep(10000);
	while (!atomic_load_explicit(&shared->stop, memory_order_relaxed))
		;
	_exit(0);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* What the middle one of a group has had; *least: its last. */
static double middle(int from, double *least)
{
	double ns[TASKS / 2];

	for (int i = 0; i < TASKS / 2; i++)
		ns[i] = (double)used_ns(pids[from + i]);
	qsort(ns, TASKS / 2, sizeof(ns[0]), by_size);
	*least = ns[0];
	return ns[TASKS / 4];
}

static double high, low, high_least, low_least;

static int by_weight(void)
{
	return high / low > RATIO * 0.7 && high / low < RATIO * 1.3;
}

static int evenly(void)
{
	return high_least > high * 0.5;
}

int main(void)
{
	struct timespec run = { SECONDS, 0 };
	cpu_set_t one;
	int fair = 0;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	ok(sched_setaffinity(0, sizeof(one), &one) == 0, "all on CPU 0");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	for (int i = 0; i < TASKS; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			ok(0, "fork of task %d", i);
			atomic_store(&shared->stop, 1);
			atomic_store(&shared->go, 1);
			break;
		}
		if (!pid)
			burn(i);
		pids[i] = pid;
	}
	setpriority(PRIO_PROCESS, 0, -10);
	while (atomic_load(&shared->ready) < TASKS)
		usleep(10000);
	atomic_store(&shared->go, 1);
	for (int seconds = SECONDS; seconds <= LONGEST && fair < LOOKS; seconds += SECONDS) {
		nanosleep(&run, NULL);
		high = middle(0, &high_least);
		low = middle(TASKS / 2, &low_least);
		fair = by_weight() && evenly() && low_least > 0 ? fair + 1 : 0;
	}
	atomic_store(&shared->stop, 1);
	while (wait(NULL) > 0)
		;
	printf("# nice 0: %.1f ms, nice %d: %.1f ms, ratio %.2f; least %.1f and %.1f ms\n",
	       high / 1e6, NICE_LOW, low / 1e6, high / low, high_least / 1e6, low_least / 1e6);
	ok(by_weight(), "groups share by weight");
	ok(evenly(), "nobody of nice 0 has less than half its share");
	ok(low_least > 0, "everybody of nice %d has run", NICE_LOW);
	return ktap_done();
}
