// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V message queues: msgget(), msgsnd(), msgrcv(). docs/msg.md tells it at length.
 *
 * Idea: a message is loaded into kernel memory before any lock is taken, and goes either straight
 *   into the hands of a receiver that sleeps for it (pipelined_send) or to the end of the queue. A
 *   receiver takes from the queue, or sleeps until a sender writes its r_msg.
 * Data:
 *	msg_queue ┬ q_messages  ▶ msg_msg ▶ msg_msg …			oldest first
 *	          ├ q_receivers ▶ msg_receiver ▶ msg_receiver …		on the sleepers' stacks
 *	          └ q_senders   ▶ msg_sender …				the same
 * Rules: 1. q_cbytes and q_qnum describe q_messages. 2. No message in the queue is one that a
 *   sleeping receiver wants (and could take). 3. r_msg is the last thing a waker writes: the sleeper
 *   may return at once, and needs neither lock nor queue. 4. A receiver whose r_msg is still -EAGAIN
 *   stands in q_receivers, until it takes itself out.
 * Locking: q_perm.lock for all of a queue; ids.rwsem outside it, for creation, removal and msgctl().
 *   RCU looks up, and keeps a woken receiver's queue until it knows that it does not need it.
 *   A sleeping sender holds a reference, since its msg_sender has to be taken out under the lock.
 * Sleeps: every call; never with a lock. Wake-ups are collected and issued after unlocking.
 * Linux: ipc/msg.c; compat is left out, and a message that the security policy keeps from a receiver
 *   ends its call (Linux looks for the next).
 * Start at: do_msgsnd(), do_msgrcv(). Tests: tests/ipc/msg_*.c, tests/unit/test_msg_core.c.
 */
#include "ipc/msg.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "fs/seq_file.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"
#include "ipc/security.h"

#define INT_MAX 0x7fffffff
#define S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO (S_IWUSR | S_IWGRP | S_IWOTH)

struct msg_queue *msq_obtain_object_check(struct ipc_namespace *ns, int id)
{
	struct kern_ipc_perm *perm = ipc_obtain_object_check(&msg_ids(ns), id);

	return IS_ERR(perm) ? ERR_CAST(perm) : msq_of_perm(perm);
}

/* ---- making and removing a queue ---- */

void msg_rcu_free(struct rcu_head *head)
{
	struct msg_queue *msq = msq_of_perm(container_of(head, struct kern_ipc_perm, rcu));

	security_msg_queue_free(&msq->q_perm);
	kfree(msq);
}

/* A new queue: its id, -ENOSPC, -ENOMEM. */
static int newque(struct ipc_namespace *ns, struct ipc_params *params)
{
	struct msg_queue *msq = kzalloc(sizeof(*msq), GFP_KERNEL_ACCOUNT);
	int error;

	if (!msq)
		return -ENOMEM;
	msq->q_perm.mode = params->flg & 0777;
	msq->q_perm.key = params->key;
	error = security_msg_queue_alloc(&msq->q_perm);
	if (error) {
		kfree(msq);
		return error;
	}
	msq->q_ctime = ktime_get_real_seconds();
	msq->q_qbytes = READ_ONCE(ns->msg_ctlmnb);
	INIT_LIST_HEAD(&msq->q_messages);
	INIT_LIST_HEAD(&msq->q_receivers);
	INIT_LIST_HEAD(&msq->q_senders);
	error = ipc_addid(&msg_ids(ns), &msq->q_perm, (int)READ_ONCE(ns->msg_ctlmni));
	if (error < 0) {
		ipc_rcu_putref(&msq->q_perm, msg_rcu_free);
		return error;
	}
	error = msq->q_perm.id;
	ipc_unlock(&msq->q_perm);
	return error;
}

void freeque(struct ipc_namespace *ns, struct kern_ipc_perm *ipcp)
{
	struct msg_queue *msq = msq_of_perm(ipcp);
	struct msg_msg *msg, *next;
	DEFINE_WAKE_Q(wake_q);

	expunge_all(msq, -EIDRM, &wake_q);
	ss_wakeup(msq, &wake_q, true);
	ipc_rmid(&msg_ids(ns), ipcp);
	ipc_unlock(ipcp);
	wake_up_q(&wake_q);

	/* Nobody who finds it now touches its messages: deleted is set. */
	list_for_each_entry_safe (msg, next, &msq->q_messages, m_list)
		free_msg(msg);
	percpu_counter_sub(&ns->percpu_msg_hdrs, (s64)msq->q_qnum);
	percpu_counter_sub(&ns->percpu_msg_bytes, (s64)msq->q_cbytes);
	ipc_update_pid(&msq->q_lspid, NULL);
	ipc_update_pid(&msq->q_lrpid, NULL);
	ipc_rcu_putref(ipcp, msg_rcu_free);
}

int msg_init_ns(struct ipc_namespace *ns)
{
	int error;

	ns->msg_ctlmax = MSGMAX;
	ns->msg_ctlmnb = MSGMNB;
	ns->msg_ctlmni = MSGMNI;
	error = percpu_counter_init(&ns->percpu_msg_bytes, 0, GFP_KERNEL);
	if (error)
		return error;
	error = percpu_counter_init(&ns->percpu_msg_hdrs, 0, GFP_KERNEL);
	if (error)
		goto out_bytes;
	error = ipc_init_ids(&msg_ids(ns));
	if (error)
		goto out_hdrs;
	return 0;
out_hdrs:
	percpu_counter_destroy(&ns->percpu_msg_hdrs);
out_bytes:
	percpu_counter_destroy(&ns->percpu_msg_bytes);
	return error;
}

void msg_exit_ns(struct ipc_namespace *ns)
{
	free_ipcs(ns, &msg_ids(ns), freeque);
	ASSERT(!percpu_counter_sum(&ns->percpu_msg_hdrs));
	ASSERT(!percpu_counter_sum(&ns->percpu_msg_bytes));
	ipc_destroy_ids(&msg_ids(ns));
	percpu_counter_destroy(&ns->percpu_msg_hdrs);
	percpu_counter_destroy(&ns->percpu_msg_bytes);
}

/* ---- sleeping senders (ss) ---- */

static void ss_add(struct msg_queue *msq, struct msg_sender *mss, size_t msgsz)
{
	mss->tsk = current;
	mss->msgsz = msgsz;
	__set_current_state(TASK_INTERRUPTIBLE);
	list_add_tail(&mss->list, &msq->q_senders);
}

static void ss_del(struct msg_sender *mss)
{
	if (mss->list.next)
		list_del(&mss->list);
}

/*
 * Each sender is looked at once. One whose message does not fit goes to the tail, so that the next
 * round begins with others; one that is woken takes itself out and competes for the lock.
 */
void ss_wakeup(struct msg_queue *msq, struct wake_q_head *wake_q, bool kill)
{
	struct msg_sender *mss, *next;
	struct task_struct *first_moved = NULL;

	list_for_each_entry_safe (mss, next, &msq->q_senders, list) {
		if (mss->tsk == first_moved)
			break;
		if (!kill && !msg_fits_inqueue(msq, mss->msgsz)) {
			if (!first_moved)
				first_moved = mss->tsk;
			/* The last one stays where it is: the round ends with it. */
			if (list_is_last(&mss->list, &msq->q_senders))
				break;
			list_move_tail(&mss->list, &msq->q_senders);
			continue;
		}
		if (kill)
			mss->list.next = NULL;
		wake_q_add(wake_q, mss->tsk);
	}
}

/* ---- sleeping receivers ---- */

/* The receiver may return, and its msr vanish, as soon as r_msg is written. Queue locked. */
static void finish_receiver(struct msg_receiver *msr, struct msg_msg *result,
			    struct wake_q_head *wake_q)
{
	wake_q_add_safe(wake_q, get_task_struct(msr->r_tsk));
	smp_store_release(&msr->r_msg, result); /* rule 3 */
}

void expunge_all(struct msg_queue *msq, int res, struct wake_q_head *wake_q)
{
	struct msg_receiver *msr, *next;

	/* With -EAGAIN they look again and take themselves out of the list: rule 4. */
	list_for_each_entry_safe (msr, next, &msq->q_receivers, r_list)
		finish_receiver(msr, ERR_PTR(res), wake_q);
}

static void note_send(struct msg_queue *msq)
{
	ipc_update_pid(&msq->q_lspid, task_tgid(current));
	msq->q_stime = ktime_get_real_seconds();
}

static void note_receive(struct msg_queue *msq, struct pid *receiver)
{
	ipc_update_pid(&msq->q_lrpid, receiver);
	msq->q_rtime = ktime_get_real_seconds();
}

/* To the first receiver that wants it and has room: did it go? Others are told -E2BIG. Locked. */
static bool pipelined_send(struct msg_queue *msq, struct msg_msg *msg, struct wake_q_head *wake_q)
{
	struct msg_receiver *msr, *next;

	list_for_each_entry_safe (msr, next, &msq->q_receivers, r_list) {
		if (!testmsg(msg->m_type, msr->r_msgtype, msr->r_mode) ||
		    security_msg_queue_msgrcv(&msq->q_perm, msg, msr->r_tsk, msr->r_msgtype,
					      msr->r_mode))
			continue;
		list_del(&msr->r_list);
		if (msr->r_maxsize < msg->m_ts) {
			finish_receiver(msr, ERR_PTR(-E2BIG), wake_q);
			continue;
		}
		note_receive(msq, task_pid(msr->r_tsk));
		finish_receiver(msr, msg, wake_q);
		return true;
	}
	return false;
}

/* ---- msgsnd ---- */

static void enqueue(struct ipc_namespace *ns, struct msg_queue *msq, struct msg_msg *msg)
{
	list_add_tail(&msg->m_list, &msq->q_messages);
	msq->q_cbytes += msg->m_ts;
	msq->q_qnum++;
	percpu_counter_add(&ns->percpu_msg_bytes, (s64)msg->m_ts);
	percpu_counter_inc(&ns->percpu_msg_hdrs);
}

static void dequeue(struct ipc_namespace *ns, struct msg_queue *msq, struct msg_msg *msg)
{
	ASSERT(msq->q_qnum && msq->q_cbytes >= msg->m_ts); /* rule 1 */
	list_del(&msg->m_list);
	msq->q_qnum--;
	msq->q_cbytes -= msg->m_ts;
	percpu_counter_sub(&ns->percpu_msg_bytes, (s64)msg->m_ts);
	percpu_counter_dec(&ns->percpu_msg_hdrs);
}

/* May the caller send now? 0; -EAGAIN: no room. Locked. */
static int check_send(struct ipc_namespace *ns, struct msg_queue *msq, struct msg_msg *msg,
		      int msgflg)
{
	int err;

	if (ipcperms(ns, &msq->q_perm, S_IWUGO))
		return -EACCES;
	if (!ipc_valid_object(&msq->q_perm))
		return -EIDRM;
	err = security_msg_queue_msgsnd(&msq->q_perm, msg, msgflg);
	if (err)
		return err;
	return msg_fits_inqueue(msq, msg->m_ts) ? 0 : -EAGAIN;
}

/* Until there may be room. Locked inside RCU, before and after: 0, -EIDRM, -ERESTARTNOHAND. */
static int wait_for_room(struct msg_queue *msq, size_t msgsz)
{
	struct msg_sender s;

	if (!ipc_rcu_getref(&msq->q_perm))
		return -EIDRM;
	ss_add(msq, &s, msgsz);
	ipc_unlock(&msq->q_perm);

	schedule();

	rcu_read_lock();
	ipc_lock_object(&msq->q_perm);
	ipc_rcu_putref(&msq->q_perm, msg_rcu_free); /* RCU keeps it from here on */
	ss_del(&s);
	if (!ipc_valid_object(&msq->q_perm))
		return -EIDRM;
	return signal_pending(current) ? -ERESTARTNOHAND : 0;
}

/* man 2 msgop. Sleeps. */
static long do_msgsnd(int msqid, long mtype, const void __user *mtext, size_t msgsz, int msgflg)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct msg_queue *msq;
	struct msg_msg *msg;
	DEFINE_WAKE_Q(wake_q);
	int err;

	if (msgsz > READ_ONCE(ns->msg_ctlmax) || (long)msgsz < 0 || msqid < 0 || mtype < 1)
		return -EINVAL;
	msg = load_msg(mtext, msgsz);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	msg->m_type = mtype;

	rcu_read_lock();
	msq = msq_obtain_object_check(ns, msqid);
	if (IS_ERR(msq)) {
		rcu_read_unlock();
		free_msg(msg);
		return PTR_ERR(msq);
	}
	ipc_lock_object(&msq->q_perm);
	for (;;) {
		err = check_send(ns, msq, msg, msgflg);
		if (err != -EAGAIN || (msgflg & IPC_NOWAIT))
			break;
		err = wait_for_room(msq, msgsz);
		if (err)
			break;
	}
	if (!err) {
		note_send(msq);
		if (!pipelined_send(msq, msg, &wake_q))
			enqueue(ns, msq, msg);
		msg = NULL;
	}
	ipc_unlock_object(&msq->q_perm);
	wake_up_q(&wake_q);
	rcu_read_unlock();
	if (msg)
		free_msg(msg);
	return err;
}

/* ---- msgrcv ---- */

/*
 * The message at hand for the caller, out of the queue, or, for MSG_COPY, as a copy. ERR_PTR:
 * -EAGAIN: there is none, -EACCES, -EIDRM, -E2BIG, -EINVAL. Locked.
 */
static struct msg_msg *take_msg(struct ipc_namespace *ns, struct msg_queue *msq, long type,
				enum search_mode mode, size_t bufsz, int msgflg,
				struct msg_msg *copy, struct wake_q_head *wake_q)
{
	struct msg_msg *msg;
	int err;

	if (ipcperms(ns, &msq->q_perm, S_IRUGO))
		return ERR_PTR(-EACCES);
	if (!ipc_valid_object(&msq->q_perm))
		return ERR_PTR(-EIDRM);
	msg = find_msg(&msq->q_messages, type, mode);
	if (!msg)
		return ERR_PTR(-EAGAIN);
	err = security_msg_queue_msgrcv(&msq->q_perm, msg, current, type, mode);
	if (err)
		return ERR_PTR(err);
	if (bufsz < msg->m_ts && !(msgflg & MSG_NOERROR))
		return ERR_PTR(-E2BIG);
	if (mode == SEARCH_NUMBER)
		return copy_msg(msg, copy);
	dequeue(ns, msq, msg);
	note_receive(msq, task_tgid(current));
	ss_wakeup(msq, wake_q, false);
	return msg;
}

/*
 * Sleeps until a sender has written r_msg, which is returned with nothing held (*locked false), or
 * for another reason: ERR_PTR(-EAGAIN): look again, (-ERESTARTNOHAND). Locked inside RCU before;
 * after, if *locked.
 */
static struct msg_msg *wait_for_msg(struct msg_queue *msq, long type, enum search_mode mode,
				    size_t maxsize, bool *locked)
{
	struct msg_receiver msr = { .r_tsk = current,
				    .r_mode = mode,
				    .r_msgtype = type,
				    .r_maxsize = maxsize,
				    .r_msg = ERR_PTR(-EAGAIN) };
	struct msg_msg *msg;

	list_add_tail(&msr.r_list, &msq->q_receivers);
	__set_current_state(TASK_INTERRUPTIBLE);
	ipc_unlock(&msq->q_perm);

	schedule();

	/* -EAGAIN inside RCU means: not removed before this section began, so the memory stays. */
	rcu_read_lock();
	msg = smp_load_acquire(&msr.r_msg);
	if (msg != ERR_PTR(-EAGAIN)) {
		rcu_read_unlock();
		*locked = false;
		return msg;
	}
	ipc_lock_object(&msq->q_perm);
	msg = READ_ONCE(msr.r_msg);
	if (msg != ERR_PTR(-EAGAIN)) {
		ipc_unlock(&msq->q_perm);
		*locked = false;
		return msg;
	}
	list_del(&msr.r_list); /* rule 4 */
	return signal_pending(current) ? ERR_PTR(-ERESTARTNOHAND) : msg;
}

/* A message that belongs to the caller now, or ERR_PTR(-errno). Sleeps unless IPC_NOWAIT. */
static struct msg_msg *receive_msg(struct ipc_namespace *ns, int msqid, size_t bufsz, long type,
				   int msgflg, struct msg_msg *copy)
{
	enum search_mode mode = convert_mode(&type, msgflg);
	struct msg_queue *msq;
	struct msg_msg *msg;
	DEFINE_WAKE_Q(wake_q);
	bool locked = true;

	rcu_read_lock();
	msq = msq_obtain_object_check(ns, msqid);
	if (IS_ERR(msq)) {
		rcu_read_unlock();
		return ERR_CAST(msq);
	}
	ipc_lock_object(&msq->q_perm);
	for (;;) {
		msg = take_msg(ns, msq, type, mode, bufsz, msgflg, copy, &wake_q);
		if (msg != ERR_PTR(-EAGAIN))
			break;
		if (msgflg & IPC_NOWAIT) {
			msg = ERR_PTR(-ENOMSG);
			break;
		}
		msg = wait_for_msg(msq, type, mode, msgflg & MSG_NOERROR ? INT_MAX : bufsz,
				   &locked);
		if (msg != ERR_PTR(-EAGAIN))
			break;
	}
	if (locked) {
		ipc_unlock_object(&msq->q_perm);
		wake_up_q(&wake_q);
		rcu_read_unlock();
	}
	return msg;
}

/* Type and text to the caller: bytes of text, or -EFAULT. */
static long do_msg_fill(struct msgbuf __user *dest, struct msg_msg *msg, size_t bufsz)
{
	size_t msgsz = min(bufsz, msg->m_ts);

	if (put_user(msg->m_type, &dest->mtype))
		return -EFAULT;
	return store_msg(dest->mtext, msg, msgsz) ? -EFAULT : (long)msgsz;
}

/* man 2 msgop. Sleeps. */
static long do_msgrcv(int msqid, struct msgbuf __user *buf, size_t bufsz, long msgtyp, int msgflg)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct msg_msg *msg, *copy = NULL;
	long ret;

	if (msqid < 0 || (long)bufsz < 0)
		return -EINVAL;
	if (msgflg & MSG_COPY) {
		if ((msgflg & MSG_EXCEPT) || !(msgflg & IPC_NOWAIT))
			return -EINVAL;
		/* Room for a copy, made by reading the buffer: so it has to be readable too. */
		copy = load_msg(buf, min(bufsz, (size_t)READ_ONCE(ns->msg_ctlmax)));
		if (IS_ERR(copy))
			return PTR_ERR(copy);
	}
	msg = receive_msg(ns, msqid, bufsz, msgtyp, msgflg, copy);
	if (IS_ERR(msg)) {
		if (copy)
			free_msg(copy);
		return PTR_ERR(msg);
	}
	ASSERT(!copy || msg == copy);
	ret = do_msg_fill(buf, msg, bufsz);
	free_msg(msg);
	return ret;
}

/* ---- /proc/sysvipc/msg ---- */

static int sysvipc_msg_proc_show(struct seq_file *m, void *v)
{
	struct kern_ipc_perm *perm = v;
	struct msg_queue *msq = msq_of_perm(perm);

	seq_printf(m, "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u %10llu %10llu %10llu\n",
		   perm->key, perm->id, perm->mode, msq->q_cbytes, msq->q_qnum,
		   pid_nr(msq->q_lspid), pid_nr(msq->q_lrpid), perm->uid, perm->gid, perm->cuid,
		   perm->cgid, (unsigned long long)msq->q_stime, (unsigned long long)msq->q_rtime,
		   (unsigned long long)msq->q_ctime);
	return 0;
}

static int msg_init(void)
{
	ipc_init_proc_interface("msg",
				"       key      msqid perms      cbytes       qnum lspid lrpid   "
				"uid   gid  cuid  cgid      stime      rtime      ctime\n",
				IPC_MSG_IDS, sysvipc_msg_proc_show);
	return 0;
}
device_initcall(msg_init);

/* ---- system calls ---- */

static int msg_associate(struct kern_ipc_perm *perm, int msqflg)
{
	return security_msg_queue_associate(perm, msqflg);
}

SYSCALL_DEFINE2(msgget, int, key, int, msgflg)
{
	static const struct ipc_ops msg_ops = { .getnew = newque, .associate = msg_associate };
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct ipc_params params = { .key = key, .flg = msgflg };

	return ipcget(ns, &msg_ids(ns), &msg_ops, &params);
}

SYSCALL_DEFINE4(msgsnd, int, msqid, struct msgbuf __user *, msgp, size_t, msgsz, int, msgflg)
{
	long mtype;

	if (get_user(mtype, &msgp->mtype))
		return -EFAULT;
	return do_msgsnd(msqid, mtype, msgp->mtext, msgsz, msgflg);
}

SYSCALL_DEFINE5(msgrcv, int, msqid, struct msgbuf __user *, msgp, size_t, msgsz, long, msgtyp, int,
		msgflg)
{
	return do_msgrcv(msqid, msgp, msgsz, msgtyp, msgflg);
}
