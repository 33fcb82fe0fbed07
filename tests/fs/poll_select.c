// SPDX-License-Identifier: GPL-2.0-only
/* poll, ppoll, select, pselect6: events, time-outs, signals, masks, errors. */
#include "tests/fs/pipes.h"
#include <sys/resource.h>
#include <sys/select.h>

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static void test_poll_errors(void)
{
	struct pollfd fds[3] = { { .fd = -1, .events = POLLIN, .revents = 9 },
				 { .fd = 999, .events = POLLIN } };
	struct rlimit limit;

	ok(poll(fds, 2, 0) == 1 && fds[0].revents == 0 && fds[1].revents == POLLNVAL,
	   "a negative descriptor is skipped, a closed one is POLLNVAL");
	ok(failed_with(syscall(SYS_poll, (void *)8, 1, 0), EFAULT), "a bad array is EFAULT");
	getrlimit(RLIMIT_NOFILE, &limit);
	ok(failed_with(syscall(SYS_poll, fds, (unsigned)limit.rlim_cur + 1, 0), EINVAL),
	   "more than RLIMIT_NOFILE is EINVAL");
	ok(poll(NULL, 0, 1) == 0, "none at all is a sleep");
}

static void test_timeouts(void)
{
	int p[2];
	struct pollfd pfd;
	struct timespec ts = { 0, 20000000 };
	struct timeval tv = { 0, 20000 };
	long long start = now_ms();
	fd_set set;

	make_pipe(p, 0);
	pfd = (struct pollfd){ .fd = p[RD], .events = POLLIN };
	ok(poll(&pfd, 1, 20) == 0 && now_ms() - start >= 20, "poll waits its time");
	ok(ppoll(&pfd, 1, &ts, NULL) == 0, "ppoll too");
	FD_ZERO(&set);
	FD_SET(p[RD], &set);
	start = now_ms();
	ok(select(p[RD] + 1, &set, NULL, NULL, &tv) == 0 && !FD_ISSET(p[RD], &set) &&
		   now_ms() - start >= 20,
	   "select empties its sets");
	ok(syscall(SYS_select, 0, NULL, NULL, NULL, &tv) == 0 && tv.tv_sec == 0 && tv.tv_usec == 0,
	   "and counts the time down");
	ts.tv_nsec = 1000000000;
	ok(failed_with(syscall(SYS_ppoll, &pfd, 1, &ts, NULL, 8), EINVAL), "a bad time is EINVAL");
	tv.tv_sec = -1;
	ok(failed_with(syscall(SYS_select, 0, NULL, NULL, NULL, &tv), EINVAL), "also for select");
	ok(failed_with(select(-1, NULL, NULL, NULL, NULL), EINVAL), "a negative count is EINVAL");
	close_pipe(p);
}

static void test_wakeup(void)
{
	int p[2], q[2], status;
	struct pollfd fds[2];
	pid_t pid;

	make_pipe(p, 0);
	make_pipe(q, 0);
	pid = fork();
	if (!pid) {
		fds[0] = (struct pollfd){ .fd = p[RD], .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = q[RD], .events = POLLIN };
		_exit(!(poll(fds, 2, 10000) == 1 && !fds[0].revents && fds[1].revents == POLLIN));
	}
	reaches_state(pid, 'S');
	write(q[WR], "x", 1);
	waitpid(pid, &status, 0);
	ok(status == 0, "the second of two wakes poll");
	pid = fork();
	if (!pid) {
		fd_set in, out;

		FD_ZERO(&in);
		FD_ZERO(&out);
		FD_SET(p[RD], &in);
		FD_SET(p[WR], &out);
		FD_SET(q[RD], &in);
		_exit(!(select(20, &in, &out, NULL, NULL) == 2 && !FD_ISSET(p[RD], &in) &&
			FD_ISSET(p[WR], &out) && FD_ISSET(q[RD], &in)));
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "select counts bits over its sets");
	close_pipe(p);
	close_pipe(q);
	{
		fd_set in;
		struct timeval none = { 0, 0 };

		FD_ZERO(&in);
		FD_SET(p[RD], &in);
		ok(failed_with(select(p[RD] + 1, &in, NULL, NULL, &none), EBADF),
		   "a closed one is EBADF");
	}
}

static void test_many(void)
{
	static struct pollfd fds[300];
	int p[2], last[2];

	make_pipe(p, 0);
	make_pipe(last, 0);
	for (int i = 0; i < 300; i++)
		fds[i] = (struct pollfd){ .fd = p[RD], .events = POLLIN };
	fds[299].fd = last[RD];
	ok(poll(fds, 300, 10) == 0, "300 at once, none ready");
	write(last[WR], "x", 1);
	ok(poll(fds, 300, 1000) == 1 && fds[299].revents == POLLIN, "the last of 300");
	close_pipe(p);
	close_pipe(last);
}

static void handled_poll(void)
{
	struct pollfd pfd = { .fd = -1 };

	catch (SIGUSR1, SA_RESTART);
	_exit(!(failed_with(poll(&pfd, 1, 10000), EINTR) && handled == 1));
}

/* The signal is blocked but for the length of the call: it cannot come before. */
static void masked_ppoll(void)
{
	sigset_t all, none;
	struct timespec ts = { 10, 0 };

	sigfillset(&all);
	sigemptyset(&none);
	catch (SIGUSR1, 0);
	sigprocmask(SIG_SETMASK, &all, NULL);
	raise(SIGUSR1);
	_exit(!(handled == 0 && failed_with(ppoll(NULL, 0, &ts, &none), EINTR) && handled == 1 &&
		sigprocmask(SIG_SETMASK, NULL, &none) == 0 && sigismember(&none, SIGUSR1)));
}

static void masked_pselect(void)
{
	sigset_t all, none;
	struct timespec ts = { 10, 0 };

	sigfillset(&all);
	sigemptyset(&none);
	catch (SIGUSR1, 0);
	sigprocmask(SIG_SETMASK, &all, NULL);
	raise(SIGUSR1);
	_exit(!(failed_with(pselect(0, NULL, NULL, NULL, &ts, &none), EINTR) && handled == 1));
}

static void stopped_poll(void)
{
	struct pollfd pfd = { .fd = -1 };
	long long start = now_ms();

	_exit(!(poll(&pfd, 1, 300) == 0 && now_ms() - start >= 300 && now_ms() - start < 60000));
}

static void test_signals(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		handled_poll();
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	ok(status == 0, "a handler ends poll with EINTR, also with SA_RESTART");
	ok(child_status(masked_ppoll) == 0, "ppoll opens the mask for its own length");
	ok(child_status(masked_pselect) == 0, "pselect too");
	pid = fork();
	if (!pid)
		stopped_poll();
	reaches_state(pid, 'S');
	kill(pid, SIGSTOP);
	reaches_state(pid, 'T');
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	ok(status == 0, "stop and continue do not end poll, nor make it longer");
}

int main(void)
{
	test_poll_errors();
	test_timeouts();
	test_wakeup();
	test_many();
	test_signals();
	return ktap_done();
}
