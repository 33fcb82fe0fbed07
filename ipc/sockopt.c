// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of sockets: setsockopt() and getsockopt() at level SOL_SOCKET, the only one there is.
 *
 * Idea: an option is one word of struct sock, written and read without a lock. Some are stored for
 *   programs that set them on every kind of socket and mean nothing here.
 * Rules: 1. SO_SNDBUF and SO_RCVBUF store twice what was set, within limits that only CAP_NET_ADMIN
 *   passes. 2. Time-outs are struct timeval outside and nanoseconds inside; zero means none.
 * Locking: none; who was asleep with an old time-out keeps it.
 * Linux: net/core/sock.c (sk_setsockopt, sk_getsockopt). man 7 socket. Start at: sock_setsockopt.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/time.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "ipc/sock.h"
#include "ipc/socket.h"

#define INT_MAX 0x7fffffff

/* ---- setting ---- */

/* A struct timeval to nanoseconds: 0, -EINVAL, -EFAULT, -EDOM. */
static int sock_set_timeout(long *timeo, const void __user *optval, unsigned int optlen)
{
	struct __kernel_old_timeval tv;
	struct timespec64 ts;

	if (optlen < sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, optval, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	ts = (struct timespec64){ tv.tv_sec, tv.tv_usec * 1000 };
	if (tv.tv_sec < 0)
		WRITE_ONCE(*timeo, 0);
	else if (!tv.tv_sec && !tv.tv_usec)
		WRITE_ONCE(*timeo, MAX_SCHEDULE_TIMEOUT);
	else
		WRITE_ONCE(*timeo, min_t(long, timespec64_to_ktime(ts), MAX_SCHEDULE_TIMEOUT));
	return 0;
}

static int sock_set_linger(struct sock *sk, const void __user *optval, unsigned int optlen)
{
	struct linger ling;

	if (optlen < sizeof(ling))
		return -EINVAL;
	if (copy_from_user(&ling, optval, sizeof(ling)))
		return -EFAULT;
	WRITE_ONCE(sk->sk_lingertime, ling.l_linger);
	sock_valbool_flag(sk, SOCK_LINGER, ling.l_onoff != 0);
	return 0;
}

/* Twice the value within limits. */
static void sock_set_sndbuf(struct sock *sk, unsigned int val)
{
	val = min_t(unsigned int, val, INT_MAX / 2);
	WRITE_ONCE(sk->sk_sndbuf, max((int)val * 2, SOCK_MIN_SNDBUF));
	sock_wake_writers(sk); /* they may have room now */
}

static void sock_set_rcvbuf(struct sock *sk, unsigned int val)
{
	val = min_t(unsigned int, val, INT_MAX / 2);
	WRITE_ONCE(sk->sk_rcvbuf, max((int)val * 2, SOCK_MIN_RCVBUF));
}

static int sock_set_buffer(struct sock *sk, int optname, int val)
{
	bool force = optname == SO_SNDBUFFORCE || optname == SO_RCVBUFFORCE;

	if (force) {
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		val = max(val, 0);
	}
	switch (optname) {
	case SO_SNDBUF:
		/* A negative value is a very large one. */
		val = (int)min((unsigned int)val, READ_ONCE(sysctl_wmem_max));
		fallthrough;
	case SO_SNDBUFFORCE:
		sock_set_sndbuf(sk, (unsigned int)val);
		break;
	case SO_RCVBUF:
		val = (int)min((unsigned int)val, READ_ONCE(sysctl_rmem_max));
		fallthrough;
	default:
		sock_set_rcvbuf(sk, (unsigned int)val);
	}
	return 0;
}

/* Flags that are stored and read back; -1: it is not one. */
static int sock_flag_of_option(int optname)
{
	switch (optname) {
	case SO_DEBUG:
		return SOCK_DBG;
	case SO_REUSEADDR:
		return SOCK_REUSEADDR;
	case SO_REUSEPORT:
		return SOCK_REUSEPORT;
	case SO_DONTROUTE:
		return SOCK_LOCALROUTE;
	case SO_BROADCAST:
		return SOCK_BROADCAST;
	case SO_KEEPALIVE:
		return SOCK_KEEPALIVE;
	case SO_OOBINLINE:
		return SOCK_URGINLINE;
	case SO_TIMESTAMP:
		return SOCK_RCVTSTAMP;
	case SO_PASSSEC: /* no policy labels sockets */
		return SOCK_PASSSEC_ON;
	}
	return -1;
}

static int sock_set_peek_off(struct socket *sock, int val)
{
	return sock->ops->set_peek_off ? sock->ops->set_peek_off(sock->sk, val) : -EOPNOTSUPP;
}

/* The options whose value is an int. */
static int sock_set_int(struct socket *sock, int optname, int val)
{
	struct sock *sk = sock->sk;
	int flag = sock_flag_of_option(optname);

	if (flag >= 0) {
		if (optname == SO_DEBUG && val && !capable(CAP_NET_ADMIN))
			return -EACCES;
		sock_valbool_flag(sk, (enum sock_flags)flag, val != 0);
		return 0;
	}
	switch (optname) {
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		return sock_set_buffer(sk, optname, val);
	case SO_RCVLOWAT:
		WRITE_ONCE(sk->sk_rcvlowat, val < 0 ? INT_MAX : val ? val : 1);
		return 0;
	case SO_PASSCRED:
		WRITE_ONCE(sk->sk_scm_credentials, val != 0);
		return 0;
	case SO_PASSPIDFD:
		WRITE_ONCE(sk->sk_scm_pidfd, val != 0);
		return 0;
	case SO_PASSRIGHTS:
		WRITE_ONCE(sk->sk_scm_rights, val != 0);
		return 0;
	case SO_PEEK_OFF:
		return sock_set_peek_off(sock, val);
	case SO_PRIORITY:
		if ((val < 0 || val > 6) && !capable(CAP_NET_ADMIN))
			return -EPERM;
		WRITE_ONCE(sk->sk_priority, val);
		return 0;
	case SO_MARK:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		WRITE_ONCE(sk->sk_mark, val);
		return 0;
	case SO_NO_CHECK:
	case SO_BSDCOMPAT:
		return 0;
	}
	return -ENOPROTOOPT;
}

int sock_setsockopt(struct socket *sock, int level, int optname, const void __user *optval,
		    unsigned int optlen)
{
	struct sock *sk = sock->sk;
	int val;

	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (optlen < sizeof(int))
		return -EINVAL;
	switch (optname) {
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		return sock_set_timeout(&sk->sk_rcvtimeo, optval, optlen);
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		return sock_set_timeout(&sk->sk_sndtimeo, optval, optlen);
	case SO_LINGER:
		return sock_set_linger(sk, optval, optlen);
	}
	if (get_user(val, (const int __user *)optval))
		return -EFAULT;
	return sock_set_int(sock, optname, val);
}

/* ---- getting ---- */

static struct __kernel_old_timeval sock_get_timeout(long timeo)
{
	struct timespec64 ts;

	if (timeo == MAX_SCHEDULE_TIMEOUT)
		return (struct __kernel_old_timeval){ 0, 0 };
	ts = ns_to_timespec64(timeo);
	return (struct __kernel_old_timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
}

/* The options whose value is an int: 0 or -ENOPROTOOPT. */
static int sock_get_int(struct socket *sock, int optname, int *val)
{
	struct sock *sk = sock->sk;
	int flag = sock_flag_of_option(optname);

	if (flag >= 0) {
		*val = sock_flag(sk, (enum sock_flags)flag);
		return 0;
	}
	switch (optname) {
	case SO_SNDBUF:
		*val = READ_ONCE(sk->sk_sndbuf);
		return 0;
	case SO_RCVBUF:
		*val = READ_ONCE(sk->sk_rcvbuf);
		return 0;
	case SO_TYPE:
		*val = sk->sk_type;
		return 0;
	case SO_PROTOCOL:
	case SO_NO_CHECK:
	case SO_BSDCOMPAT:
		*val = 0;
		return 0;
	case SO_DOMAIN:
		*val = sock->ops->family;
		return 0;
	case SO_ERROR:
		*val = -sock_error(sk);
		return 0;
	case SO_ACCEPTCONN:
		*val = READ_ONCE(sk->sk_state) == TCP_LISTEN;
		return 0;
	case SO_RCVLOWAT:
		*val = READ_ONCE(sk->sk_rcvlowat);
		return 0;
	case SO_SNDLOWAT:
		*val = 1;
		return 0;
	case SO_PASSCRED:
		*val = READ_ONCE(sk->sk_scm_credentials);
		return 0;
	case SO_PASSPIDFD:
		*val = READ_ONCE(sk->sk_scm_pidfd);
		return 0;
	case SO_PASSRIGHTS:
		*val = READ_ONCE(sk->sk_scm_rights);
		return 0;
	case SO_PEEK_OFF:
		*val = READ_ONCE(sk->sk_peek_off);
		return sock->ops->set_peek_off ? 0 : -EOPNOTSUPP;
	case SO_PRIORITY:
		*val = READ_ONCE(sk->sk_priority);
		return 0;
	case SO_MARK:
		*val = READ_ONCE(sk->sk_mark);
		return 0;
	}
	return -ENOPROTOOPT;
}

/* SO_PEERNAME: as getpeername(), but the buffer must be large enough. */
static int sock_get_peername(struct socket *sock, void __user *optval, int __user *optlen, int len)
{
	struct sockaddr_storage address;
	int ret = sock->ops->getname(sock, (struct sockaddr *)&address, 1);

	if (ret < 0)
		return -ENOTCONN;
	if (ret < len)
		return -EINVAL;
	if (copy_to_user(optval, &address, (size_t)len))
		return -EFAULT;
	return put_user(len, optlen);
}

int sock_getsockopt(struct socket *sock, int level, int optname, void __user *optval,
		    int __user *optlen)
{
	struct sock *sk = sock->sk;
	union {
		int val;
		struct linger ling;
		struct __kernel_old_timeval tv;
	} v = { 0 };
	unsigned int size = sizeof(int);
	int len, error;

	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	switch (optname) {
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		v.tv = sock_get_timeout(READ_ONCE(sk->sk_rcvtimeo));
		size = sizeof(v.tv);
		break;
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		v.tv = sock_get_timeout(READ_ONCE(sk->sk_sndtimeo));
		size = sizeof(v.tv);
		break;
	case SO_LINGER:
		v.ling.l_onoff = sock_flag(sk, SOCK_LINGER);
		v.ling.l_linger = READ_ONCE(sk->sk_lingertime);
		size = sizeof(v.ling);
		break;
	case SO_PEERNAME:
		return sock_get_peername(sock, optval, optlen, len);
	case SO_PEERCRED:
	case SO_PEERGROUPS:
	case SO_PEERPIDFD:
		return sock_get_peer(sk, optname, optval, optlen, len);
	default:
		error = sock_get_int(sock, optname, &v.val);
		if (error)
			return error;
	}
	len = (int)min_t(unsigned int, (unsigned int)len, size);
	if (copy_to_user(optval, &v, (size_t)len))
		return -EFAULT;
	return put_user(len, optlen);
}
