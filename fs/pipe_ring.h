/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pipe's ring, the pure part: what its two counters mean. head counts buffers written, tail
 * buffers consumed; both run on for ever, modulo 2^32, and slots [tail, head) are in use. A slot's
 * place in the array is its number modulo the array's size, a power of two.
 * Tests: tests/unit/test_pipe_ring.c.
 */
#ifndef CONDUIT_FS_PIPE_RING_H
#define CONDUIT_FS_PIPE_RING_H

#include "kernel/lib/types.h"

#define PIPE_PAGE_SIZE 4096ul
#define PIPE_SIZE_MAX  (1ul << 31)

static inline unsigned int pipe_occupancy(unsigned int head, unsigned int tail)
{
	return head - tail;
}

static inline bool pipe_empty(unsigned int head, unsigned int tail)
{
	return head == tail;
}

/* Both counters in one word, for who looks without the pipe's mutex: they belong to one moment. */
union pipe_index {
	u64 head_tail;
	struct {
		unsigned int head, tail;
	};
};

_Static_assert(sizeof(union pipe_index) == sizeof(u64), "one load reads both");

/* limit may be below what is in use, for a moment: after the ring was made smaller. */
static inline bool pipe_full(unsigned int head, unsigned int tail, unsigned int limit)
{
	return pipe_occupancy(head, tail) >= limit;
}

/* Bytes of the smallest ring for a size: a power of two of pages; 0 when it would be too large. */
static inline unsigned int round_pipe_size(unsigned long size)
{
	unsigned long rounded = PIPE_PAGE_SIZE;

	if (size > PIPE_SIZE_MAX)
		return 0;
	while (rounded < size)
		rounded <<= 1;
	return (unsigned int)rounded;
}

#endif
