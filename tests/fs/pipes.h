/* SPDX-License-Identifier: GPL-2.0-only */
/* For the tests of pipes and FIFOs. */
#ifndef TESTS_FS_PIPES_H
#define TESTS_FS_PIPES_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define RD 0
#define WR 1

static char block[1 << 17];

static inline void make_pipe(int p[2], int flags)
{
	if (pipe2(p, flags)) {
		perror("pipe2");
		_exit(99);
	}
}

static inline void close_pipe(int p[2])
{
	if (p[RD] >= 0)
		close(p[RD]);
	if (p[WR] >= 0)
		close(p[WR]);
}

static inline short poll_now(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, 0) < 0 ? -1 : pfd.revents;
}

static inline int unread(int fd)
{
	int n = -1;

	return ioctl(fd, FIONREAD, &n) ? -1 : n;
}

static inline int set_flags(int fd, int set, int clear)
{
	return fcntl(fd, F_SETFL, (fcntl(fd, F_GETFL) | set) & ~clear);
}

/* Fills a non-blocking pipe with writes of size bytes: how many fit. */
static inline int fill(int fd, size_t size)
{
	int n = 0;

	while (write(fd, block, size) == (ssize_t)size)
		n++;
	return n;
}

static volatile sig_atomic_t handled;

static void count_signal(int sig)
{
	(void)sig;
	handled++;
}

static inline void catch (int sig, int flags)
{
	struct sigaction sa = { .sa_handler = count_signal, .sa_flags = flags };

	handled = 0;
	sigaction(sig, &sa, NULL);
}

static inline long read_number(const char *path)
{
	char text[64];

	return read_file(path, text, sizeof(text)) > 0 ? strtol(text, NULL, 10) : -1;
}

/* 0 or the errno. */
static inline int write_number(const char *path, long value)
{
	char text[32];
	int fd = open(path, O_WRONLY), err = 0;
	int len = snprintf(text, sizeof(text), "%ld\n", value);

	if (fd < 0)
		return errno;
	if (write(fd, text, len) != len)
		err = errno;
	close(fd);
	return err;
}

#endif
