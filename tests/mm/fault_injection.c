// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/fail-nth, /proc/<pid>/make-it-fail and /proc/kmemleak themselves.
 */
#include "tests/fail_nth.h"
#include "tests/mm/memory.h"
#include <pthread.h>

static int try_pipe(void)
{
	int fds[2], ret = pipe(fds);

	if (!ret) {
		close(fds[0]);
		close(fds[1]);
	}
	return ret;
}

static void fail_nth_counts(void)
{
	int fd = fail_nth_open();
	char text[16] = "";

	fail_nth_set(fd, 1);
	ok(try_pipe() == -1 && (errno == ENOMEM || errno == ENFILE) && fail_nth_fired(fd),
	   "fail-nth: the first allocation fails, and 0 is read back");
	ok(try_pipe() == 0, "fail-nth: only that one fails");
	fail_nth_set(fd, 100000);
	ok(try_pipe() == 0 && pread(fd, text, 15, 0) > 0 && atoi(text) > 0 && atoi(text) < 100000,
	   "fail-nth: what is left is read back");
	fail_nth_set(fd, 0);
	ok(pwrite(fd, "x", 1, 0) == -1 && errno == EINVAL, "fail-nth: not a number: EINVAL");
	ok(pwrite(fd, "-1", 2, 0) == -1 && errno == EINVAL, "fail-nth: below 0: EINVAL");
	ok(pwrite(fd, "0x10\n", 5, 0) == 5 && pread(fd, text, 15, 0) == 3 && atoi(text) == 16,
	   "fail-nth: hexadecimal, with a newline");
	fail_nth_set(fd, 0);
	close(fd);
}

static int child_reads_zero(void)
{
	int fd = fail_nth_open();
	char text[16] = "";
	ssize_t n = pread(fd, text, 15, 0);

	return !(n == 2 && !strcmp(text, "0\n"));
}

static void *thread_pipe(void *result)
{
	*(int *)result = try_pipe();
	return NULL;
}

static void fail_nth_is_the_tasks(void)
{
	int fd = fail_nth_open(), result = -1;
	pthread_t thread;
	char name[64];

	fail_nth_set(fd, 100000);
	ok(in_child(child_reads_zero) == 0, "fail-nth: a child starts with 0");
	ok(!pthread_create(&thread, NULL, thread_pipe, &result) && !pthread_join(thread, NULL) &&
		   result == 0,
	   "fail-nth: other threads are not concerned");
	fail_nth_set(fd, 0);
	close(fd);
	snprintf(name, sizeof(name), "/proc/%d/task/%d/fail-nth", getpid(), getpid());
	fd = open(name, O_RDWR);
	ok(fd >= 0 && pwrite(fd, "1", 1, 0) == 1 && try_pipe() == -1 && fail_nth_fired(fd),
	   "fail-nth: by the thread's number");
	close(fd);
}

static int unprivileged_mark(void)
{
	int fd;

	if (setuid(4321))
		return 1;
	fd = open("/proc/self/make-it-fail", O_RDWR);
	return fd >= 0 && (write(fd, "1", 1) != -1 || errno != EPERM);
}

static int child_is_marked(void)
{
	char text[4] = "";
	int fd = open("/proc/self/make-it-fail", O_RDONLY);

	return !(read(fd, text, 3) == 2 && !strcmp(text, "1\n"));
}

static void make_it_fail(void)
{
	int fd = open("/proc/self/make-it-fail", O_RDWR);
	char text[4] = "";

	ok(fd >= 0 && pread(fd, text, 3, 0) == 2 && !strcmp(text, "0\n"), "make-it-fail: 0");
	ok(pwrite(fd, "2", 1, 0) == -1 && errno == EINVAL, "make-it-fail: only 0 and 1");
	ok(pwrite(fd, "1", 1, 0) == 1 && in_child(child_is_marked) == 0,
	   "make-it-fail: a child inherits it");
	pwrite(fd, "0", 1, 0);
	close(fd);
	ok(in_child(unprivileged_mark) == 0, "make-it-fail: for CAP_SYS_RESOURCE only");
}

int main(void)
{
	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	fail_nth_counts();
	fail_nth_is_the_tasks();
	make_it_fail();
	if (access("/proc/kmemleak", F_OK))
		skip("no /proc/kmemleak");
	else
		ok(fail_nth_lost() == 0, "kmemleak: nothing is lost now");
	return ktap_done();
}
