// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interval timers and CPU limits: SIGALRM, SIGVTALRM, SIGPROF at their time, once or periodically;
 * alarm() and setitimer() share one timer; fork does not inherit it, exec does; SIGXCPU and SIGKILL.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define MS 1000000ll

static volatile sig_atomic_t count[65];

static void note(int sig)
{
	count[sig]++;
}

static long long clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static int arm(int which, int value_ms, int interval_ms)
{
	struct itimerval it = { { interval_ms / 1000, interval_ms % 1000 * 1000 },
				{ value_ms / 1000, value_ms % 1000 * 1000 } };

	return setitimer(which, &it, NULL);
}

/* True when the signal has come so often within 60 s; the CPU is busy meanwhile. */
static int burn_until(int sig, int times)
{
	long long end = clock_ns(CLOCK_MONOTONIC) + 60000 * MS;

	while (count[sig] < times && clock_ns(CLOCK_MONOTONIC) < end)
		;
	return count[sig] >= times;
}

/* Not pause(): the signal may come just before it. */
static void wait_for_alarms(int times)
{
	while (count[SIGALRM] < times)
		usleep(1000);
}

static void test_real(void)
{
	long long start, took = 1000 * MS;
	struct itimerval it;

	/* The best of several: a busy host is late now and then. */
	for (int i = 0; i < 10 && took >= 1000 * MS; i++) {
		count[SIGALRM] = 0;
		start = clock_ns(CLOCK_MONOTONIC);
		arm(ITIMER_REAL, 50, 0);
		wait_for_alarms(1);
		took = clock_ns(CLOCK_MONOTONIC) - start;
	}
	ok(took >= 50 * MS && took < 1000 * MS, "ITIMER_REAL fires after its time");
	ok(getitimer(ITIMER_REAL, &it) == 0 && !it.it_value.tv_sec && !it.it_value.tv_usec, "once");
	count[SIGALRM] = 0;
	start = clock_ns(CLOCK_MONOTONIC);
	arm(ITIMER_REAL, 20, 20);
	wait_for_alarms(5);
	took = clock_ns(CLOCK_MONOTONIC) - start;
	ok(took >= 100 * MS, "or periodically");
	/* A long period: in the moment of its expiry a timer has no rest. */
	count[SIGALRM] = 0;
	arm(ITIMER_REAL, 20, 100000);
	wait_for_alarms(1);
	ok(getitimer(ITIMER_REAL, &it) == 0 && it.it_interval.tv_sec == 100 &&
		   it.it_value.tv_sec >= 50 && it.it_value.tv_sec <= 100,
	   "getitimer shows the rest and the period");
	arm(ITIMER_REAL, 0, 0);
	count[SIGALRM] = 0;
	usleep(50000);
	ok(count[SIGALRM] == 0, "a value of 0 turns it off");
}

static void test_alarm(void)
{
	struct itimerval it;
	long rest = 0;

	ok(syscall(SYS_alarm, 100) == 0, "no alarm before");
	ok(getitimer(ITIMER_REAL, &it) == 0 && it.it_value.tv_sec >= 50, "alarm is ITIMER_REAL");
	/* Again when the host stood still so long that it went off. */
	for (int i = 0; i < 20 && !rest; i++) {
		count[SIGALRM] = 0;
		arm(ITIMER_REAL, 999, 0);
		rest = syscall(SYS_alarm, 0);
		if (!count[SIGALRM])
			break;
	}
	ok(rest == 1, "less than a second left counts as one");
	ok(syscall(SYS_alarm, 0) == 0, "alarm(0) turns it off");
}

static void test_cpu(void)
{
	long long start = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	struct timespec ts = { 0, 100000000 };

	arm(ITIMER_PROF, 500, 0);
	nanosleep(&ts, NULL);
	ok(!count[SIGPROF] || clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start >= 490 * MS,
	   "ITIMER_PROF does not count sleep");
	ok(burn_until(SIGPROF, 1) && clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start >= 490 * MS,
	   "but CPU time");
	arm(ITIMER_VIRTUAL, 20, 20);
	/* A loop that is nearly all user mode. */
	for (volatile long i = 0; count[SIGVTALRM] < 3 && i < 20000000000; i++)
		;
	ok(count[SIGVTALRM] >= 3, "ITIMER_VIRTUAL counts user time");
	arm(ITIMER_VIRTUAL, 0, 0);
}

static void test_errors(void)
{
	struct itimerval it = { { 0, 0 }, { 0, 1000000 } };

	ok(failed_with(syscall(SYS_setitimer, 0, &it, NULL), EINVAL) &&
		   failed_with(syscall(SYS_setitimer, 0, 8, NULL), EFAULT) &&
		   failed_with(syscall(SYS_getitimer, 0, 8), EFAULT),
	   "a million microseconds: EINVAL; bad pointers: EFAULT");
	memset(&it, 0, sizeof(it));
	ok(failed_with(syscall(SYS_setitimer, 3, &it, NULL), EINVAL) &&
		   failed_with(syscall(SYS_getitimer, -1, &it), EINVAL),
	   "there are three timers");
}

static void test_fork(void)
{
	struct itimerval it;
	int status;
	pid_t pid;

	arm(ITIMER_REAL, 100000, 0);
	pid = fork();
	if (!pid) {
		getitimer(ITIMER_REAL, &it);
		_exit(it.it_value.tv_sec || it.it_value.tv_usec);
	}
	waitpid(pid, &status, 0);
	arm(ITIMER_REAL, 0, 0);
	ok(status == 0, "a child has no timer");
}

/* The status of a child that handles SIGXCPU and is busy until it came so often. */
static int burns_under(rlim_t soft, rlim_t hard, int times)
{
	struct rlimit limit = { soft, hard };
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGXCPU, note);
		setrlimit(RLIMIT_CPU, &limit);
		_exit(burn_until(SIGXCPU, times) ? 7 : 1);
	}
	waitpid(pid, &status, 0);
	return status;
}

/*
 * SIGXCPU each second from the soft limit on, SIGKILL at the hard one. Far apart for the first: when
 * the host stands still for a second, the program seems to have used it.
 */
static void test_cpu_limit(void)
{
	int status = burns_under(1, 1000, 1);

	ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the soft limit sends SIGXCPU");
	status = burns_under(1, 2, 1000);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the hard limit kills");
}

int main(int argc, char **argv)
{
	struct itimerval it;
	sigset_t set;
	int status;
	pid_t pid;

	if (argc > 1) { /* after exec: the timer goes on */
		getitimer(ITIMER_REAL, &it);
		return it.it_value.tv_sec < 50;
	}
	sigemptyset(&set);
	signal(SIGALRM, note);
	signal(SIGPROF, note);
	signal(SIGVTALRM, note);
	test_real();
	test_alarm();
	test_cpu();
	test_errors();
	test_fork();
	pid = fork();
	if (!pid) {
		arm(ITIMER_REAL, 100000, 0);
		execl("/proc/self/exe", argv[0], "timer", (char *)NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "exec keeps the timer");
	test_cpu_limit();
	return ktap_done();
}
