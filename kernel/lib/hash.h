/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashing. hash_64() and hash_32() spread integers by a multiplication with the golden ratio (the
 * upper bits are the good ones); hash_bytes() is for names and keys.
 * Linux: include/linux/hash.h, jhash.h.
 */
#ifndef CONDUIT_LIB_HASH_H
#define CONDUIT_LIB_HASH_H

#include "kernel/lib/types.h"

#define GOLDEN_RATIO_32 0x61c88647u
#define GOLDEN_RATIO_64 0x61c8864680b583ebull

static inline u32 hash_32(u32 value, unsigned int bits)
{
	return value * GOLDEN_RATIO_32 >> (32 - bits);
}

static inline u32 hash_64(u64 value, unsigned int bits)
{
	return value * GOLDEN_RATIO_64 >> (64 - bits);
}

#define hash_long(value, bits) hash_64(value, bits)

static inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_64((unsigned long)ptr, bits);
}

/* Any bytes, with a seed: multiply and fold eight at a time. */
u32 hash_bytes(const void *data, size_t n, u32 seed);

#define jhash(data, n, seed) hash_bytes(data, n, seed)

static inline u32 jhash_1word(u32 a, u32 seed)
{
	u64 x = ((u64)seed << 32 | a) * GOLDEN_RATIO_64;

	return (u32)(x ^ x >> 32);
}

#endif
