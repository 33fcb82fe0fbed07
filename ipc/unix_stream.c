// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX streams: sending and receiving bytes.
 *
 * Idea: what is sent goes into messages of up to UNIX_SKB_MAX bytes, each made and filled before the
 *   receiver's lock is taken. A reader eats from the first ones; how much of the first is gone is
 *   noted in it (consumed). Only whole, empty messages leave the queue.
 * Rules: 1. A message does not change once it is queued, but for consumed, which readers change under
 *   iolock. So a reader copies from the first message without the state lock: nobody but a reader
 *   takes it out while the descriptor is open. 2. A read does not go beyond a message that had
 *   descriptors, nor, with SO_PASSCRED, from one sender to the next. 3. What was moved before an
 *   error is reported; the error then comes with the next call, or not at all.
 * Locking: the peer's state lock to queue, the own one to look and to take out; iolock around a read.
 * Sleeps: senders for room (sock_alloc_send_skb), readers for data, without any lock.
 * Linux: net/unix/af_unix.c. Urgent data: unix_oob.c. Start at: unix_stream_sendmsg,
 *   unix_stream_read. Tests: tests/ipc/unix_stream.c and others of that name.
 */
#include "ipc/unix.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "ipc/scm.h"

/* One message of a stream: eight pages, so that a nonblocking write fills what room there is. */
#define UNIX_SKB_MAX (8 * PAGE_SIZE)

/* ---- sending ---- */

/* The next message: at most half of the send buffer, so that two are under way. */
static unsigned int next_piece(const struct sock *sk, size_t left)
{
	size_t half = (size_t)(READ_ONCE(sk->sk_sndbuf) >> 1) - 64;

	return (unsigned int)min(min(left, half), UNIX_SKB_MAX);
}

/* Queues a message with peer: false when nobody will read it. */
static bool unix_stream_queue(struct sock *peer, struct sk_buff *skb)
{
	unix_state_lock(peer);
	if (unlikely(sock_flag(peer, SOCK_DEAD) || (peer->sk_shutdown & RCV_SHUTDOWN))) {
		unix_state_unlock(peer);
		return false;
	}
	unix_add_edges(skb, peer);
	__skb_queue_tail(&peer->sk_receive_queue, skb);
	unix_state_unlock(peer);
	sock_def_readable(peer);
	return true;
}

/* Nobody can read any more. first: nothing of this call was sent, so a signal is due. */
static int stream_pipe_error(const struct msghdr *msg, bool first)
{
	if (first && !(msg->msg_flags & MSG_NOSIGNAL))
		send_sig(SIGPIPE, current, 0);
	return -EPIPE;
}

/* One message of the next bytes to peer. The bytes, or -errno. */
static int send_piece(struct socket *sock, struct sock *peer, struct msghdr *msg,
		      struct scm_cookie *scm, unsigned int size, bool first)
{
	int err;
	struct sk_buff *skb = sock_alloc_send_skb(sock->sk, size, msg->msg_flags & MSG_DONTWAIT,
						  &err);

	if (unlikely(!skb))
		return err; /* as on Linux: also EPIPE, without SIGPIPE for who slept here */
	/* Descriptors go with the first piece only. */
	err = unix_scm_to_skb(scm, skb, first);
	if (unlikely(err < 0))
		goto out_free;
	err = skb_copy_datagram_from_iter(skb, &msg->msg_iter);
	if (unlikely(err))
		goto out_free;
	maybe_add_creds(skb, sock, peer);
	err = -EPERM;
	if (unix_refuses_rights(skb, peer))
		goto out_free;
	if (likely(unix_stream_queue(peer, skb)))
		return (int)size;
	err = stream_pipe_error(msg, first);

out_free:
	kfree_skb(skb);
	return err;
}

/* Does the type of message fit the state? 0 or -errno. */
static int check_stream_send(const struct sock *sk, const struct msghdr *msg)
{
	if (unlikely(msg->msg_namelen))
		return READ_ONCE(sk->sk_state) == TCP_ESTABLISHED ? -EISCONN : -EOPNOTSUPP;
	if (unlikely(!READ_ONCE(unix_peer(sk))))
		return -ENOTCONN;
	if (unlikely(READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN))
		return stream_pipe_error(msg, true);
	return 0;
}

int unix_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk, *peer;
	bool urgent = msg->msg_flags & MSG_OOB;
	struct scm_cookie scm;
	size_t sent = 0;
	int err = scm_send(sock, msg, &scm, false);

	if (unlikely(err < 0))
		return err;
	if (unlikely(urgent)) {
		err = len ? 0 : -EOPNOTSUPP;
		if (err)
			goto out;
		len--; /* the last byte goes by itself */
	}
	err = check_stream_send(sk, msg);
	if (unlikely(err))
		goto out;
	peer = READ_ONCE(unix_peer(sk)); /* rule 3 of unix_sock.c */
	while (sent < len) {
		err = send_piece(sock, peer, msg, &scm, next_piece(sk, len - sent), !sent);
		if (unlikely(err < 0))
			goto out;
		sent += (size_t)err;
	}
	if (unlikely(urgent)) {
		err = unix_send_oob(sock, peer, msg, &scm, !sent);
		if (err)
			goto out;
		sent++;
	}
	scm_destroy(&scm);
	return (int)sent;

out:
	scm_destroy(&scm);
	return sent ? (int)sent : err;
}

/* ---- receiving ---- */

/* A read under way. */
struct stream_read {
	struct msghdr *msg;
	struct scm_cookie scm;
	size_t left; /* bytes still wanted */
	size_t skip; /* MSG_PEEK: bytes from the first unread one that are passed over */
	int copied, flags;
	bool check_creds; /* scm says who sent what was read so far */
	bool named;       /* the sender's address was given */
};

/*
 * Until something is queued that was not when seen was read, or there is nothing to wait for: what is
 * left of timeo, or -ERESTARTSYS, -EINTR. No lock held.
 */
static long unix_stream_data_wait(struct sock *sk, long timeo, u32 seen)
{
	long left = wait_event_interruptible_timeout(
		sk->sk_wq,
		READ_ONCE(sk->sk_receive_queue.queued) != seen || READ_ONCE(sk->sk_err) ||
			(READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN),
		timeo);

	return left < 0 ? sock_intr_errno(timeo) : left;
}

/*
 * The message to read from next and where in its unread bytes; NULL: none (yet), or the read ends
 * before the urgent byte. State lock held.
 */
static struct sk_buff *stream_next(struct sock *sk, struct stream_read *read, unsigned int *offset)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	struct sk_buff *skb = skb_peek(queue);
	size_t skip = read->skip;

	if (unlikely(unix_sk(sk)->oob_skb))
		return unix_next_beside_oob(sk, skip, read->copied, read->flags, offset);
	while (unlikely(skb && skip && skip >= unix_skb_len(skb))) {
		skip -= unix_skb_len(skb);
		skb = skb_peek_next(skb, queue);
	}
	*offset = (unsigned int)skip;
	return skb;
}

/*
 * No message: 0 = wait for one; 1 = the read is over with what it has; or the pending error. State
 * lock held.
 */
static int stream_empty(struct sock *sk, const struct stream_read *read, int target)
{
	int err;

	/* Also with MSG_WAITALL, a peek takes what is there, and the urgent byte ends a read. */
	if (read->copied >= target ||
	    (read->copied && ((read->flags & MSG_PEEK) || unix_sk(sk)->oob_skb)))
		return 1;
	err = sock_error(sk);
	if (err)
		return err;
	return sk->sk_shutdown & RCV_SHUTDOWN ? 1 : 0;
}

/* Are this message's credentials those of the bytes before it? The first one's are noted. */
static bool stream_same_sender(const struct sock *sk, struct sk_buff *skb, struct stream_read *read)
{
	if (unlikely(read->check_creds))
		return unix_skb_scm_eq(skb, &read->scm);
	if (unlikely(READ_ONCE(sk->sk_scm_credentials) || READ_ONCE(sk->sk_scm_pidfd))) {
		unix_skb_to_scm(skb, &read->scm);
		read->check_creds = true;
	}
	return true;
}

/* bytes of skb were copied and stay: 1 when the read ends here. */
static int stream_peeked(struct sock *sk, struct sk_buff *skb, struct stream_read *read,
			 unsigned int bytes)
{
	sk_peek_offset_fwd(sk, (int)bytes);
	read->skip += bytes;
	return UNIXCB(skb).fp ? 1 : 0; /* rule 2 */
}

/* bytes of skb were copied and are gone: the same. */
static int stream_consumed(struct sock *sk, struct sk_buff *skb, struct stream_read *read,
			   unsigned int bytes)
{
	int over = 0;

	sk_peek_offset_bwd(sk, (int)bytes);
	if (unlikely(UNIXCB(skb).fp)) {
		unix_detach_fds(&read->scm, skb);
		over = 1; /* rule 2 */
	}
	if (bytes < unix_skb_len(skb)) {
		WRITE_ONCE(UNIXCB(skb).consumed, UNIXCB(skb).consumed + bytes);
		return over;
	}
	unix_state_lock(sk);
	__skb_unlink(skb, &sk->sk_receive_queue);
	unix_state_unlock(sk);
	consume_skb(skb);
	return over;
}

/* Copies what is wanted from skb. 0; 1 when the read is over; or -errno. iolock held. */
static int stream_read_skb(struct sock *sk, struct sk_buff *skb, unsigned int offset,
			   struct stream_read *read)
{
	unsigned int bytes = (unsigned int)min_t(size_t, unix_skb_len(skb) - offset, read->left);
	bool peek = read->flags & MSG_PEEK;
	int err;

	if (unlikely(!stream_same_sender(sk, skb, read)))
		return 1;
	if (unlikely(read->msg->msg_name && !read->named)) {
		unix_copy_addr(read->msg, skb->sk);
		read->named = true;
	}
	if (unlikely(peek && UNIXCB(skb).fp)) {
		err = unix_peek_fds(&read->scm, skb);
		if (err < 0)
			return err;
	}
	err = skb_copy_datagram_iter(skb, UNIXCB(skb).consumed + offset, &read->msg->msg_iter,
				     bytes);
	if (unlikely(err))
		return err;
	read->copied += (int)bytes;
	read->left -= bytes;
	return unlikely(peek) ? stream_peeked(sk, skb, read, bytes) :
				stream_consumed(sk, skb, read, bytes);
}

/* The loop of a read: 0 or -errno. Called and returns with iolock held, sleeps without. */
static int unix_stream_read(struct sock *sk, struct stream_read *read, int target, long timeo)
{
	struct unix_sock *u = unix_sk(sk);
	unsigned int offset;
	struct sk_buff *skb;
	int err;
	u32 seen;

	for (;;) {
		unix_state_lock(sk);
		skb = stream_next(sk, read, &offset);
		if (likely(skb)) {
			unix_state_unlock(sk);
			err = stream_read_skb(sk, skb, offset, read);
			if (err || !read->left)
				return min(err, 0);
			continue;
		}
		seen = sk->sk_receive_queue.queued;
		err = stream_empty(sk, read, target);
		unix_state_unlock(sk);
		if (err)
			return min(err, 0);
		if (!timeo)
			return -EAGAIN;
		mutex_unlock(&u->iolock);
		timeo = unix_stream_data_wait(sk, timeo, seen);
		mutex_lock(&u->iolock);
		if (timeo < 0)
			return (int)timeo;
	}
}

int unix_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags)
{
	struct sock *sk = sock->sk;
	struct unix_sock *u = unix_sk(sk);
	struct stream_read read = {
		.msg = msg,
		.scm.creds = { 0, 0, 0 }, /* what Linux tells at the end, where nobody sent */
		.left = size,
		.flags = flags,
	};
	int target = sock_rcvlowat(sk, flags & MSG_WAITALL, (int)size), err;

	if (unlikely(READ_ONCE(sk->sk_state) != TCP_ESTABLISHED))
		return -EINVAL;
	if (unlikely(flags & MSG_OOB))
		return unix_recv_oob(sk, msg, flags);
	mutex_lock(&u->iolock);
	read.skip = (size_t)sk_peek_offset(sk, flags);
	err = unix_stream_read(sk, &read, target, sock_rcvtimeo(sk, flags & MSG_DONTWAIT));
	mutex_unlock(&u->iolock);
	if (unlikely(err < 0 && !read.copied)) {
		scm_destroy(&read.scm);
		return err;
	}
	scm_recv(sock, msg, &read.scm, flags);
	return read.copied;
}
