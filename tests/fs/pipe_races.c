// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classical races of pipes and FIFOs: the other side goes away, or a signal comes, at the worst
 * moment. Each is tried many times with other delays; nobody may sleep for ever, and what is lost
 * must be said (EPIPE, end of file, EINTR).
 * Spec: PIPE-020, PIPE-034, FIFO-002.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define ROUNDS 40
#define SIZE   (80 * 1024) /* more than a pipe holds */

static char block[SIZE];
static volatile sig_atomic_t usr1, pipes_broken;

static void on_signal(int signal)
{
	if (signal == SIGPIPE)
		pipes_broken++;
	else
		usr1++;
}

static void set_handler(int number)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(number, &action, NULL);
}

/* ---- the other side goes ---- */

static int last_reader_exits(int round)
{
	int fds[2], before = pipes_broken;
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return 0;
	pid = fork();
	if (!pid) {
		dawdle(round);
		_exit(0); /* the last reader goes with the process */
	}
	close(fds[0]);
	do
		n = write(fds[1], block, SIZE);
	while (n > 0);
	close(fds[1]);
	return n == -1 && errno == EPIPE && pipes_broken > before && waitpid(pid, NULL, 0) == pid;
}

static int last_writer_exits(int round)
{
	int fds[2];
	char buf[64];
	ssize_t n, total = 0;
	pid_t pid;

	if (pipe(fds))
		return 0;
	pid = fork();
	if (!pid) {
		dawdle(round);
		_exit(write(fds[1], block, 100) != 100);
	}
	close(fds[1]);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		total += n;
	close(fds[0]);
	return n == 0 && total == 100 && waitpid(pid, NULL, 0) == pid;
}

struct closer {
	int fd, round;
};

static void *close_later(void *data)
{
	struct closer *closer = data;

	dawdle(closer->round);
	close(closer->fd);
	return NULL;
}

/* A thread of the same process closes the reading end under the writer that sleeps. */
static int thread_closes_reader(int round)
{
	struct closer closer = { .round = round };
	pthread_t thread;
	int fds[2];
	ssize_t n;

	if (pipe(fds))
		return 0;
	closer.fd = fds[0];
	if (pthread_create(&thread, NULL, close_later, &closer))
		return 0;
	do
		n = write(fds[1], block, SIZE);
	while (n > 0);
	close(fds[1]);
	return n == -1 && errno == EPIPE && pthread_join(thread, NULL) == 0;
}

/* ---- a signal comes ---- */

/* The child sends one SIGUSR1 at some moment. It is blocked except in the call. */
static pid_t signal_from_child(int round)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		dawdle(round);
		_exit(kill(parent, SIGUSR1) != 0);
	}
	return pid;
}

static sigset_t open_mask;

static int signal_against_pselect(int round)
{
	int before = usr1, n, error;
	pid_t pid = signal_from_child(round);

	n = pselect(0, NULL, NULL, NULL, NULL, &open_mask);
	error = errno;
	return n == -1 && error == EINTR && usr1 == before + 1 && waitpid(pid, NULL, 0) == pid;
}

static int signal_against_ppoll(int round)
{
	int before = usr1, n, error;
	pid_t pid = signal_from_child(round);

	n = ppoll(NULL, 0, NULL, &open_mask);
	error = errno;
	return n == -1 && error == EINTR && usr1 == before + 1 && waitpid(pid, NULL, 0) == pid;
}

static int signal_against_sigsuspend(int round)
{
	int before = usr1, n, error;
	pid_t pid = signal_from_child(round);

	n = sigsuspend(&open_mask);
	error = errno;
	return n == -1 && error == EINTR && usr1 == before + 1 && waitpid(pid, NULL, 0) == pid;
}

static int signal_against_sigwait(int round)
{
	sigset_t set;
	int number;
	pid_t pid = signal_from_child(round);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return sigwait(&set, &number) == 0 && number == SIGUSR1 && waitpid(pid, NULL, 0) == pid;
}

/* ---- FIFOs ---- */

/* Both ends are opened at once; both opens must come back. */
static int fifo_opens_meet(int round)
{
	char name[64], c = 0;
	int fd, status;
	pid_t pid;

	snprintf(name, sizeof(name), "/tmp/pipe_races.%d", getpid());
	if (mkfifo(name, 0600))
		return 0;
	pid = fork();
	if (!pid) {
		dawdle(round);
		fd = open(name, O_WRONLY);
		_exit(fd < 0 || write(fd, "x", 1) != 1);
	}
	dawdle(ROUNDS - round);
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, &c, 1) != 1 || c != 'x' || read(fd, &c, 1) != 0)
		return 0;
	close(fd);
	unlink(name);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static const struct race {
	const char *promise;
	int (*try)(int round);
	int masked; /* SIGUSR1 is blocked outside the call */
} races[] = {
	{ "PIPE-020: the last reader exits under a sleeping writer: EPIPE", last_reader_exits, 0 },
	{ "PIPE-034: the last writer exits under a sleeping reader: end of file", last_writer_exits,
	  0 },
	{ "PIPE-020: a thread closes the reading end under a writer: EPIPE", thread_closes_reader,
	  0 },
	{ "a signal between check and sleep: pselect", signal_against_pselect, 1 },
	{ "a signal between check and sleep: ppoll", signal_against_ppoll, 1 },
	{ "a signal between check and sleep: sigsuspend", signal_against_sigsuspend, 1 },
	{ "a signal before or in sigwait", signal_against_sigwait, 1 },
	{ "FIFO-002: two opens of a FIFO meet", fifo_opens_meet, 0 },
};

int main(void)
{
	set_handler(SIGUSR1);
	set_handler(SIGPIPE);
	for (unsigned int r = 0; r < sizeof(races) / sizeof(races[0]); r++) {
		sigset_t usr1_set;
		int good = 0;

		sigemptyset(&usr1_set);
		sigaddset(&usr1_set, SIGUSR1);
		if (races[r].masked)
			sigprocmask(SIG_BLOCK, &usr1_set, &open_mask);
		alarm(60); /* a lost wake-up ends the program instead of hanging it */
		for (int round = 0; round < ROUNDS; round++)
			good += races[r].try(round);
		alarm(0);
		if (races[r].masked)
			sigprocmask(SIG_SETMASK, &open_mask, NULL);
		ok(good == ROUNDS, "%s: %d of %d", races[r].promise, good, ROUNDS);
	}
	return ktap_done();
}
