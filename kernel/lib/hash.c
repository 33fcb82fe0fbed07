// SPDX-License-Identifier: GPL-2.0-only
/* Hash of any bytes: each eight are added and spread by a multiplication and a fold. */
#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"

static u64 mix(u64 hash, u64 word)
{
	hash = (hash ^ word) * GOLDEN_RATIO_64;
	return hash ^ hash >> 32;
}

u32 hash_bytes(const void *data, size_t n, u32 seed)
{
	u64 hash = mix(seed, n), word;

	for (; n >= 8; n -= 8, data = (const u8 *)data + 8) {
		memcpy(&word, data, 8);
		hash = mix(hash, word);
	}
	if (n) {
		word = 0;
		memcpy(&word, data, n);
		hash = mix(hash, word);
	}
	return (u32)(hash ^ hash >> 29);
}
