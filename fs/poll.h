/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Polling: a file's poll operation says which events hold now and, through poll_wait(), on which
 * wait queues it would tell of others. Linux: include/linux/poll.h.
 */
#ifndef CONDUIT_FS_POLL_H
#define CONDUIT_FS_POLL_H

#include "kernel/uapi/poll.h"
#include "kernel/uapi/eventpoll.h"
#include "kernel/sched/wait.h"
#include "fs/fs.h"

#define DEFAULT_POLLMASK (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

struct poll_table_struct;

/* Puts the poller on the queue. Sleeps, may fail silently: the table notes it. */
typedef void (*poll_queue_proc)(struct file *file, struct wait_queue_head *wq,
				struct poll_table_struct *table);

typedef struct poll_table_struct {
	poll_queue_proc qproc; /* NULL: the caller only wants the state */
	unsigned int key;      /* events of interest */
} poll_table;

static inline void poll_wait(struct file *file, struct wait_queue_head *wq, poll_table *table)
{
	if (table && table->qproc && wq) {
		table->qproc(file, wq, table);
		/* The poller looks at its state only now; pairs with wq_has_sleeper(). */
		smp_mb();
	}
}

static inline bool poll_does_not_wait(const poll_table *table)
{
	return !table || !table->qproc;
}

/* Events of interest to the poller: a driver may spare itself the others. */
static inline unsigned int poll_requested_events(const poll_table *table)
{
	return table ? table->key : ~0u;
}

static inline void init_poll_funcptr(poll_table *table, poll_queue_proc qproc)
{
	table->qproc = qproc;
	table->key = ~0u;
}

static inline unsigned int vfs_poll(struct file *file, poll_table *table)
{
	return file->f_op->poll ? file->f_op->poll(file, table) : DEFAULT_POLLMASK;
}

#endif
