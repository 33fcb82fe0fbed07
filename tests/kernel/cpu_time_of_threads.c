// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process's CPU clock counts each thread once, also while it ends: it never goes back
 * (man 2 clock_gettime, CLOCK_PROCESS_CPUTIME_ID). On several CPUs one thread reads while others end.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>
#include "tests/ktap.h"

#define THREADS   40
#define BURN_NS   20000000ll
#define TOLERANCE 10000000ll /* Linux may forget what a thread used since the last tick */

static atomic_int done;

static long long clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void *burn(void *unused)
{
	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < BURN_NS)
		;
	return unused;
}

/* Two at a time, so that one ends while another runs. */
static void *start_threads(void *unused)
{
	pthread_t thread[2];
	int started = 0;

	for (int i = 0; i < THREADS; i++) {
		if (started == 2) {
			pthread_join(thread[i % 2], NULL);
			started--;
		}
		if (pthread_create(&thread[i % 2], NULL, burn, NULL))
			break;
		started++;
	}
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	atomic_store(&done, 1);
	return unused;
}

int main(void)
{
	long long last = 0, worst = 0, utime = 0, before, now;
	struct rusage usage;
	pthread_t starter;
	int back = 0;

	before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (pthread_create(&starter, NULL, start_threads, NULL))
		return 1;
	while (!atomic_load(&done)) {
		now = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		if (last - now > worst)
			worst = last - now;
		last = now;
		getrusage(RUSAGE_SELF, &usage);
		now = usage.ru_utime.tv_sec * 1000000ll + usage.ru_utime.tv_usec;
		back |= now < utime;
		utime = now;
	}
	pthread_join(starter, NULL);
	now = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	ok(worst < TOLERANCE, "the CPU clock of the process does not go back: %lld ns", worst);
	ok(!back, "nor does ru_utime");
	ok(now - before >= THREADS * (BURN_NS - TOLERANCE), "nobody's time is lost");
	return ktap_done();
}
