// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of free memory in a small sorted array.
 *
 * Idea: the firmware's map (unsorted, with holes and overlaps) is added range by range, what is in
 * use already (kernel, ramdisk, ACPI tables) is removed; what remains is free.
 * Rules: 1. sorted, and neighbours do not touch; 2. start < end in every range.
 * Locking: the caller's (boot is single-threaded; later mm/mm_init.c's deferred_lock).
 * Linux: mm/memblock.c. Tests: tests/unit/test_memblock.c.
 */
#include "mm/memblock.h"

static void delete_range(struct memblock *block, unsigned int i)
{
	for (block->nr--; i < block->nr; i++)
		block->range[i] = block->range[i + 1];
}

static bool insert_range(struct memblock *block, unsigned int i, u64 start, u64 end)
{
	if (block->nr == MEMBLOCK_MAX_RANGES)
		return false;
	for (unsigned int j = block->nr; j > i; j--)
		block->range[j] = block->range[j - 1];
	block->range[i] = (struct memblock_range){ start, end };
	block->nr++;
	return true;
}

bool memblock_add(struct memblock *block, u64 start, u64 end)
{
	unsigned int i = 0;

	if (start >= end)
		return true;
	while (i < block->nr && block->range[i].end < start)
		i++;
	/* Swallow every range that touches the new one. */
	while (i < block->nr && block->range[i].start <= end) {
		if (block->range[i].start < start)
			start = block->range[i].start;
		if (block->range[i].end > end)
			end = block->range[i].end;
		delete_range(block, i);
	}
	return insert_range(block, i, start, end);
}

bool memblock_remove(struct memblock *block, u64 start, u64 end)
{
	unsigned int i = 0;

	while (i < block->nr && start < end) {
		struct memblock_range *range = &block->range[i];
		u64 old_end = range->end;

		if (range->end <= start || range->start >= end) {
			i++;
		} else if (range->start < start) {
			range->end = start;
			if (old_end > end && !insert_range(block, i + 1, end, old_end))
				return false;
			i++;
		} else if (range->end > end) {
			range->start = end;
			i++;
		} else {
			delete_range(block, i);
		}
	}
	return true;
}

void memblock_trim(struct memblock *block, u64 page_size)
{
	unsigned int i = 0;

	while (i < block->nr) {
		struct memblock_range *range = &block->range[i];

		range->start = (range->start + page_size - 1) & ~(page_size - 1);
		range->end &= ~(page_size - 1);
		if (range->start < range->end)
			i++;
		else
			delete_range(block, i);
	}
}

u64 memblock_take(struct memblock *block, u64 size, u64 align, u64 from)
{
	for (unsigned int i = 0; i < block->nr; i++) {
		u64 start = block->range[i].start;

		if (start < from)
			start = from;
		start = (start + align - 1) & ~(align - 1);
		if (start < block->range[i].end && block->range[i].end - start >= size)
			return memblock_remove(block, start, start + size) ? start : 0;
	}
	return 0;
}

u64 memblock_total(const struct memblock *block)
{
	u64 total = 0;

	for (unsigned int i = 0; i < block->nr; i++)
		total += block->range[i].end - block->range[i].start;
	return total;
}
