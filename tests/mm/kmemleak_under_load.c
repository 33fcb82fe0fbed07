// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scan for lost memory makes all other CPUs stand still, while processes come and go on them. A CPU
 * that stood still with a lock that another one wants with interrupts off would hold up that one, and
 * so the scan, for ever; and an object that is half made must not be searched. Two scan at a time.
 */
#include "tests/ktap.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 3
#define FORKERS 4

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void fork_for_ever(void)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static int scan_once(void)
{
	char line[256];
	int fd = open("/proc/kmemleak", O_RDONLY | O_CLOEXEC), n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, line, sizeof(line))) > 0)
		;
	close(fd);
	return n;
}

/* How many scans there were; -1 when one failed. */
static long scan_for(int seconds)
{
	long scans = 0, end = now() + seconds;

	do {
		if (scan_once())
			return -1;
		scans++;
	} while (now() < end);
	return scans;
}

int main(void)
{
	pid_t pids[FORKERS], other;
	int status;
	long scans;

	if (access("/proc/kmemleak", R_OK))
		return ktap_skip_all("no /proc/kmemleak: not a debug build");
	for (int i = 0; i < FORKERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			fork_for_ever();
	}
	other = fork();
	if (!other)
		_exit(scan_for(SECONDS) <= 0);
	scans = scan_for(SECONDS);
	ok(scans > 0, "%ld scans among processes that fork", scans);
	waitpid(other, &status, 0);
	ok(status == 0, "as another process has");
	for (int i = 0; i < FORKERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return ktap_done();
}
