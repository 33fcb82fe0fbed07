// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX: listen(), connect(), accept().
 *
 * Idea: connect() makes the whole connection. The new socket of the server's side, the embryo, is made
 *   by the client, tied to it, and queued with the listener in a message without bytes; accept() only
 *   takes it out and gives it a descriptor. So a client may send before anybody accepts.
 * Data:	client ◀──peer──▶ embryo ◀─sk─ skb in the listener's sk_receive_queue
 * Rules: 1. The reference that a socket has to its sock is the queue's until accept(). 2. At most
 *   sk_max_ack_backlog + 1 wait; who finds the queue full sleeps on the listener's peer_wait and passes
 *   the wake-up on if it leaves without connecting. 3. An embryo that nobody accepts is reset.
 * Locking: both state locks while client and embryo are tied and queued; the embryo is seen by nobody
 *   before that.
 * Sleeps: connect() for a place, accept() for a connection, without a lock.
 * Linux: net/unix/af_unix.c. Start at: unix_stream_connect.
 */
#include "ipc/unix.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "fs/namei.h"
#include "ipc/scm.h"

/* ---- listen ---- */

int unix_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;
	bool more;

	if (!smp_load_acquire(&unix_sk(sk)->addr))
		return -EINVAL;
	unix_state_lock(sk);
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		goto out;
	more = (u32)backlog > sk->sk_max_ack_backlog;
	WRITE_ONCE(sk->sk_max_ack_backlog, (u32)backlog);
	/* After that: a sleeper looks again without the lock, and sleeps on if it sees the old one. */
	if (more && wq_has_sleeper(&unix_sk(sk)->peer_wait))
		wake_up_interruptible_all(&unix_sk(sk)->peer_wait);
	WRITE_ONCE(sk->sk_state, TCP_LISTEN);
	init_peercred(sk); /* who listens now is whom clients see */
	err = 0;
out:
	unix_state_unlock(sk);
	return err;
}

/* ---- connect ---- */

static bool unix_peer_has_room(const struct sock *other)
{
	return sock_flag(other, SOCK_DEAD) || (READ_ONCE(other->sk_shutdown) & RCV_SHUTDOWN) ||
	       !unix_recvq_full_lockless(other);
}

long unix_wait_for_peer(struct sock *other, long timeo)
{
	long left = wait_event_interruptible_exclusive_timeout(unix_sk(other)->peer_wait,
							       unix_peer_has_room(other), timeo);

	return left < 0 ? sock_intr_errno(timeo) : left;
}

/* Ties the client, the embryo and the listener together. Both state locks held. */
static void connect_embryo(struct socket *sock, struct sock *embryo, struct sock *listener)
{
	struct unix_sock *newu = unix_sk(embryo), *otheru = unix_sk(listener);
	struct sock *sk = sock->sk;

	sock_hold(sk);
	newu->peer = sk;
	newu->listener = listener;
	WRITE_ONCE(embryo->sk_state, TCP_ESTABLISHED);
	embryo->sk_scm_credentials = listener->sk_scm_credentials;
	embryo->sk_scm_pidfd = listener->sk_scm_pidfd;
	embryo->sk_scm_rights = listener->sk_scm_rights;
	init_peercred(embryo);
	if (otheru->path.dentry) {
		path_get(&otheru->path);
		newu->path = otheru->path;
	}
	refcount_inc(&otheru->addr->refcnt);
	smp_store_release(&newu->addr, otheru->addr);

	copy_peercred(sk, listener);
	sock->state = SS_CONNECTED;
	sock_hold(embryo);
	smp_store_release(&unix_sk(sk)->peer, embryo);
	WRITE_ONCE(sk->sk_state, TCP_ESTABLISHED);
}

/* A connect under way. */
struct stream_connect {
	struct socket *sock;
	struct sockaddr_un *name;
	int len;
	struct sock *embryo;
	struct sk_buff *skb; /* that will bring it to the listener */
	long timeo;
};

/* 0; 1: sleep for a place; 2: look up again; or -errno. Both state locks held. */
enum { CONNECT_NOW, CONNECT_WAIT, CONNECT_RETRY };

static int may_connect(const struct sock *sk, const struct sock *listener, long timeo)
{
	if (sock_flag(listener, SOCK_DEAD))
		return CONNECT_RETRY;
	if (listener->sk_state != TCP_LISTEN || (listener->sk_shutdown & RCV_SHUTDOWN))
		return -ECONNREFUSED;
	if (unix_recvq_full_lockless(listener))
		return timeo ? CONNECT_WAIT : -EAGAIN;
	if (sk->sk_state == TCP_ESTABLISHED)
		return -EISCONN;
	return sk->sk_state == TCP_CLOSE ? CONNECT_NOW : -EINVAL;
}

/* One try with the listener of that name: 0, or as may_connect(). */
static int try_connect(struct stream_connect *c, struct sock *listener)
{
	struct sock *sk = c->sock->sk;
	int what;

	unix_state_double_lock(sk, listener);
	what = may_connect(sk, listener, c->timeo);
	if (what == CONNECT_NOW) {
		connect_embryo(c->sock, c->embryo, listener);
		__skb_queue_tail(&listener->sk_receive_queue, c->skb);
	}
	unix_state_double_unlock(sk, listener);
	return what;
}

/* 0 or -errno. */
static int do_connect(struct stream_connect *c)
{
	struct sock *listener = NULL, *before;
	bool waited = false;
	int what;

	do {
		before = listener;
		listener = unix_find_other(c->name, c->len, c->sock->sk->sk_type);
		if (before) {
			/* The name has gone, or is another's: the place is for who waits there. */
			if (unlikely(listener != before))
				wake_up_interruptible_poll(&unix_sk(before)->peer_wait, POLLOUT);
			sock_put(before);
		}
		if (IS_ERR(listener))
			return (int)PTR_ERR(listener);
		what = try_connect(c, listener);
		if (what == CONNECT_WAIT) {
			c->timeo = unix_wait_for_peer(listener, c->timeo);
			waited = c->timeo >= 0;
			what = waited ? CONNECT_RETRY : (int)c->timeo;
		} else if (what == CONNECT_NOW) {
			sock_def_readable(listener);
		} else if (what < 0 && waited) {
			/* The place that it was woken for is somebody else's. */
			wake_up_interruptible_poll(&unix_sk(listener)->peer_wait, POLLOUT);
		}
	} while (what == CONNECT_RETRY);
	sock_put(listener);
	return what;
}

int unix_stream_connect(struct socket *sock, struct sockaddr *uaddr, int addr_len, int flags)
{
	struct sock *sk = sock->sk;
	struct stream_connect c = {
		.sock = sock,
		.name = (struct sockaddr_un *)uaddr,
		.len = addr_len,
		.timeo = sock_sndtimeo(sk, flags & O_NONBLOCK),
	};
	int err = unix_validate_addr(c.name, addr_len);

	if (!err && (READ_ONCE(sk->sk_scm_credentials) || READ_ONCE(sk->sk_scm_pidfd)))
		err = unix_autobind(sk);
	if (err)
		return err;
	c.embryo = unix_create1(sk->sk_type);
	if (IS_ERR(c.embryo))
		return (int)PTR_ERR(c.embryo);
	c.skb = sock_wmalloc(c.embryo, 0, GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (c.skb)
		err = do_connect(&c);
	if (!err)
		return 0;
	if (c.skb)
		kfree_skb(c.skb);
	unix_release_sock(c.embryo, false);
	return err;
}

/* ---- accept ---- */

/* The next connection's message, or ERR_PTR. Sleeps for it. */
static struct sk_buff *take_connection(struct sock *sk, long timeo)
{
	struct sk_buff *skb;
	bool over;
	long left;

	for (;;) {
		unix_state_lock(sk);
		skb = __skb_dequeue(&sk->sk_receive_queue);
		over = sk->sk_shutdown & RCV_SHUTDOWN;
		unix_state_unlock(sk);
		if (skb)
			return skb;
		if (!timeo)
			return ERR_PTR(-EAGAIN);
		if (over)
			return ERR_PTR(-EINVAL);
		left = wait_event_interruptible_exclusive_timeout(
			sk->sk_wq,
			!skb_queue_empty_lockless(&sk->sk_receive_queue) ||
				(READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN),
			timeo);
		if (left < 0)
			return ERR_PTR(sock_intr_errno(timeo));
		timeo = left;
	}
}

int unix_accept(struct socket *sock, struct socket *newsock, int flags)
{
	struct sock *sk = sock->sk, *embryo;
	struct sk_buff *skb;

	if (READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return -EINVAL;
	skb = take_connection(sk, sock_rcvtimeo(sk, flags & O_NONBLOCK));
	if (IS_ERR(skb))
		return (int)PTR_ERR(skb);
	embryo = skb->sk;
	unix_state_lock(embryo);
	unix_update_edges(embryo);
	newsock->state = SS_CONNECTED;
	sock_graft(embryo, newsock); /* with the queue's reference: rule 1 */
	unix_state_unlock(embryo);
	kfree_skb(skb);
	if (wq_has_sleeper(&unix_sk(sk)->peer_wait))
		wake_up_interruptible(&unix_sk(sk)->peer_wait);
	return 0;
}

/* ---- datagrams ---- */

/* sk gets other (NULL: nobody) as its peer, with its reference. 0; 1: closed meanwhile; -EPERM. */
static int dgram_set_peer(struct sock *sk, struct sock *other)
{
	struct sock *old;
	int err = 0;

	unix_state_double_lock(sk, other);
	if (other && sock_flag(other, SOCK_DEAD))
		err = 1;
	else if (other && unix_peer(other) && unix_peer(other) != sk)
		err = -EPERM;
	if (err) {
		unix_state_double_unlock(sk, other);
		return err;
	}
	old = unix_peer(sk);
	unix_peer(sk) = other;
	WRITE_ONCE(sk->sk_state, other ? TCP_ESTABLISHED : TCP_CLOSE);
	if (other)
		WRITE_ONCE(other->sk_state, TCP_ESTABLISHED);
	if (old)
		unix_dgram_peer_wake_disconnect_wakeup(sk, old);
	unix_state_double_unlock(sk, other);
	if (!old)
		return 0;
	if (old != other) {
		unix_dgram_disconnected(sk, old);
		unix_state_lock(old);
		if (!unix_peer(old))
			WRITE_ONCE(old->sk_state, TCP_CLOSE);
		unix_state_unlock(old);
	}
	sock_put(old);
	return 0;
}

int unix_dgram_connect(struct socket *sock, struct sockaddr *uaddr, int addr_len, int flags)
{
	struct sockaddr_un *name = (struct sockaddr_un *)uaddr;
	struct sock *sk = sock->sk, *other;
	int err;

	if (addr_len < (int)sizeof(uaddr->sa_family))
		return -EINVAL;
	if (uaddr->sa_family == AF_UNSPEC)
		return dgram_set_peer(sk, NULL);
	err = unix_validate_addr(name, addr_len);
	if (!err && (READ_ONCE(sk->sk_scm_credentials) || READ_ONCE(sk->sk_scm_pidfd)))
		err = unix_autobind(sk);
	if (err)
		return err;
	do {
		other = unix_find_other(name, addr_len, sk->sk_type);
		if (IS_ERR(other))
			return (int)PTR_ERR(other);
		err = dgram_set_peer(sk, other);
		if (err)
			sock_put(other);
	} while (err > 0);
	return err;
}
