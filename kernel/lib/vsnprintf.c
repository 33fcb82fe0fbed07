// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formatted text into a buffer.
 *
 * Idea: everything goes through put(), which counts every character and stores those that fit; so
 * the result is the length of the whole text, and a buffer that is too small is just filled.
 * Linux: lib/vsprintf.c. Tests: tests/unit/test_vsnprintf.c.
 */
#include "kernel/lib/vsnprintf.h"
#include "kernel/lib/ctype.h"
#include "kernel/lib/string.h"

struct output {
	char *buf;
	size_t size, length; /* length counts also what did not fit */
};

/* One conversion: %[flags][width][.precision][size]letter */
struct spec {
	bool left, plus, space, alternate, zero, upper;
	int width;     /* 0: none */
	int precision; /* -1: none */
	char size;     /* h, H (hh), l, L (ll), z, t or 0 */
};

static void put(struct output *out, char c)
{
	if (out->length < out->size)
		out->buf[out->length] = c;
	out->length++;
}

static void put_many(struct output *out, char c, int n)
{
	for (; n > 0; n--)
		put(out, c);
}

static void put_text(struct output *out, const struct spec *spec, const char *s, int n)
{
	int pad = spec->width - n;

	if (!spec->left)
		put_many(out, ' ', pad);
	while (n-- > 0)
		put(out, *s++);
	if (spec->left)
		put_many(out, ' ', pad);
}

/* sign: 0 or the character before the digits. */
static void put_number(struct output *out, const struct spec *spec, unsigned long long value,
		       unsigned int base, char sign)
{
	const char *digits = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	const char *prefix = "";
	char text[24];
	int n = 0, zeros, pad;

	if (spec->alternate && base == 16 && value)
		prefix = spec->upper ? "0X" : "0x";
	if (base == 10) {
		for (; value; value /= 10)
			text[n++] = '0' + value % 10;
	} else {
		for (; value; value /= base)
			text[n++] = digits[value % base];
	}
	if (!n && spec->precision != 0)
		text[n++] = '0';
	if (spec->alternate && base == 8 && (!n || text[n - 1] != '0'))
		text[n++] = '0';
	zeros = spec->precision > n ? spec->precision - n : 0;
	pad = spec->width - n - zeros - (sign != 0) - (int)strlen(prefix);
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeros += pad;
		pad = 0;
	}
	if (!spec->left)
		put_many(out, ' ', pad);
	if (sign)
		put(out, sign);
	while (*prefix)
		put(out, *prefix++);
	put_many(out, '0', zeros);
	while (n)
		put(out, text[--n]);
	if (spec->left)
		put_many(out, ' ', pad);
}

static void put_string(struct output *out, const struct spec *spec, const char *s)
{
	if ((unsigned long)s < 4096)
		s = s ? "(efault)" : "(null)";
	put_text(out, spec, s, strnlen(s, spec->precision < 0 ? 0x7fffffff : spec->precision));
}

/* %p and what may follow it; returns how many letters that were. */
static int put_pointer(struct output *out, struct spec *spec, const char *letters, const void *p)
{
	if ((*letters == 's' || *letters == 'S') && sprint_symbol) {
		char name[128];
		int n = sprint_symbol(name, sizeof(name), (unsigned long)p, *letters == 'S');

		if (n > 0) {
			put_text(out, spec, name, n);
			return 1;
		}
	}
	if (!spec->width) {
		spec->width = 2 * sizeof(p);
		spec->zero = true;
	}
	put_number(out, spec, (unsigned long)p, 16, 0);
	return *letters == 's' || *letters == 'S' || *letters == 'x' || *letters == 'K';
}

static const char *parse_spec(const char *fmt, struct spec *spec, va_list *args)
{
	*spec = (struct spec){ .precision = -1 };
	for (;; fmt++) {
		if (*fmt == '-')
			spec->left = true;
		else if (*fmt == '+')
			spec->plus = true;
		else if (*fmt == ' ')
			spec->space = true;
		else if (*fmt == '#')
			spec->alternate = true;
		else if (*fmt == '0')
			spec->zero = true;
		else
			break;
	}
	if (*fmt == '*') {
		spec->width = va_arg(*args, int);
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
		fmt++;
	} else {
		while (isdigit(*fmt))
			spec->width = spec->width * 10 + *fmt++ - '0';
	}
	if (*fmt == '.') {
		fmt++;
		spec->precision = 0;
		if (*fmt == '*') {
			spec->precision = va_arg(*args, int);
			fmt++;
		} else {
			while (isdigit(*fmt))
				spec->precision = spec->precision * 10 + *fmt++ - '0';
		}
	}
	if (*fmt == 'h' || *fmt == 'l' || *fmt == 'z' || *fmt == 't' || *fmt == 'j') {
		spec->size = *fmt++;
		if (*fmt == spec->size && (*fmt == 'h' || *fmt == 'l'))
			spec->size = toupper(*fmt++);
	}
	return fmt;
}

static unsigned long long get_unsigned(const struct spec *spec, va_list *args)
{
	switch (spec->size) {
	case 'H':
		return (unsigned char)va_arg(*args, int);
	case 'h':
		return (unsigned short)va_arg(*args, int);
	case 0:
		return va_arg(*args, unsigned int);
	default:
		return va_arg(*args, unsigned long);
	}
}

static long long get_signed(const struct spec *spec, va_list *args)
{
	switch (spec->size) {
	case 'H':
		return (signed char)va_arg(*args, int);
	case 'h':
		return (short)va_arg(*args, int);
	case 0:
		return va_arg(*args, int);
	default:
		return va_arg(*args, long);
	}
}

static void put_signed(struct output *out, const struct spec *spec, long long value)
{
	char sign = value < 0 ? '-' : spec->plus ? '+' : spec->space ? ' ' : 0;

	put_number(out, spec, value < 0 ? -(unsigned long long)value : (unsigned long long)value,
		   10, sign);
}

/* fmt stands behind the '%'; returns where it goes on. */
static const char *convert(struct output *out, const char *fmt, va_list *args)
{
	struct spec spec;
	char c;

	fmt = parse_spec(fmt, &spec, args);
	switch (*fmt) {
	case 'd':
	case 'i':
		put_signed(out, &spec, get_signed(&spec, args));
		break;
	case 'u':
		put_number(out, &spec, get_unsigned(&spec, args), 10, 0);
		break;
	case 'X':
		spec.upper = true;
		fallthrough;
	case 'x':
		put_number(out, &spec, get_unsigned(&spec, args), 16, 0);
		break;
	case 'o':
		put_number(out, &spec, get_unsigned(&spec, args), 8, 0);
		break;
	case 'c':
		c = va_arg(*args, int);
		put_text(out, &spec, &c, 1);
		break;
	case 's':
		put_string(out, &spec, va_arg(*args, const char *));
		break;
	case 'p':
		fmt += put_pointer(out, &spec, fmt + 1, va_arg(*args, void *));
		break;
	case '%':
		put(out, '%');
		break;
	case 0:
		return fmt;
	default: /* unknown: show it */
		put(out, '%');
		put(out, *fmt);
	}
	return fmt + 1;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct output out = { buf, size, 0 };
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = convert(&out, fmt + 1, &copy);
		else
			put(&out, *fmt++);
	}
	va_end(copy);
	if (size)
		buf[out.length < size ? out.length : size - 1] = 0;
	return out.length;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, 0x7fffffff, fmt, args);
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsprintf(buf, fmt, args);
	va_end(args);
	return n;
}
