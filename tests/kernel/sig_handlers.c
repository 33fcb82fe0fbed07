// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is blocked while a handler runs, and what the flags of sigaction() change about it.
 * Spec: SIG-029 SIG-030 SIG-031 SIG-063 SIG-064
 */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static uint64_t inside;
static volatile int runs;

static uint64_t mask_now(void)
{
	uint64_t mask;

	syscall(SYS_rt_sigprocmask, 0, NULL, &mask, 8);
	return mask;
}

static void record_mask(int sig)
{
	(void)sig;
	inside = mask_now();
	runs++;
}

static void nest(int sig)
{
	if (++runs < 4)
		raise(sig);
}

/* Nested 64 deep: each handler raises the next signal number it knows of. */
static volatile int depth;

static void nest_deep(int sig)
{
	if (++depth < 64)
		raise(sig);
}

static void test_masks(void)
{
	struct sigaction sa = { .sa_handler = record_mask };

	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &sa, NULL);
	raw_mask(BIT(SIGALRM));
	raise(SIGUSR1);
	ok(inside == (BIT(SIGALRM) | BIT(SIGHUP) | BIT(SIGUSR1)),
	   "SIG-029: old mask, sa_mask and the signal");
	ok(mask_now() == BIT(SIGALRM), "SIG-029: the old mask afterwards");
	raw_mask(0);

	sa.sa_flags = SA_NODEFER;
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	ok(inside == BIT(SIGHUP), "SIG-030: SA_NODEFER does not block the signal");
	sigaddset(&sa.sa_mask, SIGUSR1);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	ok(inside == (BIT(SIGHUP) | BIT(SIGUSR1)), "SIG-030: unless sa_mask has it");
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = nest;
	sigaction(SIGUSR1, &sa, NULL);
	runs = 0;
	raise(SIGUSR1);
	ok(runs == 4, "SIG-030: the handler nests");
	sa.sa_handler = nest_deep;
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	ok(depth == 64, "handlers nest 64 deep");

	sa.sa_handler = record_mask;
	sa.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &sa);
	ok(sa.sa_handler == SIG_DFL && (sa.sa_flags & (int)SA_RESETHAND),
	   "SIG-031: SA_RESETHAND resets the handler, keeps the flags");
	ok(inside == BIT(SIGUSR1), "SIG-031: and implies no SA_NODEFER");
}

static void fork_inherits(void)
{
	struct sigaction sa;

	if (mask_now() != (BIT(SIGUSR2) | BIT(SIGHUP)))
		_exit(1);
	sigaction(SIGTERM, NULL, &sa);
	if (sa.sa_handler != record_mask)
		_exit(2);
	if (raw_pending())
		_exit(3);
	if (alarm(0))
		_exit(4);
	_exit(0);
}

static void test_fork(void)
{
	int status;

	signal(SIGTERM, record_mask);
	raw_mask(BIT(SIGUSR2) | BIT(SIGHUP));
	kill(getpid(), SIGUSR2);
	alarm(100);
	status = child_status(fork_inherits);
	ok(status == 0,
	   "SIG-063: fork passes actions and mask, not pending signals and alarms (%d)",
	   status >> 8);
	ok(alarm(0) > 0, "SIG-063: the parent's alarm goes on");
	signal(SIGUSR2, SIG_IGN);
	raw_mask(0);
}

/* The program that exec_inherits() becomes. */
static int after_exec(void)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} sa;

	syscall(SYS_rt_sigaction, SIGTERM, NULL, &sa, 8);
	if (sa.handler || sa.flags || sa.restorer || sa.mask)
		return 1;
	syscall(SYS_rt_sigaction, SIGINT, NULL, &sa, 8);
	if (sa.handler != (void *)SIG_IGN)
		return 2;
	syscall(SYS_rt_sigaction, SIGCHLD, NULL, &sa, 8);
	if (sa.handler != (void *)SIG_IGN)
		return 3;
	if (mask_now() != (BIT(SIGUSR2) | BIT(40) | BIT(41)))
		return 4;
	/* Without 41: it came from a timer, which is gone. */
	if (raw_pending() != (BIT(SIGUSR2) | BIT(40)))
		return 5;
	uint64_t set = BIT(40);
	siginfo_t info;

	for (int i = 1; i <= 2; i++)
		if (syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 8) != 40 ||
		    info.si_value.sival_int != i)
			return 6;
	return 0;
}

static char *self;

static void exec_inherits(void)
{
	struct sigaction sa = { .sa_handler = record_mask, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 41 };
	struct itimerspec soon = { { 0, 0 }, { 0, 1000 } };
	timer_t timer;

	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	raw_mask(BIT(SIGUSR2) | BIT(40) | BIT(41));
	if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) ||
	    syscall(SYS_timer_settime, timer, 0, &soon, NULL))
		_exit(98);
	while (raw_pending() != BIT(41))
		pause_ms(1);
	signal(SIGUSR2, SIG_DFL);
	kill(getpid(), SIGUSR2);
	sigqueue(getpid(), 40, (union sigval){ .sival_int = 1 });
	sigqueue(getpid(), 40, (union sigval){ .sival_int = 2 });
	execl(self, self, "after-exec", NULL);
	_exit(99);
}

int main(int argc, char **argv)
{
	int status;

	self = "/proc/self/exe";
	if (argc > 1 && !strcmp(argv[1], "after-exec"))
		return after_exec();
	test_masks();
	test_fork();
	status = child_status(exec_inherits);
	ok(status == 0,
	   "SIG-064: exec resets handlers, keeps SIG_IGN, mask and pending signals but timers' "
	   "(%d)",
	   status >> 8);
	return ktap_done();
}
