// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagram sockets: boundaries, empty and too long ones, the end of the peer, names of senders, whom
 * a connected one listens to, how many a receiver queues.
 * Spec: UNIX-009, UNIX-010, UNIX-021 to UNIX-023.
 */
#include "tests/ipc/unix.h"

#define QLEN "/proc/sys/net/unix/max_dgram_qlen"

/* ---- boundaries ---- */

static void test_boundaries(void)
{
	char buf[64];
	int s[2];

	make_pair(s, SOCK_DGRAM);
	write(s[0], "one", 3);
	write(s[0], "three", 5);
	write(s[1], "back", 4);
	ok(unread(s[1]) == 3, "UNIX-009: FIONREAD is the length of the first");
	ok(gives(s[1], "one") && gives(s[1], "three") && nothing_yet(s[1]) && gives(s[0], "back"),
	   "UNIX-009: each read is one datagram");
	write(s[0], "abcdef", 6);
	write(s[0], "next", 4);
	ok(read(s[1], buf, 2) == 2 && !memcmp(buf, "ab", 2) && gives(s[1], "next"),
	   "UNIX-009: a short read throws the rest away");
	write(s[0], "abcdef", 6);
	ok(recv(s[1], buf, 2, MSG_TRUNC) == 6 && !memcmp(buf, "ab", 2) && nothing_yet(s[1]),
	   "UNIX-009: with MSG_TRUNC recv tells the real length");
	write(s[0], "abcdef", 6);
	ok(recv(s[1], buf, 2, MSG_TRUNC | MSG_PEEK) == 6 && recv(s[1], buf, 2, MSG_PEEK) == 2 &&
		   gives(s[1], "abcdef"),
	   "UNIX-009: MSG_PEEK leaves the whole datagram");
	write(s[0], "gone", 4);
	ok(recv(s[1], buf, 0, 0) == 0 && nothing_yet(s[1]), "UNIX-009: recv of nothing takes it");
	write(s[0], "stays", 5);
	ok(read(s[1], buf, 0) == 0 && gives(s[1], "stays"), "UNIX-009: read of nothing does not");
	close_pair(s);
}

static void test_flags(void)
{
	char a[2], b[3];
	struct iovec in[2] = { { a, 2 }, { b, 3 } };
	struct iovec out[3] = { { "ab", 2 }, { "c", 1 }, { "def", 3 } };
	struct msghdr msg = { .msg_iov = in, .msg_iovlen = 2 };
	int s[2];

	make_pair(s, SOCK_DGRAM);
	ok(writev(s[0], out, 3) == 6 && recvmsg(s[1], &msg, 0) == 5 && !memcmp(a, "ab", 2) &&
		   !memcmp(b, "cde", 3) && msg.msg_flags == MSG_TRUNC,
	   "UNIX-009: a vector is one datagram; a short receive sets MSG_TRUNC");
	write(s[0], "abcde", 5);
	ok(recvmsg(s[1], &msg, 0) == 5 && msg.msg_flags == 0, "UNIX-009: one that fits does not");
	writev(s[0], out, 3);
	ok(recvmsg(s[1], &msg, MSG_TRUNC) == 6 && msg.msg_flags == MSG_TRUNC,
	   "UNIX-009: MSG_TRUNC in and out");
	close_pair(s);
}

static void test_empty(void)
{
	char buf[4];
	int s[2];

	make_pair(s, SOCK_DGRAM);
	ok(send(s[0], "", 0, 0) == 0 && poll_now(s[1], POLLIN) == POLLIN && unread(s[1]) == 0,
	   "UNIX-009: an empty datagram is POLLIN");
	ok(write(s[0], "", 0) == 0 && write(s[0], "x", 1) == 1 &&
		   recv(s[1], buf, 4, MSG_DONTWAIT) == 0 && recv(s[1], buf, 4, MSG_DONTWAIT) == 0 &&
		   gives(s[1], "x") && nothing_yet(s[1]),
	   "UNIX-009: two empty ones are two");
	close_pair(s);
}

static void test_too_long(void)
{
	static char large[212961], copy[212961];
	long most = read_number("/proc/sys/net/core/wmem_max");
	int s[2];

	make_pair(s, SOCK_DGRAM);
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (char)(i * 7 + i / 253);
	ok(option(s[0], SO_SNDBUF) == 212992, "UNIX-009: the send buffer is 212992 bytes");
	ok(failed_with(send(s[0], large, 212961, 0), EMSGSIZE), "UNIX-009: 212961: EMSGSIZE");
	ok(send(s[0], large, 212960, 0) == 212960 && recv(s[1], copy, sizeof(copy), 0) == 212960 &&
		   !memcmp(large, copy, 212960),
	   "UNIX-009: 212960 bytes go");
	ok(set_option(s[0], SO_SNDBUF, 5000) == 0 && option(s[0], SO_SNDBUF) == 10000 &&
		   failed_with(send(s[0], large, 9969, 0), EMSGSIZE) &&
		   send(s[0], large, 9968, 0) == 9968 && recv(s[1], copy, sizeof(copy), 0) == 9968,
	   "UNIX-009: SO_SNDBUF 5000 is 10000, for 9968 bytes");
	ok(set_option(s[0], SO_SNDBUF, 1) == 0 && option(s[0], SO_SNDBUF) == 4608 &&
		   send(s[0], large, 100, 0) == 100,
	   "UNIX-009: 4608 at least");
	if (most < 0)
		most = 212992;
	ok(set_option(s[0], SO_SNDBUF, 100000000) == 0 && option(s[0], SO_SNDBUF) == 2 * most &&
		   set_option(s[0], SO_SNDBUF, -1) == 0 && option(s[0], SO_SNDBUF) == 2 * most,
	   "UNIX-009: net.core.wmem_max is the most that can be set: %ld", most);
	close_pair(s);
}

static void test_full(void)
{
	int s[2], n;

	make_pair(s, SOCK_DGRAM);
	n = fill_socket(s[0], 1000);
	ok(n > 11 && n < 213 && failed_with(send(s[0], block, 1000, MSG_DONTWAIT), EAGAIN) &&
		   poll_now(s[0], POLLOUT) == 0,
	   "UNIX-008 UNIX-009: a pair's buffer is full after %d datagrams", n);
	drain(s[1]);
	ok(poll_now(s[0], POLLOUT) == POLLOUT && fill_socket(s[0], 1000) == n,
	   "UNIX-008 UNIX-009: and has the same room again when they were read");
	close_pair(s);
}

/* ---- the end of the peer ---- */

static void test_closed_peer(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_DGRAM);
	write(s[0], "last", 4);
	close(s[0]);
	ok(gives(s[1], "last") && nothing_yet(s[1]),
	   "UNIX-010: no end: what was sent, then EAGAIN");
	ok(failed_with(write(s[1], "x", 1), ECONNREFUSED),
	   "UNIX-010: the first send: ECONNREFUSED");
	ok(failed_with(write(s[1], "x", 1), ENOTCONN) && failed_with(write(s[1], "x", 1), ENOTCONN),
	   "UNIX-010: then ENOTCONN");
	ok(nothing_yet(s[1]) && handled == 0, "UNIX-010: receiving keeps waiting; no SIGPIPE");
	close(s[1]);

	make_pair(s, SOCK_DGRAM);
	write(s[1], "unread", 6);
	close(s[0]);
	ok(option(s[1], SO_ERROR) == 0 && nothing_yet(s[1]), "UNIX-010: unread data is no reset");
	close(s[1]);

	make_pair(s, SOCK_DGRAM);
	write(s[0], "lost", 4);
	close(s[0]);
	ok(failed_with(write(s[1], "x", 1), ECONNREFUSED) && nothing_yet(s[1]),
	   "UNIX-010: with the association goes what it had queued");
	close(s[1]);
}

static void test_shut_down(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_DGRAM);
	shutdown(s[1], SHUT_RD);
	ok(failed_with(write(s[0], "x", 1), EPIPE) && handled == 0,
	   "UNIX-010: to one that shut down reading: EPIPE without SIGPIPE");
	ok(write(s[1], "x", 1) == 1 && gives(s[0], "x"), "UNIX-010: the other way goes on");
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	shutdown(s[0], SHUT_WR);
	ok(failed_with(write(s[0], "x", 1), EPIPE) && handled == 0 && nothing_yet(s[1]),
	   "UNIX-010: own shutdown is EPIPE without SIGPIPE, and no end for the peer");
	close_pair(s);
}

/* ---- names ---- */

/* Receives one datagram: is it this one, from there? NULL: from one without a name. */
static int comes_from(int fd, const char *text, const struct name *from)
{
	struct name name = { .len = sizeof(name.un) };
	char buf[64];
	ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&name.un,
			     &name.len);

	return n == (ssize_t)strlen(text) && !memcmp(buf, text, n) &&
	       (from ? same_name(&name, from) : name.len == 0);
}

static void test_senders(void)
{
	struct name a_name = path_name("a"), b_name = own_name("b"), gone = path_name("gone");
	int a = bound_socket(SOCK_DGRAM, &a_name), b = bound_socket(SOCK_DGRAM, &b_name);
	int none = new_socket(SOCK_DGRAM), fd;

	ok(send_to(a, "from a", 6, 0, &b_name) == 6 && comes_from(b, "from a", &a_name),
	   "UNIX-021: recvfrom reports the sender's path");
	ok(send_to(b, "from b", 6, 0, &a_name) == 6 && comes_from(a, "from b", &b_name),
	   "UNIX-021: or its abstract name");
	ok(send_to(none, "x", 1, 0, &a_name) == 1 && comes_from(a, "x", NULL),
	   "UNIX-021: length 0 when it has none");
	ok(failed_with(send(a, "x", 1, 0), ENOTCONN), "UNIX-021: without destination: ENOTCONN");
	ok(failed_with(send_to(a, "x", 1, 0, &gone), ENOENT), "UNIX-021: a missing path: ENOENT");
	gone = own_name("gone");
	ok(failed_with(send_to(a, "x", 1, 0, &gone), ECONNREFUSED),
	   "UNIX-021: a missing abstract name: ECONNREFUSED");
	ok(send_to(a, "myself", 6, 0, &a_name) == 6 && comes_from(a, "myself", &a_name),
	   "UNIX-021: one may send to oneself");
	ok(connect_to(a, &a_name) == 0 && write(a, "again", 5) == 5 &&
		   comes_from(a, "again", &a_name),
	   "UNIX-021: and be connected to oneself");
	close(b);
	ok(failed_with(send_to(none, "x", 1, 0, &b_name), ECONNREFUSED),
	   "UNIX-021: to a closed one: ECONNREFUSED");
	close(a);
	ok(failed_with(send_to(none, "x", 1, 0, &a_name), ECONNREFUSED),
	   "UNIX-021: also when its path is still there");
	unlink("a");
	fd = open("file", O_CREAT | O_RDWR, 0600);
	gone = path_name("file");
	ok(failed_with(send_to(none, "x", 1, 0, &gone), ECONNREFUSED),
	   "UNIX-021: to a file: ECONNREFUSED");
	close(fd);
	unlink("file");
	fd = make_listener(SOCK_STREAM, &a_name, 1);
	ok(failed_with(send_to(none, "x", 1, 0, &a_name), EPROTOTYPE),
	   "UNIX-021: to a stream socket: EPROTOTYPE");
	close(fd);
	unlink("a");
	close(none);
}

static void test_short_name(void)
{
	struct name a_name = path_name("sender"), b_name = own_name("b");
	int a = bound_socket(SOCK_DGRAM, &a_name), b = bound_socket(SOCK_DGRAM, &b_name);
	char text[16];
	socklen_t len = 5;

	send_to(a, "x", 1, 0, &b_name);
	memset(text, '#', sizeof(text));
	ok(recvfrom(b, text + 8, 4, 0, (struct sockaddr *)text, &len) == 1 && len == NAME_AT + 7 &&
		   !memcmp(text, &a_name.un, 5) && text[5] == '#',
	   "UNIX-021: a short buffer gets a part and the whole length");
	close(a);
	close(b);
	unlink("sender");
}

/* The sender may be gone when its datagram is read. */
static void test_late_name(void)
{
	struct name a_name = own_name("late"), b_name = own_name("b");
	int a = bound_socket(SOCK_DGRAM, &a_name), b = bound_socket(SOCK_DGRAM, &b_name);

	send_to(a, "late", 4, 0, &b_name);
	close(a);
	ok(comes_from(b, "late", &a_name), "UNIX-021: a closed sender's name, too");
	a = new_socket(SOCK_DGRAM);
	send_to(a, "early", 5, 0, &b_name);
	bind_to(a, &a_name);
	ok(comes_from(b, "early", &a_name), "UNIX-021: it is the name at the time of the receive");
	close(a);
	close(b);
}

/* ---- connected ---- */

static int dissolve(int fd)
{
	sa_family_t unspec = AF_UNSPEC;

	return connect(fd, (struct sockaddr *)&unspec, sizeof(unspec));
}

static void test_connected(void)
{
	struct name n1 = own_name("1"), n2 = own_name("2"), n3 = own_name("3"), peer;
	int d1 = bound_socket(SOCK_DGRAM, &n1), d2 = bound_socket(SOCK_DGRAM, &n2);
	int d3 = bound_socket(SOCK_DGRAM, &n3);

	ok(connect_to(d1, &n2) == 0 && write(d1, "x", 1) == 1 && comes_from(d2, "x", &n1),
	   "UNIX-022: connect sets the destination");
	peer = peer_name(d1);
	ok(same_name(&peer, &n2) && failed_with(write(d2, "x", 1), ENOTCONN),
	   "UNIX-022: of this side only");
	ok(send_to(d2, "peer", 4, 0, &n1) == 4 && comes_from(d1, "peer", &n2),
	   "UNIX-022: the peer may send");
	ok(failed_with(send_to(d3, "x", 1, 0, &n1), EPERM), "UNIX-022: others get EPERM");
	ok(failed_with(connect_to(d3, &n1), EPERM), "UNIX-022: also when they connect");
	ok(send_to(d1, "other", 5, 0, &n3) == 5 && comes_from(d3, "other", &n1),
	   "UNIX-022: itself it may send to others");
	ok(dissolve(d1) == 0 && failed_with(write(d1, "x", 1), ENOTCONN) &&
		   failed_with(getpeername(d1, (struct sockaddr *)&peer.un, &peer.len), ENOTCONN),
	   "UNIX-022: AF_UNSPEC dissolves the association");
	ok(send_to(d3, "now", 3, 0, &n1) == 3 && comes_from(d1, "now", &n3),
	   "UNIX-022: then others may send");
	ok(dissolve(d1) == 0, "UNIX-022: dissolving twice is no error");
	ok(connect_to(d1, &n2) == 0 && connect_to(d1, &n3) == 0 && write(d1, "3", 1) == 1 &&
		   comes_from(d3, "3", &n1) && nothing_yet(d2),
	   "UNIX-022: a second connect changes the destination");
	close(d3);
	ok(failed_with(write(d1, "x", 1), ECONNREFUSED) && failed_with(write(d1, "x", 1), ENOTCONN),
	   "UNIX-022: a closed peer: ECONNREFUSED, then ENOTCONN");
	close(d1);
	close(d2);
}

/* What was queued under one association is thrown away with it. */
static void test_dissolved_queue(void)
{
	struct name n1 = own_name("1");
	int s[2], d;

	make_pair(s, SOCK_DGRAM);
	write(s[1], "queued", 6);
	ok(dissolve(s[0]) == 0 && nothing_yet(s[0]), "UNIX-022: what the peer had sent is gone");
	ok(failed_with(write(s[1], "x", 1), ECONNRESET), "UNIX-022: it is told: ECONNRESET");
	ok(write(s[1], "y", 1) == 1 && gives(s[0], "y"), "UNIX-022: once; it may go on sending");
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	d = bound_socket(SOCK_DGRAM, &n1);
	write(s[1], "queued", 6);
	ok(connect_to(s[0], &n1) == 0 && nothing_yet(s[0]) &&
		   option(s[1], SO_ERROR) == ECONNRESET && failed_with(write(s[1], "x", 1), EPERM),
	   "UNIX-022: so with a change of the peer, who has then no right to send");
	close(d);
	close_pair(s);
}

/* ---- how many ---- */

static int queue_length(void)
{
	long n = read_number(QLEN);

	return n < 0 ? 10 : (int)n;
}

static void test_queue(void)
{
	struct name name = own_name("queue");
	int d = bound_socket(SOCK_DGRAM, &name), a = new_socket(SOCK_DGRAM);
	int b = new_socket(SOCK_DGRAM), most = queue_length() + 1, n = 0;

	connect_to(a, &name);
	ok(poll_now(a, POLLOUT) == POLLOUT, "UNIX-023: POLLOUT at first");
	ok(fill_socket(a, 1) == most, "UNIX-023: %d datagrams wait at most", most);
	ok(errno == EAGAIN && poll_now(a, POLLOUT) == 0, "UNIX-023: then EAGAIN and no POLLOUT");
	while (send_to(b, "b", 1, MSG_DONTWAIT, &name) == 1)
		n++;
	ok(n == 0 && errno == EAGAIN, "UNIX-023: nor from anybody else");
	ok(poll_now(b, POLLOUT) == POLLOUT, "UNIX-023: who is not connected has POLLOUT");
	recv(d, block, 1, 0);
	ok(poll_now(a, POLLOUT) == POLLOUT && send_to(b, "b", 1, MSG_DONTWAIT, &name) == 1 &&
		   failed_with(send_to(b, "b", 1, MSG_DONTWAIT, &name), EAGAIN) &&
		   poll_now(a, POLLOUT) == 0,
	   "UNIX-023: reading one frees one place");
	while (recv(d, block, 1, MSG_DONTWAIT) == 1)
		;
	ok(fill_socket(a, 1) == most, "UNIX-023: reading all frees all");
	close(d);
	ok(poll_now(a, POLLOUT) == POLLOUT && failed_with(write(a, "x", 1), ECONNREFUSED),
	   "UNIX-023: no waiting for one that is closed");
	close(a);
	close(b);
}

static void test_mutual(void)
{
	struct name n1 = own_name("1"), n2 = own_name("2");
	int d1 = bound_socket(SOCK_DGRAM, &n1), d2 = bound_socket(SOCK_DGRAM, &n2);

	connect_to(d1, &n2);
	ok(fill_socket(d1, 1) == queue_length() + 1, "UNIX-023: connected one way: limited");
	connect_to(d2, &n1);
	ok(fill_socket(d1, 1) > queue_length() + 1, "UNIX-023: connected both ways: not");
	close(d1);
	close(d2);
}

static void test_blocked_sender(void)
{
	struct name name = own_name("full");
	int d = bound_socket(SOCK_DGRAM, &name), a = new_socket(SOCK_DGRAM);
	pid_t pid;

	connect_to(a, &name);
	fill_socket(a, 1);
	pid = start_process();
	if (!pid)
		_exit(write(a, "waited", 6) != 6);
	ok(reaches_state(pid, 'S') && recv(d, block, 1, 0) == 1 && status_of(pid) == 0,
	   "UNIX-023: a blocked sender goes on when one was read");
	pid = start_process();
	if (!pid)
		_exit(send_to(new_socket(SOCK_DGRAM), "waited", 6, 0, &name) != 6);
	ok(reaches_state(pid, 'S') && recv(d, block, 1, 0) == 1 && status_of(pid) == 0,
	   "UNIX-023: so does one with an address");
	pid = start_process();
	if (!pid) {
		close(d);
		_exit(!failed_with(write(a, "x", 1), ECONNREFUSED));
	}
	reaches_state(pid, 'S');
	close(d);
	ok(status_of(pid) == 0, "UNIX-023: and is refused when the receiver closes");
	close(a);
}

static void test_sysctl(void)
{
	struct name name = own_name("sysctl");
	long before = read_number(QLEN);
	int d, a = new_socket(SOCK_DGRAM);

	if (before < 0 || write_number(QLEN, 3)) {
		skip("UNIX-023: " QLEN " cannot be changed");
		return;
	}
	d = bound_socket(SOCK_DGRAM, &name);
	write_number(QLEN, before);
	connect_to(a, &name);
	ok(fill_socket(a, 1) == 4, "UNIX-023: max_dgram_qlen is taken when the socket is made");
	close(a);
	close(d);
}

int main(void)
{
	char path[32];

	own_directory(path);
	test_boundaries();
	test_flags();
	test_empty();
	test_too_long();
	test_full();
	test_closed_peer();
	test_shut_down();
	test_senders();
	test_short_name();
	test_late_name();
	test_connected();
	test_dissolved_queue();
	test_queue();
	test_mutual();
	test_blocked_sender();
	test_sysctl();
	leave_directory(path);
	return ktap_done();
}
