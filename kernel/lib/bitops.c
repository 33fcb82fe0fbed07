// SPDX-License-Identifier: GPL-2.0-only
/* Searching and changing arrays of bits. Linux: lib/find_bit.c, lib/bitmap.c. */
#include "kernel/lib/bitmap.h"
#include "kernel/lib/bitops.h"

/* What gcc calls for __builtin_popcount where the CPU's instruction may not be used. */
int __popcountdi2(unsigned long x);

int __popcountdi2(unsigned long x)
{
	return hweight64(x);
}

/* flip: 0 to look for set bits, all ones for clear ones. */
static __always_inline unsigned long find_next(const unsigned long *addr, unsigned long size,
					       unsigned long start, unsigned long flip)
{
	unsigned long word;

	if (start >= size)
		return size;
	word = (addr[BIT_WORD(start)] ^ flip) & (~0ul << (start % BITS_PER_LONG));
	start = round_down(start, (unsigned long)BITS_PER_LONG);
	while (!word) {
		start += BITS_PER_LONG;
		if (start >= size)
			return size;
		word = addr[BIT_WORD(start)] ^ flip;
	}
	start += __ffs(word);
	return start < size ? start : size;
}

unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long start)
{
	return find_next(addr, size, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long start)
{
	return find_next(addr, size, start, ~0ul);
}

unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long bit = size;

	while (bit--) {
		if (test_bit(bit, addr))
			return bit;
	}
	return size;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int count)
{
	for (; count; count--)
		__set_bit(start++, map);
}

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count)
{
	for (; count; count--)
		__clear_bit(start++, map);
}

unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int sum = 0;
	unsigned long i;

	for (i = 0; i < bits / BITS_PER_LONG; i++)
		sum += hweight64(map[i]);
	if (bits % BITS_PER_LONG)
		sum += hweight64(map[i] & ((1ul << (bits % BITS_PER_LONG)) - 1));
	return sum;
}

unsigned long bitmap_find_next_zero_area(const unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int count)
{
	for (;;) {
		unsigned long next;

		start = find_next_zero_bit(map, size, start);
		if (start + count > size)
			return size;
		next = find_next_bit(map, start + count, start);
		if (next == start + count)
			return start;
		start = next + 1;
	}
}
