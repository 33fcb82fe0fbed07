/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of processes and signals: children that reach a known state, and waiting for one
 * without guessing how long it takes.
 */
#ifndef TESTS_KERNEL_CHILD_H
#define TESTS_KERNEL_CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BIT(sig) (1ul << ((sig)-1))

static inline int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static inline int read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return (int)n;
}

/* The letter of /proc/<pid>/stat; tid: of one of its threads, or 0. '?' when it is gone. */
static inline char thread_state(pid_t pid, pid_t tid)
{
	char path[64], buf[512], *p;

	if (tid)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	else
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return '?';
	p = strrchr(buf, ')');
	return p ? p[2] : '?';
}

static inline void pause_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Some time that differs from round to round, without a clock: the same under a schedule seed. */
static inline void dawdle(int round)
{
	for (int i = 0; i < round % 10; i++)
		sched_yield();
	for (volatile int i = 0; i < round * 37 % 5000; i++)
		;
}

/* 1 once the process is in that state, 0 when it does not get there within a minute. */
static inline int reaches_state(pid_t pid, char state)
{
	for (int i = 0; i < 60000; i++) {
		if (thread_state(pid, 0) == state)
			return 1;
		pause_ms(1);
	}
	return 0;
}

/* A hexadecimal set from /proc/<pid>/status, e.g. "SigPnd:". */
static inline uint64_t status_set(pid_t pid, const char *field)
{
	char path[64], buf[4096], *p;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, buf, sizeof(buf)) <= 0)
		return 0;
	p = strstr(buf, field);
	return p ? strtoull(p + strlen(field), NULL, 16) : 0;
}

/* Queued signals of this process's user. */
static inline long queued_signals(void)
{
	char buf[4096], *p;

	if (read_file("/proc/self/status", buf, sizeof(buf)) <= 0)
		return -1;
	p = strstr(buf, "\nSigQ:");
	return p ? strtol(p + 6, NULL, 10) : -1;
}

static inline void raw_mask(uint64_t mask)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

static inline uint64_t raw_pending(void)
{
	uint64_t set = 0;

	syscall(SYS_rt_sigpending, &set, 8);
	return set;
}

/* The wait status of a child; a handler may run meanwhile. */
static inline int wait_status(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

/* Runs fn in a child that dies with its parent; its wait status. */
static inline int child_status(void (*fn)(void))
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn();
		_exit(0);
	}
	return wait_status(pid);
}

/* A child that runs fn (or nothing) and then waits for signals; it is ready when we return. */
static inline pid_t start_child(void (*fn)(void))
{
	int p[2];
	char c;
	pid_t pid;

	if (pipe(p))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (fn)
			fn();
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of ids clears it */
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		close(p[0]);
		close(p[1]);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		pid = -1;
	close(p[0]);
	return pid;
}

static inline int end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	return wait_status(pid);
}

#endif
