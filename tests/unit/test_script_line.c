// SPDX-License-Identifier: GPL-2.0-only
/* The first line of scripts, at all lengths. */
/* links: fs/script_line.c */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fs/script_line.h"

static char buf[BINPRM_BUF_SIZE];
static char *name, *arg;

static int parse(const char *text)
{
	memset(buf, 0, sizeof(buf));
	memcpy(buf, text, strnlen(text, sizeof(buf)));
	return parse_script_line(buf, &name, &arg);
}

static void lines(void)
{
	assert(parse("#!/bin/sh\n") == 0 && !strcmp(name, "/bin/sh") && !arg);
	assert(parse("#!/bin/sh") == 0 && !strcmp(name, "/bin/sh") && !arg);
	assert(parse("#! \t /bin/sh \t \n") == 0 && !strcmp(name, "/bin/sh") && !arg);
	assert(parse("#!/bin/awk -f\nx") == 0 && !strcmp(name, "/bin/awk") && !strcmp(arg, "-f"));
	assert(parse("#!/bin/a  b  c \n") == 0 && !strcmp(name, "/bin/a") && !strcmp(arg, "b  c"));
	assert(parse("") && parse("#") && parse("#!") && parse("#!\n") && parse("#! \t\n"));
	assert(parse("!#/bin/sh\n") && parse("# !/bin/sh\n"));
}

/* A name of n bytes without an end of line: it counts only if it ends within the buffer. */
static void long_names(void)
{
	char text[600];

	for (int n = 1; n < 400; n++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, "#!", 2);
		text[2 + n] = 0;
		assert((parse(text) == 0) == (n + 2 < BINPRM_BUF_SIZE - 1));
		text[2 + n] = '\n';
		text[3 + n] = 0;
		if (parse(text) == 0)
			assert(strlen(name) == (size_t)n);
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "#!", 2);
	text[500] = 0;
	assert(parse(text));
}

/* Whatever the bytes are, both results lie in the buffer and end there. */
static void random_bytes(void)
{
	srandom(1);
	for (int i = 0; i < 300000; i++) {
		for (size_t k = 0; k < sizeof(buf); k++) {
			static const char some[] = "##!!  \t\t\n\0/ab";

			buf[k] = some[random() % (sizeof(some) - 1)];
		}
		buf[0] = '#';
		buf[1] = '!';
		if (parse_script_line(buf, &name, &arg))
			continue;
		assert(name >= buf && memchr(name, 0, (size_t)(buf + sizeof(buf) - name)));
		assert(*name && *name != ' ' && *name != '\t');
		assert(!arg || (arg > name && memchr(arg, 0, (size_t)(buf + sizeof(buf) - arg))));
	}
}

int main(void)
{
	lines();
	long_names();
	random_bytes();
	return 0;
}
