// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU that stays in the kernel for long runs nobody else; whoever is woken there goes elsewhere.
 * The kernel of the debug build can be told to hang so (/proc/lkdtm), and then does for good: so this
 * runs only when it is asked to, by tests/host/planted_bugs, which reads the answer in the log.
 */
#define _GNU_SOURCE
#include "tests/ktap.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

static void run_on(unsigned long cpus)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int cpu = 0; cpu < 2; cpu++)
		if (cpus >> cpu & 1)
			CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(1);
	close(fd);
}

/* Begins on CPU 1, and may then run anywhere. */
static void sleep_and_count(volatile long *count)
{
	struct timespec pause_time = { 0, 10000000 };

	run_on(2);
	nanosleep(&pause_time, NULL);
	run_on(3);
	for (;; ++*count)
		nanosleep(&pause_time, NULL);
}

int main(int argc, char **argv)
{
	struct timespec ms = { 0, 1000000 };
	volatile long *count;
	long before;

	if (argc < 2)
		return ktap_skip_all("hangs a CPU: tests/host/planted_bugs runs it");
	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!fork())
		sleep_and_count(count);
	while (*count < 5)
		nanosleep(&ms, NULL);
	if (!fork())
		for (run_on(1);;) /* CPU 0 is never idle */
			;
	run_on(1);
	if (!fork()) {
		run_on(2);
		write_to("/proc/lkdtm", "SOFT_LOCKUP");
	}
	for (int i = 0; i < 1000; i++) /* until it hangs */
		nanosleep(&ms, NULL);
	before = *count;
	while (*count < before + 20)
		nanosleep(&ms, NULL);
	write_to("/dev/kmsg", "<5>sched_stuck_cpu: who was woken runs\n");
	for (;;)
		nanosleep(&ms, NULL);
}
