// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's command line, and numbers in text. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "kernel/lib/cmdline.h"
#include "kernel/lib/kstrtox.h"

static void options(void)
{
	static const char line[] = "console=tty0 quiet  init=/bin/sh console=ttyS0,115200 "
				   "name=\"two words\" loglevel=7 -- quiet2 init=no";
	char buf[32];

	assert(cmdline_find_option(line, "console", buf, sizeof(buf)) == 12);
	assert(!strcmp(buf, "ttyS0,115200"));
	assert(cmdline_find_nth(line, "console", 0, buf, sizeof(buf)) == 4 && !strcmp(buf, "tty0"));
	assert(cmdline_find_nth(line, "console", 2, buf, sizeof(buf)) == -1);
	assert(cmdline_find_option(line, "init", buf, 4) == 7 && !strcmp(buf, "/bi"));
	assert(cmdline_find_option(line, "name", buf, sizeof(buf)) == 9 &&
	       !strcmp(buf, "two words"));
	assert(cmdline_find_option_bool(line, "quiet") &&
	       !cmdline_find_option_bool(line, "quiet2"));
	assert(!cmdline_find_option_bool(line, "qui") && !cmdline_find_option_bool("", "x"));
	assert(cmdline_find_option(line, "quiet", buf, sizeof(buf)) == 0 && !*buf);
}

static void words_in_place(void)
{
	char line[] = " a=1 b c=\"x y\" d=";
	char *rest = line, *value;

	assert(!strcmp(next_arg(&rest, &value), "a") && !strcmp(value, "1"));
	assert(!strcmp(next_arg(&rest, &value), "b") && !value);
	assert(!strcmp(next_arg(&rest, &value), "c") && !strcmp(value, "x y"));
	assert(!strcmp(next_arg(&rest, &value), "d") && !*value);
	assert(!next_arg(&rest, &value));
}

static void numbers(void)
{
	unsigned long long u;
	long long l;
	unsigned int ui;
	int i;
	char *end, list[] = "3,0x10,5x", *s = list;

	assert(!kstrtoull("18446744073709551615", 10, &u) && u == ~0ull);
	assert(kstrtoull("18446744073709551616", 10, &u) == -ERANGE);
	assert(!kstrtoull("0x1f\n", 0, &u) && u == 31 && !kstrtoull("017", 0, &u) && u == 15);
	assert(kstrtoull("", 10, &u) == -EINVAL && kstrtoull("1 ", 10, &u) == -EINVAL);
	assert(kstrtoull("-1", 10, &u) == -EINVAL && kstrtoull("0x", 0, &u) == -EINVAL);
	assert(!kstrtoll("-9223372036854775808", 10, &l) && l == INT64_MIN);
	assert(kstrtoll("9223372036854775808", 10, &l) == -ERANGE);
	assert(!kstrtoint("-5", 0, &i) && i == -5 && kstrtoint("2147483648", 0, &i) == -ERANGE);
	assert(kstrtouint("4294967296", 0, &ui) == -ERANGE);
	assert(memparse("64M,", &end) == 64ull << 20 && *end == ',');
	assert(simple_strtoul("12ab", &end, 10) == 12 && *end == 'a');
	assert(get_option(&s, &i) == 2 && i == 3 && get_option(&s, &i) == 2 && i == 16);
	assert(get_option(&s, &i) == 1 && i == 5 && get_option(&s, &i) == 0);
}

int main(void)
{
	options();
	words_in_place();
	numbers();
	puts("ok cmdline");
	return 0;
}
