/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "It has happened": a counter of events that tasks wait for. complete() may come before the wait
 * and from interrupt handlers; when the waiter returns, the completer no longer touches the
 * object, which may therefore be on the waiter's stack.
 * Linux: include/linux/completion.h.
 */
#ifndef CONDUIT_LOCKING_COMPLETION_H
#define CONDUIT_LOCKING_COMPLETION_H

#include "kernel/lib/list.h"
#include "kernel/locking/spinlock.h"

struct completion {
	unsigned int done; /* [L] events not yet waited for; UINT_MAX after complete_all() */
	spinlock_t lock;
	struct list_head wait_list; /* [L] in order of arrival */
};

#define COMPLETION_INITIALIZER(name)                                                               \
	{                                                                                          \
		.done = 0, .lock = __SPIN_LOCK_UNLOCKED(name.lock),                                \
		.wait_list = LIST_HEAD_INIT(name.wait_list),                                       \
	}
#define DECLARE_COMPLETION(name)         struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

#define init_completion(x)                                                                         \
	do {                                                                                       \
		(x)->done = 0;                                                                     \
		spin_lock_init(&(x)->lock);                                                        \
		INIT_LIST_HEAD(&(x)->wait_list);                                                   \
	} while (0)

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

void complete(struct completion *x);
/* Everybody, now and later. */
void complete_all(struct completion *x);

void wait_for_completion(struct completion *x);
/* 0, or -ERESTARTSYS when a signal (a fatal one) came first. */
int wait_for_completion_interruptible(struct completion *x) __must_check;
int wait_for_completion_killable(struct completion *x) __must_check;
/* What is left of timeout_ns (at least 1), or 0 when time was up, or -ERESTARTSYS. */
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout_ns);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout_ns);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout_ns);
bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);

#endif
