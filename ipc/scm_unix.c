// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket control messages, the message's side: what a struct scm_cookie holds moves into a message
 * before it is queued, and out of it when it is received or freed.
 *
 * Data:  sendmsg: cookie -> UNIXCB(skb) -> queue -> UNIXCB(skb) -> cookie: recvmsg
 *
 * Rules: 1. A list of files has one owner. From unix_attach_fds() to unix_detach_fds() that is the
 *   message, and its files count in the sender's unix_inflight; from unix_add_edges(), which is when
 *   it gets into a queue, the garbage collector knows it and may take it away.
 *   2. The count is compared with RLIMIT_NOFILE before it grows: one message may go over it.
 *
 * Locking: a message that is not queued is its caller's; UNIXCB(skb).fp of a queued one is protected
 *   by unix_gc_lock. user->unix_inflight is atomic.
 * Linux: net/unix/af_unix.c, garbage.c. Start at: unix_scm_to_skb. Tests: tests/ipc/unix_rights.c.
 */
#include "ipc/scm.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/bug.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "ipc/unix.h"

/* ---- descriptors ---- */

/* Does the user have more in flight than one process may have open? */
static bool too_many_unix_fds(void)
{
	struct user_struct *user = current_user();

	if (likely((unsigned long)atomic_long_read(&user->unix_inflight) <= rlimit(RLIMIT_NOFILE)))
		return false;
	return !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

int unix_attach_fds(struct scm_cookie *scm, struct sk_buff *skb)
{
	struct scm_fp_list *fpl = scm->fp;

	if (too_many_unix_fds()) {
		unix_gc(); /* what nobody can receive shall not count */
		if (too_many_unix_fds())
			return -ETOOMANYREFS;
	}
	wait_for_unix_gc();
	ASSERT(!UNIXCB(skb).fp);
	atomic_long_add(fpl->count, &fpl->user->unix_inflight);
	UNIXCB(skb).fp = fpl;
	scm->fp = NULL;
	return 0;
}

void unix_detach_fds(struct scm_cookie *scm, struct sk_buff *skb)
{
	ASSERT(!scm->fp);
	scm->fp = unix_del_edges(skb);
}

int unix_peek_fds(struct scm_cookie *scm, struct sk_buff *skb)
{
	struct scm_fp_list *copy = scm_fp_alloc(UNIXCB(skb).fp->count);

	if (!copy)
		return -ENOMEM;
	unix_copy_edges(skb, copy);
	ASSERT(!scm->fp);
	scm->fp = copy;
	return 0;
}

/* ---- credentials ---- */

void maybe_add_creds(struct sk_buff *skb, const struct socket *sock, const struct sock *other)
{
	const struct sock *sk = sock->sk;

	if (UNIXCB(skb).pid)
		return;
	/* An embryo may get SO_PASSCRED before it reads. */
	if (READ_ONCE(sk->sk_scm_credentials) || READ_ONCE(sk->sk_scm_pidfd) ||
	    !READ_ONCE(other->sk_socket) || READ_ONCE(other->sk_scm_credentials) ||
	    READ_ONCE(other->sk_scm_pidfd)) {
		UNIXCB(skb).pid = get_pid(task_tgid(current));
		UNIXCB(skb).uid = current_uid();
		UNIXCB(skb).gid = current_gid();
	}
}

void unix_skb_to_scm(const struct sk_buff *skb, struct scm_cookie *scm)
{
	ASSERT(!scm->pid);
	scm->pid = UNIXCB(skb).pid ? get_pid(UNIXCB(skb).pid) : NULL;
	scm->creds = (struct scm_creds){ pid_nr(UNIXCB(skb).pid), UNIXCB(skb).uid,
					 UNIXCB(skb).gid };
}

bool unix_skb_scm_eq(const struct sk_buff *skb, const struct scm_cookie *scm)
{
	return UNIXCB(skb).pid == scm->pid && UNIXCB(skb).uid == scm->creds.uid &&
	       UNIXCB(skb).gid == scm->creds.gid;
}

/* ---- both ---- */

int unix_scm_to_skb(struct scm_cookie *scm, struct sk_buff *skb, bool send_fds)
{
	UNIXCB(skb).pid = scm->pid ? get_pid(scm->pid) : NULL;
	UNIXCB(skb).uid = scm->creds.uid;
	UNIXCB(skb).gid = scm->creds.gid;
	return scm->fp && send_fds ? unix_attach_fds(scm, skb) : 0;
}

void unix_destruct_scm(struct sk_buff *skb)
{
	struct scm_fp_list *fpl = UNIXCB(skb).fp ? unix_del_edges(skb) : NULL;

	put_pid(UNIXCB(skb).pid);
	UNIXCB(skb).pid = NULL;
	if (fpl)
		scm_fp_free(fpl);
}
