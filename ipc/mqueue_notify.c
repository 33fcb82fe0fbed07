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
 * Locking: info->lock; the signal is queued under it (siglock is inside).
 * Linux: __do_notify(), do_mq_notify() in ipc/mqueue.c. SIGEV_THREAD sends a cookie through a netlink
 *   socket, of which there are none here: what names one is refused as Linux refuses any other file.
 * Start at: do_mq_notify(). Tests: tests/ipc/mq_notify.c; page: docs/mqueue.md.
 */
#include "ipc/mqueue.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "fs/file.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

void remove_notification(struct mqueue_inode_info *info)
{
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

/* notification NULL: no longer. */
static int do_mq_notify(int mqdes, const struct sigevent *notification)
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
		info->notify_self_exec_id = current->self_exec_id;
		info->notify_owner = get_pid(task_tgid(current));
		inode->i_atime = inode->i_ctime = current_time(inode);
	}
	spin_unlock(&info->lock);
	fdput(f);
	return ret;
}

/* What SIGEV_THREAD gives is no netlink socket: how it is none. */
static int refuse_thread(const struct sigevent *notification)
{
	char cookie[NOTIFY_COOKIE_LEN];
	struct fd f;
	int ret;

	if (copy_from_user(cookie, notification->sigev_value.sival_ptr, sizeof(cookie)))
		return -EFAULT;
	f = fdget((unsigned int)notification->sigev_signo);
	if (!f.file)
		ret = -EBADF;
	else
		ret = S_ISSOCK(file_inode(f.file)->i_mode) ? -EINVAL : -ENOTSOCK;
	fdput(f);
	return ret;
}

SYSCALL_DEFINE2(mq_notify, int, mqdes, const struct sigevent __user *, u_notification)
{
	struct sigevent n;

	if (!u_notification)
		return do_mq_notify(mqdes, NULL);
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
		return refuse_thread(&n);
	default:
		return -EINVAL;
	}
	return do_mq_notify(mqdes, &n);
}
