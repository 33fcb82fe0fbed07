// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scheduling policies: what the calls accept, report and refuse; who may change what; a FIFO task
 * is not disturbed by a fair one, round-robin tasks alternate.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define NOBODY 65534

static atomic_int *shared;

/* musl's wrappers do not ask the kernel. */
static long setscheduler(pid_t pid, int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return syscall(SYS_sched_setscheduler, pid, policy, &param);
}

static long getscheduler(pid_t pid)
{
	return syscall(SYS_sched_getscheduler, pid);
}

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* Runs test in a child, true when it returns true. */
static int in_child(int (*test)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(test() ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void test_calls(void)
{
	struct sched_param param = { .sched_priority = -1 };
	struct timespec ts;

	ok(getscheduler(0) == SCHED_OTHER, "the default is SCHED_OTHER");
	ok(setscheduler(0, SCHED_FIFO, 10) == 0 && getscheduler(0) == SCHED_FIFO, "SCHED_FIFO");
	ok(syscall(SYS_sched_getparam, 0, &param) == 0 && param.sched_priority == 10,
	   "sched_getparam");
	param.sched_priority = 20;
	ok(syscall(SYS_sched_setparam, 0, &param) == 0 && getscheduler(0) == SCHED_FIFO,
	   "sched_setparam keeps the policy");
	ok(syscall(SYS_sched_rr_get_interval, 0, &ts) == 0 && !ts.tv_sec && !ts.tv_nsec,
	   "a FIFO task has no slice");
	ok(setscheduler(0, SCHED_RR, 1) == 0 && syscall(SYS_sched_rr_get_interval, 0, &ts) == 0 &&
		   ts.tv_sec == 0 && ts.tv_nsec > 0,
	   "a round-robin task has one");
	ok(setscheduler(0, SCHED_BATCH, 0) == 0 && getscheduler(0) == SCHED_BATCH, "SCHED_BATCH");
	ok(setscheduler(0, SCHED_IDLE, 0) == 0 && getscheduler(0) == SCHED_IDLE, "SCHED_IDLE");
	ok(setscheduler(0, SCHED_OTHER | 0x40000000, 0) == 0 &&
		   getscheduler(0) == (SCHED_OTHER | 0x40000000),
	   "reset-on-fork is reported");
	ok(setscheduler(0, SCHED_OTHER, 0) == 0 && getscheduler(0) == SCHED_OTHER, "and back");
	ok(failed_with(setscheduler(0, SCHED_FIFO, 0), EINVAL) &&
		   failed_with(setscheduler(0, SCHED_FIFO, 100), EINVAL) &&
		   failed_with(setscheduler(0, SCHED_OTHER, 1), EINVAL) &&
		   failed_with(setscheduler(0, 77, 0), EINVAL) &&
		   failed_with(setscheduler(-1, SCHED_OTHER, 0), EINVAL),
	   "priority and policy must fit");
	ok(failed_with(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL), EINVAL) &&
		   failed_with(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, 8), EFAULT) &&
		   failed_with(setscheduler(4194303, SCHED_OTHER, 0), ESRCH),
	   "EINVAL, EFAULT, ESRCH");
	ok(syscall(SYS_sched_get_priority_max, SCHED_FIFO) == 99 &&
		   syscall(SYS_sched_get_priority_min, SCHED_RR) == 1 &&
		   syscall(SYS_sched_get_priority_max, SCHED_OTHER) == 0 &&
		   failed_with(syscall(SYS_sched_get_priority_min, 77), EINVAL),
	   "ranges of priorities");
}

struct attr {
	unsigned int size, policy;
	unsigned long long flags;
	int nice;
	unsigned int priority;
	unsigned long long runtime, deadline, period;
	unsigned int util_min, util_max;
	unsigned char more[16];
};

static void test_attr(void)
{
	struct attr attr = { .size = 48, .policy = SCHED_OTHER, .nice = 7 }, got = { 0 };

	ok(syscall(SYS_sched_setattr, 0, &attr, 0) == 0 && getpriority(PRIO_PROCESS, 0) == 7,
	   "sched_setattr sets nice");
	ok(syscall(SYS_sched_getattr, 0, &got, 48, 0) == 0 && got.size == 48 && got.nice == 7 &&
		   got.policy == SCHED_OTHER,
	   "sched_getattr");
	attr.size = sizeof(attr);
	ok(syscall(SYS_sched_setattr, 0, &attr, 0) == 0, "a longer struct with zeros behind");
	attr.more[3] = 1;
	ok(failed_with(syscall(SYS_sched_setattr, 0, &attr, 0), E2BIG) && attr.size >= 48,
	   "a longer struct with something behind: E2BIG");
	attr.size = 48;
	ok(failed_with(syscall(SYS_sched_setattr, 0, &attr, 1), EINVAL) &&
		   failed_with(syscall(SYS_sched_getattr, 0, &got, 47, 0), EINVAL) &&
		   failed_with(syscall(SYS_sched_setattr, 0, NULL, 0), EINVAL),
	   "EINVAL");
	attr.size = 40;
	ok(failed_with(syscall(SYS_sched_setattr, 0, &attr, 0), E2BIG), "too short: E2BIG");
	attr.size = 48;
	attr.nice = 0;
	syscall(SYS_sched_setattr, 0, &attr, 0);
}

static void test_nice(void)
{
	ok(setpriority(PRIO_PROCESS, 0, -5) == 0 && getpriority(PRIO_PROCESS, 0) == -5,
	   "root may take a better nice value");
	ok(setpriority(PRIO_PROCESS, 0, 100) == 0 && getpriority(PRIO_PROCESS, 0) == 19 &&
		   setpriority(PRIO_PROCESS, 0, -100) == 0 && getpriority(PRIO_PROCESS, 0) == -20,
	   "values are clamped");
	ok(syscall(SYS_getpriority, PRIO_PROCESS, 0) == 40, "the raw call counts 40 ... 1");
	setpriority(PRIO_PROCESS, 0, 0);
	ok(failed_with(syscall(SYS_getpriority, 3, 0), EINVAL) &&
		   failed_with(setpriority(-1, 0, 0), EINVAL) &&
		   failed_with(setpriority(PRIO_PROCESS, 4194303, 0), ESRCH),
	   "EINVAL, ESRCH");
	ok(setpriority(PRIO_PGRP, 0, 0) == 0 && getpriority(PRIO_USER, 0) <= 0, "groups and users");
}

/* ---- permissions, in children that give up root ---- */

static int nobody_may_not(void)
{
	struct rlimit none = { 0, 0 };
	pid_t parent = getppid();

	setrlimit(RLIMIT_RTPRIO, &none);
	setrlimit(RLIMIT_NICE, &none);
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return 0;
	return failed_with(setscheduler(0, SCHED_FIFO, 1), EPERM) &&
	       failed_with(setpriority(PRIO_PROCESS, 0, -1), EACCES) &&
	       failed_with(setpriority(PRIO_PROCESS, parent, 1), EPERM) &&
	       failed_with(setscheduler(parent, SCHED_BATCH, 0), EPERM) &&
	       setpriority(PRIO_PROCESS, 0, 3) == 0 && setscheduler(0, SCHED_BATCH, 0) == 0 &&
	       failed_with(setpriority(PRIO_PROCESS, 0, 2), EACCES);
}

static int limits_allow(void)
{
	struct rlimit rt = { 10, 10 }, nice = { 25, 25 }; /* nice -5 */

	setrlimit(RLIMIT_RTPRIO, &rt);
	setrlimit(RLIMIT_NICE, &nice);
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return 0;
	return setscheduler(0, SCHED_RR, 10) == 0 &&
	       failed_with(setscheduler(0, SCHED_RR, 11), EPERM) &&
	       setscheduler(0, SCHED_OTHER, 0) == 0 && setpriority(PRIO_PROCESS, 0, -5) == 0 &&
	       failed_with(setpriority(PRIO_PROCESS, 0, -6), EACCES);
}

static int policy_is_inherited(void)
{
	return getscheduler(0) == SCHED_FIFO;
}

static int policy_is_reset(void)
{
	return getscheduler(0) == SCHED_OTHER && getpriority(PRIO_PROCESS, 0) == 0;
}

static void test_inheritance(void)
{
	setscheduler(0, SCHED_FIFO, 5);
	ok(in_child(policy_is_inherited), "fork inherits the policy");
	setscheduler(0, SCHED_FIFO | 0x40000000, 5);
	ok(in_child(policy_is_reset), "with reset-on-fork it does not");
	setscheduler(0, SCHED_OTHER, 0);
	setpriority(PRIO_PROCESS, 0, -3);
	setscheduler(0, SCHED_OTHER | 0x40000000, 0);
	ok(in_child(policy_is_reset), "nor a better nice value");
	setscheduler(0, SCHED_OTHER, 0);
	setpriority(PRIO_PROCESS, 0, 0);
}

/* ---- who runs ---- */

static void burn_ms(int ms)
{
	long long end = now_ms() + ms;

	while (now_ms() < end)
		;
}

/* A fair child may not take a single step while the FIFO parent runs. *ms: how long that was. */
static int fifo_runs_alone(long long *ms)
{
	long long begin;
	int before, after;
	pid_t pid;

	shared[0] = 0;
	pid = fork();
	if (!pid) {
		for (;;)
			atomic_fetch_add(&shared[0], 1);
	}
	while (!atomic_load(&shared[0]))
		usleep(1000);
	begin = now_ms();
	setscheduler(0, SCHED_FIFO, 1);
	before = atomic_load(&shared[0]);
	burn_ms(200);
	after = atomic_load(&shared[0]);
	*ms = now_ms() - begin;
	setscheduler(0, SCHED_OTHER, 0);
	kill(pid, 9);
	waitpid(pid, NULL, 0);
	return before == after;
}

/* Only a try that was no longer than planned counts: for more than 950 ms FIFO tasks are held back. */
static void test_fifo_runs_alone(void)
{
	long long ms = 0;
	int alone;

	for (int i = 0; i < 20; i++) {
		usleep(1100000); /* a period in which nothing was used yet */
		alone = fifo_runs_alone(&ms);
		if (ms < 500)
			break;
	}
	ok(alone, "a fair task does not run beside a FIFO task (%lld ms)", ms);
}

/* Two busy tasks of one priority: do both get on within a second, one like the other? */
static int rr_alternates(void)
{
	pid_t pid[2];
	int got[2];

	shared[0] = shared[1] = 0;
	setscheduler(0, SCHED_FIFO, 2);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			setscheduler(0, SCHED_RR, 1);
			for (;;)
				atomic_fetch_add(&shared[i], 1);
		}
	}
	usleep(700000); /* more than six slices, less than Linux's limit for real-time tasks */
	got[0] = atomic_load(&shared[0]);
	got[1] = atomic_load(&shared[1]);
	kill(pid[0], 9);
	kill(pid[1], 9);
	while (wait(NULL) > 0)
		;
	setscheduler(0, SCHED_OTHER, 0);
	return got[0] > 0 && got[1] > 0 && got[0] / 4 < got[1] && got[1] / 4 < got[0];
}

/* Again if not: a busy host may have taken the CPU from one of them for most of its slices. */
static void test_rr_alternates(void)
{
	int alternates = 0;

	for (int i = 0; i < 10 && !alternates; i++)
		alternates = rr_alternates();
	ok(alternates, "round-robin tasks alternate");
}

/* A better FIFO task takes the CPU at once when it wakes. */
static void test_fifo_preempts(void)
{
	int fds[2], order;
	pid_t pid;

	shared[0] = 0;
	if (pipe(fds))
		return;
	setscheduler(0, SCHED_FIFO, 1);
	pid = fork();
	if (!pid) {
		char c;

		setscheduler(0, SCHED_FIFO, 2);
		if (read(fds[0], &c, 1) == 1)
			atomic_store(&shared[0], 1);
		_exit(0);
	}
	usleep(50000);
	if (write(fds[1], "x", 1) != 1)
		return;
	order = atomic_load(&shared[0]);
	setscheduler(0, SCHED_OTHER, 0);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
	ok(order == 1, "a woken task of better priority runs before write() returns");
}

static void test_affinity(void)
{
	unsigned long mask[16] = { 0 }, none = 0;
	unsigned int cpu = 77, node = 77;
	long size = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);

	ok(size >= 8 && size % 8 == 0 && (mask[0] & 1), "sched_getaffinity returns its size");
	ok(failed_with(syscall(SYS_sched_getaffinity, 0, 7, mask), EINVAL) &&
		   failed_with(syscall(SYS_sched_setaffinity, 0, 8, &none), EINVAL) &&
		   failed_with(syscall(SYS_sched_setaffinity, 4194303, 8, mask), ESRCH) &&
		   failed_with(syscall(SYS_sched_setaffinity, 0, 8, 8), EFAULT),
	   "EINVAL, ESRCH, EFAULT");
	ok(syscall(SYS_getcpu, &cpu, &node, NULL) == 0 && cpu < 1024 && node == 0 &&
		   (mask[cpu / 64] >> cpu % 64 & 1),
	   "getcpu names an allowed CPU");
}

/* To each allowed CPU in turn; the call returns on it. */
static void test_migration(void)
{
	cpu_set_t all, one;
	int good = 1;

	sched_getaffinity(0, sizeof(all), &all);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		good &= sched_setaffinity(0, sizeof(one), &one) == 0 && sched_getcpu() == cpu;
	}
	ok(good, "sched_setaffinity moves the caller");
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	test_affinity();
	test_migration(); /* leaves us on CPU 0 for the rest */
	test_calls();
	test_attr();
	test_nice();
	ok(in_child(nobody_may_not), "without privilege: EPERM, EACCES");
	ok(in_child(limits_allow), "RLIMIT_RTPRIO and RLIMIT_NICE allow");
	test_inheritance();
	test_fifo_runs_alone();
	test_fifo_preempts();
	test_rr_alternates();
	ok(syscall(SYS_sched_yield) == 0, "sched_yield");
	return ktap_done();
}
