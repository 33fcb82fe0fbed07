// SPDX-License-Identifier: GPL-2.0-only
/* mremap: shrinking, growing in place and by moving, fixed targets, second mappings, errors. */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static char *remap(void *p, size_t old, size_t new, int flags, void *to)
{
	return (char *)syscall(SYS_mremap, p, old, new, flags, to);
}

static char *lettered(size_t pages)
{
	char *p = map_anon(pages * PAGE, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < pages; i++)
		p[i * PAGE] = (char)('a' + i);
	return p;
}

static int letters_at(const char *p, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		if (p[i * PAGE] != (char)('a' + i))
			return 0;
	return 1;
}

static void test_sizes(void)
{
	char *room = free_range(32 * PAGE), *p, *q;

	p = mmap(room, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0);
	for (size_t i = 0; i < 4; i++)
		p[i * PAGE] = (char)('a' + i);
	ok(remap(p, 4 * PAGE, 2 * PAGE, 0, 0) == p && !is_mapped(p + 2 * PAGE) && letters_at(p, 2),
	   "shrinks in place");
	ok(remap(p, 2 * PAGE, 8 * PAGE, 0, 0) == p && p[7 * PAGE] == 0 && p[2 * PAGE] == 0 &&
		   letters_at(p, 2) && area_is(p, p, 8, "rw-p"),
	   "grows in place where there is room; the new part is zero");
	q = mmap(p + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(map_failed_with(remap(p, 8 * PAGE, 16 * PAGE, 0, 0), ENOMEM), "without room: ENOMEM");
	q = remap(p, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE, 0);
	ok(q != MAP_FAILED && q != p && letters_at(q, 2) && !is_mapped(p) && q[15 * PAGE] == 0,
	   "MREMAP_MAYMOVE moves it with its content");
	munmap(q, 16 * PAGE);
	munmap(room, 32 * PAGE);
}

static void test_fixed(void)
{
	char *p = lettered(6), *to = map_anon(20 * PAGE, PROT_READ | PROT_WRITE), *q;

	to[2 * PAGE] = 'z';
	ok(remap(p, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) == to + PAGE &&
		   letters_at(to + PAGE, 6) && !is_mapped(p),
	   "MREMAP_FIXED replaces what was there");
	q = to + PAGE;
	ok(map_failed_with(remap(q, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE),
			   EINVAL),
	   "overlapping ranges: EINVAL");
	ok(remap(q + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + 10 * PAGE) ==
			   to + 10 * PAGE &&
		   to[10 * PAGE] == 'b' && to[11 * PAGE] == 'c' && q[0] == 'a' &&
		   q[3 * PAGE] == 'd' && !is_mapped(q + PAGE),
	   "a part can move out of the middle");
	munmap(to, 20 * PAGE);

	p = lettered(3);
	q = remap(p, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	ok(q != MAP_FAILED && letters_at(q, 3) && p[0] == 0 && p[2 * PAGE] == 0,
	   "MREMAP_DONTUNMAP leaves an empty mapping behind");
	munmap(p, 3 * PAGE);
	munmap(q, 3 * PAGE);
}

static void test_shared(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	     *q;

	strcpy(p, "shared");
	q = remap(p, 0, 2 * PAGE, MREMAP_MAYMOVE, 0);
	ok(q != MAP_FAILED && q != p && !strcmp(q, "shared"), "old size 0: a second mapping");
	q[0] = 'S';
	ok(p[0] == 'S', "of the same memory");
	munmap(q, 2 * PAGE);
	q = remap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, free_range(2 * PAGE));
	ok(q != MAP_FAILED && !strcmp(q, "Shared"), "shared memory moves");
	munmap(q, 2 * PAGE);
	q = map_anon(PAGE, PROT_READ);
	ok(map_failed_with(remap(q, 0, PAGE, MREMAP_MAYMOVE, 0), EINVAL),
	   "private memory not twice");
	munmap(q, PAGE);
}

static void test_errors(void)
{
	char *p = map_anon(2 * PAGE, PROT_READ), *nothing = free_range(PAGE);

	ok(map_failed_with(remap(p + 1, PAGE, PAGE, 0, 0), EINVAL), "odd address: EINVAL");
	ok(map_failed_with(remap(p, PAGE, 0, 0, 0), EINVAL), "new size 0: EINVAL");
	ok(map_failed_with(remap(p, PAGE, PAGE, 0x100, 0), EINVAL), "unknown flag: EINVAL");
	ok(map_failed_with(remap(p, PAGE, PAGE, MREMAP_FIXED, 0), EINVAL),
	   "FIXED without MAYMOVE: EINVAL");
	ok(map_failed_with(remap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0), EINVAL),
	   "DONTUNMAP with another size: EINVAL");
	ok(map_failed_with(remap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)1), EINVAL),
	   "odd target: EINVAL");
	ok(map_failed_with(remap(nothing, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0), EFAULT),
	   "nothing there: EFAULT");
	munmap(p + PAGE, PAGE);
	ok(map_failed_with(remap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, 0), EFAULT),
	   "more than one area: EFAULT");
	munmap(p, PAGE);
}

/* Over several tables of ptes, at odd offsets from each other. */
static void test_large(void)
{
	size_t size = 5ul << 20, bad = 0;
	char *p = map_anon(size, PROT_READ | PROT_WRITE), *to = free_range(size + (4ul << 20));

	for (size_t at = 0; at < size; at += PAGE)
		*(size_t *)(p + at) = at;
	to = remap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to + 3 * PAGE);
	for (size_t at = 0; to != MAP_FAILED && at < size; at += PAGE)
		bad += *(size_t *)(to + at) != at;
	ok(to != MAP_FAILED && !bad, "5 MiB move");
	munmap(to, size);
}

int main(void)
{
	catch_faults();
	test_sizes();
	test_fixed();
	test_shared();
	test_errors();
	test_large();
	return ktap_done();
}
