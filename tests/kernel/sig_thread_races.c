// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals to a process whose threads change under the sender's hands: masks that go up and down,
 * threads that come and go, several that take signals at once, a limit that several senders reach,
 * dispositions and timers that change. Real-time signals are counted: each must come exactly once.
 * Spec: SIG-017 SIG-022 SIG-028 SIG-056 SIG-069 SIG-075 SIG-077
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define ROUNDS 12
#define RT     40
#define SENT   40

static volatile int taken; /* atomic */
static volatile int quit;

static void take(int sig)
{
	(void)sig;
	__atomic_add_fetch(&taken, 1, __ATOMIC_SEQ_CST);
}

static pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, arg))
		_exit(80);
	return thread;
}

/* A child that queues RT to the process of its parent SENT times. */
static pid_t sender(int round)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		for (int i = 0; i < SENT; i++) {
			if (sigqueue(parent, RT, (union sigval){ .sival_int = i }))
				_exit(1);
			dawdle(round + i);
		}
		_exit(0);
	}
	return pid;
}

static int sender_was_right(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* All that was sent has been taken, once. A deadline, since the others do the taking. */
static int all_taken(int n)
{
	for (int i = 0; i < 10000 && taken < n; i++)
		pause_ms(1);
	return taken == n;
}

/* ---- who takes it ---- */

static void *toggles(void *arg)
{
	int round = (int)(long)arg;

	while (!quit) {
		raw_mask(BIT(RT));
		dawdle(round);
		raw_mask(0);
	}
	return NULL;
}

/* Threads that block and unblock: a signal given to one that blocks again goes to another. */
static int masks_change(int round)
{
	pthread_t threads[2];
	pid_t pid;
	int ret;

	taken = quit = 0;
	raw_mask(BIT(RT)); /* the main thread never takes it */
	for (int i = 0; i < 2; i++)
		threads[i] = start(toggles, (void *)(long)(round + i * 3));
	pid = sender(round);
	ret = sender_was_right(pid) && all_taken(SENT);
	quit = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	raw_mask(0);
	return ret;
}

static void *short_life(void *arg)
{
	raw_mask(0);
	dawdle((int)(long)arg);
	return NULL;
}

static void *breeds(void *arg)
{
	int round = (int)(long)arg;

	while (!quit)
		pthread_join(start(short_life, (void *)(long)round++), NULL);
	return NULL;
}

/* Threads that end: what they were to take is taken by the next. */
static int threads_end(int round)
{
	pthread_t thread;
	pid_t pid;
	int ret;

	taken = quit = 0;
	raw_mask(BIT(RT));
	thread = start(breeds, (void *)(long)round);
	pid = sender(round);
	ret = sender_was_right(pid) && all_taken(SENT);
	quit = 1;
	pthread_join(thread, NULL);
	raw_mask(0);
	return ret;
}

static void *waits_for_it(void *arg)
{
	struct timespec ts = { 0, 2000000 };
	uint64_t set = BIT(RT);
	siginfo_t info;

	while (!quit)
		if (syscall(SYS_rt_sigtimedwait, &set, &info, &ts, 8) == RT)
			take(RT);
	return arg;
}

static void *reads_it(void *arg)
{
	struct signalfd_siginfo info[2];
	uint64_t set = BIT(RT);
	int fd = (int)syscall(SYS_signalfd4, -1, &set, 8, SFD_CLOEXEC | SFD_NONBLOCK);

	while (!quit) {
		ssize_t n = read(fd, info, sizeof(info));

		for (; n > 0; n -= (ssize_t)sizeof(info[0]))
			take(RT);
		sched_yield();
	}
	close(fd);
	return arg;
}

/* Two in sigtimedwait(), one at a signalfd: each signal to one of them. */
static int takers_compete(int round)
{
	pthread_t threads[3];
	int ret;

	taken = quit = 0;
	raw_mask(BIT(RT));
	threads[0] = start(waits_for_it, NULL);
	threads[1] = start(waits_for_it, NULL);
	threads[2] = start(reads_it, NULL);
	ret = sender_was_right(sender(round)) && all_taken(SENT);
	quit = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	raw_mask(0);
	return ret && taken == SENT;
}

/* ---- the limit ---- */

static void *queues_until_full(void *arg)
{
	long n = 0;

	(void)arg;
	while (sigqueue(getpid(), RT, (union sigval){ .sival_int = 0 }) == 0 && n < 1000)
		n++;
	return (void *)(errno == EAGAIN ? n : -1000L);
}

static void under_limit(void)
{
	struct rlimit limit = { 20, 20 };
	struct timespec now = { 0, 0 };
	uint64_t set = BIT(RT);
	int got = 0;
	long sent;
	void *other;

	/* Of a user who has nothing queued. */
	if (setresuid(4243, 4243, 4243) || setrlimit(RLIMIT_SIGPENDING, &limit))
		_exit(1);
	raw_mask(BIT(RT));
	for (int i = 0; i < 5; i++) {
		pthread_t thread = start(queues_until_full, NULL);

		sent = (long)queues_until_full(NULL);
		pthread_join(thread, &other);
		sent += (long)other;
		/* Each that failed had counted itself for a moment, so one may have failed early. */
		if (sent < 19 || sent > 20 || queued_signals() != sent)
			_exit(2);
		got = 0;
		while (syscall(SYS_rt_sigtimedwait, &set, NULL, &now, 8) == RT)
			got++;
		if (got != sent || queued_signals() != 0)
			_exit(3);
	}
	_exit(0);
}

static int limit_is_kept(int round)
{
	(void)round;
	return child_status(under_limit) == 0;
}

/* ---- things that end or change ---- */

static volatile pid_t dying_tid;

static void *says_its_number(void *arg)
{
	dying_tid = (pid_t)syscall(SYS_gettid);
	dawdle((int)(long)arg);
	return NULL;
}

/* tgkill() to a thread that ends: it comes in time, or there is nobody; never anybody else. */
static int thread_dies(int round)
{
	long before = queued_signals();
	int ret = 1;

	for (int i = 0; i < 5; i++) {
		pthread_t thread;
		long sent;

		dying_tid = 0;
		thread = start(says_its_number, (void *)(long)(round + i));
		while (!dying_tid)
			sched_yield();
		do {
			/* Kept once: a queue of real-time ones would never let it come to its end. */
			sent = syscall(SYS_tgkill, getpid(), dying_tid, SIGUSR1);
			ret &= !sent || errno == ESRCH;
			sched_yield();
		} while (!sent);
		pthread_join(thread, NULL);
	}
	/* The last one's queue goes just after its number. */
	for (int i = 0; i < 10000 && queued_signals() != before; i++)
		pause_ms(1);
	return ret && queued_signals() == before;
}

/* A process whose threads come and go stops as a whole, goes on, and dies, whenever it is told. */
static void breeds_for_ever(void)
{
	start(breeds, (void *)1L);
	start(breeds, (void *)5L);
}

static int stops_with_threads(int round)
{
	pid_t pid = start_child(breeds_for_ever);
	int status, ret = pid > 0;

	for (int i = 0; i < 4 && ret; i++) {
		dawdle(round + i);
		kill(pid, SIGSTOP);
		ret &= waitpid(pid, &status, WUNTRACED) == pid && status == (SIGSTOP << 8 | 0x7f);
		kill(pid, SIGCONT);
		ret &= waitpid(pid, &status, WCONTINUED) == pid && status == 0xffff;
	}
	kill(pid, SIGTERM);
	return waitpid(pid, &status, 0) == pid && status == SIGTERM && ret;
}

static void breeds_and_exits(void)
{
	pid_t me = getpid();

	breeds_for_ever();
	dawdle(me);
	syscall(SYS_exit_group, 19);
}

/* exit_group against the birth of threads: none is left behind, the status is the call's. */
static int exits_with_threads(int round)
{
	(void)round;
	return child_status(breeds_and_exits) == 19 << 8;
}

static void *changes_disposition(void *arg)
{
	while (!quit) {
		signal(RT, SIG_IGN);
		dawdle((int)(long)arg);
		signal(RT, take);
	}
	return NULL;
}

/* Ignored, then not: each signal is taken or forgotten, and no entry is lost. */
static int disposition_changes(int round)
{
	long before = queued_signals();
	pthread_t thread;
	int ret;

	taken = quit = 0;
	thread = start(changes_disposition, (void *)(long)round);
	ret = sender_was_right(sender(round));
	quit = 1;
	pthread_join(thread, NULL);
	signal(RT, take);
	return ret && taken <= SENT && queued_signals() == before && raw_pending() == 0;
}

/* A timer that expires all the time is deleted: its entry goes with it, or with its signal. */
static int timer_is_deleted(int round)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RT };
	struct itimerspec often = { { 0, 50000 }, { 0, 1000 } };
	struct timespec now = { 0, 0 };
	long before = queued_signals();
	uint64_t set = BIT(RT);
	pthread_t thread;
	timer_t timer;
	int ret = 1;

	taken = quit = 0;
	raw_mask(BIT(RT));
	thread = start(waits_for_it, NULL);
	for (int i = 0; i < 5; i++) {
		ret &= !syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) &&
		       !syscall(SYS_timer_settime, timer, 0, &often, NULL);
		dawdle(round * 3 + i);
		ret &= !syscall(SYS_timer_delete, timer);
	}
	quit = 1;
	pthread_join(thread, NULL);
	while (syscall(SYS_rt_sigtimedwait, &set, NULL, &now, 8) == RT)
		;
	raw_mask(0);
	return ret && queued_signals() == before;
}

static const struct race {
	const char *promise;
	int (*try)(int round);
} races[] = {
	{ "SIG-075: masks change, no signal is lost", masks_change },
	{ "SIG-075: threads end, no signal is lost", threads_end },
	{ "SIG-022: several take, each signal once", takers_compete },
	{ "SIG-056: two senders at the limit", limit_is_kept },
	{ "SIG-017: tgkill() to a dying thread", thread_dies },
	{ "SIG-077: stop and continue while threads come and go", stops_with_threads },
	{ "SIG-077: exit_group while threads come and go", exits_with_threads },
	{ "SIG-028: the disposition changes, SigQ is right", disposition_changes },
	{ "SIG-069: a timer is deleted as it expires, SigQ is right", timer_is_deleted },
};

int main(void)
{
	struct sigaction sa = { .sa_handler = take, .sa_flags = SA_RESTART };

	if (geteuid())
		return ktap_skip_all("needs root");
	sigaction(RT, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	for (unsigned int r = 0; r < sizeof(races) / sizeof(races[0]); r++) {
		int good = 0;

		alarm(100); /* a lost wake-up ends the program instead of hanging it */
		for (int round = 0; round < ROUNDS; round++)
			good += races[r].try(round);
		alarm(0);
		ok(good == ROUNDS, "%s: %d of %d", races[r].promise, good, ROUNDS);
	}
	return ktap_done();
}
