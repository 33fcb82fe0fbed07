/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Message queues in memory, and the pure functions that work on them. Also compiled on the host, for
 * tests/unit/test_msg_core.c. Linux has all of this in ipc/msg.c and include/linux/msg.h.
 */
#ifndef CONDUIT_IPC_MSG_CORE_H
#define CONDUIT_IPC_MSG_CORE_H

#include "kernel/uapi/msg.h"
#include "kernel/lib/list.h"
#include "kernel/x86/page.h"
#include "kernel/sched/ktime.h"
#include "ipc/pid.h"
#include "ipc/perm.h"

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

/* What msgrcv()'s type and flags mean; *msgtyp becomes positive. */
enum search_mode convert_mode(long *msgtyp, int msgflg);
/* Does a receiver that waits for type in mode want a message of msgtype? */
bool testmsg(long msgtype, long type, enum search_mode mode);
/* The one to take, or NULL. Queue locked. */
struct msg_msg *find_msg(struct list_head *messages, long type, enum search_mode mode);
/* Is there room for msgsz bytes more? Queue locked. */
bool msg_fits_inqueue(const struct msg_queue *msq, size_t msgsz);

#endif
