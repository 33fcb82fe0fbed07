/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and sizes as people write and read them; error texts as the GNU library words them. */
#ifndef CONDUIT_USER_LIB_NUMBERS_H
#define CONDUIT_USER_LIB_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* These two return 0, EINVAL or ERANGE. */
int parse_int(const char *text, int *number);     /* decimal, 32 bits, nothing behind it */
int parse_size(const char *text, uint64_t *size); /* 4096, 0x1000, 4K, 4KiB, 4.5MB */

/* "117.7M" into @text, which is returned: powers of 1024, at most one digit behind the point. */
char *human_size(char *text, size_t size, uint64_t bytes);

const char *error_text(int error);

#endif
