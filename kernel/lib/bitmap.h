/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of bits as sets. Not atomic. Linux: include/linux/bitmap.h. */
#ifndef CONDUIT_LIB_BITMAP_H
#define CONDUIT_LIB_BITMAP_H

#include "kernel/lib/bitops.h"
#include "kernel/lib/string.h"

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, BITS_TO_LONGS(bits) * sizeof(long));
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int count);
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count);
unsigned int bitmap_weight(const unsigned long *map, unsigned int bits);

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	bitmap_zero(map, bits);
	bitmap_set(map, 0, bits);
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) == bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

/* The first run of count clear bits at or above start; size or more when there is none. */
unsigned long bitmap_find_next_zero_area(const unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int count);

#endif
