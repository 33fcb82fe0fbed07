// SPDX-License-Identifier: GPL-2.0-only
/* Formatted text: the same as the C library's, for every conversion with many flags. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int (*host_snprintf)(char *, size_t, const char *, ...) = snprintf;

#include "kernel/lib/vsnprintf.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-overflow"

#define SAME(...)                                                                                  \
	do {                                                                                       \
		char __a[200], __b[200];                                                           \
		int __n = snprintf(__a, sizeof(__a), __VA_ARGS__);                                 \
		int __m = host_snprintf(__b, sizeof(__b), __VA_ARGS__);                            \
		if (__n != __m || strcmp(__a, __b)) {                                              \
			fprintf(stderr, "got '%s', want '%s'\n", __a, __b);                        \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static void all_flags(void)
{
	static const char *const flags[] = { "", "-", "+", " ", "#", "0", "-#", "#0", "+0", "-+" };
	static const char *const widths[] = {
		"", "1", "5", "12", ".0", ".3", "8.4", "4.8", "20.10"
	};
	static const long values[] = { 0,
				       1,
				       -1,
				       7,
				       255,
				       -300,
				       65536,
				       0x7fffffff,
				       -0x7fffffff - 1l,
				       0x7fffffffffffffff,
				       1l << 63 };

	for (int f = 0; f < 10; f++) {
		for (int w = 0; w < 9; w++) {
			for (int v = 0; v < 11; v++) {
				static const char *const ends[] = { "d",   "u",   "x",   "X",
								    "o",   "ld",  "lu",  "lx",
								    "llx", "lld", "zu",  "hd",
								    "hx",  "hhd", "hhu", "lo" };

				for (int e = 0; e < 16; e++) {
					char fmt[40];

					sprintf(fmt, "<%%%s%s%s>", flags[f], widths[w], ends[e]);
					SAME(fmt, values[v]);
				}
			}
		}
	}
}

int main(void)
{
	char buf[8];

	all_flags();
	SAME("%s|%10s|%-10s|%.2s|%.*s|%*d", "abc", "abc", "abc", "abc", 1, "xyz", 6, 42);
	SAME("%c%c%% %5c|%-3c|", 'a', 'b', 'c', 'd');
	SAME("%#lx %08x %-8d| %+d % d", 0xdeadbeefcafeul, 0xbeef, 5, 3, 4);
	assert(snprintf(buf, sizeof(buf), "%d-%s", 12345, "hello") == 11);
	assert(!strcmp(buf, "12345-h"));
	assert(scnprintf(buf, sizeof(buf), "%d-%s", 12345, "hello") == 7);
	assert(scnprintf(buf, 0, "x") == 0 && snprintf(NULL, 0, "%d", 100) == 3);
	snprintf(buf, sizeof(buf), "%s", (char *)NULL);
	assert(!strcmp(buf, "(null)"));
	char p[40];
	snprintf(p, sizeof(p), "%p %ps", (void *)0xffff888000001000ul, (void *)0x10ul);
	assert(!strcmp(p, "ffff888000001000 0000000000000010"));
	puts("ok vsnprintf");
	return 0;
}
