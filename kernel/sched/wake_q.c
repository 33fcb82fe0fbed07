// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deferred wake-ups: see wake_q.h. Linux: wake_q_add() and wake_up_q() in kernel/sched/core.c.
 */
#include "kernel/x86/atomic.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/wake_q.h"

/* False: somebody else's wake_q has the task, and will wake it after this moment. */
static bool __wake_q_add(struct wake_q_head *head, struct task_struct *task)
{
	struct wake_q_node *node = &task->wake_q;

	/*
	 * The cmpxchg is a full barrier also when it fails: what the caller stored before is
	 * visible to the task that the other waker is going to wake.
	 */
	if (cmpxchg(&node->next, (struct wake_q_node *)NULL, WAKE_Q_TAIL))
		return false;
	*head->lastp = node;
	head->lastp = &node->next;
	return true;
}

void wake_q_add(struct wake_q_head *head, struct task_struct *task)
{
	if (__wake_q_add(head, task))
		get_task_struct(task);
}

void wake_q_add_safe(struct wake_q_head *head, struct task_struct *task)
{
	if (!__wake_q_add(head, task))
		put_task_struct(task);
}

void __wake_up_q(struct wake_q_head *head)
{
	struct wake_q_node *node = head->first;

	while (node != WAKE_Q_TAIL) {
		struct task_struct *task = container_of(node, struct task_struct, wake_q);

		node = node->next;
		/* From here on the task may be put on another wake_q. */
		WRITE_ONCE(task->wake_q.next, NULL);
		wake_up_process(task);
		put_task_struct(task);
	}
	wake_q_init(head);
}
