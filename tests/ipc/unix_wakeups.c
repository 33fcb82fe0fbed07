// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: a wake-up reaches who waits for it, and a read that could end does not go on waiting.
 * Argument: rounds of the race.
 * Spec: UNIX-007, UNIX-011, UNIX-016, UNIX-042, UNIX-044.
 */
#include "tests/ipc/unix.h"

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>

#ifndef EPOLLEXCLUSIVE
#define EPOLLEXCLUSIVE (1u << 28)
#endif

static int s[2];

/* ---- the last packet ---- */

#define ROUNDS 400

static int round_begun, round_sent; /* by the reader; by the sender */

static void wait_for(int *counter, int value)
{
	while (__atomic_load_n(counter, __ATOMIC_ACQUIRE) < value)
		sched_yield();
}

static void *send_and_end(void *rounds)
{
	long failed = 0;

	for (int round = 1; round <= *(int *)rounds; round++) {
		wait_for(&round_begun, round);
		for (volatile int i = 0; i < round * 37 % 1500; i++)
			;
		failed |= send(s[1], "last", 4, MSG_NOSIGNAL) != 4 || shutdown(s[1], SHUT_WR);
		__atomic_store_n(&round_sent, round, __ATOMIC_RELEASE);
	}
	return (void *)failed;
}

/* Readers of the socket have somebody to give way to. */
static void *disturb(void *rounds)
{
	int off = -1;

	while (__atomic_load_n(&round_sent, __ATOMIC_ACQUIRE) < *(int *)rounds)
		setsockopt(s[0], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off));
	return NULL;
}

/* A packet that was sent before the end is received before it. */
static void test_packet_before_the_end(int rounds)
{
	pthread_t threads[2];
	void *failed = NULL;
	int good = 0;
	char buf[8];

	alarm(100);
	pthread_create(&threads[0], NULL, send_and_end, &rounds);
	pthread_create(&threads[1], NULL, disturb, &rounds);
	for (int round = 1; round <= rounds; round++) {
		make_pair(s, SOCK_SEQPACKET);
		__atomic_store_n(&round_begun, round, __ATOMIC_RELEASE);
		good += recv(s[0], buf, sizeof(buf), 0) == 4 &&
			recv(s[0], buf, sizeof(buf), 0) == 0;
		wait_for(&round_sent, round);
		close_pair(s);
	}
	pthread_join(threads[0], &failed);
	pthread_join(threads[1], NULL);
	alarm(0);
	ok(good == rounds && !failed, "UNIX-011: the last packet comes before the end: %d of %d",
	   good, rounds);
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
	ok(epoll_wait(ep, &event, 1, 60000) == 1 && event.events == EPOLLOUT,
	   "UNIX-007: room wakes who waits for it, not who receives");
	write(s[1], "x", 1);
	ok(status_of(receiver) == 0, "UNIX-007: and data the receiver");
	close(ep);
	close_pair(s);
}

/* ---- room, to the byte ---- */

/* Whatever the limit is: when there is room for who asks now, who asked before has been woken. */
static void test_room_at_the_limit(void)
{
	int lost = 0;

	for (int size = 2560; size < 2568 && !lost; size++) {
		pid_t pid;

		make_pair(s, SOCK_DGRAM);
		setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		fill_socket(s[0], 1);
		pid = start_process();
		if (!pid) {
			struct pollfd pfd = { .fd = s[0], .events = POLLOUT };

			alarm(20);
			_exit(poll(&pfd, 1, -1) != 1); /* no time-out: it would look again */
		}
		reaches_state(pid, 'S');
		while (!(poll_now(s[0], POLLOUT) & POLLOUT))
			recv(s[1], block, 1, MSG_DONTWAIT);
		lost = status_of(pid) != 0 ? size : 0;
		close_pair(s);
	}
	ok(!lost, "UNIX-007: a poller for room is woken as soon as there is some (SO_SNDBUF %d)",
	   lost);
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
		alarm(60);
		_exit((int)recv(s[1], buf, 4, MSG_WAITALL));
	}
	ok(status_of(pid) == 2, "UNIX-042 UNIX-044: MSG_WAITALL stops before the urgent byte too");
	close_pair(s);
}

/* ---- a place that is of no use to who waited first ---- */

/* Exits with the errno of a connect that waits for a place. */
static pid_t connect_process(const struct name *name)
{
	pid_t pid = start_process();

	if (!pid)
		_exit(connect_to(new_socket(SOCK_STREAM), name) ? errno : 0);
	reaches_state(pid, 'S');
	return pid;
}

/* Two wait for a place at a name that goes meanwhile: one place is enough to tell both. */
static void test_name_gone(void)
{
	struct name name = path_name("/tmp/unix-wakeups");
	int l, c = new_socket(SOCK_STREAM);
	pid_t first, second;

	if (!on_conduit()) {
		skip("UNIX-016: on Linux the second waits for the next place");
		return;
	}
	unlink("/tmp/unix-wakeups");
	l = make_listener(SOCK_STREAM, &name, 0);
	connect_to(c, &name);
	first = connect_process(&name);
	second = connect_process(&name);
	unlink("/tmp/unix-wakeups");
	close(accept(l, NULL, NULL));
	ok(status_of(first) == ENOENT && status_of(second) == ENOENT,
	   "UNIX-016: who leaves without connecting leaves the place to the next");
	close(l);
	close(c);
}

/* A level-triggered event that woke somebody who is being killed wakes another one. */
static void test_killed_waiter(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int lost = 0;

	if (!on_conduit()) {
		skip("UNIX-007: on Linux a killed waiter may take the wake-up with it");
		return;
	}
	for (int round = 0; round < 20 && !lost; round++) {
		int ep = epoll_create1(0);
		pid_t pid[2];

		make_pair(s, SOCK_STREAM);
		epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &event);
		for (int i = 0; i < 2; i++) {
			pid[i] = start_process();
			if (!pid[i])
				_exit(epoll_wait(ep, &event, 1, -1) !=
				      1); /* no time-out: it would look again */
			reaches_state(pid[i], 'S');
		}
		write(s[1], "x", 1);
		kill(pid[0], SIGKILL);
		waitpid(pid[0], NULL, 0);
		lost = status_of(pid[1]) != 0;
		close(ep);
		close_pair(s);
	}
	ok(!lost, "UNIX-007: of two who wait for one event one may be killed");
}

int main(int argc, char **argv)
{
	test_room_behind_receiver();
	test_room_at_the_limit();
	test_waitall_before_urgent();
	test_name_gone();
	test_killed_waiter();
	test_packet_before_the_end(argc > 1 ? atoi(argv[1]) : ROUNDS);
	return ktap_done();
}
