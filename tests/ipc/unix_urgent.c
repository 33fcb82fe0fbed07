// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSG_OOB on a stream: the last byte of a send is urgent and stands beside the others.
 * Spec: UNIX-044.
 */
#include "tests/ipc/unix.h"

static int available(void)
{
	int s[2], can;

	make_pair(s, SOCK_STREAM);
	can = send(s[0], "x", 1, MSG_OOB) == 1;
	close_pair(s);
	return can;
}

static int pending_urg(void)
{
	struct timespec none = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	return sigtimedwait(&set, NULL, &none) == SIGURG;
}

/* The owner is told, whether or not it wants SIGIO. */
static void test_signal(void)
{
	sigset_t set;
	int s[2];

	signal(SIGURG, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	sigprocmask(SIG_BLOCK, &set, NULL);
	make_pair(s, SOCK_STREAM);
	send(s[0], "a", 1, MSG_OOB);
	ok(!pending_urg(), "UNIX-044: without an owner nobody gets a signal");
	fcntl(s[1], F_SETOWN, getpid());
	send(s[0], "b", 1, 0);
	ok(!pending_urg(), "UNIX-044: nor does the owner for other bytes");
	send(s[0], "c", 1, MSG_OOB);
	ok(pending_urg(), "UNIX-044: an urgent byte: SIGURG to the owner");
	fcntl(s[1], F_SETSIG, SIGUSR1);
	send(s[0], "d", 1, MSG_OOB);
	ok(pending_urg(), "UNIX-044: SIGURG whatever F_SETSIG says");
	close_pair(s);
}

int main(void)
{
	int s[2];
	char c;

	if (!available())
		return ktap_skip_all("UNIX-044: no urgent data (optional)");
	make_pair(s, SOCK_STREAM);
	ok(poll_now(s[1], POLLPRI) == 0 && failed_with(recv(s[1], &c, 1, MSG_OOB), EINVAL),
	   "UNIX-044: nothing urgent: EINVAL");
	ok(send(s[0], "abc", 3, MSG_OOB) == 3 && poll_now(s[1], POLLPRI) == POLLPRI,
	   "UNIX-044: an urgent byte: POLLPRI");
	ok(gives(s[1], "ab"), "UNIX-044: a read stops before it");
	ok(recv(s[1], &c, 1, MSG_OOB) == 1 && c == 'c', "UNIX-044: recv with MSG_OOB returns it");
	ok(poll_now(s[1], POLLPRI) == 0 && failed_with(recv(s[1], &c, 1, MSG_OOB), EINVAL),
	   "UNIX-044: once");
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	ok(failed_with(send(s[0], "x", 1, MSG_OOB), EOPNOTSUPP) &&
		   failed_with(recv(s[1], &c, 1, MSG_OOB), EOPNOTSUPP),
	   "UNIX-044: datagrams have none: EOPNOTSUPP");
	close_pair(s);
	test_signal();
	return ktap_done();
}
