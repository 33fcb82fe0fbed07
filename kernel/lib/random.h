/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers. Implemented in kernel/random.c; may be called from any context.
 * Linux: include/linux/random.h.
 */
#ifndef CONDUIT_LIB_RANDOM_H
#define CONDUIT_LIB_RANDOM_H

#include "kernel/lib/types.h"

void get_random_bytes(void *buf, size_t len);
u32 get_random_u32(void);
u64 get_random_u64(void);

#endif
