// SPDX-License-Identifier: GPL-2.0-only
/* Clocks: which exist, how fine they are, that they move on, agree, and can or cannot be set. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

static long long clock_ns(clockid_t clock)
{
	struct timespec ts = { -1, -1 };

	if (syscall(SYS_clock_gettime, clock, &ts))
		return -1;
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static long long distance(long long a, long long b)
{
	return a > b ? a - b : b - a;
}

static void test_reading(void)
{
	static const clockid_t clocks[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11 };
	struct timespec res;

	for (unsigned int i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		long long before = clock_ns(clocks[i]), after = before;
		int backwards = 0;

		for (int n = 0; n < 20000; n++) {
			long long now = clock_ns(clocks[i]);

			backwards |= now < after;
			after = now;
		}
		ok(before >= 0 && after >= before && !backwards, "clock %d never goes back",
		   clocks[i]);
		res.tv_nsec = 0;
		ok(syscall(SYS_clock_getres, clocks[i], &res) == 0 && res.tv_sec == 0 &&
			   res.tv_nsec >= 1 && res.tv_nsec <= 10000000,
		   "clock %d has a resolution", clocks[i]);
	}
	syscall(SYS_clock_getres, CLOCK_MONOTONIC, &res);
	ok(res.tv_nsec == 1, "the monotonic clock counts nanoseconds");
	ok(syscall(SYS_clock_getres, CLOCK_REALTIME, NULL) == 0, "clock_getres without a struct");
	ok(failed_with(syscall(SYS_clock_gettime, 77, &res), EINVAL) &&
		   failed_with(syscall(SYS_clock_getres, 77, &res), EINVAL) &&
		   failed_with(syscall(SYS_clock_gettime, CLOCK_REALTIME, 8), EFAULT),
	   "EINVAL, EFAULT");
}

static void test_agreement(void)
{
	long long before, of_day, coarse, real, after;
	struct timeval tv;
	time_t seconds = 0, t;

	/* Between two readings of the clock, however far a busy host moves these apart. */
	before = clock_ns(CLOCK_REALTIME);
	gettimeofday(&tv, NULL);
	of_day = tv.tv_sec * 1000000000ll + tv.tv_usec * 1000ll;
	t = syscall(SYS_time, &seconds);
	coarse = clock_ns(CLOCK_REALTIME_COARSE);
	real = clock_ns(CLOCK_REALTIME);
	ok(of_day >= before - 1000 && of_day <= real, "gettimeofday is the realtime clock");
	ok(t == seconds && t >= before / 1000000000 - 1 && t <= real / 1000000000, "so is time()");
	ok(coarse >= before - 100000000 && coarse <= real, "the coarse clock is close");
	before = clock_ns(CLOCK_MONOTONIC);
	coarse = clock_ns(CLOCK_MONOTONIC_COARSE);
	after = clock_ns(CLOCK_MONOTONIC);
	ok(coarse >= before - 100000000 && coarse <= after, "the coarse monotonic clock, too");
	before = clock_ns(CLOCK_MONOTONIC_COARSE);
	ok(clock_ns(CLOCK_BOOTTIME) >= before, "boot time counts all");
	ok(real > 946684800ll * 1000000000, "it is later than 2000-01-01");
}

static void burn(long long ns)
{
	long long end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static void test_cpu_clocks(void)
{
	long long process = clock_ns(CLOCK_PROCESS_CPUTIME_ID), slept;
	struct timespec ts = { 0, 50000000 };
	clockid_t clock;
	pid_t pid;

	burn(20000000);
	ok(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - process >= 20000000, "CPU clocks count work");
	/* The best of several: a busy host may take the CPU away on the way to sleep. */
	slept = ts.tv_nsec;
	for (int i = 0; i < 10 && slept >= ts.tv_nsec / 2; i++) {
		process = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		nanosleep(&ts, NULL);
		slept = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - process;
	}
	ok(slept < ts.tv_nsec / 2, "but not sleep");
	ok(clock_getcpuclockid(0, &clock) == 0 && clock_ns(clock) >= process,
	   "the process's own clock by number");
	pid = fork();
	if (!pid) {
		for (;;)
			pause();
	}
	clock = (clockid_t)(~(unsigned int)pid << 3 | 2);
	ok(clock_ns(clock) >= 0, "another process's clock");
	kill(pid, 9);
	waitpid(pid, NULL, 0);
	ok(failed_with(clock_ns(clock), EINVAL), "not when it is gone");
}

static void test_setting(void)
{
	struct timespec ts, later;
	struct timex tx = { 0 };
	long long monotonic, set;

	clock_gettime(CLOCK_REALTIME, &ts);
	monotonic = clock_ns(CLOCK_MONOTONIC);
	later = ts;
	later.tv_sec += 1000;
	set = later.tv_sec * 1000000000ll + later.tv_nsec;
	ok(clock_settime(CLOCK_REALTIME, &later) == 0 &&
		   distance(clock_ns(CLOCK_REALTIME), set) < 500 * 1000000000ll,
	   "clock_settime sets the realtime clock");
	ok(distance(clock_ns(CLOCK_MONOTONIC), monotonic) < 500 * 1000000000ll,
	   "and not the monotonic one");
	clock_settime(CLOCK_REALTIME, &ts);
	ok(failed_with(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &ts), EINVAL) &&
		   failed_with(syscall(SYS_clock_settime, 77, &ts), EINVAL),
	   "no other clock can be set");
	ts.tv_nsec = 1000000000;
	ok(failed_with(syscall(SYS_clock_settime, CLOCK_REALTIME, &ts), EINVAL),
	   "nor to a wrong number of nanoseconds");
	ok(syscall(SYS_adjtimex, &tx) >= 0 && tx.tick >= 9000 && tx.tick <= 11000,
	   "adjtimex can be read");
	tx.modes = 0;
	ok(syscall(SYS_clock_adjtime, CLOCK_REALTIME, &tx) >= 0 && tx.tick >= 9000 &&
		   failed_with(syscall(SYS_clock_adjtime, CLOCK_MONOTONIC, &tx), EOPNOTSUPP) &&
		   failed_with(syscall(SYS_clock_adjtime, 77, &tx), EINVAL) &&
		   failed_with(syscall(SYS_clock_adjtime, 77, NULL), EFAULT),
	   "clock_adjtime is the same, for one clock");
}

static void test_permission(void)
{
	struct timespec ts;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_REALTIME, &ts);
	pid = fork();
	if (!pid) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		_exit(!(failed_with(clock_settime(CLOCK_REALTIME, &ts), EPERM) &&
			failed_with(syscall(SYS_settimeofday, NULL, NULL), EPERM)));
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "setting needs privilege");
}

int main(void)
{
	test_reading();
	test_agreement();
	test_cpu_clocks();
	test_setting();
	test_permission();
	return ktap_done();
}
