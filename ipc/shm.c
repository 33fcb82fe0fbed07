// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V shared memory, the segment: shmget(), its life and its end. docs/shm.md tells it at
 * length. Attaching is ipc/shm_attach.c, shmctl() ipc/shm_ctl.c.
 *
 * Idea: a segment is a file without a name, "SYSV" and the key, whose pages mm/shmem.c (or
 *   mm/hugetlb.c) keeps. The id is the inode's number, so it shows in /proc/<pid>/maps.
 * Data:
 *	id ▶ shmid_kernel ── shm_file ──▶ file ▶ inode ▶ pages
 *	         ▲ id, ns                   ▲ file
 *	 shm_file_data ◀─ private_data ─ file (one for each shmat) ◀─ vm_file ─ vma, vma …
 * Rules: 1. shm_nattch is the number of vmas that show the segment, and of shmat() calls under way.
 *   2. A segment marked SHM_DEST has no key, and nobody but attachments keeps it. 3. ns->shm_tot is
 *   the sum of shm_pages(). 4. A segment is in its creator's list until one of the two ends.
 * Locking: mmap_lock, ids.rwsem, shm_perm.lock, shm_clist_lock, in this order. The last detach
 *   happens under rwsem for writing, since it may remove. shm_clist_lock is one for all tasks.
 * Sleeps: creating and destroying; the file is let go after the segment's lock.
 * Linux: ipc/shm.c, which guards the creator's list with its task_lock().
 * Start at: newseg(), shm_destroy(). Tests: tests/ipc/shm_*.c; page: docs/shm.md.
 */
#include "ipc/shm.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/lib/string.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"
#include "mm/hugetlb.h"
#include "mm/shmem.h"
#include "mm/slab.h"
#include "fs/fs.h"
#include "fs/seq_file.h"
#include "kernel/syscall.h"
#include "ipc/ipc.h"
#include "ipc/security.h"

static DEFINE_SPINLOCK(shm_clist_lock);

struct shmid_kernel *shm_obtain_object_check(struct ipc_namespace *ns, int id)
{
	struct kern_ipc_perm *perm = ipc_obtain_object_check(&shm_ids(ns), id);

	return IS_ERR(perm) ? ERR_CAST(perm) : shm_of_perm(perm);
}

struct shmid_kernel *shm_lock(struct ipc_namespace *ns, int id)
{
	struct shmid_kernel *shp;

	rcu_read_lock();
	shp = shm_obtain_object_check(ns, id);
	if (IS_ERR(shp)) {
		rcu_read_unlock();
		return shp;
	}
	ipc_lock_object(&shp->shm_perm);
	if (!ipc_valid_object(&shp->shm_perm)) {
		ipc_unlock(&shp->shm_perm);
		return ERR_PTR(-EIDRM);
	}
	return shp;
}

unsigned long shm_pages(const struct shmid_kernel *shp)
{
	return (shp->shm_segsz + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

unsigned long shm_rss(const struct shmid_kernel *shp)
{
	unsigned long pages = READ_ONCE(file_inode(shp->shm_file)->i_mapping->nrpages);

	return is_file_hugepages(shp->shm_file) ? pages * PAGES_PER_HPAGE : pages;
}

/* ---- the creator's list: rule 4 ---- */

static void shm_clist_add(struct shmid_kernel *shp)
{
	spin_lock(&shm_clist_lock);
	shp->shm_creator = current;
	list_add(&shp->shm_clist, &current->sysvshm.shm_clist);
	spin_unlock(&shm_clist_lock);
}

static void shm_clist_rm(struct shmid_kernel *shp)
{
	spin_lock(&shm_clist_lock);
	list_del_init(&shp->shm_clist);
	shp->shm_creator = NULL;
	spin_unlock(&shm_clist_lock);
}

/*
 * The first of the task's segments loses its creator: with a reference, and one to its namespace;
 * NULL when there is none. A namespace on its way out destroys its segments itself.
 */
static struct shmid_kernel *shm_clist_pop(struct task_struct *task)
{
	struct shmid_kernel *shp = NULL;

	spin_lock(&shm_clist_lock);
	while (!shp && !list_empty(&task->sysvshm.shm_clist)) {
		shp = list_first_entry(&task->sysvshm.shm_clist, struct shmid_kernel, shm_clist);
		list_del_init(&shp->shm_clist);
		shp->shm_creator = NULL;
		if (!refcount_inc_not_zero(&shp->ns->ns.count))
			shp = NULL;
	}
	/* It is in a list, so shm_destroy() has not come to dropping the table's reference. */
	if (shp)
		WARN_ON_ONCE(!ipc_rcu_getref(&shp->shm_perm));
	spin_unlock(&shm_clist_lock);
	return shp;
}

/* ---- making and destroying a segment ---- */

static void shm_rcu_free(struct rcu_head *head)
{
	struct shmid_kernel *shp = shm_of_perm(container_of(head, struct kern_ipc_perm, rcu));

	security_shm_free(&shp->shm_perm);
	kfree(shp);
}

/* The file of a segment that is to be made. ERR_PTR. */
static struct file *segment_file(const struct ipc_params *params, size_t size)
{
	unsigned long acctflag = params->flg & SHM_NORESERVE ? VM_NORESERVE : 0;
	int size_log = (params->flg >> SHM_HUGE_SHIFT) & SHM_HUGE_MASK;
	char name[13];

	snprintf(name, sizeof(name), "SYSV%08x", params->key);
	if (params->flg & SHM_HUGETLB) {
		if (ALIGN(size, HPAGE_SIZE) < size)
			return ERR_PTR(-EINVAL);
		return hugetlb_file_setup(name, ALIGN(size, HPAGE_SIZE), acctflag,
					  HUGETLB_SHMFS_INODE, size_log);
	}
	if (sysctl_overcommit_memory == 2)
		acctflag = 0; /* then everything counts, whatever is asked for */
	return shmem_kernel_file_setup(name, (loff_t)size, acctflag);
}

/* A new segment: its id, -EINVAL, -ENOSPC, -ENOMEM, -EPERM. rwsem held for writing. */
static int newseg(struct ipc_namespace *ns, struct ipc_params *params)
{
	size_t size = params->u.size;
	size_t pages = (size >> PAGE_SHIFT) + !!(size & ~PAGE_MASK);
	struct shmid_kernel *shp;
	int error;

	if (size < SHMMIN || size > READ_ONCE(ns->shm_ctlmax))
		return -EINVAL;
	if (ns->shm_tot + pages < pages || ns->shm_tot + pages > READ_ONCE(ns->shm_ctlall))
		return -ENOSPC;
	shp = kzalloc(sizeof(*shp), GFP_KERNEL_ACCOUNT);
	if (!shp)
		return -ENOMEM;
	shp->shm_perm.key = params->key;
	shp->shm_perm.mode = params->flg & 0777;
	shp->shm_segsz = size;
	shp->ns = ns;
	INIT_LIST_HEAD(&shp->shm_clist);
	error = security_shm_alloc(&shp->shm_perm);
	if (error) {
		kfree(shp);
		return error;
	}
	shp->shm_file = segment_file(params, size);
	if (IS_ERR(shp->shm_file)) {
		error = (int)PTR_ERR(shp->shm_file);
		goto out_free;
	}
	shp->shm_cprid = get_pid(task_tgid(current));
	shp->shm_ctim = ktime_get_real_seconds();
	error = ipc_addid(&shm_ids(ns), &shp->shm_perm, READ_ONCE(ns->shm_ctlmni));
	if (error < 0)
		goto out_file;
	shm_clist_add(shp);
	file_inode(shp->shm_file)->i_ino = (unsigned int)shp->shm_perm.id;
	ns->shm_tot += pages;
	error = shp->shm_perm.id;
	ipc_unlock(&shp->shm_perm);
	return error;

out_file:
	put_pid(shp->shm_cprid);
	fput(shp->shm_file);
out_free:
	security_shm_free(&shp->shm_perm);
	kfree(shp);
	return error;
}

bool shm_may_destroy(const struct shmid_kernel *shp)
{
	return !shp->shm_nattch &&
	       (READ_ONCE(shp->ns->shm_rmid_forced) || (shp->shm_perm.mode & SHM_DEST));
}

void shm_destroy(struct ipc_namespace *ns, struct shmid_kernel *shp)
{
	struct file *file = shp->shm_file;

	ASSERT(!shp->shm_nattch); /* rule 1: all its mappings are gone */
	ASSERT(ns->shm_tot >= shm_pages(shp));
	shp->shm_file = NULL;
	ns->shm_tot -= shm_pages(shp);
	shm_clist_rm(shp);
	ipc_rmid(&shm_ids(ns), &shp->shm_perm);
	shm_unaccount_lock(shp);
	ipc_unlock(&shp->shm_perm);
	fput(file);
	ipc_update_pid(&shp->shm_cprid, NULL);
	ipc_update_pid(&shp->shm_lprid, NULL);
	ipc_rcu_putref(&shp->shm_perm, shm_rcu_free);
}

void do_shm_rmid(struct ipc_namespace *ns, struct kern_ipc_perm *ipcp)
{
	struct shmid_kernel *shp = shm_of_perm(ipcp);

	if (!shp->shm_nattch) {
		shm_destroy(ns, shp);
		return;
	}
	shp->shm_perm.mode |= SHM_DEST;
	ipc_set_key_private(&shm_ids(ns), ipcp); /* the key is free at once: rule 2 */
	ipc_unlock(ipcp);
}

void shm_put_attach(struct ipc_namespace *ns, int id, bool note)
{
	struct shmid_kernel *shp;

	down_write(&shm_ids(ns).rwsem);
	shp = shm_lock(ns, id);
	/* What counts in shm_nattch keeps it. */
	if (WARN_ON_ONCE(IS_ERR(shp)))
		goto out_up;
	if (note) {
		ipc_update_pid(&shp->shm_lprid, task_tgid(current));
		shp->shm_dtim = ktime_get_real_seconds();
	}
	ASSERT(shp->shm_nattch);
	shp->shm_nattch--;
	if (shm_may_destroy(shp))
		shm_destroy(ns, shp);
	else
		ipc_unlock(&shp->shm_perm);
out_up:
	up_write(&shm_ids(ns).rwsem);
}

int shm_init_ns(struct ipc_namespace *ns)
{
	ns->shm_ctlmax = SHMMAX;
	ns->shm_ctlall = SHMALL;
	ns->shm_ctlmni = SHMMNI;
	ns->shm_rmid_forced = 0;
	ns->shm_tot = 0;
	return ipc_init_ids(&shm_ids(ns));
}

/* No segment is attached: an attachment holds a reference to the namespace. */
void shm_exit_ns(struct ipc_namespace *ns)
{
	free_ipcs(ns, &shm_ids(ns), do_shm_rmid);
	ASSERT(!ns->shm_tot);
	ipc_destroy_ids(&shm_ids(ns));
}

/* ---- creators that end, shm_rmid_forced ---- */

static void destroy_if_unused(struct ipc_namespace *ns, struct shmid_kernel *shp)
{
	if (shm_may_destroy(shp))
		shm_destroy(ns, shp);
	else
		ipc_unlock(&shp->shm_perm);
}

void exit_shm(struct task_struct *task)
{
	struct shmid_kernel *shp;

	while ((shp = shm_clist_pop(task))) {
		struct ipc_namespace *ns = shp->ns;

		down_write(&shm_ids(ns).rwsem);
		rcu_read_lock();
		ipc_lock_object(&shp->shm_perm);
		ipc_rcu_putref(&shp->shm_perm, shm_rcu_free); /* RCU keeps it from here on */
		if (ipc_valid_object(&shp->shm_perm))
			destroy_if_unused(ns, shp);
		else
			ipc_unlock(&shp->shm_perm);
		up_write(&shm_ids(ns).rwsem);
		put_ipc_ns(ns);
	}
}

/* Was its creator's exit before? The answer stays yes. */
static bool is_orphan(struct shmid_kernel *shp)
{
	bool orphan;

	spin_lock(&shm_clist_lock);
	orphan = !shp->shm_creator;
	spin_unlock(&shm_clist_lock);
	return orphan;
}

void shm_destroy_orphaned(struct ipc_namespace *ns)
{
	struct kern_ipc_perm *perm;
	int idx;

	down_write(&shm_ids(ns).rwsem);
	idr_for_each_entry (&shm_ids(ns).ipcs_idr, perm, idx) {
		if (!is_orphan(shm_of_perm(perm)))
			continue;
		rcu_read_lock();
		ipc_lock_object(perm);
		destroy_if_unused(ns, shm_of_perm(perm));
	}
	up_write(&shm_ids(ns).rwsem);
}

/* ---- /proc/sysvipc/shm ---- */

static int sysvipc_shm_proc_show(struct seq_file *m, void *v)
{
	struct kern_ipc_perm *perm = v;
	struct shmid_kernel *shp = shm_of_perm(perm);

	seq_printf(m,
		   "%10d %10d  %4o %21lu %5u %5u  %5lu %5u %5u %5u %5u %10llu %10llu %10llu "
		   "%21lu %21lu\n",
		   perm->key, perm->id, perm->mode, shp->shm_segsz, pid_nr(shp->shm_cprid),
		   pid_nr(shp->shm_lprid), shp->shm_nattch, perm->uid, perm->gid, perm->cuid,
		   perm->cgid, (unsigned long long)shp->shm_atim, (unsigned long long)shp->shm_dtim,
		   (unsigned long long)shp->shm_ctim, shm_rss(shp) * PAGE_SIZE, 0ul);
	return 0;
}

static int shm_init(void)
{
	ipc_init_proc_interface("shm",
				"       key      shmid perms                  size  cpid  lpid "
				"nattch   uid   gid  cuid  cgid      atime      dtime      ctime "
				"                  rss                  swap\n",
				IPC_SHM_IDS, sysvipc_shm_proc_show);
	return 0;
}
device_initcall(shm_init);

/* ---- system call ---- */

static int shm_associate(struct kern_ipc_perm *perm, int shmflg)
{
	return security_shm_associate(perm, shmflg);
}

/* Is the segment that exists as large as was asked for? */
static int shm_more_checks(struct kern_ipc_perm *perm, struct ipc_params *params)
{
	return shm_of_perm(perm)->shm_segsz < params->u.size ? -EINVAL : 0;
}

SYSCALL_DEFINE3(shmget, int, key, size_t, size, int, shmflg)
{
	static const struct ipc_ops shm_ops = {
		.getnew = newseg,
		.associate = shm_associate,
		.more_checks = shm_more_checks,
	};
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct ipc_params params = { .key = key, .flg = shmflg, .u.size = size };

	return ipcget(ns, &shm_ids(ns), &shm_ops, &params);
}
