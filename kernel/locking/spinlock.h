/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks: short exclusion between CPUs. The holder must not sleep.
 *
 * Idea: a ticket lock. One 32-bit word holds the next ticket and the one being served; whoever
 * locks draws a ticket with one atomic add and spins until it is served, so waiters get the lock
 * in the order of arrival (not in virtual machines: spinlock.c). Without contention that is one
 * atomic instruction, and unlocking is one plain store.
 *
 * Rules: 1. a lock that an interrupt handler takes is taken with interrupts off everywhere else
 * (_irq, _irqsave); 2. kernel code is not pre-empted, so taking a lock need not say so.
 * Linux: kernel/locking/qspinlock.c does the same with a queue for many CPUs.
 */
#ifndef CONDUIT_LOCKING_SPINLOCK_H
#define CONDUIT_LOCKING_SPINLOCK_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/locking/lockdep.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"

typedef struct spinlock {
	union {
		u32 tickets;
		struct {
			u16 owner; /* the ticket being served */
			u16 next;  /* the ticket that the next comer draws */
		};
	};
#ifdef CONFIG_DEBUG
	u16 cpu; /* the holder's number + 1, 0: free */
	struct lockdep_map dep_map;
#endif
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

#ifdef CONFIG_DEBUG
#define __SPIN_LOCK_UNLOCKED(lockname)                                                             \
	{                                                                                          \
		.tickets = 0, .cpu = 0, .dep_map = __LOCKDEP_MAP_INIT(#lockname)                   \
	}
#define spin_lock_init(lock)                                                                       \
	do {                                                                                       \
		static const char __name[] = #lock;                                                \
                                                                                                   \
		*(lock) = (spinlock_t){ .dep_map = { .name = __name } };                           \
	} while (0)
/* Implemented in kernel/locking/debug.c. */
void spin_debug_before_lock(spinlock_t *lock, unsigned int subclass);
void spin_debug_locked(spinlock_t *lock);
void spin_debug_trylocked(spinlock_t *lock);
void spin_debug_unlock(spinlock_t *lock);
/* The run queue's lock goes from one task to the next: sched/core.c, rule 5. */
void spin_debug_hand_over(spinlock_t *lock);
void spin_debug_take_over(spinlock_t *lock);
#else
#define __SPIN_LOCK_UNLOCKED(lockname)                                                             \
	{                                                                                          \
		.tickets = 0                                                                       \
	}
#define spin_lock_init(lock) (*(lock) = (spinlock_t)__SPIN_LOCK_UNLOCKED(lock))
static __always_inline void spin_debug_before_lock(spinlock_t *lock, unsigned int subclass)
{
}
static __always_inline void spin_debug_trylocked(spinlock_t *lock)
{
}
static __always_inline void spin_debug_hand_over(spinlock_t *lock)
{
}
static __always_inline void spin_debug_take_over(spinlock_t *lock)
{
}
static __always_inline void spin_debug_locked(spinlock_t *lock)
{
}
static __always_inline void spin_debug_unlock(spinlock_t *lock)
{
}
#endif

#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)

/* Waits until the ticket is served. Out of line: contention is rare. kernel/locking/spinlock.c */
void spin_lock_slowpath(spinlock_t *lock, u16 ticket);

/* subclass: of a lock of the same class as one that is held, in a stated order. */
static __always_inline void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	u32 old;

	spin_debug_before_lock(lock, subclass);
	old = __atomic_fetch_add(&lock->tickets, 1u << 16, __ATOMIC_ACQUIRE);
	if (unlikely((u16)old != (u16)(old >> 16)))
		spin_lock_slowpath(lock, (u16)(old >> 16));
	spin_debug_locked(lock);
}

static __always_inline void spin_lock(spinlock_t *lock)
{
	spin_lock_nested(lock, 0);
}

static __always_inline void spin_unlock(spinlock_t *lock)
{
	spin_debug_unlock(lock);
	/* Only the holder changes it, and x86 lets no access go past a later store. */
	barrier();
	lock->owner++;
	barrier();
}

static __always_inline bool spin_trylock(spinlock_t *lock)
{
	u32 old = READ_ONCE(lock->tickets);

	if ((u16)old != (u16)(old >> 16))
		return false;
	if (!__atomic_compare_exchange_n(&lock->tickets, &old, old + (1u << 16), false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	spin_debug_trylocked(lock);
	return true;
}

static __always_inline bool spin_is_locked(const spinlock_t *lock)
{
	u32 value = READ_ONCE(lock->tickets);

	return (u16)value != (u16)(value >> 16);
}

static __always_inline bool spin_is_contended(const spinlock_t *lock)
{
	u32 value = READ_ONCE(lock->tickets);

	return (u16)((u16)(value >> 16) - (u16)value) > 1;
}

static __always_inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock)
{
	spin_unlock(lock);
	lockdep_irqs_on();
	local_irq_enable();
}

#define spin_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		spin_lock(lock);                                                                   \
	} while (0)

static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
	if (!irqs_disabled_flags(flags))
		lockdep_irqs_on();
	local_irq_restore(flags);
}

#define spin_trylock_irqsave(lock, flags)                                                          \
	({                                                                                         \
		local_irq_save(flags);                                                             \
		spin_trylock(lock) ? true : ({                                                     \
			local_irq_restore(flags);                                                  \
			false;                                                                     \
		});                                                                                \
	})

#define raw_spin_lock_init         spin_lock_init
#define raw_spin_lock              spin_lock
#define raw_spin_unlock            spin_unlock
#define raw_spin_trylock           spin_trylock
#define raw_spin_lock_irq          spin_lock_irq
#define raw_spin_unlock_irq        spin_unlock_irq
#define raw_spin_lock_irqsave      spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore

#endif
