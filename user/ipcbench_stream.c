// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcbench: byte streams (pipe, FIFO, Unix socket): round trips and bandwidth; poll and epoll.
 * One operation is a round trip, a block written and read, or one call. Start at: stream_benchmarks.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/ipcbench.h"

#define BLOCK 65536

static int there[2], back[2]; /* [0] is read, [1] written */
static char block[BLOCK];

static void echo(long ops)
{
	char byte;

	for (long i = 0; i < ops; i++) {
		must(read(there[0], &byte, 1));
		must(write(back[1], &byte, 1));
	}
}

static void time_round_trips(long ops)
{
	char byte = 0;

	/* One more, not timed: the first brings the child's pages in. */
	spawn(echo, ops + 1);
	for (long i = 0; i <= ops; i++) {
		if (i == 1)
			start_clock();
		must(write(there[1], &byte, 1));
		must(read(back[0], &byte, 1));
	}
	stop_clock();
}

static void write_blocks(long ops)
{
	for (long i = 0; i < ops; i++)
		for (long done = 0; done < BLOCK;)
			done += must(write(there[1], block, BLOCK - done));
}

static void time_bandwidth(long ops)
{
	spawn(write_blocks, ops);
	start_clock();
	for (long left = ops * BLOCK; left > 0;)
		left -= must(read(there[0], block, left < BLOCK ? left : BLOCK));
	stop_clock();
}

static void open_fifo(int end[2])
{
	char path[40];

	snprintf(path, sizeof(path), "/tmp/ipcbench.%d", (int)getpid());
	must(mkfifo(path, 0600));
	end[0] = open(path, O_RDONLY | O_NONBLOCK);
	end[1] = open(path, O_WRONLY);
	unlink(path);
	must(end[0] < 0 || end[1] < 0 ? -1 : 0);
	must(fcntl(end[0], F_SETFL, 0));
}

static void open_both(long kind)
{
	if (kind == 'p') {
		must(pipe(there));
		must(pipe(back));
	} else if (kind == 'f') {
		open_fifo(there);
		open_fifo(back);
	} else {
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, there));
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, back));
	}
}

static void round_trips(long ops, long kind)
{
	open_both(kind);
	time_round_trips(ops);
}

static void bandwidth(long ops, long kind)
{
	open_both(kind);
	time_bandwidth(ops);
}

/* @count descriptors of which the last is readable; returns an array that the caller keeps. */
static struct pollfd *open_descriptors(long count)
{
	struct pollfd *fds = calloc(count, sizeof(*fds));
	struct rlimit limit = { count + 64, count + 64 };
	int silent[2], ready[2];

	must(fds ? 0 : -1);
	must(setrlimit(RLIMIT_NOFILE, &limit));
	must(pipe(silent));
	must(pipe(ready));
	must(write(ready[1], "x", 1));
	for (long i = 0; i < count; i++) {
		fds[i].fd = must(dup(i == count - 1 ? ready[0] : silent[0]));
		fds[i].events = POLLIN;
	}
	return fds;
}

static void poll_many(long ops, long count)
{
	struct pollfd *fds = open_descriptors(count);

	start_clock();
	for (long i = 0; i < ops; i++)
		must(poll(fds, count, -1));
	stop_clock();
}

static void epoll_many(long ops, long count)
{
	struct pollfd *fds = open_descriptors(count);
	struct epoll_event event = { .events = EPOLLIN };
	int set = must(epoll_create1(0));

	for (long i = 0; i < count; i++)
		must(epoll_ctl(set, EPOLL_CTL_ADD, fds[i].fd, &event));
	start_clock();
	for (long i = 0; i < ops; i++)
		must(epoll_wait(set, &event, 1, -1));
	stop_clock();
}

const struct benchmark stream_benchmarks[] = {
	{ "pipe_pingpong", round_trips, 2000, 'p' },
	{ "pipe_bandwidth", bandwidth, 200, 'p' },
	{ "fifo_pingpong", round_trips, 2000, 'f' },
	{ "fifo_bandwidth", bandwidth, 200, 'f' },
	{ "unix_pingpong", round_trips, 2000, 'u' },
	{ "unix_bandwidth", bandwidth, 200, 'u' },
	{ "poll_10", poll_many, 2000, 10 },
	{ "poll_100", poll_many, 1000, 100 },
	{ "poll_1000", poll_many, 200, 1000 },
	{ "epoll_10", epoll_many, 2000, 10 },
	{ "epoll_100", epoll_many, 2000, 100 },
	{ "epoll_1000", epoll_many, 2000, 1000 },
	{ NULL, NULL, 0, 0 },
};
