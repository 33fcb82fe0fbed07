/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutexes: one holder, the others sleep. The holder is a task: only it unlocks, and it does not
 * lock again. Not for interrupt handlers. One compare-and-exchange when nobody else wants it.
 * Linux: include/linux/mutex.h.
 */
#ifndef CONDUIT_LOCKING_MUTEX_H
#define CONDUIT_LOCKING_MUTEX_H

#include "kernel/lib/list.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/current.h"
#include "kernel/locking/lockdep.h"
#include "kernel/locking/spinlock.h"

struct mutex {
	atomic_long_t owner; /* task | MUTEX_FLAG_* */
	spinlock_t wait_lock;
	struct list_head wait_list; /* [wait_lock] sleepers, in order of arrival */
#ifdef CONFIG_DEBUG
	struct lockdep_map dep_map;
#endif
};

#define MUTEX_FLAG_WAITERS 1ul /* somebody sleeps: unlock goes the slow way */
#define MUTEX_FLAG_HANDOFF 2ul /* the first sleeper was passed over once: give it the lock */
#define MUTEX_FLAGS        3ul

#ifdef CONFIG_DEBUG
#define __MUTEX_DEP_MAP(name) , .dep_map = __LOCKDEP_MAP_INIT(#name)
#define mutex_init(lock)                                                                           \
	do {                                                                                       \
		static const char __name[] = #lock;                                                \
		__mutex_init(lock, __name);                                                        \
	} while (0)
#define mutex_acquire(lock, subclass, trylock, ip)                                                 \
	lock_acquire(&(lock)->dep_map, subclass, trylock, LOCK_WRITE, ip)
#define mutex_release(lock, ip) lock_release(&(lock)->dep_map, ip)
#else
#define __MUTEX_DEP_MAP(name)
#define mutex_init(lock)                           __mutex_init(lock, NULL)
#define mutex_acquire(lock, subclass, trylock, ip) ((void)0)
#define mutex_release(lock, ip)                    ((void)0)
#endif

#define __MUTEX_INITIALIZER(name)                                                                  \
	{                                                                                          \
		.owner = ATOMIC_LONG_INIT(0), .wait_lock = __SPIN_LOCK_UNLOCKED(name.wait_lock),   \
		.wait_list = LIST_HEAD_INIT(name.wait_list) __MUTEX_DEP_MAP(name)                  \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

/* name: at its own address for each place that initialises. */
void __mutex_init(struct mutex *lock, const char *name);

void mutex_lock_slowpath(struct mutex *lock);
void mutex_unlock_slowpath(struct mutex *lock);
bool mutex_trylock(struct mutex *lock);

static __always_inline bool __mutex_trylock_fast(struct mutex *lock)
{
	s64 old = 0;

	return try_cmpxchg(&lock->owner.counter, &old, (s64)current);
}

/* subclass: of a mutex of the same class as one that is held, in a stated order. */
static __always_inline void mutex_lock_nested(struct mutex *lock, unsigned int subclass)
{
	might_sleep();
	mutex_acquire(lock, subclass, false, __LOCK_HERE);
	if (unlikely(!__mutex_trylock_fast(lock)))
		mutex_lock_slowpath(lock);
}

static __always_inline void mutex_lock(struct mutex *lock)
{
	mutex_lock_nested(lock, 0);
}

/* 0, or -EINTR when a signal came first; the killable form: a fatal one. */
int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass) __must_check;
int mutex_lock_killable(struct mutex *lock) __must_check;

static __always_inline void mutex_unlock(struct mutex *lock)
{
	s64 old = (s64)current;

	mutex_release(lock, __LOCK_HERE);
	if (unlikely(!try_cmpxchg(&lock->owner.counter, &old, (s64)0)))
		mutex_unlock_slowpath(lock);
}

static inline bool mutex_is_locked(const struct mutex *lock)
{
	return (atomic_long_read(&lock->owner) & ~MUTEX_FLAGS) != 0;
}

static inline void mutex_destroy(struct mutex *lock)
{
	ASSERT(!mutex_is_locked(lock));
}

#define mutex_lock_interruptible(lock) mutex_lock_interruptible_nested(lock, 0)

#endif
