// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket control messages: descriptors and credentials that travel with the bytes.
 *
 * Linux: net/core/scm.c, net/unix/af_unix.c. Start at: __scm_send.
 */
#include "ipc/scm.h"

#include "kernel/uapi/errno.h"
#include "kernel/sched/pid.h"
#include "ipc/skbuff.h"
#include "ipc/unix.h"

unsigned int unix_tot_inflight;

int __scm_send(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm)
{
	return -EINVAL; /* no control message is known yet */
}

void scm_set_own_creds(struct scm_cookie *scm)
{
}

void __scm_destroy(struct scm_cookie *scm)
{
}

void __scm_recv(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm, int flags)
{
}

int unix_scm_to_skb(struct scm_cookie *scm, struct sk_buff *skb, bool send_fds)
{
	return 0;
}

void maybe_add_creds(struct sk_buff *skb, const struct socket *sock, const struct sock *other)
{
}

void unix_destruct_scm(struct sk_buff *skb)
{
}

void unix_skb_to_scm(const struct sk_buff *skb, struct scm_cookie *scm)
{
}

bool unix_skb_scm_eq(const struct sk_buff *skb, const struct scm_cookie *scm)
{
	return true;
}

int unix_attach_fds(struct scm_cookie *scm, struct sk_buff *skb)
{
	return 0;
}

void unix_detach_fds(struct scm_cookie *scm, struct sk_buff *skb)
{
}

int unix_peek_fds(struct scm_cookie *scm, struct sk_buff *skb)
{
	return 0;
}

void unix_inflight(struct user_struct *user, struct file *file)
{
}

void unix_notinflight(struct user_struct *user, struct file *file)
{
}

void unix_gc(void)
{
}
