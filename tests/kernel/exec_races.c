// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec by one of several threads, which ends the others and takes over the process's number, against
 * what may happen meanwhile: a kill, a stop, another exec, an exit, queued signals, a pidfd's poll.
 * Spec: EXIT-014 SIG-008 SIG-064 SIG-077
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define ROUNDS 20
#define RT     40
#define QUEUED 10

static int ready[2];
static char program[16];
static int thread_round;
static volatile int go; /* all threads are there: during exec none could be made (EAGAIN) */

static void starting_gun(void)
{
	while (!go)
		sched_yield();
	dawdle(thread_round);
}

static void *waits(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *execs(void *arg)
{
	(void)arg;
	starting_gun();
	execl("/proc/self/exe", "x", program, NULL);
	_exit(77);
}

static void *exits(void *arg)
{
	(void)arg;
	starting_gun();
	syscall(SYS_exit_group, 31);
	return NULL;
}

static void start_thread(void *(*fn)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, NULL))
		_exit(78);
}

/* A child with two threads that wait, n of fn, and a leader that waits, or calls leader. */
static pid_t start(int round, const char *what, void *(*fn)(void *), int n, void *(*leader)(void *))
{
	pid_t pid;
	char c;

	if (pipe(ready))
		return -1;
	thread_round = round;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(program, sizeof(program), "%s", what);
		start_thread(waits);
		start_thread(waits);
		for (int i = 0; i < n; i++)
			start_thread(fn);
		if (write(ready[1], "x", 1) != 1)
			_exit(79);
		go = 1;
		leader(NULL);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1) {
		waitpid(pid, NULL, 0);
		_exit(1);
	}
	close(ready[0]);
	return pid;
}

/* The number is somebody's all the time. */
static int kill_finds_it(int round)
{
	pid_t pid = start(round, "pauses", execs, 1, waits);
	int status;

	for (int i = 0; i < 200; i++)
		if (kill(pid, 0) || syscall(SYS_tgkill, pid, pid, 0))
			return 0;
	kill(pid, SIGTERM);
	return waitpid(pid, &status, 0) == pid && status == SIGTERM;
}

static int fatal_signal(int round)
{
	pid_t pid = start(round, "pauses", execs, 1, waits);
	int status;

	dawdle(round * 3);
	return kill(pid, SIGTERM) == 0 && waitpid(pid, &status, 0) == pid && status == SIGTERM;
}

/* Ended by SIGKILL at any moment, also between two numbers. */
static int killed(int round)
{
	pid_t pid = start(round, "pauses", execs, 2, execs);
	int status;

	dawdle(round * 3);
	return kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && status == SIGKILL;
}

/* Several threads exec at once: one does it, the others end. */
static int many_execs(int round)
{
	pid_t pid = start(round, "exits", execs, 3, execs);
	int status;

	return waitpid(pid, &status, 0) == pid && status == 42 << 8;
}

static int exit_group_against_it(int round)
{
	pid_t pid = start(round, "exits", execs, 1, exits);
	int status;

	return waitpid(pid, &status, 0) == pid && (status == 42 << 8 || status == 31 << 8);
}

/* Linux 6.1 forgets a stop in the middle of exec now and then: there it is sent again. */
static int stops(pid_t pid)
{
	int once = on_conduit(), status, got = 0;

	for (int i = 0; i < 60000 && !got; i++) {
		if (i % (once ? 60000 : 500) == 0 && kill(pid, SIGSTOP))
			return 0;
		got = waitpid(pid, &status, WUNTRACED | WNOHANG);
		if (!got)
			pause_ms(1);
	}
	return got == pid && status == (SIGSTOP << 8 | 0x7f);
}

static int stopped(int round)
{
	pid_t pid = start(round, "pauses", execs, 1, waits);
	int status;

	dawdle(round * 3);
	if (!stops(pid))
		return 0;
	if (kill(pid, SIGCONT) || waitpid(pid, &status, WCONTINUED) != pid || status != 0xffff)
		return 0;
	return kill(pid, SIGTERM) == 0 && waitpid(pid, &status, 0) == pid && status == SIGTERM;
}

/* Signals queued to the process meanwhile are all there afterwards, in order. */
static int queued(int round)
{
	union sigval value;
	int status, sent = 0;
	pid_t pid;

	raw_mask(BIT(RT));
	pid = start(round, "counts", execs, 1, waits);
	raw_mask(0);
	for (int i = 0; i < QUEUED; i++) {
		value.sival_int = i;
		sent += sigqueue(pid, RT, value) == 0;
		dawdle(i);
	}
	return sent == QUEUED && waitpid(pid, &status, 0) == pid && status == 42 << 8;
}

/* The old leader's end is not the process's. */
static int pidfd_is_not_ready(int round)
{
	pid_t pid = start(round, "pauses", execs, 1, waits);
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	int early = 0, ret, status;

	for (int i = 0; i < 200; i++)
		early += poll(&p, 1, 0);
	kill(pid, SIGTERM);
	ret = poll(&p, 1, -1) == 1 && waitpid(pid, &status, WNOHANG) == pid && status == SIGTERM;
	close(p.fd);
	return ret && !early;
}

static const struct race {
	const char *promise;
	int (*try)(int round);
} races[] = {
	{ "SIG-008: kill() and tgkill() find the process during exec", kill_finds_it },
	{ "SIG-077: a fatal signal against exec", fatal_signal },
	{ "SIG-077: SIGKILL against exec", killed },
	{ "EXIT-014: several threads exec, one does", many_execs },
	{ "EXIT-014: exit_group against exec", exit_group_against_it },
	{ "SIG-077: a stop against exec", stopped },
	{ "SIG-064: signals queued during exec", queued },
	{ "EXIT-014: a pidfd is not ready during exec", pidfd_is_not_ready },
};

/* The program that is executed. */
static int run(const char *what)
{
	struct timespec ts = { 20, 0 };
	uint64_t set = BIT(RT);
	siginfo_t info;

	if (!strcmp(what, "pauses"))
		for (;;)
			pause();
	if (!strcmp(what, "counts"))
		for (int i = 0; i < QUEUED; i++)
			if (syscall(SYS_rt_sigtimedwait, &set, &info, &ts, 8) != RT ||
			    info.si_value.sival_int != i)
				return 1;
	return 42;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return run(argv[1]);
	for (unsigned int r = 0; r < sizeof(races) / sizeof(races[0]); r++) {
		int good = 0;

		alarm(60);
		for (int round = 0; round < ROUNDS; round++)
			good += races[r].try(round);
		alarm(0);
		ok(good == ROUNDS, "%s: %d of %d", races[r].promise, good, ROUNDS);
	}
	return ktap_done();
}
