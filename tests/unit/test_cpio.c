// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cpio parser: what it reads from good archives, and that no damaged one makes it read outside.
 * links: fs/cpio.c
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fs/cpio.h"

/* Appends a member; sizes in the header are name_size and body_len, whatever the strings are. */
static size_t put(char *buf, size_t at, const char *name, unsigned long name_size, const char *body,
		  unsigned long body_len, unsigned long mode)
{
	size_t start = at;

	at += (size_t)sprintf(buf + at,
			      "070701%08x%08lx%08x%08x%08x%08x%08lx%08x%08x%08x%08x%08lx%08x", 7,
			      mode, 1, 2, 3, 4, body_len, 5, 6, 8, 9, name_size, 0);
	memcpy(buf + at, name, strlen(name) + 1);
	at += strlen(name) + 1;
	while ((at - start) % 4)
		buf[at++] = 0;
	memcpy(buf + at, body, strlen(body));
	at += strlen(body);
	while (at % 4)
		buf[at++] = 0;
	return at;
}

static void good_archives_are_read(void)
{
	static char buf[4096];
	struct cpio_entry e;
	size_t len = 0, pos = 0;

	len = put(buf, len, "dir", 4, "", 0, 040755);
	len = put(buf, len, "dir/file", 9, "hello", 5, 0100644);
	len = put(buf, len, "TRAILER!!!", 11, "", 0, 0);
	len += 512; /* zeroes between archives */
	len = (len + 3) & ~(size_t)3;
	len = put(buf, len, "second", 7, "x", 1, 0100600);
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_ENTRY);
	assert(!strcmp(e.name, "dir") && e.mode == 040755 && e.body_len == 0 && e.ino == 7);
	assert(e.uid == 1 && e.gid == 2 && e.nlink == 3 && e.mtime == 4);
	assert(e.dev_major == 5 && e.dev_minor == 6 && e.rdev_major == 8 && e.rdev_minor == 9);
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_ENTRY);
	assert(e.name_len == 8 && e.body_len == 5 && !memcmp(e.body, "hello", 5));
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_TRAILER);
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_ENTRY);
	assert(!strcmp(e.name, "second") && e.body[0] == 'x');
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_END);
}

static void lengths_are_not_believed(void)
{
	static char buf[4096];
	struct cpio_entry e;
	size_t len, pos;

	len = put(buf, 0, "f", 2, "body", 5, 0100644); /* one byte more than there is */
	pos = 0;
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_BAD);
	len = put(buf, 0, "f", 2, "", 0xffffffff, 0100644);
	pos = 0;
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_BAD);
	len = put(buf, 0, "f", 0, "", 0, 0100644);
	pos = 0;
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_BAD);
	len = put(buf, 0, "f", 0xfffffff0, "", 0, 0100644);
	pos = 0;
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_BAD);
	len = put(buf, 0, "name", 4, "", 0, 0100644); /* the 0 is missing */
	pos = 0;
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_BAD);
	len = put(buf, 0, "f", 2, "", 0, 0100644);
	buf[20] = 'g';
	pos = 0;
	assert(cpio_next((u8 *)buf, len, &pos, &e) == CPIO_BAD);
}

/* Exact-size heap copies: the address sanitizer sees every byte too far. */
static void random_damage_stays_inside(void)
{
	static char good[1024];
	size_t len = put(good, 0, "dir", 4, "", 0, 040755);
	unsigned int seed = 1;

	len = put(good, len, "dir/file", 9, "hello", 5, 0100644);
	len = put(good, len, "TRAILER!!!", 11, "", 0, 0);
	for (int i = 0; i < 200000; i++) {
		size_t cut = (size_t)rand_r(&seed) % (len + 1), pos = 0;
		u8 *copy = malloc(cut + 1);
		struct cpio_entry e;
		enum cpio_status status;
		volatile unsigned int sum = 0;
		int rounds = 0;

		memcpy(copy, good, cut);
		for (int n = rand_r(&seed) % 4; n > 0 && cut; n--)
			copy[(size_t)rand_r(&seed) % cut] = (u8) "0f\0f7/F"[rand_r(&seed) % 7];
		copy = realloc(copy, cut ? cut : 1);
		while ((status = cpio_next(copy, cut, &pos, &e)) != CPIO_END &&
		       status != CPIO_BAD) {
			assert(pos <= cut && ++rounds < 100);
			for (size_t j = 0; j < e.body_len; j++)
				sum += e.body[j];
			sum += (unsigned int)strlen(e.name);
		}
		free(copy);
	}
}

int main(void)
{
	good_archives_are_read();
	lengths_are_not_believed();
	random_damage_stays_inside();
	return 0;
}
