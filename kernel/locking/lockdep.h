/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks on the use of locks, in debug builds: who holds what, and that nobody sleeps where it is
 * forbidden. Everything here costs nothing in an optimised build.
 */
#ifndef CONDUIT_LOCKING_LOCKDEP_H
#define CONDUIT_LOCKING_LOCKDEP_H

#include "kernel/lib/bug.h"
#include "kernel/lib/types.h"

/* The order checker files locks by the place that initialised them. */
struct lock_class_key {
	const char *name; /* the lock expression at the initialisation */
};

#ifdef CONFIG_DEBUG
/* Spinlocks held, by this CPU: sleeping is forbidden while it is not 0. kernel/locking/debug.c. */
void preempt_disable(void);
void preempt_enable(void);
int preempt_count(void);
void __might_sleep(const char *file, int line);
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#else
#define preempt_disable() barrier()
#define preempt_enable()  barrier()
static inline int preempt_count(void)
{
	return 0;
}
#define might_sleep()                                                                              \
	do {                                                                                       \
	} while (0)
#endif

#define might_sleep_if(cond)                                                                       \
	do {                                                                                       \
		if (cond)                                                                          \
			might_sleep();                                                             \
	} while (0)

#define in_atomic() (preempt_count() != 0)

struct mutex;
struct rw_semaphore;
struct rwlock;
struct spinlock;

/*
 * Does this CPU (spinlocks, read-write locks), this task (mutexes) or somebody (rwsems held by
 * readers) hold the lock? Implemented in kernel/locking/debug.c.
 */
#ifdef CONFIG_DEBUG
bool spin_lock_is_held(const struct spinlock *lock);
bool rwlock_is_held(const struct rwlock *lock);
bool mutex_lock_is_held(const struct mutex *lock);
bool rwsem_lock_is_held(const struct rw_semaphore *sem);
bool rwsem_lock_is_held_write(const struct rw_semaphore *sem);

#define lockdep_is_held(lock)                                                                      \
	_Generic((lock), struct spinlock *: spin_lock_is_held,                                     \
		 const struct spinlock *: spin_lock_is_held, struct rwlock *: rwlock_is_held,      \
		 const struct rwlock *: rwlock_is_held, struct mutex *: mutex_lock_is_held,        \
		 const struct mutex *: mutex_lock_is_held,                                         \
		 struct rw_semaphore *: rwsem_lock_is_held,                                        \
		 const struct rw_semaphore *: rwsem_lock_is_held)(lock)
#define lockdep_assert_held(lock)      ASSERT(lockdep_is_held(lock))
#define lockdep_assert_held_read(lock) lockdep_assert_held(lock)
/* For rwsems: by this task, for writing. */
#define lockdep_assert_held_write(lock)                                                            \
	ASSERT(_Generic((lock), struct rw_semaphore *: rwsem_lock_is_held_write,                   \
			const struct rw_semaphore *: rwsem_lock_is_held_write,                     \
			struct spinlock *: spin_lock_is_held, struct rwlock *: rwlock_is_held,     \
			struct mutex *: mutex_lock_is_held)(lock))
#else
#define lockdep_is_held(lock)           ((void)(lock), true)
#define lockdep_assert_held(lock)       ((void)(lock))
#define lockdep_assert_held_read(lock)  ((void)(lock))
#define lockdep_assert_held_write(lock) ((void)(lock))
#endif

#endif
