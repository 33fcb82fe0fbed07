/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Socket control messages: descriptors and credentials that travel with the bytes.
 * Implemented in ipc/scm.c (the user's side), ipc/scm_unix.c (the message's side) and
 * ipc/unix_gc.c (sockets in flight, and cycles of them).
 * Linux: include/net/scm.h.
 */
#ifndef CONDUIT_IPC_SCM_H
#define CONDUIT_IPC_SCM_H

#include "kernel/lib/list.h"
#include "kernel/lib/types.h"
#include "ipc/sock.h"

struct file;
struct pid;
struct sk_buff;
struct socket;
struct unix_sock;
struct user_struct;

#define SCM_MAX_FD 253 /* descriptors in one message */

struct scm_creds {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/*
 * Descriptors on their way, as files. One owner at a time: a scm_cookie, a message, or the list of
 * those to be closed. [G] unix_gc_lock, [I] never changes once in a message.
 */
struct scm_fp_list {
	short count;                /* [I] */
	short max;                  /* [I] places in fp */
	short count_unix;           /* [I] how many are AF_UNIX sockets */
	struct user_struct *user;   /* [I] a reference: whose unix_inflight they count in */
	struct unix_sock *receiver; /* [G] in whose queue it is; NULL: not in flight */
	struct sk_buff *skb;        /* [G] the message that owns it, while in flight */
	struct list_head list;      /* [G] in receiver->gc_queue; or in a struct scm_work */
	struct file *fp[];
};

/* What one message carries: on the stack of sendmsg() and recvmsg(). */
struct scm_cookie {
	struct pid *pid;        /* a reference, or NULL */
	struct scm_fp_list *fp; /* or NULL */
	struct scm_creds creds;
};

/* For send: what control messages say, and the sender's own credentials (always with forcecreds). */
int __scm_send(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm);
void scm_set_own_creds(struct scm_cookie *scm);
void __scm_destroy(struct scm_cookie *scm);
/* For receive: to the user's control buffer, as far as there is room; consumes what scm holds. */
void __scm_recv(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm, int flags);

/* 0 or -errno: then nothing has to be destroyed. Ends with scm_destroy(). */
static inline int scm_send(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm,
			   bool forcecreds)
{
	scm->pid = NULL;
	scm->fp = NULL;
	scm->creds = (struct scm_creds){ 0, (uid_t)-1, (gid_t)-1 };
	if (forcecreds)
		scm_set_own_creds(scm);
	if (likely(!msg->msg_controllen))
		return 0;
	return __scm_send(sock, msg, scm);
}

static inline void scm_destroy(struct scm_cookie *scm)
{
	if (unlikely(scm->pid || scm->fp))
		__scm_destroy(scm);
}

static inline void scm_recv(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm,
			    int flags)
{
	struct sock *sk = sock->sk;

	if (likely(!msg->msg_control && !scm->fp && !sk->sk_scm_credentials && !sk->sk_scm_pidfd))
		scm_destroy(scm);
	else
		__scm_recv(sock, msg, scm, flags);
}

/*
 * Into a message before it is queued: moves what scm holds (descriptors only with send_fds: on a
 * stream they go with the first piece). 0, -ETOOMANYREFS. No lock held.
 */
int unix_scm_to_skb(struct scm_cookie *scm, struct sk_buff *skb, bool send_fds);
/* If SO_PASSCRED is on at either end, a message that names no sender gets one. Before queueing. */
void maybe_add_creds(struct sk_buff *skb, const struct socket *sock, const struct sock *other);
/* The end of a message: lets go of what it still carries. From kfree_skb(), no lock held. */
void unix_destruct_scm(struct sk_buff *skb);
/* Credentials of a message into scm (a reference to the pid), for scm_recv(). */
void unix_skb_to_scm(const struct sk_buff *skb, struct scm_cookie *scm);
/* Do scm and the message come from the same sender? For streams with SO_PASSCRED. */
bool unix_skb_scm_eq(const struct sk_buff *skb, const struct scm_cookie *scm);

/*
 * Descriptors between a message and scm: into it; out of it; a second reference to each (PEEK:
 * 0 or -ENOMEM). Not with the state lock; the message is not freed meanwhile (iolock, or unlinked).
 */
int unix_attach_fds(struct scm_cookie *scm, struct sk_buff *skb);
void unix_detach_fds(struct scm_cookie *scm, struct sk_buff *skb);
int unix_peek_fds(struct scm_cookie *scm, struct sk_buff *skb);

/* SO_PASSRIGHTS is off and the message has descriptors: -EPERM. */
static inline bool unix_refuses_rights(const struct sk_buff *skb, const struct sock *other)
{
	return unlikely(UNIXCB(skb).fp && !READ_ONCE(other->sk_scm_rights));
}

/* Frees fpl and closes its files, now or, inside such a closing, soon. Sleeps. */
void scm_fp_free(struct scm_fp_list *fpl);
/* An empty list of that size, nobody's. NULL: no memory. */
struct scm_fp_list *scm_fp_alloc(int max);
/* Lets unix_gc_collect() work, now or behind the closing under way. */
void scm_collect(void);

/*
 * Closings that wait for the one under way, of this task: a socket's end ends messages, whose files
 * may be sockets, whose ends … so the list replaces a recursion.
 */
struct scm_work {
	struct list_head list; /* scm_fp_list */
	bool collect;          /* unix_gc() was asked for meanwhile */
};

/* ---- ipc/unix_gc.c ---- */

void __unix_add_edges(struct sk_buff *skb, struct unix_sock *receiver);

/* The message is put into the receiver's queue. Its state lock is held, and it is not dead. */
static inline void unix_add_edges(struct sk_buff *skb, struct sock *receiver)
{
	if (unlikely(UNIXCB(skb).fp))
		__unix_add_edges(skb, (struct unix_sock *)receiver);
}

/* accept() gives the socket to somebody: it has no listener any more. State lock held. */
void unix_update_edges(struct sock *receiver);
/* Takes the descriptors out of the message, out of flight. NULL: it has none (any more). */
struct scm_fp_list *unix_del_edges(struct sk_buff *skb);
/* A second reference to each file of the message, which has copy->max of them. */
void unix_copy_edges(const struct sk_buff *skb, struct scm_fp_list *copy);

void unix_gc_init_sock(struct unix_sock *u);
/* Collects sockets that only messages refer to which nobody can receive. Sleeps; no lock held. */
void unix_gc(void);
/* More in flight than ever after the last collection: another one. Sleeps; no lock held. */
void wait_for_unix_gc(void);
/* Moves what can be collected now to the list. Any? */
bool unix_gc_collect(struct list_head *garbage);
extern unsigned int unix_tot_inflight; /* references to sockets in flight */

#endif
