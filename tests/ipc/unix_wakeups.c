// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: a wake-up reaches who waits for it, and a read that could end does not go on waiting.
 * Spec: UNIX-007, UNIX-011, UNIX-042, UNIX-044.
 */
#include "tests/fs/races.h"
#include "tests/ipc/unix.h"

#include <pthread.h>
#include <sys/epoll.h>

#ifndef EPOLLEXCLUSIVE
#define EPOLLEXCLUSIVE (1u << 28)
#endif

static int s[2];

/* ---- the last packet ---- */

#define PAIRS 200

static int started, stop;

/* Readers of the socket have somebody to give way to. */
static void *disturb(void *arg)
{
	int off = -1;

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
		setsockopt(s[0], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off));
	return NULL;
}

static void spin(int turns)
{
	for (volatile int i = 0; i < turns; i++)
		;
}

static void *send_and_end(void *round)
{
	__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	spin((long)round * 37 % 2000);
	if (send(s[1], "last", 4, MSG_NOSIGNAL) != 4)
		return (void *)1;
	return (void *)(long)(shutdown(s[1], SHUT_WR) != 0);
}

/* A packet that was sent before the end is received before it. */
static int packet_before_the_end(int round)
{
	pthread_t sender, disturber;
	void *status = NULL;
	char buf[8];
	int good;

	make_pair(s, SOCK_SEQPACKET);
	started = stop = 0;
	if (pthread_create(&disturber, NULL, disturb, NULL) ||
	    pthread_create(&sender, NULL, send_and_end, (void *)(long)round))
		return 0;
	while (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		sched_yield();
	good = recv(s[0], buf, sizeof(buf), 0) == 4 && recv(s[0], buf, sizeof(buf), 0) == 0;
	pthread_join(sender, &status);
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	pthread_join(disturber, NULL);
	close_pair(s);
	return good && !status;
}

/* ---- one socket, two kinds of sleepers ---- */

/*
 * A thread receives from a socket and, behind it in the queue, a set that wants to be woken alone
 * waits for room: the wake-up for room is not spent on the receiver.
 */
static void test_room_behind_receiver(void)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLEXCLUSIVE };
	int ep = epoll_create1(0), n;
	pid_t receiver;

	make_pair(s, SOCK_DGRAM);
	receiver = start_process();
	if (!receiver)
		_exit(recv(s[0], block, 1, 0) != 1);
	reaches_state(receiver, 'S');
	n = fill_socket(s[0], 4000);
	ok(n > 1 && epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &event) == 0 &&
		   epoll_wait(ep, &event, 1, 0) == 0,
	   "UNIX-007: no room");
	/* One by one, so that there is no second event when there is room. */
	while (!(poll_now(s[0], POLLOUT) & POLLOUT))
		recv(s[1], block, sizeof(block), MSG_DONTWAIT);
	ok(epoll_wait(ep, &event, 1, 5000) == 1 && event.events == EPOLLOUT,
	   "UNIX-007: room wakes who waits for it, not who receives");
	write(s[1], "x", 1);
	ok(status_of(receiver) == 0, "UNIX-007: and data the receiver");
	close(ep);
	close_pair(s);
}

/* ---- MSG_WAITALL and the urgent byte ---- */

static void test_waitall_before_urgent(void)
{
	char buf[8];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	if (send(s[0], "abc", 3, MSG_OOB) != 3) {
		skip("UNIX-044: no urgent data (optional)");
		close_pair(s);
		return;
	}
	pid = start_process();
	if (!pid) {
		alarm(5);
		_exit((int)recv(s[1], buf, 4, MSG_WAITALL));
	}
	ok(status_of(pid) == 2, "UNIX-042 UNIX-044: MSG_WAITALL stops before the urgent byte too");
	close_pair(s);
}

int main(int argc, char **argv)
{
	static const struct race races[] = {
		{ "UNIX-011: the last packet comes before the end", packet_before_the_end },
	};

	test_room_behind_receiver();
	test_waitall_before_urgent();
	run_races(races, 1, argc > 1 ? atoi(argv[1]) : PAIRS);
	return ktap_done();
}
