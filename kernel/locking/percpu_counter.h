/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A counter that many CPUs change without meeting: each collects a share of up to batch before it
 * adds it to the sum. Reading the sum is cheap and off by at most batch per CPU; the exact sum
 * visits all CPUs, while no share moves into the count.
 * Locking: lock, interrupts off, innermost. Linux: include/linux/percpu_counter.h.
 */
#ifndef CONDUIT_LOCKING_PERCPU_COUNTER_H
#define CONDUIT_LOCKING_PERCPU_COUNTER_H

#include "kernel/lib/types.h"
#include "kernel/locking/spinlock.h"
#include "kernel/x86/atomic.h"

struct percpu_counter_share;

struct percpu_counter {
	spinlock_t lock;
	atomic64_t count;                    /* [lock] without the shares; others only look */
	struct percpu_counter_share *shares; /* one per possible CPU, a cache line each */
};

#define PERCPU_COUNTER_BATCH 32

int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp);
void percpu_counter_destroy(struct percpu_counter *fbc);
void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch);
s64 percpu_counter_sum(struct percpu_counter *fbc);
void percpu_counter_set(struct percpu_counter *fbc, s64 amount);
/* Below, equal or above rhs: exact, but visits the CPUs only when the rough sum is too near. */
int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs);

static inline void percpu_counter_add(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add_batch(fbc, amount, PERCPU_COUNTER_BATCH);
}

static inline void percpu_counter_sub(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add(fbc, -amount);
}

static inline void percpu_counter_inc(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

static inline void percpu_counter_dec(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, -1);
}

static inline s64 percpu_counter_read(const struct percpu_counter *fbc)
{
	return atomic64_read(&fbc->count);
}

static inline s64 percpu_counter_read_positive(const struct percpu_counter *fbc)
{
	s64 value = percpu_counter_read(fbc);

	return value > 0 ? value : 0;
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	s64 value = percpu_counter_sum(fbc);

	return value > 0 ? value : 0;
}

#endif
