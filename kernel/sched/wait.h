/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wait queues: where a task waits until a condition that others make true holds.
 *
 * The sleeper puts itself on the queue and sets its state BEFORE it looks at the condition; the
 * waker makes the condition true BEFORE it looks at the queue. Both steps contain a full barrier
 * (set_current_state(), the queue's lock), so at least one of the two sees the other and no
 * wake-up is lost. This loop is written once, in ___wait_event(): nobody writes it again.
 *
 * Times are nanoseconds. Linux: include/linux/wait.h. This header does not need task_struct.
 */
#ifndef CONDUIT_SCHED_WAIT_H
#define CONDUIT_SCHED_WAIT_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/locking/sleep.h"
#include "kernel/locking/spinlock.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/current.h"
#include "kernel/uapi/errno.h"

struct wait_queue_entry;

/*
 * Called under the queue's lock for each waiter that a wake-up reaches. mode: TASK_* states to
 * wake; flags: WF_*; key: poll events or NULL. Positive: woken (counts against the number of
 * exclusive waiters); 0: not this one; negative: stop here.
 */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags,
				 void *key);

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
/* Also takes the entry off the queue when the task was woken. */
int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
			     void *key);

#define WQ_FLAG_EXCLUSIVE 0x01 /* one of these is woken per wake-up; they stand at the tail */
#define WQ_FLAG_WOKEN     0x02 /* wait_woken() */
#define WQ_FLAG_CUSTOM    0x04
#define WQ_FLAG_PRIORITY  0x20 /* stands at the head even when exclusive */

/* Wake-up flags. */
#define WF_SYNC 0x10 /* the waker is about to sleep: no need to pre-empt it */
#define WF_FORK 0x04 /* first wake-up of a new task */
#define WF_TTWU 0x08 /* wake-up of a sleeper */

/* A waiter, usually on the sleeper's stack. [L] the queue's lock */
struct wait_queue_entry {
	unsigned int flags; /* [L] WQ_FLAG_* */
	void *private;      /* the task, for the functions above */
	wait_queue_func_t func;
	struct list_head entry; /* [L] in wait_queue_head.head */
};

struct wait_queue_head {
	spinlock_t lock;       /* irq-safe: interrupts wake too */
	struct list_head head; /* [L] non-exclusive first, then exclusive in order of arrival */
};

typedef struct wait_queue_entry wait_queue_entry_t;
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                        \
	{                                                                                          \
		.lock = __SPIN_LOCK_UNLOCKED((name).lock), .head = LIST_HEAD_INIT((name).head),    \
	}

#define DECLARE_WAIT_QUEUE_HEAD(name)                                                              \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

#define init_waitqueue_head(wq)                                                                    \
	do {                                                                                       \
		spin_lock_init(&(wq)->lock);                                                       \
		INIT_LIST_HEAD(&(wq)->head);                                                       \
	} while (0)

/* A waiter that stays queued until removed. */
#define DECLARE_WAITQUEUE(name, task)                                                              \
	struct wait_queue_entry name = {                                                           \
		.private = (task),                                                                 \
		.func = default_wake_function,                                                     \
		.entry = { NULL, NULL },                                                           \
	}

/* A waiter that the wake-up itself takes off the queue. */
#define DEFINE_WAIT_FUNC(name, function)                                                           \
	struct wait_queue_entry name = {                                                           \
		.private = current,                                                                \
		.func = (function),                                                                \
		.entry = LIST_HEAD_INIT((name).entry),                                             \
	}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

static inline void init_waitqueue_entry(struct wait_queue_entry *entry, struct task_struct *task)
{
	entry->flags = 0;
	entry->private = task;
	entry->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *entry, wait_queue_func_t func)
{
	entry->flags = 0;
	entry->private = NULL;
	entry->func = func;
}

/*
 * Is anyone there? Without the lock: the caller has made its condition true before and needs a
 * full barrier between the two (wq_has_sleeper() has it).
 */
static inline bool waitqueue_active(const struct wait_queue_head *wq)
{
	return !list_empty(&wq->head);
}

static inline bool wq_has_sleeper(const struct wait_queue_head *wq)
{
	smp_mb(); /* pairs with set_current_state() of the sleeper */
	return waitqueue_active(wq);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);

/* Under wq->lock. */
static inline void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	list_add(&entry->entry, &wq->head);
}

static inline void __add_wait_queue_entry_tail(struct wait_queue_head *wq,
					       struct wait_queue_entry *entry)
{
	list_add_tail(&entry->entry, &wq->head);
}

static inline void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	list_del(&entry->entry);
}

/* Queue the entry if it is not queued yet and set the current task's state. */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
/* True when the queue was empty before. */
bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry,
			       int state);
/* As prepare_to_wait(), or -ERESTARTSYS (and off the queue) when a signal ends this sleep. */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
void __finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void init_wait_entry(struct wait_queue_entry *entry, int flags);

/* Usually the wake-up has taken the entry off the queue: wait.c, rule 3. */
static inline void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	__set_current_state(TASK_RUNNING);
	if (unlikely(!list_empty_careful(&entry->entry)))
		__finish_wait(wq, entry);
}

/* For loops whose condition sleeps itself: DEFINE_WAIT_FUNC(wait, woken_wake_function). */
long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout_ns);
int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);

/*
 * Wake all non-exclusive waiters and up to nr_exclusive exclusive ones (0: all) that are in one of
 * the states of mode. Any context. Returns the number of exclusive waiters woken.
 */
int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive, void *key);
void __wake_up_sync_key(struct wait_queue_head *wq, unsigned int mode, void *key);
/* The same with wq->lock held. */
void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr_exclusive);
void __wake_up_locked_key(struct wait_queue_head *wq, unsigned int mode, void *key);
/* Tells pollers that the queue itself goes away: POLLHUP | POLLFREE. */
void __wake_up_pollfree(struct wait_queue_head *wq);

static inline void wake_up_pollfree(struct wait_queue_head *wq)
{
	if (waitqueue_active(wq))
		__wake_up_pollfree(wq);
}

#define wake_up(wq)                      __wake_up(wq, TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)               __wake_up(wq, TASK_NORMAL, nr, NULL)
#define wake_up_all(wq)                  __wake_up(wq, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(wq)        __wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr) __wake_up(wq, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(wq)    __wake_up(wq, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(wq)   __wake_up_sync_key(wq, TASK_INTERRUPTIBLE, NULL)
#define wake_up_locked(wq)               __wake_up_locked(wq, TASK_NORMAL, 1)
#define wake_up_all_locked(wq)           __wake_up_locked(wq, TASK_NORMAL, 0)

/* With the poll events that have become true. */
#define poll_to_key(m) ((void *)(unsigned long)(m))
#define key_to_poll(m) ((unsigned int)(unsigned long)(m))
#define POLLFREE       0x4000

#define wake_up_poll(wq, m)               __wake_up(wq, TASK_NORMAL, 1, poll_to_key(m))
#define wake_up_locked_poll(wq, m)        __wake_up_locked_key(wq, TASK_NORMAL, poll_to_key(m))
#define wake_up_interruptible_poll(wq, m) __wake_up(wq, TASK_INTERRUPTIBLE, 1, poll_to_key(m))
#define wake_up_interruptible_sync_poll(wq, m)                                                     \
	__wake_up_sync_key(wq, TASK_INTERRUPTIBLE, poll_to_key(m))

/*
 * The loop, with an entry of the caller's that init_wait_entry() has made, and that may have another
 * func. cmd sleeps; the value is ret, or -ERESTARTSYS when a signal ended the sleep.
 * prepare_to_wait_event() has then taken the entry off the queue already. After a sleep the
 * condition usually holds: it is looked at before queueing again.
 */
#define ___wait_event_entry(wq, entry, condition, state, ret, cmd)                                 \
	({                                                                                         \
		long __ret = (ret);                                                                \
                                                                                                   \
		for (;;) {                                                                         \
			long __int = prepare_to_wait_event(&(wq), entry, state);                   \
                                                                                                   \
			if (condition) {                                                           \
				finish_wait(&(wq), entry);                                         \
				break;                                                             \
			}                                                                          \
			if (((state) & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) && __int) {           \
				__ret = __int;                                                     \
				break;                                                             \
			}                                                                          \
			cmd;                                                                       \
			if (condition) {                                                           \
				finish_wait(&(wq), entry);                                         \
				break;                                                             \
			}                                                                          \
		}                                                                                  \
		__ret;                                                                             \
	})

#define ___wait_event(wq, condition, state, exclusive, ret, cmd)                                   \
	({                                                                                         \
		struct wait_queue_entry __wq_entry;                                                \
                                                                                                   \
		init_wait_entry(&__wq_entry, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0);                 \
		___wait_event_entry(wq, &__wq_entry, condition, state, ret, cmd);                  \
	})

/* The condition, or time is up: then the condition is looked at once more. */
#define ___wait_cond_timeout(condition)                                                            \
	({                                                                                         \
		bool __cond = (condition);                                                         \
		if (__cond && !__ret)                                                              \
			__ret = 1;                                                                 \
		__cond || !__ret;                                                                  \
	})

/* Sleeps until the condition holds; not ended by signals. */
#define wait_event(wq, condition)                                                                  \
	do {                                                                                       \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			(void)___wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 0, 0,             \
					    schedule());                                           \
	} while (0)

/* 0 when time is up and the condition false, else what is left (at least 1). */
#define wait_event_timeout(wq, condition, timeout_ns)                                              \
	({                                                                                         \
		long __timeout = (timeout_ns), __ret = __timeout;                                  \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event(wq, ___wait_cond_timeout(condition),                 \
					      TASK_UNINTERRUPTIBLE, 0, __timeout,                  \
					      __ret = schedule_timeout(__ret));                    \
		__ret;                                                                             \
	})

/* 0, or -ERESTARTSYS when a signal is pending. */
#define wait_event_interruptible(wq, condition)                                                    \
	({                                                                                         \
		long __ret = 0;                                                                    \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__ret = ___wait_event(wq, condition, TASK_INTERRUPTIBLE, 0, 0,             \
					      schedule());                                         \
		(int)__ret;                                                                        \
	})

#define wait_event_interruptible_timeout(wq, condition, timeout_ns)                                \
	({                                                                                         \
		long __timeout = (timeout_ns), __ret = __timeout;                                  \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event(wq, ___wait_cond_timeout(condition),                 \
					      TASK_INTERRUPTIBLE, 0, __timeout,                    \
					      __ret = schedule_timeout(__ret));                    \
		__ret;                                                                             \
	})

#define wait_event_interruptible_exclusive(wq, condition)                                          \
	({                                                                                         \
		long __ret = 0;                                                                    \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__ret = ___wait_event(wq, condition, TASK_INTERRUPTIBLE, 1, 0,             \
					      schedule());                                         \
		(int)__ret;                                                                        \
	})

#define wait_event_interruptible_exclusive_timeout(wq, condition, timeout_ns)                      \
	({                                                                                         \
		long __timeout = (timeout_ns), __ret = __timeout;                                  \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event(wq, ___wait_cond_timeout(condition),                 \
					      TASK_INTERRUPTIBLE, 1, __timeout,                    \
					      __ret = schedule_timeout(__ret));                    \
		__ret;                                                                             \
	})

/* The same with an entry as ___wait_event_entry() wants it. */
#define wait_event_entry_interruptible_timeout(wq, entry, condition, timeout_ns)                   \
	({                                                                                         \
		long __timeout = (timeout_ns), __ret = __timeout;                                  \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event_entry(wq, entry, ___wait_cond_timeout(condition),    \
						    TASK_INTERRUPTIBLE, __timeout,                 \
						    __ret = schedule_timeout(__ret));              \
		__ret;                                                                             \
	})

/* 0, or -ERESTARTSYS when a fatal signal is pending. */
#define wait_event_killable(wq, condition)                                                         \
	({                                                                                         \
		long __ret = 0;                                                                    \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__ret = ___wait_event(wq, condition, TASK_KILLABLE, 0, 0, schedule());     \
		(int)__ret;                                                                        \
	})

#define wait_event_killable_exclusive(wq, condition)                                               \
	({                                                                                         \
		long __ret = 0;                                                                    \
		might_sleep();                                                                     \
		if (!(condition))                                                                  \
			__ret = ___wait_event(wq, condition, TASK_KILLABLE, 1, 0, schedule());     \
		(int)__ret;                                                                        \
	})

#define wait_event_killable_timeout(wq, condition, timeout_ns)                                     \
	({                                                                                         \
		long __timeout = (timeout_ns), __ret = __timeout;                                  \
		might_sleep();                                                                     \
		if (!___wait_cond_timeout(condition))                                              \
			__ret = ___wait_event(wq, ___wait_cond_timeout(condition), TASK_KILLABLE,  \
					      0, __timeout, __ret = schedule_timeout(__ret));      \
		__ret;                                                                             \
	})

/* The condition is looked at with the lock held; the sleep is without it. */
#define wait_event_lock_irq(wq, condition, lock)                                                   \
	do {                                                                                       \
		if (!(condition))                                                                  \
			(void)___wait_event(wq, condition, TASK_UNINTERRUPTIBLE, 0, 0,             \
					    spin_unlock_irq(&(lock));                              \
					    schedule(); spin_lock_irq(&(lock)));                   \
	} while (0)

#define wait_event_interruptible_lock_irq(wq, condition, lock)                                     \
	({                                                                                         \
		long __ret = 0;                                                                    \
		if (!(condition))                                                                  \
			__ret = ___wait_event(wq, condition, TASK_INTERRUPTIBLE, 0, 0,             \
					      spin_unlock_irq(&(lock));                            \
					      schedule(); spin_lock_irq(&(lock)));                 \
		(int)__ret;                                                                        \
	})

#endif
