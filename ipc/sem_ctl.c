// SPDX-License-Identifier: GPL-2.0-only
/*
 * semctl(): looking at sets, setting values, owners and permissions, removing.
 *
 * Rules: 1. Setting a value makes the adjustments of all processes for it void: the new value is
 *   what somebody wanted, not a change to take back. 2. It completes sleepers as semop() does, but
 *   is no operation: sem_otime moves only when a sleeper was completed. 3. sem_ctime is when a set
 *   was made or changed here.
 * Locking: whole-set locking (sem_lock(sma, NULL, -1)) for values, the set's lock alone for what
 *   simple operations do not touch; rwsem for IPC_SET and IPC_RMID.
 * Sleeps: copying to and from user memory happens outside all locks, through a buffer.
 * Linux: the semctl functions of ipc/sem.c. Start at: ksys_semctl.
 * Tests: tests/ipc/sem_control.c; page: docs/sem.md.
 */
#include "ipc/sem.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "kernel/syscall.h"
#include "ipc/security.h"

#define SEMMSL_FAST 256 /* values that fit on the stack */

/* ---- looking ---- */

/* IPC_INFO, SEM_INFO: the highest index in use. */
static int semctl_info(struct ipc_namespace *ns, int cmd, void __user *p)
{
	struct seminfo info = { .semmap = SEMMAP,
				.semmnu = SEMMNU,
				.semume = SEMUME,
				.semusz = SEMUSZ,
				.semvmx = SEMVMX,
				.semaem = SEMAEM };
	int max_idx = security_sem_semctl(NULL, cmd);

	if (max_idx)
		return max_idx;
	info.semmni = READ_ONCE(ns->sc_semmni);
	info.semmns = READ_ONCE(ns->sc_semmns);
	info.semmsl = READ_ONCE(ns->sc_semmsl);
	info.semopm = READ_ONCE(ns->sc_semopm);
	down_read(&sem_ids(ns).rwsem);
	if (cmd == SEM_INFO) {
		info.semusz = sem_ids(ns).in_use;
		info.semaem = ns->used_sems;
	}
	max_idx = ipc_get_maxidx(&sem_ids(ns));
	up_read(&sem_ids(ns).rwsem);
	return copy_to_user(p, &info, sizeof(info)) ? -EFAULT : max_idx;
}

/* May the caller, and is the set still there? Locked, whatever the answer, inside RCU. */
static int lock_for_stat(struct ipc_namespace *ns, struct sem_array *sma, int cmd)
{
	int error = 0;

	if (cmd != SEM_STAT_ANY && ipcperms(ns, &sma->sem_perm, S_IRUGO))
		error = -EACCES;
	if (!error)
		error = security_sem_semctl(&sma->sem_perm, cmd);
	ipc_lock_object(&sma->sem_perm);
	if (!error && !ipc_valid_object(&sma->sem_perm))
		error = -EIDRM;
	return error;
}

/* IPC_STAT: 0; SEM_STAT, SEM_STAT_ANY, with an index: the id. */
static int semctl_stat(struct ipc_namespace *ns, int semid, int cmd, struct semid64_ds *out)
{
	struct kern_ipc_perm *perm;
	struct sem_array *sma;
	int error;

	memset(out, 0, sizeof(*out));
	rcu_read_lock();
	perm = cmd == IPC_STAT ? ipc_obtain_object_check(&sem_ids(ns), semid) :
				 ipc_obtain_object_idr(&sem_ids(ns), semid);
	if (IS_ERR(perm)) {
		rcu_read_unlock();
		return (int)PTR_ERR(perm);
	}
	sma = sem_of_perm(perm);
	error = lock_for_stat(ns, sma, cmd);
	if (!error) {
		kernel_to_ipc64_perm(perm, &out->sem_perm);
		out->sem_otime = get_semotime(sma);
		out->sem_ctime = sma->sem_ctime;
		out->sem_nsems = sma->sem_nsems;
		error = cmd == IPC_STAT ? 0 : perm->id;
	}
	ipc_unlock(perm);
	return error;
}

/* ---- values ---- */

/* Does the caller have the set, for reading or changing? Inside rcu_read_lock(). */
static struct sem_array *obtain_permitted(struct ipc_namespace *ns, int semid, int cmd, short flag)
{
	struct sem_array *sma = sem_obtain_object_check(ns, semid);
	int error;

	if (IS_ERR(sma))
		return sma;
	if (ipcperms(ns, &sma->sem_perm, flag))
		return ERR_PTR(-EACCES);
	error = security_sem_semctl(&sma->sem_perm, cmd);
	return error ? ERR_PTR(error) : sma;
}

/* GETVAL, GETPID, GETNCNT, GETZCNT. */
static int semctl_get_one(struct ipc_namespace *ns, int semid, int semnum, int cmd)
{
	struct sem_array *sma;
	int result = -EIDRM;

	rcu_read_lock();
	sma = obtain_permitted(ns, semid, cmd, S_IRUGO);
	if (IS_ERR(sma)) {
		rcu_read_unlock();
		return (int)PTR_ERR(sma);
	}
	if (semnum < 0 || semnum >= sma->sem_nsems) {
		rcu_read_unlock();
		return -EINVAL;
	}
	sem_lock(sma, NULL, -1);
	if (ipc_valid_object(&sma->sem_perm)) {
		switch (cmd) {
		case GETVAL:
			result = sma->sems[semnum].semval;
			break;
		case GETPID:
			result = pid_nr(sma->sems[semnum].sempid);
			break;
		default:
			result = count_semcnt(sma, (unsigned short)semnum, cmd == GETZCNT);
		}
	}
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	rcu_read_unlock();
	return result;
}

/* Sets values[0 … nsems) from semnum on; the whole set: clears all adjustments. Locked, valid. */
static void set_values(struct sem_array *sma, int semnum, const unsigned short *values, int nsems,
		       struct wake_q_head *wake_q)
{
	for (int i = 0; i < nsems; i++) {
		sma->sems[semnum + i].semval = values[i];
		ipc_update_pid(&sma->sems[semnum + i].sempid, task_tgid(current));
	}
	sma->sem_ctime = ktime_get_real_seconds();
	do_smart_update(sma, NULL, 0, false, wake_q);
}

static int semctl_setval(struct ipc_namespace *ns, int semid, int semnum, int val)
{
	unsigned short value = (unsigned short)val;
	struct sem_array *sma;
	DEFINE_WAKE_Q(wake_q);
	int error = -EIDRM;

	if (val < 0 || val > SEMVMX)
		return -ERANGE;
	rcu_read_lock();
	sma = sem_obtain_object_check(ns, semid);
	if (!IS_ERR(sma) && (semnum < 0 || semnum >= sma->sem_nsems))
		sma = ERR_PTR(-EINVAL);
	if (!IS_ERR(sma))
		sma = obtain_permitted(ns, semid, SETVAL, S_IWUGO);
	if (IS_ERR(sma)) {
		rcu_read_unlock();
		return (int)PTR_ERR(sma);
	}
	sem_lock(sma, NULL, -1);
	if (ipc_valid_object(&sma->sem_perm)) {
		clear_undos(sma, semnum);
		set_values(sma, semnum, &value, 1, &wake_q);
		error = 0;
	}
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	rcu_read_unlock();
	wake_up_q(&wake_q);
	return error;
}

/* A reference instead of RCU, so that the caller may sleep: nsems values fit into *values. */
static struct sem_array *obtain_for_array(struct ipc_namespace *ns, int semid, int cmd,
					  unsigned short *fast, unsigned short **values)
{
	struct sem_array *sma;

	rcu_read_lock();
	sma = obtain_permitted(ns, semid, cmd, cmd == SETALL ? S_IWUGO : S_IRUGO);
	if (!IS_ERR(sma) && !ipc_rcu_getref(&sma->sem_perm))
		sma = ERR_PTR(-EIDRM);
	rcu_read_unlock();
	if (IS_ERR(sma))
		return sma;
	*values = fast;
	if (sma->sem_nsems > SEMMSL_FAST)
		*values = kvmalloc(sma->sem_nsems * sizeof(**values), GFP_KERNEL);
	if (!*values) {
		ipc_rcu_putref(&sma->sem_perm, sem_rcu_free);
		return ERR_PTR(-ENOMEM);
	}
	return sma;
}

static int semctl_getall(struct ipc_namespace *ns, int semid, unsigned short __user *p)
{
	unsigned short fast[SEMMSL_FAST], *values;
	struct sem_array *sma = obtain_for_array(ns, semid, GETALL, fast, &values);
	int error = 0, nsems;

	if (IS_ERR(sma))
		return (int)PTR_ERR(sma);
	nsems = sma->sem_nsems;
	rcu_read_lock();
	sem_lock_and_putref(sma);
	if (!ipc_valid_object(&sma->sem_perm))
		error = -EIDRM;
	for (int i = 0; !error && i < nsems; i++)
		values[i] = (unsigned short)sma->sems[i].semval;
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	rcu_read_unlock();
	if (!error && copy_to_user(p, values, nsems * sizeof(*values)))
		error = -EFAULT;
	if (values != fast)
		kvfree(values);
	return error;
}

/* The caller's array, checked: 0, -EFAULT, -ERANGE. */
static int copy_values(unsigned short *values, const unsigned short __user *p, int nsems)
{
	if (copy_from_user(values, p, nsems * sizeof(*values)))
		return -EFAULT;
	for (int i = 0; i < nsems; i++)
		if (values[i] > SEMVMX)
			return -ERANGE;
	return 0;
}

static int semctl_setall(struct ipc_namespace *ns, int semid, const unsigned short __user *p)
{
	unsigned short fast[SEMMSL_FAST], *values;
	struct sem_array *sma = obtain_for_array(ns, semid, SETALL, fast, &values);
	DEFINE_WAKE_Q(wake_q);
	int error;

	if (IS_ERR(sma))
		return (int)PTR_ERR(sma);
	error = copy_values(values, p, sma->sem_nsems);
	if (error) {
		ipc_rcu_putref(&sma->sem_perm, sem_rcu_free);
		goto out;
	}
	rcu_read_lock();
	sem_lock_and_putref(sma);
	if (ipc_valid_object(&sma->sem_perm)) {
		clear_undos(sma, -1);
		set_values(sma, 0, values, sma->sem_nsems, &wake_q);
	} else {
		error = -EIDRM;
	}
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	rcu_read_unlock();
	wake_up_q(&wake_q);
out:
	if (values != fast)
		kvfree(values);
	return error;
}

/* ---- IPC_SET, IPC_RMID ---- */

static int semctl_down(struct ipc_namespace *ns, int semid, int cmd, struct semid64_ds *in)
{
	struct kern_ipc_perm *perm;
	int error;

	down_write(&sem_ids(ns).rwsem);
	rcu_read_lock();
	perm = ipcctl_obtain_check(ns, &sem_ids(ns), semid, cmd, &in->sem_perm, 0);
	error = IS_ERR(perm) ? (int)PTR_ERR(perm) : security_sem_semctl(perm, cmd);
	if (error) {
		rcu_read_unlock();
		goto out_up;
	}
	if (cmd == IPC_RMID) {
		sem_lock(sem_of_perm(perm), NULL, -1);
		freeary(ns, perm);
		goto out_up;
	}
	sem_lock(sem_of_perm(perm), NULL, -1);
	error = ipc_update_perm(&in->sem_perm, perm);
	if (!error)
		sem_of_perm(perm)->sem_ctime = ktime_get_real_seconds();
	sem_unlock(sem_of_perm(perm), SEM_GLOBAL_LOCK);
	rcu_read_unlock();
out_up:
	up_write(&sem_ids(ns).rwsem);
	return error;
}

/* ---- the call ---- */

static long ksys_semctl(int semid, int semnum, int cmd, unsigned long arg)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	void __user *p = (void __user *)arg;
	struct semid64_ds ds;
	int ret;

	if (semid < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SEM_INFO:
		return semctl_info(ns, cmd, p);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		ret = semctl_stat(ns, semid, cmd, &ds);
		if (ret >= 0 && copy_to_user(p, &ds, sizeof(ds)))
			return -EFAULT;
		return ret;
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		return semctl_get_one(ns, semid, semnum, cmd);
	case GETALL:
		return semctl_getall(ns, semid, p);
	case SETALL:
		return semctl_setall(ns, semid, p);
	case SETVAL:
		return semctl_setval(ns, semid, semnum, (int)arg);
	case IPC_SET:
		if (copy_from_user(&ds, p, sizeof(ds)))
			return -EFAULT;
		return semctl_down(ns, semid, cmd, &ds);
	case IPC_RMID:
		return semctl_down(ns, semid, cmd, &ds);
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE4(semctl, int, semid, int, semnum, int, cmd, unsigned long, arg)
{
	return ksys_semctl(semid, semnum, cmd, arg);
}
