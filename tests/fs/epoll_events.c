// SPDX-License-Identifier: GPL-2.0-only
/* epoll: level and edge triggers, ONESHOT, EXCLUSIVE, nesting, closing, errors. */
#include "tests/fs/pipes.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int add(int ep, int fd, unsigned int events, int op)
{
	struct epoll_event event = { .events = events, .data.u64 = 0x1234567800000000ull | fd };

	return epoll_ctl(ep, op, fd, &event);
}

/* Events of one ready descriptor now, or 0; its number is checked. */
static unsigned int ready(int ep, int fd)
{
	struct epoll_event event;

	if (epoll_wait(ep, &event, 1, 0) != 1)
		return 0;
	return event.data.u64 == (0x1234567800000000ull | fd) ? event.events : 0xdead;
}

static void test_errors(void)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), p[2], file = open("/proc/self/exe", O_RDONLY);
	struct epoll_event event;

	make_pipe(p, O_NONBLOCK);
	ok(ep >= 0 && fcntl(ep, F_GETFD) == FD_CLOEXEC, "EPOLL_CLOEXEC");
	ok(failed_with(epoll_create1(1), EINVAL) &&
		   failed_with(syscall(SYS_epoll_create, 0), EINVAL),
	   "bad flags");
	ok(add(ep, p[RD], EPOLLIN, EPOLL_CTL_ADD) == 0 &&
		   failed_with(add(ep, p[RD], EPOLLIN, EPOLL_CTL_ADD), EEXIST),
	   "added twice is EEXIST");
	ok(failed_with(add(ep, p[WR], 0, EPOLL_CTL_MOD), ENOENT) &&
		   failed_with(add(ep, p[WR], 0, EPOLL_CTL_DEL), ENOENT),
	   "not added is ENOENT");
	ok(failed_with(add(ep, file, EPOLLIN, EPOLL_CTL_ADD), EPERM), "an ordinary file is EPERM");
	ok(failed_with(add(ep, ep, EPOLLIN, EPOLL_CTL_ADD), EINVAL), "itself is EINVAL");
	ok(failed_with(add(p[RD], p[WR], EPOLLIN, EPOLL_CTL_ADD), EINVAL),
	   "no epoll file is EINVAL");
	ok(failed_with(add(ep, 999, EPOLLIN, EPOLL_CTL_ADD), EBADF) &&
		   failed_with(add(999, p[RD], EPOLLIN, EPOLL_CTL_ADD), EBADF),
	   "closed descriptors are EBADF");
	ok(failed_with(add(ep, p[RD], 0, 77), EINVAL), "an unknown operation");
	ok(failed_with(epoll_wait(ep, &event, 0, 0), EINVAL) &&
		   failed_with(epoll_wait(p[RD], &event, 1, 0), EINVAL) &&
		   failed_with(epoll_wait(999, &event, 1, 0), EBADF),
	   "epoll_wait's errors");
	write(p[WR], "x", 1);
	ok(failed_with(epoll_wait(ep, (struct epoll_event *)8, 1, 0), EFAULT) &&
		   ready(ep, p[RD]) == EPOLLIN,
	   "a bad buffer loses nothing");
	close(file);
	close(ep);
	close_pipe(p);
}

static void test_triggers(void)
{
	int ep = epoll_create1(0), p[2];
	char c;

	make_pipe(p, O_NONBLOCK);
	add(ep, p[RD], EPOLLIN, EPOLL_CTL_ADD);
	ok(ready(ep, p[RD]) == 0, "nothing yet");
	write(p[WR], "xy", 2);
	ok(ready(ep, p[RD]) == EPOLLIN && ready(ep, p[RD]) == EPOLLIN,
	   "level: as long as it is so");
	read(p[RD], &c, 1);
	read(p[RD], &c, 1);
	ok(ready(ep, p[RD]) == 0, "level: no longer");

	add(ep, p[RD], EPOLLIN | EPOLLET, EPOLL_CTL_MOD);
	write(p[WR], "x", 1);
	ok(ready(ep, p[RD]) == EPOLLIN && ready(ep, p[RD]) == 0, "edge: once");
	add(ep, p[RD], EPOLLIN | EPOLLET, EPOLL_CTL_MOD);
	ok(ready(ep, p[RD]) == EPOLLIN, "EPOLL_CTL_MOD looks again");

	add(ep, p[RD], EPOLLIN | EPOLLONESHOT, EPOLL_CTL_MOD);
	ok(ready(ep, p[RD]) == EPOLLIN, "ONESHOT: once");
	write(p[WR], "x", 1);
	ok(ready(ep, p[RD]) == 0, "ONESHOT: then off");
	add(ep, p[RD], EPOLLIN | EPOLLONESHOT, EPOLL_CTL_MOD);
	ok(ready(ep, p[RD]) == EPOLLIN, "until armed again");
	add(ep, p[RD], EPOLLIN, EPOLL_CTL_MOD);
	close(p[WR]);
	ok(ready(ep, p[RD]) == (EPOLLIN | EPOLLHUP), "EPOLLHUP comes unasked");
	add(ep, p[RD], 0, EPOLL_CTL_DEL);
	ok(ready(ep, p[RD]) == 0, "EPOLL_CTL_DEL");
	close(p[RD]);
	close(ep);
}

static void test_order(void)
{
	struct epoll_event events[4];
	int ep = epoll_create1(0), fds[4], good = 1;

	for (int i = 0; i < 4; i++) {
		fds[i] = eventfd(1, EFD_NONBLOCK);
		add(ep, fds[i], EPOLLIN, EPOLL_CTL_ADD);
	}
	for (int i = 0; i < 4; i++) {
		good &= epoll_wait(ep, events, 1, 0) == 1;
		good &= (int)(events[0].data.u64 & 0xffff) == fds[i];
	}
	ok(good, "ready ones are told in turn");
	ok(epoll_wait(ep, events, 4, 0) == 4, "or all at once");
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	ok(epoll_wait(ep, events, 4, 0) == 0, "closing takes them out");
	close(ep);
}

static void test_close_keeps_duplicates(void)
{
	int ep = epoll_create1(0), fd = eventfd(1, 0), copy = dup(fd);

	add(ep, fd, EPOLLIN, EPOLL_CTL_ADD);
	close(fd);
	ok(ready(ep, fd) == EPOLLIN, "a duplicate keeps the file in the set");
	close(copy);
	ok(ready(ep, fd) == 0, "its end takes it out");
	close(ep);
}

static void test_nesting(void)
{
	int inner = epoll_create1(0), outer = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK);
	int chain[8], depth;
	unsigned long long one = 1;

	add(inner, fd, EPOLLIN, EPOLL_CTL_ADD);
	ok(add(outer, inner, EPOLLIN, EPOLL_CTL_ADD) == 0, "a set in a set");
	ok(ready(outer, inner) == 0 && poll_now(inner, POLLIN) == 0, "quiet");
	write(fd, &one, 8);
	ok(ready(outer, inner) == EPOLLIN && poll_now(outer, POLLIN) == POLLIN &&
		   ready(inner, fd) == EPOLLIN,
	   "an event goes through both");
	ok(failed_with(add(inner, outer, EPOLLIN, EPOLL_CTL_ADD), ELOOP), "no loops");
	close(inner);
	close(outer);

	chain[0] = epoll_create1(0);
	add(chain[0], fd, EPOLLIN, EPOLL_CTL_ADD);
	for (depth = 1; depth < 8; depth++) {
		chain[depth] = epoll_create1(0);
		if (add(chain[depth], chain[depth - 1], EPOLLIN, EPOLL_CTL_ADD))
			break;
	}
	/* Five sets in a row; early versions of Linux 6.1 let a sixth in. */
	ok((depth == 5 || depth == 6) && errno == ELOOP, "not nested for ever (%d)", depth - 1);
	ok(ready(chain[4], chain[3]) == EPOLLIN, "and an event goes through all");
	for (; depth >= 0; depth--)
		close(chain[depth]);
	close(fd);
}

static void wait_for_one(int ep)
{
	struct epoll_event event;

	_exit(epoll_wait(ep, &event, 1, 10000) != 1);
}

static void test_waiting(void)
{
	int ep = epoll_create1(0), fd = eventfd(0, 0), status;
	unsigned long long one = 1;
	struct timespec ts = { 0, 10000000 };
	struct epoll_event event;
	sigset_t all, none;
	pid_t pid;

	add(ep, fd, EPOLLIN | EPOLLET, EPOLL_CTL_ADD);
	pid = fork();
	if (!pid)
		wait_for_one(ep);
	ok(reaches_state(pid, 'S'), "epoll_wait sleeps");
	write(fd, &one, 8);
	waitpid(pid, &status, 0);
	ok(status == 0, "until something happens");
	ok(epoll_wait(ep, &event, 1, 10) == 0, "or time is up");
	ok(syscall(SYS_epoll_pwait2, ep, &event, 1, &ts, NULL, 8) == 0, "epoll_pwait2");
	sigfillset(&all);
	sigemptyset(&none);
	catch (SIGUSR1, SA_RESTART);
	sigprocmask(SIG_SETMASK, &all, NULL);
	raise(SIGUSR1);
	ok(failed_with(epoll_pwait(ep, &event, 1, 10000, &none), EINTR) && handled == 1,
	   "epoll_pwait opens the mask");
	sigprocmask(SIG_SETMASK, &none, NULL);
	ok(failed_with(add(ep, fd, EPOLLIN | EPOLLEXCLUSIVE, EPOLL_CTL_MOD), EINVAL),
	   "EXCLUSIVE only when adding");
	add(ep, fd, 0, EPOLL_CTL_DEL);
	ok(failed_with(add(ep, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, EPOLL_CTL_ADD),
		       EINVAL) &&
		   add(ep, fd, EPOLLIN | EPOLLEXCLUSIVE, EPOLL_CTL_ADD) == 0 &&
		   ready(ep, fd) == EPOLLIN,
	   "and not with ONESHOT");
	close(fd);
	close(ep);
}

int main(void)
{
	test_errors();
	test_triggers();
	test_order();
	test_close_keeps_duplicates();
	test_nesting();
	test_waiting();
	return ktap_done();
}
