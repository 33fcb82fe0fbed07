// SPDX-License-Identifier: GPL-2.0-only
/*
 * The waiting part of spinlocks and read-write locks. See spinlock.h and rwlock.h.
 * Linux: kernel/locking/qspinlock.c, qrwlock.c.
 */
#include "kernel/locking/spinlock.h"
#include "kernel/locking/rwlock.h"

void spin_lock_slowpath(spinlock_t *lock, u16 ticket)
{
	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		cpu_relax();
}

void read_lock_slowpath(rwlock_t *lock)
{
	u32 old;

	/* A reader in an interrupt passes waiting writers: it may have interrupted a reader. */
	for (;;) {
		old = READ_ONCE(lock->count);
		if (!(old & RWLOCK_WRITER) &&
		    __atomic_compare_exchange_n(&lock->count, &old, old + RWLOCK_READER, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		cpu_relax();
	}
}

void write_lock_slowpath(rwlock_t *lock)
{
	u32 old;

	for (;;) {
		old = 0;
		if (__atomic_compare_exchange_n(&lock->count, &old, RWLOCK_WRITER, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		cpu_relax();
	}
}
