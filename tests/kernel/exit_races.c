// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of processes against those who look: a parent that ends at the same moment, a pidfd, a
 * sender, the last two threads of a process, a reused number.
 * Spec: EXIT-008 SIG-012 SIG-078 SIG-080
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define ROUNDS 25

static int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static pid_t exiting_child(int round)
{
	pid_t pid = fork();

	if (!pid) {
		dawdle(round);
		_exit(7);
	}
	return pid;
}

/* Child and grandchildren end together: we, the subreaper, get each once. */
static int family_ends(int round)
{
	pid_t pid = fork(), got;
	int status, children = 0, grandchildren = 0;

	if (!pid) {
		for (int i = 0; i < 3; i++)
			if (!fork()) {
				dawdle(round + i);
				_exit(5);
			}
		dawdle(round * 3);
		_exit(6);
	}
	while ((got = waitpid(-1, &status, 0)) > 0) {
		children += got == pid && status == 6 << 8;
		grandchildren += got != pid && status == 5 << 8;
	}
	return errno == ECHILD && children == 1 && grandchildren == 3;
}

/* The parent ends while the child asks to be told: it is told, or sees that it is an orphan. */
static int parent_death_signal(int round)
{
	int p[2], status;
	pid_t pid, orphan;

	if (pipe(p))
		return 0;
	pid = fork();
	if (!pid) {
		pid_t me = getpid();

		if (!fork()) {
			orphan = getpid();
			if (write(p[1], &orphan, sizeof(orphan)) != sizeof(orphan))
				_exit(1);
			dawdle(round);
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			if (getppid() != me)
				raise(SIGTERM);
			for (;;)
				pause();
		}
		dawdle(round * 3);
		_exit(0);
	}
	if (read(p[0], &orphan, sizeof(orphan)) != sizeof(orphan))
		return 0;
	close(p[0]);
	close(p[1]);
	return waitpid(pid, &status, 0) == pid && status == 0 &&
	       waitpid(orphan, &status, 0) == orphan && status == SIGTERM;
}

/* When poll() says so, the child can be reaped. */
static int pidfd_polled(int round)
{
	pid_t pid = exiting_child(round);
	struct pollfd p = { .fd = pidfd_of(pid), .events = POLLIN };
	siginfo_t info = { 0 };
	int ret;

	ret = p.fd >= 0 && poll(&p, 1, -1) == 1 && (p.revents & POLLIN) &&
	      waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == pid &&
	      info.si_status == 7;
	close(p.fd);
	return ret;
}

static void *reaps(void *arg)
{
	dawdle((int)(long)arg);
	return (void *)(long)waitpid(-1, NULL, 0);
}

/* Signals through a pidfd while the child ends and is reaped: it is there, or ESRCH; for ever. */
static int pidfd_signalled(int round)
{
	pid_t pid = exiting_child(round);
	pthread_t thread;
	int ret = 1, fd = pidfd_of(pid);
	void *got;
	long sent;

	if (fd < 0 || pthread_create(&thread, NULL, reaps, (void *)(long)round))
		return 0;
	do {
		sent = syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
		ret &= !sent || errno == ESRCH;
	} while (!sent);
	pthread_join(thread, &got);
	for (int i = 0; i < 3; i++)
		ret &= failed_with(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), ESRCH);
	close(fd);
	return ret && got == (void *)(long)pid;
}

static int opening_round;

static void *opens(void *arg)
{
	pid_t pid = (pid_t)(long)arg;
	long bad = 0;

	for (int i = 0; i < 20; i++) {
		int fd = pidfd_of(pid);

		bad += fd < 0 && errno != ESRCH;
		if (fd >= 0)
			close(fd);
	}
	dawdle(opening_round);
	return (void *)bad;
}

static int pidfd_opened(int round)
{
	pid_t pid = exiting_child(round);
	pthread_t thread;
	void *bad;
	int ret;

	opening_round = round;
	if (pthread_create(&thread, NULL, opens, (void *)(long)pid))
		return 0;
	ret = waitpid(pid, NULL, 0) == pid;
	pthread_join(thread, &bad);
	return ret && !bad && failed_with(pidfd_of(pid), ESRCH);
}

static int thread_round;

static void *ends(void *arg)
{
	dawdle(thread_round);
	syscall(SYS_exit, 3);
	return arg;
}

/* Leader and thread end at the same moment: the process ends once, with the status of one. */
static int leader_and_thread(int round)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		pthread_t threads[2];

		thread_round = round;
		for (int i = 0; i < 2; i++)
			if (pthread_create(&threads[i], NULL, ends, NULL))
				_exit(9);
		dawdle(round * 2);
		syscall(SYS_exit, 3);
	}
	return waitpid(pid, &status, 0) == pid && status == 3 << 8 &&
	       failed_with(waitpid(pid, &status, WNOHANG), ECHILD);
}

/* The same when nobody waits: it goes by itself. */
static int leader_and_thread_unwanted(int round)
{
	int ret = 1;
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid) {
		pthread_t thread;

		thread_round = round;
		if (pthread_create(&thread, NULL, ends, NULL))
			_exit(9);
		dawdle(round * 2);
		syscall(SYS_exit, 3);
	}
	ret &= failed_with(waitpid(-1, NULL, 0), ECHILD);
	for (int n = 0; kill(pid, 0) == 0 && n < 10000; n++)
		pause_ms(1);
	ret &= failed_with(kill(pid, 0), ESRCH);
	signal(SIGCHLD, SIG_DFL);
	return ret;
}

/* A second SIGKILL, a SIGSTOP, a SIGCONT on the way out change nothing. */
static int signals_to_the_dying(int round)
{
	int status;
	pid_t pid = start_child(NULL);

	kill(pid, SIGKILL);
	dawdle(round);
	for (int i = 0; i < 5; i++) {
		if (kill(pid, SIGSTOP) || kill(pid, SIGTERM) || kill(pid, SIGCONT) ||
		    kill(pid, SIGKILL))
			return 0;
		sched_yield();
	}
	return waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid && status == SIGKILL &&
	       failed_with(kill(pid, 0), ESRCH);
}

static const struct race {
	const char *promise;
	int (*try)(int round);
} races[] = {
	{ "a parent and its children end together", family_ends },
	{ "SIG-080: the parent ends while the child asks to be told", parent_death_signal },
	{ "a pidfd is ready when the child can be reaped", pidfd_polled },
	{ "SIG-078: signals through a pidfd while the child goes", pidfd_signalled },
	{ "pidfd_open() while the child goes", pidfd_opened },
	{ "EXIT-008: leader and threads end together", leader_and_thread },
	{ "SIG-042: and nobody waits", leader_and_thread_unwanted },
	{ "SIG-012: signals to the dying", signals_to_the_dying },
};

int main(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (unsigned int r = 0; r < sizeof(races) / sizeof(races[0]); r++) {
		int good = 0;

		alarm(100);
		for (int round = 0; round < ROUNDS; round++)
			good += races[r].try(round);
		alarm(0);
		ok(good == ROUNDS, "%s: %d of %d", races[r].promise, good, ROUNDS);
	}
	return ktap_done();
}
