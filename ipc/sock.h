/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct sock: the part of a socket that has queues, and that peers and queued messages keep in
 * memory after its descriptor is closed. Implemented in ipc/sock.c.
 * Linux: include/net/sock.h.
 */
#ifndef CONDUIT_IPC_SOCK_H
#define CONDUIT_IPC_SOCK_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/locking/refcount.h"
#include "kernel/sched/wait.h"
#include "kernel/x86/atomic.h"
#include "ipc/skbuff.h"
#include "ipc/socket.h"

struct cred;
struct fasync_struct;
struct pid;

/* sk_state: numbers of TCP, as on Linux. */
enum {
	TCP_ESTABLISHED = 1, /* has a peer */
	TCP_CLOSE = 7,
	TCP_LISTEN = 10,
};

/* sk_shutdown */
#define RCV_SHUTDOWN  1
#define SEND_SHUTDOWN 2
#define SHUTDOWN_MASK 3

/* sk_flags: bits */
enum sock_flags {
	SOCK_DEAD,      /* closed: only peers and messages hold it */
	SOCK_REUSEADDR, /* the next ones are stored and have no effect */
	SOCK_KEEPALIVE,
	SOCK_BROADCAST,
	SOCK_LOCALROUTE,
	SOCK_URGINLINE, /* SO_OOBINLINE */
	SOCK_LINGER,
	SOCK_DBG,
	SOCK_REUSEPORT,
	SOCK_RCVTSTAMP,
	SOCK_PASSSEC_ON,
	SOCK_SLEEPS_FOR_ROOM, /* somebody looked for room and went to sleep */
	SOCK_NOSPACE,         /* a writer or poller found no room: O_ASYNC wants to know */
};

/* Buffer sizes: what SO_SNDBUF gives is twice what was set, to pay for the structures. */
#define SOCK_MIN_SNDBUF 4608
#define SOCK_MIN_RCVBUF 2304
extern unsigned int sysctl_wmem_default, sysctl_wmem_max;
extern unsigned int sysctl_rmem_default, sysctl_rmem_max;
extern int sysctl_somaxconn, sysctl_optmem_max;

/*
 * [S] the state lock (unix_sock.lock); read without it where it says "(read freely)".
 * [A] atomic, [I] never changes, [W] any time, one word
 */
struct sock {
	refcount_t sk_refcnt;     /* [A] the socket, peers, queues, look-ups under way */
	atomic_t sk_wmem_alloc;   /* [A] bytes in others' queues, and 1 until sk_refcnt is 0 */
	int sk_sndbuf;            /* [W] SO_SNDBUF: more bytes than this are not begun */
	int sk_rcvbuf;            /* [W] SO_RCVBUF: stored only */
	u16 sk_type;              /* [I] SOCK_STREAM … */
	u8 sk_state;              /* [S] TCP_* (read freely) */
	u8 sk_shutdown;           /* [S] RCV_SHUTDOWN | SEND_SHUTDOWN (read freely) */
	int sk_err;               /* [A] reported once, by sock_error() */
	unsigned long sk_flags;   /* [A] bits: SOCK_DEAD changes under [S] */
	long sk_rcvtimeo;         /* [W] ns, or MAX_SCHEDULE_TIMEOUT */
	long sk_sndtimeo;         /* [W] */
	int sk_rcvlowat;          /* [W] SO_RCVLOWAT */
	int sk_peek_off;          /* [W] where MSG_PEEK begins; negative: at the first byte */
	u32 sk_max_ack_backlog;   /* [S] listen(): connections that may wait (read freely) */
	int sk_priority, sk_mark; /* [W] stored only */
	int sk_lingertime;        /* [W] stored only */
	bool sk_scm_credentials;  /* [W] SO_PASSCRED */
	bool sk_scm_pidfd;        /* [W] SO_PASSPIDFD */
	bool sk_scm_rights;       /* [W] SO_PASSRIGHTS: on, unless turned off */
	struct sk_buff_head sk_receive_queue; /* [S] a listener's: embryos, see unix_connect.c */
	wait_queue_head_t sk_wq;              /* readers, writers, pollers, accepters */
	struct fasync_struct *sk_fasync;      /* O_ASYNC: fasync_lock */
	struct socket *sk_socket;             /* [S] NULL: an embryo, or closed */
	struct pid *sk_peer_pid;              /* [S] SO_PEERCRED: a reference, or NULL */
	const struct cred *sk_peer_cred;      /* [S] the same */
	void (*sk_destruct)(struct sock *sk); /* [I] frees what is the family's */
	void (*sk_write_space)(
		struct sock *sk);    /* [I] called when the room for sending has grown */
	struct kmem_cache *sk_cache; /* [I] where it came from */
};

static inline bool sock_flag(const struct sock *sk, enum sock_flags flag)
{
	return READ_ONCE(sk->sk_flags) & (1ul << flag);
}

void sock_valbool_flag(struct sock *sk, enum sock_flags flag, bool on);
#define sock_set_flag(sk, flag) sock_valbool_flag(sk, flag, true)

/* A sock of zeroed memory from cache with one reference and default options. NULL: no memory. */
struct sock *sk_alloc(struct kmem_cache *cache, int type);
void sk_free(struct sock *sk);
void __sk_free(struct sock *sk);

static inline void sock_hold(struct sock *sk)
{
	refcount_inc(&sk->sk_refcnt);
}

static inline void sock_put(struct sock *sk)
{
	if (refcount_dec_and_test(&sk->sk_refcnt))
		sk_free(sk);
}

/* Ties the two together. State lock held, or nobody sees them yet. */
static inline void sock_graft(struct sock *sk, struct socket *sock)
{
	sock->sk = sk;
	WRITE_ONCE(sk->sk_socket, sock);
}

/* The pending error, negative, which is forgotten by that; or 0. */
static inline int sock_error(struct sock *sk)
{
	if (likely(!READ_ONCE(sk->sk_err)))
		return 0;
	return -__atomic_exchange_n(&sk->sk_err, 0, __ATOMIC_SEQ_CST);
}

static inline long sock_rcvtimeo(const struct sock *sk, bool noblock)
{
	return noblock ? 0 : READ_ONCE(sk->sk_rcvtimeo);
}

static inline long sock_sndtimeo(const struct sock *sk, bool noblock)
{
	return noblock ? 0 : READ_ONCE(sk->sk_sndtimeo);
}

/* With how many bytes a read is content. */
static inline int sock_rcvlowat(const struct sock *sk, bool waitall, int len)
{
	int value = waitall ? len : min(READ_ONCE(sk->sk_rcvlowat), len);

	return value ? value : 1;
}

/* A sleep with a time-out is not begun anew by itself: man 7 signal. */
static inline int sock_intr_errno(long timeo)
{
	return timeo == MAX_SCHEDULE_TIMEOUT ? -ERESTARTSYS : -EINTR;
}

/* Where a read with these flags begins, in bytes from the first. */
static inline int sk_peek_offset(const struct sock *sk, int flags)
{
	if (likely(!(flags & MSG_PEEK)))
		return 0;
	return max(READ_ONCE(sk->sk_peek_off), 0);
}

/* Bytes were peeked at; were taken. Readers only. */
static inline void sk_peek_offset_fwd(struct sock *sk, int bytes)
{
	if (unlikely(sk->sk_peek_off >= 0))
		WRITE_ONCE(sk->sk_peek_off, sk->sk_peek_off + bytes);
}

static inline void sk_peek_offset_bwd(struct sock *sk, int bytes)
{
	if (unlikely(sk->sk_peek_off >= 0))
		WRITE_ONCE(sk->sk_peek_off, max(sk->sk_peek_off - bytes, 0));
}

/* Bytes in flight. */
static inline int sk_wmem_alloc_get(const struct sock *sk)
{
	return atomic_read(&sk->sk_wmem_alloc) - 1;
}

/*
 * Room for size bytes, charged to sk; sleeps until there is some, unless noblock. NULL, with the
 * reason in *errcode: -EAGAIN, -EPIPE, -ENOBUFS, -ERESTARTSYS, -EINTR or the pending error.
 */
struct sk_buff *sock_alloc_send_skb(struct sock *sk, unsigned int size, bool noblock, int *errcode);
/* The same at once and whatever is in use already: for the embryo of a connection. */
struct sk_buff *sock_wmalloc(struct sock *sk, unsigned int size, gfp_t gfp);
/* Gives the room back: from kfree_skb(). */
void sock_wfree(struct sk_buff *skb);

/* Tell sleepers, pollers and O_ASYNC: there is data; room; the state changed; an error. */
void sock_def_readable(struct sock *sk);
void sock_def_write_space(struct sock *sk);
void sk_state_change(struct sock *sk);
/* Only those who sleep in sock_alloc_send_skb(): they look again. */
void sock_wake_writers(struct sock *sk);
void sk_error_report(struct sock *sk);
void sk_wake_async(struct sock *sk, int band);
/* The state lock is held, which keeps the file. */
void sk_send_sigurg(struct sock *sk);

/*
 * peercred.c: SO_PEERCRED and its like; len: what *optlen says, not negative. -ENOPROTOOPT: another
 * option.
 */
int sock_get_peer(struct sock *sk, int optname, void __user *optval, int __user *optlen, int len);

#endif
