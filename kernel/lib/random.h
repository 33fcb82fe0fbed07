/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers. Implemented in kernel/random.c; any context, from the first line. */
#ifndef CONDUIT_LIB_RANDOM_H
#define CONDUIT_LIB_RANDOM_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

void get_random_bytes(void *buf, size_t n);
/* For getrandom() and /dev/urandom: fills to. Bytes written, or -EFAULT when none. Sleeps. */
struct iov_iter;
ssize_t get_random_bytes_iter(struct iov_iter *to);
/* Something that outsiders cannot guess happened: when it did is mixed in. */
void add_device_randomness(const void *data, size_t n);
/* Below ceil, each value equally likely; 0 for 0. */
u32 get_random_u32_below(u32 ceil);

static inline u32 get_random_u32(void)
{
	u32 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

static inline u64 get_random_u64(void)
{
	u64 value;

	get_random_bytes(&value, sizeof(value));
	return value;
}

static inline unsigned long get_random_long(void)
{
	return get_random_u64();
}

#endif
