// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is at the other end: SO_PEERCRED, SO_PEERGROUPS, SO_PEERPIDFD.
 *
 * Idea: the kernel noted who called connect(), listen() or socketpair() (init_peercred(),
 *   copy_peercred() in unix_sock.c); that never changes, whatever becomes of the process.
 * Locking: the state lock, to take references to what was noted. Sleeps: user memory.
 * Linux: net/core/sock.c. man 7 unix. Start at: sock_get_peer. Tests: tests/ipc/unix_credentials.c.
 */
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "fs/file.h"
#include "ipc/unix.h"

/* With references, or NULL. */
static struct pid *get_peer_pid(struct sock *sk)
{
	struct pid *pid;

	unix_state_lock(sk);
	pid = sk->sk_peer_pid ? get_pid(sk->sk_peer_pid) : NULL;
	unix_state_unlock(sk);
	return pid;
}

static const struct cred *get_peer_cred(struct sock *sk)
{
	const struct cred *cred;

	unix_state_lock(sk);
	cred = sk->sk_peer_cred ? get_cred(sk->sk_peer_cred) : NULL;
	unix_state_unlock(sk);
	return cred;
}

/* As much of the value as there is room for. */
static int put_value(void __user *optval, int __user *optlen, const void *value, int size, int len)
{
	len = min(len, size);
	if (copy_to_user(optval, value, (size_t)len))
		return -EFAULT;
	return put_user(len, optlen);
}

static int get_peercred(struct sock *sk, void __user *optval, int __user *optlen, int len)
{
	struct ucred creds = { 0, (uid_t)-1, (gid_t)-1 };

	unix_state_lock(sk);
	creds.pid = (unsigned int)pid_nr(sk->sk_peer_pid);
	if (sk->sk_peer_cred) {
		creds.uid = sk->sk_peer_cred->euid;
		creds.gid = sk->sk_peer_cred->egid;
	}
	unix_state_unlock(sk);
	return put_value(optval, optlen, &creds, sizeof(creds), len);
}

/* All of them or, with the size that is needed, -ERANGE. */
static int get_peergroups(struct sock *sk, void __user *optval, int __user *optlen, int len)
{
	const struct cred *cred = get_peer_cred(sk);
	int size, error;

	if (!cred)
		return -ENODATA;
	size = (int)((size_t)cred->group_info->ngroups * sizeof(gid_t));
	if (len < size)
		error = put_user(size, optlen) ? -EFAULT : -ERANGE;
	else
		error = put_value(optval, optlen, cred->group_info->gid, size, len);
	put_cred(cred);
	return error;
}

static int get_peerpidfd(struct sock *sk, void __user *optval, int __user *optlen, int len)
{
	struct pid *pid = get_peer_pid(sk);
	struct file *file;
	int fd, error;

	if (!pid)
		return -ENODATA;
	fd = pidfd_prepare(pid, 0, &file);
	put_pid(pid);
	if (fd < 0)
		return fd;
	error = put_value(optval, optlen, &fd, sizeof(fd), len);
	if (error) {
		put_unused_fd((unsigned int)fd);
		fput(file);
		return error;
	}
	fd_install((unsigned int)fd, file);
	return 0;
}

int sock_get_peer(struct sock *sk, int optname, void __user *optval, int __user *optlen, int len)
{
	switch (optname) {
	case SO_PEERCRED:
		return get_peercred(sk, optval, optlen, len);
	case SO_PEERGROUPS:
		return get_peergroups(sk, optval, optlen, len);
	case SO_PEERPIDFD:
		return get_peerpidfd(sk, optval, optlen, len);
	default:
		return -ENOPROTOOPT;
	}
}
