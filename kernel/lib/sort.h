/* SPDX-License-Identifier: GPL-2.0-only */
/* Heap sort (no recursion, no memory, O(n log n) always) and binary search. */
#ifndef CONDUIT_LIB_SORT_H
#define CONDUIT_LIB_SORT_H

#include "kernel/lib/types.h"

typedef int (*cmp_func_t)(const void *a, const void *b);
typedef void (*swap_func_t)(void *a, void *b, int size);

/* swap may be NULL. Not stable. */
void sort(void *base, size_t n, size_t size, cmp_func_t cmp, swap_func_t swap);
/* cmp(key, element). NULL when not found. */
void *bsearch(const void *key, const void *base, size_t n, size_t size, cmp_func_t cmp);

#endif
