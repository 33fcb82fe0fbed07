// SPDX-License-Identifier: GPL-2.0-only
/* Files and sets are closed while other threads wait for them, add them and write to them. */
#include "tests/fs/pipes.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define SLOTS   32
#define SECONDS 2

static int files[SLOTS], sets[4];
static volatile int stop;
static volatile long events_seen;

static int pick(unsigned int *seed, int below)
{
	*seed = *seed * 1103515245 + 12345;
	return (int)((*seed >> 16) % below);
}

static void *waiter(void *arg)
{
	unsigned int seed = (unsigned int)(long)arg;
	struct epoll_event events[8];

	while (!stop) {
		int n = epoll_wait(sets[pick(&seed, 4)], events, 8, 1);

		if (n > 0)
			events_seen += n;
	}
	return NULL;
}

static void *changer(void *arg)
{
	static const unsigned int kinds[] = { EPOLLIN, EPOLLIN | EPOLLET, EPOLLIN | EPOLLONESHOT,
					      EPOLLIN | EPOLLEXCLUSIVE };
	unsigned int seed = (unsigned int)(long)arg;

	while (!stop) {
		struct epoll_event event = { .events = kinds[pick(&seed, 4)] };
		int set = sets[pick(&seed, 4)], other = sets[pick(&seed, 4)];
		int fd = files[pick(&seed, SLOTS)];

		epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
		if (!pick(&seed, 3))
			epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL);
		if (!pick(&seed, 8)) {
			epoll_ctl(set, EPOLL_CTL_ADD, other, &event);
			epoll_ctl(set, EPOLL_CTL_DEL, other, NULL);
		}
	}
	return NULL;
}

/* A new file takes the number of an old one: the old one's end removes it from all sets. */
static void *closer(void *arg)
{
	unsigned int seed = (unsigned int)(long)arg;
	unsigned long long one = 1;

	while (!stop) {
		int slot = pick(&seed, SLOTS), fd, p[2];

		if (pick(&seed, 2)) {
			fd = eventfd(0, EFD_NONBLOCK);
			dup2(fd, files[slot]);
			close(fd);
		} else {
			make_pipe(p, O_NONBLOCK);
			dup2(p[RD], files[slot]);
			write(p[WR], "x", 1);
			close_pipe(p);
		}
		write(files[pick(&seed, SLOTS)], &one, 8);
		if (!pick(&seed, 16)) {
			fd = epoll_create1(0);
			dup2(fd, sets[pick(&seed, 4)]);
			close(fd);
		}
	}
	return NULL;
}

int main(void)
{
	void *(*const roles[])(void *) = { waiter, waiter, changer, changer, closer, closer };
	struct epoll_event event = { .events = EPOLLIN };
	unsigned long long one = 1;
	pthread_t threads[6];
	int ep, fd;

	for (int i = 0; i < SLOTS; i++)
		files[i] = eventfd(0, EFD_NONBLOCK);
	for (int i = 0; i < 4; i++)
		sets[i] = epoll_create1(0);
	for (long i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, roles[i], (void *)(i * 991 + 1));
	sleep(SECONDS);
	stop = 1;
	for (int i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	ok(events_seen > 0, "%ld events on the way", events_seen);
	for (int i = 0; i < SLOTS; i++)
		close(files[i]);
	for (int i = 0; i < 4; i++)
		close(sets[i]);
	ep = epoll_create1(0);
	fd = eventfd(0, 0);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	write(fd, &one, 8);
	ok(epoll_wait(ep, &event, 1, 0) == 1, "a new set works");
	return ktap_done();
}
