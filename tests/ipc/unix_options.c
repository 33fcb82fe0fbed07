// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket as a file, its options, time-outs, and what an unconnected one refuses.
 * Spec: UNIX-039 to UNIX-041.
 */
#include "tests/ipc/unix.h"

#include <sys/mman.h>

#ifndef SIOCINQ
#define SIOCINQ FIONREAD
#endif

/* ---- a file ---- */

static void test_file(void)
{
	char path[64], name[64], expect[64];
	struct stat a, b, c;
	int s[2], value;
	ssize_t n;

	make_pair(s, SOCK_STREAM);
	ok(!fstat(s[0], &a) && a.st_mode == (S_IFSOCK | 0777) && a.st_size == 0 &&
		   a.st_nlink == 1 && a.st_uid == geteuid() && a.st_gid == getegid(),
	   "UNIX-039: fstat shows S_IFSOCK and 0777");
	ok(!fstat(s[1], &b) && b.st_ino != a.st_ino && b.st_dev == a.st_dev,
	   "UNIX-039: two ends are two inodes");
	ok(failed_with(lseek(s[0], 0, SEEK_SET), ESPIPE) &&
		   failed_with(lseek(s[0], 0, SEEK_CUR), ESPIPE),
	   "UNIX-039: lseek: ESPIPE");
	ok(failed_with(pread(s[0], name, 1, 0), ESPIPE) &&
		   failed_with(pwrite(s[0], name, 1, 0), ESPIPE),
	   "UNIX-039: pread and pwrite: ESPIPE");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s[0]);
	snprintf(expect, sizeof(expect), "socket:[%lu]", (unsigned long)a.st_ino);
	n = readlink(path, name, sizeof(name) - 1);
	ok(n == (ssize_t)strlen(expect) && !memcmp(name, expect, n),
	   "UNIX-039: /proc/self/fd shows socket:[inode]");
	ok(failed_with(open(path, O_RDWR), ENXIO), "UNIX-039: opening that is ENXIO");
	ok(stat(path, &c) == 0 && c.st_ino == a.st_ino && c.st_mode == a.st_mode,
	   "UNIX-039: but stat follows it");
	ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, s[0], 0) == MAP_FAILED && errno == ENODEV,
	   "UNIX-039: mmap: ENODEV");
	ok(failed_with(ftruncate(s[0], 0), EINVAL) && failed_with(fsync(s[0]), EINVAL),
	   "UNIX-039: ftruncate and fsync: EINVAL");
	ok(failed_with(ioctl(s[0], 0x5401, name), ENOTTY) && !isatty(s[0]),
	   "UNIX-039: it is no terminal");
	value = 1;
	ok(ioctl(s[0], FIONBIO, &value) == 0 && (fcntl(s[0], F_GETFL) & O_NONBLOCK) &&
		   failed_with(read(s[0], name, 1), EAGAIN),
	   "UNIX-039: FIONBIO sets O_NONBLOCK");
	value = 0;
	ok(ioctl(s[0], FIONBIO, &value) == 0 && !(fcntl(s[0], F_GETFL) & O_NONBLOCK),
	   "UNIX-039: and clears it");
	close_pair(s);
}

static void test_node(void)
{
	struct name name = path_name("node");
	int fd = bound_socket(SOCK_STREAM, &name);
	struct stat node, own;

	ok(failed_with(open("node", O_RDWR), ENXIO) && failed_with(open("node", O_RDONLY), ENXIO),
	   "UNIX-039: opening the node of a bound one is ENXIO");
	ok(!lstat("node", &node) && !fstat(fd, &own) &&
		   (node.st_ino != own.st_ino || node.st_dev != own.st_dev),
	   "UNIX-039: the node is not the socket's own inode");
	ok(truncate("node", 0) == -1 && errno == EINVAL, "UNIX-039: truncate: EINVAL");
	close(fd);
	unlink("node");
}

static void test_no_socket(void)
{
	int p[2], value;
	socklen_t len = sizeof(value);

	make_pipe(p, 0);
	ok(failed_with(send(p[WR], "x", 1, 0), ENOTSOCK) &&
		   failed_with(recv(p[RD], block, 1, 0), ENOTSOCK) &&
		   failed_with(getsockopt(p[RD], SOL_SOCKET, SO_TYPE, &value, &len), ENOTSOCK) &&
		   failed_with(setsockopt(p[RD], SOL_SOCKET, SO_SNDBUF, &value, len), ENOTSOCK) &&
		   failed_with(getsockname(p[RD], (struct sockaddr *)block, &len), ENOTSOCK) &&
		   failed_with(getpeername(p[RD], (struct sockaddr *)block, &len), ENOTSOCK) &&
		   failed_with(bind(p[RD], (struct sockaddr *)block, 10), ENOTSOCK) &&
		   failed_with(connect(p[RD], (struct sockaddr *)block, 10), ENOTSOCK),
	   "UNIX-040: a pipe is no socket: ENOTSOCK");
	close_pipe(p);
	ok(failed_with(send(p[WR], "x", 1, 0), EBADF) &&
		   failed_with(recv(p[RD], block, 1, 0), EBADF) &&
		   failed_with(getsockopt(p[RD], SOL_SOCKET, SO_TYPE, &value, &len), EBADF) &&
		   failed_with(connect(p[RD], (struct sockaddr *)block, 10), EBADF),
	   "UNIX-040: nor is a closed descriptor: EBADF");
	p[RD] = open("/", O_PATH);
	ok(failed_with(send(p[RD], "x", 1, 0), EBADF), "UNIX-040: nor O_PATH: EBADF");
	close(p[RD]);
}

/* ---- options ---- */

static void test_options(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct name name = own_name("l");
	int fd;

	for (int i = 0; i < 3; i++) {
		fd = socket(AF_UNIX, types[i], i == 1);
		ok(option(fd, SO_DOMAIN) == 1 && option(fd, SO_TYPE) == types[i] &&
			   option(fd, SO_PROTOCOL) == 0 && option(fd, SO_ACCEPTCONN) == 0 &&
			   option(fd, SO_ERROR) == 0,
		   "UNIX-040: SO_DOMAIN 1, SO_TYPE %d, SO_PROTOCOL 0, SO_ACCEPTCONN 0", types[i]);
		close(fd);
	}
	fd = make_listener(SOCK_STREAM, &name, 1);
	ok(option(fd, SO_ACCEPTCONN) == 1, "UNIX-040: SO_ACCEPTCONN 1 when listening");
	ok(set_option(fd, SO_REUSEADDR, 1) == 0 && option(fd, SO_REUSEADDR) == 1,
	   "UNIX-040: SO_REUSEADDR is kept");
	ok(option(fd, SO_RCVBUF) == 212992 && set_option(fd, SO_RCVBUF, 5000) == 0 &&
		   option(fd, SO_RCVBUF) == 10000,
	   "UNIX-040: SO_RCVBUF stores twice the value");
	ok(failed_with(set_option(fd, SO_TYPE, 1), ENOPROTOOPT) &&
		   failed_with(set_option(fd, SO_ACCEPTCONN, 1), ENOPROTOOPT) &&
		   failed_with(set_option(fd, SO_DOMAIN, 1), ENOPROTOOPT) &&
		   failed_with(set_option(fd, SO_ERROR, 1), ENOPROTOOPT) &&
		   failed_with(set_option(fd, SO_PROTOCOL, 1), ENOPROTOOPT),
	   "UNIX-040: what cannot be set: ENOPROTOOPT");
	close(fd);
}

static void test_option_arguments(void)
{
	int s[2], value = 0x55555555;
	socklen_t len = 2;
	char wide[16];

	make_pair(s, SOCK_STREAM);
	ok(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &value, &len) == 0 && len == 2 &&
		   value == (0x55550000 | SOCK_STREAM),
	   "UNIX-040: a short buffer gets a part");
	len = sizeof(wide);
	memset(wide, '#', sizeof(wide));
	ok(getsockopt(s[0], SOL_SOCKET, SO_TYPE, wide, &len) == 0 && len == 4 && wide[4] == '#',
	   "UNIX-040: a long one is told the length");
	len = 0;
	ok(getsockopt(s[0], SOL_SOCKET, SO_TYPE, wide, &len) == 0 && len == 0,
	   "UNIX-040: length 0 is no error");
	len = -1;
	ok(failed_with(getsockopt(s[0], SOL_SOCKET, SO_TYPE, wide, &len), EINVAL),
	   "UNIX-040: a negative length: EINVAL");
	len = 4;
	ok(failed_with(syscall(SYS_getsockopt, s[0], SOL_SOCKET, SO_TYPE, 8, &len), EFAULT) &&
		   failed_with(syscall(SYS_getsockopt, s[0], SOL_SOCKET, SO_TYPE, wide, 8), EFAULT),
	   "UNIX-040: bad pointers: EFAULT");
	ok(failed_with(getsockopt(s[0], SOL_SOCKET, 9999, wide, &len), ENOPROTOOPT) &&
		   failed_with(set_option(s[0], 9999, 1), ENOPROTOOPT),
	   "UNIX-040: an unknown option: ENOPROTOOPT");
	ok(failed_with(getsockopt(s[0], 6, 1, wide, &len), EOPNOTSUPP) &&
		   failed_with(setsockopt(s[0], 6, 1, &value, 4), EOPNOTSUPP),
	   "UNIX-040: another level: EOPNOTSUPP");
	ok(failed_with(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &value, 3), EINVAL) &&
		   failed_with(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &value, -1), EINVAL),
	   "UNIX-040: less than an int: EINVAL");
	ok(failed_with(syscall(SYS_setsockopt, s[0], SOL_SOCKET, SO_SNDBUF, 8, 4), EFAULT),
	   "UNIX-040: a bad pointer: EFAULT");
	value = 5000;
	ok(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &value, 4) == 0 &&
		   option(s[0], SO_SNDBUF) == 10000,
	   "UNIX-040: and a good one");
	close_pair(s);
}

/* ---- time-outs ---- */

static void test_timeout_values(void)
{
	struct timeval tv = { 1, 1 };
	socklen_t len = sizeof(tv);
	int s[2];

	make_pair(s, SOCK_STREAM);
	ok(getsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, &len) == 0 && len == sizeof(tv) &&
		   tv.tv_sec == 0 && tv.tv_usec == 0,
	   "UNIX-040: no SO_RCVTIMEO at first: 0");
	set_timeout(s[0], SO_RCVTIMEO, 1040);
	ok(getsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, &len) == 0 && tv.tv_sec == 1 &&
		   tv.tv_usec == 40000,
	   "UNIX-040: it can be read");
	ok(getsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &tv, &len) == 0 && tv.tv_sec == 0 &&
		   tv.tv_usec == 0,
	   "UNIX-040: SO_SNDTIMEO is another");
	tv = (struct timeval){ 0, 1000000 };
	ok(failed_with(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), EDOM),
	   "UNIX-040: a million microseconds: EDOM");
	ok(failed_with(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv) - 1), EINVAL),
	   "UNIX-040: less than a struct timeval: EINVAL");
	close_pair(s);
}

static void test_timeouts(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	static char large[1000000];
	struct moment start;
	char byte;
	ssize_t n;
	int s[2];

	for (int i = 0; i < 3; i++) {
		make_pair(s, types[i]);
		set_timeout(s[0], SO_RCVTIMEO, 50);
		start = this_moment();
		ok(failed_with(recv(s[0], &byte, 1, 0), EAGAIN) && was_ago(start, 50),
		   "UNIX-040: type %d: SO_RCVTIMEO of 50 ms: EAGAIN after that time", types[i]);
		start = this_moment();
		ok(failed_with(read(s[0], &byte, 1), EAGAIN) && was_ago(start, 50),
		   "UNIX-040: type %d: also for read", types[i]);
		write(s[1], "x", 1);
		ok(read(s[0], &byte, 1) == 1, "UNIX-040: data does not wait");
		set_timeout(s[0], SO_SNDTIMEO, 50);
		fill_socket(s[0], 1000);
		start = this_moment();
		ok(failed_with(write(s[0], block, 1000), EAGAIN) && was_ago(start, 50),
		   "UNIX-040: type %d: SO_SNDTIMEO of 50 ms: EAGAIN after that time", types[i]);
		close_pair(s);
	}
	make_pair(s, SOCK_STREAM);
	set_timeout(s[0], SO_SNDTIMEO, 20);
	n = write(s[0], large, sizeof(large));
	ok(n > 0 && n < (ssize_t)sizeof(large), "UNIX-040: a long write is cut by its time");
	drain(s[1]);
	set_timeout(s[0], SO_RCVTIMEO, 50);
	write(s[1], "ab", 2);
	ok(recv(s[0], block, 4, MSG_WAITALL) == 2, "UNIX-040 UNIX-042: and MSG_WAITALL as well");
	close_pair(s);
}

/* ---- connected or not ---- */

static void test_unconnected(void)
{
	struct name name = own_name("nobody");
	int fd = new_socket(SOCK_STREAM), s[2];
	char byte;

	catch (SIGPIPE, 0);
	ok(failed_with(read(fd, &byte, 1), EINVAL) && failed_with(recv(fd, &byte, 1, 0), EINVAL) &&
		   failed_with(recv(fd, &byte, 1, MSG_DONTWAIT), EINVAL),
	   "UNIX-041: an unconnected stream: read is EINVAL");
	ok(failed_with(write(fd, "x", 1), ENOTCONN) && failed_with(send(fd, "x", 1, 0), ENOTCONN),
	   "UNIX-041: write is ENOTCONN");
	ok(failed_with(send_to(fd, "x", 1, 0, &name), EOPNOTSUPP),
	   "UNIX-041: sendto with an address is EOPNOTSUPP");
	ok(handled == 0, "UNIX-041: without SIGPIPE");
	close(fd);
	fd = new_socket(SOCK_SEQPACKET);
	ok(failed_with(read(fd, &byte, 1), ENOTCONN) && failed_with(write(fd, "x", 1), ENOTCONN),
	   "UNIX-041: an unconnected seqpacket: ENOTCONN");
	close(fd);
	fd = new_socket(SOCK_DGRAM);
	ok(failed_with(recv(fd, &byte, 1, MSG_DONTWAIT), EAGAIN) &&
		   failed_with(write(fd, "x", 1), ENOTCONN),
	   "UNIX-041: datagrams can be received: EAGAIN; not sent: ENOTCONN");
	close(fd);
	make_pair(s, SOCK_STREAM);
	ok(failed_with(send_to(s[0], "x", 1, 0, &name), EISCONN) && nothing_yet(s[1]),
	   "UNIX-040: sendto with an address on a connected stream: EISCONN");
	close_pair(s);
}

int main(void)
{
	char path[32];

	own_directory(path);
	test_file();
	test_node();
	test_no_socket();
	test_options();
	test_option_arguments();
	test_timeout_values();
	test_timeouts();
	test_unconnected();
	leave_directory(path);
	return ktap_done();
}
