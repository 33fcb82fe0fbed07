// SPDX-License-Identifier: GPL-2.0-only
/*
 * sendfile(2) does not take its input from a pipe, and whoever waits for input on behalf of a pipe
 * does not keep that pipe's readers out: a reader with O_NONBLOCK gets EAGAIN, not a sleep.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

static char state_of(pid_t pid)
{
	char path[64], line[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return '?';
	line[n] = '\0';
	return strrchr(line, ')')[2];
}

static void wait_until_asleep(pid_t pid)
{
	struct timespec tick = { 0, 1000000 };

	for (int i = 0; i < 5000 && state_of(pid) != 'S'; i++)
		nanosleep(&tick, NULL);
}

int main(void)
{
	int a[2], b[2];
	char c;

	if (pipe(a) || pipe(b) || write(a[1], "x", 1) != 1)
		return 1;
	ok(sendfile(b[1], a[0], NULL, 1) == -1 && errno == EINVAL, "from a pipe: EINVAL");
	ok(read(a[0], &c, 1) == 1 && c == 'x', "and the byte stays");

	/* A child that moves bytes from an empty pipe into b: splice sleeps for input. */
	pid_t pid = fork();

	if (pid == 0)
		_exit(splice(a[0], NULL, b[1], NULL, 10, 0) == 3 ? 0 : 1);
	wait_until_asleep(pid);
	fcntl(b[0], F_SETFL, O_NONBLOCK);
	ok(read(b[0], &c, 1) == -1 && errno == EAGAIN, "the waiting splice does not hold the pipe");
	fcntl(b[0], F_SETFL, 0);
	if (write(a[1], "abc", 3) != 3)
		return 1;
	ok(read(b[0], &c, 1) == 1 && c == 'a', "its bytes arrive");
	int status;

	waitpid(pid, &status, 0);
	ok(status == 0, "splice says how many");
	return ktap_done();
}
