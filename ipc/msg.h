/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Message queues: sleepers, and what the files ipc/msg*.c offer each other. The story and the locking
 * are told in ipc/msg.c, the structures are in msg_core.h. Linux: ipc/msg.c.
 */
#ifndef CONDUIT_IPC_MSG_H
#define CONDUIT_IPC_MSG_H

#include "kernel/sched/wake_q.h"
#include "ipc/msg_core.h"
#include "ipc/util.h"

struct task_struct;

/* A sleeping msgrcv(), on its stack. [O] the sleeper */
struct msg_receiver {
	struct list_head r_list;   /* [Q] */
	struct task_struct *r_tsk; /* [O] */
	enum search_mode r_mode;   /* [O] */
	long r_msgtype;            /* [O] */
	size_t r_maxsize;          /* [O] */
	struct msg_msg *r_msg;     /* ERR_PTR(-EAGAIN) while it waits; the waker's last word:
					release/acquire */
};

/* A sleeping msgsnd(), on its stack. */
struct msg_sender {
	struct list_head list;   /* [Q]; next == NULL: the queue is gone */
	struct task_struct *tsk; /* [O] */
	size_t msgsz;            /* [O] */
};

static inline struct msg_queue *msq_of_perm(struct kern_ipc_perm *perm)
{
	return container_of(perm, struct msg_queue, q_perm);
}

/* ---- msgutil.c ---- */

/* A message with this text of the caller's. ERR_PTR(-ENOMEM), (-EFAULT). Sleeps. */
struct msg_msg *load_msg(const void __user *src, size_t len);
/* The first len bytes of its text go to the caller: 0 or -1. Sleeps. */
int store_msg(void __user *dest, struct msg_msg *msg, size_t len);
/* dst becomes as src. dst, or ERR_PTR(-EINVAL): it has not so much room. */
struct msg_msg *copy_msg(struct msg_msg *src, struct msg_msg *dst);
void free_msg(struct msg_msg *msg);

/* ---- msg.c ---- */

void msg_rcu_free(struct rcu_head *head);
/* ERR_PTR(-EINVAL). Inside rcu_read_lock(). */
struct msg_queue *msq_obtain_object_check(struct ipc_namespace *ns, int id);
/* Every sleeping receiver gets res. Queue locked. */
void expunge_all(struct msg_queue *msq, int res, struct wake_q_head *wake_q);
/* Wakes senders whose message fits now; kill: all, as the queue goes. Queue locked. */
void ss_wakeup(struct msg_queue *msq, struct wake_q_head *wake_q, bool kill);
/* Removes it. rwsem for writing, locked inside rcu_read_lock(): unlocks both. */
void freeque(struct ipc_namespace *ns, struct kern_ipc_perm *ipcp);

#endif
