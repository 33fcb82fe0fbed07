// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap and munmap: where mappings go, what replaces what, how areas are cut and joined, and the
 * errors of man 2 mmap.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static void test_basics(void)
{
	char *p = map_anon(3 * PAGE, PROT_READ | PROT_WRITE);
	int zero = 1;

	ok(p != MAP_FAILED && !((unsigned long)p & (PAGE - 1)), "a page-aligned place is found");
	for (size_t i = 0; i < 3 * PAGE; i++)
		zero &= !p[i];
	ok(zero, "fresh memory is zero");
	p[0] = 1;
	p[3 * PAGE - 1] = 2;
	ok(munmap(p, 3 * PAGE) == 0 && read_faults(p) == SIGSEGV &&
		   fault_was(SIGSEGV, SEGV_MAPERR, p),
	   "unmapped memory faults with SEGV_MAPERR");
	p = map_anon(3 * PAGE, PROT_READ | PROT_WRITE);
	ok(p[0] == 0 && p[3 * PAGE - 1] == 0, "mapped again it is zero again");
	ok(munmap(p, 1) == 0 && !is_mapped(p) && is_mapped(p + PAGE), "lengths are rounded up");
	ok(munmap(p, 3 * PAGE) == 0 && !is_mapped(p + 2 * PAGE), "a hole in the range is no error");
	ok(munmap(p, 3 * PAGE) == 0, "nor is nothing at all");
	p = map_anon(100 * PAGE, PROT_READ);
	ok(read_faults(p + 99 * PAGE) == 0 && p[50 * PAGE] == 0,
	   "reading untouched memory gives zeroes");
	munmap(p, 100 * PAGE);
}

static void test_places(void)
{
	char *p = free_range(16 * PAGE);

	ok(mmap(p, PAGE, PROT_READ, ANON, -1, 0) == p, "a free hint is taken");
	ok(mmap(p, PAGE, PROT_READ, ANON, -1, 0) != p, "a taken one is not");
	ok(mmap(p + 4 * PAGE + 5, PAGE, PROT_READ, ANON, -1, 0) == p + 4 * PAGE,
	   "a hint is rounded down");
	munmap(p, 16 * PAGE);
	ok(mmap(p, 8 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED, -1, 0) == p, "MAP_FIXED");
	memset(p, 7, 8 * PAGE);
	ok(mmap(p + 2 * PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0) == p + 2 * PAGE &&
		   p[2 * PAGE] == 0 && p[PAGE] == 7 && p[4 * PAGE] == 7,
	   "MAP_FIXED replaces what was there, and only that");
	ok(map_failed_with(mmap(p, PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST) &&
		   p[0] == 7,
	   "MAP_FIXED_NOREPLACE does not");
	ok(map_failed_with(mmap(p - PAGE, 2 * PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0),
			   EEXIST),
	   "not even in part");
	munmap(p, 8 * PAGE);
	ok(mmap(p, PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p,
	   "where it is free it maps");
	munmap(p, PAGE);
	ok((unsigned long)(p = mmap(NULL, PAGE, PROT_READ, ANON | MAP_32BIT, -1, 0)) < 0x80000000ul,
	   "MAP_32BIT: below 2 GiB");
	munmap(p, PAGE);
}

static void test_cutting(void)
{
	char *p = free_range(12 * PAGE) + PAGE;

	mmap(p, 10 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED, -1, 0);
	ok(area_is(p, p, 10, "rw-p"), "one area");
	for (int i = 0; i < 10; i++)
		p[i * PAGE] = (char)('0' + i);
	munmap(p + 3 * PAGE, 2 * PAGE);
	ok(area_is(p, p, 3, "rw-p") && area_is(p + 5 * PAGE, p + 5 * PAGE, 5, "rw-p") &&
		   !is_mapped(p + 3 * PAGE) && !is_mapped(p + 4 * PAGE),
	   "a hole makes two");
	ok(p[2 * PAGE] == '2' && p[5 * PAGE] == '5' && p[9 * PAGE] == '9',
	   "content stays in place");
	mmap(p + 3 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED, -1, 0);
	ok(area_is(p + 4 * PAGE, p, 10, "rw-p"), "filling it makes one again");
	munmap(p, PAGE);
	munmap(p + 9 * PAGE, PAGE);
	ok(area_is(p + PAGE, p + PAGE, 8, "rw-p"), "the ends can be cut off");
	mmap(p, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	ok(area_is(p, p, 1, "r--p") && area_is(p + PAGE, p + PAGE, 8, "rw-p"),
	   "other permissions, another area");
	munmap(p, 10 * PAGE);
}

static void test_errors(void)
{
	char *p = free_range(PAGE);
	int fd = letter_file(PAGE), ro = open("/proc/self/exe", O_RDONLY), pipes[2];

	ok(map_failed_with(map_anon(0, PROT_READ), EINVAL), "length 0: EINVAL");
	ok(map_failed_with(mmap(p + 1, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), EINVAL),
	   "MAP_FIXED at an odd address: EINVAL");
	ok(syscall(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 100l) == -1 && errno == EINVAL,
	   "odd offset: EINVAL");
	ok(map_failed_with(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL),
	   "neither shared nor private: EINVAL");
	ok(map_failed_with(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0), EBADF),
	   "no file: EBADF");
	ok(map_failed_with(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, ro, 0), EACCES),
	   "shared and writable of a read-only descriptor: EACCES");
	ok(mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, ro, 0) != MAP_FAILED, "private is allowed");
	ok(pipe(pipes) == 0 &&
		   map_failed_with(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, pipes[0], 0), ENODEV),
	   "a pipe cannot be mapped: ENODEV");
	ok(syscall(SYS_mmap, 0, 1ul << 47, PROT_READ, ANON, -1, 0) == -1 && errno == ENOMEM,
	   "more than the address space: ENOMEM");
	ok(syscall(SYS_mmap, 0, ~0ul, PROT_READ, ANON, -1, 0) == -1 && errno == ENOMEM,
	   "a length that wraps: ENOMEM");
	ok(map_failed_with(mmap((void *)(1ul << 62), PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0),
			   ENOMEM),
	   "MAP_FIXED beyond the user half: ENOMEM");
	ok(failed_with(munmap(p + 1, PAGE), EINVAL), "munmap of an odd address: EINVAL");
	ok(failed_with(munmap(p, 0), EINVAL), "of nothing: EINVAL");
	ok(failed_with(munmap((void *)(1ul << 63), PAGE), EINVAL), "of kernel space: EINVAL");
	ok(map_failed_with(mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | (1 << 25), fd, 0),
			   EOPNOTSUPP),
	   "MAP_SHARED_VALIDATE refuses flags that it does not know");
	close(fd);
	close(ro);
}

/* Many areas, so that look-up, gaps and neighbours are put to work. */
static void test_many(void)
{
	enum { N = 2000 };
	char *p = map_anon(2 * N * PAGE, PROT_NONE), *q;
	int good = 1;

	for (size_t i = 0; i < N; i++)
		mprotect(p + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE);
	for (size_t i = 0; i < N; i++)
		*(size_t *)(p + 2 * i * PAGE) = i;
	for (size_t i = 0; i < N; i += 3)
		good &= munmap(p + 2 * i * PAGE, PAGE) == 0;
	for (size_t i = 0; i < N; i++)
		if (i % 3)
			good &= *(size_t *)(p + 2 * i * PAGE) == i;
	ok(good, "%d areas keep their content", N);
	q = mmap(NULL, PAGE, PROT_READ, ANON, -1, 0);
	ok(q != MAP_FAILED, "a single page still finds a place");
	ok(munmap(p, 2 * N * PAGE) == 0 && !is_mapped(p + 4 * PAGE) &&
		   !is_mapped(p + (2 * N - 1) * PAGE),
	   "all of them unmapped at once");
}

int main(void)
{
	catch_faults();
	test_basics();
	test_places();
	test_cutting();
	test_errors();
	test_many();
	return ktap_done();
}
