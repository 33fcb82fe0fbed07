// SPDX-License-Identifier: GPL-2.0-only
/*
 * O_ASYNC on sockets: SIGIO when data comes, room comes, somebody connects or the other side goes;
 * SIGURG for urgent data; to whom.
 * Spec: UNIX-003, UNIX-007, UNIX-014, UNIX-044.
 */
#include "tests/ipc/unix.h"

#ifndef FIOASYNC
#define FIOASYNC 0x5452
#endif

static volatile sig_atomic_t band, from_fd, urgent;

static void on_io(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (sig == SIGURG) {
		urgent++;
		return;
	}
	handled++;
	band = info->si_code;
	from_fd = info->si_fd;
}

/* The process is told of fd; with a real-time signal it learns what. */
static void make_async(int fd, int sig)
{
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETSIG, sig);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC);
	handled = 0;
}

static void test_data(int type, const char *what)
{
	int s[2];

	make_pair(s, type);
	make_async(s[0], SIGRTMIN);
	write(s[1], "x", 1);
	ok(handled == 1 && band == POLL_IN && from_fd == s[0], "UNIX-003: %s: data: POLL_IN", what);
	write(s[1], "x", 1);
	ok(handled == 2, "UNIX-003: %s: each time", what);
	write(s[0], "x", 1);
	ok(handled == 2, "UNIX-003: %s: not for what it sends itself", what);
	fcntl(s[0], F_SETFL, fcntl(s[0], F_GETFL) & ~O_ASYNC);
	write(s[1], "x", 1);
	ok(handled == 2, "UNIX-003: %s: not without O_ASYNC", what);
	close_pair(s);
}

static void test_end(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	make_async(s[0], SIGRTMIN);
	shutdown(s[1], SHUT_WR);
	ok(handled == 1 && band == POLL_IN, "UNIX-006: the peer shuts down writing: POLL_IN");
	close(s[1]);
	ok(handled == 2 && band == POLL_HUP, "UNIX-004: the peer closes: POLL_HUP");
	close(s[0]);
}

static void test_room(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	make_async(s[0], SIGRTMIN);
	write(s[0], "x", 1);
	drain(s[1]);
	fill_socket(s[0], 4096);
	handled = 0;
	drain(s[1]);
	ok(handled >= 1 && band == POLL_OUT, "UNIX-007: room for who found none: POLL_OUT");
	close_pair(s);
}

static void test_connection(void)
{
	struct name name = own_name("async");
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM);

	make_async(l, SIGRTMIN);
	connect_to(c, &name);
	ok(handled == 1 && band == POLL_IN && from_fd == l, "UNIX-014: a connection: POLL_IN");
	close(c);
	close(l);
}

static void test_ioctls(void)
{
	int s[2], value = 1;

	make_pair(s, SOCK_STREAM);
	ok(fcntl(s[0], F_GETOWN) == 0, "UNIX-039: nobody is told at first");
	value = getpid();
	ok(ioctl(s[0], FIOSETOWN, &value) == 0 && fcntl(s[0], F_GETOWN) == getpid() &&
		   ioctl(s[0], FIOGETOWN, &value) == 0 && value == getpid(),
	   "UNIX-039: FIOSETOWN is F_SETOWN");
	value = 1;
	handled = 0;
	ok(ioctl(s[0], FIOASYNC, &value) == 0 && (fcntl(s[0], F_GETFL) & O_ASYNC) &&
		   write(s[1], "x", 1) == 1 && handled == 1,
	   "UNIX-039: FIOASYNC is O_ASYNC; SIGIO comes");
	close_pair(s);
}

static void test_urgent(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	fcntl(s[0], F_SETOWN, getpid());
	fcntl(s[0], F_SETFL, fcntl(s[0], F_GETFL) | O_ASYNC);
	if (send(s[1], "x", 1, MSG_OOB) != 1)
		skip("UNIX-044: no urgent data (optional)");
	else
		ok(urgent == 1, "UNIX-044: urgent data: SIGURG");
	close_pair(s);
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_io, .sa_flags = SA_SIGINFO };

	sigaction(SIGIO, &sa, NULL);
	sigaction(SIGURG, &sa, NULL);
	sigaction(SIGRTMIN, &sa, NULL);
	test_data(SOCK_STREAM, "stream");
	test_data(SOCK_DGRAM, "datagram");
	test_data(SOCK_SEQPACKET, "seqpacket");
	test_end();
	test_room();
	test_connection();
	test_ioctls();
	test_urgent();
	return ktap_done();
}
