// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other side closes, shuts down, connects or sends at the worst moment. Each race is run many
 * times with other delays; nobody may sleep for ever, and every call ends in one of the ways that
 * the order of the two could explain.
 * Argument: rounds. Spec: UNIX-004 to UNIX-007, UNIX-010, UNIX-016, UNIX-018, UNIX-022, UNIX-023.
 */
#include "tests/fs/races.h"
#include "tests/ipc/unix.h"

#include <pthread.h>
#include <sys/epoll.h>

static int s[2];
static struct name server;

/* A child that does this after some time, and nothing else. */
static pid_t meanwhile(int round, int (*what)(void))
{
	pid_t pid = start();

	if (pid)
		return pid;
	dawdle(round);
	_exit(what());
}

/* One end is the child's alone: its death is the end's close. */
static pid_t holder(int round, int (*what)(void))
{
	pid_t pid = start();

	if (pid) {
		close(s[1]);
		return pid;
	}
	close(s[0]);
	dawdle(round);
	_exit(what());
}

static int nothing(void)
{
	return 0;
}

static int shut_both(void)
{
	return shutdown(s[0], SHUT_RDWR);
}

static int shut_reading(void)
{
	return shutdown(s[0], SHUT_RD);
}

static int send_one(void)
{
	return send(s[1], "x", 1, MSG_NOSIGNAL) != 1;
}

static int read_once(void)
{
	return read(s[1], block, 4096) != 4096;
}

/* ---- the end ---- */

static int close_against_read(int round)
{
	char c;
	pid_t pid;
	ssize_t n;

	make_pair(s, round & 1 ? SOCK_STREAM : SOCK_SEQPACKET);
	pid = holder(round, nothing);
	n = read(s[0], &c, 1);
	close(s[0]);
	return n == 0 && ended(pid) == 0;
}

/* It writes until that fails: because the reader has gone, and left something unread. */
static int close_against_write(int round)
{
	pid_t pid;
	int err;

	make_pair(s, round & 1 ? SOCK_STREAM : SOCK_SEQPACKET);
	pid = holder(round, round & 2 ? read_once : nothing);
	while (send(s[0], block, 4096, MSG_NOSIGNAL) > 0)
		;
	err = errno;
	close(s[0]);
	return (err == EPIPE || err == ECONNRESET) && ended(pid) == 0;
}

static int write_then_end(void)
{
	return write(s[1], "last", 4) != 4;
}

static int data_before_the_end(int round)
{
	char buf[8] = "";
	size_t got = 0;
	ssize_t n;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = holder(round, write_then_end);
	while ((n = read(s[0], buf + got, sizeof(buf) - got)) > 0)
		got += n;
	close(s[0]);
	return n == 0 && got == 4 && !memcmp(buf, "last", 4) && ended(pid) == 0;
}

static int shutdown_against_read(int round)
{
	char c;
	pid_t pid;
	ssize_t n;

	make_pair(s, round & 1 ? SOCK_STREAM : SOCK_SEQPACKET);
	pid = meanwhile(round, round & 2 ? shut_both : shut_reading);
	n = read(s[0], &c, 1);
	close_pair(s);
	return n == 0 && ended(pid) == 0;
}

static int shutdown_against_write(int round)
{
	pid_t pid;
	int err;

	make_pair(s, round & 1 ? SOCK_STREAM : SOCK_SEQPACKET);
	pid = meanwhile(round, round & 2 ? shut_both : shut_reading);
	while (send(s[1], block, 4096, MSG_NOSIGNAL) > 0)
		;
	err = errno;
	close_pair(s);
	return err == EPIPE && ended(pid) == 0;
}

/* Both ends go at once, with something in both queues. */
static int both_close(int round)
{
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	write(s[0], "to one", 6);
	write(s[1], "to zero", 7);
	pid = holder(round, nothing);
	dawdle(round * 3);
	close(s[0]);
	return ended(pid) == 0;
}

/* ---- poll ---- */

static int poll_against_all(int round)
{
	static int (*const what[])(void) = { nothing, send_one };
	struct pollfd pfd;
	pid_t pid;
	int n;

	make_pair(s, round & 1 ? SOCK_STREAM : SOCK_SEQPACKET);
	pid = holder(round, what[round / 2 % 2]);
	pfd = (struct pollfd){ .fd = s[0], .events = POLLIN };
	n = poll(&pfd, 1, -1);
	if (n != 1 || !(pfd.revents & POLLIN))
		return 0;
	if (pfd.revents == POLLIN)
		n = read(s[0], block, 1); /* data: the end comes after it */
	while (read(s[0], block, 1) > 0)
		;
	pfd.events = 0;
	n = poll(&pfd, 1, -1);
	close(s[0]);
	return n == 1 && pfd.revents == POLLHUP && ended(pid) == 0;
}

static int take_some(void)
{
	int all = 0;

	while (all < 160000) {
		ssize_t n = recv(s[1], block, sizeof(block), 0);

		if (n <= 0)
			return 1;
		all += n;
	}
	return 0;
}

/* Whoever polls for room hears of it, whenever the reader comes. */
static int poll_against_reader(int round)
{
	struct pollfd pfd;
	size_t sent = 0;
	pid_t pid;
	ssize_t n;

	make_pair(s, round & 1 ? SOCK_STREAM : SOCK_DGRAM);
	pid = meanwhile(round, take_some);
	pfd = (struct pollfd){ .fd = s[0], .events = POLLOUT };
	while (sent < 160000) {
		n = send(s[0], block, 4000, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			sent += n;
		else if (poll(&pfd, 1, -1) != 1)
			return 0;
	}
	n = ended(pid);
	close_pair(s);
	return n == 0;
}

#define BURSTS 60

static int send_bursts(void)
{
	for (int i = 0; i < BURSTS; i++) {
		dawdle(i);
		if (write(s[1], "burst", 5) != 5)
			return 1;
	}
	return 0;
}

/* Edge triggered: after each event all is read, and no event is missed. */
static int edges_against_writer(int round)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0), got = 0;
	pid_t pid;
	ssize_t n;

	make_pair(s, SOCK_STREAM);
	epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &event);
	pid = holder(round, send_bursts);
	do {
		if (epoll_wait(ep, &event, 1, -1) != 1)
			return 0;
		while ((n = recv(s[0], block, 7, MSG_DONTWAIT)) > 0)
			got += n;
	} while (n);
	close(ep);
	close(s[0]);
	return got == 5 * BURSTS && ended(pid) == 0;
}

/* ---- listeners ---- */

/* Holds the listener, which goes with it: perhaps one is accepted before. */
static pid_t server_process(int round, int backlog)
{
	int listener = make_listener(SOCK_STREAM, &server, backlog);
	pid_t pid = start();

	if (pid) {
		close(listener);
		return pid;
	}
	dawdle(round);
	set_flags(listener, O_NONBLOCK, 0);
	if (round & 1)
		accept(listener, NULL, NULL);
	dawdle(round / 2);
	_exit(0);
}

static int connect_against_close(int round)
{
	int fd = new_socket(SOCK_STREAM), first = new_socket(SOCK_STREAM), good;
	pid_t pid;
	char c;

	server = own_name("server");
	pid = server_process(round, round & 2 ? 0 : 5);
	if (round & 4)
		connect_to(first, &server);
	dawdle(round);
	if (connect_to(fd, &server)) {
		good = errno == ECONNREFUSED;
	} else {
		good = read(fd, &c, 1) <= 0;
		good &= failed_with(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	}
	close(fd);
	close(first);
	return good && ended(pid) == 0;
}

static int accept_against_shutdown(int round)
{
	int good, fd;
	pid_t pid;

	server = own_name("server");
	s[0] = make_listener(SOCK_STREAM, &server, 5);
	pid = meanwhile(round, shut_both);
	fd = accept(s[0], NULL, NULL);
	good = failed_with(fd, EINVAL);
	close(s[0]);
	return good && ended(pid) == 0;
}

static int connect_and_go(void)
{
	int fd = new_socket(SOCK_STREAM);

	return connect_to(fd, &server) || write(fd, "x", 1) != 1;
}

/* The client goes at once, maybe before it is accepted. */
static int accept_against_client(int round)
{
	int fd, good;
	pid_t pid;
	char c;

	server = own_name("server");
	s[0] = make_listener(SOCK_STREAM, &server, round & 1);
	pid = meanwhile(round, connect_and_go);
	dawdle(round / 2);
	fd = accept(s[0], NULL, NULL);
	good = fd >= 0 && read(fd, &c, 1) == 1 && read(fd, &c, 1) == 0;
	close(fd);
	close(s[0]);
	return good && ended(pid) == 0;
}

static int connect_only(void)
{
	return connect_to(new_socket(SOCK_STREAM), &server) ? errno : 0;
}

/* A client finds the queue full, and room is made when it sleeps, is about to, or has not begun. */
static int connect_against_room(int round, int (*make_room)(int listener))
{
	int first = new_socket(SOCK_STREAM), good;
	pid_t pid;

	server = own_name("server");
	s[0] = make_listener(SOCK_STREAM, &server, 0);
	good = connect_to(first, &server) == 0;
	pid = meanwhile(round, connect_only);
	dawdle(round / 2);
	good &= make_room(s[0]) && ended(pid) == 0;
	close(first);
	close(s[0]);
	return good;
}

static int accept_one(int listener)
{
	int fd = accept(listener, NULL, NULL);

	return fd >= 0 && close(fd) == 0;
}

static int connect_against_accept(int round)
{
	return connect_against_room(round, accept_one);
}

static int more_backlog(int listener)
{
	return listen(listener, 1) == 0;
}

static int connect_against_listen(int round)
{
	return connect_against_room(round, more_backlog);
}

static int bind_it(void)
{
	return bind_to(new_socket(SOCK_STREAM), &server) ? errno : 0;
}

/* Of two who want one name exactly one gets it, and no node stays behind from the other. */
static int bind_against_bind(int round)
{
	int fd = new_socket(SOCK_STREAM), mine, other;
	pid_t pid;

	server = round & 1 ? own_name("wanted") : path_name("/tmp/unix-wanted");
	unlink("/tmp/unix-wanted");
	pid = meanwhile(round, bind_it);
	dawdle(round / 2);
	mine = bind_to(fd, &server) ? errno : 0;
	other = ended(pid);
	close(fd);
	unlink("/tmp/unix-wanted");
	/* An abstract name is free again when the child has gone. */
	if (round & 1)
		return (mine == 0 && (other == 0 || other == EADDRINUSE)) ||
		       (mine == EADDRINUSE && other == 0);
	return mine + other == EADDRINUSE;
}

static int connect_it(void)
{
	return connect_to(s[0], &server) ? errno : 0;
}

/* One socket is connected by two at once: one does it. */
static int connect_against_connect(int round)
{
	int listener, mine, other;
	pid_t pid;

	server = own_name("server");
	listener = make_listener(SOCK_STREAM, &server, 5);
	s[0] = new_socket(SOCK_STREAM);
	pid = meanwhile(round, connect_it);
	dawdle(round / 2);
	mine = connect_it();
	other = ended(pid);
	close(accept(listener, NULL, NULL));
	set_flags(listener, O_NONBLOCK, 0);
	other |= !failed_with(accept(listener, NULL, NULL), EAGAIN) << 10;
	close(listener);
	close(s[0]);
	return mine + other == EISCONN;
}

/* ---- datagrams ---- */

static int take_one(void)
{
	return recv(s[0], block, 16, 0) != 1;
}

/* The receiver's queue is full; then somebody reads, or it closes, maybe after a shutdown. */
static int full_queue(int round)
{
	int (*const what[])(void) = { take_one, shut_reading, nothing };
	int fd = new_socket(SOCK_DGRAM), reads = round % 3 == 0, err;
	pid_t pid;

	server = own_name("full");
	s[0] = bound_socket(SOCK_DGRAM, &server);
	connect_to(fd, &server);
	fill_socket(fd, 1);
	pid = meanwhile(round, what[round % 3]);
	if (!reads)
		close(s[0]);
	if (round & 8)
		poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
	err = send(fd, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
	close(fd);
	if (reads)
		close(s[0]);
	if (err == EPIPE && round % 3 == 1)
		err = ECONNREFUSED;
	return err == (reads ? 0 : ECONNREFUSED) && ended(pid) == 0;
}

static int dissolve(void)
{
	sa_family_t unspec = AF_UNSPEC;

	for (int i = 0; i < 20; i++)
		if (connect(s[0], (struct sockaddr *)&unspec, sizeof(unspec)))
			return 1;
	return 0;
}

static int dissolve_against_send(int round)
{
	pid_t pid;
	int good = 1;

	make_pair(s, SOCK_DGRAM);
	pid = meanwhile(round, dissolve);
	for (int i = 0; i < 20; i++)
		if (send(s[1], "x", 1, MSG_DONTWAIT) != 1)
			good &= errno == ECONNRESET || errno == EAGAIN;
	good &= ended(pid) == 0;
	drain(s[0]);
	close_pair(s);
	return good;
}

static struct name names[2];

static int connect_back(void)
{
	for (int i = 0; i < 20; i++)
		if (connect_to(s[1], &names[0]) && errno != EPERM)
			return 1;
	return 0;
}

/* Two connect to each other, again and again: locks of two sockets in one order. */
static int connect_each_other(int round)
{
	pid_t pid;
	int good = 1;

	for (int i = 0; i < 2; i++) {
		names[i] = own_name(i ? "one" : "zero");
		s[i] = bound_socket(SOCK_DGRAM, &names[i]);
	}
	pid = meanwhile(round, connect_back);
	for (int i = 0; i < 20; i++) {
		good &= connect_to(s[0], &names[1]) == 0;
		send(s[0], "x", 1, MSG_DONTWAIT);
	}
	good &= ended(pid) == 0;
	close_pair(s);
	return good;
}

/* ---- threads of one process ---- */

static int started;

static void *receive_thread(void *arg)
{
	char c = 0;
	ssize_t n;

	(void)arg;
	__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	n = recv(s[0], &c, 1, 0);
	return (void *)(n == 1 ? (long)c : -1l);
}

/* The descriptor goes while a thread sleeps in it; the call goes on until its end. */
static int close_of_own_descriptor(int round)
{
	pthread_t thread;
	void *got = NULL;

	make_pair(s, SOCK_STREAM);
	__atomic_store_n(&started, 0, __ATOMIC_RELEASE);
	if (pthread_create(&thread, NULL, receive_thread, NULL))
		return 0;
	while (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		sched_yield();
	dawdle(round);
	/* Too early, and it receives from a closed descriptor: then the writer is told. */
	close(s[0]);
	if (send(s[1], "x", 1, MSG_NOSIGNAL) != 1 && errno != EPIPE)
		return 0;
	pthread_join(thread, &got);
	close(s[1]);
	return (long)got == 'x' || (long)got == -1;
}

/* A signal and a byte come at once: the byte is not lost to the one who got EINTR. */
static int signal_against_data(int round)
{
	int good, tries = 0;
	pid_t parent = getpid(), pid;
	ssize_t n;
	char c;

	make_pair(s, SOCK_STREAM);
	pid = start();
	if (!pid) {
		dawdle(round);
		if (round & 1)
			kill(parent, SIGUSR1);
		n = write(s[1], "x", 1);
		if (!(round & 1))
			kill(parent, SIGUSR1);
		_exit(n != 1);
	}
	while ((n = read(s[0], &c, 1)) == -1 && errno == EINTR && tries++ < 3)
		;
	good = n == 1 && c == 'x';
	raw_mask(BIT(SIGUSR1)); /* it may come only now */
	good &= ended(pid) == 0;
	raw_mask(0);
	close_pair(s);
	return good;
}

int main(int argc, char **argv)
{
	static const struct race races[] = {
		{ "UNIX-004: close against read", close_against_read },
		{ "UNIX-004 UNIX-005: close against write", close_against_write },
		{ "UNIX-004: the last bytes come before the end", data_before_the_end },
		{ "UNIX-006: shutdown against read", shutdown_against_read },
		{ "UNIX-006: shutdown against write", shutdown_against_write },
		{ "UNIX-005: both ends close", both_close },
		{ "UNIX-007: poll against data and the end", poll_against_all },
		{ "UNIX-007: poll for room against a reader", poll_against_reader },
		{ "UNIX-007: no edge is missed", edges_against_writer },
		{ "UNIX-018: connect against the listener's close", connect_against_close },
		{ "UNIX-006: accept against shutdown", accept_against_shutdown },
		{ "UNIX-014: accept against a client that goes", accept_against_client },
		{ "UNIX-016: a full listener against accept", connect_against_accept },
		{ "UNIX-016: a full listener against a larger backlog", connect_against_listen },
		{ "UNIX-012: bind against bind", bind_against_bind },
		{ "UNIX-014: connect against connect", connect_against_connect },
		{ "UNIX-023: a full queue against its reader", full_queue },
		{ "UNIX-022: dissolving against sending", dissolve_against_send },
		{ "UNIX-022: two connect to each other", connect_each_other },
		{ "UNIX-004: a thread closes what another receives from", close_of_own_descriptor },
		{ "UNIX-043: a signal against data", signal_against_data },
	};

	catch (SIGUSR1, 0);
	run_races(races, sizeof(races) / sizeof(races[0]), argc > 1 ? atoi(argv[1]) : 24);
	return ktap_done();
}
