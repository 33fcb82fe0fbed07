// SPDX-License-Identifier: GPL-2.0-only
/*
 * mq_notify(SIGEV_THREAD): how a registration with a netlink socket ends, and that none of a hundred
 * is lost. tests/ipc/mq_notify_thread.c has what the socket gets and what else it can do.
 * Spec: MQ-021 to MQ-023, MQ-025, MQ-026, MQ-028, EXIT-006
 */
#include "tests/ipc/mq.h"

#include <sys/socket.h>

#define WOKENUP 1
#define REMOVED 2

static int q, s;
static char cookie[32];

static int new_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static int register_thread(int sock)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_signo = sock };

	event.sigev_value.sival_ptr = cookie;
	return q_notify(q, &event);
}

/* The last byte of the message that waits, if the others are the cookie's; 0: none waits; -1. */
static int told(void)
{
	char text[100];
	long n = recv(s, text, sizeof(text), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n == 32 && !memcmp(text, cookie, 31) ? text[31] : -1;
}

static void fresh(void)
{
	if (q)
		close(q);
	close(s);
	q = q_new(4, 10, O_NONBLOCK);
	s = new_socket();
	for (int i = 0; i < 32; i++)
		cookie[i] = (char)(i + 1);
}

static void test_told(void)
{
	struct pollfd p;
	char status[100] = "";

	fresh();
	p = (struct pollfd){ .fd = s, .events = POLLIN };
	ok(register_thread(s) == 0, "MQ-021: a process registers a socket");
	memset(cookie, 0, 31); /* the text is that of the registration */
	ok(pread(q, status, 99, 0) > 0 && strstr(status, "NOTIFY:2     SIGNO:0     "),
	   "MQ-028: the status says so");
	ok(failed_with(register_thread(s), EBUSY) && told() == 0, "MQ-022: a second one is EBUSY");
	for (int i = 0; i < 32; i++)
		cookie[i] = (char)(i + 1);
	ok(poll(&p, 1, 0) == 0, "MQ-021: nothing is to be read yet");
	ok(send_byte(q, 'x', 0) == 0 && poll(&p, 1, 0) == 1 && p.revents == POLLIN,
	   "MQ-021: a message into the queue can be polled for at the socket");
	ok(told() == WOKENUP && told() == 0, "MQ-021: it says WOKENUP, once");
	take_byte(q);
	ok(send_byte(q, 'x', 0) == 0 && told() == 0, "MQ-023: that used it up");
}

static int register_in_child(void)
{
	return register_thread(s) ? errno : 0;
}

static void test_removed(void)
{
	int other;

	fresh();
	register_thread(s);
	ok(q_notify(q, NULL) == 0 && told() == REMOVED, "MQ-025: unregistering says REMOVED");
	other = dup(q);
	register_thread(s);
	close(other);
	ok(told() == REMOVED, "MQ-026: so does closing a dup");
	ok(in_child(register_in_child) == 0 && told() == REMOVED && register_thread(s) == 0,
	   "EXIT-006: and the end of the process");
	close(q);
	q = 0;
	ok(told() == REMOVED && told() == 0, "MQ-026: and the end of the queue");
}

static void test_socket_goes_first(void)
{
	int old;

	fresh();
	register_thread(s);
	close(s);
	ok(send_byte(q, 'x', 0) == 0 && take_byte(q) == 'x',
	   "MQ-021: a socket that is gone hears nothing");
	s = new_socket();
	ok(register_thread(s) == 0, "MQ-021: its registration is used up all the same");
	old = s;
	s = new_socket();
	close(old);
	ok(q_notify(q, NULL) == 0 && told() == 0, "MQ-025: nor when it is removed");
	register_thread(s);
	send_byte(q, 'y', 0);
	close(s); /* unread */
	ok(take_byte(q) == 'y', "MQ-021: a message may stay unread");
	s = -1;
}

/* Registering and telling again and again, while others close and read. */
static void test_storm(void)
{
	pid_t reader;
	int fine = 1;

	fresh();
	reader = fork();
	if (reader == 0) {
		char text[32];
		int woken = 0;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (recv(s, text, 32, 0) == 32 && text[31] != REMOVED)
			woken += text[31] == WOKENUP;
		_exit(woken == 100 ? 0 : 1);
	}
	for (int i = 0; i < 100; i++)
		fine &= register_thread(s) == 0 && send_byte(q, 'x', 0) == 0 && take_byte(q) == 'x';
	register_thread(s);
	q_notify(q, NULL);
	ok(fine && result_of(reader) == 0,
	   "MQ-021 MQ-023: a hundred times, and each of them comes");
}

int main(void)
{
	s = -1;
	own_namespace();
	test_told();
	test_removed();
	test_socket_goes_first();
	test_storm();
	return ktap_done();
}
