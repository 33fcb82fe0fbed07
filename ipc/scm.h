/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Socket control messages: descriptors and credentials that travel with the bytes.
 * Implemented in ipc/scm.c; which sockets are in flight, and cycles of them, in ipc/unix_gc.c.
 * Linux: include/net/scm.h.
 */
#ifndef CONDUIT_IPC_SCM_H
#define CONDUIT_IPC_SCM_H

#include "kernel/lib/types.h"
#include "ipc/sock.h"

struct file;
struct pid;
struct sk_buff;
struct socket;
struct user_struct;

#define SCM_MAX_FD 253 /* descriptors in one message */

struct scm_creds {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* Descriptors on their way, as files. */
struct scm_fp_list {
	short count;
	short max;
	struct user_struct *user; /* whose unix_inflight they count in */
	struct file *fp[SCM_MAX_FD];
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
 * stream they go with the first piece). 0, -ETOOMANYREFS, -ENOMEM. No lock held.
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

/* Descriptors between a message and scm: into it; out of it; a second reference to each (PEEK). */
int unix_attach_fds(struct scm_cookie *scm, struct sk_buff *skb);
void unix_detach_fds(struct scm_cookie *scm, struct sk_buff *skb);
int unix_peek_fds(struct scm_cookie *scm, struct sk_buff *skb);

/* A file is now (no longer) in a message: counts, and tells the garbage collector. */
void unix_inflight(struct user_struct *user, struct file *file);
void unix_notinflight(struct user_struct *user, struct file *file);
/* Collects sockets that only messages refer to which nobody can receive. ipc/unix_gc.c. Sleeps. */
void unix_gc(void);
extern unsigned int unix_tot_inflight; /* sockets in flight */

#endif
