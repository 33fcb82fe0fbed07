// SPDX-License-Identifier: GPL-2.0-only
/*
 * The waiting part of spinlocks and read-write locks. See spinlock.h and rwlock.h.
 * Linux: kernel/locking/qspinlock.c, qrwlock.c.
 */
#include "kernel/x86/irq.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/spinlock.h"

void spin_lock_slowpath(spinlock_t *lock, u16 ticket)
{
	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		cpu_relax();
}

static void wait_for_writer_inside(rwlock_t *lock)
{
	while (__atomic_load_n(&lock->count, __ATOMIC_ACQUIRE) & RWLOCK_WRITER)
		cpu_relax();
}

/* read_lock() has counted us as a reader, but a writer is inside or waits. */
void read_lock_slowpath(rwlock_t *lock)
{
	if (in_interrupt()) {
		wait_for_writer_inside(lock);
		return;
	}
	(void)__atomic_fetch_sub(&lock->count, RWLOCK_READER, __ATOMIC_SEQ_CST);
	spin_lock(&lock->wait_lock);
	(void)__atomic_fetch_add(&lock->count, RWLOCK_READER, __ATOMIC_SEQ_CST);
	wait_for_writer_inside(lock); /* none waits: we are the first in the queue */
	spin_unlock(&lock->wait_lock);
}

void write_lock_slowpath(rwlock_t *lock)
{
	u32 old;

	spin_lock(&lock->wait_lock);
	(void)__atomic_fetch_or(&lock->count, RWLOCK_WAITING, __ATOMIC_SEQ_CST);
	for (;;) {
		old = RWLOCK_WAITING; /* nobody inside: we go in and no longer wait */
		if (__atomic_compare_exchange_n(&lock->count, &old, RWLOCK_WRITER, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			break;
		cpu_relax();
	}
	spin_unlock(&lock->wait_lock);
}
