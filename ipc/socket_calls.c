// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls that make, name, connect and end sockets. Those that move data: socket_msg.c.
 *
 * Idea: a call copies addresses in and out and leads to socket->ops; a descriptor is taken before
 *   the socket is made and shown to the program last, when nothing can fail any more.
 * Rules: 1. No address longer than a sockaddr_storage comes in; a name shorter than the caller's
 *   buffer is written as far as it goes, and its true length always.
 * Locking: none. Sleeps: everything may.
 * Linux: net/socket.c. man 2 socket, man 2 accept and so on. Start at: SYSCALL_DEFINE4(socketpair.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/lib/err.h"
#include "kernel/x86/uaccess.h"
#include "fs/file.h"
#include "ipc/sock.h"
#include "ipc/socket.h"
#include "ipc/socket_internal.h"
#include "kernel/syscall.h"

_Static_assert(SOCK_CLOEXEC == O_CLOEXEC && SOCK_NONBLOCK == O_NONBLOCK, "one set of flags");

struct socket *sockfd_lookup_light(int fd, struct fd *f, int *err)
{
	struct socket *sock;

	*f = fdget((unsigned int)fd);
	if (unlikely(!f->file)) {
		*err = -EBADF;
		return NULL;
	}
	sock = sock_from_file(f->file);
	if (unlikely(!sock)) {
		fdput(*f);
		*err = -ENOTSOCK;
	}
	return sock;
}

int move_addr_to_kernel(const void __user *uaddr, int ulen, struct sockaddr_storage *kaddr)
{
	if (ulen < 0 || ulen > (int)sizeof(*kaddr))
		return -EINVAL;
	return copy_from_user(kaddr, uaddr, (size_t)ulen) ? -EFAULT : 0;
}

int move_addr_to_user(const struct sockaddr_storage *kaddr, int klen, void __user *uaddr,
		      int __user *ulen)
{
	int len;

	if (get_user(len, ulen))
		return -EFAULT;
	len = min(len, klen);
	if (len < 0)
		return -EINVAL;
	if (len && copy_to_user(uaddr, kaddr, (size_t)len))
		return -EFAULT;
	return put_user(klen, ulen);
}

/* ---- making ---- */

/* Type and flags apart: 0, or -EINVAL for unknown flags. */
static int split_type(int *type, int *flags)
{
	*flags = *type & ~SOCK_TYPE_MASK;
	*type &= SOCK_TYPE_MASK;
	return *flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK) ? -EINVAL : 0;
}

static int __sys_socket(int family, int type, int protocol)
{
	struct socket *sock;
	struct file *file;
	int flags, fd, error;

	error = split_type(&type, &flags);
	if (!error)
		error = sock_create(family, type, protocol, &sock);
	if (error)
		return error;
	fd = get_unused_fd_flags((unsigned int)(flags & O_CLOEXEC));
	if (fd < 0) {
		sock_release(sock);
		return fd;
	}
	file = sock_alloc_file(sock, flags);
	if (IS_ERR(file)) {
		put_unused_fd((unsigned int)fd);
		return (int)PTR_ERR(file);
	}
	fd_install((unsigned int)fd, file);
	return fd;
}

SYSCALL_DEFINE3(socket, int, family, int, type, int, protocol)
{
	return __sys_socket(family, type, protocol);
}

/* Two connected sockets in two files. */
static int make_pair(int family, int type, int protocol, int flags, struct file *files[2])
{
	struct socket *a, *b;
	int error;

	/* Who asks for a pair of the internet's learns that there are none, not that it is missing. */
	if ((family == AF_INET || family == AF_INET6) && type < SOCK_MAX)
		return -EOPNOTSUPP;
	error = sock_create(family, type, protocol, &a);
	if (error)
		return error;
	error = sock_create(family, type, protocol, &b);
	if (error) {
		sock_release(a);
		return error;
	}
	error = a->ops->socketpair(a, b);
	if (error) {
		sock_release(b);
		sock_release(a);
		return error;
	}
	files[0] = sock_alloc_file(a, flags);
	if (IS_ERR(files[0])) {
		sock_release(b);
		return (int)PTR_ERR(files[0]);
	}
	files[1] = sock_alloc_file(b, flags);
	if (IS_ERR(files[1])) {
		fput(files[0]);
		return (int)PTR_ERR(files[1]);
	}
	return 0;
}

static int __sys_socketpair(int family, int type, int protocol, int __user *usockvec)
{
	struct file *files[2] = { NULL, NULL };
	int flags, fd1, fd2, error;

	error = split_type(&type, &flags);
	if (error)
		return error;
	fd1 = get_unused_fd_flags((unsigned int)(flags & O_CLOEXEC));
	if (fd1 < 0)
		return fd1;
	fd2 = get_unused_fd_flags((unsigned int)(flags & O_CLOEXEC));
	if (fd2 < 0) {
		put_unused_fd((unsigned int)fd1);
		return fd2;
	}
	error = -EFAULT;
	if (!put_user(fd1, &usockvec[0]) && !put_user(fd2, &usockvec[1]))
		error = make_pair(family, type, protocol, flags, files);
	if (error) {
		put_unused_fd((unsigned int)fd2);
		put_unused_fd((unsigned int)fd1);
		return error;
	}
	fd_install((unsigned int)fd1, files[0]);
	fd_install((unsigned int)fd2, files[1]);
	return 0;
}

SYSCALL_DEFINE4(socketpair, int, family, int, type, int, protocol, int __user *, usockvec)
{
	return __sys_socketpair(family, type, protocol, usockvec);
}

/* ---- names and connections ---- */

SYSCALL_DEFINE3(bind, int, fd, const void __user *, umyaddr, int, addrlen)
{
	struct sockaddr_storage address;
	struct fd f;
	int error;
	struct socket *sock = sockfd_lookup_light(fd, &f, &error);

	if (!sock)
		return error;
	error = move_addr_to_kernel(umyaddr, addrlen, &address);
	if (!error)
		error = sock->ops->bind(sock, (struct sockaddr *)&address, addrlen);
	fdput(f);
	return error;
}

SYSCALL_DEFINE2(listen, int, fd, int, backlog)
{
	struct fd f;
	int error;
	struct socket *sock = sockfd_lookup_light(fd, &f, &error);

	if (!sock)
		return error;
	/* Negative is very much, as Linux takes it. */
	if ((unsigned int)backlog > (unsigned int)READ_ONCE(sysctl_somaxconn))
		backlog = READ_ONCE(sysctl_somaxconn);
	error = sock->ops->listen(sock, backlog);
	fdput(f);
	return error;
}

SYSCALL_DEFINE3(connect, int, fd, const void __user *, uservaddr, int, addrlen)
{
	struct sockaddr_storage address;
	struct fd f;
	int error;
	struct socket *sock = sockfd_lookup_light(fd, &f, &error);

	if (!sock)
		return error;
	error = move_addr_to_kernel(uservaddr, addrlen, &address);
	if (!error)
		error = sock->ops->connect(sock, (struct sockaddr *)&address, addrlen,
					   (int)(sock->file->f_flags & O_NONBLOCK));
	fdput(f);
	return error;
}

/* The file of the next connection, the peer's name written out. ERR_PTR. */
static struct file *do_accept(struct socket *sock, void __user *upeer_sockaddr,
			      int __user *upeer_addrlen, int flags)
{
	struct sockaddr_storage address;
	struct socket *newsock = sock_alloc();
	struct file *file;
	int error;

	if (!newsock)
		return ERR_PTR(-ENFILE);
	newsock->type = sock->type;
	newsock->ops = sock->ops;
	file = sock_alloc_file(newsock, flags);
	if (IS_ERR(file))
		return file;
	error = sock->ops->accept(sock, newsock, (int)(sock->file->f_flags & O_NONBLOCK));
	if (!error && upeer_sockaddr) {
		error = newsock->ops->getname(newsock, (struct sockaddr *)&address, 2);
		if (error < 0)
			error = -ECONNABORTED;
		else
			error = move_addr_to_user(&address, error, upeer_sockaddr, upeer_addrlen);
	}
	if (!error)
		return file;
	fput(file);
	return ERR_PTR(error);
}

static int __sys_accept4(int fd, void __user *upeer_sockaddr, int __user *upeer_addrlen, int flags)
{
	struct file *file;
	struct fd f;
	int error, newfd;
	struct socket *sock;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	sock = sockfd_lookup_light(fd, &f, &error);
	if (!sock)
		return error;
	newfd = get_unused_fd_flags((unsigned int)(flags & O_CLOEXEC));
	if (newfd >= 0) {
		file = do_accept(sock, upeer_sockaddr, upeer_addrlen, flags);
		if (IS_ERR(file)) {
			put_unused_fd((unsigned int)newfd);
			newfd = (int)PTR_ERR(file);
		} else {
			fd_install((unsigned int)newfd, file);
		}
	}
	fdput(f);
	return newfd;
}

SYSCALL_DEFINE4(accept4, int, fd, void __user *, upeer_sockaddr, int __user *, upeer_addrlen, int,
		flags)
{
	return __sys_accept4(fd, upeer_sockaddr, upeer_addrlen, flags);
}

SYSCALL_DEFINE3(accept, int, fd, void __user *, upeer_sockaddr, int __user *, upeer_addrlen)
{
	return __sys_accept4(fd, upeer_sockaddr, upeer_addrlen, 0);
}

static int do_getname(int fd, void __user *usockaddr, int __user *usockaddr_len, int peer)
{
	struct sockaddr_storage address;
	struct fd f;
	int ret;
	struct socket *sock = sockfd_lookup_light(fd, &f, &ret);

	if (!sock)
		return ret;
	ret = sock->ops->getname(sock, (struct sockaddr *)&address, peer);
	if (ret >= 0)
		ret = move_addr_to_user(&address, ret, usockaddr, usockaddr_len);
	fdput(f);
	return ret;
}

SYSCALL_DEFINE3(getsockname, int, fd, void __user *, usockaddr, int __user *, usockaddr_len)
{
	return do_getname(fd, usockaddr, usockaddr_len, 0);
}

SYSCALL_DEFINE3(getpeername, int, fd, void __user *, usockaddr, int __user *, usockaddr_len)
{
	return do_getname(fd, usockaddr, usockaddr_len, 1);
}

/* ---- the rest ---- */

SYSCALL_DEFINE2(shutdown, int, fd, int, how)
{
	struct fd f;
	int error;
	struct socket *sock = sockfd_lookup_light(fd, &f, &error);

	if (!sock)
		return error;
	error = sock->ops->shutdown(sock, how);
	fdput(f);
	return error;
}

SYSCALL_DEFINE5(setsockopt, int, fd, int, level, int, optname, const void __user *, optval, int,
		optlen)
{
	struct fd f;
	int error;
	struct socket *sock;

	if (optlen < 0)
		return -EINVAL;
	sock = sockfd_lookup_light(fd, &f, &error);
	if (!sock)
		return error;
	error = sock_setsockopt(sock, level, optname, optval, (unsigned int)optlen);
	fdput(f);
	return error;
}

SYSCALL_DEFINE5(getsockopt, int, fd, int, level, int, optname, void __user *, optval, int __user *,
		optlen)
{
	struct fd f;
	int error;
	struct socket *sock = sockfd_lookup_light(fd, &f, &error);

	if (!sock)
		return error;
	error = sock_getsockopt(sock, level, optname, optval, optlen);
	fdput(f);
	return error;
}
