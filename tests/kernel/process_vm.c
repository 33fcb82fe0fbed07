// SPDX-License-Identifier: GPL-2.0-only
/* process_vm_readv and process_vm_writev: across pages and pieces, and what they refuse. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/ktap.h"

#define SIZE 20000

static char *area; /* private, with a page behind it that nobody may touch */
static pid_t child;

static int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static long vm(int number, pid_t pid, const struct iovec *l, long nl, const struct iovec *r,
	       long nr, long flags)
{
	return syscall(number, pid, l, nl, r, nr, flags);
}

#define readv_of(pid, l, nl, r, nr)  vm(SYS_process_vm_readv, pid, l, nl, r, nr, 0)
#define writev_of(pid, l, nl, r, nr) vm(SYS_process_vm_writev, pid, l, nl, r, nr, 0)

static char pattern(int i)
{
	return (char)(i * 7 + i / 4096);
}

static int holds(const char *got, int from, int len)
{
	for (int i = 0; i < len; i++) {
		if (got[i] != pattern(from + i))
			return 0;
	}
	return 1;
}

/* A child that has the pattern in area. */
static void start_child(void)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		_exit(98);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < SIZE; i++)
			area[i] = pattern(i);
		if (write(ready[1], "r", 1) != 1)
			_exit(99);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		_exit(97);
	close(ready[0]);
}

static void test_transfer(void)
{
	static char got[SIZE], new[SIZE];
	struct iovec all = { got, SIZE }, remote = { area, SIZE }, mine = { new, SIZE };
	struct iovec l[3] = { { got, 5 }, { got + 5, 0 }, { got + 5, SIZE - 5 } };
	struct iovec r[3] = { { area + 4000, 200 }, { area, 0 }, { area + 100, 7 } };

	ok(readv_of(child, &all, 1, &remote, 1) == SIZE && holds(got, 0, SIZE),
	   "all of several pages is read");
	memset(got, 0, sizeof(got));
	ok(readv_of(child, l, 3, r, 3) == 207 && holds(got, 4000, 200) && holds(got + 200, 100, 7),
	   "pieces on both sides are cut as they come");
	l[2].iov_len = 50;
	ok(readv_of(child, l, 3, r, 3) == 55, "the shorter side ends it");
	for (int i = 0; i < SIZE; i++)
		new[i] = (char)(i * 3);
	ok(writev_of(child, &mine, 1, &remote, 1) == SIZE &&
		   readv_of(child, &all, 1, &remote, 1) == SIZE && !memcmp(got, new, SIZE),
	   "what is written is there");
	ok(area[1] != new[1], "in that process alone");
	ok(readv_of(getpid(), &all, 1, &mine, 1) == SIZE, "the caller itself will do");
}

static void test_errors(void)
{
	static char got[SIZE];
	struct iovec all = { got, SIZE }, remote = { area, SIZE }, none = { got, 0 };
	struct iovec two[2] = { { area, 10 }, { (void *)8, 10 } };
	struct iovec negative = { area, (size_t)-1 };
	pid_t pid;
	int status = -1;

	ok(failed_with(vm(SYS_process_vm_readv, child, &all, 1, &remote, 1, 1), EINVAL),
	   "no flags are known");
	ok(failed_with(readv_of(child, &all, 1025, &remote, 1), EINVAL) &&
		   failed_with(readv_of(child, &all, 1, &remote, 1025), EINVAL) &&
		   failed_with(readv_of(child, &all, 1, &negative, 1), EINVAL),
	   "too many pieces, or a negative length");
	ok(failed_with(readv_of(child, &all, 1, (void *)8, 1), EFAULT) &&
		   failed_with(readv_of(child, (void *)8, 1, &remote, 1), EFAULT),
	   "pieces that cannot be read: EFAULT");
	ok(readv_of(child, two, 2, &remote, 1) == 10 && readv_of(child, &all, 1, two, 2) == 10 &&
		   failed_with(readv_of(child, &all, 1, &two[1], 1), EFAULT),
	   "bad memory ends it; EFAULT when nothing was copied");
	ok(readv_of(99999999, &none, 1, &remote, 1) == 0 &&
		   readv_of(99999999, &all, 1, &remote, 0) == 0,
	   "nothing to do: nobody is looked for");
	ok(failed_with(readv_of(99999999, &all, 1, &remote, 1), ESRCH), "nobody: ESRCH");
	pid = fork();
	if (!pid) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(failed_with(readv_of(child, &all, 1, &remote, 1), EPERM) ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "who may not trace it: EPERM");
}

static void test_protection(void)
{
	struct iovec l = { (char[4]){ 1, 2, 3, 4 }, 4 }, r = { (void *)"constant", 4 };
	struct iovec end = { area + 5 * 4096 - 2, 4 };

	ok(failed_with(writev_of(child, &l, 1, &r, 1), EFAULT), "read-only memory is not written");
	ok(writev_of(child, &l, 1, &end, 1) == 2, "up to the last byte that may be");
}

int main(void)
{
	area = mmap(NULL, 6 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(area + 5 * 4096, 4096, PROT_NONE);
	start_child();
	test_transfer();
	test_errors();
	test_protection();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return ktap_done();
}
