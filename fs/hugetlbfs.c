// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files in huge pages, without names: what mmap(MAP_HUGETLB) and shmget(SHM_HUGETLB) map, and the
 * parameters of the pool in /proc/sys/vm.
 *
 * Idea: an inode whose address_space says hugetlb_aops; all the rest is mm/hugetlb.c. It lives on a
 * mount of its own that no path leads to.
 * Locking: mm/hugetlb.c's. Linux: fs/hugetlbfs/inode.c. Left out: mounting it, read, truncate.
 * Start at: hugetlb_file_setup().
 */
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/proc/sysctl.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/xarray.h"
#include "kernel/sched/cred.h"
#include "mm/hugetlb.h"
#include "mm/slab.h"

#define HUGETLBFS_MAGIC 0x958458f6

struct hugetlbfs_inode {
	struct hugetlb_file info;
	struct inode vfs_inode;
};

static struct kmem_cache *hugetlbfs_inode_cache;
static struct vfsmount *hugetlbfs_mnt;
static unsigned int sysctl_hugetlb_shm_group; /* may use SHM_HUGETLB without CAP_IPC_LOCK */

static struct hugetlbfs_inode *HUGETLBFS_I(struct inode *inode)
{
	return container_of(inode, struct hugetlbfs_inode, vfs_inode);
}

static struct inode *hugetlbfs_alloc_inode(struct super_block *sb)
{
	struct hugetlbfs_inode *info = kmem_cache_alloc(hugetlbfs_inode_cache, GFP_KERNEL_ACCOUNT);

	return info ? &info->vfs_inode : NULL;
}

static void hugetlbfs_free_inode(struct inode *inode)
{
	kmem_cache_free(hugetlbfs_inode_cache, HUGETLBFS_I(inode));
}

static void hugetlbfs_evict_inode(struct inode *inode)
{
	if (S_ISREG(inode->i_mode) && inode->i_mapping->a_ops == &hugetlb_aops)
		hugetlb_truncate_final(inode->i_mapping);
}

static const struct super_operations hugetlbfs_ops = {
	.alloc_inode = hugetlbfs_alloc_inode,
	.free_inode = hugetlbfs_free_inode,
	.evict_inode = hugetlbfs_evict_inode,
};

static struct dentry *hugetlbfs_mount(struct file_system_type *type, int flags, const char *name,
				      void *data)
{
	return mount_pseudo(type, HUGETLBFS_MAGIC, &hugetlbfs_ops, NULL);
}

static struct file_system_type hugetlbfs_fs_type = {
	.name = "hugetlbfs",
	.mount = hugetlbfs_mount,
	.kill_sb = kill_anon_super,
};

static const struct file_operations hugetlbfs_file_operations = {
	.mmap = hugetlb_mmap,
	.llseek = generic_file_llseek,
};

static struct inode *hugetlbfs_get_inode(size_t size)
{
	struct inode *inode = new_inode(hugetlbfs_mnt->mnt_sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode_init_owner(inode, NULL, S_IFREG | S_IRWXUGO);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	mapping_init(inode->i_mapping, inode, &hugetlb_aops, GFP_HIGHUSER);
	xa_init(&HUGETLBFS_I(inode)->info.reserved);
	inode->i_mapping->private_data = &HUGETLBFS_I(inode)->info;
	inode->i_fop = &hugetlbfs_file_operations;
	inode->i_size = (loff_t)size;
	clear_nlink(inode);
	return inode;
}

struct file *hugetlb_file_setup(const char *name, size_t size, unsigned long acctflag,
				int creat_flags, int page_size_log)
{
	struct inode *inode;
	struct file *file;

	size = ALIGN(size, HPAGE_SIZE);
	if ((page_size_log && page_size_log != HPAGE_SHIFT) || !size)
		return ERR_PTR(-EINVAL);
	if (creat_flags == HUGETLB_SHMFS_INODE && !capable(CAP_IPC_LOCK) &&
	    !in_group_p(sysctl_hugetlb_shm_group))
		return ERR_PTR(-EPERM);
	inode = hugetlbfs_get_inode(size);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	HUGETLBFS_I(inode)->info.by_shmget = creat_flags == HUGETLB_SHMFS_INODE;
	if (!(acctflag & VM_NORESERVE) &&
	    hugetlb_reserve_file(inode->i_mapping, 0, size >> HPAGE_SHIFT)) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	file = alloc_file_pseudo(inode, hugetlbfs_mnt, name, O_RDWR, &hugetlbfs_file_operations);
	if (IS_ERR(file))
		iput(inode);
	return file;
}

/* ---- /proc/sys/vm ---- */

/* data says which number; the pool takes what it can get. */
static int proc_pool_number(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			    loff_t *ppos)
{
	struct ctl_table copy = *ctl;
	struct hugetlb_numbers now;
	unsigned long value;
	int err;

	hugetlb_get_numbers(&now);
	value = ctl->extra1 ? now.overcommit : now.total - now.surplus;
	copy.data = &value;
	copy.extra1 = NULL;
	err = proc_doulongvec_minmax(&copy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	if (ctl->extra1)
		hugetlb_set_overcommit(value);
	else
		hugetlb_set_pool(value);
	return 0;
}

static const struct ctl_table hugetlb_table[] = {
	{ "nr_hugepages", NULL, sizeof(long), 0644, proc_pool_number },
	{ "nr_overcommit_hugepages", NULL, sizeof(long), 0644, proc_pool_number,
	  &hugetlbfs_fs_type /* not NULL: the other number */ },
	{ "hugetlb_shm_group", &sysctl_hugetlb_shm_group, sizeof(int), 0644, proc_douintvec },
};

static int hugetlbfs_init(void)
{
	hugetlbfs_inode_cache = kmem_cache_create("hugetlbfs_inode_cache",
						  sizeof(struct hugetlbfs_inode), 0,
						  SLAB_PANIC | SLAB_ACCOUNT, NULL);
	hugetlbfs_mnt = kern_mount(&hugetlbfs_fs_type);
	if (IS_ERR(hugetlbfs_mnt))
		return (int)PTR_ERR(hugetlbfs_mnt);
	return register_sysctl("vm", hugetlb_table, ARRAY_SIZE(hugetlb_table));
}
fs_initcall(hugetlbfs_init);
