// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors: numbers, duplicates, limits, close-on-exec, sharing by threads and forks, fcntl. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define CLOSE_RANGE_UNSHARE_ 2
#define CLOSE_RANGE_CLOEXEC_ 4

static long close_range_(unsigned int first, unsigned int last, unsigned int flags)
{
	return syscall(SYS_close_range, first, last, flags);
}

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void numbers(void)
{
	int a = open("f", O_RDWR | O_CREAT, 0644), b = open("f", O_RDONLY), c;

	ok(b == a + 1, "the lowest free number");
	close(a);
	c = open("f", O_RDONLY);
	ok(c == a, "again after a close");
	ok(dup(c) == b + 1 && close(b + 1) == 0, "dup");
	ok(fails(dup(500), EBADF), "dup of nothing: EBADF");
	ok(dup2(c, 40) == 40 && is_open(40), "dup2");
	ok(dup2(b, 40) == 40 && is_open(40), "dup2 over an open one");
	ok(dup2(c, c) == c, "dup2 onto itself");
	ok(fails(dup2(500, 500), EBADF), "of nothing onto itself: EBADF");
	ok(fails(dup2(c, -1), EBADF) && fails(dup2(c, 0x7fffffff), EBADF), "out of range: EBADF");
	ok(dup3(c, 41, O_CLOEXEC) == 41 && fcntl(41, F_GETFD) == FD_CLOEXEC, "dup3 with O_CLOEXEC");
	ok(fails(dup3(c, c, 0), EINVAL), "dup3 onto itself: EINVAL");
	ok(fails(syscall(SYS_dup3, c, 42, O_APPEND), EINVAL), "another flag: EINVAL");
	ok(fcntl(c, F_DUPFD, 100) == 100 && fcntl(c, F_DUPFD, 100) == 101,
	   "F_DUPFD: from a number on");
	ok(fcntl(c, F_DUPFD_CLOEXEC, 200) == 200 && fcntl(200, F_GETFD) == 1, "F_DUPFD_CLOEXEC");
	ok(fails(fcntl(c, F_DUPFD, -1), EINVAL), "F_DUPFD from -1: EINVAL");
	ok(fails(fcntl(c, 9999), EINVAL), "unknown command: EINVAL");
	ok(fails(fcntl(500, F_GETFD), EBADF), "EBADF");
}

static void what_is_shared(void)
{
	int a = open("f", O_RDWR), b = dup(a);

	write(a, "0123456789", 10);
	ok(lseek(b, 0, SEEK_CUR) == 10, "duplicates share the position");
	fcntl(b, F_SETFL, O_APPEND);
	ok(fcntl(a, F_GETFL) & O_APPEND, "and the status flags");
	fcntl(b, F_SETFD, FD_CLOEXEC);
	ok(fcntl(a, F_GETFD) == 0, "but not close-on-exec");
	ok(IN_CHILD(lseek(a, 3, SEEK_SET) == 3) && lseek(a, 0, SEEK_CUR) == 3,
	   "fork shares the position");
	ok(IN_CHILD(close(a) == 0) && is_open(a), "but not the table");
	close(a);
	close(b);
}

static int runs_out(void)
{
	struct rlimit lim = { 20, 20 };
	int i, fd = -1;

	setrlimit(RLIMIT_NOFILE, &lim);
	for (i = 0; i < 30; i++) {
		fd = open("f", O_RDONLY);
		if (fd < 0)
			break;
	}
	return fails(fd, EMFILE) && is_open(19) && !is_open(20) && fails(dup2(3, 20), EBADF) &&
	       fails(fcntl(3, F_DUPFD, 20), EINVAL) && fails(dup(3), EMFILE);
}

static int grows(void)
{
	struct rlimit lim = { 4096, 4096 };
	int i, highest = 0, fd = open("f", O_RDONLY);

	if (setrlimit(RLIMIT_NOFILE, &lim))
		return 0;
	for (i = 0; i < 2000; i++) {
		int n = dup(fd);

		if (n > highest)
			highest = n;
	}
	return highest >= 2000 && dup2(fd, 4000) == 4000 &&
	       IN_CHILD(is_open(4000) && is_open(highest));
}

static void limits(void)
{
	ok(IN_CHILD(runs_out()), "RLIMIT_NOFILE: EMFILE");
	ok(IN_CHILD(grows()), "a table of thousands, inherited by a fork");
}

static int ranges(void)
{
	int i;

	for (i = 10; i < 20; i++)
		dup2(0, i);
	if (close_range_(12, 14, 0) || is_open(12) || is_open(14) || !is_open(11) || !is_open(15))
		return 0;
	if (close_range_(16, 17, CLOSE_RANGE_CLOEXEC_) || fcntl(16, F_GETFD) != 1 ||
	    fcntl(18, F_GETFD) != 0)
		return 0;
	if (!fails(close_range_(5, 4, 0), EINVAL) || !fails(close_range_(5, 6, 64), EINVAL))
		return 0;
	return close_range_(3, ~0u, 0) == 0 && !is_open(11) && !is_open(19) && is_open(2);
}

static void *close_all_unshared(void *arg)
{
	return (void *)close_range_(3, ~0u, CLOSE_RANGE_UNSHARE_);
}

static void closing_ranges(void)
{
	pthread_t thread;
	void *ret = NULL;
	int fd = open("f", O_RDONLY);

	ok(IN_CHILD(ranges()), "close_range");
	pthread_create(&thread, NULL, close_all_unshared, NULL);
	pthread_join(thread, &ret);
	ok(ret == NULL && is_open(fd), "CLOSE_RANGE_UNSHARE leaves the other threads' table alone");
	close(fd);
}

static void on_exec(char *self)
{
	char keep[16], gone[16];
	int a = open("f", O_RDONLY), b = open("f", O_RDONLY | O_CLOEXEC), status;
	pid_t pid;

	snprintf(keep, sizeof(keep), "%d", a);
	snprintf(gone, sizeof(gone), "%d", b);
	pid = fork();
	if (!pid) {
		execl("/proc/self/exe", self, "exec-check", keep, gone, NULL);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "exec closes what is marked, and only that");
	close(a);
	close(b);
}

static volatile int stop;

static void *opener(void *arg)
{
	long n = 0;

	while (!stop) {
		int fd = open("f", O_RDONLY);

		if (fd < 0 || close(fd))
			return (void *)1;
		n++;
	}
	return NULL;
}

static void *reader(void *arg)
{
	char c;

	while (!stop) {
		int fd;

		for (fd = 3; fd < 12; fd++) {
			if (pread(fd, &c, 1, 0) < 0 && errno != EBADF)
				return (void *)1;
		}
	}
	return NULL;
}

/* Threads open, close and use the same numbers: EBADF at worst, never another's file half closed. */
static void threads(void)
{
	pthread_t t[4];
	void *ret;
	int i, bad = 0;

	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, i < 2 ? opener : reader, NULL);
	for (i = 0; i < 300; i++) {
		int fd = open("f", O_RDONLY);

		if (fd < 0 || dup2(fd, 60 + i % 100) < 0 || close(60 + i % 100) || close(fd))
			bad++;
		if (i % 10 == 0)
			sched_yield();
	}
	stop = 1;
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], &ret);
		bad += ret != NULL;
	}
	ok(bad == 0, "threads that open, close and read at once");
}

static void owners(void)
{
	struct f_owner_ex ex = { F_OWNER_PID, getpid() }, got = { -1, -1 };
	int fds[2], fd;

	if (pipe(fds)) {
		skip("no pipes");
		return;
	}
	setpgid(0, 0);
	fd = fds[0];
	ok(fcntl(fd, F_GETOWN) == 0, "F_GETOWN: nobody");
	ok(fcntl(fd, F_SETOWN, getpid()) == 0 && fcntl(fd, F_GETOWN) == getpid(), "F_SETOWN");
	ok(fcntl(fd, F_SETOWN, -getpgrp()) == 0 && fcntl(fd, F_GETOWN_EX, &got) == 0 &&
		   got.type == F_OWNER_PGRP && got.pid == getpgrp(),
	   "a process group");
	ok(fails(fcntl(fd, F_SETOWN, 0x3fffffff), ESRCH), "no such process: ESRCH");
	ok(fcntl(fd, F_SETOWN_EX, &ex) == 0 && fcntl(fd, F_GETOWN_EX, &got) == 0 &&
		   got.type == F_OWNER_PID && got.pid == getpid(),
	   "F_SETOWN_EX");
	ex.type = 77;
	ok(fails(fcntl(fd, F_SETOWN_EX, &ex), EINVAL), "unknown type: EINVAL");
	ok(fcntl(fd, F_SETSIG, SIGUSR1) == 0 && fcntl(fd, F_GETSIG) == SIGUSR1, "F_SETSIG");
	ok(fails(fcntl(fd, F_SETSIG, 99), EINVAL), "no such signal: EINVAL");
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return !is_open(atoi(argv[2])) || is_open(atoi(argv[3]));
	close_range_(3, ~0u, 0); /* whatever the caller left open */
	enter_scratch();
	numbers();
	what_is_shared();
	limits();
	closing_ranges();
	on_exec(argv[0]);
	threads();
	owners();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
