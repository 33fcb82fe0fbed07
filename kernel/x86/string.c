// SPDX-License-Identifier: GPL-2.0-only
/*
 * memcpy, memmove, memset: the functions that the compiler also calls by itself.
 *
 * Idea: up to 16 bytes two overlapping loads and stores of one size do it without a loop; up to
 * 128 bytes a loop of words; beyond that the string instructions, eight bytes a step (one byte a
 * step costs one emulated instruction per byte under QEMU).
 * Linux: arch/x86/lib/memcpy_64.S and its neighbours.
 */
#include "kernel/lib/string.h"

#ifndef CONDUIT_HOST /* the unit test gives the three other names */
#undef memcpy
#undef memmove
#undef memset
#endif

/*
 * Unaligned words that may alias anything. In loops the stores are volatile, or the compiler would
 * make the loop a call of the very function.
 */
typedef u64 __attribute__((may_alias, aligned(1))) word64;
typedef u32 __attribute__((may_alias, aligned(1))) word32;
typedef u16 __attribute__((may_alias, aligned(1))) word16;

/* n <= 16; both ends are read before anything is written, so overlap does not matter. */
static __always_inline void copy_small(void *to, const void *from, size_t n)
{
	if (n >= 8) {
		u64 head = *(const word64 *)from, tail = *(const word64 *)(from + n - 8);

		*(word64 *)to = head;
		*(word64 *)(to + n - 8) = tail;
	} else if (n >= 4) {
		u32 head = *(const word32 *)from, tail = *(const word32 *)(from + n - 4);

		*(word32 *)to = head;
		*(word32 *)(to + n - 4) = tail;
	} else if (n >= 2) {
		u16 head = *(const word16 *)from, tail = *(const word16 *)(from + n - 2);

		*(word16 *)to = head;
		*(word16 *)(to + n - 2) = tail;
	} else if (n) {
		*(u8 *)to = *(const u8 *)from;
	}
}

/* n > 16, upwards: right when to is below from or they do not overlap. */
static __always_inline void copy_up(void *to, const void *from, size_t n)
{
	u64 tail = *(const word64 *)(from + n - 8);
	void *last = to + n - 8;
	size_t words = (n - 1) / 8;

	if (words >= 16) {
		__asm__ __volatile__("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	} else {
		for (; words; words--, to += 8, from += 8)
			*(volatile word64 *)to = *(const word64 *)from;
	}
	*(word64 *)last = tail;
}

void *memcpy(void *to, const void *from, size_t n)
{
	if (n <= 16)
		copy_small(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	u64 head;

	if (n <= 16) {
		copy_small(to, from, n);
		return to;
	}
	if ((unsigned long)to - (unsigned long)from >= n) {
		copy_up(to, from, n);
		return to;
	}
	/* to is inside from: downwards, the first word last. */
	head = *(const word64 *)from;
	while (n > 8) {
		n -= 8;
		*(volatile word64 *)(to + n) = *(const word64 *)(from + n);
	}
	*(word64 *)to = head;
	return to;
}

void *memset(void *to, int c, size_t n)
{
	u64 word = (u8)c * 0x0101010101010101ull;
	void *p = to, *last = to + n - 8;
	size_t words = n / 8;

	if (n < 8) {
		for (; n; n--)
			*(volatile u8 *)p++ = c;
		return to;
	}
	if (words >= 16) {
		__asm__ __volatile__("rep stosq" : "+D"(p), "+c"(words) : "a"(word) : "memory");
	} else {
		for (; words; words--, p += 8)
			*(volatile word64 *)p = word;
	}
	*(word64 *)last = word;
	return to;
}
