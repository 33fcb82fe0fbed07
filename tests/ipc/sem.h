/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the semaphore tests share: raw calls (so that the libc's habits do not matter), children
 * that sleep in semop(), and waiting with a deadline for a state that others reach.
 */
#ifndef TESTS_IPC_SEM_H
#define TESTS_IPC_SEM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stddef.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include "tests/ktap.h"

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#define SEMVMX 32767

/* As the kernel lays it out. */
struct raw_semid_ds {
	int key;
	unsigned int uid, gid, cuid, cgid, mode;
	unsigned short seq, pad;
	unsigned long unused1, unused2;
	long otime;
	unsigned long unused3;
	long ctime;
	unsigned long unused4, nsems, unused5, unused6;
};

#define OP(num, op, flg)                                                                           \
	(struct sembuf)                                                                            \
	{                                                                                          \
		(num), (op), (flg)                                                                 \
	}

/* -1 and errno, as the libc would say it. */
static inline int failed_with(long ret, int error)
{
	return ret == -1 && errno == error;
}

static inline long raw_semop(int id, struct sembuf *sops, unsigned int n)
{
	return syscall(SYS_semop, id, sops, n);
}

static inline long raw_semctl(int id, int num, int cmd, unsigned long arg)
{
	return syscall(SYS_semctl, id, num, cmd, arg);
}

/* sem_ops(id, OP(0, -1, 0), OP(1, 1, SEM_UNDO)) */
#define sem_ops(id, ...)                                                                           \
	raw_semop(id, (struct sembuf[]){ __VA_ARGS__ },                                            \
		  sizeof((struct sembuf[]){ __VA_ARGS__ }) / sizeof(struct sembuf))

static inline int new_set(int nsems)
{
	int id = (int)syscall(SYS_semget, IPC_PRIVATE, nsems, 0600);

	if (id < 0) {
		perror("# semget");
		exit(98);
	}
	return id;
}

static inline int rm_set(int id)
{
	return (int)raw_semctl(id, 0, IPC_RMID, 0);
}

static inline int get_value(int id, int num)
{
	return (int)raw_semctl(id, num, GETVAL, 0);
}

static inline int set_value(int id, int num, int value)
{
	return (int)raw_semctl(id, num, SETVAL, (unsigned long)value);
}

static inline int stat_set(int id, struct raw_semid_ds *ds)
{
	return (int)raw_semctl(id, 0, IPC_STAT, (unsigned long)ds);
}

static inline double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* A second of the real-time clock that is about now, however long a busy host let us wait since then. */
static inline int is_now(long second)
{
	return labs(second - (long)time(NULL)) <= 60;
}

/* Into another second than t. */
static inline void after_second(long t)
{
	struct timespec now;

	/* The coarse clock is what the kernel notes. */
	do {
		usleep(20000);
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec <= t);
}

/* How long we wait for what should come at once: only who waits in vain ever needs so much. */
#define LONG_MS 60000

/* Until the condition holds: 1, or 0 when that takes too long. */
#define eventually(condition)                                                                      \
	({                                                                                         \
		double until = seconds() + LONG_MS / 1000;                                         \
		int held;                                                                          \
		while (!(held = !!(condition)) && seconds() < until)                               \
			usleep(500);                                                               \
		held;                                                                              \
	})

/* Sleepers on a semaphore. */
static inline int ncnt(int id, int num)
{
	return (int)raw_semctl(id, num, GETNCNT, 0);
}

static inline int zcnt(int id, int num)
{
	return (int)raw_semctl(id, num, GETZCNT, 0);
}

/* A child that does these operations and exits with 0 or errno. */
static inline pid_t spawn_ops(int id, struct sembuf *sops, unsigned int n)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(raw_semop(id, sops, n) == 0 ? 0 : errno);
	}
	return pid;
}

#define spawn(id, ...)                                                                             \
	spawn_ops(id, (struct sembuf[]){ __VA_ARGS__ },                                            \
		  sizeof((struct sembuf[]){ __VA_ARGS__ }) / sizeof(struct sembuf))

/* Its exit status (errno of semop(), 0), or 1000 + signal. */
static inline int result_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* Has it ended? Does not reap. */
static inline int has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == pid;
}

static inline void put_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- random tests ---- */

/*
 * What the test starts from: its argument, or the schedule's seed (so that a sweep of schedules is
 * one of random sequences too), or the time. Printed, so that a failure can be tried again.
 */
static inline unsigned long test_seed(int argc, char **argv)
{
	unsigned long seed = (unsigned long)time(NULL);
	char line[1024] = "", *at;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, line, sizeof(line) - 1) > 0) {
		at = strstr(line, "sched_seed=");
		if (at)
			seed = strtoul(at + strlen("sched_seed="), NULL, 0);
	}
	close(fd);
	if (argc > 1)
		seed = strtoul(argv[1], NULL, 0);
	printf("# seed %lu\n", seed);
	fflush(stdout);
	return seed;
}

static unsigned long rng __attribute__((unused));

/* 0 … n - 1 */
static inline unsigned int draw(unsigned int n)
{
	rng = rng * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)(rng >> 33) % n;
}

/* Runs fn in a child: its exit status. */
static inline int in_child(int (*fn)(void))
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	return result_of(pid);
}

#endif
