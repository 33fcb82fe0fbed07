// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes, the part where somebody has to wait.
 *
 * Idea: owner holds the owning task and two flags. Unlocking with sleepers frees the lock and wakes
 * the first; meanwhile a running task may take it, which is good for speed. But a sleeper that woke
 * up in vain sets MUTEX_FLAG_HANDOFF, and then the next unlock makes it the owner directly, so
 * nobody waits for ever.
 *
 * Data: owner = task | flags; wait_list in order of arrival, entries on the sleepers' stacks.
 * Rules:
 *  1. MUTEX_FLAG_WAITERS is set exactly while wait_list is not empty; both change under wait_lock.
 *  2. While MUTEX_FLAG_HANDOFF is set nobody but the first sleeper gets the lock.
 *  3. A sleeper leaves the list only by itself, so one that is found on it under wait_lock exists.
 * Locking: wait_lock; inside it the scheduler's locks (wake_up_process()).
 * Linux: kernel/locking/mutex.c; spinning while the owner runs is left out.
 * Start at: lock_slow().
 */
#include "kernel/locking/mutex.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/sleep.h"

/* A sleeper. */
struct mutex_waiter {
	struct list_head list;
	struct task_struct *task;
};

void __mutex_init(struct mutex *lock, const char *name)
{
	atomic_long_set(&lock->owner, 0);
	spin_lock_init(&lock->wait_lock);
	INIT_LIST_HEAD(&lock->wait_list);
#ifdef CONFIG_DEBUG
	lock->dep_map = (struct lockdep_map){ .name = name };
#endif
}

/* Takes a free lock, keeping the flags; with first, also one that is reserved or given to us. */
static bool try_lock(struct mutex *lock, bool first)
{
	long owner = atomic_long_read(&lock->owner);
	long new;

	for (;;) {
		if (owner & ~MUTEX_FLAGS) {
			if ((owner & ~MUTEX_FLAGS) != (long)current || !first)
				return false;
			/* unlock_slow() made us the owner. */
			return true;
		}
		if ((owner & MUTEX_FLAG_HANDOFF) && !first)
			return false;
		new = (long)current | (owner & MUTEX_FLAG_WAITERS);
		if (atomic_long_try_cmpxchg(&lock->owner, &owner, new))
			return true;
	}
}

bool mutex_trylock(struct mutex *lock)
{
	if (!try_lock(lock, false))
		return false;
	mutex_acquire(lock, 0, true, __LOCK_IP);
	return true;
}

static void remove_waiter(struct mutex *lock, struct mutex_waiter *waiter)
{
	list_del(&waiter->list);
	if (list_empty(&lock->wait_list))
		atomic_long_and(~MUTEX_FLAGS, &lock->owner);
}

/* 0, or -EINTR when a signal ends a sleep in this state. */
static noinline int lock_slow(struct mutex *lock, unsigned int state)
{
	struct mutex_waiter waiter = { .task = current };
	bool woken = false;
	int error = 0;

	ASSERT((atomic_long_read(&lock->owner) & ~MUTEX_FLAGS) != (long)current);
	if (try_lock(lock, false))
		return 0;
	spin_lock(&lock->wait_lock);
	list_add_tail(&waiter.list, &lock->wait_list);
	atomic_long_or(MUTEX_FLAG_WAITERS, &lock->owner);
	for (;;) {
		bool first = list_is_first(&waiter.list, &lock->wait_list);

		set_current_state(state);
		if (try_lock(lock, first))
			break;
		if (current_signal_pending_state(state)) {
			error = -EINTR;
			break;
		}
		if (first && woken)
			atomic_long_or(MUTEX_FLAG_HANDOFF, &lock->owner);
		/* The owner may have unlocked before it could see the flag. */
		if (first && woken && try_lock(lock, true))
			break;
		spin_unlock(&lock->wait_lock);
		schedule();
		woken = true;
		spin_lock(&lock->wait_lock);
	}
	__set_current_state(TASK_RUNNING);
	remove_waiter(lock, &waiter);
	spin_unlock(&lock->wait_lock);
	return error;
}

void mutex_lock_slowpath(struct mutex *lock)
{
	(void)lock_slow(lock, TASK_UNINTERRUPTIBLE);
}

static int lock_or_signal(struct mutex *lock, unsigned int state)
{
	int error = __mutex_trylock_fast(lock) ? 0 : lock_slow(lock, state);

	if (error)
		mutex_release(lock, __LOCK_IP);
	return error;
}

int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass)
{
	might_sleep();
	mutex_acquire(lock, subclass, false, __LOCK_IP);
	return lock_or_signal(lock, TASK_INTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *lock)
{
	might_sleep();
	mutex_acquire(lock, 0, false, __LOCK_IP);
	return lock_or_signal(lock, TASK_KILLABLE);
}

void mutex_unlock_slowpath(struct mutex *lock)
{
	long owner = atomic_long_read(&lock->owner);
	struct mutex_waiter *waiter;

	BUG_ON((owner & ~MUTEX_FLAGS) != (long)current);
	/* Free it, unless it is promised to the first sleeper. */
	while (!(owner & MUTEX_FLAG_HANDOFF)) {
		if (atomic_long_try_cmpxchg(&lock->owner, &owner, owner & MUTEX_FLAGS)) {
			if (!(owner & MUTEX_FLAG_WAITERS))
				return;
			break;
		}
	}
	spin_lock(&lock->wait_lock);
	waiter = list_first_entry_or_null(&lock->wait_list, struct mutex_waiter, list);
	if (owner & MUTEX_FLAG_HANDOFF) {
		/* Still ours. Rule 1: with nobody there no flag is set either. */
		atomic_long_set(&lock->owner, waiter ? (long)waiter->task | MUTEX_FLAG_WAITERS : 0);
	}
	if (waiter)
		wake_up_process(waiter->task);
	spin_unlock(&lock->wait_lock);
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}
