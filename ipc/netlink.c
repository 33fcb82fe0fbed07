// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_NETLINK: sockets that the kernel writes to.
 *
 * Idea: there is no network to be configured, and so nobody to answer what is sent: sending says
 *   ECONNREFUSED. What is here is the way out: mq_notify() with SIGEV_THREAD names such a socket,
 *   and a C library's thread waits in recv(2) for the 32 bytes that say that a message came.
 * Rules: 1. A note is charged to the socket that will receive it, as if that had sent it: so the
 *   memory for unread notes is bounded by SO_SNDBUF, and the note keeps the sock (sock.c, rule 1).
 *   2. Who reads holds iolock: the note it copies is not taken away meanwhile.
 *   3. Nobody finds a socket by its port, so ports need not be different.
 * Locking: iolock, then lock. lock is inside the lock of a message queue (ipc/mqueue.c).
 * Sleeps: receiving and netlink_alloc_note().
 * Linux: net/netlink/af_netlink.c. Left out: families of messages, multicast, user to user.
 * Start at: netlink_create, netlink_recvmsg. Tests: tests/ipc/mq_notify_thread.c.
 */
#include "ipc/netlink.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/poll.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "fs/fs.h"
#include "fs/poll.h"
#include "ipc/sock.h"

#define NETLINK_ROUTE 0

struct sockaddr_nl {
	sa_family_t nl_family;
	unsigned short nl_pad;
	u32 nl_pid;
	u32 nl_groups;
};

/* [L] lock */
struct netlink_sock {
	struct sock sk; /* its queue and SOCK_DEAD: [L] */
	spinlock_t lock;
	struct mutex iolock; /* readers, one at a time */
	u32 portid;          /* [L] bind(); 0: not bound */
	u32 dst_portid;      /* [L] connect() */
};

static struct kmem_cache *netlink_sock_cache;
static const struct proto_ops netlink_ops;

static struct netlink_sock *nlk_sk(struct sock *sk)
{
	return container_of(sk, struct netlink_sock, sk);
}

/* ---- notes ---- */

struct sock *netlink_getsockbyfilp(struct file *file)
{
	struct socket *sock = sock_from_file(file);

	if (!sock)
		return ERR_PTR(-ENOTSOCK);
	return sock->ops == &netlink_ops ? sock->sk : ERR_PTR(-EINVAL);
}

struct sk_buff *netlink_alloc_note(struct sock *sk, unsigned int len)
{
	struct sk_buff *skb;
	int err;

	skb = sock_alloc_send_skb(sk, len, false, &err); /* rule 1 */
	if (skb)
		return skb;
	return ERR_PTR(err == -ENOBUFS ? -ENOMEM : err);
}

void netlink_send_note(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	struct netlink_sock *nlk = nlk_sk(sk);

	spin_lock(&nlk->lock);
	if (sock_flag(sk, SOCK_DEAD)) {
		spin_unlock(&nlk->lock);
		kfree_skb(skb);
		return;
	}
	/* Once it is in the queue a reader may free it, and with it sk. */
	sock_hold(sk);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	spin_unlock(&nlk->lock);
	sock_def_readable(sk);
	sock_put(sk);
}

/* ---- receiving ---- */

/* iolock held: the oldest note, taken out unless peeked at. */
static struct sk_buff *netlink_try_take(struct netlink_sock *nlk, int flags)
{
	struct sk_buff *skb;

	spin_lock(&nlk->lock);
	skb = skb_peek(&nlk->sk.sk_receive_queue);
	if (skb && !(flags & MSG_PEEK))
		__skb_unlink(skb, &nlk->sk.sk_receive_queue);
	spin_unlock(&nlk->lock);
	return skb;
}

/* With a note: iolock is held. NULL: *err says why. */
static struct sk_buff *netlink_take(struct netlink_sock *nlk, int flags, int *err)
{
	struct sock *sk = &nlk->sk;
	long timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);

	for (;;) {
		struct sk_buff *skb;
		long left;

		mutex_lock(&nlk->iolock);
		skb = netlink_try_take(nlk, flags);
		if (skb)
			return skb;
		mutex_unlock(&nlk->iolock);
		*err = -EAGAIN;
		if (!timeo)
			return NULL;
		left = wait_event_interruptible_timeout(
			sk->sk_wq, !skb_queue_empty_lockless(&sk->sk_receive_queue), timeo);
		if (left < 0) {
			*err = sock_intr_errno(timeo);
			return NULL;
		}
		timeo = left;
	}
}

static int netlink_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	struct sk_buff *skb;
	unsigned int bytes, len;
	int err = 0;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	skb = netlink_take(nlk, flags, &err);
	if (!skb)
		return err;
	len = skb->len;
	bytes = (unsigned int)min_t(size_t, size, len);
	if (bytes < len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_iter(skb, 0, &msg->msg_iter, bytes);
	mutex_unlock(&nlk->iolock);
	if (!(flags & MSG_PEEK))
		kfree_skb(skb);
	if (err)
		return err;
	if (msg->msg_name) {
		/* From port 0, which is the kernel. */
		*(struct sockaddr_nl *)msg->msg_name = (struct sockaddr_nl){
			.nl_family = AF_NETLINK
		};
		msg->msg_namelen = sizeof(struct sockaddr_nl);
	}
	return (int)(flags & MSG_TRUNC ? len : bytes);
}

static int netlink_sendmsg(struct socket *sock __maybe_unused, struct msghdr *msg,
			   size_t len __maybe_unused)
{
	return msg->msg_flags & MSG_OOB ? -EOPNOTSUPP : -ECONNREFUSED;
}

static unsigned int netlink_poll(struct file *file, struct socket *sock, poll_table *wait)
{
	struct sock *sk = sock->sk;
	unsigned int mask = 0;

	poll_wait(file, &sk->sk_wq, wait);
	if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (sk_wmem_alloc_get(sk) < READ_ONCE(sk->sk_sndbuf) / 2)
		mask |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
	return mask;
}

/* ---- names ---- */

static int netlink_bind(struct socket *sock, struct sockaddr *addr, int addr_len)
{
	const struct sockaddr_nl *name = (const struct sockaddr_nl *)addr;
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	int err = 0;

	if (addr_len < (int)sizeof(*name) || name->nl_family != AF_NETLINK)
		return -EINVAL;
	spin_lock(&nlk->lock);
	if (!nlk->portid)
		nlk->portid = name->nl_pid ? name->nl_pid : (u32)current->tgid;
	else if (name->nl_pid != nlk->portid)
		err = -EINVAL;
	spin_unlock(&nlk->lock);
	return err;
}

static int netlink_connect(struct socket *sock, struct sockaddr *addr, int addr_len,
			   int flags __maybe_unused)
{
	const struct sockaddr_nl *name = (const struct sockaddr_nl *)addr;
	struct netlink_sock *nlk = nlk_sk(sock->sk);

	if (addr_len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	if (addr->sa_family != AF_UNSPEC &&
	    (addr->sa_family != AF_NETLINK || addr_len < (int)sizeof(*name)))
		return -EINVAL;
	spin_lock(&nlk->lock);
	nlk->dst_portid = addr->sa_family == AF_UNSPEC ? 0 : name->nl_pid;
	if (!nlk->portid && addr->sa_family != AF_UNSPEC)
		nlk->portid = (u32)current->tgid;
	spin_unlock(&nlk->lock);
	return 0;
}

static int netlink_getname(struct socket *sock, struct sockaddr *addr, int peer)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };

	name.nl_pid = peer ? READ_ONCE(nlk->dst_portid) : READ_ONCE(nlk->portid);
	*(struct sockaddr_nl *)addr = name;
	return sizeof(name);
}

/* ---- life ---- */

static int netlink_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct sk_buff_head unread;

	if (!sk)
		return 0;
	skb_queue_head_init(&unread);
	spin_lock(&nlk_sk(sk)->lock);
	sock_set_flag(sk, SOCK_DEAD);
	WRITE_ONCE(sk->sk_socket, NULL);
	skb_queue_splice_tail_init(&sk->sk_receive_queue, &unread);
	spin_unlock(&nlk_sk(sk)->lock);
	__skb_queue_purge(&unread);
	sock->sk = NULL;
	sock_put(sk);
	return 0;
}

static int netlink_no_socketpair(struct socket *a __maybe_unused, struct socket *b __maybe_unused)
{
	return -EOPNOTSUPP;
}

static int netlink_no_shutdown(struct socket *sock __maybe_unused, int how __maybe_unused)
{
	return -EOPNOTSUPP;
}

static long netlink_no_ioctl(struct socket *sock __maybe_unused, unsigned int cmd __maybe_unused,
			     unsigned long arg __maybe_unused)
{
	return -ENOIOCTLCMD;
}

static const struct proto_ops netlink_ops = {
	.family = AF_NETLINK,
	.release = netlink_release,
	.bind = netlink_bind,
	.connect = netlink_connect,
	.socketpair = netlink_no_socketpair,
	.accept = sock_no_accept,
	.getname = netlink_getname,
	.poll = netlink_poll,
	.ioctl = netlink_no_ioctl,
	.listen = sock_no_listen,
	.shutdown = netlink_no_shutdown,
	.sendmsg = netlink_sendmsg,
	.recvmsg = netlink_recvmsg,
};

static int netlink_create(struct socket *sock, int protocol)
{
	struct netlink_sock *nlk;
	struct sock *sk;

	if (sock->type != SOCK_RAW && sock->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != NETLINK_ROUTE)
		return -EPROTONOSUPPORT;
	sk = sk_alloc(netlink_sock_cache, sock->type);
	if (!sk)
		return -ENOMEM;
	nlk = nlk_sk(sk);
	spin_lock_init(&nlk->lock);
	mutex_init(&nlk->iolock);
	sock->ops = &netlink_ops;
	sock_graft(sk, sock);
	return 0;
}

static const struct net_proto_family netlink_family = {
	.family = AF_NETLINK,
	.create = netlink_create,
};

static int netlink_init(void)
{
	netlink_sock_cache = KMEM_CACHE(netlink_sock, SLAB_PANIC | SLAB_ACCOUNT);
	return sock_register(&netlink_family);
}
fs_initcall(netlink_init);
