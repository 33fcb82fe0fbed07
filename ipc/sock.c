// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct sock: its life, the room that its messages take, and waking who waits for it.
 *
 * Idea: what a socket has sent is charged to it (sk_wmem_alloc) until the receiver has read it. Who
 *   is above SO_SNDBUF sleeps; a message that was begun below it goes through whole.
 * Rules: 1. sk_wmem_alloc is 1 for all references together, and truesize for each message: the sock
 *   is freed by whoever takes it to 0, so a message needs no reference to its sender.
 *   2. Whoever makes true what others wait for has a full barrier between that and the look at the
 *   wait queue (wq_has_sleeper()).
 * Locking: none of its own; fields say theirs in sock.h.
 * Sleeps: sock_alloc_send_skb().
 * Linux: net/core/sock.c. Start at: sock_alloc_send_skb, sock_wfree.
 */
#include "ipc/sock.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "mm/slab.h"
#include "fs/fs.h"
#include "fs/proc/sysctl.h"
#include "kernel/signal.h"

unsigned int sysctl_wmem_default = 212992, sysctl_wmem_max = 212992;
unsigned int sysctl_rmem_default = 212992, sysctl_rmem_max = 212992;
int sysctl_somaxconn = SOMAXCONN, sysctl_optmem_max = 20480;

void sock_valbool_flag(struct sock *sk, enum sock_flags flag, bool on)
{
	if (on)
		__atomic_fetch_or(&sk->sk_flags, 1ul << flag, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&sk->sk_flags, ~(1ul << flag), __ATOMIC_RELAXED);
}

/* ---- life ---- */

struct sock *sk_alloc(struct kmem_cache *cache, int type)
{
	struct sock *sk = kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);

	if (!sk)
		return NULL;
	refcount_set(&sk->sk_refcnt, 1);
	atomic_set(&sk->sk_wmem_alloc, 1);
	sk->sk_cache = cache;
	sk->sk_type = (u16)type;
	sk->sk_state = TCP_CLOSE;
	sk->sk_sndbuf = (int)READ_ONCE(sysctl_wmem_default);
	sk->sk_rcvbuf = (int)READ_ONCE(sysctl_rmem_default);
	sk->sk_rcvtimeo = sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_rcvlowat = 1;
	sk->sk_peek_off = -1;
	sk->sk_scm_rights = true;
	skb_queue_head_init(&sk->sk_receive_queue);
	init_waitqueue_head(&sk->sk_wq);
	sk->sk_write_space = sock_def_write_space;
	return sk;
}

void __sk_free(struct sock *sk)
{
	ASSERT(skb_queue_empty(&sk->sk_receive_queue) && !sk->sk_socket);
	if (sk->sk_destruct)
		sk->sk_destruct(sk);
	put_pid(sk->sk_peer_pid);
	if (sk->sk_peer_cred)
		put_cred(sk->sk_peer_cred);
	kmem_cache_free(sk->sk_cache, sk);
}

/* The last reference is gone; messages under way may keep it (rule 1). */
void sk_free(struct sock *sk)
{
	if (atomic_dec_and_test(&sk->sk_wmem_alloc))
		__sk_free(sk);
}

/* ---- room for sending ---- */

static void skb_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	ASSERT(!(skb->truesize & 63)); /* unix_writable() */
	skb->sk = sk;
	atomic_add((int)skb->truesize, &sk->sk_wmem_alloc);
}

void sock_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	/* One is kept back, or sk could be freed before we have told its writers. */
	atomic_sub((int)skb->truesize - 1, &sk->sk_wmem_alloc);
	sk->sk_write_space(sk);
	if (unlikely(atomic_dec_and_test(&sk->sk_wmem_alloc)))
		__sk_free(sk);
}

struct sk_buff *sock_wmalloc(struct sock *sk, unsigned int size, gfp_t gfp)
{
	struct sk_buff *skb = alloc_skb(size, gfp);

	if (skb)
		skb_set_owner_w(skb, sk);
	return skb;
}

static bool sock_has_room(const struct sock *sk)
{
	return sk_wmem_alloc_get(sk) < READ_ONCE(sk->sk_sndbuf);
}

/* The condition of a sleep: whoever makes room after this knows that somebody waits. */
static bool sock_room_for_sleeper(struct sock *sk)
{
	if (sock_has_room(sk))
		return true;
	sock_set_flag(sk, SOCK_SLEEPS_FOR_ROOM); /* a full barrier */
	return sock_has_room(sk);
}

static bool sock_send_ends(const struct sock *sk)
{
	return READ_ONCE(sk->sk_err) || (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN);
}

/* Until there is room or no more sense in waiting: what is left of timeo, or -errno. */
static long sock_wait_for_wmem(struct sock *sk, long timeo)
{
	long left;

	sock_set_flag(sk, SOCK_NOSPACE); /* a SIGIO when there is room, if that is wanted */
	/* If there is some now, nobody may have seen the flag. */
	if (!timeo)
		return sock_has_room(sk) ? 0 : -EAGAIN;
	left = wait_event_interruptible_timeout(
		sk->sk_wq, sock_room_for_sleeper(sk) || sock_send_ends(sk), timeo);
	return left < 0 ? sock_intr_errno(timeo) : left;
}

struct sk_buff *sock_alloc_send_skb(struct sock *sk, unsigned int size, bool noblock, int *errcode)
{
	long timeo = sock_sndtimeo(sk, noblock);
	struct sk_buff *skb;

	for (;;) {
		*errcode = sock_error(sk);
		if (unlikely(*errcode))
			return NULL;
		*errcode = -EPIPE;
		if (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN)
			return NULL;
		if (likely(sock_has_room(sk)))
			break;
		timeo = sock_wait_for_wmem(sk, timeo);
		if (timeo < 0) {
			*errcode = (int)timeo;
			return NULL;
		}
	}
	skb = sock_wmalloc(sk, size, GFP_KERNEL_ACCOUNT);
	if (unlikely(!skb))
		*errcode = -ENOBUFS;
	return skb;
}

/* ---- waking ---- */

void sk_wake_async(struct sock *sk, int band)
{
	kill_fasync(&sk->sk_fasync, SIGIO, band);
}

void sk_send_sigurg(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;

	if (sock && sock->file && send_sigurg(sock->file))
		kill_fasync(&sk->sk_fasync, SIGURG, POLL_PRI);
}

void sock_def_readable(struct sock *sk)
{
	if (wq_has_sleeper(&sk->sk_wq))
		wake_up_interruptible_sync_poll(&sk->sk_wq,
						POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND);
	sk_wake_async(sk, POLL_IN);
}

void sock_def_write_space(struct sock *sk)
{
	if (wq_has_sleeper(&sk->sk_wq))
		wake_up_interruptible_sync_poll(&sk->sk_wq, POLLOUT | POLLWRNORM | POLLWRBAND);
	/* A signal only for those who found no room before. */
	if (unlikely(READ_ONCE(sk->sk_fasync)) && sock_flag(sk, SOCK_NOSPACE)) {
		sock_valbool_flag(sk, SOCK_NOSPACE, false);
		sk_wake_async(sk, POLL_OUT);
	}
}

void sk_state_change(struct sock *sk)
{
	if (wq_has_sleeper(&sk->sk_wq))
		wake_up_interruptible_all(&sk->sk_wq);
}

void sock_wake_writers(struct sock *sk)
{
	sock_valbool_flag(sk, SOCK_SLEEPS_FOR_ROOM, false);
	sk_state_change(sk);
}

void sk_error_report(struct sock *sk)
{
	if (wq_has_sleeper(&sk->sk_wq))
		__wake_up(&sk->sk_wq, TASK_INTERRUPTIBLE, 0, poll_to_key(POLLERR));
	sk_wake_async(sk, POLL_ERR);
}

/* ---- /proc/sys/net/core ---- */

static const unsigned int min_sndbuf = SOCK_MIN_SNDBUF, min_rcvbuf = SOCK_MIN_RCVBUF;
static const unsigned int max_buf = 0x7fffffff;
static const int zero, one_unsigned_short = 65535, max_optmem = 1 << 20;

static const struct ctl_table net_core_table[] = {
	{ "wmem_default", &sysctl_wmem_default, sizeof(int), 0644, proc_douintvec_minmax,
	  &min_sndbuf, &max_buf },
	{ "wmem_max", &sysctl_wmem_max, sizeof(int), 0644, proc_douintvec_minmax, &min_sndbuf,
	  &max_buf },
	{ "rmem_default", &sysctl_rmem_default, sizeof(int), 0644, proc_douintvec_minmax,
	  &min_rcvbuf, &max_buf },
	{ "rmem_max", &sysctl_rmem_max, sizeof(int), 0644, proc_douintvec_minmax, &min_rcvbuf,
	  &max_buf },
	{ "somaxconn", &sysctl_somaxconn, sizeof(int), 0644, proc_dointvec_minmax, &zero,
	  &one_unsigned_short },
	{ "optmem_max", &sysctl_optmem_max, sizeof(int), 0644, proc_dointvec_minmax, &zero,
	  &max_optmem },
};

static int sock_sysctl_init(void)
{
	return register_sysctl("net/core", net_core_table, ARRAY_SIZE(net_core_table));
}
fs_initcall(sock_sysctl_init);
