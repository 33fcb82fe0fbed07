// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX datagrams and sequenced packets: sending and receiving messages.
 *
 * Idea: a message goes into the queue of the receiver as a whole, and leaves it as a whole. The sender
 *   of a datagram names the receiver or has one from connect(). A sequenced packet goes to the peer of
 *   a connection, as the bytes of a stream do, and is otherwise a datagram.
 * Rules: 1. A socket that has a peer takes messages from that one only. 2. Who is not the receiver's
 *   peer finds its queue full at sk_max_ack_backlog messages and waits on its peer_wait. 3. Who slept
 *   there and leaves without having sent passes the wake-up on: sleepers are exclusive.
 * Locking: the receiver's state lock to look and queue; both locks where a dead peer is let go of, or
 *   a poller of the sender is to be told of room. iolock around taking out and copying.
 * Sleeps: for room in the send buffer, for room in the receiver's queue, for a message; always without
 *   any lock.
 * Linux: net/unix/af_unix.c, net/core/datagram.c. Start at: unix_dgram_sendmsg, unix_dgram_recvmsg.
 */
#include "ipc/unix.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "ipc/scm.h"

/* ---- sending ---- */

/* A send under way: what to whom. */
struct dgram_send {
	struct socket *sock;
	struct msghdr *msg;
	struct sk_buff *skb;
	struct sock *other; /* a reference; NULL: still to be looked up */
	long timeo;
	bool waited; /* for room: rule 3 */
};

void unix_dgram_disconnected(struct sock *sk, struct sock *other)
{
	struct unix_sock *u = unix_sk(sk);
	struct sk_buff_head gone;
	bool tell;

	skb_queue_head_init(&gone);
	mutex_lock(&u->iolock); /* a reader may be copying from the first message */
	unix_state_lock(sk);
	skb_queue_splice_tail_init(&sk->sk_receive_queue, &gone);
	unix_state_unlock(sk);
	mutex_unlock(&u->iolock);
	if (skb_queue_empty(&gone))
		return;
	__skb_queue_purge(&gone);
	if (wq_has_sleeper(&u->peer_wait))
		wake_up_interruptible_all(&u->peer_wait);
	/* Messages of a peer that still has us as its own were lost. */
	unix_state_lock(other);
	tell = !sock_flag(other, SOCK_DEAD) && unix_peer(other) == sk;
	if (tell)
		WRITE_ONCE(other->sk_err, ECONNRESET);
	unix_state_unlock(other);
	if (tell)
		sk_error_report(other);
}

/* The receiver was closed: the association with it ends. 0: look up again, or -errno. */
static int dgram_other_dead(struct sock *sk, struct sock *other, const struct msghdr *msg)
{
	if (sk->sk_type == SOCK_SEQPACKET)
		return -EPIPE;
	unix_state_lock(sk);
	if (unix_peer(sk) != other) {
		unix_state_unlock(sk);
		return msg->msg_namelen ? 0 : -ECONNRESET;
	}
	unix_peer(sk) = NULL;
	WRITE_ONCE(sk->sk_state, TCP_CLOSE);
	unix_dgram_peer_wake_disconnect_wakeup(sk, other);
	unix_state_unlock(sk);
	unix_dgram_disconnected(sk, other);
	sock_put(other); /* that of the association */
	return -ECONNREFUSED;
}

/* May sk send to other? Rule 1. State lock of other held. */
static bool unix_may_send(const struct sock *sk, const struct sock *other)
{
	return !unix_peer(other) || unix_peer(other) == sk;
}

/* Is there no room in other for sk? Rule 2. State lock of other held. */
static bool dgram_no_room(const struct sock *sk, const struct sock *other)
{
	return other != sk && unix_peer(other) != sk && unix_recvq_full_lockless(other);
}

/* No room, and no waiting: -EAGAIN, and pollers of sk will hear of room. 0: there is some now. */
static int dgram_would_block(struct sock *sk, struct sock *other)
{
	int err = -EAGAIN;

	unix_state_lock(sk);
	if (unix_peer(sk) == other && !unix_dgram_peer_wake_me(sk, other))
		err = 0;
	unix_state_unlock(sk);
	return err;
}

/* Until other may have room: 0 or -EAGAIN, -ERESTARTSYS, -EINTR. No lock held. */
static int dgram_wait(struct dgram_send *send)
{
	struct sock *sk = send->sock->sk;
	long left;

	if (!send->timeo)
		return dgram_would_block(sk, send->other);
	left = unix_wait_for_peer(send->other, send->timeo);
	if (left < 0)
		return (int)left;
	send->waited = true;
	send->timeo = left;
	return 0;
}

/* One try to queue the message: 0; 1: begin again, there was something to wait for; or -errno. */
static int dgram_try_queue(struct dgram_send *send)
{
	struct sock *sk = send->sock->sk, *other = send->other;
	int err = 0;

	unix_state_lock(other);
	if (unlikely(!unix_may_send(sk, other))) {
		err = -EPERM;
	} else if (unlikely(sock_flag(other, SOCK_DEAD))) {
		unix_state_unlock(other);
		err = dgram_other_dead(sk, other, send->msg);
		sock_put(other);
		send->other = NULL;
		return err ? err : 1;
	} else if (unlikely(other->sk_shutdown & RCV_SHUTDOWN)) {
		err = -EPIPE;
	} else if (unix_refuses_rights(send->skb, other)) {
		err = -EPERM;
	} else if (unlikely(dgram_no_room(sk, other))) {
		unix_state_unlock(other);
		err = dgram_wait(send);
		return err ? err : 1;
	} else {
		unix_add_edges(send->skb, other);
		__skb_queue_tail(&other->sk_receive_queue, send->skb);
	}
	unix_state_unlock(other);
	return err;
}

/* To whom: 0 or -errno. */
static int dgram_find_other(struct dgram_send *send)
{
	struct msghdr *msg = send->msg;

	if (msg->msg_namelen)
		send->other = unix_find_other(msg->msg_name, msg->msg_namelen,
					      send->sock->sk->sk_type);
	else
		send->other = unix_peer_get(send->sock->sk);
	if (IS_ERR(send->other)) {
		int err = (int)PTR_ERR(send->other);

		send->other = NULL;
		return err;
	}
	return send->other ? 0 : -ENOTCONN;
}

/* Until the message is queued or cannot be: 0 or -errno. */
static int dgram_deliver(struct dgram_send *send)
{
	int err;

	do {
		err = send->other ? 0 : dgram_find_other(send);
		if (!err)
			err = dgram_try_queue(send);
	} while (err > 0);
	if (unlikely(err && send->waited && send->other))
		wake_up_interruptible_poll(&unix_sk(send->other)->peer_wait,
					   POLLOUT | POLLWRNORM | POLLWRBAND);
	return err;
}

/* The message in memory. NULL with *err set. */
static struct sk_buff *dgram_build(struct socket *sock, struct msghdr *msg, size_t len,
				   struct scm_cookie *scm, int *err)
{
	struct sk_buff *skb;

	skb = sock_alloc_send_skb(sock->sk, (unsigned int)len, msg->msg_flags & MSG_DONTWAIT, err);
	if (!skb)
		return NULL;
	*err = unix_scm_to_skb(scm, skb, true);
	if (*err >= 0)
		*err = skb_copy_datagram_from_iter(skb, &msg->msg_iter);
	if (likely(*err >= 0))
		return skb;
	kfree_skb(skb);
	return NULL;
}

/* Is there somebody to send to, and is the message one that can be? 0 or -errno. */
static int dgram_check(struct dgram_send *send, size_t len)
{
	struct sock *sk = send->sock->sk;
	struct msghdr *msg = send->msg;
	int err;

	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (msg->msg_namelen) {
		err = unix_validate_addr(msg->msg_name, msg->msg_namelen);
		if (err)
			return err;
	} else {
		err = dgram_find_other(send);
		if (err)
			return err;
	}
	if (unlikely(READ_ONCE(sk->sk_scm_credentials) || READ_ONCE(sk->sk_scm_pidfd))) {
		err = unix_autobind(sk);
		if (err)
			return err;
	}
	return len > (size_t)READ_ONCE(sk->sk_sndbuf) - 32 ? -EMSGSIZE : 0;
}

int unix_dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct dgram_send send = { .sock = sock, .msg = msg };
	struct scm_cookie scm;
	int err = scm_send(sock, msg, &scm, false);

	if (err < 0)
		return err;
	send.timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	err = dgram_check(&send, len);
	if (err)
		goto out;
	send.skb = dgram_build(sock, msg, len, &scm, &err);
	if (!send.skb)
		goto out;
	if (!send.other) {
		err = dgram_find_other(&send);
		if (err)
			goto out_free;
	}
	maybe_add_creds(send.skb, sock, send.other);
	err = dgram_deliver(&send);
	if (err)
		goto out_free;
	sock_def_readable(send.other);
	sock_put(send.other);
	scm_destroy(&scm);
	return (int)len;

out_free:
	kfree_skb(send.skb);
out:
	if (send.other)
		sock_put(send.other);
	scm_destroy(&scm);
	return err;
}

int unix_seqpacket_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	int err = sock_error(sk);

	if (err)
		return err;
	if (READ_ONCE(sk->sk_state) != TCP_ESTABLISHED)
		return -ENOTCONN;
	/* It goes to the peer, whoever is named. */
	msg->msg_namelen = 0;
	return unix_dgram_sendmsg(sock, msg, len);
}

/* ---- receiving ---- */

/* The first message that a peek with this offset reaches. State lock held. */
static struct sk_buff *dgram_first(struct sock *sk, size_t *skip)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	struct sk_buff *skb = skb_peek(queue);

	while (unlikely(skb && *skip && *skip >= skb->len)) {
		*skip -= skb->len;
		skb = skb_peek_next(skb, queue);
	}
	return skb;
}

/* What a reader saw that found no message. */
struct dgram_look {
	u32 seen;  /* how many had been queued */
	bool over; /* and no more would be */
};

/* Takes a message (or, to peek, leaves it). NULL: none, *err says why. iolock held. */
static struct sk_buff *dgram_try_take(struct sock *sk, int flags, size_t *skip, int *err,
				      struct dgram_look *look)
{
	struct sk_buff *skb;

	*err = sock_error(sk);
	if (unlikely(*err))
		return NULL;
	unix_state_lock(sk);
	skb = dgram_first(sk, skip);
	if (!skb)
		*err = -EAGAIN;
	else if (!(flags & MSG_PEEK))
		__skb_unlink(skb, &sk->sk_receive_queue);
	/* Under one lock, or a last message and the end behind it could come in between. */
	look->seen = sk->sk_receive_queue.queued;
	look->over = sk->sk_shutdown & RCV_SHUTDOWN;
	unix_state_unlock(sk);
	return skb;
}

static bool dgram_look_again(const struct sock *sk, u32 seen)
{
	return READ_ONCE(sk->sk_receive_queue.queued) != seen || READ_ONCE(sk->sk_err) ||
	       (READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN);
}

/* Room is no news for a reader: an exclusive wake-up for it is left to who waits for that. */
static int receiver_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
				  void *key)
{
	if (key && !(key_to_poll(key) & (POLLIN | POLLERR)))
		return 0;
	return autoremove_wake_function(entry, mode, flags, key);
}

/*
 * Until there may be a message: what is left of *timeo, in it, and 0; 1: none will come; or -errno. No
 * lock held.
 */
static int dgram_wait_for_packet(struct sock *sk, long *timeo, const struct dgram_look *look,
				 bool peek)
{
	struct wait_queue_entry entry;
	long left;

	if (look->over && (*timeo || sk->sk_type != SOCK_DGRAM))
		return 1;
	if (!*timeo)
		return -EAGAIN;
	/* A peek leaves the message to others, who must be woken too. */
	init_wait_entry(&entry, likely(!peek) ? WQ_FLAG_EXCLUSIVE : 0);
	entry.func = receiver_wake_function;
	left = wait_event_entry_interruptible_timeout(sk->sk_wq, &entry,
						      dgram_look_again(sk, look->seen), *timeo);
	if (left < 0)
		return sock_intr_errno(*timeo);
	*timeo = left;
	return 0;
}

/*
 * The next message, sleeping for it if need be: with iolock held, and peeked at or taken out. NULL:
 * *err is 0 (no more will come) or -errno, iolock is not held.
 */
static struct sk_buff *dgram_take(struct sock *sk, int flags, size_t *skip, int *err)
{
	struct unix_sock *u = unix_sk(sk);
	long timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	struct dgram_look look = { 0 };
	struct sk_buff *skb;

	for (;;) {
		mutex_lock(&u->iolock);
		*skip = (size_t)sk_peek_offset(sk, flags);
		skb = dgram_try_take(sk, flags, skip, err, &look);
		if (likely(skb))
			return skb;
		mutex_unlock(&u->iolock);
		if (*err != -EAGAIN)
			return NULL;
		*err = dgram_wait_for_packet(sk, &timeo, &look, flags & MSG_PEEK);
		if (*err) {
			*err = min(*err, 0);
			return NULL;
		}
	}
}

/* Descriptors of the message into scm; peeked at: second references. 0 or -errno. */
static int dgram_take_fds(struct sock *sk, struct sk_buff *skb, struct scm_cookie *scm, int flags,
			  unsigned int size)
{
	if (unlikely(flags & MSG_PEEK)) {
		sk_peek_offset_fwd(sk, (int)size);
		return unlikely(UNIXCB(skb).fp) ? unix_peek_fds(scm, skb) : 0;
	}
	sk_peek_offset_bwd(sk, (int)skb->len);
	if (unlikely(UNIXCB(skb).fp))
		unix_detach_fds(scm, skb);
	return 0;
}

int unix_dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags)
{
	struct sock *sk = sock->sk;
	struct unix_sock *u = unix_sk(sk);
	struct scm_cookie scm = { .creds = { 0, (uid_t)-1, (gid_t)-1 } };
	struct sk_buff *skb;
	size_t skip, rest;
	int err;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	skb = dgram_take(sk, flags, &skip, &err);
	if (!skb)
		return err;
	if (!(flags & MSG_PEEK) && wq_has_sleeper(&u->peer_wait))
		wake_up_interruptible_sync_poll(&u->peer_wait, POLLOUT | POLLWRNORM | POLLWRBAND);
	if (msg->msg_name)
		unix_copy_addr(msg, skb->sk);
	rest = skb->len - skip;
	if (size > rest)
		size = rest;
	else if (size < rest)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_iter(skb, (unsigned int)skip, &msg->msg_iter, (unsigned int)size);
	if (err)
		goto out;
	unix_skb_to_scm(skb, &scm);
	err = dgram_take_fds(sk, skb, &scm, flags, (unsigned int)size);
out:
	mutex_unlock(&u->iolock);
	if (!(flags & MSG_PEEK))
		kfree_skb(skb);
	if (err) {
		scm_destroy(&scm);
		return err;
	}
	scm_recv(sock, msg, &scm, flags);
	return (int)(flags & MSG_TRUNC ? rest : size);
}

int unix_seqpacket_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags)
{
	if (READ_ONCE(sock->sk->sk_state) != TCP_ESTABLISHED)
		return -ENOTCONN;
	return unix_dgram_recvmsg(sock, msg, size, flags);
}
