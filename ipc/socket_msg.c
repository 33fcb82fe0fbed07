// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls that move data through sockets: send, sendto, sendmsg, sendmmsg and the same for
 * receiving.
 *
 * Idea: all become one struct msghdr of the kernel and one call of socket->ops. For sending the
 *   address and the control messages are copied in first, so that they cannot change while they are
 *   looked at; received control messages go straight to the user's buffer
 *   (put_cmsg() of scm.c).
 * Rules: 1. Lengths that user space names are bounded before anything is allocated: UIO_MAXIOV
 *   buffers, sysctl_optmem_max bytes of control messages. 2. What was received is reported even if
 *   a later write to user memory fails only where Linux does so: a bad msg_name or header is -EFAULT
 *   and the data is lost.
 * Locking: none. Sleeps: everything may.
 * Linux: net/socket.c. man 2 sendmsg, man 2 recvmmsg.
 * Start at: ___sys_sendmsg, ___sys_recvmsg.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/time.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/uio.h"
#include "ipc/sock.h"
#include "ipc/socket.h"
#include "ipc/socket_internal.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

#define INT_MAX 0x7fffffff

/* Flags that only the kernel may set. */
#define MSG_INTERNAL_SENDMSG_FLAGS (MSG_CMSG_COMPAT | MSG_PROBE)

/* Small control messages are copied to the stack: one descriptor, or credentials. */
#define CTL_ON_STACK 64

_Static_assert(sizeof(struct user_msghdr) == 56 && sizeof(struct mmsghdr) == 64, "the ABI");
_Static_assert(sizeof(struct cmsghdr) == 16 && sizeof(struct ucred) == 12, "the ABI");

static void msghdr_init(struct msghdr *msg, unsigned int flags)
{
	msg->msg_name = NULL;
	msg->msg_namelen = 0;
	msg->msg_flags = flags;
	msg->msg_control = NULL;
	msg->msg_controllen = 0;
}

static unsigned int dontwait(const struct file *file)
{
	return (file->f_flags & O_NONBLOCK) ? MSG_DONTWAIT : 0;
}

/* ---- one buffer ---- */

static int __sys_sendto(int fd, void __user *buff, size_t len, unsigned int flags,
			void __user *addr, int addr_len)
{
	struct sockaddr_storage address;
	struct msghdr msg;
	struct fd f;
	int err;
	struct socket *sock;

	msghdr_init(&msg, flags & ~MSG_INTERNAL_SENDMSG_FLAGS);
	err = import_ubuf(ITER_SOURCE, buff, len, &msg.msg_iter);
	if (unlikely(err))
		return err;
	sock = sockfd_lookup_light(fd, &f, &err);
	if (!sock)
		return err;
	if (addr) {
		err = move_addr_to_kernel(addr, addr_len, &address);
		if (err < 0)
			goto out;
		msg.msg_name = &address;
		msg.msg_namelen = addr_len;
	}
	msg.msg_flags |= dontwait(sock->file);
	err = sock_sendmsg(sock, &msg);
out:
	fdput(f);
	return err;
}

SYSCALL_DEFINE6(sendto, int, fd, void __user *, buff, size_t, len, unsigned int, flags,
		void __user *, addr, int, addr_len)
{
	return __sys_sendto(fd, buff, len, flags, addr, addr_len);
}

static int __sys_recvfrom(int fd, void __user *ubuf, size_t size, unsigned int flags,
			  void __user *addr, int __user *addr_len)
{
	struct sockaddr_storage address;
	struct msghdr msg;
	struct fd f;
	int err;
	struct socket *sock;

	msghdr_init(&msg, 0);
	err = import_ubuf(ITER_DEST, ubuf, size, &msg.msg_iter);
	if (unlikely(err))
		return err;
	sock = sockfd_lookup_light(fd, &f, &err);
	if (!sock)
		return err;
	if (addr)
		msg.msg_name = &address;
	err = sock_recvmsg(sock, &msg, (int)((flags & ~MSG_CMSG_COMPAT) | dontwait(sock->file)));
	if (err >= 0 && addr) {
		int error = move_addr_to_user(&address, msg.msg_namelen, addr, addr_len);

		if (error < 0)
			err = error;
	}
	fdput(f);
	return err;
}

SYSCALL_DEFINE6(recvfrom, int, fd, void __user *, ubuf, size_t, size, unsigned int, flags,
		void __user *, addr, int __user *, addr_len)
{
	return __sys_recvfrom(fd, ubuf, size, flags, addr, addr_len);
}

/* ---- the header ---- */

/*
 * Reads a header and its vector. name: room for the address, which is read only when sending. *iov:
 * an array of UIO_FASTIOV; then what to kfree(). 0 or -errno; nothing to free then.
 */
static int copy_msghdr_from_user(struct msghdr *kmsg, struct user_msghdr *umsg,
				 const struct user_msghdr __user *uptr,
				 struct sockaddr_storage *name, int direction, struct iovec **iov)
{
	ssize_t ret;

	if (copy_from_user(umsg, uptr, sizeof(*umsg)))
		return -EFAULT;
	msghdr_init(kmsg, 0);
	kmsg->msg_control_user = umsg->msg_control;
	kmsg->msg_controllen = umsg->msg_controllen;
	if (!umsg->msg_name)
		umsg->msg_namelen = 0;
	if (umsg->msg_namelen < 0)
		return -EINVAL;
	if (umsg->msg_namelen > (int)sizeof(*name))
		umsg->msg_namelen = sizeof(*name);
	if (direction == ITER_DEST) {
		kmsg->msg_name = umsg->msg_name ? name : NULL;
	} else if (umsg->msg_namelen) {
		if (move_addr_to_kernel(umsg->msg_name, umsg->msg_namelen, name))
			return -EFAULT;
		kmsg->msg_name = name;
		kmsg->msg_namelen = umsg->msg_namelen;
	}
	if (umsg->msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	if (umsg->msg_iovlen == 1) {
		struct iovec one;

		/* The common case: one buffer needs no walk. */
		if (copy_from_user(&one, umsg->msg_iov, sizeof(one)))
			return -EFAULT;
		*iov = NULL;
		if ((ssize_t)one.iov_len < 0)
			return -EINVAL;
		return import_ubuf(direction, one.iov_base, one.iov_len, &kmsg->msg_iter);
	}
	ret = import_iovec(direction, umsg->msg_iov, (unsigned int)umsg->msg_iovlen, UIO_FASTIOV,
			   iov, &kmsg->msg_iter);
	return ret < 0 ? (int)ret : 0;
}

/* ---- sending ---- */

/* The control messages into the kernel: onto the stack, or into memory to kfree(). */
static int copy_control_from_user(struct msghdr *msg, char *on_stack, void **allocated)
{
	void __user *ucontrol = msg->msg_control_user;
	size_t len = msg->msg_controllen;
	void *control = on_stack;

	*allocated = NULL;
	if (!len)
		return 0;
	if (len > INT_MAX || len > (size_t)READ_ONCE(sysctl_optmem_max))
		return -ENOBUFS;
	if (len > CTL_ON_STACK) {
		control = *allocated = kmalloc(len, GFP_KERNEL_ACCOUNT);
		if (!control)
			return -ENOBUFS;
	}
	if (copy_from_user(control, ucontrol, len)) {
		kfree(*allocated);
		return -EFAULT;
	}
	msg->msg_control = control;
	return 0;
}

/* One message. Bytes or -errno; *left says whether some were not taken. */
static int ___sys_sendmsg(struct socket *sock, struct user_msghdr __user *umsg, unsigned int flags,
			  bool *left)
{
	char control[CTL_ON_STACK] __aligned(8);
	struct iovec iovstack[UIO_FASTIOV], *iov = iovstack;
	struct sockaddr_storage address;
	struct user_msghdr header;
	struct msghdr msg;
	void *allocated;
	int err = copy_msghdr_from_user(&msg, &header, umsg, &address, ITER_SOURCE, &iov);

	if (err < 0)
		return err;
	err = copy_control_from_user(&msg, control, &allocated);
	if (err < 0)
		goto out_free_iov;
	msg.msg_flags = (flags & ~MSG_INTERNAL_SENDMSG_FLAGS) | dontwait(sock->file);
	err = sock_sendmsg(sock, &msg);
	*left = iov_iter_count(&msg.msg_iter) != 0;
	kfree(allocated);
out_free_iov:
	kfree(iov);
	return err;
}

SYSCALL_DEFINE3(sendmsg, int, fd, struct user_msghdr __user *, msg, unsigned int, flags)
{
	struct fd f;
	int err;
	struct socket *sock;
	bool left;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	sock = sockfd_lookup_light(fd, &f, &err);
	if (!sock)
		return err;
	err = ___sys_sendmsg(sock, msg, flags, &left);
	fdput(f);
	return err;
}

SYSCALL_DEFINE4(sendmmsg, int, fd, struct mmsghdr __user *, mmsg, unsigned int, vlen, unsigned int,
		flags)
{
	unsigned int datagrams = 0;
	struct fd f;
	int err = 0;
	struct socket *sock;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	vlen = min_t(unsigned int, vlen, UIO_MAXIOV);
	sock = sockfd_lookup_light(fd, &f, &err);
	if (!sock)
		return err;
	err = 0;
	while (datagrams < vlen) {
		bool left;

		err = ___sys_sendmsg(sock, &mmsg[datagrams].msg_hdr, flags, &left);
		if (err < 0)
			break;
		err = put_user((unsigned int)err, &mmsg[datagrams].msg_len);
		if (err)
			break;
		datagrams++;
		if (left || signal_pending(current))
			break;
		cond_resched();
	}
	fdput(f);
	return datagrams ? (int)datagrams : err;
}

/* ---- receiving ---- */

/* What comes back besides the data: address, lengths, flags. 0 or -EFAULT, -EINVAL. */
static int put_msghdr(struct user_msghdr __user *umsg, const struct user_msghdr *header,
		      const struct msghdr *msg, const struct sockaddr_storage *address)
{
	int err;

	if (header->msg_name) {
		err = move_addr_to_user(address, msg->msg_namelen, header->msg_name,
					&umsg->msg_namelen);
		if (err < 0)
			return err;
	}
	err = put_user(msg->msg_flags & ~MSG_CMSG_COMPAT, &umsg->msg_flags);
	if (!err)
		err = put_user((unsigned long)(msg->msg_control_user - header->msg_control),
			       &umsg->msg_controllen);
	return err;
}

static int ___sys_recvmsg(struct socket *sock, struct user_msghdr __user *umsg, unsigned int flags)
{
	struct iovec iovstack[UIO_FASTIOV], *iov = iovstack;
	struct sockaddr_storage address;
	struct user_msghdr header;
	struct msghdr msg;
	int err = copy_msghdr_from_user(&msg, &header, umsg, &address, ITER_DEST, &iov), error;

	if (err < 0)
		return err;
	msg.msg_flags = flags & MSG_CMSG_CLOEXEC;
	err = sock_recvmsg(sock, &msg, (int)(flags | dontwait(sock->file)));
	if (err >= 0) {
		error = put_msghdr(umsg, &header, &msg, &address);
		if (error)
			err = error;
	}
	kfree(iov);
	return err;
}

SYSCALL_DEFINE3(recvmsg, int, fd, struct user_msghdr __user *, msg, unsigned int, flags)
{
	struct fd f;
	int err;
	struct socket *sock;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	sock = sockfd_lookup_light(fd, &f, &err);
	if (!sock)
		return err;
	err = ___sys_recvmsg(sock, msg, flags);
	fdput(f);
	return err;
}

/*
 * Up to vlen messages until end (KTIME_MAX: no limit), which is looked at after each message only,
 * as on Linux. The number, or -errno when there was none.
 */
static int do_recvmmsg(struct socket *sock, struct mmsghdr __user *mmsg, unsigned int vlen,
		       unsigned int flags, ktime_t end)
{
	unsigned int datagrams = 0;
	int err = sock_error(sock->sk);

	if (err)
		return err;
	while (datagrams < vlen) {
		err = ___sys_recvmsg(sock, &mmsg[datagrams].msg_hdr, flags & ~MSG_WAITFORONE);
		if (err < 0)
			break;
		err = put_user((unsigned int)err, &mmsg[datagrams].msg_len);
		if (err)
			break;
		datagrams++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (end != KTIME_MAX && ktime_get() >= end)
			break;
		cond_resched();
	}
	if (!datagrams)
		return err;
	/* What was received is reported now, the error by the next call. */
	if (err < 0 && err != -EAGAIN && err != -EINTR && err != -ERESTARTSYS)
		WRITE_ONCE(sock->sk->sk_err, -err);
	return (int)datagrams;
}

SYSCALL_DEFINE5(recvmmsg, int, fd, struct mmsghdr __user *, mmsg, unsigned int, vlen, unsigned int,
		flags, struct timespec64 __user *, timeout)
{
	struct timespec64 ts;
	ktime_t start = ktime_get(), end = KTIME_MAX;
	struct fd f;
	int err;
	struct socket *sock;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	if (timeout) {
		if (copy_from_user(&ts, timeout, sizeof(ts)))
			return -EFAULT;
		if (!timespec64_valid(&ts))
			return -EINVAL;
		end = ktime_add_safe(start, timespec64_to_ktime(ts));
	}
	vlen = min_t(unsigned int, vlen, UIO_MAXIOV);
	sock = sockfd_lookup_light(fd, &f, &err);
	if (!sock)
		return err;
	err = do_recvmmsg(sock, mmsg, vlen, flags, end);
	fdput(f);
	if (timeout && err > 0) {
		ktime_t now = ktime_get();

		ts = ktime_to_timespec64(now < end ? end - now : 0);
		if (copy_to_user(timeout, &ts, sizeof(ts)))
			err = -EFAULT;
	}
	return err;
}
