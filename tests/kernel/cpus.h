/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of several CPUs: children that run and say where, and waiting, with a deadline,
 * until something is so.
 */
#ifndef TESTS_KERNEL_CPUS_H
#define TESTS_KERNEL_CPUS_H

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_RUNNERS 32
#define DEADLINE_S  60 /* far more than needed: a debug build on a busy host is slow */

/* What a child that runs all the time shows of itself. */
struct runner {
	atomic_int cpu;    /* where it was when it counted last; -1 before */
	atomic_long count; /* goes up while it runs */
	atomic_int stop;
	pid_t pid;
};

static struct runner *runners;
static int cpus[64], nr_cpus; /* those that the test may use */

static inline void cpus_init(void)
{
	cpu_set_t all;

	sched_getaffinity(0, sizeof(all), &all);
	for (int cpu = 0; cpu < 64; cpu++) {
		if (CPU_ISSET(cpu, &all))
			cpus[nr_cpus++] = cpu;
	}
	runners = mmap(NULL, MAX_RUNNERS * sizeof(*runners), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < MAX_RUNNERS; i++)
		atomic_store(&runners[i].cpu, -1);
}

static inline double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static inline void short_pause(void)
{
	struct timespec ts = { 0, 2000000 };

	nanosleep(&ts, NULL);
}

/* True as soon as condition is; false when the deadline has passed. */
#define wait_until(condition)                                                                      \
	({                                                                                         \
		double __end = seconds_now() + DEADLINE_S;                                         \
		int __true;                                                                        \
                                                                                                   \
		while (!(__true = (condition)) && seconds_now() < __end)                           \
			short_pause();                                                             \
		__true;                                                                            \
	})

/* pid 0: the caller. */
static inline int pin(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(pid, sizeof(set), &set);
}

static inline int pin_nowhere(pid_t pid) /* any of the test's CPUs */
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < nr_cpus; i++)
		CPU_SET(cpus[i], &set);
	return sched_setaffinity(pid, sizeof(set), &set);
}

static inline int set_policy(pid_t pid, int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return (int)syscall(SYS_sched_setscheduler, pid, policy, &param);
}

/* Runs until told to stop, and never longer than the test waits for anything, twice. */
static inline void run(struct runner *self)
{
	double end = seconds_now() + 2 * DEADLINE_S;

	while (!atomic_load(&self->stop)) {
		atomic_store(&self->cpu, sched_getcpu());
		if (atomic_fetch_add(&self->count, 1) % 1024 == 0 && seconds_now() > end)
			break;
	}
	_exit(0);
}

/* Child i runs, on one CPU if cpu >= 0, else where the caller may, as SCHED_FIFO if priority > 0. */
static inline pid_t start_runner(int i, int cpu, int priority)
{
	struct runner *self = &runners[i];
	pid_t pid;

	atomic_store(&self->cpu, -1);
	atomic_store(&self->stop, 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if ((cpu >= 0 && pin(0, cpu)) ||
		    set_policy(0, priority ? SCHED_FIFO : SCHED_OTHER, priority))
			_exit(1);
		run(self);
	}
	self->pid = pid;
	return pid;
}

static inline void stop_runners(int from, int to)
{
	for (int i = from; i < to; i++)
		atomic_store(&runners[i].stop, 1);
	for (int i = from; i < to; i++)
		waitpid(runners[i].pid, NULL, 0);
}

/* Has the child run since this call began, often enough that what it shows is younger? */
static inline int has_run(int i)
{
	long before = atomic_load(&runners[i].count);

	return wait_until(atomic_load(&runners[i].count) >= before + 3);
}

static inline int all_have_run(int from, int to)
{
	for (int i = from; i < to; i++) {
		if (!has_run(i))
			return 0;
	}
	return 1;
}

/* On how many different CPUs are they? */
static inline int cpus_in_use(int from, int to)
{
	unsigned long long mask = 0;

	for (int i = from; i < to; i++) {
		int cpu = atomic_load(&runners[i].cpu);

		if (cpu >= 0)
			mask |= 1ull << cpu;
	}
	return __builtin_popcountll(mask);
}

#endif
