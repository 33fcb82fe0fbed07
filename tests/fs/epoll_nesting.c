// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets in sets: an event travels up through all that contain it, so there may not be too many ways;
 * within the limits it arrives everywhere.
 */
#include "tests/ktap.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>

#define MANY 1100

static int failed_with(int ret, int error)
{
	return ret == -1 && errno == error;
}

static int add(int set, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static void make_sets(int *sets, int n)
{
	for (int i = 0; i < n; i++)
		sets[i] = epoll_create1(0);
}

static void close_all(const int *fds, int n)
{
	for (int i = 0; i < n; i++)
		close(fds[i]);
}

static int is_ready(int set)
{
	struct epoll_event event;

	return epoll_wait(set, &event, 1, 0) == 1;
}

static void raise_limit_of_files(void)
{
	struct rlimit limit = { MANY + 200, MANY + 200 };

	setrlimit(RLIMIT_NOFILE, &limit);
}

static void through_one_set(void)
{
	int sets[MANY], fd = eventfd(0, EFD_NONBLOCK), added = 0, ready = 0;
	uint64_t one = 1;

	make_sets(sets, MANY);
	for (int i = 0; i < MANY; i++)
		added += add(sets[i], fd) == 0;
	ok(added == MANY, "a file may be in as many sets as one likes: %d", added);
	ok(write(fd, &one, sizeof(one)) == sizeof(one), "… an event comes");
	for (int i = 0; i < MANY; i++)
		ready += is_ready(sets[i]);
	ok(ready == MANY, "… to all of them: %d", ready);
	close_all(sets, MANY);
	close(fd);
}

/* 25 sets hold the file, and are in 20 others: 500 ways. */
static void through_two_sets(void)
{
	int lower[25], upper[21], fd = eventfd(0, EFD_NONBLOCK), added = 0, ready = 0;
	int other = eventfd(0, EFD_NONBLOCK);
	uint64_t one = 1;

	make_sets(lower, 25);
	make_sets(upper, 21);
	for (int i = 0; i < 25; i++)
		add(lower[i], fd);
	for (int i = 0; i < 20; i++)
		for (int j = 0; j < 25; j++)
			added += add(upper[i], lower[j]) == 0;
	ok(added == 500, "500 ways lead from a file through two sets: %d", added);
	ok(failed_with(add(upper[20], lower[0]), EINVAL), "… and not one more, by a set in a set");
	ok(!add(upper[20], other), "… though a file of its own is welcome there");
	added = 0;
	for (int j = 0; j < 25; j++)
		added += add(lower[j], other) == 0;
	ok(added == 25, "… and in all nested sets: %d", added);
	ok(!epoll_ctl(upper[0], EPOLL_CTL_DEL, lower[0], NULL) && !add(upper[20], lower[0]),
	   "after one is taken away there is room for another");
	ok(failed_with(add(upper[0], lower[0]), EINVAL), "… and for no second");
	ok(write(fd, &one, sizeof(one)) == sizeof(one), "an event comes");
	for (int i = 0; i < 21; i++)
		ready += is_ready(upper[i]);
	ok(ready == 21, "… to all upper sets: %d", ready);
	close_all(lower, 25);
	close_all(upper, 21);
	close(fd);
	close(other);
}

/* A file that comes last: its ways are those of the sets that it is put into. */
static void file_comes_last(void)
{
	int lower[20], upper[30], fd = eventfd(0, EFD_NONBLOCK), added = 0;

	make_sets(lower, 20);
	make_sets(upper, 30);
	for (int i = 0; i < 30; i++)
		for (int j = 0; j < 20; j++)
			added += add(upper[i], lower[j]) == 0;
	ok(added == 600, "sets without files may be nested at will: %d", added);
	added = 0;
	for (int j = 0; j < 20; j++)
		added += add(lower[j], fd) == 0;
	ok(added == 16, "a file may then be in 16 of them, 480 ways: %d", added);
	close_all(lower, 20);
	close_all(upper, 30);
	close(fd);
}

/* Each level in all sets of the next: as many as are allowed, and the event is quick. */
static void four_levels(void)
{
	int sets[4][30], fd = eventfd(0, EFD_NONBLOCK), refused = 0;
	struct timespec start, end;
	uint64_t one = 1;

	for (int level = 0; level < 4; level++)
		make_sets(sets[level], 30);
	for (int i = 0; i < 30; i++)
		add(sets[0][i], fd);
	for (int level = 1; level < 4; level++)
		for (int i = 0; i < 30; i++)
			for (int j = 0; j < 30; j++)
				refused += failed_with(add(sets[level][i], sets[level - 1][j]),
						       EINVAL);
	ok(refused > 0, "four levels of thirty sets are too much: %d refused", refused);
	clock_gettime(CLOCK_MONOTONIC, &start);
	ok(write(fd, &one, sizeof(one)) == sizeof(one), "… what there is takes the event");
	clock_gettime(CLOCK_MONOTONIC, &end);
	ok(end.tv_sec - start.tv_sec < 10, "… in no long time");
	ok(is_ready(sets[0][0]) && is_ready(sets[1][0]), "… and it arrives");
	for (int level = 0; level < 4; level++)
		close_all(sets[level], 30);
	close(fd);
}

int main(void)
{
	raise_limit_of_files();
	through_one_set();
	through_two_sets();
	file_comes_last();
	four_levels();
	return ktap_done();
}
