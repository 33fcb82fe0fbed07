// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of a pipe's ring, also where the counters overflow. */
#include "fs/pipe_ring.h"
#include "tests/unit/host.h"

#include <assert.h>

static void test_counters(unsigned int start)
{
	unsigned int head = start, tail = start;

	assert(pipe_empty(head, tail) && pipe_occupancy(head, tail) == 0);
	assert(!pipe_full(head, tail, 1));
	for (int i = 0; i < 16; i++) {
		assert(!pipe_full(head, tail, 16));
		head++;
		assert(!pipe_empty(head, tail));
	}
	assert(pipe_full(head, tail, 16) && pipe_occupancy(head, tail) == 16);
	/* Made smaller meanwhile: still full. */
	assert(pipe_full(head, tail, 8));
	for (int i = 0; i < 16; i++)
		tail++;
	assert(pipe_empty(head, tail));
}

int main(void)
{
	test_counters(0);
	test_counters(0x7ffffffau);
	test_counters(0xfffffff8u);
	assert(round_pipe_size(0) == 4096 && round_pipe_size(1) == 4096 &&
	       round_pipe_size(4096) == 4096);
	assert(round_pipe_size(4097) == 8192 && round_pipe_size(100000) == 131072);
	assert(round_pipe_size(1ul << 31) == 1u << 31);
	assert(round_pipe_size((1ul << 31) + 1) == 0 && round_pipe_size(~0ul) == 0);
	return 0;
}
