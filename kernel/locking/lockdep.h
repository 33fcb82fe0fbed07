/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks on the use of locks, in debug builds: who holds what, and that nobody sleeps where it is
 * forbidden. Everything here costs nothing in an optimised build.
 */
#ifndef CONDUIT_LOCKING_LOCKDEP_H
#define CONDUIT_LOCKING_LOCKDEP_H

#include "kernel/lib/bug.h"
#include "kernel/lib/types.h"

enum lock_read {
	LOCK_WRITE,     /* alone */
	LOCK_READ_SPIN, /* an rwlock's reader: an interrupt may read, too */
	LOCK_READ,      /* a reader that queues behind waiting writers */
};

/* For *_nested(): a lock of the same class as one that is held, in a stated order. */
#define SINGLE_DEPTH_NESTING 1

#ifdef CONFIG_DEBUG
#define LOCK_CLASS_STATIC 0xffff /* not known yet; the lock is (probably) a static variable */
#define MAX_LOCK_DEPTH    32

/* In each lock: to which class it belongs. Small, since each page table's page holds one. */
struct lockdep_map {
	u16 class;        /* number + 1, 0: not known yet */
	const char *name; /* at its own address for each place that initialises locks */
} __packed __aligned(2);

struct held_lock {
	struct lockdep_map *map;
	unsigned long ip; /* where it was taken */
	u16 class;
	bool read, in_irq;
};

/* What a task holds, in the order of taking. [O] with interrupts off */
struct lockdep_task {
	unsigned int depth;
	struct held_lock held[MAX_LOCK_DEPTH];
};

/* Implemented in kernel/sched/core.c, which sees task_struct. */
struct lockdep_task *lockdep_current(void);
const char *lockdep_task_name(void);

/* The order checker: kernel/locking/lockdep.c. Off after its first report. */
extern bool debug_locks;
void lock_acquire(struct lockdep_map *map, unsigned int subclass, bool trylock, enum lock_read read,
		  unsigned long ip);
void lock_release(struct lockdep_map *map, unsigned long ip);
void lock_downgrade(struct lockdep_map *map);
/* Does this task hold it? */
bool lock_is_held(const struct lockdep_map *map);
/* Interrupts are about to be on: whatever this task still holds is held with them on. */
void lockdep_irqs_on(void);
/* Other CPUs are about to be waited for: their interrupts must not wait for what this task holds. */
void lockdep_calls_cpus(void);
/* Where nothing may be held: on the way to user mode, at a task's end. */
void lockdep_assert_none_held(const char *where);
void lockdep_sys_exit(void);
void lockdep_print_held(const struct lockdep_task *task);
/* A report of another checker that ends this one, too. */
void lockdep_report(const char *what);

#define __LOCKDEP_MAP_INIT(lockname)                                                               \
	{                                                                                          \
		.class = LOCK_CLASS_STATIC, .name = (lockname)                                     \
	}
/* Where a lock is taken: our caller. In an inline function: where it calls the checker. */
#define __LOCK_IP   ((unsigned long)__builtin_return_address(0))
#define __LOCK_HERE 0ul

/* Spinlocks held, by this CPU: sleeping is forbidden while it is not 0. kernel/locking/debug.c. */
void preempt_disable(void);
void preempt_enable(void);
int preempt_count(void);
void __might_sleep(const char *file, int line);
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#else
#define lockdep_assert_none_held(where) ((void)0)
#define lockdep_sys_exit()              ((void)0)
#define lockdep_irqs_on()               ((void)0)
#define lockdep_calls_cpus()            ((void)0)
#define preempt_disable()               barrier()
#define preempt_enable()                barrier()
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
 * Does this CPU (spinlocks, read-write locks), this task (mutexes, rwsems) hold the
 * lock? Implemented in kernel/locking/debug.c.
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
