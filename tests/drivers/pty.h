/* SPDX-License-Identifier: GPL-2.0-only */
/* A pseudo-terminal for a test, and reading from it with a deadline. */
#ifndef CONDUIT_TESTS_DRIVERS_PTY_H
#define CONDUIT_TESTS_DRIVERS_PTY_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define SECOND 1000
#define SOON   (20 * SECOND) /* also on a busy host */

/* Opens a master, unlocks it and opens its slave, which does not become our terminal. */
__attribute__((unused)) static int open_pair(int *master, int *slave)
{
	char name[64];

	*master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (*master < 0 || grantpt(*master) || unlockpt(*master) ||
	    ptsname_r(*master, name, sizeof(name)))
		return -1;
	*slave = open(name, O_RDWR | O_NOCTTY);
	return *slave < 0 ? -1 : 0;
}

/* Is there something to read within the time? */
__attribute__((unused)) static int readable(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, ms) == 1 && (p.revents & POLLIN);
}

/* Everything that arrives until `want` bytes are there or no more comes. */
__attribute__((unused)) static const char *arrives(int fd, size_t want)
{
	static char buf[8192];
	size_t n = 0;

	while (n < want && readable(fd, SOON)) {
		ssize_t got = read(fd, buf + n, want - n);

		if (got <= 0)
			break;
		n += got;
	}
	buf[n] = 0;
	return buf;
}

__attribute__((unused)) static void type(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		perror("type");
}

__attribute__((unused)) static int is(const char *got, const char *want)
{
	if (!strcmp(got, want))
		return 1;
	printf("# got '%s'\n", got);
	fflush(stdout);
	return 0;
}

/* Runs the function in a child; its exit status, or 128 + signal. */
__attribute__((unused)) static int in_child(void (*f)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		f();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
