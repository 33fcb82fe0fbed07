// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping read-write locks.
 *
 * Idea: who finds the lock free and nobody waiting takes it with one compare-and-exchange. Everybody
 * else queues up and sleeps until the lock has been *given* to them: whoever releases it (or queues
 * up) grants it to the head of the queue, to one writer or to the readers at the head.
 *
 * Rules:
 *  1. RWSEM_WAITERS is set in count exactly while wait_list is not empty; it changes under
 *     wait_lock only. While it is set nobody gets the lock but by grant().
 *  2. Whoever might have made a grant possible calls grant(): the last reader out, a writer out or
 *     down to reader, a newcomer (the lock may have become free before it queued), one who gives up.
 * Locking: wait_lock; inside it the scheduler's locks.
 * Linux: kernel/locking/rwsem.c, where running writers may overtake. Start at: down_slow().
 */
#include "kernel/locking/rwsem.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/locking/sleep.h"

/* On the sleeper's stack, and gone as soon as granted is seen. */
struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;
	bool is_writer, granted; /* [wait_lock] */
};

void __init_rwsem(struct rw_semaphore *sem, const char *name)
{
	atomic_long_set(&sem->count, 0);
	sem->owner = NULL;
	spin_lock_init(&sem->wait_lock);
	INIT_LIST_HEAD(&sem->wait_list);
#ifdef CONFIG_DEBUG
	sem->dep_map = (struct lockdep_map){ .name = name };
#endif
}

/* Gives the lock to those at the head as far as it is free for them. wait_lock held. */
static void grant(struct rw_semaphore *sem)
{
	struct rwsem_waiter *waiter;

	while ((waiter = list_first_entry_or_null(&sem->wait_list, struct rwsem_waiter, list))) {
		/* Nobody can enter while RWSEM_WAITERS is set, so what looks free stays free. */
		long count = atomic_long_read(&sem->count);

		if (waiter->is_writer ? (count & ~RWSEM_WAITERS) != 0 : (count & RWSEM_WRITER) != 0)
			return;
		atomic_long_add(waiter->is_writer ? RWSEM_WRITER : RWSEM_READER, &sem->count);
		if (waiter->is_writer)
			WRITE_ONCE(sem->owner, waiter->task);
		list_del(&waiter->list);
		if (list_empty(&sem->wait_list))
			atomic_long_and(~RWSEM_WAITERS, &sem->count);
		waiter->granted = true;
		wake_up_process(waiter->task);
	}
}

void rwsem_wake(struct rw_semaphore *sem)
{
	spin_lock(&sem->wait_lock);
	grant(sem);
	spin_unlock(&sem->wait_lock);
}

static noinline int down_slow(struct rw_semaphore *sem, bool is_writer, unsigned int state)
{
	struct rwsem_waiter waiter = { .task = current, .is_writer = is_writer };

	spin_lock(&sem->wait_lock);
	list_add_tail(&waiter.list, &sem->wait_list);
	atomic_long_or(RWSEM_WAITERS, &sem->count);
	grant(sem);
	for (;;) {
		set_current_state(state);
		if (waiter.granted || current_signal_pending_state(state))
			break;
		spin_unlock(&sem->wait_lock);
		schedule();
		spin_lock(&sem->wait_lock);
	}
	__set_current_state(TASK_RUNNING);
	if (!waiter.granted) {
		list_del(&waiter.list);
		if (list_empty(&sem->wait_list))
			atomic_long_and(~RWSEM_WAITERS, &sem->count);
		else
			grant(sem);
	}
	spin_unlock(&sem->wait_lock);
	return waiter.granted ? 0 : -EINTR;
}

/* 0, or -EINTR when a signal ends a sleep in this state. */
static int down(struct rw_semaphore *sem, bool is_writer, unsigned int state)
{
	int error = 0;

	if (unlikely(!(is_writer ? __down_write_trylock(sem) : __down_read_trylock(sem))))
		error = down_slow(sem, is_writer, state);
	if (error)
		rwsem_release(sem, __LOCK_IP);
	return error;
}

void down_read_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	might_sleep();
	rwsem_acquire(sem, subclass, false, true, __LOCK_IP);
	(void)down(sem, false, TASK_UNINTERRUPTIBLE);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	might_sleep();
	rwsem_acquire(sem, 0, false, true, __LOCK_IP);
	return down(sem, false, TASK_INTERRUPTIBLE);
}

int down_read_killable(struct rw_semaphore *sem)
{
	might_sleep();
	rwsem_acquire(sem, 0, false, true, __LOCK_IP);
	return down(sem, false, TASK_KILLABLE);
}

void down_write_nested(struct rw_semaphore *sem, unsigned int subclass)
{
	might_sleep();
	rwsem_acquire(sem, subclass, false, false, __LOCK_IP);
	ASSERT(READ_ONCE(sem->owner) != current);
	(void)down(sem, true, TASK_UNINTERRUPTIBLE);
}

int down_write_killable(struct rw_semaphore *sem)
{
	might_sleep();
	rwsem_acquire(sem, 0, false, false, __LOCK_IP);
	ASSERT(READ_ONCE(sem->owner) != current);
	return down(sem, true, TASK_KILLABLE);
}

void downgrade_write(struct rw_semaphore *sem)
{
	long count;

	ASSERT(READ_ONCE(sem->owner) == current);
	WRITE_ONCE(sem->owner, NULL);
#ifdef CONFIG_DEBUG
	lock_downgrade(&sem->dep_map);
#endif
	count = atomic_long_add_return((long)RWSEM_READER - (long)RWSEM_WRITER, &sem->count);
	if (count & RWSEM_WAITERS)
		rwsem_wake(sem);
}
