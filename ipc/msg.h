/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Message queues in memory. Private to the files ipc/msg*.c; the story and the locking are told in
 * ipc/msg.c. Linux: ipc/msg.c, include/linux/msg.h.
 */
#ifndef CONDUIT_IPC_MSG_H
#define CONDUIT_IPC_MSG_H

#include "kernel/uapi/msg.h"
#include "kernel/lib/list.h"
#include "kernel/x86/page.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/wake_q.h"
#include "ipc/pid.h"
#include "ipc/util.h"

struct task_struct;
struct msg_msgseg;

/*
 * One message, its first piece of text behind it. [I] never changes once loaded; [Q] the lock of
 * the queue that it stands in.
 */
struct msg_msg {
	struct list_head m_list; /* [Q] in msg_queue.q_messages */
	long m_type;             /* [I] at least 1 */
	size_t m_ts;             /* [I] bytes of text */
	struct msg_msgseg *next; /* [I] the second piece, or NULL */
	void *security;          /* the policy's */
};

/* A further piece of text, behind this head. */
struct msg_msgseg {
	struct msg_msgseg *next; /* [I] */
};

#define DATALEN_MSG ((size_t)PAGE_SIZE - sizeof(struct msg_msg))
#define DATALEN_SEG ((size_t)PAGE_SIZE - sizeof(struct msg_msgseg))

_Static_assert(sizeof(struct msg_msg) == 48, "the first page holds 4048 bytes of text");

/* [Q] q_perm.lock */
struct msg_queue {
	struct kern_ipc_perm q_perm;        /* first: ipc/util.c */
	time64_t q_stime, q_rtime, q_ctime; /* [Q] last msgsnd, msgrcv, change */
	unsigned long q_cbytes;             /* [Q] text in q_messages */
	unsigned long q_qnum;               /* [Q] messages in q_messages */
	unsigned long q_qbytes;             /* [Q] the limit of both */
	struct pid *q_lspid, *q_lrpid;      /* [Q] last sender and receiver: a reference or NULL */
	struct list_head q_messages;        /* [Q] oldest first */
	struct list_head q_receivers;       /* [Q] msg_receiver, FIFO */
	struct list_head q_senders;         /* [Q] msg_sender, FIFO */
};

_Static_assert(offsetof(struct msg_queue, q_perm) == 0, "found through its kern_ipc_perm");

/* How a receiver chooses. */
enum search_mode {
	SEARCH_ANY = 1,   /* the oldest */
	SEARCH_EQUAL,     /* the oldest of this type */
	SEARCH_NOTEQUAL,  /* … of another type */
	SEARCH_LESSEQUAL, /* the lowest type up to this, of these the oldest */
	SEARCH_NUMBER,    /* a position in the queue: MSG_COPY */
};

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

/* ---- msg_core.c: pure ---- */

/* What msgrcv()'s type and flags mean; *msgtyp becomes positive. */
enum search_mode convert_mode(long *msgtyp, int msgflg);
/* Does a receiver that waits for type in mode want a message of msgtype? */
bool testmsg(long msgtype, long type, enum search_mode mode);
/* The one to take, or NULL. Queue locked. */
struct msg_msg *find_msg(struct list_head *messages, long type, enum search_mode mode);
/* Is there room for msgsz bytes more? Queue locked. */
bool msg_fits_inqueue(const struct msg_queue *msq, size_t msgsz);

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
