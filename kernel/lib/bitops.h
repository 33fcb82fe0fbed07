/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Single bits in arrays of unsigned long. set_bit, clear_bit, change_bit and the test_and_ forms
 * are atomic, those with __ are not; test_and_ forms are full barriers too.
 * Linux: include/linux/bitops.h, find.h, log2.h.
 */
#ifndef CONDUIT_LIB_BITOPS_H
#define CONDUIT_LIB_BITOPS_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#define BITS_PER_BYTE     8
#define BITS_PER_LONG     64
#define BIT(nr)           (1ul << (nr))
#define BIT_ULL(nr)       (1ull << (nr))
#define BIT_MASK(nr)      (1ul << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)      ((nr) / BITS_PER_LONG)
#define BITS_TO_LONGS(nr) DIV_ROUND_UP(nr, BITS_PER_LONG)
#define GENMASK(h, l)     ((~0ul << (l)) & (~0ul >> (BITS_PER_LONG - 1 - (h))))

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static __always_inline void set_bit(long nr, volatile unsigned long *addr)
{
	(void)__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static __always_inline void clear_bit(long nr, volatile unsigned long *addr)
{
	(void)__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static __always_inline void change_bit(long nr, volatile unsigned long *addr)
{
	(void)__atomic_fetch_xor(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static __always_inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

static __always_inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

static __always_inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	return addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG) & 1;
}

static __always_inline void __set_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static __always_inline void __clear_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static __always_inline bool __test_and_set_bit(long nr, unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__set_bit(nr, addr);
	return old;
}

static __always_inline bool __test_and_clear_bit(long nr, unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return old;
}

/* A bit as a lock: what follows the _lock form and precedes the _unlock form stays inside. */
#define test_and_set_bit_lock(nr, addr) test_and_set_bit(nr, addr)
#define clear_bit_unlock(nr, addr)      clear_bit(nr, addr)

/* Numbered from 0; undefined for an empty word. */
#define __ffs(x) ((unsigned long)__builtin_ctzl(x))
#define __fls(x) ((unsigned long)(63 - __builtin_clzl(x)))
#define ffz(x)   __ffs(~(x))

/* Numbered from 1; 0 for an empty word. */
#ifdef CONDUIT_HOST
#include <strings.h>
#else
#define ffs(x) __builtin_ffs(x)
#endif

static __always_inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

#define fls_long(x) fls64(x)

static inline unsigned int hweight64(u64 x)
{
	x -= x >> 1 & 0x5555555555555555ull;
	x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return x * 0x0101010101010101ull >> 56;
}

#define hweight_long(x) hweight64(x)
#define hweight32(x)    hweight64((u32)(x))
#define hweight8(x)     hweight64((u8)(x))

#define ilog2(x) (fls64(x) - 1)

static inline bool is_power_of_2(unsigned long x)
{
	return x && !(x & (x - 1));
}

static inline unsigned long roundup_pow_of_two(unsigned long x)
{
	return x <= 1 ? 1 : 1ul << fls64(x - 1);
}

static inline unsigned long rounddown_pow_of_two(unsigned long x)
{
	return 1ul << __fls(x);
}

static inline u32 rol32(u32 x, unsigned int by)
{
	return x << (by & 31) | x >> (-by & 31);
}

static inline u32 ror32(u32 x, unsigned int by)
{
	return x >> (by & 31) | x << (-by & 31);
}

static inline u64 rol64(u64 x, unsigned int by)
{
	return x << (by & 63) | x >> (-by & 63);
}

/* First set (clear) bit at or above start; size if there is none below size. */
unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long start);
unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
				 unsigned long start);
/* Highest set bit below size, or size. */
unsigned long find_last_bit(const unsigned long *addr, unsigned long size);

#define find_first_bit(addr, size)      find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)

#define for_each_set_bit(bit, addr, size)                                                          \
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size);                               \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit(bit, addr, size)                                                        \
	for ((bit) = find_first_zero_bit((addr), (size)); (bit) < (size);                          \
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))

#endif
