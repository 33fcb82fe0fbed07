// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's command line. Linux: lib/cmdline.c. Tests: tests/unit/test_cmdline.c. */
#include "kernel/lib/cmdline.h"
#include "kernel/lib/ctype.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/string.h"

/* One word of the line: [name, name + name_length), and its value if there is an '='. */
struct word {
	const char *name, *value; /* value: NULL without '=' */
	size_t name_length, value_length;
};

/* Finds the next word from *s on and moves *s behind it. False at the end of the line. */
static bool next_word(const char **s, struct word *word)
{
	const char *p = skip_spaces(*s), *start;
	bool quoted = false;

	if (!*p)
		return false;
	word->name = p;
	while (*p && *p != '=' && !isspace(*p))
		p++;
	word->name_length = p - word->name;
	word->value = NULL;
	word->value_length = 0;
	if (*p == '=') {
		p++;
		if (*p == '"') {
			quoted = true;
			p++;
		}
		start = p;
		while (*p && (quoted ? *p != '"' : !isspace(*p)))
			p++;
		word->value = start;
		word->value_length = p - start;
		if (quoted && *p)
			p++;
	}
	*s = p;
	return true;
}

static bool is_named(const struct word *word, const char *name)
{
	return strlen(name) == word->name_length && !memcmp(name, word->name, word->name_length);
}

static int copy_value(const struct word *word, char *buf, size_t size)
{
	if (size) {
		size_t n = word->value_length < size ? word->value_length : size - 1;

		if (n)
			memcpy(buf, word->value, n);
		buf[n] = 0;
	}
	return word->value_length;
}

int cmdline_find_nth(const char *cmdline, const char *name, unsigned int index, char *buf,
		     size_t size)
{
	struct word word;

	while (next_word(&cmdline, &word) && !is_named(&word, "--")) {
		if (is_named(&word, name) && !index--)
			return copy_value(&word, buf, size);
	}
	return -1;
}

int cmdline_find_option(const char *cmdline, const char *name, char *buf, size_t size)
{
	struct word word;
	int length = -1;

	while (next_word(&cmdline, &word) && !is_named(&word, "--")) {
		if (is_named(&word, name))
			length = copy_value(&word, buf, size);
	}
	return length;
}

bool cmdline_find_option_bool(const char *cmdline, const char *name)
{
	return cmdline_find_option(cmdline, name, NULL, 0) >= 0;
}

char *next_arg(char **rest, char **value)
{
	const char *p = *rest;
	struct word word;

	if (!next_word(&p, &word)) {
		*value = NULL;
		return NULL;
	}
	*rest = (char *)p;
	if (*p)
		(*rest)++; /* over the space, which may become a 0 */
	*value = (char *)word.value;
	if (word.value)
		(*value)[word.value_length] = 0;
	((char *)word.name)[word.name_length] = 0;
	return (char *)word.name;
}

unsigned long long memparse(const char *s, char **end)
{
	unsigned long long value = simple_strtoull(s, end, 0);

	switch (toupper(**end)) {
	case 'T':
		value <<= 10;
		fallthrough;
	case 'G':
		value <<= 10;
		fallthrough;
	case 'M':
		value <<= 10;
		fallthrough;
	case 'K':
		value <<= 10;
		++*end;
	}
	return value;
}

int get_option(char **s, int *value)
{
	char *start = *s;

	if (!start || !*start)
		return 0;
	*value = simple_strtol(start, s, 0);
	if (*s == start)
		return 0;
	if (**s == ',') {
		++*s;
		return 2;
	}
	return 1;
}
