// SPDX-License-Identifier: GPL-2.0-only
/*
 * SOCK_SEQPACKET: connected as a stream, with the boundaries of datagrams.
 * Spec: UNIX-005, UNIX-008, UNIX-011, UNIX-041.
 */
#include "tests/ipc/unix.h"

static void test_boundaries(void)
{
	char buf[64];
	struct iovec in = { buf, 4 };
	struct msghdr msg = { .msg_iov = &in, .msg_iovlen = 1 };
	int s[2];

	make_pair(s, SOCK_SEQPACKET);
	ok(option(s[0], SO_TYPE) == SOCK_SEQPACKET && write(s[0], "one", 3) == 3 &&
		   write(s[0], "three", 5) == 5 && gives(s[1], "one") && gives(s[1], "three"),
	   "UNIX-011: one read, one packet");
	write(s[0], "abcdef", 6);
	write(s[0], "next", 4);
	ok(unread(s[1]) == 10, "UNIX-011: FIONREAD counts all packets");
	ok(recvmsg(s[1], &msg, 0) == 4 && msg.msg_flags == MSG_TRUNC && gives(s[1], "next"),
	   "UNIX-011: a short read throws the rest away and sets MSG_TRUNC");
	write(s[0], "fits", 4);
	ok(recvmsg(s[1], &msg, 0) == 4 && msg.msg_flags == 0, "UNIX-011: one that fits does not");
	write(s[0], "abcdef", 6);
	ok(recv(s[1], buf, 2, MSG_TRUNC | MSG_PEEK) == 6 && recv(s[1], buf, 2, MSG_TRUNC) == 6 &&
		   nothing_yet(s[1]),
	   "UNIX-011: recv with MSG_TRUNC tells the real length");
	ok(send(s[0], "", 0, 0) == 0 && poll_now(s[1], POLLIN) == POLLIN && gives_eof(s[1]) &&
		   nothing_yet(s[1]),
	   "UNIX-011: empty packets exist");
	ok(recv(s[1], buf, 4, MSG_DONTWAIT | MSG_WAITALL) == -1, "UNIX-011: nothing is left");
	write(s[0], "ab", 2);
	write(s[0], "cd", 2);
	ok(recv(s[1], buf, 4, MSG_WAITALL) == 2 && gives(s[1], "cd"),
	   "UNIX-042: MSG_WAITALL does not join packets");
	close_pair(s);
}

static void test_size(void)
{
	static char large[212961];
	int s[2];

	make_pair(s, SOCK_SEQPACKET);
	ok(failed_with(send(s[0], large, 212961, 0), EMSGSIZE), "UNIX-011: 212961: EMSGSIZE");
	ok(send(s[0], large, 212960, 0) == 212960 && recv(s[1], large, 212961, 0) == 212960,
	   "UNIX-011: 212960 bytes are one packet");
	close_pair(s);
}

static void test_full(void)
{
	int s[2], n;
	pid_t pid;

	make_pair(s, SOCK_SEQPACKET);
	n = fill_socket(s[0], 1000);
	ok(n > 11 && n < 213 && errno == EAGAIN && poll_now(s[0], POLLOUT) == 0,
	   "UNIX-008: full after %d packets: EAGAIN, no POLLOUT", n);
	pid = start_process();
	if (!pid)
		_exit(write(s[0], block, 1000) != 1000);
	ok(reaches_state(pid, 'S') && drain(s[1]) >= 1000u * n && status_of(pid) == 0,
	   "UNIX-008: who waits to send goes on");
	close_pair(s);
}

static void test_end(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_SEQPACKET);
	write(s[0], "last", 4);
	close(s[0]);
	ok(gives(s[1], "last") && gives_eof(s[1]) && gives_eof(s[1]), "UNIX-011: 0 after the end");
	ok(failed_with(write(s[1], "x", 1), EPIPE) && failed_with(send(s[1], "x", 1, 0), EPIPE) &&
		   handled == 0,
	   "UNIX-011: writing is EPIPE without SIGPIPE");
	close(s[1]);
	make_pair(s, SOCK_SEQPACKET);
	shutdown(s[0], SHUT_WR);
	ok(failed_with(write(s[0], "x", 1), EPIPE) && handled == 0 && gives_eof(s[1]),
	   "UNIX-011: own shutdown as well");
	ok(write(s[1], "y", 1) == 1 && gives(s[0], "y"), "UNIX-011: the other way goes on");
	close_pair(s);
}

static void test_reset(void)
{
	int s[2];

	make_pair(s, SOCK_SEQPACKET);
	write(s[1], "unread", 6);
	close(s[0]);
	ok(gives_error(s[1], ECONNRESET) && gives_eof(s[1]),
	   "UNIX-005: closed with unread packets: ECONNRESET once, then the end");
	close(s[1]);
	make_pair(s, SOCK_SEQPACKET);
	write(s[1], "unread", 6);
	write(s[0], "for you", 7);
	close(s[0]);
	ok(gives_error(s[1], ECONNRESET) && gives(s[1], "for you") && gives_eof(s[1]),
	   "UNIX-005: with packets the error comes before what is queued");
	close(s[1]);
	make_pair(s, SOCK_SEQPACKET);
	send(s[1], "", 0, 0);
	close(s[0]);
	ok(gives_eof(s[1]), "UNIX-005: an empty packet alone is no unread data");
	close(s[1]);
}

static void test_unconnected(void)
{
	struct name name = own_name("nobody");
	int fd = new_socket(SOCK_SEQPACKET);
	char c;

	catch (SIGPIPE, 0);
	ok(failed_with(read(fd, &c, 1), ENOTCONN) && failed_with(recv(fd, &c, 1, 0), ENOTCONN),
	   "UNIX-041: an unconnected one cannot be read: ENOTCONN");
	ok(failed_with(write(fd, "x", 1), ENOTCONN) && failed_with(send(fd, "x", 1, 0), ENOTCONN),
	   "UNIX-041: nor written: ENOTCONN");
	ok(failed_with(send_to(fd, "x", 1, 0, &name), ENOTCONN), "UNIX-041: nor with an address");
	ok(handled == 0, "UNIX-041: no SIGPIPE");
	close(fd);
}

static void test_address_is_ignored(void)
{
	struct name name = own_name("nobody");
	int s[2];

	make_pair(s, SOCK_SEQPACKET);
	ok(send_to(s[0], "x", 1, 0, &name) == 1 && gives(s[1], "x"),
	   "UNIX-011: a connected one ignores the address");
	close_pair(s);
}

static void test_listener(void)
{
	struct name name = own_name("seq"), got;
	int l = make_listener(SOCK_SEQPACKET, &name, 1), c = new_socket(SOCK_SEQPACKET), a = -1;

	ok(connect_to(c, &name) == 0 && write(c, "early", 5) == 5 &&
		   (a = accept(l, NULL, 0)) >= 0 && gives(a, "early") && write(a, "back", 4) == 4 &&
		   gives(c, "back"),
	   "UNIX-011: connect, send, accept");
	got = peer_name(c);
	ok(option(a, SO_TYPE) == SOCK_SEQPACKET && same_name(&got, &name),
	   "UNIX-011: accept gives the same kind; the peer's name");
	close(a);
	ok(gives_eof(c), "UNIX-011: its end");
	close(c);
	c = new_socket(SOCK_SEQPACKET);
	connect_to(c, &name);
	close(l);
	ok(gives_error(c, ECONNRESET) && failed_with(write(c, "x", 1), EPIPE),
	   "UNIX-018: closing the listener resets who waits");
	close(c);
}

int main(void)
{
	test_boundaries();
	test_size();
	test_full();
	test_end();
	test_reset();
	test_unconnected();
	test_address_is_ignored();
	test_listener();
	return ktap_done();
}
