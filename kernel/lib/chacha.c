// SPDX-License-Identifier: GPL-2.0-only
/*
 * ChaCha20: twenty rounds of additions, exclusive-ors and rotations over a 4 x 4 matrix of words.
 * The order of the words is the machine's (little endian). RFC 8439. Linux: lib/crypto/chacha.c.
 */
#include "kernel/lib/chacha.h"

#include "kernel/lib/string.h"

static inline u32 rotate_left(u32 value, int bits)
{
	return value << bits | value >> (32 - bits);
}

static inline void quarter_round(u32 *x, int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = rotate_left(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate_left(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate_left(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate_left(x[b] ^ x[c], 7);
}

void chacha_init(u32 state[CHACHA_STATE_WORDS], const u32 key[CHACHA_KEY_WORDS])
{
	/* "expand 32-byte k" */
	state[0] = 0x61707865;
	state[1] = 0x3320646e;
	state[2] = 0x79622d32;
	state[3] = 0x6b206574;
	memcpy(&state[4], key, CHACHA_KEY_WORDS * sizeof(u32));
	memset(&state[12], 0, 4 * sizeof(u32));
}

void chacha20_block(u32 state[CHACHA_STATE_WORDS], u8 out[CHACHA_BLOCK_SIZE])
{
	u32 x[CHACHA_STATE_WORDS];
	int i;

	memcpy(x, state, sizeof(x));
	for (i = 0; i < 10; i++) {
		quarter_round(x, 0, 4, 8, 12);
		quarter_round(x, 1, 5, 9, 13);
		quarter_round(x, 2, 6, 10, 14);
		quarter_round(x, 3, 7, 11, 15);
		quarter_round(x, 0, 5, 10, 15);
		quarter_round(x, 1, 6, 11, 12);
		quarter_round(x, 2, 7, 8, 13);
		quarter_round(x, 3, 4, 9, 14);
	}
	for (i = 0; i < CHACHA_STATE_WORDS; i++)
		x[i] += state[i];
	memcpy(out, x, sizeof(x));
	if (!++state[12])
		state[13]++;
}
