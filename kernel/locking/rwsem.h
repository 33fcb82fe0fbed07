/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleeping locks for many readers or one writer. Whoever has to wait is served in order of
 * arrival: readers that come after a waiting writer wait behind it, so writers are not starved,
 * and a freed lock goes to the first in the queue, so nobody is.
 * Linux: include/linux/rwsem.h.
 */
#ifndef CONDUIT_LOCKING_RWSEM_H
#define CONDUIT_LOCKING_RWSEM_H

#include "kernel/lib/list.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/current.h"
#include "kernel/locking/lockdep.h"
#include "kernel/locking/spinlock.h"

struct rw_semaphore {
	atomic_long_t count;       /* readers * 256 + RWSEM_WAITERS + RWSEM_WRITER */
	struct task_struct *owner; /* the writer; only to look at */
	spinlock_t wait_lock;
	struct list_head wait_list; /* [wait_lock] in order of arrival */
#ifdef CONFIG_DEBUG
	struct lockdep_map dep_map;
#endif
};

#define RWSEM_WRITER  1ul
#define RWSEM_WAITERS 2ul /* the queue is not empty: no fast paths in */
#define RWSEM_READER  256ul

#ifdef CONFIG_DEBUG
#define __RWSEM_DEP_MAP(name) , .dep_map = __LOCKDEP_MAP_INIT(#name)
#define init_rwsem(sem)                                                                            \
	do {                                                                                       \
		static const char __name[] = #sem;                                                 \
		__init_rwsem(sem, __name);                                                         \
	} while (0)
#define rwsem_acquire(sem, subclass, trylock, read, ip)                                            \
	lock_acquire(&(sem)->dep_map, subclass, trylock, (read) ? LOCK_READ : LOCK_WRITE, ip)
#define rwsem_release(sem, ip) lock_release(&(sem)->dep_map, ip)
#else
#define __RWSEM_DEP_MAP(name)
#define init_rwsem(sem)                                 __init_rwsem(sem, NULL)
#define rwsem_acquire(sem, subclass, trylock, read, ip) ((void)0)
#define rwsem_release(sem, ip)                          ((void)0)
#endif

#define __RWSEM_INITIALIZER(name)                                                                  \
	{                                                                                          \
		.count = ATOMIC_LONG_INIT(0), .wait_lock = __SPIN_LOCK_UNLOCKED(name.wait_lock),   \
		.wait_list = LIST_HEAD_INIT(name.wait_list) __RWSEM_DEP_MAP(name)                  \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

/* name: at its own address for each place that initialises. */
void __init_rwsem(struct rw_semaphore *sem, const char *name);

/* Hands the lock on to those who wait. */
void rwsem_wake(struct rw_semaphore *sem);

static __always_inline bool __down_read_trylock(struct rw_semaphore *sem)
{
	s64 old = atomic_long_read(&sem->count);

	do {
		if (old & (RWSEM_WRITER | RWSEM_WAITERS))
			return false;
	} while (unlikely(!try_cmpxchg(&sem->count.counter, &old, (s64)(old + RWSEM_READER))));
	return true;
}

static __always_inline bool __down_write_trylock(struct rw_semaphore *sem)
{
	s64 old = 0;

	if (!try_cmpxchg(&sem->count.counter, &old, (s64)RWSEM_WRITER))
		return false;
	WRITE_ONCE(sem->owner, current);
	return true;
}

static __always_inline bool down_read_trylock(struct rw_semaphore *sem)
{
	if (!__down_read_trylock(sem))
		return false;
	rwsem_acquire(sem, 0, true, true, __LOCK_HERE);
	return true;
}

static __always_inline bool down_write_trylock(struct rw_semaphore *sem)
{
	if (!__down_write_trylock(sem))
		return false;
	rwsem_acquire(sem, 0, true, false, __LOCK_HERE);
	return true;
}

/* subclass: of an rwsem of the same class as one that is held, in a stated order. */
void down_read_nested(struct rw_semaphore *sem, unsigned int subclass);
void down_write_nested(struct rw_semaphore *sem, unsigned int subclass);
#define down_read(sem)  down_read_nested(sem, 0)
#define down_write(sem) down_write_nested(sem, 0)
/* 0 or -EINTR. */
int down_read_interruptible(struct rw_semaphore *sem) __must_check;
int down_read_killable(struct rw_semaphore *sem) __must_check;
int down_write_killable(struct rw_semaphore *sem) __must_check;
/* From writer to reader, without letting another writer in. */
void downgrade_write(struct rw_semaphore *sem);

static __always_inline void up_read(struct rw_semaphore *sem)
{
	s64 left;

	rwsem_release(sem, __LOCK_HERE);
	left = atomic_long_sub_return(RWSEM_READER, &sem->count);

	ASSERT(left >= 0);
	if (unlikely(left == RWSEM_WAITERS))
		rwsem_wake(sem);
}

static __always_inline void up_write(struct rw_semaphore *sem)
{
	rwsem_release(sem, __LOCK_HERE);
	WRITE_ONCE(sem->owner, NULL);
	if (unlikely(atomic_long_sub_return(RWSEM_WRITER, &sem->count) & RWSEM_WAITERS))
		rwsem_wake(sem);
}

static inline bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return (atomic_long_read(&sem->count) & ~RWSEM_WAITERS) != 0;
}

static inline bool rwsem_is_contended(const struct rw_semaphore *sem)
{
	return atomic_long_read(&sem->count) & RWSEM_WAITERS;
}

#define rwsem_assert_held(sem)       lockdep_assert_held(sem)
#define rwsem_assert_held_write(sem) ASSERT(READ_ONCE((sem)->owner) == current)

#endif
