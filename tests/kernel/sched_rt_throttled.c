// SPDX-License-Identifier: GPL-2.0-only
/*
 * A real-time task that never sleeps leaves its CPU's other tasks 5 % (man 7 sched, "Limiting the CPU
 * usage of real-time and deadline processes"): whoever shares the CPU can still end it.
 */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/kernel/cpus.h"
#include "tests/ktap.h"

#define GIVE_UP_S 40

/* For ever, but not beyond the patience of the test. */
static void hog(int ready, int policy)
{
	struct sched_param param = { .sched_priority = 50 };
	double end = seconds_now() + GIVE_UP_S;

	if (syscall(SYS_sched_setscheduler, 0, policy, &param) || write(ready, "x", 1) != 1)
		_exit(2);
	while (seconds_now() < end)
		;
	_exit(1);
}

static void test_hog(int policy, const char *name)
{
	int p[2], status;
	double begin;
	pid_t pid;
	char c;

	if (pipe(p))
		exit(1);
	begin = seconds_now();
	pid = fork();
	if (!pid)
		hog(p[1], policy);
	/* From here on this process runs only if the other is held back. */
	ok(read(p[0], &c, 1) == 1 && !kill(pid, SIGKILL) && waitpid(pid, &status, 0) == pid &&
		   WIFSIGNALED(status),
	   "%s: who never sleeps can be killed from its own CPU", name);
	ok(seconds_now() - begin < GIVE_UP_S, "before it gives up by itself");
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	char text[32];
	cpu_set_t set;

	cpus_init();
	CPU_ZERO(&set);
	CPU_SET(cpus[0], &set);
	sched_setaffinity(0, sizeof(set), &set);
	ok(read_file("/proc/sys/kernel/sched_rt_period_us", text, sizeof(text)) > 0 &&
		   !strcmp(text, "1000000\n"),
	   "a period is a second");
	ok(read_file("/proc/sys/kernel/sched_rt_runtime_us", text, sizeof(text)) > 0 &&
		   !strcmp(text, "950000\n"),
	   "of which real-time tasks have 95 %%");
	test_hog(SCHED_FIFO, "SCHED_FIFO");
	test_hog(SCHED_RR, "SCHED_RR");
	return ktap_done();
}
