// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream sockets: what socketpair() gives and refuses, bytes without boundaries, peeking, the end of
 * the other side with and without unread data, full buffers, MSG_WAITALL.
 * Spec: UNIX-001 to UNIX-005, UNIX-008, UNIX-042.
 */
#include "tests/ipc/unix.h"

/* ---- socketpair() and socket() ---- */

static void test_pair(void)
{
	int s[2], lowest = dup(0);

	close(lowest);
	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && s[0] == lowest && s[1] == lowest + 1,
	   "UNIX-001: socketpair gives the two lowest free descriptors");
	ok(fcntl(s[0], F_GETFL) == O_RDWR && fcntl(s[1], F_GETFL) == O_RDWR &&
		   fcntl(s[0], F_GETFD) == 0 && fcntl(s[1], F_GETFD) == 0,
	   "UNIX-001: both read and write, without flags");
	ok(write(s[0], "to one", 6) == 6 && nothing_yet(s[0]) && gives(s[1], "to one"),
	   "UNIX-001: bytes go from the first to the second");
	ok(write(s[1], "to zero", 7) == 7 && nothing_yet(s[1]) && gives(s[0], "to zero"),
	   "UNIX-001: and back");
	ok(write(s[0], "a", 1) == 1 && write(s[1], "b", 1) == 1 && write(s[0], "c", 1) == 1 &&
		   gives(s[0], "b") && gives(s[1], "ac"),
	   "UNIX-001: both ways at once");
	ok(fill_socket(s[0], 4096) > 0 && write(s[1], "free", 4) == 4 && gives(s[0], "free"),
	   "UNIX-001: a full way does not stop the other");
	close_pair(s);
}

static void test_flags(void)
{
	int s[2], fd;

	make_pair(s, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
	ok(fcntl(s[0], F_GETFD) == FD_CLOEXEC && fcntl(s[1], F_GETFD) == FD_CLOEXEC,
	   "UNIX-002: SOCK_CLOEXEC holds for both");
	ok((fcntl(s[0], F_GETFL) & O_NONBLOCK) && (fcntl(s[1], F_GETFL) & O_NONBLOCK) &&
		   failed_with(read(s[0], &fd, 1), EAGAIN) &&
		   failed_with(read(s[1], &fd, 1), EAGAIN),
	   "UNIX-002: SOCK_NONBLOCK too");
	close_pair(s);
	make_pair(s, SOCK_DGRAM | SOCK_CLOEXEC);
	ok(fcntl(s[0], F_GETFD) == FD_CLOEXEC && fcntl(s[1], F_GETFD) == FD_CLOEXEC &&
		   !(fcntl(s[0], F_GETFL) & O_NONBLOCK) && !(fcntl(s[1], F_GETFL) & O_NONBLOCK),
	   "UNIX-002: each flag for itself");
	close_pair(s);
	fd = new_socket(SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK);
	ok(fcntl(fd, F_GETFD) == FD_CLOEXEC && (fcntl(fd, F_GETFL) & O_NONBLOCK),
	   "UNIX-002: socket() takes them as well");
	close(fd);
}

static void test_refused(void)
{
	static const struct {
		int family, type, protocol, error;
		const char *what;
	} calls[] = {
		{ AF_UNIX, SOCK_STREAM, 1, 0, "protocol 1 (PF_UNIX) is taken" },
		{ AF_UNIX, SOCK_DGRAM, 1, 0, "for datagrams too" },
		{ AF_UNIX, SOCK_RAW, 0, 0, "SOCK_RAW is taken" },
		{ AF_UNIX, SOCK_STREAM, 2, EPROTONOSUPPORT, "protocol 2" },
		{ AF_UNIX, SOCK_SEQPACKET, -1, EPROTONOSUPPORT, "protocol -1" },
		{ AF_UNIX, SOCK_RDM, 0, ESOCKTNOSUPPORT, "SOCK_RDM" },
		{ AF_UNIX, 6, 0, ESOCKTNOSUPPORT, "type 6" },
		{ AF_UNIX, 10, 0, ESOCKTNOSUPPORT, "SOCK_PACKET" },
		{ AF_UNIX, 0, 0, ESOCKTNOSUPPORT, "type 0" },
		{ AF_UNIX, 11, 0, EINVAL, "type 11" },
		{ AF_UNIX, 15, 0, EINVAL, "type 15" },
		{ AF_UNIX, SOCK_STREAM | 0x10, 0, EINVAL, "an unknown flag" },
		{ AF_UNIX, SOCK_STREAM | 0x40000000, 0, EINVAL, "another" },
		{ AF_UNIX, -1, 0, EINVAL, "type -1" },
		{ 46, SOCK_STREAM, 0, EAFNOSUPPORT, "family 46" },
		{ -1, SOCK_STREAM, 0, EAFNOSUPPORT, "family -1" },
		{ AF_UNSPEC, SOCK_STREAM, 0, EAFNOSUPPORT, "no family" },
	};
	int s[2], fd;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int err = 0;

		if (socketpair(calls[i].family, calls[i].type, calls[i].protocol, s))
			err = errno;
		else
			close_pair(s);
		ok(err == calls[i].error, "UNIX-002: socketpair: %s: %d", calls[i].what, err);
		fd = socket(calls[i].family, calls[i].type, calls[i].protocol);
		err = fd < 0 ? errno : 0;
		close(fd);
		ok(err == calls[i].error, "UNIX-002: socket: %s: %d", calls[i].what, err);
	}
}

static void test_refused_pairs(void)
{
	int s[2], lowest = dup(0), fd;

	close(lowest);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	close(fd);
	if (fd < 0)
		skip("UNIX-002: no AF_INET here");
	else
		ok(failed_with(socketpair(AF_INET, SOCK_STREAM, 0, s), EOPNOTSUPP),
		   "UNIX-002: socketpair of AF_INET is EOPNOTSUPP");
	ok(failed_with(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (int *)8), EFAULT),
	   "UNIX-002: a bad array is EFAULT");
	ok(failed_with(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 7, (int *)8), EFAULT) &&
		   failed_with(syscall(SYS_socketpair, AF_UNIX, 99, 0, (int *)8), EINVAL),
	   "UNIX-002: that is seen before the protocol, but after the type");
	fd = dup(0);
	close(fd);
	ok(fd == lowest, "UNIX-002: and leaves nothing open");
	make_pair(s, SOCK_RAW);
	ok(option(s[0], SO_TYPE) == SOCK_DGRAM && write(s[0], "ab", 2) == 2 &&
		   write(s[0], "cd", 2) == 2 && gives(s[1], "ab") && gives(s[1], "cd"),
	   "UNIX-002: SOCK_RAW is SOCK_DGRAM");
	close_pair(s);
}

/* ---- bytes ---- */

static void test_bytes(void)
{
	char buf[16];
	int s[2];

	make_pair(s, SOCK_STREAM);
	write(s[0], "ab", 2);
	write(s[0], "cde", 3);
	ok(gives(s[1], "abcde"), "UNIX-003: one read takes two writes");
	write(s[0], "abcdef", 6);
	ok(read(s[1], buf, 2) == 2 && read(s[1], buf + 2, 3) == 3 && read(s[1], buf + 5, 9) == 1 &&
		   !memcmp(buf, "abcdef", 6),
	   "UNIX-003: three reads take one write");
	ok(write(s[0], "", 0) == 0 && send(s[0], buf, 0, 0) == 0 && nothing_yet(s[1]) &&
		   poll_now(s[1], POLLIN) == 0,
	   "UNIX-003: a write of nothing does nothing");
	ok(read(s[1], buf, 0) == 0, "UNIX-003: a read of nothing neither");
	ok(failed_with(recv(s[1], buf, 0, MSG_DONTWAIT), EAGAIN), "UNIX-003: but recv waits");
	write(s[0], "x", 1);
	ok(recv(s[1], buf, 0, MSG_DONTWAIT) == 0 && gives(s[1], "x"),
	   "UNIX-003: for bytes, of which it takes none");
	close_pair(s);
}

static void test_peek(void)
{
	char buf[16] = "";
	int s[2];

	make_pair(s, SOCK_STREAM);
	ok(failed_with(recv(s[1], buf, 4, MSG_PEEK | MSG_DONTWAIT), EAGAIN),
	   "UNIX-003: nothing to peek at");
	write(s[0], "abc", 3);
	write(s[0], "def", 3);
	ok(recv(s[1], buf, 2, MSG_PEEK) == 2 && !memcmp(buf, "ab", 2) && unread(s[1]) == 6,
	   "UNIX-003: MSG_PEEK leaves the bytes");
	ok(recv(s[1], buf, 2, MSG_PEEK) == 2 && !memcmp(buf, "ab", 2), "UNIX-003: also twice");
	read(s[1], buf, 1);
	ok(recv(s[1], buf, 2, MSG_PEEK) == 2 && !memcmp(buf, "bc", 2),
	   "UNIX-003: it begins behind what was read");
	ok(gives(s[1], "bcdef"), "UNIX-003: all is still there");
	close(s[0]);
	ok(recv(s[1], buf, 2, MSG_PEEK) == 0 && recv(s[1], buf, 2, MSG_PEEK) == 0,
	   "UNIX-003: the end can be peeked at");
	close(s[1]);
}

static void test_nonblocking(void)
{
	char buf[16];
	int s[2];

	make_pair(s, SOCK_STREAM);
	ok(failed_with(recv(s[1], buf, 1, MSG_DONTWAIT), EAGAIN), "UNIX-003: MSG_DONTWAIT: EAGAIN");
	set_flags(s[1], O_NONBLOCK, 0);
	ok(failed_with(recv(s[1], buf, 1, 0), EAGAIN) && failed_with(read(s[1], buf, 1), EAGAIN),
	   "UNIX-003: O_NONBLOCK: EAGAIN");
	ok(!(fcntl(s[0], F_GETFL) & O_NONBLOCK), "UNIX-003: O_NONBLOCK is of one side");
	ok(unread(s[1]) == 0 && unread(s[0]) == 0, "UNIX-003: FIONREAD: nothing");
	write(s[0], "abcd", 4);
	write(s[0], "ef", 2);
	ok(unread(s[1]) == 6 && unread(s[0]) == 0, "UNIX-003: FIONREAD counts two writes");
	read(s[1], buf, 1);
	ok(unread(s[1]) == 5, "UNIX-003: less what was read");
	close(s[0]);
	ok(unread(s[1]) == 5 && gives(s[1], "bcdef") && unread(s[1]) == 0,
	   "UNIX-003: also after the end");
	close(s[1]);
}

static void test_vectors(void)
{
	char a[4] = "", b[8] = "";
	struct iovec out[3] = { { "ab", 2 }, { "", 0 }, { "cdef", 4 } };
	struct iovec in[2] = { { a, 3 }, { b, sizeof(b) } };
	struct msghdr msg = { .msg_iov = in, .msg_iovlen = 2, .msg_flags = -1 };
	int s[2];

	make_pair(s, SOCK_STREAM);
	ok(writev(s[0], out, 3) == 6 && readv(s[1], in, 2) == 6 && !memcmp(a, "abc", 3) &&
		   !memcmp(b, "def", 3),
	   "UNIX-003: writev and readv");
	writev(s[0], out, 3);
	ok(recvmsg(s[1], &msg, 0) == 6 && !memcmp(b, "def", 3) && msg.msg_flags == 0 &&
		   msg.msg_namelen == 0 && msg.msg_controllen == 0,
	   "UNIX-003: recvmsg");
	msg = (struct msghdr){ .msg_iov = out, .msg_iovlen = 3 };
	ok(sendmsg(s[0], &msg, 0) == 6 && gives(s[1], "abcdef"), "UNIX-003: sendmsg");
	close_pair(s);
}

/* ---- the end ---- */

static void test_closed_peer(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_STREAM);
	write(s[0], "last", 4);
	close(s[0]);
	ok(gives(s[1], "last") && gives_eof(s[1]) && gives_eof(s[1]),
	   "UNIX-004: what was queued, then the end, again and again");
	ok(failed_with(write(s[1], "x", 1), EPIPE) && handled == 1,
	   "UNIX-004: writing is EPIPE and SIGPIPE");
	ok(failed_with(send(s[1], "x", 1, 0), EPIPE) && handled == 2, "UNIX-004: send as well");
	ok(failed_with(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE) && handled == 2,
	   "UNIX-004: MSG_NOSIGNAL: only EPIPE");
	ok(failed_with(write(s[1], "", 0), EPIPE) && handled == 3, "UNIX-004: even of nothing");
	close(s[1]);

	make_pair(s, SOCK_STREAM);
	write(s[0], "last", 4);
	close(s[0]);
	ok(failed_with(send(s[1], "x", 1, MSG_NOSIGNAL), EPIPE) && gives(s[1], "last") &&
		   gives_eof(s[1]),
	   "UNIX-004: a write that failed takes nothing from what is to be read");
	close(s[1]);
	signal(SIGPIPE, SIG_DFL);
}

/* A child that writes until that fails: exits with the errno, and 100 more when SIGPIPE came. */
static pid_t start_writer(int s[2])
{
	pid_t pid = start_process();

	if (!pid) {
		catch (SIGPIPE, 0);
		close(s[0]);
		while (write(s[1], block, 4096) == 4096)
			;
		_exit(errno + 100 * handled);
	}
	reaches_state(pid, 'S');
	return pid;
}

static void test_sleepers_see_the_end(void)
{
	int s[2];
	pid_t pid;
	char c;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		_exit(read(s[1], &c, 1) != 0);
	}
	close(s[1]);
	reaches_state(pid, 'S');
	close(s[0]);
	ok(status_of(pid) == 0, "UNIX-004: who waits to read is told the end");

	make_pair(s, SOCK_STREAM);
	pid = start_writer(s);
	shutdown(s[0], SHUT_RD);
	ok(status_of(pid) == EPIPE,
	   "UNIX-004: who slept when the other side stopped reading gets EPIPE, no SIGPIPE");
	close_pair(s);
}

static void test_reset(void)
{
	int s[2];

	catch (SIGPIPE, 0);
	make_pair(s, SOCK_STREAM);
	write(s[1], "unread", 6);
	close(s[0]);
	ok(poll_now(s[1], POLLIN) & POLLERR, "UNIX-005: a reset is POLLERR");
	ok(gives_error(s[1], ECONNRESET), "UNIX-005: closed with unread data: ECONNRESET");
	ok(gives_eof(s[1]) && !(poll_now(s[1], POLLIN) & POLLERR), "UNIX-005: once, then the end");
	close(s[1]);

	make_pair(s, SOCK_STREAM);
	write(s[1], "unread", 6);
	write(s[0], "for you", 7);
	close(s[0]);
	ok(gives(s[1], "for you") && gives_error(s[1], ECONNRESET) && gives_eof(s[1]),
	   "UNIX-005: after the data queued for it");
	close(s[1]);

	make_pair(s, SOCK_STREAM);
	write(s[1], "unread", 6);
	close(s[0]);
	ok(failed_with(write(s[1], "x", 1), EPIPE) && handled == 1 && gives_error(s[1], ECONNRESET),
	   "UNIX-005: writing is EPIPE and does not use it up");
	close(s[1]);

	make_pair(s, SOCK_STREAM);
	write(s[1], "unread", 6);
	close(s[0]);
	ok(option(s[1], SO_ERROR) == ECONNRESET && option(s[1], SO_ERROR) == 0 && gives_eof(s[1]),
	   "UNIX-005: SO_ERROR tells and clears it");
	close(s[1]);

	make_pair(s, SOCK_STREAM);
	write(s[1], "all read", 8);
	drain(s[0]);
	close(s[0]);
	ok(gives_eof(s[1]), "UNIX-005: when all was read there is no reset");
	close(s[1]);
	signal(SIGPIPE, SIG_DFL);
}

static void test_reset_wakes(void)
{
	int s[2];
	pid_t pid;
	char c;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		write(s[1], "unread", 6);
		_exit(!failed_with(read(s[1], &c, 1), ECONNRESET));
	}
	close(s[1]);
	reaches_state(pid, 'S');
	recv(s[0], &c, 1, MSG_PEEK); /* it has written */
	reaches_state(pid, 'S');
	close(s[0]);
	ok(status_of(pid) == 0, "UNIX-005: who waits to read is told of the reset");

	make_pair(s, SOCK_STREAM);
	pid = start_writer(s);
	close_pair(s);
	ok(status_of(pid) == ECONNRESET,
	   "UNIX-005: and so is who waits to write: what it wrote was not read");
}

/* ---- a full buffer ---- */

#define LARGE 1000000 /* more than a buffer */

static char large[LARGE];

static void test_full(void)
{
	int s[2], n;

	make_pair(s, SOCK_STREAM);
	ok(option(s[0], SO_SNDBUF) == 212992, "UNIX-008: the send buffer is 212992 bytes");
	ok(poll_now(s[0], POLLOUT) == POLLOUT, "UNIX-008: POLLOUT while empty");
	n = fill_socket(s[0], 4096);
	ok(n > 10 && n * 4096 <= 212992 && failed_with(send(s[0], "x", 1, MSG_DONTWAIT), EAGAIN),
	   "UNIX-008: full after %d times 4096 bytes: EAGAIN", n);
	ok(poll_now(s[0], POLLOUT) == 0, "UNIX-008: no POLLOUT when full");
	ok(poll_now(s[1], POLLOUT) == POLLOUT, "UNIX-008: the other side's is its own");
	ok(unread(s[1]) == n * 4096 && drain(s[1]) == (size_t)n * 4096,
	   "UNIX-008: all of it arrives");
	ok(poll_now(s[0], POLLOUT) == POLLOUT && fill_socket(s[0], 4096) == n,
	   "UNIX-008: then there is as much room as before");
	drain(s[1]);
	n = (int)send(s[0], large, LARGE, MSG_DONTWAIT);
	ok(n > 0 && n < LARGE && unread(s[1]) == n,
	   "UNIX-008: what does not fit wholly goes in part");
	close_pair(s);
	ok(fill_socket(s[0], 1) == 0, "UNIX-008: (closed)");
}

static void test_small_buffer(void)
{
	int s[2], n;

	make_pair(s, SOCK_STREAM);
	ok(set_option(s[0], SO_SNDBUF, 10000) == 0 && option(s[0], SO_SNDBUF) == 20000,
	   "UNIX-008: SO_SNDBUF stores twice the value");
	n = fill_socket(s[0], 1000);
	ok(n > 0 && n <= 20, "UNIX-008: and is the limit: %d times 1000 bytes", n);
	ok(fill_socket(s[1], 1000) > 20, "UNIX-008: of this side only");
	close_pair(s);
}

static char pattern(size_t at)
{
	return (char)(at * 7 + at / 251);
}

static void test_large(void)
{
	size_t at = 0;
	int s[2], good = 1;
	ssize_t n;
	pid_t pid;

	for (size_t i = 0; i < LARGE; i++)
		large[i] = pattern(i);
	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		_exit(write(s[1], large, LARGE) != LARGE);
	}
	close(s[1]);
	ok(reaches_state(pid, 'S'), "UNIX-008: a write above the buffer waits");
	while ((n = read(s[0], block, 30001)) > 0)
		for (ssize_t i = 0; i < n; i++)
			good &= block[i] == pattern(at++);
	ok(n == 0 && at == LARGE && good && status_of(pid) == 0,
	   "UNIX-008: %d bytes of one write come complete and in order", LARGE);
	close(s[0]);
}

/* ---- MSG_WAITALL ---- */

/* A child receives 4 bytes: exits with what it got, 100 + errno if nothing. */
static pid_t wait_for_all(int s[2], int flags)
{
	char buf[4];
	ssize_t n;
	pid_t pid = start_process();

	if (!pid) {
		catch (SIGUSR1, 0);
		close(s[0]);
		n = recv(s[1], buf, 4, MSG_WAITALL | flags);
		if (n > 0 && memcmp(buf, "abcd", n))
			_exit(99);
		_exit(n < 0 ? 100 + errno : n);
	}
	return pid;
}

/* Until the receiver has taken all that there is, and sleeps again. */
static int taken(int fd, pid_t pid)
{
	for (int i = 0; unread(fd) != 0; i++) {
		if (i == 10000)
			return 0;
		pause_ms(1);
	}
	return reaches_state(pid, 'S');
}

static void test_waitall(void)
{
	int s[2];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = wait_for_all(s, 0);
	reaches_state(pid, 'S');
	write(s[0], "ab", 2);
	ok(taken(s[1], pid) && waitpid(pid, NULL, WNOHANG) == 0,
	   "UNIX-042: MSG_WAITALL: two bytes do not satisfy a receive of four");
	write(s[0], "cdef", 4);
	ok(status_of(pid) == 4 && gives(s[1], "ef"), "UNIX-042: four do, the rest stays");

	pid = wait_for_all(s, 0);
	reaches_state(pid, 'S');
	write(s[0], "abc", 3);
	taken(s[1], pid);
	kill(pid, SIGUSR1);
	ok(status_of(pid) == 3, "UNIX-042: a signal ends it with what there is");
	pid = wait_for_all(s, 0);
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	ok(status_of(pid) == 100 + EINTR, "UNIX-042: EINTR when there is nothing");

	write(s[0], "ab", 2);
	ok(status_of(wait_for_all(s, MSG_PEEK)) == 2, "UNIX-042: a peek does not wait");
	pid = wait_for_all(s, MSG_DONTWAIT);
	ok(status_of(pid) == 2, "UNIX-042: MSG_DONTWAIT takes what there is");
	set_timeout(s[1], SO_RCVTIMEO, 30);
	write(s[0], "ab", 2);
	ok(status_of(wait_for_all(s, 0)) == 2, "UNIX-042: so does the end of SO_RCVTIMEO");
	set_timeout(s[1], SO_RCVTIMEO, 0);

	pid = wait_for_all(s, 0);
	close(s[1]);
	reaches_state(pid, 'S');
	write(s[0], "a", 1);
	close(s[0]);
	ok(status_of(pid) == 1, "UNIX-042: the end, too");
}

static void test_waitall_reset(void)
{
	char buf[8];
	int s[2];

	make_pair(s, SOCK_STREAM);
	write(s[1], "unread", 6);
	write(s[0], "abc", 3);
	close(s[0]);
	ok(recv(s[1], buf, 8, MSG_WAITALL | MSG_PEEK) == 3, "UNIX-042: a peek takes what there is");
	ok(recv(s[1], buf, 8, MSG_WAITALL) == 3 && gives_eof(s[1]),
	   "UNIX-042: an error ends it with what there is, and is used up");
	close(s[1]);
}

int main(void)
{
	test_pair();
	test_flags();
	test_refused();
	test_refused_pairs();
	test_bytes();
	test_peek();
	test_nonblocking();
	test_vectors();
	test_closed_peer();
	test_sleepers_see_the_end();
	test_reset();
	test_reset_wakes();
	test_full();
	test_small_buffer();
	test_large();
	test_waitall();
	test_waitall_reset();
	return ktap_done();
}
