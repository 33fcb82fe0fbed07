// SPDX-License-Identifier: GPL-2.0-only
/*
 * mlock and its limit, RLIMIT_AS and RLIMIT_DATA, the number of areas, more memory than there is;
 * madvise. Runs as root and, for the limits, as somebody else.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#define NOBODY 65534
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

static int locked_kb(void)
{
	char buf[8192], *p;
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	buf[n > 0 ? n : 0] = 0;
	p = strstr(buf, "VmLck:");
	return p ? atoi(p + 6) : -1;
}

static int resident_pages(char *p, size_t pages)
{
	unsigned char vec[64];
	int count = 0;

	mincore(p, pages * PAGE, vec);
	for (size_t i = 0; i < pages; i++)
		count += vec[i] & 1;
	return count;
}

static void test_lock(void)
{
	char *p = map_anon(8 * PAGE, PROT_READ | PROT_WRITE);

	ok(locked_kb() == 0, "nothing is locked at first");
	ok(mlock(p, 4 * PAGE) == 0 && locked_kb() == 16 && resident_pages(p, 8) == 4,
	   "mlock brings pages in");
	ok(mlock(p + 2 * PAGE, 4 * PAGE) == 0 && locked_kb() == 24, "twice counts once");
	ok(munlock(p + PAGE, PAGE) == 0 && locked_kb() == 20, "munlock of a part");
	ok(syscall(SYS_mlock2, p, PAGE, 1) == 0 &&
		   failed_with(syscall(SYS_mlock2, p, PAGE, 2), EINVAL),
	   "mlock2");
	ok(failed_with(madvise(p, PAGE, MADV_DONTNEED), EINVAL),
	   "locked memory is not given up: EINVAL");
	ok(munmap(p, 8 * PAGE) == 0 && locked_kb() == 0, "unmapping unlocks");
	ok(failed_with(mlock(p, PAGE), ENOMEM), "mlock of nothing: ENOMEM");
	ok(mlockall(MCL_FUTURE) == 0, "mlockall(MCL_FUTURE)");
	p = map_anon(3 * PAGE, PROT_READ | PROT_WRITE);
	ok(locked_kb() == 12 && resident_pages(p, 3) == 3, "new mappings are locked and there");
	ok(munlockall() == 0 && locked_kb() == 0, "munlockall");
	ok(failed_with(mlockall(0), EINVAL) && failed_with(mlockall(8), EINVAL),
	   "mlockall: EINVAL");
	munmap(p, 3 * PAGE);
	p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		 -1, 0);
	ok(resident_pages(p, 3) == 3, "MAP_POPULATE brings pages in");
	munmap(p, 3 * PAGE);
}

static int lock_limit(void)
{
	struct rlimit limit = { 2 * PAGE, 2 * PAGE }, none = { 0, 0 };
	char *p = map_anon(4 * PAGE, PROT_READ | PROT_WRITE);

	setrlimit(RLIMIT_MEMLOCK, &limit);
	if (setgid(NOBODY) || setuid(NOBODY))
		return 1;
	if (mlock(p, 2 * PAGE) || !failed_with(mlock(p, 3 * PAGE), ENOMEM) || mlock(p, 2 * PAGE))
		return 2;
	if (!map_failed_with(
		    mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
		    EAGAIN))
		return 3;
	munlock(p, 2 * PAGE);
	setrlimit(RLIMIT_MEMLOCK, &none);
	return !failed_with(mlock(p, PAGE), EPERM);
}

static int space_limit(void)
{
	struct rlimit limit = { 32 << 20, 32 << 20 };

	setrlimit(RLIMIT_AS, &limit);
	return !(map_failed_with(map_anon(64 << 20, PROT_READ), ENOMEM) &&
		 map_anon(PAGE, PROT_READ) != MAP_FAILED);
}

static int data_limit(void)
{
	struct rlimit limit = { 8 << 20, 8 << 20 };

	setrlimit(RLIMIT_DATA, &limit);
	return !(map_failed_with(map_anon(16 << 20, PROT_READ | PROT_WRITE), ENOMEM) &&
		 map_anon(16 << 20, PROT_READ) != MAP_FAILED);
}

/* Alternating permissions make an area of every page. */
static int area_limit(void)
{
	char *p = map_anon(200000 * PAGE, PROT_NONE);
	long made = 0;

	for (size_t i = 0; i < 200000; i += 2, made += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ))
			break;
	return !(errno == ENOMEM && made > 60000 && made < 70000 && munmap(p, 200000 * PAGE) == 0);
}

static void test_limits(void)
{
	ok(in_child(lock_limit) == 0, "RLIMIT_MEMLOCK: ENOMEM, EAGAIN, EPERM");
	ok(in_child(space_limit) == 0, "RLIMIT_AS: ENOMEM");
	ok(in_child(data_limit) == 0, "RLIMIT_DATA: ENOMEM for what is writable");
	ok(in_child(area_limit) == 0, "65530 areas, then ENOMEM");
	ok(map_failed_with(map_anon(1ul << 45, PROT_READ | PROT_WRITE), ENOMEM),
	   "32 TiB of memory: ENOMEM");
	ok(mmap(NULL, 1ul << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) !=
		   MAP_FAILED,
	   "1 TiB of address space is fine");
}

static void test_advice(void)
{
	char *p = map_anon(4 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 'x', 4 * PAGE);
	ok(madvise(p + PAGE, PAGE, MADV_DONTNEED) == 0 && p[PAGE] == 0 && p[0] == 'x' &&
		   p[2 * PAGE] == 'x',
	   "MADV_DONTNEED: zeroes from then on");
	ok(madvise(p, PAGE, MADV_FREE) == 0, "MADV_FREE");
	p[0] = 'y';
	ok(p[0] == 'y', "memory can be used again after it");
	ok(madvise(p, 4 * PAGE, MADV_WILLNEED) == 0 && madvise(p, PAGE, MADV_NORMAL) == 0 &&
		   madvise(p, PAGE, MADV_SEQUENTIAL) == 0 && madvise(p, PAGE, MADV_RANDOM) == 0,
	   "hints");
	ok(failed_with(madvise(p, PAGE, 7777), EINVAL) &&
		   failed_with(madvise(p + 1, PAGE, MADV_NORMAL), EINVAL),
	   "unknown advice, odd address: EINVAL");
	munmap(p + PAGE, PAGE);
	ok(failed_with(madvise(p, 4 * PAGE, MADV_DONTNEED), ENOMEM) && p[2 * PAGE] == 0,
	   "across a hole: ENOMEM, but done");
	munmap(p, 4 * PAGE);
	p = map_anon(4 * PAGE, PROT_READ | PROT_WRITE);
	ok(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE) == 0 && resident_pages(p, 4) == 2,
	   "MADV_POPULATE_WRITE");
	mprotect(p + 3 * PAGE, PAGE, PROT_READ);
	ok(failed_with(madvise(p + 3 * PAGE, PAGE, MADV_POPULATE_WRITE), EINVAL),
	   "needs write permission");
	munmap(p, 4 * PAGE);
	ok(failed_with(madvise(p, PAGE, MADV_POPULATE_READ), ENOMEM), "and something there");
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(p, 's', 4 * PAGE);
	ok(madvise(p, PAGE, MADV_DONTNEED) == 0 && p[0] == 's',
	   "shared memory survives MADV_DONTNEED");
	ok(madvise(p, PAGE, MADV_REMOVE) == 0 && p[0] == 0 && p[PAGE] == 's',
	   "but not MADV_REMOVE");
	munmap(p, 4 * PAGE);
}

int main(void)
{
	catch_faults();
	test_lock();
	test_limits();
	test_advice();
	return ktap_done();
}
