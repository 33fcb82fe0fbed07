// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct file: making one, sharing it, and its end.
 *
 * Idea: an open file is counted by the descriptors and calls that use it; the last fput() ends it.
 * Rules: 1. Memory of a struct file stays one of this cache (SLAB_TYPESAFE_BY_RCU), so look-ups in
 *        a descriptor table may take a reference and then see whether it is still the right file.
 *        2. f_count is set last when a file is made: until then no such look-up succeeds.
 * Sleeps: fput() may, unlike Linux's it ends the file at once. So it is not called under spinlocks.
 * Linux: fs/file_table.c (there the end waits for the return to user space).
 * Start at: alloc_empty_file, __fput.
 */
#include "fs/file.h"
#include "fs/dcache.h"
#include "fs/eventpoll.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"

static struct kmem_cache *filp_cache;
static atomic_long_t nr_files;
unsigned long sysctl_file_max = 8192;

long get_nr_files(void)
{
	return atomic_long_read(&nr_files);
}

struct file *alloc_empty_file(int flags, const struct cred *cred)
{
	struct file *file;

	if (unlikely(atomic_long_read(&nr_files) >= (long)READ_ONCE(sysctl_file_max)) &&
	    !capable(CAP_SYS_ADMIN))
		return ERR_PTR(-ENFILE);
	file = kmem_cache_alloc(filp_cache, GFP_KERNEL_ACCOUNT);
	if (!file)
		return ERR_PTR(-ENOMEM);
	atomic_long_inc(&nr_files);
	file->f_mode = (fmode_t)(((flags + 1) & O_ACCMODE) | (flags & (int)FMODE_EXEC));
	file->f_flags = (unsigned int)flags;
	file->f_op = NULL;
	file->f_inode = NULL;
	file->f_path = (struct path){ NULL, NULL };
	file->f_pos = 0;
	mutex_init(&file->f_pos_lock);
	spin_lock_init(&file->f_lock);
	memset(&file->f_owner, 0, sizeof(file->f_owner));
	rwlock_init(&file->f_owner.lock);
	file->f_cred = get_cred(cred);
	file->f_mapping = NULL;
	file->private_data = NULL;
	file->f_version = 0;
	INIT_LIST_HEAD(&file->f_ep_links);
	smp_wmb(); /* rule 2 */
	atomic_long_set(&file->f_count, 1);
	return file;
}

static void file_free(struct file *file)
{
	put_cred(file->f_cred);
	atomic_long_dec(&nr_files);
	kmem_cache_free(filp_cache, file);
}

/* An open that failed before anything was attached. */
void release_empty_file(struct file *file)
{
	atomic_long_set(&file->f_count, 0);
	file_free(file);
}

static struct file *alloc_file(const struct path *path, int flags,
			       const struct file_operations *fops)
{
	struct file *file = alloc_empty_file(flags, current_cred());

	if (IS_ERR(file))
		return file;
	file->f_path = *path;
	file->f_inode = d_inode(path->dentry);
	file->f_mapping = file->f_inode->i_mapping;
	if (fops->read || fops->read_iter)
		file->f_mode |= (file->f_mode & FMODE_READ) ? FMODE_CAN_READ : 0;
	if (fops->write || fops->write_iter)
		file->f_mode |= (file->f_mode & FMODE_WRITE) ? FMODE_CAN_WRITE : 0;
	if (fops->llseek)
		file->f_mode |= FMODE_LSEEK;
	file->f_mode |= FMODE_OPENED;
	file->f_op = fops;
	return file;
}

static const struct dentry_operations anon_ops = {
	.d_dname = simple_dname,
};

struct file *alloc_file_pseudo(struct inode *inode, struct vfsmount *mnt, const char *name,
			       int flags, const struct file_operations *fops)
{
	struct qstr this = QSTR_INIT(name, (u32)strlen(name));
	struct path path;
	struct file *file;

	path.dentry = d_alloc_pseudo(mnt->mnt_sb, &this);
	if (!path.dentry)
		return ERR_PTR(-ENOMEM);
	if (!path.dentry->d_op)
		path.dentry->d_op = &anon_ops;
	path.mnt = mntget(mnt);
	d_instantiate(path.dentry, inode);
	file = alloc_file(&path, flags, fops);
	if (IS_ERR(file)) {
		ihold(inode); /* the caller keeps it on failure */
		path_put(&path);
	}
	return file;
}

struct file *alloc_file_clone(struct file *base, int flags, const struct file_operations *fops)
{
	struct file *file = alloc_file(&base->f_path, flags, fops);

	if (!IS_ERR(file)) {
		path_get(&file->f_path);
		file->f_mapping = base->f_mapping;
	}
	return file;
}

/* The last reference is gone. */
static void __fput(struct file *file)
{
	struct inode *inode = file->f_inode;
	fmode_t mode = file->f_mode;

	if (unlikely(!(mode & FMODE_OPENED)))
		goto out;
	eventpoll_release(file);
	if (inode->i_flctx)
		locks_remove_file(file);
	if (unlikely(file->f_flags & FASYNC) && file->f_op->fasync)
		file->f_op->fasync(-1, file, 0);
	if (file->f_op->release)
		file->f_op->release(inode, file);
	put_pid(file->f_owner.pid);
	if (mode & FMODE_WRITER) {
		put_write_access(inode);
		mnt_drop_write(file->f_path.mnt);
	}
out:
	path_put(&file->f_path);
	file_free(file);
}

void fput(struct file *file)
{
	if (atomic_long_dec_and_test(&file->f_count))
		__fput(file);
}

void files_init(void)
{
	filp_cache = kmem_cache_create(
		"filp", sizeof(struct file), 0,
		SLAB_TYPESAFE_BY_RCU | SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT, NULL);
}
