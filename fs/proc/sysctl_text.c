// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel parameters as text: the handlers that turn numbers and strings into a line and back.
 *
 * Rules: 1. text is parsed as a whole before any value changes. 2. a value is written at position 0
 * only; writes elsewhere are accepted and ignored, as Linux does.
 * Pure: works on kernel buffers, also compiled on the host. Locking: none: a value is one aligned
 * word, written and read whole.
 * Linux: kernel/sysctl.c. Start at: do_proc_vector. Tests: tests/unit/test_sysctl_text.c.
 */
#include "fs/proc/sysctl.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/ctype.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"

#define MAX_VALUES 16

enum value_kind { VALUE_INT, VALUE_UINT, VALUE_ULONG };

/* A number with its sign apart, so that every kind fits. */
struct value {
	bool negative;
	u64 magnitude;
};

/* ---- pure: text and numbers ---- */

/* One number at *p, ended by white space or the text's end: moves *p behind it. 0 or -EINVAL. */
static int parse_value(const char **p, struct value *v)
{
	const char *s = *p;
	unsigned int base = 10, digits = 0;

	v->negative = *s == '-';
	if (v->negative)
		s++;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && isxdigit(s[2])) {
		base = 16;
		s += 2;
	} else if (s[0] == '0' && isdigit(s[1])) {
		base = 8;
	}
	for (v->magnitude = 0; isxdigit(*s); s++, digits++) {
		unsigned int digit = isdigit(*s) ? *s - '0' : (*s | 32) - 'a' + 10;

		if (digit >= base || __builtin_mul_overflow(v->magnitude, base, &v->magnitude) ||
		    __builtin_add_overflow(v->magnitude, digit, &v->magnitude))
			return -EINVAL;
	}
	if (!digits || (*s && !isspace(*s)))
		return -EINVAL;
	*p = s;
	return 0;
}

static bool value_fits(const struct value *v, enum value_kind kind)
{
	switch (kind) {
	case VALUE_INT:
		return v->magnitude <= 0x7fffffffull + v->negative;
	case VALUE_UINT:
		return !v->negative && v->magnitude <= 0xffffffff;
	default:
		return !v->negative;
	}
}

static bool value_less(const struct value *a, const struct value *b)
{
	bool a_negative = a->negative && a->magnitude, b_negative = b->negative && b->magnitude;

	if (a_negative != b_negative)
		return a_negative;
	return a_negative ? a->magnitude > b->magnitude : a->magnitude < b->magnitude;
}

static size_t value_size(enum value_kind kind)
{
	return kind == VALUE_ULONG ? sizeof(long) : sizeof(int);
}

static void value_load(const void *data, enum value_kind kind, struct value *v)
{
	v->negative = false;
	if (kind == VALUE_ULONG) {
		v->magnitude = READ_ONCE(*(const unsigned long *)data);
	} else if (kind == VALUE_UINT) {
		v->magnitude = READ_ONCE(*(const unsigned int *)data);
	} else {
		int n = READ_ONCE(*(const int *)data);

		v->negative = n < 0;
		v->magnitude = n < 0 ? -(u64)(s64)n : (u64)n;
	}
}

static void value_store(void *data, enum value_kind kind, const struct value *v)
{
	if (kind == VALUE_ULONG)
		WRITE_ONCE(*(unsigned long *)data, v->magnitude);
	else
		WRITE_ONCE(*(unsigned int *)data,
			   (unsigned int)(v->negative ? -v->magnitude : v->magnitude));
}

/* ---- handlers ---- */

static int read_vector(const struct ctl_table *ctl, enum value_kind kind, char *buffer,
		       size_t *lenp, loff_t *ppos)
{
	unsigned int n = ctl->maxlen / value_size(kind);
	char text[MAX_VALUES * 22 + 2];
	size_t len = 0;

	ASSERT(n <= MAX_VALUES);
	for (unsigned int i = 0; i < n; i++) {
		struct value v;

		value_load((const char *)ctl->data + i * value_size(kind), kind, &v);
		len += scnprintf(text + len, sizeof(text) - len, "%s%s%llu", i ? "\t" : "",
				 v.negative ? "-" : "", (unsigned long long)v.magnitude);
	}
	text[len++] = '\n';
	if (*ppos < 0 || *ppos >= (loff_t)len) {
		*lenp = 0;
		return 0;
	}
	*lenp = min(*lenp, len - (size_t)*ppos);
	memcpy(buffer, text + *ppos, *lenp);
	*ppos += *lenp;
	return 0;
}

static int write_vector(const struct ctl_table *ctl, enum value_kind kind, const char *buffer)
{
	unsigned int max = ctl->maxlen / value_size(kind), n;
	struct value values[MAX_VALUES], limit;
	const char *p = skip_spaces(buffer);

	for (n = 0; n < max && *p; n++, p = skip_spaces(p)) {
		struct value *v = &values[n];

		if (parse_value(&p, v) || !value_fits(v, kind))
			return -EINVAL;
		if (ctl->extra1) {
			value_load(ctl->extra1, kind, &limit);
			if (value_less(v, &limit))
				return -EINVAL;
		}
		if (ctl->extra2) {
			value_load(ctl->extra2, kind, &limit);
			if (value_less(&limit, v))
				return -EINVAL;
		}
	}
	if (!n)
		return -EINVAL;
	for (unsigned int i = 0; i < n; i++)
		value_store((char *)ctl->data + i * value_size(kind), kind, &values[i]);
	return 0;
}

static int do_proc_vector(const struct ctl_table *ctl, enum value_kind kind, int write,
			  char *buffer, size_t *lenp, loff_t *ppos)
{
	int ret;

	if (!write)
		return read_vector(ctl, kind, buffer, lenp, ppos);
	if (*ppos == 0) {
		ret = write_vector(ctl, kind, buffer);
		if (ret)
			return ret;
	}
	*ppos += *lenp;
	return 0;
}

int proc_dointvec_minmax(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			 loff_t *ppos)
{
	return do_proc_vector(ctl, VALUE_INT, write, buffer, lenp, ppos);
}

/* Without limits: the table's are not looked at. */
int proc_dointvec(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table copy = *ctl;

	copy.extra1 = copy.extra2 = NULL;
	return do_proc_vector(&copy, VALUE_INT, write, buffer, lenp, ppos);
}

int proc_douintvec_minmax(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			  loff_t *ppos)
{
	return do_proc_vector(ctl, VALUE_UINT, write, buffer, lenp, ppos);
}

int proc_douintvec(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table copy = *ctl;

	copy.extra1 = copy.extra2 = NULL;
	return do_proc_vector(&copy, VALUE_UINT, write, buffer, lenp, ppos);
}

int proc_doulongvec_minmax(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			   loff_t *ppos)
{
	return do_proc_vector(ctl, VALUE_ULONG, write, buffer, lenp, ppos);
}

/* maxlen is the size of the array; a write ends at the first newline and is cut to fit. */
int proc_dostring(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp, loff_t *ppos)
{
	char *data = ctl->data;
	size_t len;

	if (write) {
		if (*ppos == 0) {
			len = min(strcspn(buffer, "\n"), (size_t)ctl->maxlen - 1);
			memcpy(data, buffer, len);
			data[len] = '\0';
		}
		*ppos += *lenp;
		return 0;
	}
	len = strnlen(data, ctl->maxlen);
	if (*ppos < 0 || *ppos > (loff_t)len) {
		*lenp = 0;
		return 0;
	}
	/* The text and, behind it, a newline. */
	*lenp = min(*lenp, len + 1 - (size_t)*ppos);
	for (size_t i = 0; i < *lenp; i++)
		buffer[i] = *ppos + i < len ? data[*ppos + i] : '\n';
	*ppos += *lenp;
	return 0;
}
