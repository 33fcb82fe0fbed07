/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POSIX message queues: a queue, its sleepers, and what the files ipc/mqueue*.c offer each other. The
 * story and the locking are told in ipc/mqueue.c, the order of messages is in mqueue_core.h.
 * Linux: ipc/mqueue.c.
 */
#ifndef CONDUIT_IPC_MQUEUE_H
#define CONDUIT_IPC_MQUEUE_H

#include "kernel/uapi/signal.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/wait.h"
#include "fs/fs.h"
#include "ipc/mqueue_core.h"

struct ipc_namespace;
struct sk_buff;
struct user_struct;

/* The two lists of sleepers. */
#define SEND 0
#define RECV 1

/* ext_wait_queue.state */
#define STATE_NONE  0 /* it waits, and stands in its list */
#define STATE_READY 1 /* its message was handed over or taken over */
#define STATE_NOMEM 2 /* a sender's message could not be queued for want of memory */

/* A sleeping mq_timedsend() or mq_timedreceive(), on its stack. [Q] the queue's lock, [O] the sleeper */
struct ext_wait_queue {
	struct task_struct *task; /* [O] */
	struct list_head list;    /* [Q] */
	struct msg_msg *msg;      /* the sender's; the receiver's, written before state */
	int state;                /* STATE_*; the waker's last word: release/acquire */
};

/* One queue: the inode of its name. [Q] lock, [I] never changes */
struct mqueue_inode_info {
	spinlock_t lock;
	struct posix_msg_tree msg_tree; /* [Q] */
	struct list_head e_wait_q[2];   /* [Q] ext_wait_queue; who is served first stands last */
	struct mq_attr attr;            /* [I], mq_curmsgs [Q]; mq_flags is not used */
	unsigned long qsize;            /* [Q] bytes in all messages */
	wait_queue_head_t wait_q;       /* pollers */
	struct sigevent notify;         /* [Q] while notify_owner is set */
	struct pid *notify_owner;       /* [Q] the process that is registered, or NULL */
	struct sk_buff *notify_cookie;  /* [Q] SIGEV_THREAD: what the socket will get; or NULL */
	u32 notify_self_exec_id;        /* [Q] of its program: another one gets no signal */
	struct user_struct *user;       /* [I] who is charged for it */
	struct inode vfs_inode;
};

static inline struct mqueue_inode_info *MQUEUE_I(struct inode *inode)
{
	return container_of(inode, struct mqueue_inode_info, vfs_inode);
}

/* ---- mqueue_fs.c ---- */

extern const struct file_operations mqueue_file_operations;

/* The queue behind a file, if it is one and open for mode (0: for anything), or NULL. */
static inline struct mqueue_inode_info *mqueue_of(const struct file *file, fmode_t mode)
{
	if (!file || file->f_op != &mqueue_file_operations || (file->f_mode & mode) != mode)
		return NULL;
	return MQUEUE_I(file_inode(file));
}

/* Makes the queue that dentry is to name; arg: mq_attr, or NULL. The directory is locked. */
int mqueue_create_attr(struct dentry *dentry, umode_t mode, void *arg);

/* ---- mqueue_notify.c ---- */

/* A message came into the queue: tells the registered process, if the queue was empty. Locked. */
void __do_notify(struct mqueue_inode_info *info);
/* Nobody is registered any more. Locked. */
void remove_notification(struct mqueue_inode_info *info);
/* A descriptor of the queue is closed by the calling process. */
int mqueue_flush_file(struct file *file);

#endif
