/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-write spinlocks: many readers or one writer. Used where readers are many and may come from
 * interrupts (tasklist_lock): a reader never waits for a waiting writer, so that an interrupt may
 * read while its CPU reads. Linux: kernel/locking/qrwlock.c.
 */
#ifndef CONDUIT_LOCKING_RWLOCK_H
#define CONDUIT_LOCKING_RWLOCK_H

#include "kernel/locking/spinlock.h"

#define RWLOCK_WRITER 1u
#define RWLOCK_READER 2u

typedef struct rwlock {
	u32 count; /* RWLOCK_WRITER, or RWLOCK_READER times the number of readers */
} rwlock_t;

#define __RW_LOCK_UNLOCKED(name)                                                                   \
	{                                                                                          \
		.count = 0                                                                         \
	}
#define DEFINE_RWLOCK(x)  rwlock_t x = __RW_LOCK_UNLOCKED(x)
#define rwlock_init(lock) ((lock)->count = 0)

void read_lock_slowpath(rwlock_t *lock);
void write_lock_slowpath(rwlock_t *lock);

static __always_inline void read_lock(rwlock_t *lock)
{
	u32 old = READ_ONCE(lock->count);

	preempt_disable();
	if (unlikely((old & RWLOCK_WRITER) ||
		     !__atomic_compare_exchange_n(&lock->count, &old, old + RWLOCK_READER, false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		read_lock_slowpath(lock);
}

static __always_inline void read_unlock(rwlock_t *lock)
{
	(void)__atomic_fetch_sub(&lock->count, RWLOCK_READER, __ATOMIC_RELEASE);
	preempt_enable();
}

static __always_inline void write_lock(rwlock_t *lock)
{
	u32 old = 0;

	preempt_disable();
	if (unlikely(!__atomic_compare_exchange_n(&lock->count, &old, RWLOCK_WRITER, false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		write_lock_slowpath(lock);
}

static __always_inline void write_unlock(rwlock_t *lock)
{
	__atomic_store_n(&lock->count, 0, __ATOMIC_RELEASE);
	preempt_enable();
}

static inline void read_lock_irq(rwlock_t *lock)
{
	local_irq_disable();
	read_lock(lock);
}

static inline void read_unlock_irq(rwlock_t *lock)
{
	read_unlock(lock);
	local_irq_enable();
}

static inline void write_lock_irq(rwlock_t *lock)
{
	local_irq_disable();
	write_lock(lock);
}

static inline void write_unlock_irq(rwlock_t *lock)
{
	write_unlock(lock);
	local_irq_enable();
}

#define read_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		read_lock(lock);                                                                   \
	} while (0)
#define read_unlock_irqrestore(lock, flags)                                                        \
	do {                                                                                       \
		read_unlock(lock);                                                                 \
		local_irq_restore(flags);                                                          \
	} while (0)
#define write_lock_irqsave(lock, flags)                                                            \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		write_lock(lock);                                                                  \
	} while (0)
#define write_unlock_irqrestore(lock, flags)                                                       \
	do {                                                                                       \
		write_unlock(lock);                                                                \
		local_irq_restore(flags);                                                          \
	} while (0)

#endif
