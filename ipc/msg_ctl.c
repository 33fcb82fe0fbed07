// SPDX-License-Identifier: GPL-2.0-only
/*
 * msgctl(): looking at queues, changing owner, mode and limit, removing.
 *
 * Rules: 1. A change of owner or mode makes sleeping receivers ask again whether they may; a change
 *   of the limit lets senders try again. 2. Looking takes the queue's lock, so that what IPC_STAT
 *   shows fits together.
 * Locking: rwsem for writing for IPC_SET and IPC_RMID, then the queue's lock; else RCU and the lock.
 * Sleeps: user memory is read and written outside all locks.
 * Linux: the msgctl functions of ipc/msg.c. Start at: ksys_msgctl().
 * Tests: tests/ipc/msg_control.c; page: docs/msg.md.
 */
#include "ipc/msg.h"

#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"
#include "ipc/security.h"

#define S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)

/* IPC_INFO, MSG_INFO: the highest index in use. */
static int msgctl_info(struct ipc_namespace *ns, int cmd, struct msginfo *info)
{
	int max_idx = security_msg_queue_msgctl(NULL, cmd);

	if (max_idx)
		return max_idx;
	memset(info, 0, sizeof(*info));
	info->msgmni = (int)READ_ONCE(ns->msg_ctlmni);
	info->msgmax = (int)READ_ONCE(ns->msg_ctlmax);
	info->msgmnb = (int)READ_ONCE(ns->msg_ctlmnb);
	info->msgssz = MSGSSZ;
	info->msgseg = MSGSEG;
	info->msgpool = MSGPOOL;
	info->msgmap = MSGMAP;
	info->msgtql = MSGTQL;
	down_read(&msg_ids(ns).rwsem);
	if (cmd == MSG_INFO) {
		info->msgpool = msg_ids(ns).in_use;
		info->msgmap = (int)percpu_counter_sum_positive(&ns->percpu_msg_hdrs);
		info->msgtql = (int)percpu_counter_sum_positive(&ns->percpu_msg_bytes);
	}
	max_idx = ipc_get_maxidx(&msg_ids(ns));
	up_read(&msg_ids(ns).rwsem);
	return max_idx;
}

static void fill_stat(struct msg_queue *msq, struct msqid64_ds *out)
{
	kernel_to_ipc64_perm(&msq->q_perm, &out->msg_perm);
	out->msg_stime = msq->q_stime;
	out->msg_rtime = msq->q_rtime;
	out->msg_ctime = msq->q_ctime;
	out->msg_cbytes = msq->q_cbytes;
	out->msg_qnum = msq->q_qnum;
	out->msg_qbytes = msq->q_qbytes;
	out->msg_lspid = pid_nr(msq->q_lspid);
	out->msg_lrpid = pid_nr(msq->q_lrpid);
}

/* IPC_STAT: 0; MSG_STAT, MSG_STAT_ANY, with an index: the id. */
static int msgctl_stat(struct ipc_namespace *ns, int msqid, int cmd, struct msqid64_ds *out)
{
	struct kern_ipc_perm *perm;
	int error = 0;

	memset(out, 0, sizeof(*out));
	rcu_read_lock();
	perm = cmd == IPC_STAT ? ipc_obtain_object_check(&msg_ids(ns), msqid) :
				 ipc_obtain_object_idr(&msg_ids(ns), msqid);
	if (IS_ERR(perm)) {
		rcu_read_unlock();
		return (int)PTR_ERR(perm);
	}
	if (cmd != MSG_STAT_ANY && ipcperms(ns, perm, S_IRUGO))
		error = -EACCES;
	if (!error)
		error = security_msg_queue_msgctl(perm, cmd);
	ipc_lock_object(perm);
	if (!error && !ipc_valid_object(perm))
		error = -EIDRM;
	if (!error) {
		fill_stat(msq_of_perm(perm), out);
		error = cmd == IPC_STAT ? 0 : perm->id;
	}
	ipc_unlock(perm);
	return error;
}

/* IPC_SET on a queue that is locked: 0, -EINVAL. */
static int set_queue(struct msg_queue *msq, struct msqid64_ds *in, struct wake_q_head *wake_q)
{
	int error = ipc_update_perm(&in->msg_perm, &msq->q_perm);

	if (error)
		return error;
	msq->q_qbytes = in->msg_qbytes;
	msq->q_ctime = ktime_get_real_seconds();
	expunge_all(msq, -EAGAIN, wake_q); /* rule 1 */
	ss_wakeup(msq, wake_q, false);
	return 0;
}

/* IPC_SET, IPC_RMID. */
static int msgctl_down(struct ipc_namespace *ns, int msqid, int cmd, struct msqid64_ds *in)
{
	struct kern_ipc_perm *perm;
	DEFINE_WAKE_Q(wake_q);
	int error;

	down_write(&msg_ids(ns).rwsem);
	rcu_read_lock();
	perm = ipcctl_obtain_check(ns, &msg_ids(ns), msqid, cmd, &in->msg_perm,
				   (int)in->msg_qbytes);
	error = IS_ERR(perm) ? (int)PTR_ERR(perm) : security_msg_queue_msgctl(perm, cmd);
	if (!error && cmd == IPC_SET && in->msg_qbytes > READ_ONCE(ns->msg_ctlmnb) &&
	    !capable(CAP_SYS_RESOURCE))
		error = -EPERM;
	if (error) {
		rcu_read_unlock();
		goto out_up;
	}
	ipc_lock_object(perm);
	if (cmd == IPC_RMID) {
		freeque(ns, perm);
		goto out_up;
	}
	error = set_queue(msq_of_perm(perm), in, &wake_q);
	ipc_unlock(perm);
	wake_up_q(&wake_q);
out_up:
	up_write(&msg_ids(ns).rwsem);
	return error;
}

static long ksys_msgctl(int msqid, int cmd, void __user *buf)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct msqid64_ds ds;
	struct msginfo info;
	int ret;

	if (msqid < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case MSG_INFO:
		ret = msgctl_info(ns, cmd, &info);
		if (ret >= 0 && copy_to_user(buf, &info, sizeof(info)))
			return -EFAULT;
		return ret;
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		ret = msgctl_stat(ns, msqid, cmd, &ds);
		if (ret >= 0 && copy_to_user(buf, &ds, sizeof(ds)))
			return -EFAULT;
		return ret;
	case IPC_SET:
		if (copy_from_user(&ds, buf, sizeof(ds)))
			return -EFAULT;
		return msgctl_down(ns, msqid, cmd, &ds);
	case IPC_RMID:
		memset(&ds, 0, sizeof(ds));
		return msgctl_down(ns, msqid, cmd, &ds);
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE3(msgctl, int, msqid, int, cmd, struct msqid64_ds __user *, buf)
{
	return ksys_msgctl(msqid, cmd, buf);
}
