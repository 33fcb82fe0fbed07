/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic integers and compare-and-exchange, by the compiler's built-ins. Operations that return a
 * value are full barriers; plain add, inc and dec order nothing but the compiler.
 * Linux: include/linux/atomic.h.
 */
#ifndef CONDUIT_X86_ATOMIC_H
#define CONDUIT_X86_ATOMIC_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/x86/barrier.h"

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(i)                                                                             \
	{                                                                                          \
		(i)                                                                                \
	}
#define ATOMIC64_INIT(i)                                                                           \
	{                                                                                          \
		(i)                                                                                \
	}
#define ATOMIC_LONG_INIT(i)                                                                        \
	{                                                                                          \
		(i)                                                                                \
	}

#define xchg(ptr, v) __atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST)

#define cmpxchg(ptr, old, new)                                                                     \
	({                                                                                         \
		__typeof__(*(ptr)) __cmpxchg_old = (old);                                          \
		__atomic_compare_exchange_n((ptr), &__cmpxchg_old, (new), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                                     \
		__cmpxchg_old;                                                                     \
	})

/* On failure *oldp becomes what was found. */
#define try_cmpxchg(ptr, oldp, new)                                                                \
	__atomic_compare_exchange_n((ptr), (oldp), (new), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define try_cmpxchg_acquire(ptr, oldp, new) try_cmpxchg(ptr, oldp, new)

static inline int atomic_read(const atomic_t *a)
{
	return READ_ONCE(a->counter);
}

static inline void atomic_set(atomic_t *a, int i)
{
	WRITE_ONCE(a->counter, i);
}

static inline void atomic_add(int i, atomic_t *a)
{
	(void)__atomic_fetch_add(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_sub(int i, atomic_t *a)
{
	(void)__atomic_fetch_sub(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_inc(atomic_t *a)
{
	atomic_add(1, a);
}

static inline void atomic_dec(atomic_t *a)
{
	atomic_sub(1, a);
}

static inline int atomic_add_return(int i, atomic_t *a)
{
	return __atomic_add_fetch(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_sub_return(int i, atomic_t *a)
{
	return __atomic_sub_fetch(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_inc_return(atomic_t *a)
{
	return atomic_add_return(1, a);
}

static inline int atomic_dec_return(atomic_t *a)
{
	return atomic_sub_return(1, a);
}

static inline int atomic_fetch_add(int i, atomic_t *a)
{
	return __atomic_fetch_add(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline int atomic_fetch_sub(int i, atomic_t *a)
{
	return __atomic_fetch_sub(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline bool atomic_dec_and_test(atomic_t *a)
{
	return atomic_sub_return(1, a) == 0;
}

static inline bool atomic_sub_and_test(int i, atomic_t *a)
{
	return atomic_sub_return(i, a) == 0;
}

static inline bool atomic_inc_and_test(atomic_t *a)
{
	return atomic_add_return(1, a) == 0;
}

static inline int atomic_xchg(atomic_t *a, int new)
{
	return xchg(&a->counter, new);
}

static inline int atomic_cmpxchg(atomic_t *a, int old, int new)
{
	return __atomic_compare_exchange_n(&a->counter, &old, new, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST),
	       old;
}

static inline bool atomic_try_cmpxchg(atomic_t *a, int *old, int new)
{
	s64 found = *old;

	*old = atomic_cmpxchg(a, *old, new);
	return found == *old;
}

static inline void atomic_or(int i, atomic_t *a)
{
	(void)__atomic_fetch_or(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_and(int i, atomic_t *a)
{
	(void)__atomic_fetch_and(&a->counter, i, __ATOMIC_SEQ_CST);
}

/* Adds unless the value is u; true when it added. */
static inline bool atomic_add_unless(atomic_t *a, int i, int u)
{
	int old = atomic_read(a);

	do {
		if (old == u)
			return false;
	} while (!atomic_try_cmpxchg(a, &old, old + i));
	return true;
}

static inline bool atomic_inc_not_zero(atomic_t *a)
{
	return atomic_add_unless(a, 1, 0);
}

static inline s64 atomic64_read(const atomic64_t *a)
{
	return READ_ONCE(a->counter);
}

static inline void atomic64_set(atomic64_t *a, s64 i)
{
	WRITE_ONCE(a->counter, i);
}

static inline void atomic64_add(s64 i, atomic64_t *a)
{
	(void)__atomic_fetch_add(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic64_sub(s64 i, atomic64_t *a)
{
	(void)__atomic_fetch_sub(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic64_inc(atomic64_t *a)
{
	atomic64_add(1, a);
}

static inline void atomic64_dec(atomic64_t *a)
{
	atomic64_sub(1, a);
}

static inline s64 atomic64_add_return(s64 i, atomic64_t *a)
{
	return __atomic_add_fetch(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_sub_return(s64 i, atomic64_t *a)
{
	return __atomic_sub_fetch(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_inc_return(atomic64_t *a)
{
	return atomic64_add_return(1, a);
}

static inline s64 atomic64_dec_return(atomic64_t *a)
{
	return atomic64_sub_return(1, a);
}

static inline s64 atomic64_fetch_add(s64 i, atomic64_t *a)
{
	return __atomic_fetch_add(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_fetch_sub(s64 i, atomic64_t *a)
{
	return __atomic_fetch_sub(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline bool atomic64_dec_and_test(atomic64_t *a)
{
	return atomic64_sub_return(1, a) == 0;
}

static inline bool atomic64_sub_and_test(s64 i, atomic64_t *a)
{
	return atomic64_sub_return(i, a) == 0;
}

static inline bool atomic64_inc_and_test(atomic64_t *a)
{
	return atomic64_add_return(1, a) == 0;
}

static inline s64 atomic64_xchg(atomic64_t *a, s64 new)
{
	return xchg(&a->counter, new);
}

static inline s64 atomic64_cmpxchg(atomic64_t *a, s64 old, s64 new)
{
	return __atomic_compare_exchange_n(&a->counter, &old, new, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST),
	       old;
}

static inline bool atomic64_try_cmpxchg(atomic64_t *a, s64 *old, s64 new)
{
	s64 found = *old;

	*old = atomic64_cmpxchg(a, *old, new);
	return found == *old;
}

static inline void atomic64_or(s64 i, atomic64_t *a)
{
	(void)__atomic_fetch_or(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic64_and(s64 i, atomic64_t *a)
{
	(void)__atomic_fetch_and(&a->counter, i, __ATOMIC_SEQ_CST);
}

/* Adds unless the value is u; true when it added. */
static inline bool atomic64_add_unless(atomic64_t *a, s64 i, s64 u)
{
	s64 old = atomic64_read(a);

	do {
		if (old == u)
			return false;
	} while (!atomic64_try_cmpxchg(a, &old, old + i));
	return true;
}

static inline bool atomic64_inc_not_zero(atomic64_t *a)
{
	return atomic64_add_unless(a, 1, 0);
}

static inline long atomic_long_read(const atomic_long_t *a)
{
	return READ_ONCE(a->counter);
}

static inline void atomic_long_set(atomic_long_t *a, long i)
{
	WRITE_ONCE(a->counter, i);
}

static inline void atomic_long_add(long i, atomic_long_t *a)
{
	(void)__atomic_fetch_add(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_long_sub(long i, atomic_long_t *a)
{
	(void)__atomic_fetch_sub(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_long_inc(atomic_long_t *a)
{
	atomic_long_add(1, a);
}

static inline void atomic_long_dec(atomic_long_t *a)
{
	atomic_long_sub(1, a);
}

static inline long atomic_long_add_return(long i, atomic_long_t *a)
{
	return __atomic_add_fetch(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline long atomic_long_sub_return(long i, atomic_long_t *a)
{
	return __atomic_sub_fetch(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline long atomic_long_inc_return(atomic_long_t *a)
{
	return atomic_long_add_return(1, a);
}

static inline long atomic_long_dec_return(atomic_long_t *a)
{
	return atomic_long_sub_return(1, a);
}

static inline long atomic_long_fetch_add(long i, atomic_long_t *a)
{
	return __atomic_fetch_add(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline long atomic_long_fetch_sub(long i, atomic_long_t *a)
{
	return __atomic_fetch_sub(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline bool atomic_long_dec_and_test(atomic_long_t *a)
{
	return atomic_long_sub_return(1, a) == 0;
}

static inline bool atomic_long_sub_and_test(long i, atomic_long_t *a)
{
	return atomic_long_sub_return(i, a) == 0;
}

static inline bool atomic_long_inc_and_test(atomic_long_t *a)
{
	return atomic_long_add_return(1, a) == 0;
}

static inline long atomic_long_xchg(atomic_long_t *a, long new)
{
	return xchg(&a->counter, new);
}

static inline long atomic_long_cmpxchg(atomic_long_t *a, long old, long new)
{
	return __atomic_compare_exchange_n(&a->counter, &old, new, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST),
	       old;
}

static inline bool atomic_long_try_cmpxchg(atomic_long_t *a, long *old, long new)
{
	s64 found = *old;

	*old = atomic_long_cmpxchg(a, *old, new);
	return found == *old;
}

static inline void atomic_long_or(long i, atomic_long_t *a)
{
	(void)__atomic_fetch_or(&a->counter, i, __ATOMIC_SEQ_CST);
}

static inline void atomic_long_and(long i, atomic_long_t *a)
{
	(void)__atomic_fetch_and(&a->counter, i, __ATOMIC_SEQ_CST);
}

/* Adds unless the value is u; true when it added. */
static inline bool atomic_long_add_unless(atomic_long_t *a, long i, long u)
{
	long old = atomic_long_read(a);

	do {
		if (old == u)
			return false;
	} while (!atomic_long_try_cmpxchg(a, &old, old + i));
	return true;
}

static inline bool atomic_long_inc_not_zero(atomic_long_t *a)
{
	return atomic_long_add_unless(a, 1, 0);
}

#endif
