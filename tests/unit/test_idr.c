// SPDX-License-Identifier: GPL-2.0-only
/* Ids: the lowest free one, cyclic ones, limits, ids without pointers, failing allocations. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/host.h"
#include "kernel/lib/err.h"
#include "kernel/lib/idr.h"
#include "kernel/lib/xarray.h"

#define N 9000

static bool taken[N];

static int lowest_free(int start, int end)
{
	for (int i = start; i < end; i++) {
		if (!taken[i])
			return i;
	}
	return -ENOSPC;
}

static void check_walk(struct idr *idr, int base)
{
	int id, i = 0;
	void *p;

	idr_for_each_entry (idr, p, id) {
		while (!taken[i])
			i++;
		assert(id == i + base && p == &taken[i]);
		i++;
	}
	while (i < N && !taken[i])
		i++;
	assert(i == N);
}

static void lowest_free_id_is_given(int base)
{
	DEFINE_IDR(idr);

	idr_init_base(&idr, base);
	for (int round = 0; round < 40000; round++) {
		int i = rand() % N, want;

		if (rand() % 5 < 3) {
			want = lowest_free(i, N);
			host_fail_after = rand() % 16 == 0 ? rand() % 2 : -1;
			int got = idr_alloc(&idr, want >= 0 ? &taken[want] : NULL, i + base,
					    N + base, 0);

			host_fail_after = -1;
			if (got == -ENOMEM)
				continue;
			assert(got == (want < 0 ? want : want + base));
			if (want >= 0)
				taken[want] = true;
		} else {
			assert(idr_remove(&idr, i + base) == (taken[i] ? &taken[i] : NULL));
			taken[i] = false;
		}
		assert(idr_find(&idr, i + base) == (taken[i] ? &taken[i] : NULL));
		if (round % 1999 == 0)
			check_walk(&idr, base);
	}
	for (int i = 0; i < N; i++) {
		idr_remove(&idr, i + base);
		taken[i] = false;
	}
	assert(idr_is_empty(&idr) && host_allocations == 0);
}

static void cyclic_ids_go_on_and_wrap(void)
{
	DEFINE_IDR(idr);

	for (int i = 0; i < 100; i++)
		assert(idr_alloc_cyclic(&idr, NULL, 10, 110, 0) == 10 + i);
	assert(idr_alloc_cyclic(&idr, NULL, 10, 110, 0) == -ENOSPC);
	idr_remove(&idr, 50);
	assert(idr_alloc_cyclic(&idr, &idr, 10, 110, 0) == 50);
	idr_remove(&idr, 20);
	idr_remove(&idr, 60);
	assert(idr_alloc_cyclic(&idr, &idr, 10, 110, 0) == 60);
	assert(idr_alloc_cyclic(&idr, &idr, 10, 110, 0) == 20);
	assert(idr_get_cursor(&idr) == 21);
	idr_destroy(&idr);
	assert(host_allocations == 0);
}

static void id_may_be_taken_first_and_filled_later(void)
{
	DEFINE_IDR(idr);
	int id = 0;

	assert(idr_alloc(&idr, NULL, 0, 0, 0) == 0);
	assert(!idr_find(&idr, 0) && !idr_get_next(&idr, &id));
	assert(idr_replace(&idr, &idr, 0) == NULL && idr_find(&idr, 0) == &idr);
	assert(IS_ERR(idr_replace(&idr, &idr, 1)));
	assert(IS_ERR(idr_replace(&idr, &idr, 100000)));
	assert(idr_alloc(&idr, &idr, 0x7ffffff0, 0, 0) == 0x7ffffff0);
	assert(idr_find(&idr, 0x7ffffff0) == &idr);
	id = 1;
	assert(idr_get_next(&idr, &id) == &idr && id == 0x7ffffff0);
	assert(idr_remove(&idr, 0x7ffffff0) == &idr && !idr_remove(&idr, 0x7ffffff0));
	idr_destroy(&idr);
	assert(host_allocations == 0);
}

int main(void)
{
	radix_tree_init();
	srand(1);
	lowest_free_id_is_given(0);
	lowest_free_id_is_given(1000);
	cyclic_ids_go_on_and_wrap();
	id_may_be_taken_first_and_filled_later();
	puts("ok idr");
	return 0;
}
