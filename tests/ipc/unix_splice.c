// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice() and sendfile() between sockets, pipes and files: the same bytes, boundaries of datagrams,
 * the end, errors, no waiting when it is not wanted.
 * Spec: UNIX-003, UNIX-004, UNIX-009, PIPE-039.
 */
#include "tests/ipc/unix.h"

#include <sys/mman.h>
#include <sys/sendfile.h>

static int file_of(size_t size)
{
	int fd = memfd_create("file", 0);

	for (size_t i = 0; i < size; i += sizeof(block)) {
		size_t n = size - i < sizeof(block) ? size - i : sizeof(block);

		for (size_t k = 0; k < n; k++)
			block[k] = (char)((i + k) * 7 + (i + k) / 251);
		write(fd, block, n);
	}
	return fd;
}

static int same_bytes(const char *buf, size_t at, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (buf[k] != (char)((at + k) * 7 + (at + k) / 251))
			return 0;
	return 1;
}

static void test_sendfile(void)
{
	int s[2], file = file_of(20000);
	off_t at = 100;

	make_pair(s, SOCK_STREAM);
	ok(sendfile(s[0], file, &at, 5000) == 5000 && at == 5100 && unread(s[1]) == 5000 &&
		   recv(s[1], block, sizeof(block), 0) == 5000 && same_bytes(block, 100, 5000),
	   "UNIX-003: sendfile from a file to a stream");
	at = 19000;
	ok(sendfile(s[0], file, &at, 5000) == 1000 && at == 20000 && drain(s[1]) == 1000,
	   "UNIX-003: up to the end of the file");
	ok(sendfile(s[0], file, &at, 5000) == 0, "UNIX-003: where it is 0");
	at = 0;
	ok(failed_with(sendfile(file, s[0], &at, 10), ESPIPE), "UNIX-003: from a socket: ESPIPE");
	ok(failed_with(sendfile(file, s[0], NULL, 10), EINVAL),
	   "UNIX-003: without position: EINVAL");
	close(s[1]);
	at = 0;
	catch (SIGPIPE, 0);
	ok(failed_with(sendfile(s[0], file, &at, 10), EPIPE) && handled == 1 && at == 0,
	   "UNIX-004: to a closed peer: EPIPE and SIGPIPE");
	signal(SIGPIPE, SIG_DFL);
	close(s[0]);
	close(file);
}

/* More than the buffer holds: the reader is another process. */
static void test_long_sendfile(void)
{
	int s[2], file = file_of(600000), good = 1;
	size_t at = 0;
	ssize_t n;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		off_t from = 0;

		close(s[1]);
		while (from < 600000)
			if (sendfile(s[0], file, &from, 600000) <= 0)
				_exit(1);
		_exit(0);
	}
	close(s[0]);
	while ((n = read(s[1], block, 30000)) > 0) {
		good &= same_bytes(block, at, n);
		at += n;
	}
	ok(status_of(pid) == 0 && good && at == 600000, "UNIX-008: sendfile of 600000 bytes");
	close(s[1]);
	close(file);
}

static void test_splice_in(void)
{
	int s[2], p[2];

	make_pair(s, SOCK_STREAM);
	make_pipe(p, 0);
	write(p[WR], "through a pipe", 14);
	ok(splice(p[RD], NULL, s[0], NULL, 7, 0) == 7 && gives(s[1], "through"),
	   "UNIX-003: splice from a pipe to a stream");
	ok(splice(p[RD], NULL, s[0], NULL, 100, 0) == 7 && gives(s[1], " a pipe"),
	   "UNIX-003: what the pipe has");
	write(p[WR], block, 30000);
	ok(splice(p[RD], NULL, s[0], NULL, 30000, 0) == 30000 && drain(s[1]) == 30000,
	   "UNIX-003: several pages");
	write(p[WR], block, 5000);
	close(s[1]);
	catch (SIGPIPE, 0);
	ok(failed_with(splice(p[RD], NULL, s[0], NULL, 5000, 0), EPIPE) || errno == ECONNRESET,
	   "UNIX-004: into a closed one: it fails");
	signal(SIGPIPE, SIG_DFL);
	close(s[0]);
	close_pipe(p);
}

static void test_splice_out(void)
{
	int s[2], p[2];

	make_pair(s, SOCK_STREAM);
	make_pipe(p, 0);
	write(s[0], "hello ", 6);
	write(s[0], "world", 5);
	ok(splice(s[1], NULL, p[WR], NULL, 4, 0) == 4 && unread(p[RD]) == 4 && unread(s[1]) == 7,
	   "UNIX-003: splice from a stream to a pipe");
	ok(splice(s[1], NULL, p[WR], NULL, 2, 0) == 2, "UNIX-003: and again");
	ok(splice(s[1], NULL, p[WR], NULL, 5, 0) == 5 && read(p[RD], block, 100) == 11 &&
		   !memcmp(block, "hello world", 11),
	   "UNIX-003: nothing is lost between");
	ok(failed_with(splice(s[1], NULL, p[WR], NULL, 5, SPLICE_F_NONBLOCK), EAGAIN),
	   "UNIX-003: SPLICE_F_NONBLOCK: EAGAIN");
	close(s[0]);
	ok(splice(s[1], NULL, p[WR], NULL, 5, 0) == 0, "UNIX-004: the end: 0");
	close(s[1]);
	close_pipe(p);
}

static void test_splice_waits(void)
{
	int s[2], p[2];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	make_pipe(p, 0);
	pid = start_process();
	if (!pid)
		_exit(splice(s[1], NULL, p[WR], NULL, 100, 0) != 4);
	reaches_state(pid, 'S');
	write(s[0], "wake", 4);
	ok(status_of(pid) == 0 && read(p[RD], block, 10) == 4, "UNIX-003: splice waits for data");
	pid = start_process();
	if (!pid) {
		fill_socket(s[0], 4096);
		write(p[WR], block, 4096);
		_exit(splice(p[RD], NULL, s[0], NULL, 4096, 0) != 4096);
	}
	reaches_state(pid, 'S');
	ok(drain(s[1]) > 4096 && status_of(pid) == 0, "UNIX-008: and for room");
	close_pair(s);
	close_pipe(p);
}

static void test_errors(void)
{
	int s[2], t[2], p[2];
	loff_t at = 0;

	make_pair(s, SOCK_STREAM);
	make_pair(t, SOCK_STREAM);
	make_pipe(p, 0);
	ok(failed_with(splice(s[0], NULL, t[0], NULL, 1, 0), EINVAL),
	   "UNIX-003: splice between sockets: EINVAL");
	ok(failed_with(splice(s[0], &at, p[WR], NULL, 1, 0), EINVAL) &&
		   failed_with(splice(p[RD], NULL, s[0], &at, 1, 0), EINVAL),
	   "UNIX-039: a socket has no position: EINVAL");
	close_pair(s);
	close_pair(t);
	close_pipe(p);
}

static void test_packets(void)
{
	int s[2], p[2];

	make_pair(s, SOCK_SEQPACKET);
	make_pipe(p, 0);
	write(p[WR], "packet", 6);
	ok(splice(p[RD], NULL, s[0], NULL, 6, 0) == 6 && gives(s[1], "packet"),
	   "UNIX-011: splice makes a packet");
	close_pair(s);
	close_pipe(p);
}

int main(void)
{
	test_sendfile();
	test_long_sendfile();
	test_splice_in();
	test_splice_out();
	test_splice_waits();
	test_errors();
	test_packets();
	return ktap_done();
}
