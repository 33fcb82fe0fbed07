// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of the calls that make and change processes fails once: fork, vfork, clone of
 * threads, execve, and what sets up a process.
 */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include "tests/mm/memory.h"
#include <sched.h>

static long do_fork(void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(7);
	return pid;
}

static void reap(long pid, void *arg)
{
	int status = -1;

	if (waitpid((pid_t)pid, &status, __WALL) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 7)
		ok(0, "the child ended with status %x", status);
}

static long do_vfork(void *arg)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(7);
	return pid;
}

static char thread_stack[65536] __attribute__((aligned(16)));

static int thread_main(void *arg)
{
	*(volatile int *)arg = 1;
	syscall(SYS_exit, 7);
	return 0;
}

static volatile int thread_ran, thread_tid;

/* A thread as pthread_create() makes it; its end shows in thread_tid. */
static long do_thread(void *arg)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		    CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

	thread_ran = 0;
	return clone(thread_main, thread_stack + sizeof(thread_stack), flags, (void *)&thread_ran,
		     &thread_tid, NULL, &thread_tid);
}

static void join(long tid, void *arg)
{
	int now;

	while ((now = thread_tid))
		syscall(SYS_futex, &thread_tid, 0 /* FUTEX_WAIT */, now, NULL);
	if (!thread_ran)
		ok(0, "the thread ran");
}

static long do_clone_all(void *arg)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_FILES | CLONE_FS | CLONE_SYSVSEM, 0,
				   0, 0, 0);

	if (!pid)
		_exit(7);
	return pid;
}

static long do_pidfd_clone(void *arg)
{
	int fd = -1;
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | 0x1000 /* CLONE_PIDFD */, 0, &fd, 0, 0);

	if (!pid)
		_exit(7);
	if (pid > 0)
		close(fd);
	return pid;
}

static long do_unshare(void *arg)
{
	return unshare(CLONE_FILES | CLONE_FS);
}

/*
 * execve: in a child, which sets fail-nth to n. The new program (this one, with an argument) says
 * whether it struck. When the failure comes after the old program is gone, the child must be killed.
 */
enum { EXEC_FAILED = 1, EXEC_FIRED, EXEC_NOT_FIRED, EXEC_BROKEN };

static const char *exec_path;
static char *const *exec_argv;

static int exec_child(unsigned int n)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);

	fail_nth_set(fd, n);
	execve(exec_path, exec_argv, environ);
	if (errno != ENOMEM && errno != E2BIG) {
		dprintf(1, "# execve: errno %d at allocation %u\n", errno, n);
		_exit(EXEC_BROKEN);
	}
	if (!fail_nth_fired(fd))
		_exit(EXEC_BROKEN);
	execve(exec_path, exec_argv, environ); /* the next call succeeds */
	_exit(EXEC_BROKEN);
}

static int exec_rounds(void *unused)
{
	for (unsigned int n = 1; n < FAIL_NTH_MAX; n++) {
		int status = -1;
		pid_t pid = fork();

		if (!pid)
			exec_child(n);
		waitpid(pid, &status, 0);
		if (WIFSIGNALED(status) &&
		    (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV))
			continue; /* behind the point of no return */
		if (!WIFEXITED(status) || WEXITSTATUS(status) == EXEC_BROKEN) {
			dprintf(1, "# allocation %u: wait status %x\n", n, status);
			return -1;
		}
		if (WEXITSTATUS(status) == EXEC_NOT_FIRED)
			return (int)n - 1;
	}
	return -1;
}

static void walk_exec(const char *name)
{
	int rounds = exec_rounds(NULL);

	ok(rounds > 0, "%s: each failed allocation gives an error, death or success", name);
	ok(!fail_nth_lost() && !fail_nth_grows(exec_rounds, NULL), "%s: and loses nothing", name);
	dprintf(1, "# %s: %d allocations\n", name, rounds);
}

static char *fresh_argv[] = { (char *)"exec-child", NULL, NULL };

static long do_setgroups(void *arg)
{
	gid_t groups[40] = { 5, 6, 7 };

	return syscall(SYS_setgroups, arg ? 40 : 3, groups);
}

static long do_setresuid(void *arg)
{
	return syscall(SYS_setresuid, -1, -1, -1);
}

int main(int argc, char **argv)
{
	pid_t holder;
	char *large;

	if (argc > 1 && !strcmp(argv[0], "exec-child")) {
		int fd = open("/proc/thread-self/fail-nth", O_RDWR);
		char text[12] = "";

		/* A failure that came later than execve() proper counts as none. */
		read(fd, text, sizeof(text) - 1);
		return atoi(text) ? EXEC_NOT_FIRED : EXEC_FIRED;
	}
	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	fail_nth_walk("fork", do_fork, reap, NULL, ENOMEM, EAGAIN, 0);
	large = map_anon(8 << 20, PROT_READ | PROT_WRITE);
	memset(large, 1, 8 << 20);
	fail_nth_walk("fork of large memory", do_fork, reap, NULL, ENOMEM, EAGAIN, 0);
	munmap(large, 8 << 20);
	fail_nth_walk("vfork", do_vfork, reap, NULL, ENOMEM, EAGAIN, 0);
	fail_nth_walk("clone of a thread", do_thread, join, NULL, ENOMEM, EAGAIN, 0);
	fail_nth_walk("clone sharing files", do_clone_all, reap, NULL, ENOMEM, EAGAIN, 0);
	fail_nth_walk("clone with a pidfd", do_pidfd_clone, reap, NULL, ENOMEM, EAGAIN, ENFILE,
		      EFAULT, 0);

	exec_path = "/proc/self/exe";
	fresh_argv[1] = (char *)"x";
	exec_argv = fresh_argv;
	walk_exec("execve");

	fail_nth_walk("setgroups", do_setgroups, NULL, NULL, ENOMEM, 0);
	fail_nth_walk("setresuid", do_setresuid, NULL, NULL, ENOMEM, 0);

	/* Somebody to share the file table with. */
	holder = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_FILES | CLONE_FS, 0, 0, 0, 0);
	if (!holder)
		for (;;)
			pause();
	{
		int fd = fail_nth_open(), n = 0, ret, fired;

		do {
			fail_nth_set(fd, (unsigned)++n);
			ret = (int)do_unshare(NULL);
			fired = fail_nth_fired(fd);
		} while (fired && ret == -1 && errno == ENOMEM);
		ok(ret == 0 && n > 1, "unshare: ENOMEM until it succeeds (%d allocations)", n - 1);
	}
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	ok(!fail_nth_lost(), "unshare: and loses nothing");
	return ktap_done();
}
