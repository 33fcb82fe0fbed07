// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipes: sleeping readers and writers, signals, polls, SIGIO, order and atomicity.
 * Spec: PIPE-011, PIPE-019 to PIPE-025, PIPE-035, PIPE-039, PIPE-041, PIPE-042
 */
#include "tests/fs/pipes.h"
#include <pthread.h>
#include <sys/epoll.h>

/* A child that runs fn(p) and ends with what it returns. */
static pid_t spawn(int (*fn)(int p[2]), int p[2])
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		_exit(fn(p));
	}
	return pid;
}

static int result(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static int read_eof(int p[2])
{
	char c;

	close(p[WR]);
	return read(p[RD], &c, 1) == 0 ? 0 : 1;
}

static int write_one(int p[2])
{
	return write(p[WR], "x", 1) == 1 ? 0 : 1;
}

/* Fills the pipe and 4464 bytes more: the last reader goes away meanwhile. */
static int write_70000(int p[2])
{
	close(p[RD]);
	catch (SIGPIPE, 0);
	return write(p[WR], block, 70000) == 65536 && handled == 1 ? 0 : 1;
}

static int write_10(int p[2])
{
	close(p[RD]);
	catch (SIGPIPE, 0);
	return failed_with(write(p[WR], block, 10), EPIPE) && handled == 1 ? 0 : 1;
}

static void test_sides_go_away(void)
{
	int p[2];
	char c;
	pid_t pid;

	make_pipe(p, 0);
	pid = spawn(read_eof, p);
	ok(reaches_state(pid, 'S'), "PIPE-008: a read of an empty pipe sleeps");
	close_pipe(p);
	ok(result(pid) == 0, "PIPE-019: a sleeping reader gets 0 when the last writer closes");

	make_pipe(p, 0);
	pid = spawn(write_70000, p);
	reaches_state(pid, 'S');
	close_pipe(p);
	ok(result(pid) == 0, "PIPE-020: a writer without readers returns what it has written");

	make_pipe(p, 0);
	write(p[WR], block, 65536);
	pid = spawn(write_10, p);
	reaches_state(pid, 'S');
	close_pipe(p);
	ok(result(pid) == 0, "PIPE-020: or EPIPE when that is nothing; one SIGPIPE each");

	make_pipe(p, 0);
	write(p[WR], block, 65536);
	pid = spawn(write_one, p);
	ok(reaches_state(pid, 'S'), "PIPE-011: a write to a full pipe sleeps");
	read(p[RD], block, 4096);
	ok(result(pid) == 0, "PIPE-011: until a slot is free");
	set_flags(p[WR], O_NONBLOCK, 0);
	fill(p[WR], 4096);
	fill(p[WR], 1);
	ok(failed_with(write(p[WR], &c, 1), EAGAIN), "PIPE-011: or is EAGAIN");
	close_pipe(p);
}

static int write_300000(int p[2])
{
	static char big[300000];

	close(p[RD]);
	for (unsigned int i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 251);
	return write(p[WR], big, sizeof(big)) == sizeof(big) ? 0 : 1;
}

static void test_large_write(void)
{
	unsigned int at = 0, chunk = 1, good = 1;
	char buf[7000];
	int p[2];
	pid_t pid;

	make_pipe(p, 0);
	pid = spawn(write_300000, p);
	close(p[WR]);
	for (;;) {
		ssize_t n = read(p[RD], buf, chunk);

		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++, at++)
			good &= buf[i] == (char)(at * 7 + at / 251);
		chunk = chunk * 3 % 6997 + 1;
	}
	ok(at == 300000 && good && result(pid) == 0,
	   "PIPE-021: a large write arrives in order, whole");
	close(p[RD]);
}

/* ---- signals ---- */

static int read_eintr(int p[2])
{
	char c;

	catch (SIGUSR1, 0);
	return failed_with(read(p[RD], &c, 1), EINTR) ? 0 : 1;
}

static int read_restarted(int p[2])
{
	char c;

	catch (SIGUSR1, SA_RESTART);
	return read(p[RD], &c, 1) == 1 && handled == 1 ? 0 : 1;
}

static int write_eintr(int p[2])
{
	catch (SIGUSR1, 0);
	return failed_with(write(p[WR], block, 10), EINTR) ? 0 : 1;
}

static int write_partial(int p[2])
{
	catch (SIGUSR1, SA_RESTART);
	return write(p[WR], block, 70000) == 65536 ? 0 : 1;
}

static void test_signals(void)
{
	int p[2];
	pid_t pid;

	make_pipe(p, 0);
	pid = spawn(read_eintr, p);
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	ok(result(pid) == 0, "PIPE-022: a handler ends a read: EINTR");
	pid = spawn(read_restarted, p);
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	pause_ms(20);
	reaches_state(pid, 'S');
	write(p[WR], "x", 1);
	ok(result(pid) == 0, "PIPE-022: or with SA_RESTART it goes on");
	pid = spawn(write_partial, p);
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	ok(result(pid) == 0, "PIPE-022: a write returns its partial count");
	pid = spawn(write_eintr, p);
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	ok(result(pid) == 0, "PIPE-022: or EINTR when that is zero");
	close_pipe(p);
}

/* ---- poll ---- */

static void test_poll(void)
{
	int p[2];

	make_pipe(p, O_NONBLOCK);
	ok(poll_now(p[RD], POLLIN | POLLRDNORM) == 0 &&
		   poll_now(p[WR], POLLOUT | POLLWRNORM) == (POLLOUT | POLLWRNORM),
	   "PIPE-023: an empty pipe can be written");
	write(p[WR], "x", 1);
	ok(poll_now(p[RD], POLLIN | POLLRDNORM) == (POLLIN | POLLRDNORM),
	   "PIPE-023: and then read");
	fill(p[WR], 4096);
	ok(poll_now(p[WR], POLLOUT) == 0, "PIPE-023: a full one not be written");
	close(p[WR]);
	p[WR] = -1;
	ok(poll_now(p[RD], POLLIN) == (POLLIN | POLLHUP), "PIPE-024: POLLHUP beside what is left");
	ok(poll_now(p[RD], 0) == POLLHUP, "PIPE-024: also when nothing was asked for");
	while (read(p[RD], block, sizeof(block)) > 0)
		;
	ok(poll_now(p[RD], POLLIN) == POLLHUP, "PIPE-024: POLLHUP alone at the end");
	close_pipe(p);

	make_pipe(p, O_NONBLOCK);
	close(p[RD]);
	p[RD] = -1;
	ok(poll_now(p[WR], POLLOUT) == (POLLOUT | POLLERR), "PIPE-024: no reader is POLLERR");
	close_pipe(p);
	make_pipe(p, O_NONBLOCK);
	fill(p[WR], 4096);
	close(p[RD]);
	p[RD] = -1;
	ok(poll_now(p[WR], POLLOUT) == POLLERR, "PIPE-024: without POLLOUT when there is no room");
	close_pipe(p);
}

static void test_edge_triggered(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int p[2], ep = epoll_create1(0);

	make_pipe(p, O_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, p[RD], &event);
	write(p[WR], "x", 1);
	ok(epoll_wait(ep, &event, 1, 0) == 1 && epoll_wait(ep, &event, 1, 0) == 0,
	   "PIPE-025: one event for one write");
	write(p[WR], "y", 1);
	ok(epoll_wait(ep, &event, 1, 0) == 1 && epoll_wait(ep, &event, 1, 0) == 0,
	   "PIPE-025: another for the next, although nothing was read");
	close_pipe(p);
	close(ep);
}

static void test_sigio(void)
{
	int p[2];

	make_pipe(p, O_NONBLOCK);
	catch (SIGIO, 0);
	fcntl(p[RD], F_SETOWN, getpid());
	set_flags(p[RD], O_ASYNC, 0);
	write(p[WR], "x", 1);
	ok(handled == 1, "PIPE-039: SIGIO when data arrives");
	set_flags(p[RD], 0, O_ASYNC);
	write(p[WR], "x", 1);
	ok(handled == 1, "PIPE-039: not after O_ASYNC is off");
	fill(p[WR], 4096);
	fcntl(p[WR], F_SETOWN, getpid());
	set_flags(p[WR], O_ASYNC, 0);
	read(p[RD], block, 8192);
	ok(handled == 2, "PIPE-039: SIGIO when there is room again");
	close_pipe(p);
	signal(SIGIO, SIG_DFL);
}

/* ---- many ---- */

static int letter_size;
static char letter;

static int write_runs(int p[2])
{
	memset(block, letter, letter_size);
	for (int i = 0; i < 50; i++)
		if (write(p[WR], block, letter_size) != letter_size)
			return 1;
	return 0;
}

static void test_atomicity(void)
{
	static const int sizes[4] = { 4096, 4089, 4082, 4075 };
	static char all[4 * 50 * 4096];
	size_t got = 0;
	int p[2], good = 1;
	pid_t pids[4];

	make_pipe(p, 0);
	for (int i = 0; i < 4; i++) {
		letter = (char)('a' + i);
		letter_size = sizes[i];
		pids[i] = spawn(write_runs, p);
	}
	close(p[WR]);
	for (ssize_t n; (n = read(p[RD], all + got, sizeof(all) - got)) > 0;)
		got += n;
	for (size_t at = 0; at < got;) {
		int who = all[at] - 'a', size = who >= 0 && who < 4 ? sizes[who] : 0;

		if (!size || at + size > got) {
			good = 0;
			break;
		}
		for (int i = 0; i < size; i++)
			good &= all[at + i] == all[at];
		at += size;
	}
	for (int i = 0; i < 4; i++)
		good &= result(pids[i]) == 0;
	ok(good && got == 50u * (4096 + 4089 + 4082 + 4075),
	   "PIPE-035: writes up to PIPE_BUF stay whole");
	close(p[RD]);
}

static int read_one(int p[2])
{
	char c;

	return read(p[RD], &c, 1) == 1 ? c : 200;
}

static void test_readers_in_turn(void)
{
	int p[2];
	pid_t first, second;

	make_pipe(p, 0);
	first = spawn(read_one, p);
	reaches_state(first, 'S');
	second = spawn(read_one, p);
	reaches_state(second, 'S');
	write(p[WR], "\1", 1);
	ok(result(first) == 1, "PIPE-041: one byte wakes the reader that waited longest");
	ok(reaches_state(second, 'S'), "PIPE-041: the other sleeps on");
	write(p[WR], "\2", 1);
	ok(result(second) == 2, "PIPE-041: until its turn");
	close_pipe(p);
}

static int shared_fd;
static volatile int thread_tid;

static void *read_in_thread(void *arg)
{
	char c = 0;

	(void)arg;
	thread_tid = (int)syscall(SYS_gettid);
	return (void *)(long)(read(shared_fd, &c, 1) == 1 ? c : -1);
}

static void test_close_under_read(void)
{
	pthread_t thread;
	void *got;
	int p[2];

	make_pipe(p, 0);
	shared_fd = p[RD];
	pthread_create(&thread, NULL, read_in_thread, NULL);
	for (int i = 0; i < 10000 && !(thread_tid && thread_state(getpid(), thread_tid) == 'S');
	     i++)
		pause_ms(1);
	close(p[RD]);
	ok(write(p[WR], "k", 1) == 1, "PIPE-042: a read under way keeps its end open");
	pthread_join(thread, &got);
	ok((long)got == 'k', "PIPE-042: and gets data written later");
	signal(SIGPIPE, SIG_IGN);
	ok(failed_with(write(p[WR], "x", 1), EPIPE), "PIPE-042: the end goes when it returns");
	close(p[WR]);
}

int main(void)
{
	test_sides_go_away();
	test_large_write();
	test_signals();
	test_poll();
	test_edge_triggered();
	test_sigio();
	test_atomicity();
	test_readers_in_turn();
	test_close_under_read();
	return ktap_done();
}
