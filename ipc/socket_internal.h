/* SPDX-License-Identifier: GPL-2.0-only */
/* What socket_calls.c and socket_msg.c share: from descriptors to sockets, and addresses. */
#ifndef CONDUIT_IPC_SOCKET_INTERNAL_H
#define CONDUIT_IPC_SOCKET_INTERNAL_H

#include "kernel/uapi/socket.h"
#include "fs/file.h"

struct socket;

/* NULL with *err -EBADF or -ENOTSOCK; else give f back by fdput(). */
struct socket *sockfd_lookup_light(int fd, struct fd *f, int *err);
/* 0, -EINVAL for an impossible length, -EFAULT. */
int move_addr_to_kernel(const void __user *uaddr, int ulen, struct sockaddr_storage *kaddr);
/* *ulen: room there, and afterwards klen. 0, -EINVAL, -EFAULT. */
int move_addr_to_user(const struct sockaddr_storage *kaddr, int klen, void __user *uaddr,
		      int __user *ulen);

#endif
