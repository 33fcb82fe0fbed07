// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classical races: a signal against a fork, an exec, a wait, a check before a sleep.
 * Each is run many times; none may lose the signal or miss a process.
 */
#define _GNU_SOURCE
#include <poll.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define ROUNDS 60

static volatile int chld_runs;

static void count_chld(int sig)
{
	(void)sig;
	chld_runs++;
}

/* Makes children as fast as it can; all stay in its group. */
static void forks_for_ever(int ready)
{
	int said = 0;

	for (;;) {
		pid_t pid = fork();

		if (!pid)
			for (;;)
				pause();
		if (pid > 0 && !said++ && write(ready, "x", 1) != 1)
			_exit(1);
		if (said > 30)
			for (;;)
				pause();
	}
}

/* One SIGKILL to the group reaches the child that is being made as well. */
static int kill_against_fork(int delay_us)
{
	struct timespec delay = { 0, delay_us * 1000 };
	int p[2];
	pid_t pid;
	char c;

	if (pipe(p))
		return 0;
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		forks_for_ever(p[1]);
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		return 0;
	close(p[0]);
	nanosleep(&delay, NULL);
	if (kill(-pid, SIGKILL))
		return 0;
	/* We are the subreaper: everybody of the group is ours now, and must end by itself. */
	for (int i = 0; i < 30000; i++) {
		while (waitpid(-pid, NULL, WNOHANG) > 0)
			;
		if (errno == ECHILD && failed_with(kill(-pid, 0), ESRCH))
			return 1;
		pause_ms(1);
	}
	kill(-pid, SIGKILL);
	return 0;
}

static int kill_against_exec(int delay_us)
{
	struct timespec delay = { 0, delay_us * 1000 };
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl("/proc/self/exe", "x", "exec-again", NULL);
		_exit(1);
	}
	nanosleep(&delay, NULL);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

/* The check (is it done?) and the sleep are one step for the signal. */
static int chld_against_sigsuspend(void)
{
	uint64_t none = 0;
	int before = chld_runs;
	pid_t pid;

	raw_mask(BIT(SIGCHLD));
	pid = fork();
	if (!pid)
		_exit(0);
	while (chld_runs == before)
		syscall(SYS_rt_sigsuspend, &none, 8);
	raw_mask(0);
	return waitpid(pid, NULL, WNOHANG) == pid;
}

static int chld_against_ppoll(void)
{
	uint64_t none = 0;
	int before = chld_runs;
	pid_t pid;

	raw_mask(BIT(SIGCHLD));
	pid = fork();
	if (!pid)
		_exit(0);
	while (chld_runs == before)
		syscall(SYS_ppoll, NULL, 0, NULL, &none, 8);
	raw_mask(0);
	return waitpid(pid, NULL, WNOHANG) == pid;
}

/* A blocking wait beside a handler that waits as well: each child is reaped once. */
static volatile int reaped;

static void reap(int sig)
{
	int saved = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = saved;
}

static int handler_against_wait(void)
{
	int started = 0;

	reaped = 0;
	signal(SIGCHLD, reap);
	for (int i = 0; i < 8; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		started += pid > 0;
	}
	for (;;) {
		pid_t pid = waitpid(-1, NULL, 0);

		if (pid > 0)
			__atomic_add_fetch(&reaped, 1, __ATOMIC_SEQ_CST);
		else if (errno == ECHILD)
			break;
	}
	signal(SIGCHLD, count_chld);
	return reaped == started;
}

static int stop_against_continue(void)
{
	int status;
	pid_t pid = start_child(NULL);

	for (int i = 0; i < 20; i++) {
		kill(pid, SIGSTOP);
		kill(pid, SIGCONT);
	}
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

int main(int argc, char **argv)
{
	int good[6] = { 0 };

	if (argc > 1) {
		execl("/proc/self/exe", "x", argv[1], NULL);
		return 1;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < ROUNDS; i++)
		good[0] += kill_against_fork(i * 13 % 700);
	ok(good[0] == ROUNDS, "kill of a group against fork: %d of %d", good[0], ROUNDS);
	for (int i = 0; i < ROUNDS; i++)
		good[1] += kill_against_exec(i * 37 % 3000);
	ok(good[1] == ROUNDS, "kill against exec: %d of %d", good[1], ROUNDS);
	signal(SIGCHLD, count_chld);
	for (int i = 0; i < ROUNDS; i++) {
		good[2] += chld_against_sigsuspend();
		good[3] += chld_against_ppoll();
		good[4] += handler_against_wait();
		good[5] += stop_against_continue();
	}
	ok(good[2] == ROUNDS, "SIGCHLD against sigsuspend: %d of %d", good[2], ROUNDS);
	ok(good[3] == ROUNDS, "SIGCHLD against ppoll: %d of %d", good[3], ROUNDS);
	ok(good[4] == ROUNDS, "a reaping handler against wait: %d of %d", good[4], ROUNDS);
	ok(good[5] == ROUNDS, "stop against continue: %d of %d", good[5], ROUNDS);
	return ktap_done();
}
