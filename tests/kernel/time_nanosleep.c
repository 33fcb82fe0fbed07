// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping: never too short, finer than a tick, what is left after a signal, absolute times, and a
 * sleep that goes on after stop and continue.
 */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define MS 1000000ll

static long long clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static struct timespec to_timespec(long long ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	return ts;
}

static void nothing(int sig)
{
	(void)sig;
}

static void test_length(void)
{
	static const long long lengths[] = { 0, 1, 1000, 100000, 1 * MS, 5 * MS, 50 * MS };

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct timespec ts = to_timespec(lengths[i]);
		long long best = 1ll << 60, start, took;
		long long end = clock_ns(CLOCK_MONOTONIC) + 10000 * MS;

		/* The best of many: others may have the CPU at the wrong moment. */
		for (int n = 0; n < 10 || (best >= lengths[i] + 2 * MS && start < end); n++) {
			start = clock_ns(CLOCK_MONOTONIC);

			syscall(SYS_nanosleep, &ts, NULL);
			took = clock_ns(CLOCK_MONOTONIC) - start;
			if (took < lengths[i])
				best = -1;
			if (took < best)
				best = took;
		}
		ok(best >= lengths[i] && best < lengths[i] + 2 * MS,
		   "a sleep of %lld ns is not shorter and less than 2 ms longer", lengths[i]);
	}
}

static void test_errors(void)
{
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 }, good = { 0, 1 };

	ok(failed_with(syscall(SYS_nanosleep, &bad, NULL), EINVAL) &&
		   failed_with(syscall(SYS_nanosleep, &negative, NULL), EINVAL) &&
		   failed_with(syscall(SYS_nanosleep, NULL, NULL), EFAULT),
	   "nanosleep: EINVAL, EFAULT");
	ok(failed_with(syscall(SYS_clock_nanosleep, 77, 0, &good, NULL), EINVAL) &&
		   failed_with(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &good, NULL),
			       EOPNOTSUPP),
	   "clock_nanosleep: EINVAL, EOPNOTSUPP");
}

static void test_absolute(void)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
					    CLOCK_TAI };

	for (int i = 0; i < 4; i++) {
		long long until = clock_ns(clocks[i]) + 20 * MS;
		struct timespec ts = to_timespec(until), past = to_timespec(until - 25 * MS);

		ok(syscall(SYS_clock_nanosleep, clocks[i], TIMER_ABSTIME, &ts, NULL) == 0 &&
			   clock_ns(clocks[i]) >= until,
		   "absolute sleep on clock %d", clocks[i]);
		ok(syscall(SYS_clock_nanosleep, clocks[i], TIMER_ABSTIME, &past, NULL) == 0,
		   "a past moment does not sleep");
	}
}

/* A child sends the signal when we sleep. */
static pid_t signal_soon(int sig)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		reaches_state(parent, 'S');
		kill(parent, sig);
		_exit(0);
	}
	return pid;
}

static void test_interrupted(void)
{
	struct sigaction sa = { .sa_handler = nothing };
	struct timespec ts = { 1000, 0 }, left = { 0, 0 }, untouched = { 77, 77 };
	pid_t pid;

	sigaction(SIGUSR1, &sa, NULL);
	pid = signal_soon(SIGUSR1);
	ok(failed_with(syscall(SYS_nanosleep, &ts, &left), EINTR) && left.tv_sec < 1000 &&
		   left.tv_sec > 900,
	   "a handler ends the sleep with EINTR and what is left");
	waitpid(pid, NULL, 0);

	/* SA_RESTART makes no difference. */
	sa.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &sa, NULL);
	pid = signal_soon(SIGUSR1);
	ok(failed_with(syscall(SYS_nanosleep, &ts, &left), EINTR), "with SA_RESTART, too");
	waitpid(pid, NULL, 0);

	ts = to_timespec(clock_ns(CLOCK_MONOTONIC) + 1000000 * MS);
	pid = signal_soon(SIGUSR1);
	ok(failed_with(
		   syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, &untouched),
		   EINTR) &&
		   untouched.tv_sec == 77,
	   "an absolute sleep reports no rest");
	waitpid(pid, NULL, 0);
}

/* The exit status of a task that was stopped in its sleep and continued; 3: it woke late. */
static int stop_and_continue(void)
{
	struct timespec total = { 0, 300000000 }, pause_time = { 0, 50000000 };
	long long start, took;
	int status;
	pid_t pid = fork();

	if (!pid) {
		start = clock_ns(CLOCK_MONOTONIC);
		if (syscall(SYS_nanosleep, &total, NULL))
			_exit(1);
		took = clock_ns(CLOCK_MONOTONIC) - start;
		_exit(took < 300 * MS ? 2 : took < 1000 * MS ? 0 : 3);
	}
	nanosleep(&pause_time, NULL);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	nanosleep(&pause_time, NULL);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* It wakes at the time it would have: the best of several, since a busy host wakes all late. */
static void test_stop_and_continue(void)
{
	int result = 3;

	for (int i = 0; i < 10 && result == 3; i++)
		result = stop_and_continue();
	ok(result == 0, "stop and continue neither end nor prolong a sleep");
}

int main(void)
{
	test_length();
	test_errors();
	test_absolute();
	test_interrupted();
	test_stop_and_continue();
	return ktap_done();
}
