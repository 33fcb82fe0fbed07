// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX: the life of a socket, pairs, shutdown, and the three types.
 *
 * Idea: two sockets that are connected point to each other, and sending is putting a message into
 *   the peer's receive queue. Nothing is in between: no buffer of its own, no protocol.
 * Data:
 *	socket ▶ unix_sock ──peer──▶ unix_sock ◀ socket
 *	             ▲ sk_receive_queue ▶ skb ▶ skb …
 *	             └────peer───────── skb->sk of each is who sent it and is charged for it
 * Rules: 1. A reference to a sock is held by its socket (an embryo's: by the listener's queue), by
 *   each peer that points to it, and by look-ups under way. 2. SOCK_DEAD is set with the state lock
 *   before the queue is emptied: who holds the lock and sees it clear may still queue. 3. The peer of
 *   a stream or seqpacket socket is set once and goes only with the socket: calls on its descriptor
 *   read it without a lock. A datagram socket's changes: state lock.
 * Locking: the state lock, unix_sock.lock, covers state and receive queue, so a transfer takes one
 *   lock. Two: unix_state_double_lock(). Inside it only unix_table_lock, wait queues, fasync_lock.
 *   iolock (mutex) is outside it, and is not held asleep for data. bindlock: unix_name.c.
 * Sleeps: release, to free what was queued.
 * Linux: net/unix/af_unix.c (there the queue has a lock of its own). docs/unix.md.
 * Start at: unix_create1, unix_release_sock.
 */
#include "ipc/unix.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "fs/proc/sysctl.h"
#include "ipc/scm.h"
#include "kernel/signal.h"

unsigned int sysctl_unix_max_dgram_qlen = 10;

static struct kmem_cache *unix_sock_cache;
static atomic_long_t unix_nr_socks;

/* ---- locks and peers ---- */

void unix_state_double_lock(struct sock *a, struct sock *b)
{
	if (a == b || !b) {
		unix_state_lock(a);
		return;
	}
	if (a > b)
		swap(a, b);
	unix_state_lock(a);
	spin_lock_nested(&unix_sk(b)->lock, 1);
}

void unix_state_double_unlock(struct sock *a, struct sock *b)
{
	unix_state_unlock(a);
	if (b && a != b)
		unix_state_unlock(b);
}

struct sock *unix_peer_get(struct sock *sk)
{
	struct sock *peer;

	unix_state_lock(sk);
	peer = unix_peer(sk);
	if (peer)
		sock_hold(peer);
	unix_state_unlock(sk);
	return peer;
}

/* ---- life ---- */

/*
 * Room has grown: when enough of it is free, writers begin again. Of datagrams much may lie with a
 * receiver that never reads: who sleeps for room to send to others gets it at once.
 */
static void unix_write_space(struct sock *sk)
{
	if (unix_writable(sk))
		sock_def_write_space(sk);
	else if (sk->sk_type == SOCK_DGRAM && sock_flag(sk, SOCK_SLEEPS_FOR_ROOM))
		sock_wake_writers(sk);
}

static void unix_sock_destructor(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);

	ASSERT(sock_flag(sk, SOCK_DEAD) && !u->peer);
	ASSERT(!u->inflight && list_empty(&u->gc_entry) && list_empty(&u->gc_embryos));
	if (u->addr)
		unix_release_addr(u->addr);
	atomic_long_dec(&unix_nr_socks);
}

struct sock *unix_create1(int type)
{
	struct unix_sock *u;
	struct sock *sk;

	/* Sockets in flight have no descriptor: the limit of files alone does not bound them. */
	if (atomic_long_inc_return(&unix_nr_socks) > 2 * (long)READ_ONCE(sysctl_file_max)) {
		atomic_long_dec(&unix_nr_socks);
		return ERR_PTR(-ENFILE);
	}
	sk = sk_alloc(unix_sock_cache, type);
	if (!sk) {
		atomic_long_dec(&unix_nr_socks);
		return ERR_PTR(-ENOMEM);
	}
	sk->sk_destruct = unix_sock_destructor;
	sk->sk_write_space = unix_write_space;
	sk->sk_max_ack_backlog = READ_ONCE(sysctl_unix_max_dgram_qlen);
	u = unix_sk(sk);
	spin_lock_init(&u->lock);
	mutex_init(&u->iolock);
	mutex_init(&u->bindlock);
	init_waitqueue_head(&u->peer_wait);
	unix_dgram_peer_wake_init(u);
	unix_gc_init_sock(u);
	unix_insert_unbound_socket(sk);
	return sk;
}

static int unix_create(struct socket *sock, int protocol)
{
	struct sock *sk;

	if (protocol && protocol != PF_UNIX)
		return -EPROTONOSUPPORT;
	switch (sock->type) {
	case SOCK_STREAM:
		sock->ops = &unix_stream_ops;
		break;
	case SOCK_RAW: /* as BSD has it */
		sock->type = SOCK_DGRAM;
		fallthrough;
	case SOCK_DGRAM:
		sock->ops = &unix_dgram_ops;
		break;
	case SOCK_SEQPACKET:
		sock->ops = &unix_seqpacket_ops;
		break;
	default:
		return -ESOCKTNOSUPPORT;
	}
	sk = unix_create1(sock->type);
	if (IS_ERR(sk))
		return (int)PTR_ERR(sk);
	sock_graft(sk, sock);
	return 0;
}

/* The peer of a connection learns that it is over. reset: something that it sent was not read. */
static void unix_tell_peer(struct sock *peer, bool reset)
{
	unix_state_lock(peer);
	/* Who looks without the lock and sees the end sees the reason, too. */
	if (reset)
		WRITE_ONCE(peer->sk_err, ECONNRESET);
	smp_store_release(&peer->sk_shutdown, SHUTDOWN_MASK);
	unix_state_unlock(peer);
	sk_state_change(peer);
	sk_wake_async(peer, POLL_HUP);
}

/* What nobody will receive. A listener's messages are connections. */
static void unix_purge(struct sk_buff_head *queue, bool listener)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(queue))) {
		if (listener)
			unix_release_sock(skb->sk, true);
		kfree_skb(skb);
	}
}

/* Unread data; as on Linux an empty packet in front is none. */
static bool unix_has_unread(const struct sk_buff_head *queue)
{
	struct sk_buff *skb = skb_peek(queue);

	if (skb && !unix_skb_len(skb))
		skb = skb_peek_next(skb, queue);
	return skb;
}

void unix_release_sock(struct sock *sk, bool embryo)
{
	struct unix_sock *u = unix_sk(sk);
	struct sk_buff_head unread;
	struct path path;
	struct sock *peer;
	bool listener, reset;

	unix_remove_socket(sk);
	skb_queue_head_init(&unread);

	unix_state_lock(sk);
	sock_set_flag(sk, SOCK_DEAD); /* rule 2 */
	WRITE_ONCE(sk->sk_socket, NULL);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	path = u->path;
	u->path = (struct path){ NULL, NULL };
	listener = sk->sk_state == TCP_LISTEN;
	WRITE_ONCE(sk->sk_state, TCP_CLOSE);
	peer = u->peer;
	u->peer = NULL;
	reset = embryo || unix_has_unread(&sk->sk_receive_queue);
	skb_queue_splice_tail_init(&sk->sk_receive_queue, &unread);
	u->oob_skb = NULL;
	unix_state_unlock(sk);

	if (wq_has_sleeper(&u->peer_wait))
		wake_up_interruptible_all(&u->peer_wait);
	if (peer) {
		if (sk->sk_type != SOCK_DGRAM)
			unix_tell_peer(peer, reset);
		unix_dgram_peer_wake_disconnect(sk, peer);
		sock_put(peer);
	}
	unix_purge(&unread, listener);
	if (path.dentry)
		path_put(&path);
	sock_put(sk);
	if (READ_ONCE(unix_tot_inflight))
		unix_gc();
}

int unix_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	unix_release_sock(sk, false);
	sock->sk = NULL;
	return 0;
}

/* ---- credentials of connections ---- */

void init_peercred(struct sock *sk)
{
	struct pid *old_pid = sk->sk_peer_pid;
	const struct cred *old_cred = sk->sk_peer_cred;

	sk->sk_peer_pid = get_pid(task_tgid(current));
	sk->sk_peer_cred = get_cred(current_cred());
	put_pid(old_pid);
	if (old_cred)
		put_cred(old_cred);
}

void copy_peercred(struct sock *sk, struct sock *peersk)
{
	ASSERT(!sk->sk_peer_pid && !sk->sk_peer_cred);
	sk->sk_peer_pid = get_pid(peersk->sk_peer_pid);
	sk->sk_peer_cred = get_cred(peersk->sk_peer_cred);
}

/* ---- pairs ---- */

int unix_socketpair(struct socket *a, struct socket *b)
{
	struct sock *ska = a->sk, *skb = b->sk;

	/* Nobody else sees them yet, but /proc/net/unix. */
	sock_hold(ska);
	sock_hold(skb);
	unix_state_double_lock(ska, skb);
	unix_peer(ska) = skb;
	unix_peer(skb) = ska;
	init_peercred(ska);
	init_peercred(skb);
	WRITE_ONCE(ska->sk_state, TCP_ESTABLISHED);
	WRITE_ONCE(skb->sk_state, TCP_ESTABLISHED);
	a->state = SS_CONNECTED;
	b->state = SS_CONNECTED;
	unix_state_double_unlock(ska, skb);
	return 0;
}

/* ---- shutdown ---- */

static void unix_shutdown_peer(struct sock *peer, int peer_mode)
{
	unix_state_lock(peer);
	WRITE_ONCE(peer->sk_shutdown, peer->sk_shutdown | peer_mode);
	unix_state_unlock(peer);
	sk_state_change(peer);
	if (peer_mode == SHUTDOWN_MASK)
		sk_wake_async(peer, POLL_HUP);
	else if (peer_mode & RCV_SHUTDOWN)
		sk_wake_async(peer, POLL_IN);
}

int unix_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk, *peer;
	int mode, peer_mode = 0;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	mode = how + 1; /* RCV_SHUTDOWN, SEND_SHUTDOWN, both */
	unix_state_lock(sk);
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | mode);
	peer = unix_peer(sk);
	if (peer)
		sock_hold(peer);
	unix_state_unlock(sk);
	sk_state_change(sk);
	if ((mode & RCV_SHUTDOWN) && wq_has_sleeper(&unix_sk(sk)->peer_wait))
		wake_up_interruptible_all(&unix_sk(sk)->peer_wait);
	if (!peer)
		return 0;
	if (mode & RCV_SHUTDOWN)
		peer_mode |= SEND_SHUTDOWN;
	if (mode & SEND_SHUTDOWN)
		peer_mode |= RCV_SHUTDOWN;
	if (sk->sk_type != SOCK_DGRAM)
		unix_shutdown_peer(peer, peer_mode);
	sock_put(peer);
	return 0;
}

/* ---- ioctl ---- */

/* Unread bytes; of datagrams: of the next one. */
static long unix_inq_len(struct sock *sk)
{
	struct sk_buff *skb;
	long amount = 0;

	if (READ_ONCE(sk->sk_state) == TCP_LISTEN)
		return -EINVAL;
	unix_state_lock(sk);
	if (sk->sk_type == SOCK_DGRAM) {
		skb = skb_peek(&sk->sk_receive_queue);
		amount = skb ? skb->len : 0;
	} else {
		skb_queue_walk(&sk->sk_receive_queue, skb) amount += unix_skb_len(skb);
	}
	unix_state_unlock(sk);
	return amount;
}

static long unix_outq_len(struct sock *sk)
{
	if (READ_ONCE(sk->sk_state) == TCP_LISTEN)
		return -EINVAL;
	return sk_wmem_alloc_get(sk);
}

/* SIOCUNIXFILE: an O_PATH descriptor of the file that the socket is bound to. */
static int unix_open_file(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);
	struct path path;
	struct file *file;
	int fd;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (!smp_load_acquire(&u->addr))
		return -ENOENT;
	path = u->path; /* set before addr; goes only with the socket */
	if (!path.dentry)
		return -ENOENT;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = dentry_open(&path, O_PATH, current_cred());
	if (IS_ERR(file)) {
		put_unused_fd((unsigned int)fd);
		return (int)PTR_ERR(file);
	}
	fd_install((unsigned int)fd, file);
	return fd;
}

/* SIOCATMARK: is the urgent byte next? */
static int unix_at_mark(struct sock *sk)
{
	struct sk_buff *skb;
	int answer;

	unix_state_lock(sk);
	skb = skb_peek(&sk->sk_receive_queue);
	answer = skb && skb == unix_sk(sk)->oob_skb;
	unix_state_unlock(sk);
	return answer;
}

long unix_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct sock *sk = sock->sk;
	long amount;

	switch (cmd) {
	case SIOCOUTQ:
		amount = unix_outq_len(sk);
		break;
	case SIOCINQ:
		amount = unix_inq_len(sk);
		break;
	case SIOCUNIXFILE:
		return unix_open_file(sk);
	case SIOCATMARK:
		amount = unix_at_mark(sk);
		break;
	default:
		return -ENOIOCTLCMD;
	}
	return amount < 0 ? amount : put_user((int)amount, (int __user *)arg);
}

/* ---- the types ---- */

/* Readers hold iolock while they work with the offset. */
static int unix_set_peek_off(struct sock *sk, int value)
{
	struct unix_sock *u = unix_sk(sk);

	if (mutex_lock_interruptible(&u->iolock))
		return -EINTR;
	WRITE_ONCE(sk->sk_peek_off, value);
	mutex_unlock(&u->iolock);
	return 0;
}

const struct proto_ops unix_stream_ops = {
	.family = PF_UNIX,
	.release = unix_release,
	.bind = unix_bind,
	.connect = unix_stream_connect,
	.socketpair = unix_socketpair,
	.accept = unix_accept,
	.getname = unix_getname,
	.poll = unix_poll,
	.ioctl = unix_ioctl,
	.listen = unix_listen,
	.shutdown = unix_shutdown,
	.sendmsg = unix_stream_sendmsg,
	.recvmsg = unix_stream_recvmsg,
	.set_peek_off = unix_set_peek_off,
};

const struct proto_ops unix_dgram_ops = {
	.family = PF_UNIX,
	.release = unix_release,
	.bind = unix_bind,
	.connect = unix_dgram_connect,
	.socketpair = unix_socketpair,
	.accept = sock_no_accept,
	.getname = unix_getname,
	.poll = unix_dgram_poll,
	.ioctl = unix_ioctl,
	.listen = sock_no_listen,
	.shutdown = unix_shutdown,
	.sendmsg = unix_dgram_sendmsg,
	.recvmsg = unix_dgram_recvmsg,
	.set_peek_off = unix_set_peek_off,
};

const struct proto_ops unix_seqpacket_ops = {
	.family = PF_UNIX,
	.release = unix_release,
	.bind = unix_bind,
	.connect = unix_stream_connect,
	.socketpair = unix_socketpair,
	.accept = unix_accept,
	.getname = unix_getname,
	.poll = unix_dgram_poll,
	.ioctl = unix_ioctl,
	.listen = unix_listen,
	.shutdown = unix_shutdown,
	.sendmsg = unix_seqpacket_sendmsg,
	.recvmsg = unix_seqpacket_recvmsg,
	.set_peek_off = unix_set_peek_off,
};

struct unix_sock *unix_get_socket(struct file *file)
{
	struct socket *sock = sock_from_file(file);

	return sock && sock->sk && sock->ops->family == PF_UNIX ? unix_sk(sock->sk) : NULL;
}

static const struct net_proto_family unix_family_ops = {
	.family = PF_UNIX,
	.create = unix_create,
};

static const struct ctl_table unix_table[] = {
	{ "max_dgram_qlen", &sysctl_unix_max_dgram_qlen, sizeof(int), 0644, proc_douintvec },
};

static int af_unix_init(void)
{
	int error;

	unix_sock_cache = KMEM_CACHE(unix_sock, SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT);
	error = register_sysctl("net/unix", unix_table, ARRAY_SIZE(unix_table));
	return error ? error : sock_register(&unix_family_ops);
}
fs_initcall(af_unix_init);
