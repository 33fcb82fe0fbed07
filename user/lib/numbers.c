// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and sizes: see user/lib/numbers.h. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/numbers.h"

static const char prefixes[] = "KMGTPEZY";

int parse_int(const char *text, int *number)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end)
		return EINVAL;
	if (errno || value < INT_MIN || value > INT_MAX)
		return ERANGE;
	*number = value;
	return 0;
}

/* *@size times @base to the power of @exponent. */
static int scale(uint64_t *size, unsigned int base, int exponent)
{
	while (exponent-- > 0)
		if (__builtin_mul_overflow(*size, base, size))
			return ERANGE;
	return 0;
}

/* K, KiB: 1024; KB: 1000. Returns the base, 0 if @suffix is none. */
static unsigned int read_suffix(const char *suffix, int *exponent)
{
	const char *prefix = *suffix ? strchr(prefixes, toupper((unsigned char)*suffix)) : NULL;

	if (!prefix)
		return 0;
	*exponent = prefix - prefixes + 1;
	if (!suffix[1] || !strcmp(suffix + 1, "iB") || !strcmp(suffix + 1, "ib"))
		return 1024;
	return !strcmp(suffix + 1, "B") || !strcmp(suffix + 1, "b") ? 1000 : 0;
}

/* The digits behind the point, of which only whole bytes count: 0.05 K is 51. */
static uint64_t part_of(uint64_t unit, const char *digits, int count)
{
	unsigned __int128 sum = 0;

	/* From the right: each digit's share is a tenth of what its left neighbour's would be. */
	for (int i = count - 1; i >= 0; i--)
		sum = (sum + ((unsigned __int128)unit << 32) * (digits[i] - '0')) / 10;
	return sum >> 32;
}

int parse_size(const char *text, uint64_t *size)
{
	const char *digits = NULL;
	int exponent, count = 0;
	unsigned int base;
	uint64_t unit = 1;
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	if (*text == '-')
		return EINVAL;
	errno = 0;
	*size = strtoull(text, &end, 0);
	if (end == text)
		return EINVAL;
	if (errno)
		return ERANGE;
	if (!*end)
		return 0;
	if (*end == '.') {
		digits = ++end;
		while (isdigit((unsigned char)*end))
			end++;
		count = end - digits;
	}
	base = read_suffix(end, &exponent);
	if (!base)
		return EINVAL;
	if (scale(size, base, exponent))
		return ERANGE;
	if (!count || scale(&unit, base, exponent))
		return 0;
	return __builtin_add_overflow(*size, part_of(unit, digits, count), size) ? ERANGE : 0;
}

char *human_size(char *text, size_t size, uint64_t bytes)
{
	int power = 0;
	uint64_t unit = 1, whole, tenths;

	while (power < 6 && bytes / unit >= 1024) {
		unit *= 1024;
		power++;
	}
	whole = bytes / unit;
	tenths = (bytes % unit * 10 + unit / 2) / unit;
	if (tenths == 10) {
		whole++;
		tenths = 0;
	}
	if (tenths)
		snprintf(text, size, "%llu.%llu%c", (unsigned long long)whole,
			 (unsigned long long)tenths, prefixes[power - 1]);
	else
		snprintf(text, size, "%llu%c", (unsigned long long)whole,
			 power ? prefixes[power - 1] : 'B');
	return text;
}

const char *error_text(int error)
{
	switch (error) {
	case 0:
		return "Success";
	case ENOMEM:
		return "Cannot allocate memory";
	case ERANGE:
		return "Numerical result out of range";
	default:
		return strerror(error);
	}
}
