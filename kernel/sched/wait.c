// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wait queues: adding, removing, waking. The protocol is explained in wait.h.
 *
 * Rules: 1. an entry's func is called and its links change only under the queue's lock.
 * 2. exclusive waiters stand behind the others, so a wake-up can stop at the first exclusive one
 * that it has woken. 3. finish_wait() may skip the lock when the entry is off the list already:
 * autoremove_wake_function() is done with the entry before it makes it look empty.
 *
 * Linux: kernel/sched/wait.c.
 */
#include "kernel/uapi/poll.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/wait.h"

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue_entry_tail(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	__remove_wait_queue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* wq->lock held. Returns the exclusive waiters woken. */
static __always_inline int wake_up_common(struct wait_queue_head *wq, unsigned int mode,
					  int nr_exclusive, int wake_flags, void *key)
{
	struct wait_queue_entry *entry, *next;
	int woken = 0;

	list_for_each_entry_safe (entry, next, &wq->head, entry) {
		unsigned int flags = entry->flags;
		int ret = entry->func(entry, mode, wake_flags, key);

		if (ret < 0)
			break;
		if (ret && (flags & WQ_FLAG_EXCLUSIVE)) {
			woken++;
			if (woken == nr_exclusive)
				break;
		}
	}
	return woken;
}

int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive, void *key)
{
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&wq->lock, flags);
	woken = wake_up_common(wq, mode, nr_exclusive, 0, key);
	spin_unlock_irqrestore(&wq->lock, flags);
	return woken;
}

void __wake_up_sync_key(struct wait_queue_head *wq, unsigned int mode, void *key)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	wake_up_common(wq, mode, 1, WF_SYNC, key);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive)
{
	wake_up_common(wq, mode, nr_exclusive, 0, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *wq, unsigned int mode, void *key)
{
	wake_up_common(wq, mode, 1, 0, key);
}

void __wake_up_pollfree(struct wait_queue_head *wq)
{
	__wake_up(wq, TASK_NORMAL, 0, poll_to_key(POLLHUP | POLLFREE));
}

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	return try_to_wake_up(entry->private, mode, flags);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
			     void *key)
{
	int ret = default_wake_function(entry, mode, flags, key);

	if (ret)
		list_del_init_careful(&entry->entry);
	return ret;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	unsigned long flags;

	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&entry->entry))
		__add_wait_queue(wq, entry);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry,
			       int state)
{
	bool was_empty = false;
	unsigned long flags;

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&entry->entry)) {
		was_empty = list_empty(&wq->head);
		__add_wait_queue_entry_tail(wq, entry);
	}
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
	return was_empty;
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	unsigned long flags;
	long ret = 0;

	spin_lock_irqsave(&wq->lock, flags);
	if (signal_pending_state(state, current)) {
		/*
		 * Off the queue before the caller gives up: an exclusive wake-up must not be spent
		 * on a task that leaves. If one has been already, the condition holds and the
		 * caller looks at it before it looks at our -ERESTARTSYS.
		 */
		list_del_init(&entry->entry);
		ret = -ERESTARTSYS;
	} else {
		if (list_empty(&entry->entry)) {
			if (entry->flags & WQ_FLAG_EXCLUSIVE)
				__add_wait_queue_entry_tail(wq, entry);
			else
				__add_wait_queue(wq, entry);
		}
		set_current_state(state);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	return ret;
}

void __finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/*
 * The flag WQ_FLAG_WOKEN remembers a wake-up that comes while the caller looks at its condition,
 * where it may sleep itself and so lose its task state.
 */
long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout_ns)
{
	set_current_state(mode); /* barrier: pairs with woken_wake_function() */
	if (!(READ_ONCE(entry->flags) & WQ_FLAG_WOKEN))
		timeout_ns = schedule_timeout(timeout_ns);
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(entry->flags, entry->flags & ~WQ_FLAG_WOKEN);
	smp_mb(); /* the caller's look at its condition comes after the clearing */
	return timeout_ns;
}

int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	smp_mb(); /* the condition was made true before */
	WRITE_ONCE(entry->flags, entry->flags | WQ_FLAG_WOKEN);
	return default_wake_function(entry, mode, flags, key);
}
