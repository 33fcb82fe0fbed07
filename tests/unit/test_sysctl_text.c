// SPDX-License-Identifier: GPL-2.0-only
/* Kernel parameters as text. links: fs/proc/sysctl_text.c */
#include "fs/proc/sysctl.h"
#include "kernel/lib/compiler.h"
#include "tests/unit/host.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What reading in pieces of `piece` bytes gives. */
static const char *text_of(const struct ctl_table *ctl, size_t piece)
{
	static char text[512];
	loff_t pos = 0;
	size_t total = 0;

	for (;;) {
		size_t len = piece;
		char buffer[512];

		assert(ctl->proc_handler(ctl, 0, buffer, &len, &pos) == 0 && len <= piece);
		if (!len)
			break;
		memcpy(text + total, buffer, len);
		total += len;
	}
	text[total] = 0;
	return text;
}

static int set(const struct ctl_table *ctl, const char *text)
{
	char *copy = strdup(text);
	size_t len = strlen(text);
	loff_t pos = 0;
	int ret = ctl->proc_handler(ctl, 1, copy, &len, &pos);

	free(copy);
	return ret;
}

static void test_numbers(void)
{
	static const int least = -5, most = 10;
	static const unsigned long long_least = 3;
	int number = 7, vector[3] = { 1, -2, 3 };
	unsigned int positive = 1;
	unsigned long wide = 1ul << 40;
	const struct ctl_table one = { "n", &number, 4, 0644, proc_dointvec_minmax, &least, &most };
	const struct ctl_table three = { "v", vector, 12, 0644, proc_dointvec };
	const struct ctl_table plus = { "u", &positive, 4, 0644, proc_douintvec };
	const struct ctl_table large = { "l", &wide, 8, 0644, proc_doulongvec_minmax, &long_least };

	assert(!strcmp(text_of(&one, 100), "7\n") && !strcmp(text_of(&one, 1), "7\n"));
	assert(set(&one, "-5\n") == 0 && number == -5 && !strcmp(text_of(&one, 9), "-5\n"));
	assert(set(&one, "-6") == -EINVAL && set(&one, "11") == -EINVAL && number == -5);
	assert(set(&one, " 0x0a ") == 0 && number == 10 && set(&one, "07") == 0 && number == 7);
	assert(set(&one, "") == -EINVAL && set(&one, "x") == -EINVAL &&
	       set(&one, "3x") == -EINVAL && set(&one, "-") == -EINVAL &&
	       set(&one, "99999999999999999999999") == -EINVAL && number == 7);

	assert(!strcmp(text_of(&three, 2), "1\t-2\t3\n"));
	assert(set(&three, "4 5") == 0 && vector[0] == 4 && vector[1] == 5 && vector[2] == 3);
	assert(set(&three, "6 7 y") == -EINVAL && vector[0] == 4);
	assert(set(&three, "-2147483648 2147483647\t0") == 0 && vector[0] == -2147483647 - 1);
	assert(set(&three, "2147483648") == -EINVAL && set(&three, "-2147483649") == -EINVAL);
	assert(!strcmp(text_of(&three, 5), "-2147483648\t2147483647\t0\n"));

	assert(set(&plus, "4294967295") == 0 && positive == ~0u && set(&plus, "-1") == -EINVAL &&
	       set(&plus, "4294967296") == -EINVAL);
	assert(set(&large, "18446744073709551615") == 0 && wide == ~0ul &&
	       set(&large, "2") == -EINVAL && set(&large, "18446744073709551616") == -EINVAL);
	assert(!strcmp(text_of(&large, 3), "18446744073709551615\n"));
}

static void test_positions(void)
{
	int number = 42;
	const struct ctl_table one = { "n", &number, 4, 0644, proc_dointvec };
	char buffer[8] = "9";
	loff_t pos = 5;
	size_t len = 8;

	assert(proc_dointvec(&one, 0, buffer, &len, &pos) == 0 && len == 0);
	pos = -1;
	len = 8;
	assert(proc_dointvec(&one, 0, buffer, &len, &pos) == 0 && len == 0);
	pos = 1;
	len = 1;
	buffer[0] = '9';
	buffer[1] = 0;
	assert(proc_dointvec(&one, 1, buffer, &len, &pos) == 0 && number == 42 && pos == 2);
}

static void test_strings(void)
{
	char name[8] = "host";
	const struct ctl_table str = { "s", name, sizeof(name), 0644, proc_dostring };

	assert(!strcmp(text_of(&str, 1), "host\n") && !strcmp(text_of(&str, 99), "host\n"));
	assert(set(&str, "other\nline") == 0 && !strcmp(name, "other"));
	assert(set(&str, "much too long") == 0 && !strcmp(name, "much to"));
	assert(set(&str, "") == 0 && !strcmp(text_of(&str, 4), "\n"));
}

int main(void)
{
	test_numbers();
	test_positions();
	test_strings();
	return 0;
}
