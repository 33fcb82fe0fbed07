/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AF_UNIX sockets. unix_sock.c: life and names of types; unix_stream.c, unix_dgram.c: transfer;
 * unix_name.c: bind and look-up; unix_connect.c: listen, connect, accept; unix_poll.c; unix_gc.c:
 * cycles of sockets in flight; scm.c: descriptors and credentials. docs/unix.md tells it at length.
 * Linux: include/net/af_unix.h.
 */
#ifndef CONDUIT_IPC_UNIX_H
#define CONDUIT_IPC_UNIX_H

#include "kernel/uapi/socket.h"
#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/wait.h"
#include "fs/fs.h"
#include "ipc/sock.h"

struct scm_cookie;

/* A name; shared by a listener and the sockets that it accepted. */
struct unix_address {
	refcount_t refcnt;
	int len;                   /* of name: sun_family, and what of sun_path is used */
	struct sockaddr_un name[]; /* as long as len says, and a zero byte */
};

/*
 * [S] lock, the state lock: a socket's own fields, sk.sk_receive_queue and those of struct sock
 * marked so. Of two sockets: unix_state_double_lock(), in the order of their addresses. No lock of
 * this file is taken inside but unix_table_lock, wait queues' locks, fasync_lock.
 * [B] bindlock, [T] unix_table_lock, [P] the peer's peer_wait.lock, [R] iolock, [G] the garbage
 * collector's lock.
 */
struct unix_sock {
	struct sock sk;              /* first */
	spinlock_t lock;             /* state and receive queue */
	struct mutex iolock;         /* readers take turns: an skb is copied while it is queued */
	struct mutex bindlock;       /* one bind() at a time */
	struct unix_address *addr;   /* [B] set once, by release: readers need an acquire */
	struct path path;            /* [B][S] a bound file; set before addr; gone after release */
	struct sock *peer;           /* [S] a reference. Of a stream or seqpacket: set once */
	struct sock *listener;       /* [S] of an embryo: where it waits, no reference; or NULL */
	struct sk_buff *oob_skb;     /* [S] the urgent byte, which is in the queue too; or NULL */
	wait_queue_head_t peer_wait; /* who waits for room in our queue: senders, connects */
	struct wait_queue_entry peer_wake; /* [P] a poller of this socket on its peer's peer_wait */
	struct hlist_node table_node;      /* [T] every socket, by name */
	struct hlist_node bind_node;       /* [T] the ones with a path, by inode */
	long inflight;                     /* [G] references to it in messages */
	struct list_head link;             /* [G] in the list of sockets in flight */
	struct list_head gc_queue;         /* [G] scm_fp_lists in its queue that have sockets */
	struct list_head gc_entry;     /* [G] while one of these is not empty: in gc_receivers, */
	struct list_head gc_embryos;   /* [G] … or, of an embryo, in this one of its listener */
	struct unix_sock *gc_listener; /* [G] whose gc_embryos has gc_entry, or NULL */
	struct list_head gc_work;      /* [G] reached, to be looked into */
	unsigned long gc_flags;        /* [G] */
};

static inline struct unix_sock *unix_sk(const struct sock *sk)
{
	return (struct unix_sock *)sk;
}

#define unix_peer(s) (unix_sk(s)->peer)

static inline void unix_state_lock(struct sock *sk)
{
	spin_lock(&unix_sk(sk)->lock);
}

static inline void unix_state_unlock(struct sock *sk)
{
	spin_unlock(&unix_sk(sk)->lock);
}

void unix_state_double_lock(struct sock *a, struct sock *b);
void unix_state_double_unlock(struct sock *a, struct sock *b);

/*
 * May more be sent (POLLOUT)? Used room is at most a quarter. Messages count by whole 64 bytes: what
 * sock_wfree() keeps back while it tells of room must make no difference, or it would tell nobody.
 */
static inline bool unix_writable(const struct sock *sk)
{
	s64 used = (sk_wmem_alloc_get(sk) & ~63) + 1;

	return READ_ONCE(sk->sk_state) != TCP_LISTEN && used * 4 <= READ_ONCE(sk->sk_sndbuf);
}

/* Is the receiver's queue full for those who are not its peer? */
static inline bool unix_recvq_full_lockless(const struct sock *sk)
{
	return skb_queue_len_lockless(&sk->sk_receive_queue) > READ_ONCE(sk->sk_max_ack_backlog);
}

/* Bytes of a stream's skb that have not been read. Locked, or a reader. */
static inline unsigned int unix_skb_len(const struct sk_buff *skb)
{
	return skb->len - UNIXCB(skb).consumed;
}

extern const struct proto_ops unix_stream_ops, unix_dgram_ops, unix_seqpacket_ops;
extern unsigned int sysctl_unix_max_dgram_qlen;

/* unix_sock.c */
struct sock *unix_create1(int type);
int unix_release(struct socket *sock);
/* embryo: nobody has accepted it. Gives up the reference of its socket. */
void unix_release_sock(struct sock *sk, bool embryo);
int unix_socketpair(struct socket *a, struct socket *b);
int unix_shutdown(struct socket *sock, int how);
long unix_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
/* The peer with a reference, or NULL. */
struct sock *unix_peer_get(struct sock *sk);
/* The sock of a file of this family, or NULL. No reference. */
struct unix_sock *unix_get_socket(struct file *file);
/* SO_PEERCRED: who made the connection. scm.c knows more. */
void init_peercred(struct sock *sk);
void copy_peercred(struct sock *sk, struct sock *peersk);

/* unix_name.c */
extern spinlock_t unix_table_lock;
/*
 * For /proc/net/unix: the socket at *pos, which is at least 1, or the first one behind it, with *pos set to
 * it; NULL behind the last. With unix_table_lock; no reference.
 */
struct sock *unix_socket_from(loff_t *pos);
void unix_insert_unbound_socket(struct sock *sk);
void unix_remove_socket(struct sock *sk);
int unix_bind(struct socket *sock, struct sockaddr *addr, int addr_len);
int unix_autobind(struct sock *sk);
int unix_getname(struct socket *sock, struct sockaddr *addr, int peer);
/* The socket of that name and type, with a reference; or ERR_PTR. Sleeps. */
struct sock *unix_find_other(struct sockaddr_un *name, int len, int type);
/* 0, or -EINVAL: not an address of this family. */
int unix_validate_addr(const struct sockaddr_un *name, int len);
/* The sender's name for recvmsg(). */
void unix_copy_addr(struct msghdr *msg, struct sock *sk);
void unix_release_addr(struct unix_address *addr);

/* unix_connect.c */
int unix_listen(struct socket *sock, int backlog);
int unix_stream_connect(struct socket *sock, struct sockaddr *addr, int addr_len, int flags);
int unix_accept(struct socket *sock, struct socket *newsock, int flags);
int unix_dgram_connect(struct socket *sock, struct sockaddr *addr, int addr_len, int flags);
/*
 * Sleeps until the queue of other may have room or it is closed: what is left of timeo, or
 * -ERESTARTSYS, -EINTR. No lock held.
 */
long unix_wait_for_peer(struct sock *other, long timeo);

/* unix_stream.c */
int unix_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int unix_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags);

/* unix_oob.c */
int unix_send_oob(struct socket *sock, struct sock *peer, struct msghdr *msg,
		  struct scm_cookie *scm, bool first);
int unix_recv_oob(struct sock *sk, struct msghdr *msg, int flags);
struct sk_buff *unix_next_beside_oob(struct sock *sk, size_t skip, int copied, int flags,
				     unsigned int *offset);

/* unix_dgram.c */
int unix_dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int unix_dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags);
/* sk has no longer other as its peer: what came from there is thrown away. No lock held. */
void unix_dgram_disconnected(struct sock *sk, struct sock *other);
int unix_seqpacket_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
int unix_seqpacket_recvmsg(struct socket *sock, struct msghdr *msg, size_t size, int flags);

/* unix_poll.c */
unsigned int unix_poll(struct file *file, struct socket *sock, struct poll_table_struct *wait);
unsigned int unix_dgram_poll(struct file *file, struct socket *sock,
			     struct poll_table_struct *wait);
void unix_dgram_peer_wake_init(struct unix_sock *u);
/* A poller of sk shall hear of room in other: is there none now? State lock of sk held. */
bool unix_dgram_peer_wake_me(struct sock *sk, struct sock *other);
void unix_dgram_peer_wake_disconnect(struct sock *sk, struct sock *other);
void unix_dgram_peer_wake_disconnect_wakeup(struct sock *sk, struct sock *other);

#endif
