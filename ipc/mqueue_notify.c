// SPDX-License-Identifier: GPL-2.0-only
/*
 * mq_notify(): one process at a time may ask to be told, once, when a message comes into a queue that
 * was empty.
 *
 * Rules: 1. notify_owner holds a reference to the struct pid of the process; notify means something
 *   only while it is set. 2. A registration ends with its notification, with mq_notify(NULL) by the
 *   same process, or when that process closes any descriptor of the queue, so also at its exec and its
 *   end. 3. A message that is handed to a sleeping receiver tells nobody. 4. The signal goes to the
 *   program that registered: after an exec that left a descriptor open it is not sent.
 *   5. SIGEV_THREAD gives a netlink socket and 32 bytes, the cookie; its last byte says what happened
 *   when the socket gets it: a message came, or the registration ended otherwise. It was allocated
 *   beforehand, so that telling cannot fail; notify_cookie is its owner until then.
 * Locking: info->lock; the signal is queued under it (siglock is inside), and so is the cookie.
 * Linux: __do_notify(), do_mq_notify() in ipc/mqueue.c.
 * Start at: do_mq_notify(). Tests: tests/ipc/mq_notify.c; page: docs/mqueue.md.
 */
#include "ipc/mqueue.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "fs/file.h"
#include "ipc/netlink.h"
#include "ipc/skbuff.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

/* The cookie goes to the thread of the C library: rule 5. */
static void send_cookie(struct mqueue_inode_info *info, char code)
{
	struct sk_buff *skb = info->notify_cookie;

	info->notify_cookie = NULL;
	skb->head[NOTIFY_COOKIE_LEN - 1] = code;
	netlink_send_note(skb);
}

void remove_notification(struct mqueue_inode_info *info)
{
	if (info->notify_cookie)
		send_cookie(info, NOTIFY_REMOVED);
	put_pid(info->notify_owner);
	info->notify_owner = NULL;
}

/* The caller has sent the message that it tells of. */
static void send_notification(struct mqueue_inode_info *info)
{
	struct task_struct *task;
	struct siginfo sig_i;

	memset(&sig_i, 0, sizeof(sig_i));
	sig_i.si_signo = info->notify.sigev_signo;
	sig_i.si_code = SI_MESGQ;
	sig_i.si_value = info->notify.sigev_value;
	sig_i.si_pid = current->tgid;
	sig_i.si_uid = current_uid();
	rcu_read_lock();
	task = pid_task(info->notify_owner, PIDTYPE_TGID);
	if (task && READ_ONCE(task->self_exec_id) == info->notify_self_exec_id) /* rule 4 */
		do_send_sig_info(sig_i.si_signo, &sig_i, task, PIDTYPE_TGID);
	rcu_read_unlock();
}

void __do_notify(struct mqueue_inode_info *info)
{
	if (info->notify_owner && info->attr.mq_curmsgs == 1) {
		/* Signal 0 may be registered: it is none. */
		if (info->notify.sigev_notify == SIGEV_SIGNAL && info->notify.sigev_signo)
			send_notification(info);
		else if (info->notify_cookie)
			send_cookie(info, NOTIFY_WOKENUP);
		remove_notification(info);
	}
	if (waitqueue_active(&info->wait_q)) /* a poller looks under the lock, after it queued */
		wake_up(&info->wait_q);
}

int mqueue_flush_file(struct file *file)
{
	struct mqueue_inode_info *info = MQUEUE_I(file_inode(file));

	spin_lock(&info->lock);
	if (info->notify_owner == task_tgid(current))
		remove_notification(info);
	spin_unlock(&info->lock);
	return 0;
}

/* notification NULL: no longer. cookie: for SIGEV_THREAD; the queue has it when we succeed. */
static int do_mq_notify(int mqdes, const struct sigevent *notification, struct sk_buff *cookie)
{
	struct fd f = fdget((unsigned int)mqdes);
	struct mqueue_inode_info *info = mqueue_of(f.file, 0);
	struct inode *inode;
	int ret = 0;

	if (!info) {
		fdput(f);
		return -EBADF;
	}
	inode = &info->vfs_inode;
	spin_lock(&info->lock);
	if (!notification) {
		if (info->notify_owner == task_tgid(current)) {
			remove_notification(info);
			inode->i_atime = inode->i_ctime = current_time(inode);
		}
	} else if (info->notify_owner) {
		ret = -EBUSY;
	} else {
		info->notify = *notification;
		info->notify_cookie = cookie;
		info->notify_self_exec_id = current->self_exec_id;
		info->notify_owner = get_pid(task_tgid(current));
		inode->i_atime = inode->i_ctime = current_time(inode);
	}
	spin_unlock(&info->lock);
	fdput(f);
	return ret;
}

/* The cookie that SIGEV_THREAD gives, to be sent to the socket that it names; or ERR_PTR. */
static struct sk_buff *make_cookie(const struct sigevent *notification)
{
	char cookie[NOTIFY_COOKIE_LEN];
	struct sk_buff *skb;
	struct sock *sk;
	struct fd f;

	if (copy_from_user(cookie, notification->sigev_value.sival_ptr, sizeof(cookie)))
		return ERR_PTR(-EFAULT);
	f = fdget((unsigned int)notification->sigev_signo);
	if (!f.file)
		return ERR_PTR(-EBADF);
	sk = netlink_getsockbyfilp(f.file);
	skb = IS_ERR(sk) ? ERR_CAST(sk) : netlink_alloc_note(sk, sizeof(cookie));
	if (!IS_ERR(skb))
		memcpy(skb->head, cookie, sizeof(cookie));
	fdput(f);
	return skb;
}

SYSCALL_DEFINE2(mq_notify, int, mqdes, const struct sigevent __user *, u_notification)
{
	struct sk_buff *cookie = NULL;
	struct sigevent n;
	int ret;

	if (!u_notification)
		return do_mq_notify(mqdes, NULL, NULL);
	if (copy_from_user(&n, u_notification, sizeof(n)))
		return -EFAULT;
	switch (n.sigev_notify) {
	case SIGEV_NONE:
		break;
	case SIGEV_SIGNAL:
		if ((unsigned int)n.sigev_signo > _NSIG)
			return -EINVAL;
		break;
	case SIGEV_THREAD:
		cookie = make_cookie(&n);
		if (IS_ERR(cookie))
			return (int)PTR_ERR(cookie);
		break;
	default:
		return -EINVAL;
	}
	ret = do_mq_notify(mqdes, &n, cookie);
	if (ret && cookie)
		kfree_skb(cookie);
	return ret;
}
