// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX message queues: mq_timedsend(), mq_timedreceive(), mq_getsetattr(). docs/mqueue.md tells it
 * at length; names and descriptors are in mqueue_open.c, inodes in mqueue_fs.c, mq_notify() in
 * mqueue_notify.c.
 *
 * Idea: whoever finds somebody asleep on the other side does the work for both. A sender puts its
 *   message into the hands of a sleeping receiver (pipelined_send); a receiver who made room puts the
 *   message of a sleeping sender into the queue (pipelined_receive). The sleeper then has nothing left
 *   to do: it sees its state and returns, without the lock.
 * Data:
 *	mqueue_inode_info ┬ msg_tree       ▶ messages by priority		mqueue_core.c
 *	                  ├ e_wait_q[SEND] ▶ ext_wait_queue …			on the sleepers' stacks
 *	                  └ e_wait_q[RECV] ▶ ext_wait_queue …			the same
 * Rules: 1. attr.mq_curmsgs and qsize describe msg_tree. 2. A receiver sleeps only while the queue is
 *   empty, a sender only while it is full: so one of the two lists is empty, and a message that is
 *   handed over never is in the queue. 3. state is the last thing a waker writes: the sleeper may
 *   return at once, and its ext_wait_queue is gone. 4. A sleeper whose state is STATE_NONE stands in
 *   its list until it takes itself out. 5. Tasks of higher priority are served first, among equals the
 *   first that came.
 * Locking: info->lock for all of a queue, but its limits (attr), which never change. The caller's file
 *   keeps the queue. Outside it: nothing; inside: a sleeping process's siglock (__do_notify).
 * Sleeps: every call; never with the lock. Wake-ups are collected and issued after unlocking.
 * Linux: ipc/mqueue.c; compat is left out.
 * Start at: do_mq_timedsend(), do_mq_timedreceive(). Tests: tests/ipc/mq_*.c.
 */
#include "ipc/mqueue.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/time.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"
#include "kernel/sched/timeout.h"
#include "kernel/sched/wake_q.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"
#include "ipc/msg.h"

/* ---- the queue: all with info->lock held ---- */

/* False: see msg_tree_insert(). */
static bool msg_insert(struct msg_msg *msg, struct mqueue_inode_info *info)
{
	if (!msg_tree_insert(&info->msg_tree, msg))
		return false;
	info->attr.mq_curmsgs++;
	info->qsize += msg->m_ts;
	ASSERT(info->attr.mq_curmsgs <= info->attr.mq_maxmsg);
	return true;
}

static struct msg_msg *msg_get(struct mqueue_inode_info *info)
{
	struct msg_msg *msg = msg_tree_get(&info->msg_tree);

	ASSERT(msg && info->attr.mq_curmsgs > 0 && info->qsize >= msg->m_ts); /* rule 1 */
	info->attr.mq_curmsgs--;
	info->qsize -= msg->m_ts;
	return msg;
}

/* Gives the queue one node more. Drops the lock and takes it again: look again. 0 or -ENOMEM. */
static int add_node(struct mqueue_inode_info *info)
{
	struct posix_msg_tree_node *leaf;

	spin_unlock(&info->lock);
	leaf = kmalloc(sizeof(*leaf), GFP_KERNEL_ACCOUNT);
	spin_lock(&info->lock);
	if (!leaf)
		return -ENOMEM;
	list_add(&leaf->msg_list, &info->msg_tree.node_cache);
	return 0;
}

static void note_transfer(struct mqueue_inode_info *info)
{
	struct inode *inode = &info->vfs_inode;

	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
}

/* ---- sleepers ---- */

/* Rule 5: the list is in rising order of urgency, so that the first to serve is the last. */
static void wq_add(struct mqueue_inode_info *info, int sr, struct ext_wait_queue *ewp)
{
	struct ext_wait_queue *walk;

	list_for_each_entry (walk, &info->e_wait_q[sr], list) {
		if (walk->task->prio <= current->prio) {
			list_add_tail(&ewp->list, &walk->list);
			return;
		}
	}
	list_add_tail(&ewp->list, &info->e_wait_q[sr]);
}

static struct ext_wait_queue *wq_get_first_waiter(struct mqueue_inode_info *info, int sr)
{
	struct list_head *head = &info->e_wait_q[sr];

	return list_empty(head) ? NULL : list_entry(head->prev, struct ext_wait_queue, list);
}

/* What a sleeper returns when its state is no longer STATE_NONE. */
static inline int state_result(int state)
{
	return state == STATE_READY ? 0 : -ENOMEM;
}

/*
 * Until somebody has served it, expires (on CLOCK_REALTIME; KTIME_MAX: never), or a signal comes: 0,
 * -ENOMEM, -ETIMEDOUT, -ERESTARTSYS. Locked before, not after.
 */
static int wq_sleep(struct mqueue_inode_info *info, int sr, ktime_t expires,
		    struct ext_wait_queue *ewp)
{
	int state, ret;

	wq_add(info, sr, ewp);
	for (;;) {
		bool timed_out;

		__set_current_state(TASK_INTERRUPTIBLE); /* a waker needs the lock first */
		spin_unlock(&info->lock);
		timed_out = schedule_hrtimeout(expires, CLOCK_REALTIME);
		state = smp_load_acquire(&ewp->state); /* rule 3 */
		if (likely(state != STATE_NONE))
			return state_result(state);
		spin_lock(&info->lock);
		if (ewp->state != STATE_NONE) {
			ret = state_result(ewp->state);
			break;
		}
		if (signal_pending(current))
			ret = -ERESTARTSYS;
		else if (timed_out)
			ret = -ETIMEDOUT;
		else
			continue;
		list_del(&ewp->list); /* rule 4 */
		break;
	}
	spin_unlock(&info->lock);
	return ret;
}

/* The sleeper is served; it may return, and ewp vanish, as soon as state is written. Locked. */
static void __pipelined_op(struct wake_q_head *wake_q, struct ext_wait_queue *ewp, int state)
{
	list_del(&ewp->list);
	wake_q_add_safe(wake_q, get_task_struct(ewp->task));
	smp_store_release(&ewp->state, state); /* rule 3 */
}

/* The message goes straight to a receiver that sleeps for it. Locked. */
static inline void pipelined_send(struct wake_q_head *wake_q, struct msg_msg *msg,
				  struct ext_wait_queue *receiver)
{
	receiver->msg = msg;
	__pipelined_op(wake_q, receiver, STATE_READY);
}

/*
 * There is room for one message: that of the first sleeping sender goes in. A sender whose message is
 * the first of its priority when no node is left (nor memory for one) fails, and the next may be
 * luckier. Locked.
 */
static void pipelined_receive(struct wake_q_head *wake_q, struct mqueue_inode_info *info)
{
	struct ext_wait_queue *sender;

	while ((sender = wq_get_first_waiter(info, SEND))) {
		struct posix_msg_tree_node *leaf;

		if (msg_insert(sender->msg, info)) {
			__pipelined_op(wake_q, sender, STATE_READY);
			return;
		}
		leaf = kmalloc(sizeof(*leaf), GFP_ATOMIC);
		if (leaf)
			list_add(&leaf->msg_list, &info->msg_tree.node_cache);
		else
			__pipelined_op(wake_q, sender, STATE_NOMEM);
	}
	if (waitqueue_active(&info->wait_q)) /* a poller looks under the lock, after it queued */
		wake_up_interruptible(&info->wait_q);
}

/* ---- sending ---- */

/* On 0 the message is the queue's or a receiver's. -EAGAIN, -ENOMEM, and as wq_sleep(). */
static int send_msg(struct mqueue_inode_info *info, struct msg_msg *msg, bool nonblock,
		    ktime_t expires)
{
	DEFINE_WAKE_Q(wake_q);
	int ret = 0;

	spin_lock(&info->lock);
	for (;;) {
		struct ext_wait_queue *receiver;

		if (info->attr.mq_curmsgs == info->attr.mq_maxmsg) {
			struct ext_wait_queue wait = { .task = current, .msg = msg };

			if (!nonblock)
				return wq_sleep(info, SEND, expires, &wait);
			ret = -EAGAIN;
			break;
		}
		receiver = wq_get_first_waiter(info, RECV);
		if (receiver) {
			ASSERT(!info->attr.mq_curmsgs); /* rule 2 */
			pipelined_send(&wake_q, msg, receiver);
			break;
		}
		if (likely(msg_insert(msg, info))) {
			__do_notify(info);
			break;
		}
		ret = add_node(info);
		if (ret)
			break;
	}
	if (!ret)
		note_transfer(info);
	spin_unlock(&info->lock);
	wake_up_q(&wake_q);
	return ret;
}

static int do_mq_timedsend(int mqdes, const char __user *u_msg_ptr, size_t msg_len,
			   unsigned int msg_prio, ktime_t expires)
{
	struct mqueue_inode_info *info;
	struct msg_msg *msg;
	struct fd f;
	int ret;

	if (unlikely(msg_prio >= MQ_PRIO_MAX))
		return -EINVAL;
	f = fdget((unsigned int)mqdes);
	info = mqueue_of(f.file, FMODE_WRITE);
	ret = -EBADF;
	if (unlikely(!info))
		goto out;
	ret = -EMSGSIZE;
	if (unlikely(msg_len > (size_t)info->attr.mq_msgsize))
		goto out;
	/* Before the lock: it may sleep, and most of the time somebody wants the message. */
	msg = load_msg(u_msg_ptr, msg_len);
	ret = (int)PTR_ERR(msg);
	if (IS_ERR(msg))
		goto out;
	msg->m_type = msg_prio;
	ret = send_msg(info, msg, f.file->f_flags & O_NONBLOCK, expires);
	if (ret)
		free_msg(msg);
out:
	fdput(f);
	return ret;
}

/* ---- receiving ---- */

/* ERR_PTR(-EAGAIN), and as wq_sleep(). */
static struct msg_msg *receive_msg(struct mqueue_inode_info *info, bool nonblock, ktime_t expires)
{
	struct ext_wait_queue wait;
	DEFINE_WAKE_Q(wake_q);
	struct msg_msg *msg;
	int ret;

	spin_lock(&info->lock);
	if (info->attr.mq_curmsgs) {
		msg = msg_get(info);
		note_transfer(info);
		pipelined_receive(&wake_q, info);
		spin_unlock(&info->lock);
		wake_up_q(&wake_q);
		return msg;
	}
	if (nonblock) {
		spin_unlock(&info->lock);
		return ERR_PTR(-EAGAIN);
	}
	wait = (struct ext_wait_queue){ .task = current };
	ret = wq_sleep(info, RECV, expires, &wait);
	return ret ? ERR_PTR(ret) : wait.msg;
}

static ssize_t do_mq_timedreceive(int mqdes, char __user *u_msg_ptr, size_t msg_len,
				  unsigned int __user *u_msg_prio, ktime_t expires)
{
	struct fd f = fdget((unsigned int)mqdes);
	struct mqueue_inode_info *info = mqueue_of(f.file, FMODE_READ);
	struct msg_msg *msg;
	ssize_t ret;

	ret = -EBADF;
	if (unlikely(!info))
		goto out;
	ret = -EMSGSIZE;
	if (unlikely(msg_len < (size_t)info->attr.mq_msgsize))
		goto out;
	msg = receive_msg(info, f.file->f_flags & O_NONBLOCK, expires);
	ret = PTR_ERR(msg);
	if (IS_ERR(msg))
		goto out;
	ret = (ssize_t)msg->m_ts;
	if ((u_msg_prio && put_user((unsigned int)msg->m_type, u_msg_prio)) ||
	    store_msg(u_msg_ptr, msg, msg->m_ts))
		ret = -EFAULT; /* and the message is lost */
	free_msg(msg);
out:
	fdput(f);
	return ret;
}

/* ---- attributes ---- */

/* Sets O_NONBLOCK of the open description, if new; what was before goes to *old, if old. */
static int do_mq_getsetattr(int mqdes, const struct mq_attr *new, struct mq_attr *old)
{
	struct mqueue_inode_info *info;
	struct fd f;

	if (new && (new->mq_flags & ~(long)O_NONBLOCK))
		return -EINVAL;
	f = fdget((unsigned int)mqdes);
	info = mqueue_of(f.file, 0);
	if (!info) {
		fdput(f);
		return -EBADF;
	}
	spin_lock(&info->lock);
	if (old) {
		*old = info->attr;
		old->mq_flags = f.file->f_flags & O_NONBLOCK;
	}
	if (new) {
		struct inode *inode = &info->vfs_inode;

		spin_lock(&f.file->f_lock);
		f.file->f_flags &= ~(unsigned int)O_NONBLOCK;
		f.file->f_flags |= (unsigned int)new->mq_flags;
		spin_unlock(&f.file->f_lock);
		inode->i_atime = inode->i_ctime = current_time(inode);
	}
	spin_unlock(&info->lock);
	fdput(f);
	return 0;
}

/* ---- system calls ---- */

/* An absolute time of the caller's; NULL: KTIME_MAX. 0, -EFAULT, -EINVAL. */
static int prepare_timeout(const struct __kernel_timespec __user *u_abs_timeout, ktime_t *expires)
{
	struct __kernel_timespec uts;
	struct timespec64 ts;

	*expires = KTIME_MAX;
	if (!u_abs_timeout)
		return 0;
	if (copy_from_user(&uts, u_abs_timeout, sizeof(uts)))
		return -EFAULT;
	ts = (struct timespec64){ uts.tv_sec, (long)uts.tv_nsec };
	if (!timespec64_valid(&ts))
		return -EINVAL;
	*expires = timespec64_to_ktime(ts);
	return 0;
}

SYSCALL_DEFINE5(mq_timedsend, int, mqdes, const char __user *, u_msg_ptr, size_t, msg_len,
		unsigned int, msg_prio, const struct __kernel_timespec __user *, u_abs_timeout)
{
	ktime_t expires;
	int ret = prepare_timeout(u_abs_timeout, &expires);

	return ret ? ret : do_mq_timedsend(mqdes, u_msg_ptr, msg_len, msg_prio, expires);
}

SYSCALL_DEFINE5(mq_timedreceive, int, mqdes, char __user *, u_msg_ptr, size_t, msg_len,
		unsigned int __user *, u_msg_prio, const struct __kernel_timespec __user *,
		u_abs_timeout)
{
	ktime_t expires;
	int ret = prepare_timeout(u_abs_timeout, &expires);

	return ret ? ret : do_mq_timedreceive(mqdes, u_msg_ptr, msg_len, u_msg_prio, expires);
}

SYSCALL_DEFINE3(mq_getsetattr, int, mqdes, const struct mq_attr __user *, u_mqstat,
		struct mq_attr __user *, u_omqstat)
{
	struct mq_attr new, old;
	int ret;

	if (u_mqstat && copy_from_user(&new, u_mqstat, sizeof(new)))
		return -EFAULT;
	ret = do_mq_getsetattr(mqdes, u_mqstat ? &new : NULL, u_omqstat ? &old : NULL);
	if (!ret && u_omqstat && copy_to_user(u_omqstat, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}
