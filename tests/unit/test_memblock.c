// SPDX-License-Identifier: GPL-2.0-only
/* mm/memblock.c against a plain map of bytes: random ranges added, removed and taken. */
/* links: mm/memblock.c */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mm/memblock.h"

#define SPACE 2000

static struct memblock block;
static bool model[SPACE];

static void check(void)
{
	static bool seen[SPACE];

	memset(seen, 0, sizeof(seen));
	for (unsigned int i = 0; i < block.nr; i++) {
		assert(block.range[i].start < block.range[i].end);
		assert(i == 0 || block.range[i - 1].end < block.range[i].start);
		for (u64 at = block.range[i].start; at < block.range[i].end; at++)
			seen[at] = true;
	}
	assert(!memcmp(seen, model, sizeof(seen)));
}

static void fill(u64 start, u64 end, bool value)
{
	for (u64 at = start; at < end; at++)
		model[at] = value;
}

static void random_changes(void)
{
	for (int round = 0; round < 20000; round++) {
		u64 start = rand() % SPACE, end = start + rand() % 60;
		unsigned int before = block.nr;

		if (end > SPACE)
			end = SPACE;
		if (rand() % 2) {
			if (memblock_add(&block, start, end))
				fill(start, end, true);
		} else {
			if (before == MEMBLOCK_MAX_RANGES)
				continue;
			assert(memblock_remove(&block, start, end));
			fill(start, end, false);
		}
		check();
	}
}

static void taking(void)
{
	u64 at;

	memset(&block, 0, sizeof(block));
	assert(memblock_add(&block, 10, 100) && memblock_add(&block, 1000, 1900));
	assert(memblock_total(&block) == 990);
	at = memblock_take(&block, 64, 64, 0);
	assert(at == 1024); /* 64 … 128 does not fit in the first range */
	assert(memblock_take(&block, 36, 64, 0) == 64);
	assert(memblock_take(&block, 10, 1, 500) == 1000);
	assert(memblock_take(&block, 5000, 1, 0) == 0);
	assert(memblock_total(&block) == 990 - 64 - 36 - 10);
}

static void trimming(void)
{
	memset(&block, 0, sizeof(block));
	memblock_add(&block, 5, 15);
	memblock_add(&block, 31, 64);
	memblock_add(&block, 70, 75);
	memblock_trim(&block, 16);
	assert(block.nr == 1 && block.range[0].start == 32 && block.range[0].end == 64);
}

int main(void)
{
	srand(2);
	random_changes();
	taking();
	trimming();
	puts("ok memblock");
	return 0;
}
