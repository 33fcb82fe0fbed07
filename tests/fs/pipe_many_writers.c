// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thousand writers into one pipe: records of random sizes up to PIPE_BUF stay whole and in order per
 * writer.
 * Spec: PIPE-035. Arguments: seed, writers.
 */
#include "tests/fs/pipes.h"
#include <limits.h>

#define RECORDS 5

struct record {
	unsigned short size, writer, number;
	unsigned char fill[];
};

static unsigned long seed;

static unsigned int rnd(unsigned int below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)((seed >> 33) % below);
}

static unsigned char fill_of(const struct record *r)
{
	return (unsigned char)(r->writer * 31 + r->number * 7 + r->size);
}

static void writer(int fd, int id)
{
	static char buf[PIPE_BUF] __attribute__((aligned(8)));
	struct record *r = (struct record *)buf;

	seed += id * 7919;
	for (int i = 0; i < RECORDS; i++) {
		r->size = (unsigned short)(sizeof(*r) + rnd(PIPE_BUF - sizeof(*r) + 1));
		r->writer = (unsigned short)id;
		r->number = (unsigned short)i;
		memset(r->fill, fill_of(r), r->size - sizeof(*r));
		if (write(fd, r, r->size) != r->size)
			_exit(1);
	}
	_exit(0);
}

static size_t read_fully(int fd, void *buf, size_t n)
{
	size_t got = 0;

	for (ssize_t r; got < n && (r = read(fd, (char *)buf + got, n - got)) > 0;)
		got += r;
	return got;
}

static void test_many(int writers)
{
	static char buf[PIPE_BUF] __attribute__((aligned(8)));
	static unsigned short next[4096];
	struct record *r = (struct record *)buf;
	int p[2], good = 1, records = 0, started = 0, status;

	make_pipe(p, 0);
	for (; started < writers; started++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (!pid) {
			close(p[RD]);
			writer(p[WR], started);
		}
	}
	close(p[WR]);
	while (good && read_fully(p[RD], r, sizeof(*r)) == sizeof(*r)) {
		size_t rest = r->size - sizeof(*r);

		good = r->size <= PIPE_BUF && r->writer < started &&
		       r->number == next[r->writer]++ && read_fully(p[RD], r->fill, rest) == rest;
		for (size_t i = 0; good && i < rest; i++)
			good = r->fill[i] == fill_of(r);
		records++;
	}
	close(p[RD]);
	while (wait(&status) > 0)
		good &= status == 0;
	ok(good && started == writers && records == writers * RECORDS,
	   "PIPE-035: %d records of %d writers, each whole, each writer's in order", records,
	   started);
}

int main(int argc, char **argv)
{
	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	test_many(argc > 2 ? atoi(argv[2]) : 1000);
	return ktap_done();
}
