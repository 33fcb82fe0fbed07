// SPDX-License-Identifier: GPL-2.0-only
/* Taking paths apart, against a slow and simple way; how well the hash of names spreads. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fs/path_component.h"

static void known_paths(void)
{
	enum last_type type;
	u32 len, hash;
	const char *p;

	p = path_component("usr//lib/", NULL, &len, &hash, &type);
	assert(len == 3 && type == LAST_NORM && !strcmp(p, "lib/"));
	p = path_component(p, NULL, &len, &hash, &type);
	assert(len == 3 && !*p);
	path_component(".", NULL, &len, &hash, &type);
	assert(type == LAST_DOT && len == 1);
	p = path_component("..///.", NULL, &len, &hash, &type);
	assert(type == LAST_DOTDOT && !strcmp(p, "."));
	path_component("...", NULL, &len, &hash, &type);
	assert(type == LAST_NORM && len == 3);
	path_component(".a", NULL, &len, &hash, &type);
	assert(type == LAST_NORM);
	path_component("..a", NULL, &len, &hash, &type);
	assert(type == LAST_NORM);
}

/* Exact-size copies, so that the address sanitizer sees a byte too far. */
static void random_paths(void)
{
	unsigned int seed = 1;

	for (int i = 0; i < 200000; i++) {
		size_t n = 1 + (size_t)rand_r(&seed) % 20;
		char *path = malloc(n + 1);
		const char *p;

		for (size_t j = 0; j < n; j++)
			path[j] = "ab./\377"[rand_r(&seed) % 5];
		path[n] = 0;
		for (p = path; *p == '/'; p++)
			;
		while (*p) {
			size_t want = strcspn(p, "/");
			enum last_type type;
			u32 len, hash, again;
			char copy[32];
			const char *next = path_component(p, path, &len, &hash, &type);

			assert(len == want);
			assert((type == LAST_DOT) == (want == 1 && p[0] == '.'));
			assert((type == LAST_DOTDOT) == (want == 2 && !memcmp(p, "..", 2)));
			assert(next == p + want + strspn(p + want, "/"));
			memcpy(copy, p, want);
			copy[want] = 0;
			path_component(copy, path, &len, &again, &type);
			assert(hash == again);
			p = next;
		}
		free(path);
	}
}

/* 4,000 names of one directory in 2,048 buckets: none may become long. */
static void hashes_spread(void)
{
	static unsigned int bucket[2048];
	unsigned int longest = 0;

	for (int i = 0; i < 4000; i++) {
		enum last_type type;
		char name[16];
		u32 len, hash;

		snprintf(name, sizeof(name), "file%d", i);
		path_component(name, (void *)0xffff888000123440ul, &len, &hash, &type);
		if (++bucket[hash % 2048] > longest)
			longest = bucket[hash % 2048];
	}
	assert(longest <= 12);
}

int main(void)
{
	known_paths();
	random_paths();
	hashes_spread();
	return 0;
}
