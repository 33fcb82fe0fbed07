// SPDX-License-Identifier: GPL-2.0-only
/* The xarray against a plain array: store, erase, marks, search, failing allocations. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/host.h"
#include "kernel/lib/xarray.h"

#define N 5000

static struct xarray xa;
static void *model[N];
static bool marked[N];

/* Spread over the whole range of indices. */
static unsigned long index_of(int i)
{
	return i < 200 ? (unsigned long)i : i < 4000 ? i * 97ul : ~0ul - (N - 1 - i) * 1000003ul;
}

static void check_all(void)
{
	unsigned long index;
	void *entry;
	int i = 0, m = 0;

	xa_for_each (&xa, index, entry) {
		while (i < N && !model[i])
			i++;
		assert(i < N && index == index_of(i) && entry == model[i]);
		i++;
	}
	while (i < N && !model[i])
		i++;
	assert(i == N);
	xa_for_each_marked(&xa, index, entry, XA_MARK_1)
	{
		while (m < N && !marked[m])
			m++;
		assert(m < N && index == index_of(m));
		m++;
	}
	while (m < N && !marked[m])
		m++;
	assert(m == N);
}

/* Ranges of any length, from a random index: the same as one search after the other. */
static void check_extract(xa_mark_t mark)
{
	void *found[100], *entry;
	unsigned int limit = rand() % 100, count, n = 0;
	unsigned long start = index_of(rand() % N), max = start + rand() % 300, index;

	if (max < start)
		max = ~0ul;
	assert(xa_extract(&xa, found, start, max, 0, mark) == 0);
	count = xa_extract(&xa, found, start, max, limit, mark);
	for (index = start, entry = xa_find(&xa, &index, max, mark); entry && n < limit;
	     entry = xa_find_after(&xa, &index, max, mark))
		assert(n < count && found[n++] == entry);
	assert(n == count);
}

static void random_operations(void)
{
	for (int round = 0; round < 60000; round++) {
		int i = rand() % N;
		unsigned long index = index_of(i);
		void *entry = xa_mk_value(round);

		switch (rand() % 5) {
		case 0:
		case 1:
			host_fail_after = rand() % 8 == 0 ? rand() % 3 : -1;
			void *old = xa_store(&xa, index, entry, 0);
			host_fail_after = -1;
			if (xa_is_err(old)) {
				assert(!model[i]);
			} else {
				assert(old == model[i]);
				model[i] = entry;
			}
			break;
		case 2:
			assert(xa_erase(&xa, index) == model[i]);
			model[i] = NULL;
			marked[i] = false;
			break;
		case 3:
			xa_set_mark(&xa, index, XA_MARK_1);
			marked[i] = model[i] != NULL;
			break;
		case 4:
			xa_clear_mark(&xa, index, XA_MARK_1);
			marked[i] = false;
		}
		assert(xa_load(&xa, index) == model[i]);
		assert(xa_get_mark(&xa, index, XA_MARK_1) == marked[i]);
		check_extract(round & 1 ? XA_PRESENT : XA_MARK_1);
		if (round % 997 == 0)
			check_all();
	}
	check_all();
}

int main(void)
{
	unsigned long index = 0;

	radix_tree_init();
	xa_init(&xa);
	/* One entry at 0 needs no memory. */
	xa_store(&xa, 0, &xa, 0);
	assert(host_allocations == 0 && xa_load(&xa, 0) == &xa && !xa_load(&xa, 1));
	assert(xa_insert(&xa, 0, &xa, 0) == -EBUSY);
	xa_set_mark(&xa, 0, XA_MARK_2);
	xa_store(&xa, 70, &xa, 0);
	assert(xa_get_mark(&xa, 0, XA_MARK_2) && xa_marked(&xa, XA_MARK_2));
	assert(xa_find(&xa, &index, 69, XA_PRESENT) && index == 0);
	assert(!xa_find_after(&xa, &index, 69, XA_PRESENT));
	assert(xa_find_after(&xa, &index, 70, XA_PRESENT) && index == 70);
	xa_erase(&xa, 70);
	assert(host_allocations == 0 && xa_get_mark(&xa, 0, XA_MARK_2));
	xa_erase(&xa, 0);
	assert(xa_empty(&xa) && !xa_marked(&xa, XA_MARK_2));

	srand(1);
	random_operations();
	for (int i = 0; i < N; i++)
		xa_erase(&xa, index_of(i));
	assert(xa_empty(&xa) && host_allocations == 0);
	for (int i = 0; i < N; i++)
		xa_store(&xa, index_of(i), &xa, 0);
	xa_destroy(&xa);
	assert(xa_empty(&xa) && host_allocations == 0);
	puts("ok xarray");
	return 0;
}
