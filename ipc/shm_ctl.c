// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmctl(): looking at segments, changing owner and mode, locking in memory, removing.
 *
 * Idea: without swap every page stays in memory; what is left of SHM_LOCK is the flag and the count
 *   against RLIMIT_MEMLOCK of the user who locked.
 * Rules: 1. mlock_user is set exactly while SHM_LOCKED is, and shm_pages() are counted in its
 *   locked_shm. 2. SHM_DEST and SHM_LOCKED in the mode outlive IPC_SET.
 * Locking: rwsem for writing for IPC_SET and IPC_RMID, then the segment's lock; else RCU and the
 *   lock. locked_shm is atomic.
 * Sleeps: user memory is read and written outside all locks, as mmap_lock stands above rwsem.
 * Linux: the shmctl functions of ipc/shm.c, mm/mlock.c:user_shm_lock. Start at: ksys_shmctl().
 * Tests: tests/ipc/shm_control.c; page: docs/shm.md.
 */
#include "ipc/shm.h"

#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "mm/hugetlb.h"
#include "kernel/syscall.h"
#include "ipc/security.h"

#define S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)

/* ---- looking ---- */

/* IPC_INFO: the highest index in use. */
static int shmctl_ipc_info(struct ipc_namespace *ns, struct shminfo64 *info)
{
	int max_idx = security_shm_shmctl(NULL, IPC_INFO);

	if (max_idx)
		return max_idx;
	memset(info, 0, sizeof(*info));
	info->shmmni = info->shmseg = (unsigned long)READ_ONCE(ns->shm_ctlmni);
	info->shmmax = READ_ONCE(ns->shm_ctlmax);
	info->shmall = READ_ONCE(ns->shm_ctlall);
	info->shmmin = SHMMIN;
	down_read(&shm_ids(ns).rwsem);
	max_idx = ipc_get_maxidx(&shm_ids(ns));
	up_read(&shm_ids(ns).rwsem);
	return max_idx;
}

/* SHM_INFO: the same. */
static int shmctl_shm_info(struct ipc_namespace *ns, struct shm_info *info)
{
	int max_idx = security_shm_shmctl(NULL, SHM_INFO);
	struct kern_ipc_perm *perm;
	int idx;

	if (max_idx)
		return max_idx;
	memset(info, 0, sizeof(*info));
	down_read(&shm_ids(ns).rwsem);
	info->used_ids = shm_ids(ns).in_use;
	info->shm_tot = ns->shm_tot;
	idr_for_each_entry (&shm_ids(ns).ipcs_idr, perm, idx)
		info->shm_rss += shm_rss(shm_of_perm(perm));
	max_idx = ipc_get_maxidx(&shm_ids(ns));
	up_read(&shm_ids(ns).rwsem);
	return max_idx;
}

static void fill_stat(struct shmid_kernel *shp, struct shmid64_ds *out)
{
	kernel_to_ipc64_perm(&shp->shm_perm, &out->shm_perm);
	out->shm_segsz = shp->shm_segsz;
	out->shm_atime = shp->shm_atim;
	out->shm_dtime = shp->shm_dtim;
	out->shm_ctime = shp->shm_ctim;
	out->shm_cpid = pid_nr(shp->shm_cprid);
	out->shm_lpid = pid_nr(shp->shm_lprid);
	out->shm_nattch = shp->shm_nattch;
}

/* IPC_STAT: 0; SHM_STAT, SHM_STAT_ANY, with an index: the id. */
static int shmctl_stat(struct ipc_namespace *ns, int shmid, int cmd, struct shmid64_ds *out)
{
	struct kern_ipc_perm *perm;
	int error = 0;

	memset(out, 0, sizeof(*out));
	rcu_read_lock();
	perm = cmd == IPC_STAT ? ipc_obtain_object_check(&shm_ids(ns), shmid) :
				 ipc_obtain_object_idr(&shm_ids(ns), shmid);
	if (IS_ERR(perm)) {
		rcu_read_unlock();
		return (int)PTR_ERR(perm);
	}
	if (cmd != SHM_STAT_ANY && ipcperms(ns, perm, S_IRUGO))
		error = -EACCES;
	if (!error)
		error = security_shm_shmctl(perm, cmd);
	ipc_lock_object(perm);
	if (!error && !ipc_valid_object(perm))
		error = -EIDRM;
	if (!error) {
		fill_stat(shm_of_perm(perm), out);
		error = cmd == IPC_STAT ? 0 : perm->id;
	}
	ipc_unlock(perm);
	return error;
}

/* ---- IPC_SET, IPC_RMID ---- */

static int shmctl_down(struct ipc_namespace *ns, int shmid, int cmd, struct shmid64_ds *in)
{
	struct kern_ipc_perm *perm;
	int error;

	down_write(&shm_ids(ns).rwsem);
	rcu_read_lock();
	perm = ipcctl_obtain_check(ns, &shm_ids(ns), shmid, cmd, &in->shm_perm, 0);
	error = IS_ERR(perm) ? (int)PTR_ERR(perm) : security_shm_shmctl(perm, cmd);
	if (error) {
		rcu_read_unlock();
		goto out_up;
	}
	ipc_lock_object(perm);
	if (cmd == IPC_RMID) {
		do_shm_rmid(ns, perm);
		goto out_up;
	}
	error = ipc_update_perm(&in->shm_perm, perm);
	if (!error)
		shm_of_perm(perm)->shm_ctim = ktime_get_real_seconds();
	ipc_unlock(perm);
out_up:
	up_write(&shm_ids(ns).rwsem);
	return error;
}

/* ---- SHM_LOCK, SHM_UNLOCK ---- */

/* Rule 1: 0 or -ENOMEM. Locked. */
static int account_lock(struct shmid_kernel *shp)
{
	struct user_struct *user = current_cred()->user;
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	long pages = (long)shm_pages(shp);

	if (shp->shm_perm.mode & SHM_LOCKED)
		return 0;
	if ((unsigned long)atomic_long_add_return(pages, &user->locked_shm) > limit &&
	    rlimit(RLIMIT_MEMLOCK) != RLIM_INFINITY && !capable(CAP_IPC_LOCK)) {
		atomic_long_sub(pages, &user->locked_shm);
		return -ENOMEM;
	}
	shp->mlock_user = get_uid(user);
	shp->shm_perm.mode |= SHM_LOCKED;
	return 0;
}

void shm_unaccount_lock(struct shmid_kernel *shp)
{
	if (!(shp->shm_perm.mode & SHM_LOCKED))
		return;
	atomic_long_sub((long)shm_pages(shp), &shp->mlock_user->locked_shm);
	free_uid(shp->mlock_user);
	shp->mlock_user = NULL;
	shp->shm_perm.mode &= (umode_t)~SHM_LOCKED;
}

/* May the caller lock or unlock it? Locked. */
static int check_lock(struct shmid_kernel *shp, int cmd)
{
	uid_t euid = current_euid();

	if (!ipc_valid_object(&shp->shm_perm))
		return -EIDRM;
	if (capable(CAP_IPC_LOCK))
		return 0;
	if (euid != shp->shm_perm.uid && euid != shp->shm_perm.cuid)
		return -EPERM;
	return cmd == SHM_LOCK && !rlimit(RLIMIT_MEMLOCK) ? -EPERM : 0;
}

static int shmctl_do_lock(struct ipc_namespace *ns, int shmid, int cmd)
{
	struct shmid_kernel *shp;
	int error;

	rcu_read_lock();
	shp = shm_obtain_object_check(ns, shmid);
	if (IS_ERR(shp)) {
		rcu_read_unlock();
		return (int)PTR_ERR(shp);
	}
	error = security_shm_shmctl(&shp->shm_perm, cmd);
	ipc_lock_object(&shp->shm_perm);
	if (!error)
		error = check_lock(shp, cmd);
	/* Huge pages are never swapped anywhere: nothing to note. */
	if (!error && !is_file_hugepages(shp->shm_file)) {
		if (cmd == SHM_LOCK)
			error = account_lock(shp);
		else
			shm_unaccount_lock(shp);
	}
	ipc_unlock(&shp->shm_perm);
	return error;
}

/* ---- the call ---- */

static int copy_out(void __user *buf, const void *from, size_t size, int ret)
{
	return ret >= 0 && copy_to_user(buf, from, size) ? -EFAULT : ret;
}

static long ksys_shmctl(int shmid, int cmd, void __user *buf)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct shminfo64 info64;
	struct shm_info info;
	struct shmid64_ds ds;
	int ret;

	if (shmid < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
		ret = shmctl_ipc_info(ns, &info64);
		return copy_out(buf, &info64, sizeof(info64), ret);
	case SHM_INFO:
		ret = shmctl_shm_info(ns, &info);
		return copy_out(buf, &info, sizeof(info), ret);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		ret = shmctl_stat(ns, shmid, cmd, &ds);
		return copy_out(buf, &ds, sizeof(ds), ret);
	case IPC_SET:
		if (copy_from_user(&ds, buf, sizeof(ds)))
			return -EFAULT;
		return shmctl_down(ns, shmid, cmd, &ds);
	case IPC_RMID:
		memset(&ds, 0, sizeof(ds));
		return shmctl_down(ns, shmid, cmd, &ds);
	case SHM_LOCK:
	case SHM_UNLOCK:
		return shmctl_do_lock(ns, shmid, cmd);
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE3(shmctl, int, shmid, int, cmd, struct shmid64_ds __user *, buf)
{
	return ksys_shmctl(shmid, cmd, buf);
}
