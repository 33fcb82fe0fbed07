// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets as files: sockfs, and read, write, poll, ioctl and close of a socket.
 *
 * Idea: a struct socket and its inode are one object of a file system that nobody can mount;
 *   /proc/<pid>/fd shows it as "socket:[17]". What a file operation means is up to the family:
 *   socket->ops. A family's constructor is found by its number.
 * Data:	descriptor ▶ file ▶ dentry ▶ inode and socket (one object) ▶ sock ▶ its peer's sock
 * Rules: 1. The file owns the socket: its release ends it. A socket that has no file yet is ended
 *   by sock_release(). 2. sock->sk does not change while the socket has a file.
 * Locking: none of its own. net_families is filled by initcalls.
 * Sleeps: everything may.
 * Linux: net/socket.c. Start at: sock_create, sock_read_iter. Calls: socket_calls.c, socket_msg.c.
 */
#include "ipc/socket.h"

#include "kernel/uapi/errno.h"
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
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/poll.h"
#include "fs/uio.h"
#include "ipc/sock.h"

#define SOCKFS_MAGIC 0x534f434b

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

static struct kmem_cache *sock_inode_cache;
static struct vfsmount *sock_mnt;
static const struct net_proto_family *net_families[AF_MAX]; /* [I] after boot */

static const struct file_operations socket_file_ops;

/* ---- families ---- */

int sock_register(const struct net_proto_family *family)
{
	if (family->family < 0 || family->family >= AF_MAX)
		return -ENOBUFS;
	if (net_families[family->family])
		return -EEXIST;
	net_families[family->family] = family;
	return 0;
}

int sock_create(int family, int type, int protocol, struct socket **res)
{
	struct socket *sock;
	int error;

	if (family < 0 || family >= AF_MAX)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= SOCK_MAX)
		return -EINVAL;
	if (!net_families[family])
		return -EAFNOSUPPORT;
	sock = sock_alloc();
	if (!sock)
		return -ENFILE;
	sock->type = (short)type;
	error = net_families[family]->create(sock, protocol);
	if (error) {
		sock_release(sock);
		return error;
	}
	*res = sock;
	return 0;
}

int sock_no_accept(struct socket *sock, struct socket *newsock, int flags)
{
	return -EOPNOTSUPP;
}

int sock_no_listen(struct socket *sock, int backlog)
{
	return -EOPNOTSUPP;
}

/* ---- inodes and files ---- */

static struct socket *SOCKET_I(struct inode *inode)
{
	return &container_of(inode, struct socket_alloc, vfs_inode)->socket;
}

struct inode *SOCK_INODE(struct socket *sock)
{
	return &container_of(sock, struct socket_alloc, socket)->vfs_inode;
}

struct socket *sock_alloc(void)
{
	struct inode *inode = new_inode(sock_mnt->mnt_sb);
	struct socket *sock;

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode->i_mode = S_IFSOCK | S_IRWXUGO;
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	sock = SOCKET_I(inode);
	*sock = (struct socket){ .state = SS_UNCONNECTED };
	return sock;
}

/* The end of the family's part. */
static void sock_end(struct socket *sock)
{
	if (sock->ops)
		sock->ops->release(sock);
	sock->ops = NULL;
}

void sock_release(struct socket *sock)
{
	ASSERT(!sock->file); /* rule 1 */
	sock_end(sock);
	iput(SOCK_INODE(sock));
}

struct file *sock_alloc_file(struct socket *sock, int flags)
{
	struct inode *inode = SOCK_INODE(sock);
	struct file *file = alloc_file_pseudo(inode, sock_mnt, "", O_RDWR | (flags & O_NONBLOCK),
					      &socket_file_ops);

	if (IS_ERR(file)) {
		sock_release(sock);
		return file;
	}
	sock->file = file;
	file->private_data = sock;
	stream_open(inode, file);
	file->f_mode |= FMODE_NOWAIT;
	return file;
}

struct socket *sock_from_file(struct file *file)
{
	return likely(file->f_op == &socket_file_ops) ? file->private_data : NULL;
}

/* ---- file operations ---- */

int sock_sendmsg(struct socket *sock, struct msghdr *msg)
{
	return sock->ops->sendmsg(sock, msg, iov_iter_count(&msg->msg_iter));
}

int sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags)
{
	return sock->ops->recvmsg(sock, msg, iov_iter_count(&msg->msg_iter), flags);
}

static int dontwait(const struct kiocb *iocb)
{
	return (iocb->ki_filp->f_flags & O_NONBLOCK) || (iocb->ki_flags & IOCB_NOWAIT) ?
		       MSG_DONTWAIT :
		       0;
}

static ssize_t sock_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct socket *sock = iocb->ki_filp->private_data;
	struct msghdr msg;
	int ret;

	if (iocb->ki_pos != 0)
		return -ESPIPE;
	if (!iov_iter_count(to))
		return 0;
	msg.msg_name = NULL;
	msg.msg_namelen = 0;
	msg.msg_flags = 0;
	msg.msg_control = NULL;
	msg.msg_controllen = 0;
	msg.msg_iter = *to;
	ret = sock_recvmsg(sock, &msg, dontwait(iocb));
	*to = msg.msg_iter;
	return ret;
}

static ssize_t sock_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct socket *sock = iocb->ki_filp->private_data;
	struct msghdr msg;
	int ret;

	if (iocb->ki_pos != 0)
		return -ESPIPE;
	msg.msg_name = NULL;
	msg.msg_namelen = 0;
	msg.msg_flags = (unsigned int)dontwait(iocb);
	msg.msg_control = NULL;
	msg.msg_controllen = 0;
	if (sock->type == SOCK_SEQPACKET)
		msg.msg_flags |= MSG_EOR;
	msg.msg_iter = *from;
	ret = sock_sendmsg(sock, &msg);
	*from = msg.msg_iter;
	return ret;
}

static unsigned int sock_poll(struct file *file, poll_table *wait)
{
	struct socket *sock = file->private_data;

	return sock->ops->poll(file, sock, wait);
}

static long sock_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct socket *sock = file->private_data;
	int who;

	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		if (get_user(who, (int __user *)arg))
			return -EFAULT;
		return f_setown(file, who, 1);
	case FIOGETOWN:
	case SIOCGPGRP:
		return put_user(f_getown(file), (int __user *)arg);
	}
	return sock->ops->ioctl(sock, cmd, arg);
}

static int sock_fasync(int fd, struct file *file, int on)
{
	struct socket *sock = file->private_data;
	int ret = fasync_helper(fd, file, on, &sock->sk->sk_fasync);

	return ret < 0 ? ret : 0;
}

static int sock_close(struct inode *inode, struct file *file)
{
	struct socket *sock = file->private_data;

	sock_end(sock);
	sock->file = NULL;
	return 0;
}

static const struct file_operations socket_file_ops = {
	.read_iter = sock_read_iter,
	.write_iter = sock_write_iter,
	.poll = sock_poll,
	.unlocked_ioctl = sock_ioctl,
	.release = sock_close,
	.fasync = sock_fasync,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
};

/* ---- sockfs ---- */

static struct inode *sock_alloc_inode(struct super_block *sb)
{
	struct socket_alloc *ei = kmem_cache_alloc(sock_inode_cache, GFP_KERNEL_ACCOUNT);

	return ei ? &ei->vfs_inode : NULL;
}

static void sock_free_inode(struct inode *inode)
{
	kmem_cache_free(sock_inode_cache, container_of(inode, struct socket_alloc, vfs_inode));
}

static char *sockfs_dname(struct dentry *dentry, char *buffer, int buflen)
{
	return dynamic_dname(buffer, buflen, "socket:[%lu]", d_inode(dentry)->i_ino);
}

static const struct dentry_operations sockfs_dentry_operations = {
	.d_dname = sockfs_dname,
};

static const struct super_operations sockfs_ops = {
	.alloc_inode = sock_alloc_inode,
	.free_inode = sock_free_inode,
	.statfs = simple_statfs,
};

static struct dentry *sockfs_mount(struct file_system_type *type, int flags, const char *dev_name,
				   void *data)
{
	return mount_pseudo(type, SOCKFS_MAGIC, &sockfs_ops, &sockfs_dentry_operations);
}

static struct file_system_type sock_fs_type = {
	.name = "sockfs",
	.mount = sockfs_mount,
	.kill_sb = kill_anon_super,
};

static int sock_init(void)
{
	int error;

	sock_inode_cache = kmem_cache_create("sock_inode_cache", sizeof(struct socket_alloc), 0,
					     SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT, NULL);
	error = register_filesystem(&sock_fs_type);
	if (error)
		return error;
	sock_mnt = kern_mount(&sock_fs_type);
	return PTR_ERR_OR_ZERO(sock_mnt);
}
core_initcall(sock_init);
