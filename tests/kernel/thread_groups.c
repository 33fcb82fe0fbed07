// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads as one process: exit of the leader, exit_group from a thread, exec from a thread.
 * Spec: EXIT-008 EXIT-014
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static int out[2], go[2];

static void *speaks_later(void *arg)
{
	char c;

	(void)arg;
	/* The leader is a zombie, but the process lives. */
	for (int i = 0; i < 10000 && thread_state(getpid(), getpid()) != 'Z'; i++)
		pause_ms(1);
	if (write(out[1], "alive", 5) != 5)
		_exit(1);
	/* Until the parent has looked. */
	if (read(go[0], &c, 1) != 1)
		_exit(1);
	syscall(SYS_exit_group, 23);
	return NULL;
}

static void leader_exits(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, speaks_later, NULL);
	syscall(SYS_exit, 5);
}

static void test_leader_exits(void)
{
	char buf[8] = "";
	int status;
	pid_t pid;

	ok(pipe(out) == 0 && pipe(go) == 0, "pipes");
	pid = fork();
	if (!pid)
		leader_exits();
	ok(read(out[0], buf, 5) == 5 && !memcmp(buf, "alive", 5),
	   "EXIT-008: a thread goes on when the leader has ended");
	ok(waitpid(pid, &status, WNOHANG) == 0, "EXIT-008: no end is reported yet");
	ok(write(go[1], "x", 1) == 1 && waitpid(pid, &status, 0) == pid && status == 23 << 8,
	   "EXIT-008: the status is the last one's");
}

static void *ends_all(void *arg)
{
	(void)arg;
	syscall(SYS_exit_group, 31);
	return NULL;
}

static void *waits(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void thread_ends_all(void)
{
	pthread_t thread;

	for (int i = 0; i < 4; i++)
		pthread_create(&thread, NULL, waits, NULL);
	pthread_create(&thread, NULL, ends_all, NULL);
	for (;;)
		pause();
}

static int count_threads(void)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static char number[16];

static void *execs(void *arg)
{
	(void)arg;
	/* Pending for this thread alone: kept, since it becomes the process. */
	raw_mask(BIT(SIGUSR1) | BIT(SIGUSR2));
	execl("/proc/self/exe", "x", "after-exec", number, NULL);
	_exit(77);
}

static void exec_from_thread(void)
{
	pthread_t thread;

	raw_mask(BIT(SIGUSR1) | BIT(SIGUSR2));
	snprintf(number, sizeof(number), "%d", getpid());
	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, waits, NULL);
	kill(getpid(), SIGUSR1);
	syscall(SYS_tgkill, getpid(), getpid(), SIGUSR2);
	pthread_create(&thread, NULL, execs, NULL);
	for (;;)
		pause();
}

static int after_exec(const char *old_pid)
{
	if (getpid() != atoi(old_pid) || syscall(SYS_gettid) != getpid())
		return 1;
	if (count_threads() != 1)
		return 2;
	/* The process's pending signal stays, the old leader's own is lost. */
	if (raw_pending() != BIT(SIGUSR1))
		return 3;
	return 0;
}

static void *ends_at_once(void *arg)
{
	return arg;
}

static void many_threads(void)
{
	pthread_t threads[64];
	int ok_count = 0;

	for (int round = 0; round < 10; round++) {
		int n = 0;

		while (n < 64 && !pthread_create(&threads[n], NULL, ends_at_once, NULL))
			n++;
		for (int i = 0; i < n; i++)
			ok_count += !pthread_join(threads[i], NULL);
	}
	_exit(ok_count == 640 ? 0 : 1);
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 2 && !strcmp(argv[1], "after-exec"))
		return after_exec(argv[2]);
	test_leader_exits();
	ok(child_status(thread_ends_all) == 31 << 8, "exit_group from a thread ends all");
	status = child_status(exec_from_thread);
	ok(status == 0, "EXIT-014: exec from a thread takes over the process (%d)", status >> 8);
	for (int i = 0; i < 20; i++)
		if (child_status(exec_from_thread))
			status = 1;
	ok(status == 0, "EXIT-014: 20 times");
	ok(child_status(many_threads) == 0, "640 threads come and go");
	return ktap_done();
}
