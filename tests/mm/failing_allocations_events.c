// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of the calls that make sources of events fails once: epoll, eventfd, timerfd,
 * signalfd, POSIX timers, pidfds, queued signals, futexes.
 */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

static long do_epoll_create(void *arg)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static int event_fd, epoll_fd;

static long do_epoll_add(void *arg)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &event);
}

static void do_epoll_del(long ret, void *arg)
{
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, event_fd, NULL);
}

static long do_eventfd(void *arg)
{
	return eventfd(0, EFD_CLOEXEC);
}

static long do_timerfd(void *arg)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

static long do_signalfd(void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static long do_timer_create(void *arg)
{
	struct sigevent sev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	int id = -1; /* what the raw call writes */

	return syscall(SYS_timer_create, CLOCK_MONOTONIC, &sev, &id) ? -1 : id;
}

static void do_timer_delete(long id, void *arg)
{
	syscall(SYS_timer_delete, (int)id);
}

static long do_pidfd_open(void *arg)
{
	return syscall(434 /* pidfd_open */, getpid(), 0);
}

/* Blocked, so it is queued; then taken. */
static long do_sigqueue(void *arg)
{
	return sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 5 });
}

static void take_signal(long ret, void *arg)
{
	struct timespec none = { 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	if (sigtimedwait(&set, &info, &none) != SIGRTMIN + 1)
		ok(0, "the signal was queued");
}

static long do_kill(void *arg)
{
	return kill(getpid(), SIGUSR2);
}

static void take_kill(long ret, void *arg)
{
	struct timespec none = { 0 };
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	if (sigtimedwait(&set, &info, &none) != SIGUSR2)
		ok(0, "the signal is pending");
}

static long do_select(void *arg)
{
	static unsigned long sets[3][32];
	struct timeval none = { 0 };

	return syscall(SYS_select, 1024, sets[0], sets[1], sets[2], &none);
}

static long do_futex_wait(void *arg)
{
	static int word;
	struct timespec soon = { .tv_nsec = 1000 };
	long ret = syscall(SYS_futex, &word, 0, 0, &soon);

	return ret == -1 && errno == ETIMEDOUT ? 0 : ret;
}

static long do_nanosleep(void *arg)
{
	struct timespec soon = { .tv_nsec = 1000 };

	return nanosleep(&soon, NULL);
}

static long do_setaffinity(void *arg)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static long do_setsid(void *arg)
{
	int status = -1, fd;
	pid_t pid = fork();

	/* In a child of its own: a session cannot be taken back. */
	if (!pid) {
		int n = 0, ret, fired;

		fd = fail_nth_open();
		do {
			fail_nth_set(fd, (unsigned)++n);
			ret = setsid();
			fired = fail_nth_fired(fd);
		} while (fired && ret == -1 && errno == ENOMEM);
		_exit(ret == -1);
	}
	waitpid(pid, &status, 0);
	return status;
}

int main(void)
{
	sigset_t set;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	epoll_fd = epoll_create1(0);
	event_fd = eventfd(0, 0);

	fail_nth_walk("epoll_create1", do_epoll_create, close_it, NULL, ENOMEM, ENFILE, EMFILE, 0);
	fail_nth_walk("epoll_ctl", do_epoll_add, do_epoll_del, NULL, ENOMEM, 0);
	fail_nth_walk("eventfd", do_eventfd, close_it, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("timerfd_create", do_timerfd, close_it, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("signalfd", do_signalfd, close_it, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("timer_create", do_timer_create, do_timer_delete, NULL, EAGAIN, ENOMEM, 0);
	fail_nth_walk("pidfd_open", do_pidfd_open, close_it, NULL, ENOMEM, ENFILE, 0);
	ok(do_sigqueue(NULL) == 0, "sigqueue");
	take_signal(0, NULL);
	ok(do_kill(NULL) == 0, "kill");
	take_kill(0, NULL);
	ok(do_select(NULL) == 0, "select");
	ok(do_futex_wait(NULL) == 0 && do_nanosleep(NULL) == 0 && do_setaffinity(NULL) == 0,
	   "futex, nanosleep, sched_setaffinity");
	ok(do_setsid(NULL) == 0 && !fail_nth_lost(), "setsid: ENOMEM until it succeeds");
	return ktap_done();
}
