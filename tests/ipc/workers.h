/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that do, one job after the other, what a random test tells them through a pipe, and answer
 * through another. Jobs and answers are the test's own.
 */
#ifndef TESTS_IPC_WORKERS_H
#define TESTS_IPC_WORKERS_H

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Runs work(), which ends with _exit(), in a child: the two ends that are ours, and its pid. */
static inline pid_t start_working(void (*work)(int command, int answer), int *command, int *answer)
{
	int c[2], a[2];
	pid_t pid;

	if (pipe(c) || pipe(a))
		exit(97);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(c[1]);
		work(c[0], a[1]);
	}
	*command = c[1];
	*answer = a[0];
	close(c[0]);
	close(a[1]);
	return pid;
}

/* Worker n has not answered anything that nobody has read. */
static inline int is_silent(int n, int answer)
{
	struct pollfd p = { .fd = answer, .events = POLLIN };

	if (!poll(&p, 1, 0))
		return 1;
	printf("# %d answered unasked\n", n);
	return 0;
}

#endif
