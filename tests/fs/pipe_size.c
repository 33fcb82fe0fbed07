// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipes: capacity in slots, merging, F_SETPIPE_SZ, limits of users.
 * Spec: PIPE-009, PIPE-010, PIPE-012 to PIPE-015, PIPE-029 to PIPE-033
 */
#include "tests/fs/pipes.h"
#include <sched.h>

#define MAX_SIZE "/proc/sys/fs/pipe-max-size"
#define SOFT     "/proc/sys/fs/pipe-user-pages-soft"
#define HARD     "/proc/sys/fs/pipe-user-pages-hard"

static void test_slots(void)
{
	int p[2], n;

	make_pipe(p, O_NONBLOCK);
	ok(fcntl(p[RD], F_GETPIPE_SZ) == 65536, "PIPE-009: 65536 bytes");
	n = fill(p[WR], 4096);
	ok(n == 16, "PIPE-009: are 16 writes of 4096 (%d)", n);
	ok(unread(p[RD]) == 65536 && unread(p[WR]) == 65536, "PIPE-010: FIONREAD on either end");
	ok(failed_with(write(p[WR], "x", 1), EAGAIN), "PIPE-011: one more is EAGAIN");
	read(p[RD], block, 100);
	ok(failed_with(write(p[WR], "x", 1), EAGAIN) && poll_now(p[WR], POLLOUT) == 0,
	   "PIPE-012: part of a slot is no room");
	read(p[RD], block, 3996);
	ok(poll_now(p[WR], POLLOUT) == POLLOUT && write(p[WR], "x", 1) == 1,
	   "PIPE-012 DESIGN-014: a whole one is");
	close_pipe(p);

	make_pipe(p, O_NONBLOCK);
	for (n = 0; n < 15; n++)
		write(p[WR], block, 4096);
	ok(write(p[WR], block, 5000) == 4096, "PIPE-013: more than PIPE_BUF may go in part");
	close_pipe(p);
	make_pipe(p, O_NONBLOCK);
	ok(fill(p[WR], 4000) == 16 && failed_with(write(p[WR], block, 97), EAGAIN),
	   "PIPE-013: up to PIPE_BUF all or nothing");
	ok(write(p[WR], block, 96) == 96, "PIPE-014: what fits behind the newest is merged");
	close_pipe(p);

	make_pipe(p, O_NONBLOCK);
	write(p[WR], block, 65535);
	ok(poll_now(p[WR], POLLOUT) == 0 && write(p[WR], "x", 1) == 1,
	   "PIPE-014: even when POLLOUT is clear");
	close_pipe(p);
	make_pipe(p, O_NONBLOCK);
	n = fill(p[WR], 1);
	ok(n == 65536, "PIPE-015: 65536 single bytes fit (%d)", n);
	close_pipe(p);
}

static void test_set_size(void)
{
	int p[2], null = open("/dev/null", O_RDWR), good;
	char buf[65536];

	make_pipe(p, O_NONBLOCK);
	ok(fcntl(p[RD], F_SETPIPE_SZ, 1) == 4096 && fcntl(p[WR], F_SETPIPE_SZ, 4097) == 8192 &&
		   fcntl(p[WR], F_SETPIPE_SZ, 100000) == 131072 &&
		   fcntl(p[WR], F_SETPIPE_SZ, 0) == 4096 && fcntl(p[RD], F_GETPIPE_SZ) == 4096,
	   "PIPE-029: sizes are rounded up to a power of two of pages");
	ok(failed_with(fcntl(p[WR], F_SETPIPE_SZ, 0x80000001u), EINVAL),
	   "PIPE-029: above 2^31 EINVAL");
	ok(failed_with(fcntl(null, F_SETPIPE_SZ, 4096), EBADF) &&
		   failed_with(fcntl(null, F_GETPIPE_SZ), EBADF),
	   "PIPE-029: no pipe is EBADF");
	close(null);
	close_pipe(p);

	make_pipe(p, O_NONBLOCK | O_DIRECT);
	fill(p[WR], 1);
	ok(failed_with(fcntl(p[WR], F_SETPIPE_SZ, 8192), EBUSY),
	   "PIPE-030: slots in use are EBUSY");
	for (int i = 0; i < 14; i++)
		read(p[RD], buf, 1);
	ok(fcntl(p[WR], F_SETPIPE_SZ, 8192) == 8192 && fcntl(p[WR], F_SETPIPE_SZ, 4096) == -1,
	   "PIPE-030: two packets fit into two slots");
	close_pipe(p);

	/* A ring that has wrapped keeps its order through both. */
	make_pipe(p, O_NONBLOCK);
	for (int i = 0; i < 12; i++)
		write(p[WR], block, 4096);
	for (int i = 0; i < 10; i++)
		read(p[RD], buf, 4096);
	for (int i = 0; i < 6; i++) {
		memset(buf, 'a' + i, 4096);
		write(p[WR], buf, 4096);
	}
	good = fcntl(p[WR], F_SETPIPE_SZ, 32768) == 32768 &&
	       fcntl(p[WR], F_SETPIPE_SZ, 262144) == 262144;
	read(p[RD], buf, 8192);
	for (int i = 0; i < 6; i++) {
		good &= read(p[RD], buf, 4096) == 4096;
		for (int k = 0; k < 4096; k++)
			good &= buf[k] == 'a' + i;
	}
	ok(good, "PIPE-030: data and order survive, also when the ring had wrapped");
	close_pipe(p);
}

static void test_enlarging_wakes(void)
{
	int p[2], status = -1;
	pid_t pid;

	make_pipe(p, 0);
	fcntl(p[WR], F_SETPIPE_SZ, 4096);
	write(p[WR], block, 4096);
	pid = fork();
	if (!pid)
		_exit(write(p[WR], "x", 1) != 1);
	reaches_state(pid, 'S');
	fcntl(p[WR], F_SETPIPE_SZ, 8192);
	waitpid(pid, &status, 0);
	ok(status == 0, "PIPE-030: enlarging wakes a writer");
	close_pipe(p);
}

/* ---- limits ---- */

static void become(uid_t uid)
{
	if (setgid(uid) || setuid(uid))
		_exit(50);
}

static void grow_as_user(void)
{
	int p[2];

	become(1000);
	make_pipe(p, 0);
	if (fcntl(p[WR], F_SETPIPE_SZ, 1048576) != 1048576)
		_exit(1);
	if (!failed_with(fcntl(p[WR], F_SETPIPE_SZ, 1048577), EPERM))
		_exit(2);
	if (fcntl(p[WR], F_SETPIPE_SZ, 4096) != 4096)
		_exit(3);
}

/* soft 32, hard 40: two pipes of 16, then pipes of 2 until 40 are used. */
static void over_the_limits(void)
{
	int p[2], n = 0;

	become(1003);
	make_pipe(p, 0);
	make_pipe(p, 0);
	if (fcntl(p[WR], F_GETPIPE_SZ) != 65536)
		_exit(1);
	if (!failed_with(fcntl(p[WR], F_SETPIPE_SZ, 131072), EPERM))
		_exit(2);
	while (!pipe(p) && n < 100) {
		if (fcntl(p[WR], F_GETPIPE_SZ) != 8192)
			_exit(3);
		n++;
	}
	if (errno != ENFILE || n != 4)
		_exit(4);
}

static void default_size_as_user(void)
{
	int p[2];

	become(1004);
	make_pipe(p, 0);
	if (fcntl(p[WR], F_GETPIPE_SZ) != 8192)
		_exit(1);
}

static void test_limits(void)
{
	long soft = read_number(SOFT), hard = read_number(HARD), max = read_number(MAX_SIZE);
	int status;

	if (geteuid()) {
		skip("PIPE-031 to PIPE-033 need root");
		return;
	}
	ok(max == 1048576, "PIPE-031: pipe-max-size");
	status = child_status(grow_as_user);
	ok(status == 0, "PIPE-031: users stay below it (%x)", status);
	ok(soft == 16384 && hard == 0, "PIPE-032: pipe-user-pages-soft and -hard");
	write_number(SOFT, 32);
	write_number(HARD, 40);
	status = child_status(over_the_limits);
	ok(status == 0, "PIPE-032: small pipes, then none (%x)", status);
	write_number(SOFT, soft);
	write_number(HARD, hard);
	ok(write_number(MAX_SIZE, 5000) == 0 && read_number(MAX_SIZE) == 8192,
	   "PIPE-033: pipe-max-size is rounded up");
	ok(write_number(MAX_SIZE, -1) == EINVAL && read_number(MAX_SIZE) == 8192,
	   "PIPE-033: negative is EINVAL");
	ok(child_status(default_size_as_user) == 0, "PIPE-033: caps new pipes of users");
	write_number(MAX_SIZE, max);
}

int main(void)
{
	test_slots();
	test_set_size();
	test_enlarging_wakes();
	test_limits();
	return ktap_done();
}
