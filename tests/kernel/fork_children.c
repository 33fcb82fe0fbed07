// SPDX-License-Identifier: GPL-2.0-only
/*
 * fork and vfork: 1,000 children at once, each itself; what is copied and what is shared.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define CHILDREN 1000

static int cmp(const void *a, const void *b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

static void test_many(void)
{
	static pid_t pids[CHILDREN];
	int started = 0, right = 0, distinct = 1, status, go[2];
	char c;

	ok(pipe(go) == 0, "a pipe");
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (!pid) {
			/* All live at once: they end when the parent closes the pipe. */
			close(go[1]);
			_exit(read(go[0], &c, 1) == 0 && getppid() != 1 ? i % 251 : 255);
		}
		if (pid < 0)
			break;
		pids[started++] = pid;
	}
	ok(started == CHILDREN, "%d children started", started);
	close(go[0]);
	close(go[1]);
	for (int i = 0; i < started; i++)
		if (waitpid(pids[i], &status, 0) == pids[i] && WIFEXITED(status) &&
		    WEXITSTATUS(status) == i % 251)
			right++;
	ok(right == started, "%d ended with their own status", right);
	qsort(pids, (size_t)started, sizeof(pid_t), cmp);
	for (int i = 1; i < started; i++)
		if (pids[i] == pids[i - 1])
			distinct = 0;
	ok(distinct, "all pids were different");
	ok(failed_with(wait(NULL), ECHILD), "no child is left");
}

static int private = 1;

static void test_memory(void)
{
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int on_stack = 3, status;
	pid_t pid = fork();

	if (!pid) {
		private = 2;
		on_stack = 4;
		*shared = 5;
		_exit(private + on_stack == 6 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0 && private == 1 && on_stack == 3, "private memory is copied");
	ok(*shared == 5, "shared memory is shared");
	munmap(shared, 4096);
}

static void test_files(void)
{
	char name[] = "/tmp/fork_children.XXXXXX", buf[8] = "";
	int fd = mkstemp(name);
	pid_t pid;

	ok(fd >= 0 && write(fd, "abcd", 4) == 4 && lseek(fd, 0, SEEK_SET) == 0, "a file");
	pid = fork();
	if (!pid)
		_exit(read(fd, buf, 2) != 2);
	waitpid(pid, NULL, 0);
	ok(read(fd, buf, 2) == 2 && !memcmp(buf, "cd", 2), "the file position is shared");
	close(fd);
	unlink(name);
}

static volatile int from_child;

static void test_vfork(void)
{
	int status;
	pid_t pid;

	from_child = 0;
	pid = vfork();
	if (!pid) {
		from_child = 42;
		_exit(9);
	}
	ok(from_child == 42, "a vfork child runs first, in the parent's memory");
	ok(waitpid(pid, &status, 0) == pid && status == 9 << 8, "and ends with its own status");

	pid = vfork();
	if (!pid) {
		execl("/proc/self/exe", "x", "exit-7", NULL);
		_exit(1);
	}
	ok(waitpid(pid, &status, 0) == pid && status == 7 << 8, "vfork and exec");
}

static void test_parent_numbers(void)
{
	pid_t me = getpid(), pid;
	int status;

	pid = fork();
	if (!pid)
		_exit(!(getppid() == me && getpid() != me &&
			syscall(SYS_gettid) == (long)getpid() && getpgrp() == getpgid(me) &&
			getsid(0) == getsid(me)));
	waitpid(pid, &status, 0);
	ok(status == 0, "a child has a number, its parent, its parent's group and session");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "exit-7"))
		return 7;
	test_many();
	test_memory();
	test_files();
	test_vfork();
	test_parent_numbers();
	return ktap_done();
}
