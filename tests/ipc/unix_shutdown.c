// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutdown(): each half for itself, on both sides, and who sleeps meanwhile.
 * Spec: UNIX-006.
 */
#include "tests/ipc/unix.h"

static void test_write_half(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_STREAM);
	write(s[0], "before", 6);
	ok(shutdown(s[0], SHUT_WR) == 0, "UNIX-006: SHUT_WR");
	ok(gives(s[1], "before") && gives_eof(s[1]) && gives_eof(s[1]),
	   "UNIX-006: the peer reads what was sent, then the end");
	ok(failed_with(write(s[0], "x", 1), EPIPE) && handled == 1,
	   "UNIX-006: own writes: SIGPIPE and EPIPE");
	ok(failed_with(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE) && handled == 1,
	   "UNIX-006: MSG_NOSIGNAL: only EPIPE");
	ok(write(s[1], "back", 4) == 4 && gives(s[0], "back") && nothing_yet(s[0]),
	   "UNIX-006: the other way goes on");
	ok(shutdown(s[0], SHUT_WR) == 0, "UNIX-006: it may be repeated");
	close(s[1]);
	ok(gives_eof(s[0]), "UNIX-006: the other way ends with close");
	close(s[0]);
}

static void test_read_half(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_STREAM);
	write(s[1], "left", 4);
	ok(shutdown(s[0], SHUT_RD) == 0, "UNIX-006: SHUT_RD");
	ok(failed_with(write(s[1], "x", 1), EPIPE) && handled == 1,
	   "UNIX-006: the peer's writes: SIGPIPE and EPIPE");
	ok(gives(s[0], "left") && gives_eof(s[0]) && gives_eof(s[0]),
	   "UNIX-006: own reads: what is left, then 0");
	ok(write(s[0], "on", 2) == 2 && gives(s[1], "on") && nothing_yet(s[1]),
	   "UNIX-006: own writes go on");
	close_pair(s);
}

static void test_both_halves(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_STREAM);
	write(s[0], "a", 1);
	write(s[1], "b", 1);
	ok(shutdown(s[0], SHUT_RDWR) == 0 && gives(s[0], "b") && gives(s[1], "a") &&
		   gives_eof(s[0]) && gives_eof(s[1]),
	   "UNIX-006: SHUT_RDWR: both read what is left, then 0");
	ok(failed_with(write(s[0], "x", 1), EPIPE) && failed_with(write(s[1], "x", 1), EPIPE) &&
		   handled == 2,
	   "UNIX-006: both write EPIPE");
	close_pair(s);
	make_pair(s, SOCK_STREAM);
	shutdown(s[0], SHUT_RD);
	shutdown(s[0], SHUT_WR);
	ok(gives_eof(s[0]) && gives_eof(s[1]) &&
		   failed_with(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE),
	   "UNIX-006: one half after the other is both");
	close_pair(s);
}

static void test_refused(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
	int s[2], fd;

	for (int i = 0; i < 3; i++) {
		make_pair(s, types[i]);
		ok(failed_with(shutdown(s[0], 3), EINVAL) &&
			   failed_with(shutdown(s[0], -1), EINVAL) &&
			   failed_with(shutdown(s[0], 1 << 30), EINVAL) &&
			   write(s[0], "x", 1) == 1 && gives(s[1], "x"),
		   "UNIX-006: other values: EINVAL (type %d)", types[i]);
		close_pair(s);
		fd = new_socket(types[i]);
		ok(shutdown(fd, SHUT_RDWR) == 0, "UNIX-006: an unconnected one: no error (type %d)",
		   types[i]);
		close(fd);
	}
	ok(failed_with(shutdown(-1, SHUT_RD), EBADF), "UNIX-006: a closed descriptor: EBADF");
	fd = open("/dev/null", O_RDWR);
	ok(failed_with(shutdown(fd, SHUT_RD), ENOTSOCK), "UNIX-006: no socket: ENOTSOCK");
	close(fd);
}

static void test_packets(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_SEQPACKET);
	write(s[0], "ab", 2);
	shutdown(s[0], SHUT_WR);
	ok(gives(s[1], "ab") && gives_eof(s[1]) && failed_with(write(s[0], "x", 1), EPIPE),
	   "UNIX-006: seqpacket: SHUT_WR");
	write(s[1], "cd", 2);
	shutdown(s[0], SHUT_RD);
	ok(failed_with(write(s[1], "x", 1), EPIPE) && gives(s[0], "cd") && gives_eof(s[0]) &&
		   handled == 0,
	   "UNIX-006: seqpacket: SHUT_RD; no SIGPIPE");
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	write(s[1], "left", 4);
	shutdown(s[0], SHUT_RD);
	ok(failed_with(write(s[1], "x", 1), EPIPE) && gives(s[0], "left") &&
		   recv(s[0], block, 9, 0) == 0 && write(s[0], "y", 1) == 1 && gives(s[1], "y"),
	   "UNIX-006: datagrams: SHUT_RD: a receive does not wait");
	ok(nothing_yet(s[0]), "UNIX-006: but with MSG_DONTWAIT it is EAGAIN");
	close_pair(s);
}

/* It is the open description that is shut down, not the descriptor. */
static void test_shared(void)
{
	int s[2], other;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	other = dup(s[0]);
	pid = start_process();
	if (!pid)
		_exit(shutdown(s[0], SHUT_WR) != 0);
	ok(status_of(pid) == 0 && failed_with(send(other, "x", 1, MSG_NOSIGNAL), EPIPE) &&
		   gives_eof(s[1]),
	   "UNIX-006: a child's shutdown holds for all who share the socket");
	close(other);
	close_pair(s);
}

/* A child does one call: exits with its result, or the errno and 100 more for SIGPIPE. */
static pid_t start_call(int fd, int writing)
{
	pid_t pid = start_process();
	ssize_t n = 1;
	char c;

	if (pid) {
		reaches_state(pid, 'S');
		return pid;
	}
	catch (SIGPIPE, 0);
	while (writing && n > 0)
		n = write(fd, block, 4096);
	if (!writing)
		n = read(fd, &c, 1);
	_exit(n < 0 ? errno + 100 * handled : 200 + (int)n);
}

static void test_sleepers(int type, const char *what)
{
	static const struct {
		int side, how, writing, result;
		const char *what;
	} cases[] = {
		{ 0, SHUT_RD, 0, 200, "own SHUT_RD ends a read" },
		{ 0, SHUT_RDWR, 0, 200, "own SHUT_RDWR as well" },
		{ 1, SHUT_WR, 0, 200, "the peer's SHUT_WR" },
		{ 1, SHUT_RDWR, 0, 200, "the peer's SHUT_RDWR" },
		{ 0, SHUT_WR, 1, EPIPE, "own SHUT_WR ends a write" },
		{ 0, SHUT_RDWR, 1, EPIPE, "own SHUT_RDWR as well" },
		{ 1, SHUT_RD, 1, EPIPE, "the peer's SHUT_RD" },
		{ 1, SHUT_RDWR, 1, EPIPE, "the peer's SHUT_RDWR" },
	};
	int s[2], status;
	pid_t pid;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_pair(s, type);
		pid = start_call(s[0], cases[i].writing);
		shutdown(s[cases[i].side], cases[i].how);
		status = status_of(pid);
		ok(status == cases[i].result, "UNIX-006: %s: %s: %d", what, cases[i].what, status);
		close_pair(s);
	}
}

int main(void)
{
	test_write_half();
	test_read_half();
	test_both_halves();
	test_refused();
	test_packets();
	test_shared();
	test_sleepers(SOCK_STREAM, "stream");
	test_sleepers(SOCK_SEQPACKET, "seqpacket");
	return ktap_done();
}
