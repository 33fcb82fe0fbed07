// SPDX-License-Identifier: GPL-2.0-only
/*
 * What interrupted calls do: restart, fail, go on after a stop.
 * Spec: SIG-053 SIG-054 SIG-055
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define FUTEX_WAIT_BITSET 9

/*
 * Each caller blocks in one call and reports how it ended: 'r' it succeeded after being restarted,
 * 'i' EINTR, 't' time-out, '?' anything else. The parent disturbs it and then lets it end.
 */
static int in[2], word, result_fd[2];
static volatile int handled;

static void on_usr1(int sig)
{
	(void)sig;
	handled = 1;
}

static char outcome(long ret)
{
	if (ret >= 0)
		return 'r';
	return errno == EINTR ? 'i' : errno == ETIMEDOUT ? 't' : '?';
}

static char do_read(void)
{
	char c;

	return outcome(read(in[0], &c, 1));
}

static char do_wait(void)
{
	char c;
	pid_t pid = fork();

	if (!pid) {
		close(in[1]);
		_exit(read(in[0], &c, 1) != 1);
	}
	return outcome(waitpid(pid, NULL, 0));
}

static char do_futex(void)
{
	/* Nobody wakes it: the deadline does. */
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_nsec += 400000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	return outcome(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, &ts, NULL, ~0u));
}

static char do_nanosleep(void)
{
	struct timespec ts = { 0, 400000000 }, rem = { 9, 9 };
	long ret = syscall(SYS_nanosleep, &ts, &rem);

	if (ret && errno == EINTR && (rem.tv_sec || rem.tv_nsec > 400000000))
		return '?';
	return outcome(ret);
}

static char do_poll(void)
{
	struct pollfd p = { .fd = in[0], .events = POLLIN };

	return outcome(poll(&p, 1, 10000));
}

static char do_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(in[0], &set);
	return outcome(select(in[0] + 1, &set, NULL, NULL, NULL));
}

static char do_epoll(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, in[0], &ev);
	return outcome(epoll_wait(ep, &ev, 1, -1));
}

static char do_pause(void)
{
	return outcome(pause());
}

enum { HANDLER, STOP_CONT };

/* Runs fn in a child, disturbs it once it sleeps, then writes a byte to its pipe. */
static char disturbed(char (*fn)(void), int how, int sa_flags)
{
	struct sigaction sa = { .sa_handler = on_usr1, .sa_flags = sa_flags };
	char c = '?';
	int status;
	pid_t pid;

	if (pipe(in) || pipe(result_fd))
		return '?';
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigaction(SIGUSR1, &sa, NULL);
		c = fn();
		_exit(write(result_fd[1], &c, 1) != 1);
	}
	reaches_state(pid, 'S');
	if (how == HANDLER) {
		kill(pid, SIGUSR1);
	} else {
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		pause_ms(20);
		kill(pid, SIGCONT);
		waitpid(pid, &status, WCONTINUED);
	}
	/* Either it sleeps again, or it has ended. */
	for (int i = 0; i < 2000; i++) {
		char s = thread_state(pid, 0);

		if (s == 'Z' || (s == 'S' && i > 20))
			break;
		pause_ms(1);
	}
	if (write(in[1], "x", 1) != 1)
		c = '?';
	close(result_fd[1]);
	if (read(result_fd[0], &c, 1) != 1)
		c = '0';
	close(in[0]);
	close(in[1]);
	close(result_fd[0]);
	waitpid(pid, &status, 0);
	return c;
}

static void check(char got, char want, const char *what)
{
	ok(got == want, "%s (%c)", what, got);
}

int main(void)
{
	check(disturbed(do_read, HANDLER, SA_RESTART), 'r', "SIG-053: read of a pipe restarts");
	check(disturbed(do_read, HANDLER, 0), 'i', "SIG-053: without SA_RESTART it fails");
	check(disturbed(do_wait, HANDLER, SA_RESTART), 'r', "SIG-053: wait4 restarts");
	check(disturbed(do_wait, HANDLER, 0), 'i', "SIG-053: without SA_RESTART it fails");
	check(disturbed(do_nanosleep, HANDLER, SA_RESTART), 'i', "SIG-054: nanosleep");
	check(disturbed(do_poll, HANDLER, SA_RESTART), 'i', "SIG-054: poll");
	check(disturbed(do_select, HANDLER, SA_RESTART), 'i', "SIG-054: select");
	check(disturbed(do_epoll, HANDLER, SA_RESTART), 'i', "SIG-054: epoll_wait");
	check(disturbed(do_pause, HANDLER, SA_RESTART), 'i', "SIG-054: pause");
	check(disturbed(do_futex, HANDLER, SA_RESTART), 'i', "SIG-054: futex with a time");
	check(disturbed(do_read, STOP_CONT, 0), 'r', "SIG-055: read goes on after a stop");
	check(disturbed(do_nanosleep, STOP_CONT, 0), 'r', "SIG-055: nanosleep");
	check(disturbed(do_poll, STOP_CONT, 0), 'r', "SIG-055: poll");
	check(disturbed(do_futex, STOP_CONT, 0), 't', "futex with a time keeps its deadline");
	check(disturbed(do_epoll, STOP_CONT, 0), 'i', "SIG-055: epoll_wait fails");
	return ktap_done();
}
