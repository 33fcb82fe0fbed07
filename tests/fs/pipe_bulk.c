// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bulk transfer wakes each side once for each buffer's worth of data, never once for each page.
 *
 * 64 MiB go through a pipe of 64 KiB in writes of 64 KiB. A ring that is filled must be handed to the
 * reader, and an emptied one to the writer: one wake-up of either is needed for each ring's worth of
 * data when the two run in turns, and fewer when they overlap. A wake-up needs somebody who sleeps, so
 * voluntary context switches count them from above; they are looked at for each side by itself.
 * The same with a small ring, where there are more.
 * Spec: PIPE-021, PIPE-009. Arguments: MiB.
 */
#include "tests/fs/pipes.h"
#include <sys/resource.h>
#include <sys/wait.h>

#define CHUNK 65536
/* Starting, ending, waiting for the child: not the pipe's. */
#define SLACK 32

static unsigned char expected[CHUNK];

struct transfer {
	size_t got;
	long reader, writer; /* sleeps */
	int good;
};

static void write_all(int fd, size_t bytes)
{
	memcpy(block, expected, CHUNK);
	for (size_t done = 0; done < bytes; done += CHUNK)
		if (write(fd, block, CHUNK) != CHUNK)
			_exit(1);
	_exit(0);
}

static long sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw;
}

/* ring: bytes that the pipe shall hold. */
static struct transfer transfer(size_t bytes, int ring)
{
	struct transfer t = { .good = 1 };
	struct rusage child;
	int p[2], status;
	pid_t pid;
	long before;

	make_pipe(p, 0);
	if (fcntl(p[WR], F_SETPIPE_SZ, ring) != ring)
		t.good = 0;
	pid = fork();
	if (!pid) {
		close(p[RD]);
		write_all(p[WR], bytes);
	}
	close(p[WR]);
	before = sleeps();
	for (ssize_t n; (n = read(p[RD], block, CHUNK)) > 0; t.got += n) {
		size_t at = t.got % CHUNK, first = CHUNK - at < (size_t)n ? CHUNK - at : (size_t)n;

		t.good &= !memcmp(block, expected + at, first) &&
			  !memcmp(block + first, expected, n - first);
	}
	t.reader = sleeps() - before;
	t.good &= wait4(pid, &status, 0, &child) == pid && status == 0 && t.got == bytes;
	t.writer = child.ru_nvcsw;
	close(p[RD]);
	return t;
}

static void test(size_t bytes, int ring, const char *what)
{
	struct transfer t = transfer(bytes, ring);
	long rings = bytes / ring;

	ok(t.good && t.reader <= rings + SLACK && t.writer <= rings + SLACK,
	   "PIPE-021: %zu MiB %s: %ld rings' worth, reader slept %ld times, writer %ld: once each",
	   bytes >> 20, what, rings, t.reader, t.writer);
}

int main(int argc, char **argv)
{
	size_t bytes = (argc > 1 ? strtoul(argv[1], NULL, 0) : 64) << 20;

	for (int i = 0; i < CHUNK; i++)
		expected[i] = (unsigned char)(i * 131 + i / 251);
	test(bytes, CHUNK, "through 64 KiB");
	test(bytes / 16, CHUNK / 4, "through 16 KiB");
	return ktap_done();
}
