/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reference counts that saturate: a count that went wrong (increment from 0, overflow, decrement
 * below 0) sticks at a huge value, so that the object leaks instead of being freed under a user.
 * Linux: include/linux/refcount.h.
 */
#ifndef CONDUIT_LOCKING_REFCOUNT_H
#define CONDUIT_LOCKING_REFCOUNT_H

#include "kernel/lib/bug.h"
#include "kernel/locking/spinlock.h"
#include "kernel/x86/atomic.h"

typedef struct refcount {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_SATURATED ((int)0xc0000000)
#define REFCOUNT_INIT(n)                                                                           \
	{                                                                                          \
		.refs = ATOMIC_INIT(n)                                                             \
	}

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

static inline void refcount_saturate(refcount_t *r)
{
	refcount_set(r, REFCOUNT_SATURATED);
	WARN_ON_ONCE(true);
}

static inline void refcount_add(int n, refcount_t *r)
{
	int old = atomic_fetch_add(n, &r->refs);

	if (unlikely(old <= 0 || old + n < 0))
		refcount_saturate(r);
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/* Unless it is 0; true when it did. */
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!atomic_try_cmpxchg(&r->refs, &old, old + 1));
	if (unlikely(old < 0 || old + 1 < 0))
		refcount_saturate(r);
	return true;
}

/* True when the last reference went. */
static inline bool refcount_sub_and_test(int n, refcount_t *r)
{
	int old = atomic_fetch_sub(n, &r->refs);

	if (old == n)
		return true;
	if (unlikely(old <= 0 || old - n < 0))
		refcount_saturate(r);
	return false;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

static inline void refcount_dec(refcount_t *r)
{
	if (unlikely(refcount_sub_and_test(1, r)))
		refcount_saturate(r);
}

/* Decrements unless it is 1; true when it did, or when there is nothing left to count. */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (old == 1)
			return false;
		if (unlikely(old <= 0)) {
			refcount_saturate(r);
			return true;
		}
	} while (!atomic_try_cmpxchg(&r->refs, &old, old - 1));
	return true;
}

/* The last reference goes with the lock held: true, and the caller unlocks. */
static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

static inline bool refcount_dec_and_lock_irqsave(refcount_t *r, spinlock_t *lock,
						 unsigned long *flags)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock_irqsave(lock, *flags);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock_irqrestore(lock, *flags);
	return false;
}

struct mutex;

/* The same with a mutex: implemented in kernel/locking/mutex.c. */
bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);

#endif
