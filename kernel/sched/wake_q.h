/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deferred wake-ups: collect tasks under a spinlock, wake them after it is released. Saves the
 * woken task from running into the lock at once.
 *
 * A task is on one wake_q at a time: wake_q_add() claims task->wake_q with cmpxchg; when another
 * waker has it already, that one's wake-up does for both. Each queued task is pinned by a
 * reference. Linux: include/linux/sched/wake_q.h.
 *
 *	DEFINE_WAKE_Q(wake_q);
 *	spin_lock(&lock); … wake_q_add(&wake_q, task); … spin_unlock(&lock);
 *	wake_up_q(&wake_q);
 */
#ifndef CONDUIT_SCHED_WAKE_Q_H
#define CONDUIT_SCHED_WAKE_Q_H

#include "kernel/lib/types.h"

struct task_struct;

/* In task_struct: NULL = on no queue, WAKE_Q_TAIL = last of one. */
struct wake_q_node {
	struct wake_q_node *next;
};

/* On the waker's stack. */
struct wake_q_head {
	struct wake_q_node *first;
	struct wake_q_node **lastp;
};

#define WAKE_Q_TAIL ((struct wake_q_node *)0x01)

#define DEFINE_WAKE_Q(name) struct wake_q_head name = { WAKE_Q_TAIL, &(name).first }

static inline void wake_q_init(struct wake_q_head *head)
{
	head->first = WAKE_Q_TAIL;
	head->lastp = &head->first;
}

static inline bool wake_q_empty(const struct wake_q_head *head)
{
	return head->first == WAKE_Q_TAIL;
}

/* The task must not vanish during the call; afterwards the queue holds a reference. */
void wake_q_add(struct wake_q_head *head, struct task_struct *task);
/* The same, but consumes a reference of the caller. */
void wake_q_add_safe(struct wake_q_head *head, struct task_struct *task);
/* Wakes all (TASK_NORMAL) and drops the references. */
void __wake_up_q(struct wake_q_head *head);

static inline void wake_up_q(struct wake_q_head *head)
{
	if (!wake_q_empty(head))
		__wake_up_q(head);
}

#endif
