// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX threads on top of futexes: mutexes, condition variables with time-outs, barriers, joining,
 * robust mutexes whose owner dies, and the raw robust list of a dying process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define THREADS 8
#define ROUNDS  5000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static long counter;

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		if (i % 64 == 0)
			sched_yield(); /* with the lock, so that others have to wait */
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void test_mutex(void)
{
	pthread_t thread[THREADS];
	int good = 1;

	for (long i = 0; i < THREADS; i++)
		good &= pthread_create(&thread[i], NULL, count, (void *)i) == 0;
	for (long i = 0; i < THREADS; i++) {
		void *ret = NULL;

		good &= pthread_join(thread[i], &ret) == 0 && ret == (void *)i;
	}
	ok(good && counter == THREADS * ROUNDS, "a mutex protects a counter, joining works");
}

/* ---- ping-pong by condition variable ---- */

static int turn;

static void *pong(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != 1)
			pthread_cond_wait(&cond, &mutex);
		turn = 0;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void test_condition(void)
{
	struct timespec ts;
	pthread_t thread;
	int ret;

	pthread_create(&thread, NULL, pong, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != 0)
			pthread_cond_wait(&cond, &mutex);
		turn = 1;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	pthread_join(thread, NULL);
	ok(1, "%d turns by condition variable", ROUNDS);
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += 20000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	pthread_mutex_lock(&mutex);
	do
		ret = pthread_cond_timedwait(&cond, &mutex, &ts);
	while (!ret);
	pthread_mutex_unlock(&mutex);
	ok(ret == ETIMEDOUT, "a timed wait ends");
}

static pthread_barrier_t barrier;
static atomic_int serial;

static void *meet(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++)
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			atomic_fetch_add(&serial, 1);
	return NULL;
}

static void test_barrier(void)
{
	pthread_t thread[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, meet, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	ok(serial == 100, "100 barriers, one serial thread each");
}

/* ---- between processes ---- */

struct shared {
	pthread_mutex_t robust;
	sem_t sem;
	uint32_t word;
	struct {
		void *next; /* a robust list entry by hand */
		uint32_t word;
	} entry;
};

static void test_semaphore(struct shared *sh)
{
	int status;
	pid_t pid;

	sem_init(&sh->sem, 1, 0);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 100; i++)
			while (sem_wait(&sh->sem))
				;
		_exit(0);
	}
	for (int i = 0; i < 100; i++)
		sem_post(&sh->sem);
	waitpid(pid, &status, 0);
	ok(status == 0, "a semaphore between processes");
}

static void test_robust_mutex(struct shared *sh)
{
	pthread_mutexattr_t attr;
	int ret;
	pid_t pid;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&sh->robust, &attr);
	pid = fork();
	if (!pid) {
		pthread_mutex_lock(&sh->robust);
		kill(getpid(), SIGKILL);
	}
	ret = 0;
	waitpid(pid, NULL, 0);
	ret = pthread_mutex_lock(&sh->robust);
	ok(ret == EOWNERDEAD, "the owner was killed: EOWNERDEAD");
	ok(pthread_mutex_consistent(&sh->robust) == 0 && pthread_mutex_unlock(&sh->robust) == 0 &&
		   pthread_mutex_lock(&sh->robust) == 0 && pthread_mutex_unlock(&sh->robust) == 0,
	   "repaired, it works again");
	/* The owner dies while somebody waits. */
	pid = fork();
	if (!pid) {
		pthread_mutex_lock(&sh->robust);
		sem_post(&sh->sem);
		usleep(50000);
		_exit(0);
	}
	sem_wait(&sh->sem);
	ret = pthread_mutex_lock(&sh->robust);
	ok(ret == EOWNERDEAD, "a waiter is woken");
	waitpid(pid, NULL, 0);
}

/* The list by hand: one entry, the word behind it. */
static void test_robust_list(struct shared *sh)
{
	static struct {
		void *next;
		long offset;
		void *pending;
	} head;
	void *got = NULL;
	size_t size = 0;
	pid_t pid;

	ok(syscall(SYS_set_robust_list, &head, 23) == -1 && errno == EINVAL, "the size must fit");
	sh->entry.word = 0;
	pid = fork();
	if (!pid) {
		head.next = &sh->entry;
		head.offset = (char *)&sh->entry.word - (char *)&sh->entry;
		head.pending = NULL;
		sh->entry.next = &head;
		syscall(SYS_set_robust_list, &head, sizeof(head));
		if (syscall(SYS_get_robust_list, 0, &got, &size) || got != &head || size != 24)
			_exit(1);
		sh->entry.word = (uint32_t)syscall(SYS_gettid) | 0x80000000;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	ok(sh->entry.word == 0xc0000000, "the dead owner's word: died, waiters (%x)",
	   sh->entry.word);
	/* A damaged list harms nobody. */
	pid = fork();
	if (!pid) {
		head.next = (void *)0xdead0000;
		syscall(SYS_set_robust_list, &head, sizeof(head));
		_exit(7);
	}
	int status;

	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "a damaged list is left alone");
	pid = fork();
	if (!pid) { /* endless: points to itself */
		head.next = &sh->entry;
		sh->entry.next = &sh->entry;
		syscall(SYS_set_robust_list, &head, sizeof(head));
		_exit(7);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 7, "an endless list ends");
}

int main(void)
{
	struct shared *sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	test_mutex();
	test_condition();
	test_barrier();
	test_semaphore(sh);
	test_robust_mutex(sh);
	test_robust_list(sh);
	return ktap_done();
}
