/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory before the page allocator: a sorted list of the RAM ranges that are still free.
 * Pure: no lock, no hardware; compiled into the host unit tests too.
 */
#ifndef CONDUIT_MM_MEMBLOCK_H
#define CONDUIT_MM_MEMBLOCK_H

#include "kernel/lib/types.h"

#define MEMBLOCK_MAX_RANGES 128

struct memblock_range {
	u64 start, end; /* bytes, [start, end) */
};

/* Sorted by address, never touching or overlapping. */
struct memblock {
	unsigned int nr;
	struct memblock_range range[MEMBLOCK_MAX_RANGES];
};

/* False when the table is full: the range is lost. */
bool memblock_add(struct memblock *block, u64 start, u64 end);
/* Takes the range out, whether it is in or not. False when the table is full. */
bool memblock_remove(struct memblock *block, u64 start, u64 end);
/* Drops what is not whole pages. */
void memblock_trim(struct memblock *block, u64 page_size);
/* Takes size bytes, aligned, from the lowest place at or above from that has them; 0 if none. */
u64 memblock_take(struct memblock *block, u64 size, u64 align, u64 from);
u64 memblock_total(const struct memblock *block);

#endif
