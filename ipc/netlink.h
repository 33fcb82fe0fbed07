/* SPDX-License-Identifier: GPL-2.0-only */
/* AF_NETLINK sockets as the receiving end of the kernel's notes. Implemented in ipc/netlink.c. */
#ifndef CONDUIT_IPC_NETLINK_H
#define CONDUIT_IPC_NETLINK_H

struct file;
struct sk_buff;
struct sock;

/* The sock behind the file, valid as long as the file; or ERR_PTR: -ENOTSOCK, -EINVAL. */
struct sock *netlink_getsockbyfilp(struct file *file);

/*
 * A note of len bytes that has its place in the queue of sk from now on, and keeps sk in memory;
 * ERR_PTR: -ENOMEM, or a signal came while we waited for place.
 */
struct sk_buff *netlink_alloc_note(struct sock *sk, unsigned int len);
/* Into the queue it was made for; gone if that is closed. Never sleeps. */
void netlink_send_note(struct sk_buff *skb);

#endif
