/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text to numbers. The kstrto functions want the whole string to be one number (a newline may
 * follow); base 0 takes 0x and 0 prefixes. 0, -EINVAL or -ERANGE. Linux: include/linux/kstrtox.h.
 */
#ifndef CONDUIT_LIB_KSTRTOX_H
#define CONDUIT_LIB_KSTRTOX_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

int kstrtoull(const char *s, unsigned int base, unsigned long long *result) __must_check;
int kstrtoll(const char *s, unsigned int base, long long *result) __must_check;
int kstrtoul(const char *s, unsigned int base, unsigned long *result) __must_check;
int kstrtol(const char *s, unsigned int base, long *result) __must_check;
int kstrtouint(const char *s, unsigned int base, unsigned int *result) __must_check;
int kstrtoint(const char *s, unsigned int base, int *result) __must_check;
int kstrtobool(const char *s, bool *result) __must_check;

/* As far as it is a number; *end is where it stopped. No overflow check. */
unsigned long long simple_strtoull(const char *s, char **end, unsigned int base);
unsigned long simple_strtoul(const char *s, char **end, unsigned int base);
long simple_strtol(const char *s, char **end, unsigned int base);
long long simple_strtoll(const char *s, char **end, unsigned int base);

#endif
