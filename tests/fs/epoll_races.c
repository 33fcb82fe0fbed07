// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races of those who wait for events: no event may be lost between a look and a sleep, none may be
 * told to two who asked to be told alone. Edge-triggered and one-shot items, items that are changed
 * while their file changes, sets in sets, counters, signals from a descriptor.
 * Spec: PIPE-025. Arguments: rounds.
 */
#include "tests/fs/races.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#define EVENTS 40

static int control(int ep, int op, int fd, unsigned int events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(ep, op, fd, &event);
}

/* Bytes come one by one; edge-triggered: everything is read before each wait. */
static int edges(int round)
{
	struct epoll_event event;
	int p[2], ep = epoll_create1(0), got = 0;
	pid_t pid;

	make_pipe(p, O_NONBLOCK);
	control(ep, EPOLL_CTL_ADD, p[RD], EPOLLIN | EPOLLET);
	pid = start();
	if (!pid) {
		for (int i = 0; i < EVENTS; i++) {
			if (write(p[WR], "x", 1) != 1)
				_exit(1);
			dawdle(round + i);
		}
		_exit(0);
	}
	while (got < EVENTS) {
		if (epoll_wait(ep, &event, 1, -1) != 1)
			return 0;
		for (ssize_t n; (n = read(p[RD], block, 3)) > 0;)
			got += (int)n;
	}
	close(ep);
	close_pipe(p);
	return got == EVENTS && ended(pid) == 0;
}

/* ONESHOT: armed again after each event, while the next may be coming. Two wait on one set. */
static int shared_ep, shared_pipe[2];
static volatile int inside, twice, taken;

static void *take_events(void *arg)
{
	struct epoll_event event;

	while (epoll_wait(shared_ep, &event, 1, -1) == 1) {
		if (__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST))
			twice = 1; /* both were told of one event */
		if (read(shared_pipe[RD], block, 1) != 1)
			break;
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		if (__atomic_add_fetch(&taken, 1, __ATOMIC_SEQ_CST) >= EVENTS + 1)
			break; /* one byte more ends one of the two, another the other */
		control(shared_ep, EPOLL_CTL_MOD, shared_pipe[RD], EPOLLIN | EPOLLONESHOT);
	}
	control(shared_ep, EPOLL_CTL_MOD, shared_pipe[RD], EPOLLIN | EPOLLONESHOT);
	return arg;
}

static int one_shots(int round)
{
	pthread_t threads[2];

	shared_ep = epoll_create1(0);
	inside = twice = taken = 0;
	make_pipe(shared_pipe, 0);
	control(shared_ep, EPOLL_CTL_ADD, shared_pipe[RD], EPOLLIN | EPOLLONESHOT);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, take_events, NULL);
	for (int i = 0; i < EVENTS + 2; i++) {
		write(shared_pipe[WR], "x", 1);
		dawdle(round + i);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	close(shared_ep);
	close_pipe(shared_pipe);
	return !twice && taken == EVENTS + 2;
}

/* The item is switched between nothing and EPOLLIN while data comes: once it is on, it is told. */
static int modified(int round)
{
	struct epoll_event event;
	int p[2], ep = epoll_create1(0), good = 1;
	pid_t pid;

	make_pipe(p, O_NONBLOCK);
	control(ep, EPOLL_CTL_ADD, p[RD], 0);
	pid = start();
	if (!pid) {
		dawdle(round);
		_exit(write(p[WR], "x", 1) != 1);
	}
	for (int i = 0; i < round % 5; i++) {
		control(ep, EPOLL_CTL_MOD, p[RD], EPOLLIN | EPOLLET);
		control(ep, EPOLL_CTL_MOD, p[RD], 0);
	}
	control(ep, EPOLL_CTL_MOD, p[RD], EPOLLIN | EPOLLET);
	good &= epoll_wait(ep, &event, 1, -1) == 1 && event.events == EPOLLIN;
	good &= ended(pid) == 0;
	close(ep);
	close_pipe(p);
	return good;
}

/* A set in a set: what happens inside is told outside. */
static int nested(int round)
{
	struct epoll_event event;
	int fd = eventfd(0, EFD_NONBLOCK), inner = epoll_create1(0), outer = epoll_create1(0);
	unsigned long long value = 1;
	int good = 1, got = 0;
	pid_t pid;

	control(inner, EPOLL_CTL_ADD, fd, EPOLLIN);
	control(outer, EPOLL_CTL_ADD, inner, EPOLLIN | (round % 2 ? EPOLLET : 0));
	pid = start();
	if (!pid) {
		for (int i = 0; i < 5; i++) {
			dawdle(round + i);
			write(fd, &value, 8);
		}
		_exit(0);
	}
	while (good && got < 5) {
		good &= epoll_wait(outer, &event, 1, -1) == 1;
		while (epoll_wait(inner, &event, 1, 0) == 1)
			if (read(fd, &value, 8) == 8)
				got += (int)value;
	}
	close(inner);
	close(outer);
	close(fd);
	return good && ended(pid) == 0;
}

/* A semaphore of an eventfd: each of many posts lets one of several waiters go on, once. */
static int semaphore(int round)
{
	int fd = eventfd(0, EFD_SEMAPHORE), good = 1;
	unsigned long long value = 1;
	pid_t pids[3];

	for (int i = 0; i < 3; i++) {
		pids[i] = start();
		if (!pids[i]) {
			for (int k = 0; k < 10; k++) {
				if (read(fd, &value, 8) != 8 || value != 1)
					_exit(1);
				dawdle(round + k);
			}
			_exit(0);
		}
	}
	for (int i = 0; i < 10; i++) {
		value = 3;
		write(fd, &value, 8);
		dawdle(round * 3 + i);
	}
	for (int i = 0; i < 3; i++)
		good &= ended(pids[i]) == 0;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	good &= failed_with(read(fd, &value, 8), EAGAIN);
	close(fd);
	return good;
}

/* A writer that waits for room in a counter, and a reader that makes it. */
static int full_counter(int round)
{
	unsigned long long value = ~0ull - 1, sum = 0;
	int fd = eventfd(0, 0), good = 1;
	pid_t pid;

	write(fd, &value, 8);
	pid = start();
	if (!pid) {
		value = 5;
		for (int i = 0; i < 4; i++)
			if (write(fd, &value, 8) != 8)
				_exit(1);
		_exit(0);
	}
	dawdle(round);
	good &= read(fd, &sum, 8) == 8 && sum == ~0ull - 1;
	for (sum = 0; sum < 20;) {
		good &= read(fd, &value, 8) == 8;
		sum += value;
	}
	close(fd);
	return good && sum == 20 && ended(pid) == 0;
}

/* Queued signals, read from a descriptor that epoll watches: all come. */
static int signals(int round)
{
	struct signalfd_siginfo info;
	struct epoll_event event;
	int fd, ep = epoll_create1(0), got = 0, good = 1;
	sigset_t set, old;
	pid_t pid, self = getpid();

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, &old);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	control(ep, EPOLL_CTL_ADD, fd, EPOLLIN | (round % 2 ? EPOLLET : 0));
	pid = start();
	if (!pid) {
		for (int i = 0; i < 10; i++) {
			union sigval value = { .sival_int = i };

			if (sigqueue(self, SIGRTMIN, value))
				_exit(1);
			dawdle(round + i);
		}
		_exit(0);
	}
	while (good && got < 10) {
		good &= epoll_wait(ep, &event, 1, -1) == 1;
		while (read(fd, &info, sizeof(info)) == sizeof(info))
			good &= info.ssi_int == got++;
	}
	good &= ended(pid) == 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fd);
	close(ep);
	return good;
}

int main(int argc, char **argv)
{
	static const struct race races[] = {
		{ "PIPE-025: edge-triggered, bytes one by one", edges },
		{ "ONESHOT, two who wait: each event once", one_shots },
		{ "an item is changed while data comes", modified },
		{ "a set in a set", nested },
		{ "an eventfd as a semaphore", semaphore },
		{ "an eventfd without room", full_counter },
		{ "signals from a descriptor", signals },
	};

	run_races(races, sizeof(races) / sizeof(races[0]), argc > 1 ? atoi(argv[1]) : 12);
	return ktap_done();
}
