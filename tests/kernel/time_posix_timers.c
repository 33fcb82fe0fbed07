// SPDX-License-Identifier: GPL-2.0-only
/* timer_create and its relatives: every kind of notification, periods, overruns, CPU clocks. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define MS 1000000ll

struct event {
	union sigval value;
	int signo, notify, tid;
	int pad[11];
};

static volatile sig_atomic_t count;
static siginfo_t last;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	count++;
	last = *info;
}

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static long create(int clock, struct event *event, int *id)
{
	return syscall(SYS_timer_create, clock, event, id);
}

static long set(int id, int flags, long long value, long long interval)
{
	struct itimerspec its = { { interval / 1000000000, interval % 1000000000 },
				  { value / 1000000000, value % 1000000000 } };

	return syscall(SYS_timer_settime, id, flags, &its, NULL);
}

static int wait_for(int times)
{
	long long end = now_ns() + 30000 * MS;

	while (count < times && now_ns() < end)
		usleep(1000);
	return count >= times;
}

static void test_signal(void)
{
	struct event event = { .value.sival_int = 4711, .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct itimerspec its;
	long long start;
	int id = -1;

	ok(create(CLOCK_MONOTONIC, &event, &id) == 0, "a timer with a signal");
	ok(syscall(SYS_timer_gettime, id, &its) == 0 && !its.it_value.tv_sec &&
		   !its.it_value.tv_nsec,
	   "is off at first");
	start = now_ns();
	count = 0;
	set(id, 0, 30 * MS, 0);
	ok(wait_for(1) && now_ns() - start >= 30 * MS, "it fires at its time");
	ok(last.si_code == SI_TIMER && last.si_value.sival_int == 4711 && last.si_timerid == id,
	   "and says who it is");
	count = 0;
	set(id, 0, 5 * MS, 5 * MS);
	ok(wait_for(5), "periodically");
	ok(syscall(SYS_timer_gettime, id, &its) == 0 && its.it_interval.tv_nsec == 5 * MS,
	   "timer_gettime shows the period");
	set(id, 0, 0, 0);
	count = 0;
	usleep(20000);
	ok(count == 0, "0 turns it off");
	set(id, TIMER_ABSTIME, now_ns() + 10 * MS, 0);
	ok(wait_for(1), "absolute time");
	count = 0;
	set(id, TIMER_ABSTIME, 1, 0);
	ok(wait_for(1), "a past moment fires at once");
	ok(syscall(SYS_timer_delete, id) == 0 && failed_with(set(id, 0, 1, 0), EINVAL),
	   "deleted, it is gone");
}

/*
 * The signal of a timer is blocked for ten periods and then taken. How many periods it was, or -1
 * when one more may have ended between the unblocking and the timer's end.
 */
static long long block_for_ten_periods(int id)
{
	long long earliest, latest, before, after;
	sigset_t block, old;

	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &old);
	count = 0;
	earliest = now_ns();
	set(id, 0, 10 * MS, 10 * MS);
	latest = now_ns();
	usleep(105000);
	before = now_ns();
	sigprocmask(SIG_SETMASK, &old, NULL);
	set(id, 0, 0, 0);
	after = now_ns();
	if ((before - latest) / (10 * MS) != (after - earliest) / (10 * MS))
		return -1;
	return (after - earliest) / (10 * MS);
}

static void test_overrun(void)
{
	struct event event = { .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	long long missed = -1;
	int id = -1;

	create(CLOCK_MONOTONIC, &event, &id);
	for (int i = 0; i < 200 && missed < 0; i++)
		missed = block_for_ten_periods(id);
	ok(count == 1, "while the signal is blocked only one is queued");
	ok(last.si_overrun == missed - 1, "with the number of those missed (%d)", last.si_overrun);
	syscall(SYS_timer_delete, id);
}

static void test_kinds(void)
{
	struct event event = { .notify = SIGEV_NONE };
	struct itimerspec its;
	int id = -1, first = -1;

	ok(create(CLOCK_REALTIME, &event, &id) == 0 && set(id, 0, 1000000 * MS, 0) == 0 &&
		   syscall(SYS_timer_gettime, id, &its) == 0 && its.it_value.tv_sec > 900 &&
		   its.it_value.tv_sec < 1000,
	   "SIGEV_NONE: only to be read");
	syscall(SYS_timer_delete, id);
	event.notify = SIGEV_THREAD_ID;
	event.signo = SIGUSR1;
	event.tid = (int)syscall(SYS_gettid);
	count = 0;
	ok(create(CLOCK_MONOTONIC, &event, &id) == 0 && set(id, 0, 5 * MS, 0) == 0 && wait_for(1),
	   "SIGEV_THREAD_ID");
	syscall(SYS_timer_delete, id);
	event.tid = 1;
	ok(getpid() == 1 || failed_with(create(CLOCK_MONOTONIC, &event, &id), EINVAL),
	   "only to a thread of one's own");
	ok(create(CLOCK_MONOTONIC, NULL, &first) == 0 && create(CLOCK_MONOTONIC, NULL, &id) == 0 &&
		   first != id,
	   "without sigevent; ids differ");
	syscall(SYS_timer_delete, first);
	syscall(SYS_timer_delete, id);
}

static void test_cpu_clock(void)
{
	struct event event = { .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct timespec used, now;
	long long end;
	int id = -1;

	count = 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	ok(create(CLOCK_PROCESS_CPUTIME_ID, &event, &id) == 0 && set(id, 0, 500 * MS, 0) == 0,
	   "a timer on CPU time");
	usleep(100000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	ok(count == 0 ||
		   (now.tv_sec - used.tv_sec) * 1000 * MS + now.tv_nsec - used.tv_nsec >= 490 * MS,
	   "does not count sleep");
	end = now_ns() + 60000 * MS;
	while (!count && now_ns() < end)
		;
	ok(count == 1, "but work");
	syscall(SYS_timer_delete, id);
}

static void test_errors(void)
{
	struct event event = { .signo = 65, .notify = SIGEV_SIGNAL };
	struct itimerspec bad = { { 0, 0 }, { 0, 1000000000 } };
	int id = -1;

	ok(failed_with(create(CLOCK_MONOTONIC, &event, &id), EINVAL) &&
		   failed_with(create(77, NULL, &id), EINVAL) &&
		   failed_with(create(CLOCK_MONOTONIC, NULL, (int *)8), EFAULT),
	   "timer_create: EINVAL, EFAULT");
	event.signo = SIGUSR1;
	event.notify = 9;
	ok(failed_with(create(CLOCK_MONOTONIC, &event, &id), EINVAL), "unknown notification");
	create(CLOCK_MONOTONIC, NULL, &id);
	ok(failed_with(syscall(SYS_timer_settime, id, 0, &bad, NULL), EINVAL) &&
		   failed_with(syscall(SYS_timer_settime, id, 0, NULL, NULL), EINVAL) &&
		   failed_with(syscall(SYS_timer_getoverrun, 12345), EINVAL) &&
		   failed_with(syscall(SYS_timer_delete, 12345), EINVAL),
	   "timer_settime and others: EINVAL");
	syscall(SYS_timer_delete, id);
}

static void test_fork(void)
{
	int id = -1, status;
	pid_t pid;

	create(CLOCK_MONOTONIC, NULL, &id);
	pid = fork();
	if (!pid)
		_exit(!failed_with(syscall(SYS_timer_getoverrun, id), EINVAL));
	waitpid(pid, &status, 0);
	ok(status == 0, "a child does not inherit timers");
	syscall(SYS_timer_delete, id);
}

/* Seconds left of the timer or the descriptor, -1: the call failed. */
static long left(int number, int id)
{
	struct itimerspec its;

	return syscall(number, id, &its) ? -1 : its.it_value.tv_sec;
}

/* The clock goes forward by 2000 s: spans of 1000 s stay, a point in time 1000 s off has come. */
static void test_clock_set(void)
{
	struct event event = { .signo = SIGUSR1, .notify = SIGEV_SIGNAL };
	struct itimerspec its = { .it_value.tv_sec = 1000 };
	int span, point, fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	struct timespec now, later;

	clock_gettime(CLOCK_REALTIME, &now);
	later = now;
	later.tv_sec += 2000;
	create(CLOCK_REALTIME, &event, &span);
	create(CLOCK_REALTIME, &event, &point);
	set(span, 0, 1000000 * MS, 0);
	timerfd_settime(fd, 0, &its, NULL);
	count = 0;
	clock_settime(CLOCK_REALTIME, &later);
	ok(left(SYS_timer_gettime, span) > 900 && left(SYS_timerfd_gettime, fd) > 900 && !count,
	   "setting the clock does not change what is left of a time span");
	clock_settime(CLOCK_REALTIME, &now);
	ok(left(SYS_timer_gettime, span) <= 1000 && left(SYS_timerfd_gettime, fd) <= 1000,
	   "nor does setting it back");
	set(point, TIMER_ABSTIME, (now.tv_sec + 1000) * 1000 * MS, 0);
	its.it_value.tv_sec = now.tv_sec + 1000;
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL);
	ok(left(SYS_timer_gettime, point) > 900 && left(SYS_timerfd_gettime, fd) > 900 && !count,
	   "points in time are in the future");
	clock_settime(CLOCK_REALTIME, &later);
	ok(wait_for(1) && left(SYS_timerfd_gettime, fd) == 0, "… until the clock is set past them");
	clock_settime(CLOCK_REALTIME, &now);
	close(fd);
	syscall(SYS_timer_delete, span);
	syscall(SYS_timer_delete, point);
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &sa, NULL);
	signal(SIGALRM, SIG_IGN);
	test_signal();
	test_overrun();
	test_kinds();
	test_cpu_clock();
	test_errors();
	test_clock_set();
	test_fork();
	return ktap_done();
}
