/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arithmetic of the buddy system. Pure; see mm/page_alloc.c.
 *
 * A block of order n has 2^n pages and starts at a multiple of 2^n. Its buddy is the block beside
 * it with which it forms a block of order n + 1: their numbers differ in bit n alone.
 */
#ifndef CONDUIT_MM_BUDDY_H
#define CONDUIT_MM_BUDDY_H

static inline unsigned long buddy_pfn(unsigned long pfn, unsigned int order)
{
	return pfn ^ (1ul << order);
}

/* Where the block of order + 1 starts that a block and its buddy make. */
static inline unsigned long buddy_merged_pfn(unsigned long pfn, unsigned int order)
{
	return pfn & ~(1ul << order);
}

/* The largest order, at most max, of a block that starts at pfn and ends at or before end. */
static inline unsigned int buddy_fitting_order(unsigned long pfn, unsigned long end,
					       unsigned int max)
{
	unsigned int order = pfn ? (unsigned int)__builtin_ctzl(pfn) : max;

	if (order > max)
		order = max;
	while (order && pfn + (1ul << order) > end)
		order--;
	return order;
}

#endif
