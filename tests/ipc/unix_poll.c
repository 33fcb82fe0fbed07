// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll, select and epoll on sockets: each state's events, who is woken by what, level and edge.
 * Spec: UNIX-007, UNIX-023.
 */
#include "tests/ipc/unix.h"

#include <sys/epoll.h>
#include <sys/select.h>

#define ALL       (POLLIN | POLLPRI | POLLOUT | POLLRDHUP | POLLRDNORM | POLLWRNORM | POLLWRBAND)
#define CAN_WRITE (POLLOUT | POLLWRNORM | POLLWRBAND)
#define CAN_READ  (POLLIN | POLLRDNORM)

static void is(int fd, int events, const char *what)
{
	int now = (unsigned short)poll_now(fd, ALL);

	ok(now == events, "UNIX-007: %s: %04x", what, now);
}

/* ---- states ---- */

static void test_stream_states(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	is(s[0], CAN_WRITE, "a fresh pair can be written");
	write(s[1], "x", 1);
	is(s[0], CAN_WRITE | CAN_READ, "data: POLLIN");
	drain(s[0]);
	shutdown(s[1], SHUT_WR);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP, "the peer shut down writing: POLLIN, POLLRDHUP");
	is(s[1], CAN_WRITE, "which is no event for itself");
	shutdown(s[0], SHUT_WR);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "both directions down: POLLHUP");
	is(s[1], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "on both sides");
	close_pair(s);

	make_pair(s, SOCK_STREAM);
	shutdown(s[0], SHUT_RD);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP, "own SHUT_RD: POLLIN, POLLRDHUP");
	is(s[1], CAN_WRITE, "the peer keeps POLLOUT, to be told EPIPE");
	close_pair(s);

	make_pair(s, SOCK_STREAM);
	write(s[1], "x", 1);
	close(s[1]);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "the peer closed: POLLHUP");
	drain(s[0]);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "also when all was read");
	ok(poll_now(s[0], 0) == POLLHUP, "UNIX-007: POLLHUP is told unasked");
	ok(poll_now(s[0], POLLRDHUP) == (POLLHUP | POLLRDHUP),
	   "UNIX-007: POLLRDHUP only when asked");
	close(s[0]);

	make_pair(s, SOCK_STREAM);
	write(s[0], "x", 1);
	close(s[1]);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP | POLLERR, "a reset: POLLERR");
	read(s[0], block, 1);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "until it was told");
	close(s[0]);
}

static void test_unconnected_states(void)
{
	struct name name = own_name("l");
	int fd = new_socket(SOCK_STREAM), l, c;

	is(fd, CAN_WRITE | POLLHUP, "an unconnected stream: POLLHUP");
	close(fd);
	fd = new_socket(SOCK_SEQPACKET);
	is(fd, CAN_WRITE | POLLHUP, "an unconnected seqpacket: POLLHUP");
	close(fd);
	fd = new_socket(SOCK_DGRAM);
	is(fd, CAN_WRITE, "an unconnected datagram socket: not");
	close(fd);
	fd = bound_socket(SOCK_STREAM, &name);
	is(fd, CAN_WRITE | POLLHUP, "bound: POLLHUP");
	close(fd);
	l = make_listener(SOCK_STREAM, &name, 1);
	is(l, 0, "a listener: nothing");
	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	is(l, CAN_READ, "somebody waits: POLLIN");
	is(c, CAN_WRITE, "who waits can write");
	close(c);
	is(l, CAN_READ, "he is gone: still POLLIN");
	close(accept(l, NULL, NULL));
	is(l, 0, "accepted: nothing");
	close(l);
}

static void test_packet_states(void)
{
	int s[2];

	make_pair(s, SOCK_SEQPACKET);
	is(s[0], CAN_WRITE, "a seqpacket pair");
	write(s[1], "", 0);
	is(s[0], CAN_WRITE | CAN_READ, "an empty packet: POLLIN");
	drain(s[0]);
	close(s[1]);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "closed: POLLHUP");
	close(s[0]);
	make_pair(s, SOCK_DGRAM);
	is(s[0], CAN_WRITE, "a datagram pair");
	write(s[1], "", 0);
	is(s[0], CAN_WRITE | CAN_READ, "an empty datagram: POLLIN");
	close(s[1]);
	is(s[0], CAN_WRITE | CAN_READ, "the peer closed: no event");
	shutdown(s[0], SHUT_RD);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP, "own SHUT_RD: POLLRDHUP");
	shutdown(s[0], SHUT_WR);
	is(s[0], CAN_WRITE | CAN_READ | POLLRDHUP | POLLHUP, "and SHUT_WR: POLLHUP");
	close(s[0]);
}

/* At most a quarter of the buffer in use: what is written beyond that goes, but is not invited. */
static void test_quarter(int type)
{
	int s[2], quarter, sent = 0, got = 0;

	make_pair(s, type);
	quarter = option(s[0], SO_SNDBUF) / 4;
	while (sent < 4 * quarter && poll_now(s[0], POLLOUT) == POLLOUT) {
		write(s[0], block, 2048);
		sent += 2048;
	}
	ok(sent > quarter / 4 && sent <= quarter + 2048,
	   "UNIX-007: type %d: no POLLOUT when more than a quarter is in use (%d bytes)", type,
	   sent);
	ok(send(s[0], block, 2048, MSG_DONTWAIT) == 2048, "UNIX-007: though there is room");
	while (poll_now(s[0], POLLOUT) == 0 && read(s[1], block, 2048) == 2048)
		got += 2048;
	ok(got > 0 && got <= 4096, "UNIX-007: POLLOUT again after reading as much");
	sent = fill_socket(s[0], 2048);
	for (got = 0; poll_now(s[0], POLLOUT) == 0; got++)
		if (read(s[1], block, 2048) != 2048)
			break;
	ok(got > sent / 2, "UNIX-007: when full, more than half must be read first (%d of %d)", got,
	   sent);
	close_pair(s);
}

/* ---- select ---- */

static int selected(int fd, int which)
{
	struct timeval now = { 0, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, which == 0 ? &set : NULL, which == 1 ? &set : NULL,
		      which == 2 ? &set : NULL, &now);
}

static void test_select(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	ok(selected(s[0], 0) == 0 && selected(s[0], 1) == 1 && selected(s[0], 2) == 0,
	   "UNIX-007: select: an empty pair");
	write(s[1], "x", 1);
	ok(selected(s[0], 0) == 1, "UNIX-007: select: data");
	fill_socket(s[0], 4096);
	ok(selected(s[0], 1) == 0, "UNIX-007: select: full");
	drain(s[1]);
	drain(s[0]);
	close(s[1]);
	ok(selected(s[0], 0) == 1 && selected(s[0], 1) == 1, "UNIX-007: select: the end");
	close(s[0]);
}

/* ---- sleepers ---- */

/* A child sleeps in poll until just these events come. */
static pid_t start_poll(int fd, int events, int expected)
{
	pid_t pid = start_process();
	struct pollfd pfd = { .fd = fd, .events = (short)events };

	if (!pid)
		_exit(!(poll(&pfd, 1, -1) == 1 && pfd.revents == expected));
	reaches_state(pid, 'S');
	return pid;
}

static void test_woken(void)
{
	struct name name = own_name("l");
	int s[2], l, c;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = start_poll(s[0], POLLIN | POLLRDHUP, POLLIN);
	write(s[1], "x", 1);
	ok(status_of(pid) == 0, "UNIX-007: poll is woken by data");
	drain(s[0]);
	pid = start_poll(s[0], POLLIN, POLLIN);
	shutdown(s[1], SHUT_WR);
	ok(status_of(pid) == 0, "UNIX-007: by the peer's SHUT_WR");
	pid = start_poll(s[0], 0, POLLHUP);
	shutdown(s[0], SHUT_WR);
	ok(status_of(pid) == 0, "UNIX-007: by own SHUT_WR after it");
	close_pair(s);

	make_pair(s, SOCK_STREAM);
	pid = start_poll(s[0], POLLRDHUP, POLLRDHUP);
	shutdown(s[0], SHUT_RD);
	ok(status_of(pid) == 0, "UNIX-007: by own SHUT_RD");
	close_pair(s);

	make_pair(s, SOCK_STREAM);
	fill_socket(s[0], 4096);
	pid = start_poll(s[0], POLLOUT, POLLOUT);
	drain(s[1]);
	ok(status_of(pid) == 0, "UNIX-007: by a reader that makes room");
	fill_socket(s[0], 4096);
	pid = start_process();
	if (!pid) {
		struct pollfd pfd = { .fd = s[0], .events = POLLIN };

		close(s[1]);
		_exit(!(poll(&pfd, 1, -1) == 1 && pfd.revents == (POLLIN | POLLHUP | POLLERR)));
	}
	reaches_state(pid, 'S');
	close(s[1]);
	ok(status_of(pid) == 0, "UNIX-007: by the peer's close");
	close(s[0]);

	l = make_listener(SOCK_STREAM, &name, 1);
	pid = start_poll(l, POLLIN, POLLIN);
	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	ok(status_of(pid) == 0, "UNIX-007: by a connection");
	close(c);
	close(l);
}

static void test_woken_datagrams(void)
{
	struct name name = own_name("d");
	int d = bound_socket(SOCK_DGRAM, &name), a = new_socket(SOCK_DGRAM), s[2];
	pid_t pid;

	pid = start_poll(d, POLLIN, POLLIN);
	connect_to(a, &name);
	write(a, "x", 1);
	ok(status_of(pid) == 0, "UNIX-007: poll is woken by a datagram");
	fill_socket(a, 1);
	pid = start_poll(a, POLLOUT, POLLOUT);
	recv(d, block, 1, 0);
	ok(status_of(pid) == 0, "UNIX-023: by a receiver that makes room in its queue");
	fill_socket(a, 1);
	pid = start_process();
	if (!pid) {
		struct pollfd pfd = { .fd = a, .events = POLLOUT };

		close(d);
		_exit(!(poll(&pfd, 1, -1) == 1 && pfd.revents == POLLOUT));
	}
	reaches_state(pid, 'S');
	close(d);
	ok(status_of(pid) == 0, "UNIX-023: or closes");
	close(a);
	make_pair(s, SOCK_DGRAM);
	fill_socket(s[0], 1000);
	pid = start_poll(s[0], POLLOUT, POLLOUT);
	drain(s[1]);
	ok(status_of(pid) == 0, "UNIX-007: and by room in a pair");
	close_pair(s);
}

/* ---- epoll ---- */

static int watch(int fd, unsigned int events)
{
	struct epoll_event event = { .events = events };
	int ep = epoll_create1(EPOLL_CLOEXEC);

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event))
		perror("epoll_ctl");
	return ep;
}

static unsigned int event_now(int ep)
{
	struct epoll_event event;

	return epoll_wait(ep, &event, 1, 0) == 1 ? event.events : 0;
}

static void test_level(void)
{
	int s[2], ep;

	make_pair(s, SOCK_STREAM);
	ep = watch(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP);
	ok(event_now(ep) == EPOLLOUT && event_now(ep) == EPOLLOUT,
	   "UNIX-007: epoll: room, each time");
	write(s[1], "xy", 2);
	ok(event_now(ep) == (EPOLLIN | EPOLLOUT) && event_now(ep) == (EPOLLIN | EPOLLOUT),
	   "UNIX-007: epoll: data, each time");
	read(s[0], block, 1);
	ok(event_now(ep) == (EPOLLIN | EPOLLOUT), "UNIX-007: epoll: also the rest");
	read(s[0], block, 1);
	ok(event_now(ep) == EPOLLOUT, "UNIX-007: epoll: no more");
	fill_socket(s[0], 4096);
	ok(event_now(ep) == 0, "UNIX-007: epoll: full");
	drain(s[1]);
	ok(event_now(ep) == EPOLLOUT, "UNIX-007: epoll: drained");
	shutdown(s[1], SHUT_WR);
	ok(event_now(ep) == (EPOLLIN | EPOLLOUT | EPOLLRDHUP), "UNIX-007: epoll: EPOLLRDHUP");
	close(s[1]);
	ok(event_now(ep) == (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP),
	   "UNIX-007: epoll: EPOLLHUP");
	close(s[0]);
	ok(event_now(ep) == 0, "UNIX-007: epoll: a closed descriptor is watched no longer");
	close(ep);
}

static void test_edge(void)
{
	int s[2], in, out, n;

	make_pair(s, SOCK_STREAM);
	in = watch(s[0], EPOLLIN | EPOLLRDHUP | EPOLLET);
	out = watch(s[0], EPOLLOUT | EPOLLET);
	ok(event_now(in) == 0 && event_now(out) == EPOLLOUT && event_now(out) == 0,
	   "UNIX-007: edge: room is told once");
	write(s[1], "xy", 2);
	ok(event_now(in) == EPOLLIN && event_now(in) == 0, "UNIX-007: edge: data is told once");
	read(s[0], block, 1);
	ok(event_now(in) == 0, "UNIX-007: edge: what is left is not told again");
	write(s[1], "z", 1);
	ok(event_now(in) == EPOLLIN && event_now(in) == 0, "UNIX-007: edge: every write is");
	drain(s[0]);
	n = fill_socket(s[0], 4096);
	event_now(out);
	ok(event_now(out) == 0, "UNIX-007: edge: full");
	read(s[1], block, 4096);
	ok(event_now(out) == 0, "UNIX-007: edge: a little room is no event");
	ok(drain(s[1]) == 4096u * (n - 1) && event_now(out) == EPOLLOUT && event_now(out) == 0,
	   "UNIX-007: edge: three quarters are, once");
	shutdown(s[1], SHUT_WR);
	ok(event_now(in) == (EPOLLIN | EPOLLRDHUP) && event_now(in) == 0,
	   "UNIX-007: edge: the peer's SHUT_WR");
	close(s[1]);
	ok(event_now(in) == (EPOLLIN | EPOLLRDHUP | EPOLLHUP) && event_now(in) == 0,
	   "UNIX-007: edge: its close");
	close(in);
	close(out);
	close(s[0]);
}

static void test_edge_listener(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 5), ep = watch(l, EPOLLIN | EPOLLET), c[2];

	ok(event_now(ep) == 0, "UNIX-007: edge: a listener");
	for (int i = 0; i < 2; i++) {
		c[i] = new_socket(SOCK_STREAM);
		connect_to(c[i], &name);
		ok(event_now(ep) == EPOLLIN && event_now(ep) == 0,
		   "UNIX-007: edge: each connection is told once");
	}
	close_pair(c);
	close(ep);
	close(l);
}

static void test_edge_datagrams(void)
{
	struct name name = own_name("d");
	int d = bound_socket(SOCK_DGRAM, &name), a = new_socket(SOCK_DGRAM), out, in;

	connect_to(a, &name);
	in = watch(d, EPOLLIN | EPOLLET);
	out = watch(a, EPOLLOUT | EPOLLET);
	event_now(out);
	write(a, "x", 1);
	ok(event_now(in) == EPOLLIN && event_now(in) == 0, "UNIX-007: edge: a datagram");
	fill_socket(a, 1);
	event_now(out);
	ok(event_now(out) == 0, "UNIX-023: edge: the receiver's queue is full");
	recv(d, block, 1, 0);
	ok(event_now(out) == EPOLLOUT && event_now(out) == 0, "UNIX-023: edge: one place is free");
	close(in);
	close(out);
	close(a);
	close(d);
}

static void test_epoll_sleeper(void)
{
	struct epoll_event event;
	int s[2], ep;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	ep = watch(s[0], EPOLLIN | EPOLLET | EPOLLONESHOT);
	for (int i = 0; i < 2; i++) {
		pid = start_process();
		if (!pid)
			_exit(!(epoll_wait(ep, &event, 1, -1) == 1 && event.events == EPOLLIN));
		reaches_state(pid, 'S');
		write(s[1], "x", 1);
		ok(status_of(pid) == 0, "UNIX-007: epoll_wait is woken by data");
		write(s[1], "x", 1);
		ok(event_now(ep) == 0, "UNIX-007: EPOLLONESHOT: only once");
		drain(s[0]);
		event = (struct epoll_event){ .events = EPOLLIN | EPOLLET | EPOLLONESHOT };
		epoll_ctl(ep, EPOLL_CTL_MOD, s[0], &event);
	}
	close(ep);
	close_pair(s);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_stream_states();
	test_unconnected_states();
	test_packet_states();
	test_quarter(SOCK_STREAM);
	test_quarter(SOCK_SEQPACKET);
	test_quarter(SOCK_DGRAM);
	test_select();
	test_woken();
	test_woken_datagrams();
	test_level();
	test_edge();
	test_edge_listener();
	test_edge_datagrams();
	test_epoll_sleeper();
	return ktap_done();
}
