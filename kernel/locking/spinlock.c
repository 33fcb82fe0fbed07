// SPDX-License-Identifier: GPL-2.0-only
/*
 * The waiting part of spinlocks and read-write locks. See spinlock.h and rwlock.h.
 *
 * In a virtual machine the order of arrival is a trap: when the host does not let the next CPU in
 * line run, the lock stands free and everybody behind waits for the host, at every hand-over anew.
 * So there whoever drew the last ticket gives it back and takes the lock when he finds it free; one
 * after the other the line dissolves. Only who has tried in vain for long queues up for good.
 * Linux: kernel/locking/qspinlock.c (in a virtual machine virt_spin_lock()), qrwlock.c.
 */
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/tsc.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/spinlock.h"

#define CYCLES_WITHOUT_TICKET (1 << 22) /* by the clock: how long one try takes, the host decides */

/* True: the lock is ours. False: nobody stood behind this ticket, it is given back. */
static bool wait_or_give_back(spinlock_t *lock, u16 ticket)
{
	for (;;) {
		u32 now = __atomic_load_n(&lock->tickets, __ATOMIC_ACQUIRE);

		if ((u16)now == ticket)
			return true;
		if ((u16)(now >> 16) == (u16)(ticket + 1) &&
		    __atomic_compare_exchange_n(&lock->tickets, &now, now - (1u << 16), false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return false;
		cpu_relax();
	}
}

static bool take_without_ticket(spinlock_t *lock)
{
	u64 start = rdtsc();

	do {
		u32 now = READ_ONCE(lock->tickets);

		if ((u16)now == (u16)(now >> 16) &&
		    __atomic_compare_exchange_n(&lock->tickets, &now, now + (1u << 16), false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
		cpu_relax();
	} while (rdtsc() - start < CYCLES_WITHOUT_TICKET);
	return false;
}

void spin_lock_slowpath(spinlock_t *lock, u16 ticket)
{
	if (cpu_has(X86_FEATURE_HYPERVISOR)) {
		if (wait_or_give_back(lock, ticket) || take_without_ticket(lock))
			return;
		ticket = __atomic_fetch_add(&lock->tickets, 1u << 16, __ATOMIC_RELAXED) >> 16;
	}
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
