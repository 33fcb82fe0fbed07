// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V semaphores: semget(), semop(), and the locks of a set. docs/sem.md tells it at length.
 *
 * Idea: semop() does several operations on a set at once, or none, and sleeps until it can. Whoever
 *   changes a value completes the sleepers' calls itself (sem_update.c) and hands each its result;
 *   a sleeper wakes up with nothing left to do. Deciding is pure (sem_core.c), undoing at exit is in
 *   sem_undo.c, semctl() in sem_ctl.c.
 * Data:
 *	sem_array ─ sem_perm.lock     sems[0] ─ lock, semval     sems[1] ─ lock, semval …
 *	  ├ pending_alter ▶ q ▶ q       ├ pending_alter ▶ q        ├ pending_alter
 *	  └ pending_const ▶ q           └ pending_const ▶ q        └ pending_const
 *	a q (sem_queue) lies on its sleeper's stack; those on the left have several operations
 * Rules: 1. Simple mode (use_global_lock == 0): a call with one operation takes that semaphore's
 *   lock only. Complex mode: everybody takes the set's lock. 2. Only the holder of the set's lock
 *   changes the mode; on the way in it passes through every semaphore's lock, so that nobody is left
 *   inside. 3. Nobody sleeps with a lock; status is the last thing a waker writes to a q. 4. While
 *   complex calls sleep (complex_count), all that want to change stand in one queue: FIFO for all.
 * Locking: ids.rwsem, set, semaphore, in this order; set before sem_undo_list.lock. RCU looks up.
 * Sleeps: semget(), and semop() at its end. Linux: ipc/sem.c; nothing is left out but compat.
 * Start at: __do_semtimedop(), then sem_lock(). Tests: tests/ipc/sem_*.c, tests/unit/test_sem_core.c.
 */
#include "ipc/sem.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/stat.h"
#include "kernel/uapi/time.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"
#include "kernel/sched/timeout.h"
#include "mm/slab.h"
#include "fs/seq_file.h"
#include "kernel/syscall.h"
#include "ipc/security.h"

/* So many calls in a row without need for complex mode end it: entering visits every semaphore. */
#define USE_GLOBAL_LOCK_HYSTERESIS 10
#define SEMOPM_FAST                64 /* operations of a call that fit on the stack */

/* ---- locks ---- */

/*
 * To complex mode. Whoever locked a semaphore in simple mode before our store is waited for; whoever
 * locks it afterwards sees the store (sem_lock() looks again inside the lock) and turns away.
 */
static void complexmode_enter(struct sem_array *sma)
{
	bool was_simple = !sma->use_global_lock;

	ipc_assert_locked_object(&sma->sem_perm);
	WRITE_ONCE(sma->use_global_lock, USE_GLOBAL_LOCK_HYSTERESIS);
	if (!was_simple)
		return;
	for (int i = 0; i < sma->sem_nsems; i++) {
		spin_lock(&sma->sems[i].lock);
		spin_unlock(&sma->sems[i].lock);
	}
}

/* One step towards simple mode, unless complex calls sleep. */
static void complexmode_tryleave(struct sem_array *sma)
{
	if (sma->complex_count)
		return;
	/* Release: who sees 0 also sees what was done under the set's lock. */
	smp_store_release(&sma->use_global_lock, sma->use_global_lock - 1);
}

/* The first complex call goes to sleep: from here on there is one queue. Complex mode. */
static void merge_queues(struct sem_array *sma)
{
	for (int i = 0; i < sma->sem_nsems; i++)
		list_splice_tail_init(&sma->sems[i].pending_alter, &sma->pending_alter);
}

/* The last one is gone: everyone back to its own semaphore, in the same order. Complex mode. */
static void unmerge_queues(struct sem_array *sma)
{
	struct sem_queue *q, *tmp;

	if (sma->complex_count)
		return;
	list_for_each_entry_safe (q, tmp, &sma->pending_alter, list)
		list_move_tail(&q->list, &sma->sems[q->sops[0].sem_num].pending_alter);
}

/* The way round, when simple mode may be over: out of line, so that sem_lock() stays short. */
static noinline int sem_lock_through_set(struct sem_array *sma, struct sembuf *sops)
{
	ipc_lock_object(&sma->sem_perm);
	if (sma->use_global_lock)
		return SEM_GLOBAL_LOCK; /* not entered anew: each simple call steps towards 0 */
	/* It ended while we waited, and cannot begin again while we hold the set's lock. */
	spin_lock(&sma->sems[sops->sem_num].lock);
	ipc_unlock_object(&sma->sem_perm);
	return sops->sem_num;
}

int sem_lock(struct sem_array *sma, struct sembuf *sops, int nsops)
{
	struct sem *sem;

	if (nsops != 1) {
		ipc_lock_object(&sma->sem_perm);
		complexmode_enter(sma);
		return SEM_GLOBAL_LOCK;
	}
	sem = &sma->sems[sops->sem_num];
	if (likely(!READ_ONCE(sma->use_global_lock))) {
		spin_lock(&sem->lock);
		if (likely(!smp_load_acquire(&sma->use_global_lock)))
			return sops->sem_num;
		spin_unlock(&sem->lock);
	}
	return sem_lock_through_set(sma, sops);
}

void sem_unlock(struct sem_array *sma, int locknum)
{
	if (locknum != SEM_GLOBAL_LOCK) {
		spin_unlock(&sma->sems[locknum].lock);
		return;
	}
	unmerge_queues(sma);
	complexmode_tryleave(sma);
	ipc_unlock_object(&sma->sem_perm);
}

void sem_lock_and_putref(struct sem_array *sma)
{
	sem_lock(sma, NULL, -1);
	ipc_rcu_putref(&sma->sem_perm, sem_rcu_free);
}

/* ---- making and removing a set ---- */

static struct sem_array *sem_alloc(int nsems)
{
	struct sem_array *sma = kvzalloc(sizeof(*sma) + nsems * sizeof(sma->sems[0]),
					 GFP_KERNEL_ACCOUNT);

	if (!sma)
		return NULL;
	INIT_LIST_HEAD(&sma->pending_alter);
	INIT_LIST_HEAD(&sma->pending_const);
	INIT_LIST_HEAD(&sma->list_id);
	sma->sem_nsems = nsems;
	sma->use_global_lock = USE_GLOBAL_LOCK_HYSTERESIS;
	for (int i = 0; i < nsems; i++) {
		INIT_LIST_HEAD(&sma->sems[i].pending_alter);
		INIT_LIST_HEAD(&sma->sems[i].pending_const);
		spin_lock_init(&sma->sems[i].lock);
	}
	return sma;
}

void sem_rcu_free(struct rcu_head *head)
{
	struct sem_array *sma = sem_of_perm(container_of(head, struct kern_ipc_perm, rcu));

	security_sem_free(&sma->sem_perm);
	kvfree(sma);
}

/* A new set: its id, -EINVAL, -ENOSPC, -ENOMEM. */
static int newary(struct ipc_namespace *ns, struct ipc_params *params)
{
	int nsems = params->u.nsems, error;
	struct sem_array *sma;

	if (!nsems)
		return -EINVAL;
	if ((s64)ns->used_sems + nsems > READ_ONCE(ns->sc_semmns))
		return -ENOSPC;
	sma = sem_alloc(nsems);
	if (!sma)
		return -ENOMEM;
	sma->sem_perm.mode = params->flg & 0777;
	sma->sem_perm.key = params->key;
	sma->sem_perm.security = NULL;
	sma->sem_ctime = ktime_get_real_seconds();
	error = security_sem_alloc(&sma->sem_perm);
	if (error) {
		kvfree(sma);
		return error;
	}
	error = ipc_addid(&sem_ids(ns), &sma->sem_perm, READ_ONCE(ns->sc_semmni));
	if (error < 0) {
		ipc_rcu_putref(&sma->sem_perm, sem_rcu_free);
		return error;
	}
	ns->used_sems += nsems;
	error = sma->sem_perm.id;
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	rcu_read_unlock();
	return error;
}

static void wake_all(struct sem_array *sma, struct list_head *list, struct wake_q_head *wake_q)
{
	struct sem_queue *q, *tmp;

	list_for_each_entry_safe (q, tmp, list, list) {
		unlink_queue(sma, q);
		wake_up_sem_queue_prepare(q, -EIDRM, wake_q);
	}
}

void freeary(struct ipc_namespace *ns, struct kern_ipc_perm *ipcp)
{
	struct sem_array *sma = sem_of_perm(ipcp);
	DEFINE_WAKE_Q(wake_q);

	complexmode_enter(sma);
	forget_undos(sma);
	wake_all(sma, &sma->pending_const, &wake_q);
	wake_all(sma, &sma->pending_alter, &wake_q);
	for (int i = 0; i < sma->sem_nsems; i++) {
		struct sem *sem = &sma->sems[i];

		wake_all(sma, &sem->pending_const, &wake_q);
		wake_all(sma, &sem->pending_alter, &wake_q);
		ipc_update_pid(&sem->sempid, NULL);
	}
	ASSERT(!sma->complex_count);
	ipc_rmid(&sem_ids(ns), ipcp);
	ns->used_sems -= sma->sem_nsems;
	/* Simple calls that found the set before must see that it is deleted. */
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	rcu_read_unlock();
	wake_up_q(&wake_q);
	ipc_rcu_putref(ipcp, sem_rcu_free);
}

int sem_init_ns(struct ipc_namespace *ns)
{
	ns->sc_semmsl = SEMMSL;
	ns->sc_semmns = SEMMNS;
	ns->sc_semopm = SEMOPM;
	ns->sc_semmni = SEMMNI;
	ns->used_sems = 0;
	return ipc_init_ids(&sem_ids(ns));
}

void sem_exit_ns(struct ipc_namespace *ns)
{
	free_ipcs(ns, &sem_ids(ns), freeary);
	ASSERT(!ns->used_sems);
	ipc_destroy_ids(&sem_ids(ns));
}

/* ---- semop ---- */

/* Where q has to wait. Locked by sem_lock(sops, nsops). */
static void enqueue(struct sem_array *sma, struct sem_queue *q)
{
	struct sem *sem = &sma->sems[q->sops[0].sem_num];

	if (q->nsops > 1) {
		if (!sma->complex_count)
			merge_queues(sma);
		sma->complex_count++;
		list_add_tail(&q->list, q->alter ? &sma->pending_alter : &sma->pending_const);
	} else if (!q->alter) {
		list_add_tail(&q->list, &sem->pending_const);
	} else {
		list_add_tail(&q->list,
			      sma->complex_count ? &sma->pending_alter : &sem->pending_alter);
	}
}

/*
 * Sleeps until somebody completed q, time is up or a signal came. Locked inside RCU at the start,
 * neither at the end. The call's result.
 */
static int wait_in_queue(struct sem_array *sma, struct sem_queue *q, int locknum, ktime_t expires)
{
	bool timed_out;
	int error;

	enqueue(sma, q);
	do {
		WRITE_ONCE(q->status, -EINTR);
		__set_current_state(TASK_INTERRUPTIBLE);
		sem_unlock(sma, locknum);
		rcu_read_unlock();

		timed_out = schedule_hrtimeout(expires, CLOCK_MONOTONIC);

		/* Completed: neither the set nor its locks are needed, it may even be gone. */
		rcu_read_lock();
		error = smp_load_acquire(&q->status);
		if (error != -EINTR) {
			rcu_read_unlock();
			return error;
		}
		/* Not yet, so the set was alive inside this RCU section. Look again, locked. */
		locknum = sem_lock(sma, q->sops, q->nsops);
		error = READ_ONCE(q->status);
		if (error != -EINTR)
			goto out;
		ASSERT(ipc_valid_object(&sma->sem_perm));
		if (timed_out)
			error = -EAGAIN;
	} while (error == -EINTR && !signal_pending(current));
	unlink_queue(sma, q);
out:
	sem_unlock(sma, locknum);
	rcu_read_unlock();
	return error;
}

/* May the caller? Inside rcu_read_lock(). */
static int check_semop(struct ipc_namespace *ns, struct sem_array *sma, struct sembuf *sops,
		       int nsops, const struct sops_summary *sum)
{
	if (sum->max >= sma->sem_nsems)
		return -EFBIG;
	if (ipcperms(ns, &sma->sem_perm, sum->alter ? S_IWUGO : S_IRUGO))
		return -EACCES;
	return security_sem_semop(&sma->sem_perm, sops, nsops, sum->alter);
}

/* sops in kernel memory; expires KTIME_MAX: no limit. man 2 semop. Sleeps. */
static int __do_semtimedop(struct ipc_namespace *ns, int semid, struct sembuf *sops, int nsops,
			   ktime_t expires)
{
	struct sops_summary sum;
	struct sem_queue queue;
	struct sem_array *sma;
	DEFINE_WAKE_Q(wake_q);
	int locknum, error;

	summarise_sops(sops, nsops, &sum);
	queue.undo = NULL;
	if (sum.undos) {
		queue.undo = find_alloc_undo(ns, semid);
		if (IS_ERR(queue.undo))
			return (int)PTR_ERR(queue.undo);
	} else {
		rcu_read_lock();
	}
	error = -EINVAL;
	sma = sem_obtain_object_check(ns, semid);
	if (IS_ERR(sma))
		goto out_rcu;
	error = check_semop(ns, sma, sops, nsops, &sum);
	if (error)
		goto out_rcu;

	locknum = sem_lock(sma, sops, nsops);
	error = -EIDRM;
	/* semid -1: our undo belongs to a set that had the same id and is gone. */
	if (!ipc_valid_object(&sma->sem_perm) || (queue.undo && queue.undo->semid == -1))
		goto out_unlock;
	queue.sleeper = current;
	queue.pid = task_tgid(current);
	queue.sops = sops;
	queue.nsops = nsops;
	queue.alter = sum.alter;
	queue.dupsop = sum.dupsop;
	error = perform_atomic_semop(sma, &queue);
	if (error > 0)
		return wait_in_queue(sma, &queue, locknum, expires);
	if (!error && sum.alter)
		do_smart_update(sma, sops, nsops, true, &wake_q);
	else if (!error)
		set_semotime(sma, sops);
out_unlock:
	sem_unlock(sma, locknum);
out_rcu:
	rcu_read_unlock();
	wake_up_q(&wake_q);
	return error;
}

/* From now; a time beyond all clocks is no limit. -EINVAL. */
static int expiry(const struct timespec64 *timeout, ktime_t *expires)
{
	ktime_t now;

	*expires = KTIME_MAX;
	if (!timeout)
		return 0;
	if (!timespec64_valid(timeout))
		return -EINVAL;
	now = ktime_get();
	if (timespec64_to_ktime(*timeout) < KTIME_MAX - now)
		*expires = now + timespec64_to_ktime(*timeout);
	return 0;
}

static long do_semtimedop(int semid, struct sembuf __user *tsops, unsigned int nsops,
			  const struct timespec64 *timeout)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct sembuf fast_sops[SEMOPM_FAST], *sops = fast_sops;
	ktime_t expires;
	long error;

	if (nsops > (unsigned int)READ_ONCE(ns->sc_semopm))
		return -E2BIG;
	if (!nsops)
		return -EINVAL;
	if (nsops > SEMOPM_FAST) {
		sops = kvmalloc(nsops * sizeof(*sops), GFP_KERNEL);
		if (!sops)
			return -ENOMEM;
	}
	error = -EFAULT;
	if (copy_from_user(sops, tsops, nsops * sizeof(*sops)))
		goto out;
	error = semid < 0 ? -EINVAL : expiry(timeout, &expires);
	if (!error)
		error = __do_semtimedop(ns, semid, sops, (int)nsops, expires);
out:
	if (sops != fast_sops)
		kvfree(sops);
	return error;
}

/* ---- /proc/sysvipc/sem ---- */

/* Simple operations note their time without the set's lock, each at its own semaphore. */
time64_t get_semotime(struct sem_array *sma)
{
	time64_t latest = 0;

	for (int i = 0; i < sma->sem_nsems; i++)
		latest = max(latest, READ_ONCE(sma->sems[i].sem_otime));
	return latest;
}

static int sysvipc_sem_proc_show(struct seq_file *m, void *v)
{
	struct kern_ipc_perm *perm = v;
	struct sem_array *sma = sem_of_perm(perm);

	/* The list of objects is read, not changed: simple operations go on beside us. */
	seq_printf(m, "%10d %10d  %4o %10u %5u %5u %5u %5u %10llu %10llu\n", perm->key, perm->id,
		   perm->mode, sma->sem_nsems, perm->uid, perm->gid, perm->cuid, perm->cgid,
		   (unsigned long long)get_semotime(sma), (unsigned long long)sma->sem_ctime);
	return 0;
}

static int sem_init(void)
{
	ipc_init_proc_interface("sem",
				"       key      semid perms      nsems   uid   gid  cuid  cgid    "
				"  otime      ctime\n",
				IPC_SEM_IDS, sysvipc_sem_proc_show);
	return 0;
}
device_initcall(sem_init);

/* ---- system calls ---- */

static int sem_associate(struct kern_ipc_perm *perm, int semflg)
{
	return security_sem_associate(perm, semflg);
}

/* Does the set that exists have as many as were asked for? */
static int sem_more_checks(struct kern_ipc_perm *perm, struct ipc_params *params)
{
	return params->u.nsems > sem_of_perm(perm)->sem_nsems ? -EINVAL : 0;
}

SYSCALL_DEFINE3(semget, int, key, int, nsems, int, semflg)
{
	static const struct ipc_ops sem_ops = {
		.getnew = newary,
		.associate = sem_associate,
		.more_checks = sem_more_checks,
	};
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct ipc_params params = { .key = key, .flg = semflg, .u.nsems = nsems };

	if (nsems < 0 || nsems > READ_ONCE(ns->sc_semmsl))
		return -EINVAL;
	return ipcget(ns, &sem_ids(ns), &sem_ops, &params);
}

SYSCALL_DEFINE3(semop, int, semid, struct sembuf __user *, tsops, unsigned int, nsops)
{
	return do_semtimedop(semid, tsops, nsops, NULL);
}

SYSCALL_DEFINE4(semtimedop, int, semid, struct sembuf __user *, tsops, unsigned int, nsops,
		const struct __kernel_timespec __user *, timeout)
{
	struct __kernel_timespec uts;
	struct timespec64 ts;

	if (!timeout)
		return do_semtimedop(semid, tsops, nsops, NULL);
	if (copy_from_user(&uts, timeout, sizeof(uts)))
		return -EFAULT;
	ts = (struct timespec64){ uts.tv_sec, (long)uts.tv_nsec };
	return do_semtimedop(semid, tsops, nsops, &ts);
}
