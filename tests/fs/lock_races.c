// SPDX-License-Identifier: GPL-2.0-only
/*
 * Record locks under races: processes lock, widen, cut and give up ranges of one file, some wait and
 * are killed while they wait or while they hold, and somebody reads /proc/locks all the time. A byte
 * locked for writing is nobody else's, a cycle of waiting is refused, and a dead process holds
 * nothing.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define ROUNDS    3
#define PROCESSES 6
#define UNITS     8
#define STEPS     150
#define WIDTH     10 /* bytes of a unit; ranges begin and end with one */

static uint64_t state;
static int fd;

/* Who says that it has a unit: written only by those who have locked it. */
static struct {
	volatile int writer[UNITS], readers[UNITS];
	volatile int broken;
} * shared;

static unsigned int pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static int lock(int cmd, short type, int from, int units)
{
	struct flock l = { .l_type = type,
			   .l_whence = SEEK_SET,
			   .l_start = from * WIDTH,
			   .l_len = units * WIDTH };

	return fcntl(fd, cmd, &l);
}

static void use(short type, int from, int units, int me)
{
	for (int u = from; u < from + units; u++) {
		if (shared->writer[u])
			shared->broken++;
		if (type == F_RDLCK) {
			__sync_fetch_and_add(&shared->readers[u], 1);
		} else {
			if (shared->readers[u])
				shared->broken++;
			shared->writer[u] = me;
		}
	}
	sched_yield();
	for (int u = from; u < from + units; u++) {
		if (type == F_RDLCK) {
			__sync_fetch_and_sub(&shared->readers[u], 1);
			continue;
		}
		if (shared->writer[u] != me)
			shared->broken++;
		shared->writer[u] = 0;
	}
}

/* Locks a range, in two pieces now and then, uses it, and gives it up in one piece or by halves. */
static void process(int round, int me)
{
	state = 0x9e3779b97f4a7c15ull * (uint64_t)(round * PROCESSES + me + 1);
	for (int i = 0; i < STEPS; i++) {
		int from = (int)pick(UNITS), units = 1 + (int)pick(UNITS - from);
		short type = pick(2) ? F_WRLCK : F_RDLCK;
		int first = pick(3) ? units : 1 + (int)pick(units);
		int cmd = pick(3) ? F_SETLKW : F_SETLK;

		if (!lock(cmd, type, from, first) &&
		    (first == units || !lock(cmd, type, from + first, units - first))) {
			use(type, from, units, me + 1);
			/* The middle first: what is left is cut in two. */
			if (units > 2 && pick(2))
				lock(F_SETLK, F_UNLCK, from + 1, units - 2);
		}
		lock(F_SETLK, F_UNLCK, 0, 0);
	}
	_exit(0);
}

/* Every line of /proc/locks about our file has a range that somebody may have locked. */
static int proc_locks_make_sense(ino_t ino)
{
	char line[200], word[32], end[32];
	FILE *f = fopen("/proc/locks", "r");
	int good = 1;

	while (f && fgets(line, sizeof(line), f)) {
		char *p = strrchr(line, ':');
		unsigned long number;
		long start, last;

		if (!p || sscanf(p + 1, "%lu %ld %31s", &number, &start, end) != 3 ||
		    number != (unsigned long)ino)
			continue;
		last = strcmp(end, "EOF") ? atol(end) : -1;
		if (sscanf(line, "%*d: %31s", word) != 1 || start % WIDTH ||
		    (last >= 0 && (last < start || (last + 1) % WIDTH))) {
			printf("# /proc/locks: %s", line);
			good = 0;
		}
	}
	if (f)
		fclose(f);
	return good;
}

static int round_is_well(int round)
{
	pid_t pids[PROCESSES];
	int left = PROCESSES, good = 1, status;
	struct timespec start, now;
	struct stat st;

	memset((void *)shared, 0, sizeof(*shared));
	fd = open("lock_races.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || fstat(fd, &st))
		return 0;
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (!pids[i])
			process(round, i);
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int turn = 0; left; turn++) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			left--;
			good &= !status;
		}
		good &= proc_locks_make_sense(st.st_ino);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec > 100) {
			for (int i = 0; i < PROCESSES; i++)
				kill(pids[i], SIGKILL);
			return 0;
		}
	}
	if (shared->broken)
		printf("# %d times a unit had two owners\n", shared->broken);
	good &= !shared->broken;
	/* Those of a process that is killed while it holds and waits are free at once. */
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			lock(F_SETLK, F_WRLCK, i, 1);
			lock(F_SETLKW, F_WRLCK, 0, UNITS);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		sched_yield();
		kill(pids[i], SIGKILL);
	}
	for (int i = 0; i < PROCESSES; i++)
		waitpid(pids[i], NULL, 0);
	good &= !lock(F_SETLK, F_WRLCK, 0, 0);
	close(fd);
	unlink("lock_races.tmp");
	return good;
}

int main(int argc, char **argv)
{
	int first = argc > 1 ? atoi(argv[1]) : 0;
	int last = argc > 2 ? atoi(argv[2]) : argc > 1 ? first + 1 : ROUNDS;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (chdir("/tmp"))
		return 1;
	for (int round = first; round < last; round++)
		ok(round_is_well(round), "round %d: locked bytes have one owner", round);
	return ktap_done();
}
