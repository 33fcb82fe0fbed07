// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that are used again: what held on to the old process never meets the new one; what still
 * uses a number (a zombie, a group, a session) keeps it; when none is left, fork fails.
 * For that pid_max goes down to 340 for a moment: it must run alone.
 * Spec: SIG-012 SIG-078
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define LOWEST 300
#define MAX    340

static int set_pid_max(const char *text)
{
	int fd = open("/proc/sys/kernel/pid_max", O_WRONLY);
	int good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static pid_t quick_child(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid;
}

/* A sleeping child with that number, or -1 when it is not given out in several rounds. */
static pid_t child_numbered(pid_t wanted)
{
	for (int i = 0; i < 4 * (MAX - LOWEST); i++) {
		pid_t pid = fork();

		if (!pid)
			for (;;)
				pause();
		if (pid == wanted)
			return pid;
		end_child(pid);
	}
	return -1;
}

static void test_pidfd(void)
{
	pid_t pid = fork(), again;
	struct pollfd p = { .events = POLLIN };
	siginfo_t info;

	if (!pid)
		for (;;)
			pause();
	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	end_child(pid);
	again = child_numbered(pid);
	ok(again == pid, "the number %d is given out again", pid);
	ok(failed_with(syscall(SYS_pidfd_send_signal, p.fd, SIGKILL, NULL, 0), ESRCH) &&
		   kill(again, 0) == 0,
	   "SIG-078: a pidfd of the old process does not reach the new one");
	ok(poll(&p, 1, 0) == 1, "it is ready");
	ok(failed_with(waitid(P_PIDFD, (id_t)p.fd, &info, WEXITED | WNOHANG), ECHILD),
	   "and cannot be waited for");
	ok(waitid(P_PID, (id_t)again, &info, WEXITED | WNOHANG) == 0, "the new one can");
	end_child(again);
	close(p.fd);
}

/* Numbers 300 to 339 in quick succession: how often is this one among them? */
static int times_given(pid_t wanted)
{
	int n = 0;

	for (int i = 0; i < 3 * (MAX - LOWEST); i++)
		n += quick_child() == wanted;
	return n;
}

static void test_kept(void)
{
	pid_t leader, member;
	siginfo_t info;
	int p[2];

	leader = fork();
	if (!leader)
		_exit(0);
	waitid(P_PID, (id_t)leader, &info, WEXITED | WNOWAIT);
	ok(times_given(leader) == 0 && kill(leader, 0) == 0, "SIG-012: a zombie keeps its number");
	waitpid(leader, NULL, 0);
	ok(times_given(leader) > 0, "until it is reaped");

	if (pipe(p))
		return;
	leader = fork();
	if (!leader) {
		setsid();
		member = fork();
		if (!member)
			for (;;)
				pause();
		_exit(write(p[1], &member, sizeof(member)) != sizeof(member));
	}
	ok(read(p[0], &member, sizeof(member)) == sizeof(member) &&
		   waitpid(leader, NULL, 0) == leader,
	   "a leader ends, a member stays");
	ok(times_given(leader) == 0 && getpgid(member) == leader && getsid(member) == leader,
	   "a group and a session keep their number");
	ok(kill(-leader, SIGKILL) == 0, "the group is still found by it");
	waitpid(member, NULL, 0); /* ours: we are the subreaper */
	ok(times_given(leader) > 0, "until the last member has ended");
}

static void test_none_left(void)
{
	pid_t pids[MAX - LOWEST + 1];
	int n = 0, doubles = 0, error = 0;

	while (n <= MAX - LOWEST) {
		pids[n] = fork();
		if (!pids[n])
			for (;;)
				pause();
		if (pids[n] < 0) {
			error = errno;
			break;
		}
		for (int i = 0; i < n; i++)
			doubles += pids[i] == pids[n];
		n++;
	}
	ok(error == EAGAIN && n >= MAX - LOWEST - 15 && !doubles,
	   "no number left: EAGAIN, after %d different ones", n);
	for (int i = 0; i < n; i++)
		end_child(pids[i]);
	ok(quick_child() > 0, "and then again");
}

int main(void)
{
	char before[32];
	pid_t first;

	if (read_file("/proc/sys/kernel/pid_max", before, sizeof(before)) <= 0 || geteuid())
		return ktap_skip_all("needs root");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!set_pid_max("340"))
		return ktap_skip_all("pid_max cannot be set");
	first = quick_child();
	while (first > 0 && (first < LOWEST || first >= MAX))
		first = quick_child();
	test_pidfd();
	test_kept();
	test_none_left();
	ok(set_pid_max(before), "pid_max as before");
	return ktap_done();
}
