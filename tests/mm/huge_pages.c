// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages: the pool, its accounting, mmap(MAP_HUGETLB), private and shared, fork, and what is
 * refused.
 */
#define _GNU_SOURCE
#include "tests/ktap.h"
#include "tests/mm/memory.h"
#include <pthread.h>

#ifndef MAP_HUGETLB
#define MAP_HUGETLB 0x40000
#endif
#define HUGE (2ul << 20)

static long vm_number(const char *name, long set)
{
	char path[64], text[32] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return -1;
	if (set >= 0) {
		n = snprintf(text, sizeof(text), "%ld\n", set);
		n = pwrite(fd, text, (size_t)n, 0);
	}
	n = pread(fd, text, sizeof(text) - 1, 0);
	close(fd);
	return n > 0 ? atol(text) : -1;
}

static long meminfo(const char *name)
{
	static char text[8192];
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *at;

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, name);
	return at ? atol(at + strlen(name) + 1) : -1;
}

#define total()    meminfo("HugePages_Total")
#define unused()   meminfo("HugePages_Free")
#define promised() meminfo("HugePages_Rsvd")
#define surplus()  meminfo("HugePages_Surp")

static int pool_is(long t, long f, long r, long s)
{
	int good = total() == t && unused() == f && promised() == r && surplus() == s;

	if (!good)
		dprintf(1, "# total %ld free %ld reserved %ld surplus %ld\n", total(), unused(),
			promised(), surplus());
	return good;
}

static char *map_huge(size_t len, int flags)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_HUGETLB | flags, -1, 0);
}

static void sharing(void)
{
	char *p = map_huge(2 * HUGE, MAP_SHARED);
	int status;
	pid_t pid;

	ok(p != MAP_FAILED && !((unsigned long)p % HUGE) && pool_is(4, 4, 2, 0),
	   "huge: a shared mapping is aligned and reserves its pages");
	p[0] = 'a';
	p[HUGE + 4096] = 'b';
	ok(pool_is(4, 2, 0, 0), "huge: touched pages are taken");
	pid = fork();
	if (!pid) {
		if (p[0] != 'a' || p[HUGE + 4096] != 'b' || p[HUGE - 1])
			_exit(1);
		p[1] = 'c';
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(status == 0 && p[1] == 'c' && pool_is(4, 2, 0, 0), "huge: shared with a child");
	ok(failed_with(munmap(p + 4096, HUGE), EINVAL) &&
		   failed_with(munmap(p, HUGE + 4096), EINVAL),
	   "huge: munmap of parts of a page: EINVAL");
	munmap(p, 2 * HUGE);
	ok(pool_is(4, 4, 0, 0), "huge: pages come back");
}

static void private(void)
{
	char *p = map_huge(2 * HUGE, MAP_PRIVATE);
	int status;
	pid_t pid;

	ok(p != MAP_FAILED && pool_is(4, 4, 2, 0), "huge: a private mapping reserves its pages");
	ok(p[5] == 0 && pool_is(4, 3, 1, 0), "huge: a read takes a page of zeroes");
	p[5] = 'x';
	pid = fork();
	if (!pid) {
		if (p[5] != 'x')
			_exit(1);
		p[5] = 'y'; /* a copy: the third page */
		_exit(p[5] != 'y' || p[6] || unused() != 2);
	}
	waitpid(pid, &status, 0);
	ok(status == 0 && p[5] == 'x' && pool_is(4, 3, 1, 0), "huge: copied on write");
	ok(munmap(p + HUGE, HUGE) == 0 && pool_is(4, 3, 0, 0),
	   "huge: unmapping what was never touched gives its promise back");
	ok(p[5] == 'x' && munmap(p, HUGE) == 0 && pool_is(4, 4, 0, 0), "huge: and then the page");
	p = map_huge(HUGE, MAP_PRIVATE | MAP_NORESERVE);
	ok(p != MAP_FAILED && pool_is(4, 4, 0, 0), "huge: MAP_NORESERVE promises nothing");
	munmap(p, HUGE);
}

static int touch_child(void)
{
	catch_faults();
	return 0;
}

/* The pool is empty: the parent has its promise, a child gets SIGBUS. */
static void shortage(void)
{
	char *p = map_huge(4 * HUGE, MAP_PRIVATE), *q;
	int go[2], done[2], status, sig;
	pid_t pid;
	char c;

	ok(map_failed_with(map_huge(HUGE, MAP_PRIVATE), ENOMEM) &&
		   map_failed_with(map_huge(HUGE, MAP_SHARED), ENOMEM),
	   "huge: no more than the pool can be promised");
	for (int i = 0; i < 4; i++)
		p[(size_t)i * HUGE] = (char)('0' + i);
	q = map_huge(HUGE, MAP_PRIVATE | MAP_NORESERVE);
	touch_child();
	sig = q == MAP_FAILED ? 0 : write_faults(q);
	ok(sig == SIGBUS, "huge: a touch without a promise when none is left: SIGBUS");
	munmap(q, HUGE);
	pipe(go);
	pipe(done);
	pid = fork();
	if (!pid) {
		char word = 0;

		if (write_faults(p) != SIGBUS) /* no page for a copy */
			_exit(1);
		write(done[1], &word, 1);
		read(go[0], &word, 1); /* the parent has written */
		_exit(read_faults(p + HUGE) != SIGBUS);
	}
	read(done[0], &c, 1);
	ok(write_faults(p + HUGE) == 0 && p[HUGE] == 1,
	   "huge: the parent may write after fork, though the pool is empty");
	write(go[1], &c, 1);
	waitpid(pid, &status, 0);
	ok(status == 0, "huge: the child lost that page");
	close(go[0]);
	close(go[1]);
	close(done[0]);
	close(done[1]);
	munmap(p, 4 * HUGE);
	ok(pool_is(4, 4, 0, 0), "huge: all come back");
}

static void refusals(void)
{
	char *p = map_huge(2 * HUGE, MAP_PRIVATE);

	p[0] = 1;
	ok(map_failed_with(mremap(p, 2 * HUGE, 3 * HUGE, MREMAP_MAYMOVE), EINVAL),
	   "huge: mremap cannot enlarge it");
	ok(failed_with(mprotect(p + 4096, 4096, PROT_READ), EINVAL),
	   "huge: mprotect of a part of a page: EINVAL");
	ok(mprotect(p, HUGE, PROT_READ) == 0 && p[0] == 1 && write_faults(p) == SIGSEGV &&
		   mprotect(p, HUGE, PROT_READ | PROT_WRITE) == 0 && write_faults(p) == 0,
	   "huge: mprotect of a whole one");
	munmap(p, 2 * HUGE);
	ok(map_failed_with(mmap(NULL, HUGE, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 16 << 26, -1, 0),
			   EINVAL),
	   "huge: a page size that does not exist: EINVAL");
	p = map_huge(4096, MAP_PRIVATE);
	ok(p != MAP_FAILED && write_faults(p + HUGE - 1) == 0, "huge: the length is rounded up");
	munmap(p, HUGE);
	{
		int fd = letter_file(PAGE);

		ok(map_failed_with(mmap(NULL, HUGE, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0),
				   EINVAL),
		   "huge: MAP_HUGETLB of an ordinary file: EINVAL");
		close(fd);
	}
	ok(pool_is(4, 4, 0, 0), "huge: nothing is lost");
}

static void kernel_access(void)
{
	char *p = map_huge(HUGE, MAP_PRIVATE), buf[16] = "", status[4096] = "";
	int fds[2], fd, mem;

	pipe(fds);
	write(fds[1], "hello", 5);
	ok(read(fds[0], p + HUGE - 5, 5) == 5 && !memcmp(p + HUGE - 5, "hello", 5),
	   "huge: the kernel writes to it");
	write(fds[1], p + HUGE - 5, 5);
	ok(read(fds[0], buf, 5) == 5 && !strcmp(buf, "hello"), "huge: and reads from it");
	mem = open("/proc/self/status", O_RDONLY);
	fd = (int)read(mem, status, sizeof(status) - 1);
	close(mem);
	ok(fd > 0 && strstr(status, "HugetlbPages:\t    2048 kB"), "huge: counted in status");
	close(fds[0]);
	close(fds[1]);
	munmap(p, HUGE);
}

/* Threads meet in the same fresh pages. */
static char *common;

static void *touch_common(void *arg)
{
	for (int i = 0; i < 3; i++)
		common[(size_t)i * HUGE + 64 * (size_t)(long)arg] = (char)(1 + (long)arg);
	return NULL;
}

static void threads(void)
{
	int good = 1;

	for (int round = 0; round < 4; round++) {
		pthread_t t[4];

		common = map_huge(3 * HUGE, round & 1 ? MAP_SHARED : MAP_PRIVATE);
		for (long i = 0; i < 4; i++)
			pthread_create(&t[i], NULL, touch_common, (void *)i);
		for (int i = 0; i < 4; i++)
			pthread_join(t[i], NULL);
		for (int k = 0; k < 3; k++)
			for (int i = 0; i < 4; i++)
				good &= common[(size_t)k * HUGE + 64 * (size_t)i] == 1 + i;
		good &= unused() == 1;
		munmap(common, 3 * HUGE);
	}
	ok(good && pool_is(4, 4, 0, 0), "huge: threads that touch the same pages lose nothing");
}

static void overcommit(void)
{
	char *p, *q;

	ok(vm_number("nr_overcommit_hugepages", 2) == 2, "huge: nr_overcommit_hugepages");
	p = map_huge(4 * HUGE, MAP_PRIVATE);
	q = map_huge(2 * HUGE, MAP_SHARED);
	ok(p != MAP_FAILED && q != MAP_FAILED && pool_is(6, 6, 6, 2),
	   "huge: surplus pages for what is promised beyond the pool");
	ok(map_failed_with(map_huge(HUGE, MAP_PRIVATE), ENOMEM), "huge: up to the limit");
	q[0] = 1;
	munmap(q, 2 * HUGE);
	munmap(p, 4 * HUGE);
	ok(pool_is(4, 4, 0, 0), "huge: surplus pages go when they are free");
	vm_number("nr_overcommit_hugepages", 0);
	p = map_huge(2 * HUGE, MAP_PRIVATE);
	p[0] = 1;
	ok(vm_number("nr_hugepages", 0) == 0 && pool_is(2, 1, 1, 2),
	   "huge: a smaller pool keeps what is in use or promised as surplus");
	munmap(p, 2 * HUGE);
	ok(pool_is(0, 0, 0, 0), "huge: until it comes back");
}

int main(void)
{
	long before = vm_number("nr_hugepages", -1);

	if (before < 0 || geteuid())
		return ktap_skip_all("no huge pages here");
	ok(map_failed_with(map_huge(HUGE, MAP_PRIVATE), ENOMEM) || before > 0,
	   "huge: an empty pool: ENOMEM");
	if (vm_number("nr_hugepages", 4) != 4) {
		vm_number("nr_hugepages", before);
		return ktap_skip_all("no memory for four huge pages");
	}
	ok(pool_is(4, 4, 0, 0) && meminfo("Hugepagesize:") == 2048 && meminfo("Hugetlb:") == 8192,
	   "huge: the pool in /proc/meminfo");
	sharing();
	private();
	shortage();
	refusals();
	kernel_access();
	threads();
	overcommit();
	vm_number("nr_hugepages", before);
	return ktap_done();
}
