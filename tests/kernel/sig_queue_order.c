// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pending signals are kept, and in which order they are taken.
 * Spec: SIG-019 SIG-021 SIG-022 SIG-023 SIG-024 SIG-025 SIG-026 SIG-027 SIG-028 SIG-056 SIG-057
 *       SIG-082
 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static int order[64], values[64];
static volatile int n;

static void record(int sig, siginfo_t *info, void *uc)
{
	(void)uc;
	order[n] = sig;
	values[n] = info->si_value.sival_int;
	n++;
}

static void handle(int sig, int full_mask)
{
	struct sigaction sa = { .sa_sigaction = record, .sa_flags = SA_SIGINFO };

	if (full_mask)
		sigfillset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static int queue(int sig, int value)
{
	union sigval v = { .sival_int = value };

	return sigqueue(getpid(), sig, v);
}

static int take(uint64_t set, siginfo_t *info)
{
	struct timespec now = { 0, 0 };

	return (int)syscall(SYS_rt_sigtimedwait, &set, info, &now, 8);
}

static int is_order(const int *want, int count)
{
	return n == count && !memcmp(order, want, sizeof(int) * (size_t)count);
}

static void test_kept(void)
{
	handle(SIGUSR1, 1);
	handle(40, 1);
	n = 0;
	raw_mask(BIT(SIGUSR1) | BIT(40));
	kill(getpid(), SIGUSR1);
	raw_mask(0);
	ok(n == 1, "SIG-019: delivered before sigprocmask() returns");
	kill(getpid(), SIGUSR1);
	ok(n == 2, "SIG-019: delivered before kill() returns");

	n = 0;
	raw_mask(BIT(SIGUSR1));
	queue(SIGUSR1, 111);
	queue(SIGUSR1, 222);
	raw_mask(0);
	ok(n == 1 && values[0] == 111, "SIG-021: one instance, the first one's siginfo");
	n = 0;
	raw_mask(BIT(SIGUSR1));
	kill(getpid(), SIGUSR1);
	syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
	raw_mask(0);
	ok(n == 2, "SIG-021: private and shared queues count apart");

	n = 0;
	raw_mask(BIT(40));
	for (int i = 0; i < 5; i++)
		queue(40, 100 + i);
	raw_mask(0);
	ok(n == 5 && values[0] == 100 && values[1] == 101 && values[2] == 102 && values[3] == 103 &&
		   values[4] == 104,
	   "SIG-022: real-time signals queue in order");
	n = 0;
	raw_mask(BIT(40));
	kill(getpid(), 40);
	kill(getpid(), 40);
	raw_mask(0);
	ok(n == 2, "SIG-022: kill() queues them, too");
}

static void test_order(void)
{
	static const int up[] = { 10, 12, 15, 39, 40, 41 }, down[] = { 41, 40, 39, 15, 12, 10 };
	static const int shuffled[] = { 40, 12, 41, 10, 39, 15 };

	for (int full = 1; full >= 0; full--) {
		n = 0;
		raw_mask(~0ul);
		for (int i = 0; i < 6; i++)
			handle(up[i], full);
		for (int i = 0; i < 6; i++)
			kill(getpid(), shuffled[i]);
		raw_mask(0);
		if (full)
			ok(is_order(up, 6), "SIG-023: the lowest number is taken first");
		else
			ok(is_order(down, 6),
			   "SIG-024: all frames are stacked: highest runs first");
	}

	raw_mask(~0ul);
	syscall(SYS_tgkill, getpid(), getpid(), 40);
	kill(getpid(), SIGUSR1);
	ok(take(BIT(40) | BIT(SIGUSR1), NULL) == 40 &&
		   take(BIT(40) | BIT(SIGUSR1), NULL) == SIGUSR1,
	   "SIG-025: private before shared");
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGSEGV);
	ok(take(BIT(SIGHUP) | BIT(SIGSEGV), NULL) == SIGSEGV &&
		   take(BIT(SIGHUP) | BIT(SIGSEGV), NULL) == SIGHUP,
	   "SIG-026: synchronous signals first");
	raw_mask(0);
}

static void test_ignored(void)
{
	raw_mask(BIT(SIGUSR2) | BIT(40) | BIT(SIGCHLD));
	signal(SIGUSR2, SIG_IGN);
	kill(getpid(), SIGUSR2);
	ok(raw_pending() == BIT(SIGUSR2), "SIG-027: ignored and blocked stays pending");
	n = 0;
	handle(SIGUSR2, 0);
	raw_mask(BIT(40) | BIT(SIGCHLD));
	ok(n == 1, "SIG-027: a handler set in time gets it");
	raw_mask(BIT(SIGUSR2) | BIT(40) | BIT(SIGCHLD));
	signal(SIGUSR2, SIG_DFL);
	kill(getpid(), SIGUSR2);
	queue(40, 1);
	queue(40, 2);
	syscall(SYS_tgkill, getpid(), getpid(), 40);
	signal(SIGUSR2, SIG_IGN);
	signal(40, SIG_IGN);
	ok(raw_pending() == 0, "SIG-028: SIG_IGN discards what is pending");
	kill(getpid(), SIGCHLD);
	ok(raw_pending() == BIT(SIGCHLD), "SIGCHLD is pending while blocked");
	signal(SIGCHLD, SIG_DFL);
	ok(raw_pending() == 0, "SIG-028: so does SIG_DFL of an ignored one");
	signal(SIGUSR2, SIG_DFL);
	signal(40, SIG_DFL);
	raw_mask(0);
}

static void limits_of_uid(void)
{
	struct rlimit lim = { 3, 3 };
	siginfo_t info;

	raw_mask(~0ul);
	if (setresuid(4321, 4321, 4321))
		_exit(1);
	setrlimit(RLIMIT_SIGPENDING, &lim);
	if (queue(40, 1) || queue(40, 2) || queue(40, 3))
		_exit(2);
	if (!failed_with(queue(40, 4), EAGAIN))
		_exit(3);
	/* kill() does not fail: the instance is lost, the number is marked. */
	if (kill(getpid(), 41) || kill(getpid(), 41))
		_exit(4);
	if (take(BIT(41), &info) != 41 || info.si_code != SI_USER || info.si_pid || info.si_uid)
		_exit(5);
	if (take(BIT(41), &info) != -1)
		_exit(6);
	/* A standard signal of kill() keeps its siginfo, of sigqueue() not. */
	if (kill(getpid(), SIGUSR1) || take(BIT(SIGUSR1), &info) != SIGUSR1 ||
	    info.si_pid != getpid() || info.si_uid != 4321)
		_exit(7);
	if (queue(SIGUSR2, 9) || take(BIT(SIGUSR2), &info) != SIGUSR2 || info.si_code != SI_USER ||
	    info.si_pid || info.si_value.sival_int)
		_exit(8);
	_exit(0);
}

static void limit_zero(void)
{
	struct rlimit lim = { 0, 0 };

	raw_mask(~0ul);
	setrlimit(RLIMIT_SIGPENDING, &lim);
	_exit(!failed_with(queue(40, 1), EAGAIN));
}

static void test_chld_coalesce(void)
{
	pid_t pids[5];
	siginfo_t info;
	int reaped = 0;

	raw_mask(BIT(SIGCHLD));
	for (int i = 0; i < 5; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(0);
	}
	/* Who can be waited for has told us, who is shown as a zombie perhaps not yet. */
	for (int i = 0; i < 5; i++)
		waitid(P_PID, (id_t)pids[i], &info, WEXITED | WNOWAIT);
	ok(take(BIT(SIGCHLD), NULL) == SIGCHLD && take(BIT(SIGCHLD), NULL) == -1,
	   "SIG-082: five deaths, one SIGCHLD");
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	ok(reaped == 5, "SIG-082: five zombies");
	raw_mask(0);
}

int main(void)
{
	int status;

	test_kept();
	test_order();
	test_ignored();
	if (getuid() == 0) {
		status = child_status(limits_of_uid);
		ok(status == 0, "SIG-056 SIG-057: the limit of queued signals (step %d)",
		   status >> 8);
		ok(child_status(limit_zero) == 0, "SIG-056: counts for root, too");
	}
	test_chld_coalesce();
	return ktap_done();
}
