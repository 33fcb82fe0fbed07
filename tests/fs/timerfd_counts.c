// SPDX-License-Identifier: GPL-2.0-only
/* timerfd: expiries are counted, read, polled for; one-shot, periodic, absolute; errors. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define MS 1000000ll

static long long now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static int set(int fd, int flags, long long value, long long interval)
{
	struct itimerspec its = { { interval / 1000000000, interval % 1000000000 },
				  { value / 1000000000, value % 1000000000 } };

	return timerfd_settime(fd, flags, &its, NULL);
}

static void test_one_shot(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct itimerspec its;
	uint64_t ticks = 77;
	long long start;

	ok(fd >= 0 && failed_with(read(fd, &ticks, 8), EAGAIN) && poll(&p, 1, 0) == 0,
	   "a new timer is off");
	set(fd, 0, 100000 * MS, 0);
	ok(timerfd_gettime(fd, &its) == 0 && its.it_value.tv_sec >= 50 &&
		   its.it_value.tv_sec <= 100,
	   "timerfd_gettime shows what is left");
	start = now_ns(CLOCK_MONOTONIC);
	set(fd, 0, 30 * MS, 0);
	ok(poll(&p, 1, 5000) == 1 && (p.revents & POLLIN) &&
		   now_ns(CLOCK_MONOTONIC) - start >= 30 * MS,
	   "poll wakes at its time");
	ok(failed_with(read(fd, &ticks, 7), EINVAL), "a buffer too small");
	ok(read(fd, &ticks, 8) == 8 && ticks == 1, "one expiry");
	ok(failed_with(read(fd, &ticks, 8), EAGAIN), "read once");
	set(fd, TFD_TIMER_ABSTIME, 1, 0);
	ok(poll(&p, 1, 5000) == 1 && read(fd, &ticks, 8) == 8 && ticks == 1,
	   "a past moment expires at once");
	close(fd);
}

static void test_periodic(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	long long start = now_ns(CLOCK_MONOTONIC);
	struct itimerspec its, off = { { 0, 0 }, { 0, 0 } };
	uint64_t ticks, sum = 0;

	set(fd, 0, 10 * MS, 10 * MS);
	while (sum < 5 && read(fd, &ticks, 8) == 8)
		sum += ticks;
	ok(sum >= 5 && now_ns(CLOCK_MONOTONIC) - start >= 50 * MS,
	   "periodic, with a blocking read");
	usleep(65000);
	sum = read(fd, &ticks, 8);
	ok(sum == 8 && ticks >= 5, "missed periods are counted (%d)", (int)ticks);
	ok(timerfd_settime(fd, 0, &off, &its) == 0 && its.it_interval.tv_nsec == 10 * MS,
	   "the old setting comes back");
	ok(timerfd_gettime(fd, &its) == 0 && its.it_value.tv_nsec == 0, "and it is off");
	close(fd);
}

static void test_epoll(void)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC), ep = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = 5 }, got = { 0 };
	uint64_t ticks;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	set(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + 20 * MS, 0);
	ok(epoll_wait(ep, &got, 1, 5000) == 1 && got.data.u32 == 5, "epoll, realtime, absolute");
	ok(read(fd, &ticks, 8) == 8 && ticks == 1, "one expiry");
	close(ep);
	close(fd);
}

static void test_errors(void)
{
	struct itimerspec bad = { { 0, 0 }, { 0, 1000000000 } }, good = { { 0, 0 }, { 1, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	ok(failed_with(timerfd_create(77, 0), EINVAL) &&
		   failed_with(timerfd_create(CLOCK_MONOTONIC, 0x100), EINVAL),
	   "timerfd_create: EINVAL");
	ok(failed_with(timerfd_settime(fd, 0, &bad, NULL), EINVAL) &&
		   failed_with(timerfd_settime(fd, 0x100, &good, NULL), EINVAL) &&
		   failed_with(timerfd_settime(0, 0, &good, NULL), EINVAL) &&
		   failed_with(timerfd_settime(999, 0, &good, NULL), EBADF),
	   "timerfd_settime: EINVAL, EBADF");
	close(fd);
}

int main(void)
{
	test_one_shot();
	test_periodic();
	test_epoll();
	test_errors();
	return ktap_done();
}
