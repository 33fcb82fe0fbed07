// SPDX-License-Identifier: GPL-2.0-only
/*
 * sigsuspend, pause, sigtimedwait, ppoll: waiting for signals.
 * Spec: SIG-049 SIG-050 SIG-051 SIG-052 SIG-079
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static volatile int runs;

static void count(int sig)
{
	(void)sig;
	runs++;
}

static void handle(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = count, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
}

static uint64_t mask_now(void)
{
	uint64_t mask;

	syscall(SYS_rt_sigprocmask, 0, NULL, &mask, 8);
	return mask;
}

static long timedwait(uint64_t set, siginfo_t *info, long sec, long nsec)
{
	struct timespec ts = { sec, nsec };

	return syscall(SYS_rt_sigtimedwait, &set, info, &ts, 8);
}

static void test_suspend(void)
{
	uint64_t none = 0;

	handle(SIGUSR1, SA_RESTART);
	raw_mask(BIT(SIGUSR1));
	runs = 0;
	kill(getpid(), SIGUSR1);
	ok(failed_with(syscall(SYS_rt_sigsuspend, &none, 8), EINTR) && runs == 1,
	   "SIG-049: sigsuspend takes what was pending, SA_RESTART or not");
	ok(mask_now() == BIT(SIGUSR1), "SIG-049: the mask is restored");
	raw_mask(0);
}

/* Does nothing until it handled SIGUSR1, whatever else comes. */
static void pauses(void)
{
	handle(SIGUSR1, SA_RESTART);
	pause();
	_exit(runs == 1 ? 3 : 4);
}

static void suspends(void)
{
	uint64_t none = 0;

	handle(SIGUSR1, 0);
	syscall(SYS_rt_sigsuspend, &none, 8);
	_exit(runs == 1 ? 3 : 4);
}

static void waits_for_usr1(void)
{
	uint64_t set = BIT(SIGUSR1);
	long ret;

	handle(SIGUSR2, SA_RESTART);
	raw_mask(BIT(SIGUSR1));
	ret = syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8);
	_exit(ret == SIGUSR1 ? 3 : ret == -1 && errno == EINTR ? 5 : 4);
}

/* Starts fn, lets it fall asleep, stops and continues it, and sends sig; its status. */
static int disturbed(void (*fn)(void), int with_stop, int sig)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		runs = 0;
		fn();
	}
	reaches_state(pid, 'S');
	kill(pid, SIGWINCH);
	if (with_stop) {
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
		waitpid(pid, &status, WCONTINUED);
		/* It either ends or falls asleep again. */
		for (int i = 0; i < 10000 && thread_state(pid, 0) != 'S'; i++) {
			if (thread_state(pid, 0) == 'Z')
				break;
			pause_ms(1);
		}
	}
	if (sig)
		kill(pid, sig);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void fatal_while_waiting(void)
{
	/* Unblocked and fatal by default: the process dies. */
	uint64_t set = BIT(SIGUSR1);
	struct timespec ts = { 10, 0 };

	syscall(SYS_rt_sigtimedwait, &set, NULL, &ts, 8);
	_exit(0);
}

static void test_timedwait(void)
{
	siginfo_t info;
	pid_t pid;
	int status;

	raw_mask(BIT(SIGUSR1) | BIT(SIGUSR2));
	kill(getpid(), SIGUSR2);
	ok(failed_with(timedwait(BIT(SIGUSR1), &info, 0, 0), EAGAIN), "SIG-050: zero polls");
	ok(failed_with(timedwait(BIT(SIGUSR1), &info, 0, 20000000), EAGAIN), "SIG-050: time-out");
	ok(failed_with(timedwait(BIT(SIGUSR1), &info, 0, 1000000000), EINVAL) &&
		   failed_with(timedwait(BIT(SIGUSR1), &info, 0, -1), EINVAL) &&
		   failed_with(timedwait(BIT(SIGUSR1), &info, -1, 0), EINVAL),
	   "SIG-050: bad times");
	kill(getpid(), SIGUSR1);
	ok(timedwait(BIT(SIGUSR1), &info, 1, 0) == SIGUSR1 && info.si_signo == SIGUSR1 &&
		   info.si_pid == getpid() && raw_pending() == BIT(SIGUSR2),
	   "SIG-050: takes one of the set, leaves the others");
	ok(timedwait(BIT(SIGUSR2) | BIT(SIGKILL) | BIT(SIGSTOP), NULL, 1, 0) == SIGUSR2,
	   "SIG-051: no info wanted; KILL and STOP in the set do not matter");
	raw_mask(0);

	ok(disturbed(waits_for_usr1, 0, SIGUSR2) == 5, "SIG-051: EINTR after another handler");
	ok(disturbed(waits_for_usr1, 1, SIGUSR1) == 5, "SIG-051: EINTR after stop and continue");
	ok(disturbed(waits_for_usr1, 0, SIGUSR1) == 3, "SIG-051: waits for ever without a time");
	ok(disturbed(pauses, 1, SIGUSR1) == 3, "SIG-049: pause outlasts stop and ignored signals");
	ok(disturbed(suspends, 1, SIGUSR1) == 3, "SIG-049: so does sigsuspend");

	/* Unblocked: with a handler, ignored, fatal. */
	handle(SIGUSR1, 0);
	runs = 0;
	pid = fork();
	if (!pid) {
		reaches_state(getppid(), 'S');
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	ok(timedwait(BIT(SIGUSR1), &info, 10, 0) == SIGUSR1 && runs == 0,
	   "SIG-052: the wait takes it, not the handler");
	waitpid(pid, NULL, 0);
	signal(SIGUSR1, SIG_IGN);
	pid = fork();
	if (!pid) {
		reaches_state(getppid(), 'S');
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	ok(failed_with(timedwait(BIT(SIGUSR1), &info, 0, 300000000), EAGAIN),
	   "SIG-052: an ignored one is not seen");
	waitpid(pid, NULL, 0);
	signal(SIGUSR1, SIG_DFL);
	pid = fork();
	if (!pid)
		fatal_while_waiting();
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	ok(status == SIGUSR1, "SIG-052: a fatal one ends the process");
}

static void test_atomic_mask(void)
{
	uint64_t none = 0;
	struct {
		uint64_t *set;
		size_t size;
	} pselect_arg = { &none, 8 };
	int ep = epoll_create1(0);
	struct epoll_event ev;

	handle(SIGUSR1, SA_RESTART);
	raw_mask(BIT(SIGUSR1));
	runs = 0;
	kill(getpid(), SIGUSR1);
	ok(failed_with(syscall(SYS_ppoll, NULL, 0, NULL, &none, 8), EINTR) && runs == 1 &&
		   mask_now() == BIT(SIGUSR1),
	   "SIG-079: ppoll");
	kill(getpid(), SIGUSR1);
	ok(failed_with(syscall(SYS_pselect6, 0, NULL, NULL, NULL, NULL, &pselect_arg), EINTR) &&
		   runs == 2 && mask_now() == BIT(SIGUSR1),
	   "SIG-079: pselect6");
	kill(getpid(), SIGUSR1);
	ok(failed_with(syscall(SYS_epoll_pwait, ep, &ev, 1, -1, &none, 8), EINTR) && runs == 3 &&
		   mask_now() == BIT(SIGUSR1),
	   "SIG-079: epoll_pwait");
	close(ep);
	raw_mask(0);
}

int main(void)
{
	test_suspend();
	test_timedwait();
	test_atomic_mask();
	return ktap_done();
}
