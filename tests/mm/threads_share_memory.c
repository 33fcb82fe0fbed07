// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of one process fault, map, unmap and protect at the same time, while children are forked
 * and end: no thread loses a byte of its own, and what is shared is seen by all.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#define THREADS 6
#define ROUNDS  50
#define WINDOW  40 /* pages of each thread */

static atomic_int bad;
static atomic_int stop;
static atomic_int *counter; /* in shared memory */
static unsigned char *race_page;

/* On a slow machine each part ends before its rounds are done. */
#define PART_SECONDS 3

static time_t part_end;

static void part_begins(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	part_end = now.tv_sec + PART_SECONDS;
}

static int time_is_left(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec < part_end;
}

/* Its own window: fill, check, punch holes, map again, protect. */
static void *work(void *arg)
{
	unsigned int seed = (unsigned int)(unsigned long)arg;
	unsigned char *p = (unsigned char *)map_anon(WINDOW * PAGE, PROT_READ | PROT_WRITE);

	for (int round = 0; round < ROUNDS && (round < 3 || time_is_left()); round++) {
		size_t from, n;

		for (size_t i = 0; i < WINDOW; i++)
			p[i * PAGE] = (unsigned char)(seed + i);
		seed = seed * 1103515245 + 12345;
		from = (seed >> 8) % WINDOW;
		n = 1 + (seed >> 16) % (WINDOW - from);
		switch ((seed >> 24) % 3) {
		case 0:
			if (mmap(p + from * PAGE, n * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != p + from * PAGE)
				bad++;
			break;
		case 1:
			if (mprotect(p + from * PAGE, n * PAGE, PROT_READ) ||
			    mprotect(p + from * PAGE, n * PAGE, PROT_READ | PROT_WRITE))
				bad++;
			continue; /* content stays: the next round's first loop writes it again */
		default:
			if (madvise(p + from * PAGE, n * PAGE, MADV_DONTNEED))
				bad++;
		}
		for (size_t i = from; i < from + n; i++)
			if (p[i * PAGE])
				bad++;
		atomic_fetch_add(counter, 1);
		sched_yield();
	}
	munmap(p, WINDOW * PAGE);
	return NULL;
}

/* Children see a moment of the process; what they write is theirs. */
static void *forker(void *arg)
{
	unsigned char *mine = (unsigned char *)map_anon(300 * PAGE, PROT_READ | PROT_WRITE);

	(void)arg;
	memset(mine, 5, 300 * PAGE);
	while (!stop) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			for (size_t i = 0; i < 300; i++)
				if (mine[i * PAGE] != 5)
					_exit(1);
			memset(mine, 9, 300 * PAGE);
			atomic_fetch_add(counter, 1);
			_exit(0);
		}
		mine[0] = 5;
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			bad++;
		for (size_t i = 0; i < 300; i++)
			if (mine[i * PAGE] != 5)
				bad++;
		atomic_fetch_sub(counter, 1);
	}
	munmap(mine, 300 * PAGE);
	return NULL;
}

/* All of them touch the same fresh page: exactly one page, and no write lost. */
static void *racer(void *arg)
{
	race_page[(unsigned long)arg] = 1;
	return NULL;
}

static int racing_faults(void)
{
	for (int round = 0; round < 100 && (round < 3 || time_is_left()); round++) {
		pthread_t thread[THREADS];
		int sum = 0;

		race_page = (unsigned char *)map_anon(PAGE, PROT_READ | PROT_WRITE);
		for (unsigned long i = 0; i < THREADS; i++)
			pthread_create(&thread[i], NULL, racer, (void *)(i * 64));
		for (int i = 0; i < THREADS; i++)
			pthread_join(thread[i], NULL);
		for (int i = 0; i < THREADS; i++)
			sum += race_page[i * 64];
		munmap(race_page, PAGE);
		if (sum != THREADS)
			return 0;
	}
	return 1;
}

int main(void)
{
	pthread_t thread[THREADS], forks;
	int rounds;

	counter = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	part_begins();
	ok(racing_faults(), "threads that fault on one page at once all write to the same page");
	part_begins();
	pthread_create(&forks, NULL, forker, NULL);
	for (unsigned long i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	stop = 1;
	pthread_join(forks, NULL);
	rounds = *counter;
	ok(bad == 0, "threads that map, protect and fork at once keep their memory (%d wrong)",
	   (int)bad);
	ok(rounds > 0 && rounds <= THREADS * ROUNDS, "shared memory counted %d rounds", rounds);
	return ktap_done();
}
