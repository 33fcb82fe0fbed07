// SPDX-License-Identifier: GPL-2.0-only
/* Text to numbers. Linux: lib/kstrtox.c. Tests: tests/unit/test_kstrtox.c. */
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/ctype.h"
#include "kernel/uapi/errno.h"

static int digit_value(char c)
{
	if (isdigit(c))
		return c - '0';
	if (isalpha(c))
		return tolower(c) - 'a' + 10;
	return 99;
}

/* Steps over a prefix that fits the base, and decides base 0. */
static const char *parse_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && hex ? s + 2 : s;
}

/* Digits as far as they go: their number; *overflow is set when the value did not fit. */
static int parse_digits(const char *s, unsigned int base, unsigned long long *result,
			bool *overflow)
{
	unsigned long long value = 0;
	int n;

	for (n = 0; (unsigned int)digit_value(s[n]) < base; n++) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit_value(s[n]), &value))
			*overflow = true;
	}
	*result = value;
	return n;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *result)
{
	unsigned long long value;
	bool overflow = false;
	int n;

	if (*s == '+')
		s++;
	s = parse_prefix(s, &base);
	n = parse_digits(s, base, &value, &overflow);
	if (!n)
		return -EINVAL;
	s += n;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*result = value;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *result)
{
	unsigned long long value;
	bool negative = *s == '-';
	int error = kstrtoull(negative ? s + 1 : s, base, &value);

	if (error)
		return error;
	if (negative && s[1] == '+')
		return -EINVAL;
	if (value > (unsigned long long)INT64_MAX + negative)
		return -ERANGE;
	*result = negative ? (long long)-value : (long long)value;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *result)
{
	unsigned long long value;
	int error = kstrtoull(s, base, &value);

	if (!error)
		*result = value;
	return error;
}

int kstrtol(const char *s, unsigned int base, long *result)
{
	long long value;
	int error = kstrtoll(s, base, &value);

	if (!error)
		*result = value;
	return error;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *result)
{
	unsigned long long value;
	int error = kstrtoull(s, base, &value);

	if (error)
		return error;
	if (value > UINT32_MAX)
		return -ERANGE;
	*result = value;
	return 0;
}

int kstrtoint(const char *s, unsigned int base, int *result)
{
	long long value;
	int error = kstrtoll(s, base, &value);

	if (error)
		return error;
	if (value > INT32_MAX || value < INT32_MIN)
		return -ERANGE;
	*result = value;
	return 0;
}

int kstrtobool(const char *s, bool *result)
{
	switch (tolower(*s)) {
	case 'y':
	case 't':
	case '1':
		*result = true;
		return 0;
	case 'n':
	case 'f':
	case '0':
		*result = false;
		return 0;
	case 'o':
		if (tolower(s[1]) == 'n' || tolower(s[1]) == 'f') {
			*result = tolower(s[1]) == 'n';
			return 0;
		}
	}
	return -EINVAL;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned long long value;
	bool overflow;

	s = parse_prefix(s, &base);
	s += parse_digits(s, base, &value, &overflow);
	if (end)
		*end = (char *)s;
	return value;
}

unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}

long long simple_strtoll(const char *s, char **end, unsigned int base)
{
	if (*s == '-')
		return -simple_strtoull(s + 1, end, base);
	return simple_strtoull(s, end, base);
}

long simple_strtol(const char *s, char **end, unsigned int base)
{
	return simple_strtoll(s, end, base);
}
