// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's memcpy, memmove and memset for every small size and overlap, and string helpers.
 * kernel/x86/string.c is compiled into this file under other names.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/lib/string.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/sort.h"

#define memcpy  kernel_memcpy
#define memmove kernel_memmove
#define memset  kernel_memset
void *kernel_memcpy(void *to, const void *from, size_t n);
void *kernel_memmove(void *to, const void *from, size_t n);
void *kernel_memset(void *to, int c, size_t n);
#include "kernel/x86/string.c"

static u8 a[2000], b[2000], want[2000];

static void fill(u8 *p)
{
	for (int i = 0; i < 2000; i++)
		p[i] = rand();
}

static void copies_of_every_size(void)
{
	for (size_t n = 0; n < 600; n++) {
		size_t to = rand() % 9 + 20, from = rand() % 9 + 20;

		fill(a);
		fill(b);
		for (int i = 0; i < 2000; i++)
			want[i] = b[i];
		for (size_t i = 0; i < n; i++)
			want[to + i] = a[from + i];
		assert(kernel_memcpy(b + to, a + from, n) == b + to);
		assert(!memcmp(b, want, 2000));
		for (size_t i = 0; i < n; i++)
			want[from + i] = (u8)n;
		for (size_t i = n; i < n + 30; i++)
			want[from + i] = b[from + i];
		for (size_t i = 0; i < from; i++)
			want[i] = b[i];
		assert(kernel_memset(b + from, (int)n, n) == b + from);
		assert(!memcmp(b, want, from + n + 20));
	}
}

static void moves_with_every_overlap(void)
{
	for (size_t n = 0; n < 300; n++) {
		for (int shift = -40; shift <= 40; shift++) {
			fill(a);
			for (int i = 0; i < 2000; i++)
				want[i] = a[i];
			for (size_t i = 0; i < n; i++)
				want[500 + shift + i] = a[500 + i];
			kernel_memmove(a + 500 + shift, a + 500, n);
			assert(!memcmp(a, want, 2000));
		}
	}
}

static void helpers(void)
{
	char text[16];
	unsigned long map[2] = { 0, 0 };

	assert(strscpy(text, "hello", 16) == 5 && strscpy(text, "hello", 5) == -7);
	assert(!strcmp(text, "hell"));
	strscpy(text, "  x y\n", 16);
	assert(!strcmp(strim(text), "x y"));
	assert(sysfs_streq("on\n", "on") && !sysfs_streq("on", "onx"));
	memset(a, 7, 100);
	assert(!memchr_inv(a, 7, 100));
	a[93] = 8;
	assert(memchr_inv(a, 7, 100) == a + 93);
	strncpy_pad(text, "abc", 8);
	assert(!memcmp(text, "abc\0\0\0\0\0", 8));

	bitmap_set(map, 60, 10);
	assert(find_next_bit(map, 128, 0) == 60 && find_next_zero_bit(map, 128, 60) == 70);
	assert(bitmap_weight(map, 128) == 10 && find_last_bit(map, 128) == 69);
	assert(bitmap_find_next_zero_area(map, 128, 50, 11) == 70);
	assert(bitmap_find_next_zero_area(map, 128, 50, 60) == 128);
}

static int compare(const void *x, const void *y)
{
	return *(const int *)x - *(const int *)y;
}

static void sorting(void)
{
	int numbers[500], key = 250;

	for (int n = 0; n < 500; n += 7) {
		for (int i = 0; i < n; i++)
			numbers[i] = rand() % 500;
		sort(numbers, n, sizeof(int), compare, NULL);
		for (int i = 1; i < n; i++)
			assert(numbers[i - 1] <= numbers[i]);
	}
	for (int i = 0; i < 500; i++)
		numbers[i] = 2 * i;
	assert(*(int *)(bsearch)(&key, numbers, 500, sizeof(int), compare) == 250);
	key = 251;
	assert(!(bsearch)(&key, numbers, 500, sizeof(int), compare));
}

int main(void)
{
	copies_of_every_size();
	moves_with_every_overlap();
	helpers();
	sorting();
	puts("ok string");
	return 0;
}
