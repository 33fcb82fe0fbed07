// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generations of processes with many pages, each changing its own: by writing, mprotect,
 * madvise(MADV_DONTNEED), munmap and mremap of small and large parts, while parents and children do
 * the same. Each keeps a model of what its memory must be; nobody sees another's changes.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#define PAGES (6 * 512)
#define DEPTH 3
#define STEPS 24

static unsigned char model[PAGES]; /* private as the memory is: each process has its own */
static unsigned char *memory;
static char *spare; /* as much address space, unused */
static unsigned int seed = 1;

static int draw(int below)
{
	seed = seed * 1103515245 + 12345;
	return (int)((seed >> 8) % (unsigned int)below);
}

static unsigned char *page(int i)
{
	return memory + (size_t)i * PAGE;
}

static int compare(void)
{
	for (int i = 0; i < PAGES; i++)
		if (*page(i) != model[i])
			return 0;
	return 1;
}

static void write_some(void)
{
	for (int n = draw(40); n >= 0; n--) {
		int i = draw(PAGES);

		*page(i) = model[i] = (unsigned char)draw(256);
	}
}

/* A part of the memory, sometimes with whole 2 MiB tables in it. */
static void draw_range(int *from, int *n)
{
	*from = draw(PAGES);
	*n = 1 + draw(draw(2) ? 20 : 2000);
	if (*from + *n > PAGES)
		*n = PAGES - *from;
	if (draw(3) == 0) {
		*from &= ~511;
		*n = 512 + draw(2) * 512;
		if (*from + *n > PAGES)
			*n = PAGES - *from;
	}
}

static int change_range(void)
{
	int from, n, good = 1;
	size_t len;

	draw_range(&from, &n);
	len = (size_t)n * PAGE;
	switch (draw(4)) {
	case 0:
		good = madvise(page(from), len, MADV_DONTNEED) == 0;
		memset(model + from, 0, (size_t)n);
		break;
	case 1:
		good = munmap(page(from), len) == 0 &&
		       mmap(page(from), len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page(from);
		memset(model + from, 0, (size_t)n);
		break;
	case 2:
		good = mprotect(page(from), len, PROT_READ) == 0 && *page(from) == model[from] &&
		       mprotect(page(from), len, PROT_READ | PROT_WRITE) == 0;
		break;
	default: /* there and back */
		good = mremap(page(from), len, len, MREMAP_MAYMOVE | MREMAP_FIXED, spare) ==
			       spare &&
		       (unsigned char)spare[0] == model[from] &&
		       mremap(spare, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, page(from)) ==
			       page(from);
		break;
	}
	return good;
}

static int generation(int depth)
{
	pid_t children[STEPS];
	int nr = 0, good = 1, status;

	for (int i = 0; i < STEPS && good; i++) {
		int what = draw(10);

		if (what < 5) {
			write_some();
		} else if (what < 8) {
			errno = 0;
			good = change_range();
			if (errno == EFAULT) /* mremap over two areas: not what is tested here */
				good = 1;
		} else if (depth && nr < 4) {
			children[nr] = fork();
			if (!children[nr]) {
				seed += (unsigned int)(depth * 1000 + i);
				_exit(generation(depth - 1) ? 0 : 1);
			}
			nr++;
			if (draw(2))
				good = waitpid(children[--nr], &status, 0) > 0 && status == 0;
		}
	}
	while (nr)
		good &= waitpid(children[--nr], &status, 0) > 0 && status == 0;
	return good && compare();
}

/* Linux counts in batches of 64 pages for each CPU. */
static long resident_kb(void)
{
	long size = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
		resident = -1;
	fclose(f);
	return resident * 4;
}

static int child_is_resident(void)
{
	return resident_kb() < (long)(PAGES * 4) * 9 / 10;
}

int main(void)
{
	memory = (unsigned char *)map_anon(PAGES * PAGE, PROT_READ | PROT_WRITE);
	spare = free_range(PAGES * PAGE);
	for (int i = 0; i < PAGES; i++)
		*page(i) = model[i] = (unsigned char)i;
	ok(resident_kb() >= PAGES * 4 - 512, "all of it is there");
	ok(in_child(child_is_resident) == 0, "a child's resident size is its parent's");
	for (int round = 1; round <= 3; round++) {
		seed = (unsigned int)round;
		ok(generation(DEPTH), "round %d: every process sees its own memory", round);
	}
	memset(memory, 1, PAGES * PAGE);
	ok(resident_kb() >= PAGES * 4 - 512 && resident_kb() < PAGES * 4 + 2000,
	   "and the count is right");
	munmap(memory, PAGES * PAGE);
	ok(resident_kb() < 3000, "to the end");
	return ktap_done();
}
