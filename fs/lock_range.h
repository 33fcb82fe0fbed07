/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges of bytes of record locks: pure arithmetic, also compiled and tested on the host.
 * Both ends are inclusive; OFFSET_MAX as the end means "however far the file grows".
 */
#ifndef CONDUIT_FS_LOCK_RANGE_H
#define CONDUIT_FS_LOCK_RANGE_H

#include "kernel/lib/types.h"
#include "kernel/uapi/errno.h"

#define OFFSET_MAX 0x7fffffffffffffffll

struct lock_range {
	loff_t start, end;
};

static inline bool lock_range_overlaps(const struct lock_range *a, const struct lock_range *b)
{
	return a->end >= b->start && b->end >= a->start;
}

/* Overlapping, or one begins where the other ends. */
static inline bool lock_range_touches(const struct lock_range *a, const struct lock_range *b)
{
	if (a->end < b->start)
		return a->end + 1 == b->start;
	if (b->end < a->start)
		return b->end + 1 == a->start;
	return true;
}

/* a becomes the union; the two touch. */
static inline void lock_range_join(struct lock_range *a, const struct lock_range *b)
{
	if (b->start < a->start)
		a->start = b->start;
	if (b->end > a->end)
		a->end = b->end;
}

#define LOCK_PART_LEFT  1u
#define LOCK_PART_RIGHT 2u

/* What is left of have without cut; the two overlap. Which parts there are: LOCK_PART_*. */
static inline unsigned int lock_range_cut(const struct lock_range *have,
					  const struct lock_range *cut, struct lock_range *left,
					  struct lock_range *right)
{
	unsigned int parts = 0;

	if (have->start < cut->start) {
		*left = (struct lock_range){ have->start, cut->start - 1 };
		parts |= LOCK_PART_LEFT;
	}
	if (have->end > cut->end) {
		*right = (struct lock_range){ cut->end + 1, have->end };
		parts |= LOCK_PART_RIGHT;
	}
	return parts;
}

/*
 * struct flock's start (from base) and length: a negative length reaches backwards, 0 means to the
 * end. -EOVERFLOW beyond OFFSET_MAX, -EINVAL before 0.
 */
static inline int lock_range_from_flock(loff_t base, loff_t l_start, loff_t l_len,
					struct lock_range *range)
{
	loff_t start, end;

	if (__builtin_add_overflow(base, l_start, &start))
		return l_start > 0 ? -EOVERFLOW : -EINVAL;
	if (start < 0)
		return -EINVAL;
	end = OFFSET_MAX;
	if (l_len > 0) {
		if (l_len - 1 > OFFSET_MAX - start)
			return -EOVERFLOW;
		end = start + (l_len - 1);
	} else if (l_len < 0) {
		if (start + l_len < 0)
			return -EINVAL;
		end = start - 1;
		start += l_len;
	}
	*range = (struct lock_range){ start, end };
	return 0;
}

#endif
