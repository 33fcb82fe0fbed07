/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets as files. A struct socket is what a descriptor leads to (ipc/socket.c); it owns one
 * struct sock (ipc/sock.h), which has the queue and outlives it while others send to it.
 * Linux: include/linux/net.h, socket.h.
 */
#ifndef CONDUIT_IPC_SOCKET_H
#define CONDUIT_IPC_SOCKET_H

#include "kernel/uapi/socket.h"
#include "kernel/lib/types.h"
#include "fs/fs.h"
#include "fs/uio.h"

struct file;
struct poll_table_struct;
struct sock;
struct socket;

/* In /proc/net/unix. */
typedef enum {
	SS_FREE = 0,
	SS_UNCONNECTED,
	SS_CONNECTING,
	SS_CONNECTED,
	SS_DISCONNECTING,
} socket_state;

/*
 * A message on its way in or out, in the kernel. Where the bytes are is msg_iter's business.
 * Sending: msg_name and msg_control are copies in the kernel. Receiving: the address is written to
 * msg_name, in the kernel; control messages go to the user's memory at once, and msg_control and
 * msg_controllen move on behind them.
 */
struct msghdr {
	void *msg_name; /* struct sockaddr_storage, or NULL: none given (none wanted) */
	int msg_namelen;
	unsigned int msg_flags; /* MSG_*, in and out */
	struct iov_iter msg_iter;
	union {
		void *msg_control;
		void __user *msg_control_user;
	};
	size_t msg_controllen;
};

/*
 * What a type of a family does. All may sleep. len of messages is msg_iter's count.
 */
struct proto_ops {
	int family;
	int (*release)(struct socket *sock);
	int (*bind)(struct socket *sock, struct sockaddr *addr, int addr_len);
	int (*connect)(struct socket *sock, struct sockaddr *addr, int addr_len, int flags);
	int (*socketpair)(struct socket *a, struct socket *b);
	/* newsock has no sock yet; flags: O_NONBLOCK. */
	int (*accept)(struct socket *sock, struct socket *newsock, int flags);
	/* peer: the other's. Returns the length. addr has room for a sockaddr_storage. */
	int (*getname)(struct socket *sock, struct sockaddr *addr, int peer);
	unsigned int (*poll)(struct file *file, struct socket *sock,
			     struct poll_table_struct *wait);
	long (*ioctl)(struct socket *sock, unsigned int cmd, unsigned long arg);
	int (*listen)(struct socket *sock, int backlog);
	int (*shutdown)(struct socket *sock, int how);
	int (*sendmsg)(struct socket *sock, struct msghdr *msg, size_t len);
	int (*recvmsg)(struct socket *sock, struct msghdr *msg, size_t len, int flags);
	int (*set_peek_off)(struct sock *sk, int value); /* NULL: SO_PEEK_OFF is not supported */
};

/* [I] never changes, [S] the sock's state lock */
struct socket {
	socket_state state;          /* [S] SS_* */
	short type;                  /* [I] SOCK_STREAM … */
	struct file *file;           /* [I] not a reference: the file owns the socket */
	struct sock *sk;             /* [I] once created or accepted; NULL after release */
	const struct proto_ops *ops; /* [I] */
};

/* A family's constructor; sock->type is set. 0 or -errno. */
struct net_proto_family {
	int family;
	int (*create)(struct socket *sock, int protocol);
};

int sock_register(const struct net_proto_family *family);

/* The socket behind a file, or NULL if it is not a socket. */
struct socket *sock_from_file(struct file *file);
struct inode *SOCK_INODE(struct socket *sock);

/* Without sock, only sock_alloc(): a struct socket inside an inode of sockfs. NULL: no memory. */
struct socket *sock_alloc(void);
int sock_create(int family, int type, int protocol, struct socket **res);
void sock_release(struct socket *sock);
/* Takes over the socket, also on failure (ERR_PTR). flags: O_NONBLOCK. */
struct file *sock_alloc_file(struct socket *sock, int flags);

int sock_sendmsg(struct socket *sock, struct msghdr *msg);
int sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags);

/* optval is user memory; the second writes at most *optlen (a user int) bytes. ipc/sockopt.c */
int sock_setsockopt(struct socket *sock, int level, int optname, const void __user *optval,
		    unsigned int optlen);
int sock_getsockopt(struct socket *sock, int level, int optname, void __user *optval,
		    int __user *optlen);

/* One control message to the receiver: 0, or -EFAULT. Sets MSG_CTRUNC where it does not fit. */
int put_cmsg(struct msghdr *msg, int level, int type, int len, const void *data);

/* Operations that a type does not have: -EOPNOTSUPP. */
int sock_no_accept(struct socket *sock, struct socket *newsock, int flags);
int sock_no_listen(struct socket *sock, int backlog);

#endif
