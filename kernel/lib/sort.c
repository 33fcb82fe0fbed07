// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heap sort: the array is made a heap (no element below a larger one), then the largest goes to
 * the end and the rest is repaired, again and again. Linux: lib/sort.c.
 */
#include "kernel/lib/sort.h"

static void swap_bytes(void *a, void *b, int size)
{
	u8 *x = a, *y = b;

	for (; size; size--, x++, y++) {
		u8 saved = *x;

		*x = *y;
		*y = saved;
	}
}

/* Element i may be smaller than those below it: lets it sink among the first n. */
static void sift_down(char *base, size_t i, size_t n, size_t size, cmp_func_t cmp, swap_func_t swap)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			return;
		if (child + 1 < n && cmp(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + i * size, base + child * size) >= 0)
			return;
		swap(base + i * size, base + child * size, size);
		i = child;
	}
}

void sort(void *base, size_t n, size_t size, cmp_func_t cmp, swap_func_t swap)
{
	size_t i;

	if (!swap)
		swap = swap_bytes;
	for (i = n / 2; i--;)
		sift_down(base, i, n, size, cmp, swap);
	while (n > 1) {
		n--;
		swap(base, (char *)base + n * size, size);
		sift_down(base, 0, n, size, cmp, swap);
	}
}

void *bsearch(const void *key, const void *base, size_t n, size_t size, cmp_func_t cmp)
{
	while (n) {
		const char *middle = (const char *)base + n / 2 * size;
		int c = cmp(key, middle);

		if (c == 0)
			return (void *)middle;
		if (c > 0) {
			base = middle + size;
			n = (n - 1) / 2;
		} else {
			n /= 2;
		}
	}
	return NULL;
}
