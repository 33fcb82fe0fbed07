// SPDX-License-Identifier: GPL-2.0-only
/* The operations of futex(2), between processes in shared memory and between threads' addresses. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define MS 1000000ll

/* musl has no <linux/futex.h>. */
enum {
	FUTEX_WAIT,
	FUTEX_WAKE,
	FUTEX_REQUEUE = 3,
	FUTEX_CMP_REQUEUE,
	FUTEX_WAKE_OP,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAKE_BITSET,
	FUTEX_PRIVATE = 128,
	FUTEX_WAKE_PRIVATE = FUTEX_WAKE | FUTEX_PRIVATE,
	FUTEX_WAIT_BITSET_PRIVATE = FUTEX_WAIT_BITSET | FUTEX_PRIVATE,
	FUTEX_CLOCK_REALTIME = 256,
};
enum { FUTEX_OP_SET, FUTEX_OP_ADD, FUTEX_OP_OR, FUTEX_OP_ANDN, FUTEX_OP_XOR, FUTEX_OP_SHIFT = 8 };
enum { FUTEX_OP_CMP_EQ, FUTEX_OP_CMP_GT = 4 };
#define FUTEX_OP(op, oparg, cmp, cmparg)                                                           \
	((uint32_t)(op) << 28 | (cmp) << 24 | ((oparg)&0xfff) << 12 | ((cmparg)&0xfff))

/* In memory shared with the children. */
struct shared {
	uint32_t a, b;
	atomic_int ready, woken;
};

static struct shared *sh;

static long futex(uint32_t *word, int op, uint32_t val, const void *timeout, uint32_t *word2,
		  uint32_t val3)
{
	return syscall(SYS_futex, word, op, val, timeout, word2, val3);
}

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static long long clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static struct timespec to_timespec(long long ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	return ts;
}

/* Is the process asleep? From /proc/PID/stat. */
static int sleeps(pid_t pid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 1;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state == 'S';
}

/* n children that wait on word with that bitset; returns when all sleep. */
static void start_waiters(pid_t *pid, int n, uint32_t *word, uint32_t bitset)
{
	for (int i = 0; i < n; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			atomic_fetch_add(&sh->ready, 1);
			if (futex(word, FUTEX_WAIT_BITSET, 0, NULL, NULL, bitset) == 0)
				atomic_fetch_add(&sh->woken, 1);
			_exit(0);
		}
	}
	for (int i = 0; i < n; i++)
		while (!sleeps(pid[i]))
			usleep(1000);
}

/* Waits until exactly so many have been woken, for at most 5 s. */
static int woken(int n)
{
	for (int i = 0; i < 5000 && atomic_load(&sh->woken) < n; i++)
		usleep(1000);
	return atomic_load(&sh->woken) == n;
}

static void reset(void)
{
	while (wait(NULL) > 0)
		;
	sh->a = sh->b = 0;
	sh->ready = sh->woken = 0;
}

static void test_errors(void)
{
	struct timespec bad = { 0, 1000000000 };
	uint32_t word = 1;

	ok(failed_with(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EAGAIN),
	   "another value: EAGAIN");
	ok(failed_with(futex((uint32_t *)((char *)&word + 1), FUTEX_WAIT, 0, NULL, NULL, 0),
		       EINVAL) &&
		   failed_with(futex(&word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 0), EINVAL) &&
		   failed_with(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL) &&
		   failed_with(futex(&word, FUTEX_WAIT, 1, &bad, NULL, 0), EINVAL),
	   "EINVAL");
	ok(failed_with(futex((uint32_t *)16, FUTEX_WAIT, 0, NULL, NULL, 0), EFAULT) &&
		   failed_with(futex(&word, FUTEX_WAIT, 1, (void *)8, NULL, 0), EFAULT) &&
		   failed_with(futex((uint32_t *)0xffff800000000000, FUTEX_WAKE, 1, NULL, NULL, 0),
			       EFAULT),
	   "EFAULT");
	ok(failed_with(futex(&word, 99, 0, NULL, NULL, 0), ENOSYS) &&
		   failed_with(futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0),
			       ENOSYS),
	   "ENOSYS");
	ok(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0) == 0 &&
		   futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0) == 0,
	   "nobody to wake: 0");
}

static void test_time_outs(void)
{
	long long start = clock_ns(CLOCK_MONOTONIC);
	struct timespec ts = to_timespec(30 * MS);
	uint32_t word = 0;

	ok(failed_with(futex(&word, FUTEX_WAIT, 0, &ts, NULL, 0), ETIMEDOUT) &&
		   clock_ns(CLOCK_MONOTONIC) - start >= 30 * MS,
	   "FUTEX_WAIT: relative");
	start = clock_ns(CLOCK_MONOTONIC);
	ts = to_timespec(start + 30 * MS);
	ok(failed_with(futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, &ts, NULL, ~0u), ETIMEDOUT) &&
		   clock_ns(CLOCK_MONOTONIC) - start >= 30 * MS,
	   "FUTEX_WAIT_BITSET: absolute, monotonic");
	start = clock_ns(CLOCK_REALTIME);
	ts = to_timespec(start + 30 * MS);
	ok(failed_with(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &ts, NULL, ~0u),
		       ETIMEDOUT) &&
		   clock_ns(CLOCK_REALTIME) - start >= 30 * MS,
	   "or realtime");
}

static void test_wake(void)
{
	pid_t pid[5];

	start_waiters(pid, 5, &sh->a, ~0u);
	ok(futex(&sh->a, FUTEX_WAKE, 2, NULL, NULL, 0) == 2 && woken(2), "wakes as many as told");
	ok(futex(&sh->a, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) == 3 && woken(5), "or all");
	reset();
	start_waiters(pid, 1, &sh->a, 1);
	start_waiters(pid + 1, 1, &sh->a, 2);
	ok(futex(&sh->a, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 4) == 0 &&
		   futex(&sh->a, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 2) == 1 &&
		   futex(&sh->a, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 3) == 1 && woken(2),
	   "only those whose bits match");
	reset();
}

static void test_requeue(void)
{
	pid_t pid[5];

	start_waiters(pid, 5, &sh->a, ~0u);
	ok(failed_with(futex(&sh->a, FUTEX_CMP_REQUEUE, 1, (void *)10, &sh->b, 7), EAGAIN),
	   "FUTEX_CMP_REQUEUE compares");
	ok(futex(&sh->a, FUTEX_CMP_REQUEUE, 1, (void *)2, &sh->b, 0) == 3 && woken(1),
	   "one woken, two moved");
	ok(futex(&sh->b, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) == 2 && woken(3),
	   "the moved ones wait at the other word");
	ok(futex(&sh->a, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) == 2 && woken(5),
	   "the others where they were");
	reset();
	ok(failed_with(futex(&sh->a, FUTEX_REQUEUE, -1, (void *)1, &sh->b, 0), EINVAL),
	   "negative numbers: EINVAL");
}

static void test_wake_op(void)
{
	pid_t pid[4];

	/* b += 5 and wake b's waiters only if it was above 3. */
	start_waiters(pid, 2, &sh->a, ~0u);
	start_waiters(pid + 2, 2, &sh->b, ~0u);
	ok(futex(&sh->a, FUTEX_WAKE_OP, 1, (void *)1, &sh->b,
		 FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_GT, 3)) == 1 &&
		   sh->b == 5,
	   "FUTEX_WAKE_OP: the operation is done, the comparison was false");
	ok(futex(&sh->a, FUTEX_WAKE_OP, 1, (void *)2, &sh->b,
		 FUTEX_OP(FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 5)) == 3 &&
		   sh->b == 7 && woken(4),
	   "true: both are woken");
	sh->b = 0xff;
	futex(&sh->a, FUTEX_WAKE_OP, 1, (void *)1, &sh->b,
	      FUTEX_OP(FUTEX_OP_ANDN, 0xf, FUTEX_OP_CMP_EQ, 0));
	ok(sh->b == 0xf0, "and-not");
	futex(&sh->a, FUTEX_WAKE_OP, 1, (void *)1, &sh->b,
	      FUTEX_OP((FUTEX_OP_OR | FUTEX_OP_SHIFT), 12, FUTEX_OP_CMP_EQ, 0));
	ok(sh->b == 0x10f0, "or with a shifted bit");
	futex(&sh->a, FUTEX_WAKE_OP, 1, (void *)1, &sh->b,
	      FUTEX_OP(FUTEX_OP_XOR, 0xff, FUTEX_OP_CMP_EQ, 0));
	ok(sh->b == 0x100f, "exclusive or");
	reset();
}

/* The same page of a file at two addresses is one futex. */
static void test_file(void)
{
	int fd = open("/tmp/futex_ops.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint32_t *one, *two;
	pid_t pid;
	int status;

	if (fd < 0 || ftruncate(fd, 4096)) {
		ok(0, "a file in /tmp");
		return;
	}
	one = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pid = fork();
	if (!pid) {
		two = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		_exit(futex(two + 3, FUTEX_WAIT, 0, NULL, NULL, 0) != 0);
	}
	while (!sleeps(pid))
		usleep(1000);
	ok(futex(one + 3, FUTEX_WAKE, 1, NULL, NULL, 0) == 1, "found through the file");
	waitpid(pid, &status, 0);
	ok(status == 0, "and woken");
	unlink("/tmp/futex_ops.file");
	close(fd);
}

static void nothing(int sig)
{
	(void)sig;
}

static void test_signals(void)
{
	struct timespec ts = to_timespec(10000 * MS);
	struct sigaction sa = { .sa_handler = nothing, .sa_flags = 0 };
	uint32_t word = 0;
	int status;
	pid_t pid = fork();

	if (!pid) {
		sigaction(SIGUSR1, &sa, NULL);
		_exit(!failed_with(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EINTR));
	}
	while (!sleeps(pid))
		usleep(1000);
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	ok(status == 0, "a handler ends the wait with EINTR");
	pid = fork();
	if (!pid) {
		sigaction(SIGUSR1, &sa, NULL);
		_exit(!failed_with(futex(&word, FUTEX_WAIT, 0, &ts, NULL, 0), EINTR));
	}
	while (!sleeps(pid))
		usleep(1000);
	kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	ok(status == 0, "with a time-out, too");
	/* Stop and continue run no handler: the wait goes on. */
	start_waiters(&pid, 1, &sh->a, ~0u);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	while (!sleeps(pid))
		usleep(1000);
	ok(futex(&sh->a, FUTEX_WAKE, 1, NULL, NULL, 0) == 1 && woken(1),
	   "a wait goes on after stop and continue");
	reset();
}

int main(void)
{
	sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	test_errors();
	test_time_outs();
	test_wake();
	test_requeue();
	test_wake_op();
	test_file();
	test_signals();
	return ktap_done();
}
