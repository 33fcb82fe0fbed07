/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first line of a script, "#! interpreter argument". Pure; tests/unit/test_script_line.c.
 * Linux: fs/binfmt_script.c.
 */
#include "fs/script_line.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/string.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first character of [from, end) that is not blank, or NULL. */
static char *next_non_blank(char *from, const char *end)
{
	for (; from < end; from++)
		if (!is_blank(*from))
			return from;
	return NULL;
}

/* The first blank or 0 of [from, end), or NULL. */
static char *next_terminator(char *from, const char *end)
{
	for (; from < end; from++)
		if (is_blank(*from) || !*from)
			return from;
	return NULL;
}

int parse_script_line(char buf[BINPRM_BUF_SIZE], char **name, char **arg)
{
	char *buf_end = buf + BINPRM_BUF_SIZE - 1;
	char *end, *sep;

	if (buf[0] != '#' || buf[1] != '!')
		return -ENOEXEC;
	end = memchr(buf, '\n', BINPRM_BUF_SIZE);
	if (!end) {
		end = next_non_blank(buf + 2, buf_end);
		/* No end of line: the name must end within the buffer at least. */
		if (!end || !next_terminator(end, buf_end))
			return -ENOEXEC;
		end = buf_end;
	}
	while (end > buf + 2 && is_blank(end[-1]))
		end--;
	*name = next_non_blank(buf + 2, end);
	if (!*name || !**name)
		return -ENOEXEC;
	*arg = NULL;
	sep = next_terminator(*name, end);
	if (sep && *sep)
		*arg = next_non_blank(sep, end);
	*end = '\0';
	if (*arg)
		*sep = '\0';
	return 0;
}
