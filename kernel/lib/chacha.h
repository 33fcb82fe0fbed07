/* SPDX-License-Identifier: GPL-2.0-only */
/* The ChaCha20 block function (RFC 8439, 2.3): pure, also tested on the host. */
#ifndef CONDUIT_LIB_CHACHA_H
#define CONDUIT_LIB_CHACHA_H

#include "kernel/lib/types.h"

#define CHACHA_KEY_WORDS   8
#define CHACHA_STATE_WORDS 16
#define CHACHA_BLOCK_SIZE  64

/* state: constants, key, zero counter and nonce. */
void chacha_init(u32 state[CHACHA_STATE_WORDS], const u32 key[CHACHA_KEY_WORDS]);
/* 64 bytes of output; the counter (words 12 and 13) goes up by one. */
void chacha20_block(u32 state[CHACHA_STATE_WORDS], u8 out[CHACHA_BLOCK_SIZE]);

#endif
