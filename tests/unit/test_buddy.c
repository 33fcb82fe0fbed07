// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of mm/buddy.h. */
#include <assert.h>
#include <stdio.h>
#include "mm/buddy.h"

int main(void)
{
	for (unsigned long pfn = 0; pfn < 4096; pfn++) {
		for (unsigned int order = 0; order < 11; order++) {
			unsigned long buddy;

			if (pfn & ((1ul << order) - 1))
				continue; /* not the start of such a block */
			buddy = buddy_pfn(pfn, order);
			assert(buddy_pfn(buddy, order) == pfn);
			assert(buddy_merged_pfn(pfn, order) == buddy_merged_pfn(buddy, order));
			assert(buddy_merged_pfn(pfn, order) == (pfn < buddy ? pfn : buddy));
			assert(buddy_merged_pfn(pfn, order) % (2ul << order) == 0);
		}
	}
	/* Any range falls into aligned blocks that cover it exactly. */
	for (unsigned long start = 0; start < 70; start++) {
		for (unsigned long end = start + 1; end < 3000; end += 13) {
			unsigned long pfn = start;

			while (pfn < end) {
				unsigned int order = buddy_fitting_order(pfn, end, 10);

				assert(pfn % (1ul << order) == 0);
				pfn += 1ul << order;
			}
			assert(pfn == end);
		}
	}
	puts("ok buddy");
	return 0;
}
