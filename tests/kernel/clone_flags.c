// SPDX-License-Identifier: GPL-2.0-only
/*
 * clone and clone3: flags, their contradictions, and where results are stored.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/mman.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define CLONE_PIDFD_         0x00001000
#define CLONE_CLEAR_SIGHAND_ 0x100000000ull
#define CLONE_INTO_CGROUP_   0x200000000ull

struct clone_args_ {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
};

/* Without CLONE_VM: as fork. */
static long raw_clone(unsigned long flags, void *stack, int *parent_tid, int *child_tid)
{
	return syscall(SYS_clone, flags, stack, parent_tid, child_tid, 0);
}

static long clone3(struct clone_args_ *args, size_t size)
{
	return syscall(SYS_clone3, args, size);
}

static void test_contradictions(void)
{
	static const unsigned long bad[] = {
		CLONE_THREAD,
		CLONE_SIGHAND,
		CLONE_THREAD | CLONE_SIGHAND,
		CLONE_NEWIPC | CLONE_SYSVSEM,
		CLONE_NEWNS | CLONE_FS,
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(failed_with(raw_clone(bad[i] | SIGCHLD, NULL, NULL, NULL), EINVAL),
		   "flags %lx contradict each other", bad[i]);
}

static void test_settid(void)
{
	int *tids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	long pid;

	pid = raw_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL, &tids[0],
			&tids[1]);
	if (!pid)
		_exit(tids[1] != (int)syscall(SYS_getpid));
	ok(tids[0] == pid, "CLONE_PARENT_SETTID");
	ok(waitpid((pid_t)pid, &status, 0) == pid && status == 0 && tids[1] == pid,
	   "CLONE_CHILD_SETTID");
	munmap(tids, 4096);
}

static volatile int thread_ran;
static char stack[65536] __attribute__((aligned(16)));

static int thread_fn(void *arg)
{
	thread_ran = *(int *)arg;
	return 0;
}

static void test_vm(void)
{
	int value = 17, status;
	pid_t pid;

	/* A process in the same memory. */
	pid = clone(thread_fn, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &value);
	ok(pid > 0 && thread_ran == 17, "CLONE_VM shares memory");
	ok(waitpid(pid, &status, 0) == pid && status == 0, "it is a process");

	/* No exit signal: only __WALL and __WCLONE see it. */
	pid = clone(thread_fn, stack + sizeof(stack), CLONE_VM | CLONE_VFORK, &value);
	ok(failed_with(waitpid(pid, &status, 0), ECHILD),
	   "a child without SIGCHLD is not waited for");
	ok(waitpid(pid, &status, __WCLONE) == pid, "but with __WCLONE");
	signal(SIGUSR2, SIG_IGN);
	pid = clone(thread_fn, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGUSR2, &value);
	ok(pid > 0 && waitpid(pid, &status, __WALL) == pid, "or __WALL");
}

static void nop(int sig)
{
	(void)sig;
}

static void test_clone3(void)
{
	struct clone_args_ args = { .exit_signal = SIGCHLD };
	struct sigaction sa;
	int pidfd = -1, status;
	siginfo_t info;
	long pid;

	ok(failed_with(clone3(&args, 63), EINVAL), "clone3: too small a struct");
	ok(failed_with(clone3(&args, 5000), E2BIG), "clone3: too large a struct");
	ok(failed_with(clone3((void *)8, 88), EFAULT), "clone3: bad pointer");
	args.exit_signal = 256;
	ok(failed_with(clone3(&args, 88), EINVAL), "clone3: exit signal above 255");
	args.exit_signal = 65;
	ok(failed_with(clone3(&args, 88), EINVAL), "clone3: exit signal above 64");
	args.exit_signal = SIGCHLD;
	args.flags = 0x400000000ull;
	ok(failed_with(clone3(&args, 88), EINVAL), "clone3: unknown flag");
	args.flags = 0;
	args.stack = (uint64_t)stack;
	ok(failed_with(clone3(&args, 88), EINVAL), "clone3: a stack without size");
	args.stack = 0;
	args.set_tid_size = 1;
	ok(failed_with(clone3(&args, 88), EINVAL), "clone3: set_tid_size without set_tid");
	args.set_tid_size = 0;
	args.flags = CLONE_SIGHAND | CLONE_VM | CLONE_CLEAR_SIGHAND_;
	ok(failed_with(clone3(&args, 88), EINVAL), "clone3: handlers shared and cleared");

	args.flags = CLONE_PIDFD_;
	args.pidfd = (uint64_t)&pidfd;
	pid = clone3(&args, 64);
	if (!pid)
		_exit(3);
	ok(pid > 0 && pidfd >= 0, "clone3: CLONE_PIDFD");
	ok(waitid((idtype_t)3, (id_t)pidfd, &info, WEXITED) == 0 && info.si_status == 3,
	   "clone3: the pidfd is the child's");
	close(pidfd);

	signal(SIGUSR1, nop);
	signal(SIGUSR2, SIG_IGN);
	args.flags = CLONE_CLEAR_SIGHAND_;
	pid = clone3(&args, 88);
	if (!pid) {
		sigaction(SIGUSR1, NULL, &sa);
		if (sa.sa_handler != SIG_DFL)
			_exit(1);
		sigaction(SIGUSR2, NULL, &sa);
		_exit(sa.sa_handler != SIG_IGN);
	}
	ok(waitpid((pid_t)pid, &status, 0) == pid && status == 0,
	   "clone3: CLONE_CLEAR_SIGHAND resets handlers, keeps SIG_IGN");
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void test_files(void)
{
	int fd = dup(0), status;
	pid_t pid;

	pid = (pid_t)raw_clone(CLONE_FILES | SIGCHLD, NULL, NULL, NULL);
	if (!pid) {
		close(fd);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(failed_with(fcntl(fd, F_GETFD), EBADF), "CLONE_FILES: a close is seen");

	pid = (pid_t)raw_clone(CLONE_FS | SIGCHLD, NULL, NULL, NULL);
	if (!pid) {
		umask(0123);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(umask(022) == 0123, "CLONE_FS: the umask is shared");
}

static void test_parent_flag(void)
{
	pid_t pid, sibling = 0;
	int p[2], status;

	ok(pipe(p) == 0, "a pipe");
	pid = fork();
	if (!pid) {
		pid_t mine = (pid_t)raw_clone(CLONE_PARENT | SIGCHLD, NULL, NULL, NULL);

		if (!mine)
			_exit(5);
		_exit(write(p[1], &mine, sizeof(mine)) != sizeof(mine));
	}
	ok(read(p[0], &sibling, sizeof(sibling)) == sizeof(sibling) &&
		   waitpid(sibling, &status, 0) == sibling && status == 5 << 8,
	   "CLONE_PARENT: our child's clone is our child");
	waitpid(pid, &status, 0);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	test_contradictions();
	test_settid();
	test_vm();
	test_clone3();
	test_files();
	test_parent_flag();
	return ktap_done();
}
