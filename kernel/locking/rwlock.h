/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-write spinlocks: many readers or one writer.
 *
 * Whoever has to wait queues on wait_lock, so readers and writers are served in order of arrival
 * and neither starves. The exception is a reader in an interrupt handler: it may have interrupted
 * a reader whom the waiting writer waits for, so it only waits for a writer that is inside.
 *
 * Rules: 1. a lock that handlers read is taken for writing with interrupts off; 2. a task does not
 * take the same lock for reading twice: a writer may have queued up in between.
 * Linux: kernel/locking/qrwlock.c.
 */
#ifndef CONDUIT_LOCKING_RWLOCK_H
#define CONDUIT_LOCKING_RWLOCK_H

#include "kernel/locking/spinlock.h"

#define RWLOCK_WRITER  0x001u /* a writer is inside */
#define RWLOCK_WAITING 0x100u /* the first in the queue is a writer: newcomers queue up */
#define RWLOCK_WRITERS (RWLOCK_WRITER | RWLOCK_WAITING)
#define RWLOCK_READER  0x200u /* times the number of readers */

struct rwlock {
	u32 count;            /* RWLOCK_* */
	spinlock_t wait_lock; /* held by the first who waits */
#ifdef CONFIG_DEBUG
	int cpu; /* the writer's number + 1, 0: none */
	struct lockdep_map dep_map;
#endif
};

typedef struct rwlock rwlock_t;

#ifdef CONFIG_DEBUG
#define __RW_LOCK_UNLOCKED(lockname)                                                               \
	{                                                                                          \
		.count = 0, .wait_lock = __SPIN_LOCK_UNLOCKED(lockname.wait_lock),                 \
		.dep_map = __LOCKDEP_MAP_INIT(#lockname)                                           \
	}
#define rwlock_init(lock)                                                                          \
	do {                                                                                       \
		static const char __name[] = #lock;                                                \
                                                                                                   \
		*(lock) = (rwlock_t){ .dep_map = { .name = __name } };                             \
		spin_lock_init(&(lock)->wait_lock);                                                \
	} while (0)
#else
#define __RW_LOCK_UNLOCKED(lockname)                                                               \
	{                                                                                          \
		.count = 0, .wait_lock = __SPIN_LOCK_UNLOCKED(lockname)                            \
	}
#define rwlock_init(lock) (*(lock) = (rwlock_t)__RW_LOCK_UNLOCKED(lock))
#endif
#define DEFINE_RWLOCK(x) rwlock_t x = __RW_LOCK_UNLOCKED(x)

void read_lock_slowpath(rwlock_t *lock);
void write_lock_slowpath(rwlock_t *lock);

#ifdef CONFIG_DEBUG
/* Implemented in kernel/locking/debug.c. They also count as spinlocks held. */
void rwlock_debug_before_read(rwlock_t *lock);
void rwlock_debug_read_unlock(rwlock_t *lock);
void rwlock_debug_before_write(rwlock_t *lock);
void rwlock_debug_written(rwlock_t *lock);
void rwlock_debug_write_unlock(rwlock_t *lock);
#else
#define rwlock_debug_before_read(lock)  ((void)0)
#define rwlock_debug_read_unlock(lock)  ((void)0)
#define rwlock_debug_before_write(lock) ((void)0)
#define rwlock_debug_written(lock)      ((void)0)
#define rwlock_debug_write_unlock(lock) ((void)0)
#endif

static __always_inline void read_lock(rwlock_t *lock)
{
	rwlock_debug_before_read(lock);
	if (unlikely(__atomic_add_fetch(&lock->count, RWLOCK_READER, __ATOMIC_ACQUIRE) &
		     RWLOCK_WRITERS))
		read_lock_slowpath(lock);
}

static __always_inline void read_unlock(rwlock_t *lock)
{
	rwlock_debug_read_unlock(lock);
	(void)__atomic_fetch_sub(&lock->count, RWLOCK_READER, __ATOMIC_RELEASE);
}

static __always_inline void write_lock(rwlock_t *lock)
{
	u32 old = 0;

	rwlock_debug_before_write(lock);
	if (unlikely(!__atomic_compare_exchange_n(&lock->count, &old, RWLOCK_WRITER, false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		write_lock_slowpath(lock);
	rwlock_debug_written(lock);
}

static __always_inline void write_unlock(rwlock_t *lock)
{
	rwlock_debug_write_unlock(lock);
	(void)__atomic_fetch_sub(&lock->count, RWLOCK_WRITER, __ATOMIC_RELEASE);
}

static inline void read_lock_irq(rwlock_t *lock)
{
	local_irq_disable();
	read_lock(lock);
}

static inline void read_unlock_irq(rwlock_t *lock)
{
	read_unlock(lock);
	lockdep_irqs_on();
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
	lockdep_irqs_on();
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
		if (!irqs_disabled_flags(flags))                                                   \
			lockdep_irqs_on();                                                         \
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
		if (!irqs_disabled_flags(flags))                                                   \
			lockdep_irqs_on();                                                         \
		local_irq_restore(flags);                                                          \
	} while (0)

#endif
