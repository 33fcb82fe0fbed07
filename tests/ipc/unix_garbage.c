// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets in the queues of sockets: cycles that nobody can reach are collected, others are not;
 * long chains end without a deep stack; peeking races with the collection.
 * Spec: UNIX-031, UNIX-032.
 *
 * A probe is a pipe whose only write end is in some queue: it gives EOF once that is let go. The
 * collection runs when some socket is closed.
 */
#include "tests/ipc/unix_garbage.h"

#include <pthread.h>

#define DEPTH 3000

static int is_collected(int p[2])
{
	for (int i = 0; i < 4000; i++) {
		collect();
		if (probe_ended(p))
			return 1;
		usleep(i < 20 ? 100 : 5000);
	}
	return 0;
}

/* Long enough for a collector that errs. */
static int is_kept(int p[2])
{
	for (int i = 0; i < 20; i++) {
		collect();
		usleep(500);
		if (!probe_open(p))
			return 0;
	}
	return 1;
}

/* Sends the write end, and closes it. */
static void bury(int sock, int p[2])
{
	make_probe(p);
	if (send_fd(sock, p[WR]) != 1) {
		perror("sendmsg");
		_exit(99);
	}
	close(p[WR]);
}

/* ---- cycles ---- */

static void test_pair(int type, const char *name)
{
	int s[2], p[2];

	make_pair(s, type);
	make_probe(p);
	send_fds(s[0], "x", 1, s, 2);
	send_fds(s[1], "x", 1, s, 2);
	send_fd(s[0], p[WR]);
	close(p[WR]);
	close_pair(s);
	ok(is_collected(p), "UNIX-032: %s: a pair in its own queues is collected", name);
	close(p[RD]);

	make_pair(s, type);
	bury(s[0], p);
	send_fd(s[0], s[1]);
	close(s[1]);
	ok(is_collected(p), "UNIX-032: %s: an open sender does not keep the queue it sends to",
	   name);
	/* Linux takes the messages out first, so that the peer has left nothing unread. */
	ok(send(s[0], "x", 1, MSG_NOSIGNAL) == -1 &&
		   (type == SOCK_DGRAM ? errno == ECONNREFUSED :
					 errno == EPIPE || errno == ECONNRESET),
	   "UNIX-032: %s: and finds its peer closed", name);
	close(p[RD]);
	close(s[0]);
}

static void test_self(void)
{
	struct name name = own_name("self");
	int fd = bound_socket(SOCK_DGRAM, &name), p[2];

	connect_to(fd, &name);
	bury(fd, p);
	ok(send_fd(fd, fd) == 1, "UNIX-032: a datagram socket sends itself to itself");
	ok(is_kept(p), "UNIX-032: while it is open, it stays");
	close(fd);
	ok(is_collected(p), "UNIX-032: and then goes");
	close(p[RD]);
	fd = new_socket(SOCK_DGRAM);
	ok(bind_to(fd, &name) == 0, "UNIX-032: with its name");
	close(fd);
}

/* ring[i] holds the receiving end of ring[i + 1]. The pairs' first ends are closed. */
static void make_ring(int (*ring)[2], int n)
{
	for (int i = 0; i < n; i++)
		make_pair(ring[i], SOCK_DGRAM);
	for (int i = 0; i < n; i++) {
		if (send_fd(ring[i][0], ring[(i + 1) % n][1]) != 1) {
			perror("sendmsg");
			_exit(99);
		}
	}
}

static void test_rings(void)
{
	static const int sizes[] = { 1, 2, 3, 10, 200 };
	static int ring[200][2];

	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		int n = sizes[k], p[2], q[2], held;

		make_ring(ring, n);
		bury(ring[0][0], p);
		bury(ring[n - 1][0], q);
		for (int i = 0; i < n; i++)
			close(ring[i][0]);
		for (int i = 1; i < n; i++)
			close(ring[i][1]);
		ok(is_kept(p) && is_kept(q), "UNIX-032: a ring of %d stays while one is open", n);
		held = take_fd(ring[0][1]);
		close(ring[0][1]);
		ok(held >= 0 && is_kept(p) && is_kept(q),
		   "UNIX-032: the next one, received from it, keeps all of them as well");
		close(held);
		ok(is_collected(p) && is_collected(q), "UNIX-032: all of them go at last");
		close(p[RD]);
		close(q[RD]);
	}
}

/* A probe in the queue of a socket that is in the queue of a cycle, but not part of it. */
static void test_tail(void)
{
	int ring[3][2], tail[2], p[2];

	make_ring(ring, 3);
	make_pair(tail, SOCK_STREAM);
	bury(tail[0], p);
	send_fd(ring[1][0], tail[1]);
	close_pair(tail);
	for (int i = 0; i < 3; i++) {
		close(ring[i][0]);
		if (i)
			close(ring[i][1]);
	}
	ok(is_kept(p), "UNIX-032: what hangs on a ring stays with it");
	close(ring[0][1]);
	ok(is_collected(p), "UNIX-032: and goes with it");
	close(p[RD]);
}

/* The message with the socket sits in the queue of one that is itself only in a queue. */
static void test_live_cycle_is_whole(void)
{
	int a[2], b[2], p[2], got, got2, got3;

	make_pair(a, SOCK_STREAM);
	make_pair(b, SOCK_STREAM);
	send_fd(a[0], b[1]); /* a[1]'s queue: b[1], the probe */
	bury(a[0], p);
	send_fd(b[0], a[1]); /* b[1]'s queue: a[1] */
	close(a[1]);
	close(b[1]);
	close(a[0]);
	close(b[0]);
	ok(is_collected(p), "UNIX-032: two sockets in each other's queues go");
	close(p[RD]);

	make_pair(a, SOCK_STREAM);
	make_pair(b, SOCK_STREAM);
	send_fd(a[0], b[1]);
	bury(a[0], p);
	send_fd(b[0], a[1]);
	close(b[1]);
	close(a[0]);
	close(b[0]);
	ok(is_kept(p), "UNIX-032: not while one is open");
	got = take_fd(a[1]);
	close(a[1]);
	ok(got >= 0 && is_kept(p), "UNIX-032: nor while the other is, which came out of it");
	got2 = take_fd(got);
	close(got);
	got3 = take_fd(got2);
	ok(got3 >= 0 && write(got3, "p", 1) == 1 && read(p[RD], &got, 1) == 1,
	   "UNIX-032: everything in them arrives");
	close(got3);
	close(got2);
	ok(is_collected(p), "UNIX-032: nothing is left");
	close(p[RD]);
}

static void test_listener(int type, const char *kind)
{
	struct name name = own_name("gc-listener");
	int l = make_listener(type, &name, 8), client = new_socket(type), second, p[2], got;

	second = new_socket(type);
	connect_to(client, &name);
	connect_to(second, &name);
	send_fd(client, l); /* in the queue of the listener's own embryo */
	bury(second, p);
	close(client);
	close(second);
	ok(is_kept(p), "UNIX-032: %s: a listener in the queue of its embryo stays", kind);
	got = accept(l, NULL, NULL);
	client = take_fd(got);
	close(got);
	close(l);
	ok(client >= 0 && is_kept(p), "UNIX-032: %s: also when only what it gave is open", kind);
	second = new_socket(type);
	connect_to(second, &name);
	send_fd(second, client);
	close(second);
	close(client);
	ok(is_collected(p), "UNIX-032: %s: it goes when nobody can accept", kind);
	second = new_socket(type);
	ok(failed_with(connect_to(second, &name), ECONNREFUSED), "UNIX-032: %s: with its name",
	   kind);
	close(second);
	close(p[RD]);
}

/* Accepted while the collector knows it as an embryo. */
static void test_accept(void)
{
	struct name name = own_name("gc-accept");
	int l = make_listener(SOCK_STREAM, &name, 8), client = new_socket(SOCK_STREAM), fd, p[2];

	connect_to(client, &name);
	send_fd(client, l);
	send_fd(client, client);
	bury(client, p);
	fd = accept(l, NULL, NULL);
	close(l);
	close(client);
	ok(is_kept(p), "UNIX-032: what an accepted socket has in its queue stays");
	l = take_fd(fd);
	client = take_fd(fd);
	ok(l >= 0 && client >= 0 && send_fd(client, fd) == 1, "UNIX-032: and can be received");
	close(fd);
	close(client);
	ok(is_collected(p), "UNIX-032: a client whose server is in its own queue reaches nothing");
	close(l);
	close(p[RD]);
}

/* The listener is in no message; only what its embryos have in their queues is. */
static void test_not_accepted(int type, const char *kind)
{
	struct name name = own_name("gc-embryo");
	int l = make_listener(type, &name, 8), client = new_socket(type), inner[2], outer[2], p[2];
	int got, got2;

	connect_to(client, &name);
	make_pair(inner, SOCK_STREAM);
	make_pair(outer, SOCK_STREAM);
	bury(inner[0], p);
	send_fd(outer[0], inner[1]);
	send_fd(client, outer[1]);
	close_pair(inner);
	close_pair(outer);
	ok(is_kept(p), "UNIX-032: %s: sockets sent to one that is not accepted stay", kind);
	close(client);
	ok(is_kept(p), "UNIX-032: %s: also when the client has gone", kind);
	client = accept(l, NULL, NULL);
	got = take_fd(client);
	got2 = take_fd(got);
	close(got);
	close(client);
	got = take_fd(got2);
	ok(got >= 0 && write(got, "x", 1) == 1, "UNIX-032: %s: and can be received", kind);
	close(got);
	close(got2);
	ok(ends_soon(p), "UNIX-031: %s: and closed", kind);
	close(p[RD]);
	close(l);
}

static void test_peek(void)
{
	int s[2], p[2], fd, again;
	struct parcel got;

	make_pair(s, SOCK_STREAM);
	send_fd(s[0], s[1]);
	bury(s[0], p);
	got = receive(s[1], 10, MSG_PEEK);
	close_pair(s);
	ok(got.nfds == 1 && is_kept(p), "UNIX-032: what a peek gave keeps a cycle");
	fd = got.fds[0];
	again = take_fd(fd);
	close(fd);
	ok(again >= 0 && is_kept(p), "UNIX-032: whose messages are all there");
	fd = take_fd(again);
	ok(fd >= 0 && write(fd, "x", 1) == 1, "UNIX-032: and can be used");
	close(fd);
	close(again);
	ok(is_collected(p), "UNIX-032: then it goes");
	close(p[RD]);
}

/* ---- processes ---- */

static void test_exit(void)
{
	int p[2], q[2], sync[2];
	pid_t pid;
	char c;

	make_probe(p);
	make_probe(q);
	make_pipe(sync, 0);
	pid = start_process();
	if (!pid) {
		int ring[5][2], s[2];

		make_ring(ring, 5);
		send_fd(ring[2][0], p[WR]);
		make_pair(s, SOCK_STREAM);
		send_fd(s[0], q[WR]);
		close(p[WR]);
		close(q[WR]);
		write(sync[WR], "r", 1);
		for (;;)
			pause();
	}
	close(p[WR]);
	close(q[WR]);
	ok(read(sync[RD], &c, 1) == 1 && is_kept(p) && probe_open(q),
	   "UNIX-032: a process has descriptors in flight, and a ring");
	kill(pid, SIGKILL);
	status_of(pid);
	ok(ends_soon(q), "UNIX-031: its end closes what was in its queues");
	ok(is_collected(p), "UNIX-032: and leaves the ring to the collector");
	close_pipe(sync);
	close(p[RD]);
	close(q[RD]);
}

/* Garbage does not count for ever: a user can go on making cycles. */
static int makes_cycles(void)
{
	if (setgid(1000) || setuid(1000))
		return 99;
	limit_files(64);
	for (int i = 0; i < 200; i++) {
		int s[2], fds[20], sent = 0;

		make_pair(s, SOCK_STREAM);
		for (int k = 0; k < 20; k++)
			fds[k] = s[1];
		for (int try = 0; try < 4000 && !sent; try++) {
			sent = send_fds(s[0], "x", 1, fds, 20) == 1;
			if (!sent && errno != ETOOMANYREFS)
				return 1;
			if (!sent) {
				collect();
				usleep(try < 20 ? 100 : 5000);
			}
		}
		if (!sent)
			return 2;
		close_pair(s);
	}
	return 0;
}

static void test_user(void)
{
	pid_t pid = start_process();
	int status;

	if (!pid)
		_exit(makes_cycles());
	status = status_of(pid);
	ok(status == 0, "UNIX-033: collected descriptors do not count (%d)", status);
}

/* ---- depth ---- */

/* Each socket is in the queue of the next. The last one. */
static int make_chain(int depth, int p[2])
{
	int s[2], inner;

	make_pair(s, SOCK_STREAM);
	bury(s[0], p);
	close(s[0]);
	inner = s[1];
	for (int i = 0; i < depth; i++) {
		make_pair(s, SOCK_STREAM);
		if (send_fd(s[0], inner) != 1) {
			perror("sendmsg");
			_exit(99);
		}
		close(inner);
		close(s[0]);
		inner = s[1];
	}
	return inner;
}

static void test_depth(void)
{
	int p[2], s[2], last = make_chain(DEPTH, p), n = 0, next;

	ok(probe_open(p), "UNIX-031: %d sockets, each in the queue of the next", DEPTH);
	close(last);
	ok(ends_soon(p), "UNIX-031: closing the last closes them all");
	close(p[RD]);

	last = make_chain(DEPTH / 10, p); /* Linux takes some ms for each */
	make_pair(s, SOCK_STREAM);
	send_fd(s[0], last);
	send_fd(s[0], s[1]);
	close(last);
	ok(is_kept(p), "UNIX-032: such a chain hangs on a cycle");
	close_pair(s);
	ok(is_collected(p), "UNIX-032: and is collected with it");
	close(p[RD]);

	last = make_chain(DEPTH, p);
	while ((next = take_fd(last)) >= 0) {
		close(last);
		last = next;
		n++;
	}
	ok(n == DEPTH + 1 && probe_open(p), "UNIX-031: a chain can be received link by link");
	close(last);
	ok(probe_ended(p), "UNIX-031: to its end");
	close(p[RD]);
}

/* The chain is made from the far end, so that each socket sent has nothing in its queue yet. */
static void test_depth_reversed(void)
{
	int p[2], first[2], s[2], sender;

	make_pair(first, SOCK_STREAM);
	sender = first[0];
	for (int i = 0; i < DEPTH; i++) {
		make_pair(s, SOCK_STREAM);
		send_fd(sender, s[1]);
		close(sender);
		close(s[1]);
		sender = s[0];
	}
	bury(sender, p);
	close(sender);
	ok(is_kept(p), "UNIX-032: a chain made from its other end stays");
	close(first[1]);
	ok(ends_soon(p), "UNIX-031: and is closed by closing that");
	close(p[RD]);
}

/* ---- a peek against the collection ---- */

/*
 * a is in the queue of b, and b in the queue of a. While another thread collects all the time, b is used to
 * peek at a and is closed: now only what the peek gave keeps the two. A collector that had looked at
 * a before the peek and looks at b after the close would take both. Between the two it looks at
 * FILLERS others, which gives us time.
 */
#define FILLERS (2 * MAX_FDS)

static volatile int stop;
static int fillers[FILLERS];

static void *collects(void *arg)
{
	while (!stop)
		collect();
	return NULL;
}

/* 1 when nothing was lost. */
static int peek_round(int round, int held[2])
{
	int a[2], b[2], p[2], back, fine;
	struct parcel got;

	make_pair(a, SOCK_STREAM);
	make_pair(b, SOCK_STREAM);
	send_fd(b[0], a[1]);
	for (int i = 0; i < FILLERS; i += MAX_FDS)
		send_fds(held[0], "x", 1, fillers + i, MAX_FDS);
	send_fd(a[0], b[1]);
	bury(a[0], p);
	close(a[1]);
	close(a[0]);
	close(b[0]);
	dawdle(round);
	got = receive(b[1], 10, MSG_PEEK);
	close(b[1]);
	dawdle(round / 10);
	back = got.nfds == 1 ? take_fd(got.fds[0]) : -1;
	fine = back >= 0 && probe_open(p);
	parcel_close(&got);
	close(back);
	close(p[RD]);
	for (int i = 0; i < FILLERS; i += MAX_FDS)
		read(held[1], &got, 1);
	return fine;
}

static void test_peek_race(void)
{
	double end;
	struct rlimit limit = { FILLERS + 200, FILLERS + 200 };
	int rounds = 0, lost = 0, held[2];
	pthread_t thread;

	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		skip("UNIX-032: needs %d descriptors", FILLERS + 200);
		return;
	}
	make_pair(held, SOCK_DGRAM);
	for (int i = 0; i < FILLERS; i += 2)
		make_pair(fillers + i, SOCK_DGRAM);
	pthread_create(&thread, NULL, collects, NULL);
	end = now_ms() + 1500;
	do
		lost = !peek_round(rounds++, held);
	while (now_ms() < end && !lost);
	stop = 1;
	pthread_join(thread, NULL);
	ok(!lost, "UNIX-032: a peek never loses to the collector");
	dprintf(1, "# %d rounds\n", rounds);
	for (int i = 0; i < FILLERS; i++)
		close(fillers[i]);
	close_pair(held);
}

int main(void)
{
	int low = lowest_free();

	test_pair(SOCK_STREAM, "stream");
	test_pair(SOCK_DGRAM, "datagram");
	test_pair(SOCK_SEQPACKET, "seqpacket");
	test_self();
	test_rings();
	test_tail();
	test_live_cycle_is_whole();
	test_listener(SOCK_STREAM, "stream");
	test_listener(SOCK_SEQPACKET, "seqpacket");
	test_not_accepted(SOCK_STREAM, "stream");
	test_not_accepted(SOCK_SEQPACKET, "seqpacket");
	test_accept();
	test_peek();
	test_exit();
	test_user();
	test_depth();
	test_depth_reversed();
	test_peek_race();
	ok(lowest_free() == low, "UNIX-032: no descriptor is left");
	return ktap_done();
}
