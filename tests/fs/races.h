/* SPDX-License-Identifier: GPL-2.0-only */
/* For the tests of races: an attempt is made many times, each with other delays on both sides. */
#ifndef TESTS_FS_RACES_H
#define TESTS_FS_RACES_H

#include <sys/prctl.h>
#include "tests/fs/pipes.h"

struct race {
	const char *promise;
	int (*try)(int round); /* did it go well? */
};

/* A child that does not outlive its parent, nor hang for ever. */
static inline pid_t start(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(100);
	}
	return pid;
}

/* A lost wake-up ends the program instead of hanging it. */
static inline void run_races(const struct race *races, int n, int rounds)
{
	for (int r = 0; r < n; r++) {
		int good = 0;

		alarm(100);
		for (int round = 0; round < rounds; round++)
			good += !!races[r].try(round);
		alarm(0);
		ok(good == rounds, "%s: %d of %d", races[r].promise, good, rounds);
	}
}

/* How a child ended: its status, or 1000 + how it was killed. */
static inline int ended(pid_t pid)
{
	int status = -1;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#endif
