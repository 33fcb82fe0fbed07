// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of record locks against a model: one bit per byte. */
#include <assert.h>
#include <stdlib.h>
#include "fs/lock_range.h"

#define N 24

static unsigned int bits(const struct lock_range *r)
{
	unsigned int set = 0;

	for (loff_t i = r->start; i <= r->end; i++)
		set |= 1u << i;
	return set;
}

static void all_pairs_of_ranges(void)
{
	for (loff_t a = 0; a < N; a++)
		for (loff_t b = a; b < N; b++)
			for (loff_t c = 0; c < N; c++)
				for (loff_t d = c; d < N; d++) {
					struct lock_range have = { a, b }, cut = { c, d }, left,
							  right;
					unsigned int h = bits(&have), k = bits(&cut), parts,
						     rest = 0;

					assert(lock_range_overlaps(&have, &cut) == ((h & k) != 0));
					assert(lock_range_touches(&have, &cut) ==
					       (((h | h << 1 | h >> 1) & k) != 0));
					if (h & k) {
						parts = lock_range_cut(&have, &cut, &left, &right);
						if (parts & LOCK_PART_LEFT)
							rest |= bits(&left);
						if (parts & LOCK_PART_RIGHT)
							rest |= bits(&right);
						assert(rest == (h & ~k));
					}
					if (lock_range_touches(&have, &cut)) {
						lock_range_join(&have, &cut);
						assert(bits(&have) == (h | k));
					}
				}
}

static void flock_terms(void)
{
	struct lock_range r;

	assert(!lock_range_from_flock(0, 0, 0, &r) && r.start == 0 && r.end == OFFSET_MAX);
	assert(!lock_range_from_flock(10, 5, 3, &r) && r.start == 15 && r.end == 17);
	assert(!lock_range_from_flock(10, 0, -10, &r) && r.start == 0 && r.end == 9);
	assert(lock_range_from_flock(10, 0, -11, &r) == -EINVAL);
	assert(lock_range_from_flock(10, -11, 1, &r) == -EINVAL);
	assert(lock_range_from_flock(OFFSET_MAX, 1, 1, &r) == -EOVERFLOW);
	assert(!lock_range_from_flock(0, OFFSET_MAX, 1, &r) && r.end == OFFSET_MAX);
	assert(lock_range_from_flock(0, OFFSET_MAX, 2, &r) == -EOVERFLOW);
	assert(!lock_range_from_flock(0, 1, OFFSET_MAX, &r) && r.end == OFFSET_MAX);
	assert(lock_range_from_flock(0, 2, OFFSET_MAX, &r) == -EOVERFLOW);
}

static void the_end_of_all_files(void)
{
	struct lock_range have = { 0, OFFSET_MAX }, cut = { 5, OFFSET_MAX }, left, right;

	assert(lock_range_cut(&have, &cut, &left, &right) == LOCK_PART_LEFT && left.end == 4);
	assert(lock_range_touches(&left, &cut) && !lock_range_overlaps(&left, &cut));
}

int main(void)
{
	all_pairs_of_ranges();
	flock_terms();
	the_end_of_all_files();
	return 0;
}
