// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipe(2): descriptors, flags, stat, what cannot be done, EOF, SIGPIPE, packets, vectors.
 * Spec: PIPE-001 to PIPE-008, PIPE-016 to PIPE-018, PIPE-026 to PIPE-028, PIPE-034, PIPE-036 to PIPE-038
 */
#include "tests/fs/pipes.h"
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>

static void test_descriptors(void)
{
	int p[2], lowest = dup(0), f[2];
	char buf[16];

	close(lowest);
	ok(pipe(p) == 0 && p[RD] == lowest && p[WR] == lowest + 1,
	   "PIPE-001: the two lowest free descriptors");
	ok((fcntl(p[RD], F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDONLY &&
		   (fcntl(p[WR], F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_WRONLY &&
		   fcntl(p[RD], F_GETFD) == 0 && fcntl(p[WR], F_GETFD) == 0,
	   "PIPE-001: one to read, one to write, no flags");
	ok(write(p[WR], "hello", 5) == 5 && read(p[RD], buf, 16) == 5 && !memcmp(buf, "hello", 5),
	   "PIPE-001: bytes come out");
	ok(failed_with(read(p[WR], buf, 1), EBADF) && failed_with(write(p[RD], buf, 1), EBADF),
	   "PIPE-002: the wrong direction is EBADF");
	close_pipe(p);

	make_pipe(p, O_CLOEXEC | O_NONBLOCK | O_DIRECT);
	ok(fcntl(p[RD], F_GETFD) == FD_CLOEXEC && fcntl(p[WR], F_GETFD) == FD_CLOEXEC &&
		   (fcntl(p[RD], F_GETFL) & O_NONBLOCK) && (fcntl(p[WR], F_GETFL) & O_NONBLOCK),
	   "PIPE-003: O_CLOEXEC and O_NONBLOCK hold for both ends");
	ok(!(fcntl(p[RD], F_GETFL) & O_DIRECT) && (fcntl(p[WR], F_GETFL) & O_DIRECT),
	   "PIPE-003: O_DIRECT for the write end");
	close_pipe(p);
	ok(failed_with(pipe2(p, O_APPEND), EINVAL) && failed_with(pipe2(p, 1 << 30), EINVAL),
	   "PIPE-003: other flags are EINVAL");
	ok(failed_with(pipe2(p, O_EXCL), ENOPKG), "PIPE-003: no notification pipes");

	ok(failed_with(syscall(SYS_pipe2, (int *)8, 0), EFAULT),
	   "PIPE-004: a bad pointer is EFAULT");
	f[0] = dup(0);
	close(f[0]);
	ok(f[0] == lowest, "PIPE-004 DESIGN-013: and leaves nothing open");
}

static void no_descriptors(void)
{
	struct rlimit limit;
	int p[2] = { 77, 78 }, fd = dup(0);

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = fd + 1;
	setrlimit(RLIMIT_NOFILE, &limit);
	close(fd);
	_exit(!(failed_with(pipe(p), EMFILE) && p[0] == 77 && p[1] == 78 && dup(0) == fd));
}

static void test_stat(void)
{
	int p[2];
	struct stat r, w;
	char path[64], name[64], expect[64];
	ssize_t n;

	make_pipe(p, 0);
	ok(!fstat(p[RD], &r) && !fstat(p[WR], &w) && r.st_mode == (S_IFIFO | 0600) &&
		   r.st_size == 0 && r.st_blksize == 4096 && r.st_nlink == 1 &&
		   r.st_uid == geteuid() && r.st_gid == getegid() && r.st_ino == w.st_ino &&
		   r.st_dev == w.st_dev,
	   "PIPE-005: fstat");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[RD]);
	snprintf(expect, sizeof(expect), "pipe:[%lu]", (unsigned long)r.st_ino);
	n = readlink(path, name, sizeof(name) - 1);
	ok(n == (ssize_t)strlen(expect) && !memcmp(name, expect, n),
	   "PIPE-005: /proc/self/fd shows %s", expect);
	ok(failed_with(lseek(p[RD], 0, SEEK_SET), ESPIPE) &&
		   failed_with(pread(p[RD], name, 1, 0), ESPIPE) &&
		   failed_with(pwrite(p[WR], name, 1, 0), ESPIPE),
	   "PIPE-006: no positions: ESPIPE");
	ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, p[RD], 0) == MAP_FAILED && errno == ENODEV,
	   "PIPE-006: mmap is ENODEV");
	ok(failed_with(ftruncate(p[WR], 0), EINVAL) && failed_with(fsync(p[WR]), EINVAL),
	   "PIPE-006: ftruncate and fsync are EINVAL");
	ok(read(p[RD], name, 0) == 0 && write(p[WR], name, 0) == 0, "PIPE-007: zero bytes at once");
	set_flags(p[RD], O_NONBLOCK, 0);
	ok(failed_with(read(p[RD], name, 1), EAGAIN), "PIPE-008: empty and non-blocking is EAGAIN");
	close_pipe(p);
	if (geteuid() == 0)
		ok(failed_with(mount("none", "/tmp", "pipefs", 0, NULL), EINVAL),
		   "DESIGN-012: pipefs cannot be mounted");
	else
		skip("DESIGN-012: mounting needs root");
}

static void test_end_of_file(void)
{
	int p[2], copy;
	char buf[16];

	make_pipe(p, O_NONBLOCK);
	write(p[WR], "ab", 2);
	write(p[WR], "cd", 2);
	ok(read(p[RD], buf, 3) == 3 && !memcmp(buf, "abc", 3) && read(p[RD], buf, 3) == 1 &&
		   buf[0] == 'd',
	   "PIPE-016: a read crosses the borders of writes");
	copy = dup(p[WR]);
	write(p[WR], "x", 1);
	close(p[WR]);
	ok(read(p[RD], buf, 2) == 1 && failed_with(read(p[RD], buf, 1), EAGAIN),
	   "PIPE-017: no EOF while a copy of the write end lives");
	write(copy, "yz", 2);
	close(copy);
	ok(read(p[RD], buf, 16) == 2 && read(p[RD], buf, 16) == 0 && read(p[RD], buf, 16) == 0,
	   "PIPE-017: the rest, then 0, also without blocking");
	close(p[RD]);

	make_pipe(p, 0);
	close(p[RD]);
	catch (SIGPIPE, 0);
	ok(failed_with(write(p[WR], "x", 1), EPIPE) && handled == 1, "PIPE-018: SIGPIPE and EPIPE");
	ok(write(p[WR], "x", 0) == 0 && handled == 1, "PIPE-018: but not for nothing");
	signal(SIGPIPE, SIG_IGN);
	ok(failed_with(write(p[WR], "x", 1), EPIPE), "PIPE-018: ignored, EPIPE remains");
	signal(SIGPIPE, SIG_DFL);
	close(p[WR]);
}

static void die_of_sigpipe(void)
{
	int p[2];

	make_pipe(p, 0);
	close(p[RD]);
	write(p[WR], "x", 1);
}

static void test_packets(void)
{
	char buf[8192];
	int p[2], n;

	make_pipe(p, O_DIRECT | O_NONBLOCK);
	write(p[WR], "abc", 3);
	write(p[WR], "defg", 4);
	ok(read(p[RD], buf, sizeof(buf)) == 3, "PIPE-026: a read ends with its packet");
	ok(read(p[RD], buf, 2) == 2 && !memcmp(buf, "de", 2) &&
		   failed_with(read(p[RD], buf, 2), EAGAIN),
	   "PIPE-026: the rest of a packet is lost");
	ok(write(p[WR], block, 5000) == 5000 && read(p[RD], buf, 8192) == 4096 &&
		   read(p[RD], buf, 8192) == 904,
	   "PIPE-027: large packets are split at 4096");
	write(p[WR], "", 0);
	ok(unread(p[RD]) == 0 && failed_with(read(p[RD], buf, 1), EAGAIN),
	   "PIPE-027: none of no bytes");
	n = fill(p[WR], 1);
	ok(n == 16, "PIPE-027: 16 one-byte packets fill the pipe (%d)", n);
	for (n = 0; read(p[RD], buf, sizeof(buf)) == 1; n++)
		;
	ok(n == 16, "PIPE-027: and come out one by one");

	set_flags(p[WR], 0, O_DIRECT);
	write(p[WR], "ab", 2);
	write(p[WR], "cd", 2);
	ok(read(p[RD], buf, 8) == 4, "PIPE-028: what was written as a stream has no borders");
	ok(set_flags(p[WR], O_DIRECT, 0) == 0, "PIPE-028: F_SETFL takes O_DIRECT");
	write(p[WR], "ef", 2);
	write(p[WR], "gh", 2);
	ok(read(p[RD], buf, 8) == 2 && read(p[RD], buf, 8) == 2, "PIPE-028: and makes packets");
	close_pipe(p);
}

static void test_fork_exec_reopen(void)
{
	int p[2], again, status;
	char path[64], buf[16], *argv[] = { "cat", NULL };
	pid_t pid;

	make_pipe(p, 0);
	pid = fork();
	if (!pid) {
		write(p[WR], "child", 5);
		_exit(0);
	}
	close(p[WR]);
	ok(read(p[RD], buf, 16) == 5 && read(p[RD], buf, 16) == 0,
	   "PIPE-034: EOF when the child's copy is gone too");
	waitpid(pid, &status, 0);
	close(p[RD]);

	make_pipe(p, 0);
	pid = fork();
	if (!pid) {
		/* A program with the pipe as both ends would see no EOF: only the read end. */
		dup2(p[RD], 0);
		close_pipe(p);
		execv("/bin/busybox", argv);
		_exit(1);
	}
	close_pipe(p);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "PIPE-034: an end is kept by exec");

	make_pipe(p, O_NONBLOCK);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[RD]);
	again = open(path, O_WRONLY | O_NONBLOCK);
	ok(again >= 0, "PIPE-036: the read end opened for writing");
	close(p[WR]);
	ok(failed_with(read(p[RD], buf, 1), EAGAIN) && write(again, "re", 2) == 2 &&
		   read(p[RD], buf, 16) == 2,
	   "PIPE-036: is a write end of the same pipe");
	p[WR] = again;
	again = open(path, O_RDONLY);
	write(p[WR], "q", 1);
	ok(again >= 0 && read(again, buf, 16) == 1, "PIPE-036: a read end opens without blocking");
	close(again);
	close_pipe(p);
}

static void test_faults(void)
{
	int p[2];
	char *map = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char buf[16];
	struct iovec vec[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	struct iovec into[3] = { { buf, 1 }, { buf + 1, 0 }, { buf + 1, 8 } };

	munmap(map + 4096, 4096);
	make_pipe(p, O_NONBLOCK);
	ok(failed_with(write(p[WR], (char *)8, 1), EFAULT) && unread(p[RD]) == 0 &&
		   failed_with(read(p[RD], buf, 1), EAGAIN),
	   "PIPE-037: write from nowhere is EFAULT");
	ok(write(p[WR], map, 8192) == 4096 && unread(p[RD]) == 4096,
	   "PIPE-037: pages already copied are kept and counted");
	ok(failed_with(read(p[RD], (char *)8, 16), EFAULT) && unread(p[RD]) == 4096,
	   "PIPE-037: a faulting read leaves the data");
	close_pipe(p);

	make_pipe(p, O_NONBLOCK);
	ok(writev(p[WR], vec, 3) == 5 && readv(p[RD], into, 3) == 5 && !memcmp(buf, "abcde", 5),
	   "PIPE-038: vectors are one operation");
	close_pipe(p);
}

int main(void)
{
	int status;

	test_descriptors();
	ok(child_status(no_descriptors) == 0, "PIPE-004: EMFILE leaves the array alone");
	test_stat();
	test_end_of_file();
	status = child_status(die_of_sigpipe);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE, "PIPE-018: SIGPIPE ends a process");
	test_packets();
	test_fork_exec_reopen();
	test_faults();
	return ktap_done();
}
