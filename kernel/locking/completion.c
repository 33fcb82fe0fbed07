// SPDX-License-Identifier: GPL-2.0-only
/*
 * Completions.
 *
 * Rules:
 *  1. complete() adds one to done and wakes the first waiter, taking it off the list; the waiter
 *     that finds done > 0 takes one off. A woken waiter looks at done before it looks at signals,
 *     so an event is never lost in a waiter that gives up.
 *  2. The completer touches nothing after it has released the lock, and the waiter returns only
 *     with the lock taken once more: then the object may be freed.
 * Linux: kernel/sched/completion.c.
 */
#include "kernel/locking/completion.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/x86/current.h"
#include "kernel/locking/sleep.h"

struct completion_waiter {
	struct list_head list;
	struct task_struct *task;
};

/* The lock is held. */
static void wake_first(struct completion *x)
{
	struct completion_waiter *waiter;

	waiter = list_first_entry(&x->wait_list, struct completion_waiter, list);
	list_del_init(&waiter->list);
	wake_up_process(waiter->task);
}

void complete(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->lock, flags);
	if (x->done != UINT32_MAX)
		x->done++;
	if (!list_empty(&x->wait_list))
		wake_first(x);
	spin_unlock_irqrestore(&x->lock, flags);
}

void complete_all(struct completion *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->lock, flags);
	x->done = UINT32_MAX;
	while (!list_empty(&x->wait_list))
		wake_first(x);
	spin_unlock_irqrestore(&x->lock, flags);
}

/* What is left of the time (at least 1), 0 when time was up, -ERESTARTSYS after a signal. */
static long wait(struct completion *x, long timeout_ns, unsigned int state)
{
	struct completion_waiter waiter = { LIST_HEAD_INIT(waiter.list), current };
	long ret = timeout_ns;

	might_sleep();
	spin_lock_irq(&x->lock);
	while (!x->done && ret > 0) {
		if (list_empty(&waiter.list))
			list_add_tail(&waiter.list, &x->wait_list);
		if (current_signal_pending_state(state)) {
			ret = -ERESTARTSYS;
			break;
		}
		__set_current_state(state);
		spin_unlock_irq(&x->lock);
		ret = schedule_timeout(ret);
		spin_lock_irq(&x->lock);
	}
	list_del_init(&waiter.list);
	if (x->done) {
		if (x->done != UINT32_MAX)
			x->done--;
		ret = ret > 0 ? ret : 1;
	}
	spin_unlock_irq(&x->lock);
	return ret;
}

void wait_for_completion(struct completion *x)
{
	wait(x, MAX_SCHEDULE_TIMEOUT, TASK_UNINTERRUPTIBLE);
}

int wait_for_completion_interruptible(struct completion *x)
{
	long ret = wait(x, MAX_SCHEDULE_TIMEOUT, TASK_INTERRUPTIBLE);

	return ret < 0 ? (int)ret : 0;
}

int wait_for_completion_killable(struct completion *x)
{
	long ret = wait(x, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE);

	return ret < 0 ? (int)ret : 0;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout_ns)
{
	return wait(x, timeout_ns, TASK_UNINTERRUPTIBLE);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout_ns)
{
	return wait(x, timeout_ns, TASK_INTERRUPTIBLE);
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout_ns)
{
	return wait(x, timeout_ns, TASK_KILLABLE);
}

bool try_wait_for_completion(struct completion *x)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&x->lock, flags);
	done = x->done != 0;
	if (done && x->done != UINT32_MAX)
		x->done--;
	spin_unlock_irqrestore(&x->lock, flags);
	return done;
}

bool completion_done(struct completion *x)
{
	unsigned long flags;
	bool done;

	/* The lock: a completer that is still inside is waited for (rule 2). */
	spin_lock_irqsave(&x->lock, flags);
	done = x->done != 0;
	spin_unlock_irqrestore(&x->lock, flags);
	return done;
}
