// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX streams: the urgent byte (MSG_OOB).
 *
 * Idea: the last byte of a send with MSG_OOB becomes a message of its own in the queue, to which
 *   oob_skb points: its place is the mark. recv(MSG_OOB) takes it from there; ordinary reads stop in
 *   front of it once and then go on behind it, without it (with it, when SO_OOBINLINE is on).
 * Rules: 1. oob_skb is in the queue, has one byte, and is not read by halves. 2. There is at most one:
 *   a second urgent byte makes the first an ordinary one.
 * Locking: the state lock for oob_skb; iolock outside it, since oob_skb may be taken out.
 * Linux: net/unix/af_unix.c (queue_oob, manage_oob), CONFIG_AF_UNIX_OOB. There a mark stays when its
 *   byte was taken by recv(MSG_OOB), and stops one read more. Start at: unix_next_beside_oob.
 */
#include "ipc/unix.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/sched/task.h"
#include "ipc/scm.h"

int unix_send_oob(struct socket *sock, struct sock *peer, struct msghdr *msg,
		  struct scm_cookie *scm, bool first)
{
	int err;
	struct sk_buff *skb = sock_alloc_send_skb(sock->sk, 1, msg->msg_flags & MSG_DONTWAIT, &err);

	if (!skb)
		return err;
	err = unix_scm_to_skb(scm, skb, first);
	if (err >= 0)
		err = skb_copy_datagram_from_iter(skb, &msg->msg_iter);
	if (err < 0)
		goto out_free;
	maybe_add_creds(skb, sock, peer);
	err = -EPERM;
	if (unix_refuses_rights(skb, peer))
		goto out_free;
	err = -EPIPE;
	unix_state_lock(peer);
	if (sock_flag(peer, SOCK_DEAD) || (peer->sk_shutdown & RCV_SHUTDOWN)) {
		unix_state_unlock(peer);
		goto out_free;
	}
	unix_add_edges(skb, peer);
	__skb_queue_tail(&peer->sk_receive_queue, skb);
	WRITE_ONCE(unix_sk(peer)->oob_skb, skb);
	sk_send_sigurg(peer);
	unix_state_unlock(peer);
	sock_def_readable(peer);
	return 0;

out_free:
	kfree_skb(skb);
	return err;
}

int unix_recv_oob(struct sock *sk, struct msghdr *msg, int flags)
{
	struct unix_sock *u = unix_sk(sk);
	bool take = !(flags & MSG_PEEK);
	struct sk_buff *skb;
	int err = -EINVAL;

	mutex_lock(&u->iolock);
	unix_state_lock(sk);
	skb = sock_flag(sk, SOCK_URGINLINE) ? NULL : u->oob_skb;
	if (skb && take) {
		WRITE_ONCE(u->oob_skb, NULL);
		__skb_unlink(skb, &sk->sk_receive_queue);
	}
	unix_state_unlock(sk);
	if (skb) {
		err = iov_iter_count(&msg->msg_iter) ?
			      skb_copy_datagram_iter(skb, 0, &msg->msg_iter, 1) :
			      0;
		if (!err) {
			msg->msg_flags |= MSG_OOB;
			err = 1;
		}
	}
	mutex_unlock(&u->iolock);
	if (skb && take)
		kfree_skb(skb); /* its descriptors are closed without a lock */
	return err;
}

/*
 * stream_next() of unix_stream.c while there is an urgent byte: NULL in front of it, when the read has
 * got something; the read that begins there takes it out of the way. State lock and iolock held.
 */
struct sk_buff *unix_next_beside_oob(struct sock *sk, size_t skip, int copied, int flags,
				     unsigned int *offset)
{
	struct unix_sock *u = unix_sk(sk);
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	bool is_inline = sock_flag(sk, SOCK_URGINLINE);
	struct sk_buff *skb;

	*offset = 0;
	for (skb = skb_peek(queue); skb; skb = skb_peek_next(skb, queue)) {
		if (skb == u->oob_skb) {
			if (copied)
				return NULL;
			if (!(flags & MSG_PEEK)) {
				/* An ordinary byte from now on, or an empty message, which goes. */
				WRITE_ONCE(u->oob_skb, NULL);
				if (!is_inline) {
					WRITE_ONCE(UNIXCB(skb).consumed, 1);
					return skb;
				}
			} else if (!is_inline) {
				continue;
			}
		}
		if (skip < unix_skb_len(skb)) {
			*offset = (unsigned int)skip;
			return skb;
		}
		skip -= unix_skb_len(skb);
	}
	return NULL;
}
