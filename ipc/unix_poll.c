// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX: poll(), and telling a poller that its receiver has room again.
 *
 * Idea: a socket's own events come through its sk_wq. A connected datagram socket also waits for room
 *   in a queue that is not its own: an entry of it (peer_wake) is put on the receiver's peer_wait, and
 *   when that is woken, passes the event on to the poller's sk_wq. The entry is there only while
 *   somebody found no room.
 * Rules: 1. peer_wake.private is the socket on whose peer_wait the entry is, NULL: on none. It is the
 *   peer, on which there is a reference as long as it is. 2. Looking comes after queueing, so that no
 *   change in between is missed.
 * Locking: peer_wait.lock of that socket, for peer_wake; sk_wq.lock inside it. unix_dgram_poll() looks
 *   at its peer under the state lock.
 * Linux: net/unix/af_unix.c (unix_dgram_peer_wake_relay). Start at: unix_dgram_poll.
 */
#include "kernel/uapi/eventpoll.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/bug.h"
#include "fs/poll.h"
#include "ipc/unix.h"

#define WRITE_EVENTS (EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND)

/* ---- the relay ---- */

/* peer_wait.lock of the receiver held: it is being woken. */
static int unix_dgram_peer_wake_relay(struct wait_queue_entry *entry, unsigned int mode, int flags,
				      void *key)
{
	struct unix_sock *u = container_of(entry, struct unix_sock, peer_wake);

	__remove_wait_queue(&unix_sk(entry->private)->peer_wait, entry);
	entry->private = NULL;
	wake_up_interruptible_poll(&u->sk.sk_wq, key ? key_to_poll(key) : WRITE_EVENTS);
	return 0;
}

void unix_dgram_peer_wake_init(struct unix_sock *u)
{
	init_waitqueue_func_entry(&u->peer_wake, unix_dgram_peer_wake_relay);
}

/* Was it queued just now? */
static bool unix_dgram_peer_wake_connect(struct unix_sock *u, struct unix_sock *other)
{
	unsigned long flags;
	bool queued = false;

	spin_lock_irqsave(&other->peer_wait.lock, flags);
	if (!u->peer_wake.private) {
		u->peer_wake.private = other;
		__add_wait_queue(&other->peer_wait, &u->peer_wake);
		queued = true;
	}
	spin_unlock_irqrestore(&other->peer_wait.lock, flags);
	return queued;
}

void unix_dgram_peer_wake_disconnect(struct sock *sk, struct sock *other)
{
	struct unix_sock *u = unix_sk(sk), *o = unix_sk(other);
	unsigned long flags;

	spin_lock_irqsave(&o->peer_wait.lock, flags);
	if (u->peer_wake.private == o) {
		__remove_wait_queue(&o->peer_wait, &u->peer_wake);
		u->peer_wake.private = NULL;
	}
	spin_unlock_irqrestore(&o->peer_wait.lock, flags);
}

void unix_dgram_peer_wake_disconnect_wakeup(struct sock *sk, struct sock *other)
{
	unix_dgram_peer_wake_disconnect(sk, other);
	wake_up_interruptible_poll(&sk->sk_wq, WRITE_EVENTS);
}

bool unix_dgram_peer_wake_me(struct sock *sk, struct sock *other)
{
	bool queued = unix_dgram_peer_wake_connect(unix_sk(sk), unix_sk(other));

	/* Rule 2. A closed socket has woken everybody for the last time. */
	smp_mb();
	if (unix_recvq_full_lockless(other) && !sock_flag(other, SOCK_DEAD))
		return true;
	if (queued)
		unix_dgram_peer_wake_disconnect(sk, other);
	return false;
}

/* ---- poll ---- */

/* What all types have in common. */
static unsigned int unix_poll_common(const struct sock *sk)
{
	u8 shutdown = READ_ONCE(sk->sk_shutdown);
	unsigned int mask = 0;

	if (READ_ONCE(sk->sk_err))
		mask |= EPOLLERR;
	if (shutdown == SHUTDOWN_MASK)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (sk->sk_type != SOCK_DGRAM && READ_ONCE(sk->sk_state) == TCP_CLOSE)
		mask |= EPOLLHUP;
	return mask;
}

unsigned int unix_poll(struct file *file, struct socket *sock, poll_table *wait)
{
	struct sock *sk = sock->sk;
	unsigned int mask;

	poll_wait(file, &sk->sk_wq, wait);
	mask = unix_poll_common(sk);
	if (unlikely(READ_ONCE(unix_sk(sk)->oob_skb)))
		mask |= EPOLLPRI;
	if (unix_writable(sk))
		mask |= WRITE_EVENTS;
	return mask;
}

/* Has the peer room? If not, we shall hear of it. */
static bool unix_dgram_peer_writable(struct sock *sk)
{
	bool writable = true;
	struct sock *other;

	unix_state_lock(sk);
	other = unix_peer(sk);
	if (other && READ_ONCE(unix_peer(other)) != sk && unix_recvq_full_lockless(other) &&
	    unix_dgram_peer_wake_me(sk, other))
		writable = false;
	unix_state_unlock(sk);
	return writable;
}

unsigned int unix_dgram_poll(struct file *file, struct socket *sock, poll_table *wait)
{
	struct sock *sk = sock->sk;
	unsigned int mask;

	poll_wait(file, &sk->sk_wq, wait);
	mask = unix_poll_common(sk);
	if (!(poll_requested_events(wait) & WRITE_EVENTS))
		return mask;
	if (unix_writable(sk) && unix_dgram_peer_writable(sk))
		mask |= WRITE_EVENTS;
	else
		sock_set_flag(sk, SOCK_NOSPACE);
	return mask;
}
