// SPDX-License-Identifier: GPL-2.0-only
/*
 * File system types and their mounted instances, the super blocks.
 *
 * Idea: a type's ->mount makes a super block (or finds the one there is) and hands back its root
 * dentry with a reference and an active reference to the super block; a struct mount holds both.
 * When the last mount goes, ->kill_sb takes the instance apart.
 *
 * Locking: file_systems_lock protects the list of types; sb_lock the list of super blocks; s_active
 * counts mounts; s_umount is held by mount, remount and kill.
 * Linux: fs/super.c, fs/filesystems.c. Left out: block devices, freezing, writeback.
 * Start at: mount_nodev, deactivate_super.
 */
#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/seq_file.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

static struct file_system_type *file_systems;
static DEFINE_SPINLOCK(file_systems_lock);
static LIST_HEAD(super_blocks);
static DEFINE_SPINLOCK(sb_lock);

/* ---- types ---- */

int register_filesystem(struct file_system_type *type)
{
	struct file_system_type **p;
	int error = 0;

	INIT_HLIST_HEAD(&type->fs_supers);
	spin_lock(&file_systems_lock);
	for (p = &file_systems; *p; p = &(*p)->next) {
		if (!strcmp((*p)->name, type->name)) {
			error = -EBUSY;
			goto out;
		}
	}
	type->next = NULL;
	*p = type;
out:
	spin_unlock(&file_systems_lock);
	return error;
}

struct file_system_type *get_fs_type(const char *name)
{
	struct file_system_type *type;

	spin_lock(&file_systems_lock);
	for (type = file_systems; type; type = type->next) {
		if (!strcmp(type->name, name))
			break;
	}
	spin_unlock(&file_systems_lock);
	return type;
}

/* /proc/filesystems */
int filesystems_show(struct seq_file *m)
{
	struct file_system_type *type;

	/* Types are never taken off the list, and only added at its end. */
	for (type = READ_ONCE(file_systems); type; type = READ_ONCE(type->next))
		seq_printf(m, "%s\t%s\n", (type->fs_flags & FS_REQUIRES_DEV) ? "" : "nodev",
			   type->name);
	return 0;
}

/* ---- anonymous device numbers: st_dev of what has no device ---- */

#define NR_ANON_DEVS 65536
static unsigned long anon_devs[NR_ANON_DEVS / BITS_PER_LONG];

static int get_anon_bdev(dev_t *dev)
{
	unsigned long minor;

	spin_lock(&sb_lock);
	minor = find_next_zero_bit(anon_devs, NR_ANON_DEVS, 1);
	if (minor < NR_ANON_DEVS)
		__set_bit(minor, anon_devs);
	spin_unlock(&sb_lock);
	if (minor >= NR_ANON_DEVS)
		return -EMFILE;
	*dev = MKDEV(0, minor);
	return 0;
}

static void free_anon_bdev(dev_t dev)
{
	spin_lock(&sb_lock);
	__clear_bit(MINOR(dev), anon_devs);
	spin_unlock(&sb_lock);
}

/* ---- super blocks ---- */

struct super_block *alloc_super(struct file_system_type *type, unsigned long flags)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	int error;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	error = get_anon_bdev(&sb->s_dev);
	if (error) {
		kfree(sb);
		return ERR_PTR(error);
	}
	init_rwsem(&sb->s_umount);
	mutex_init(&sb->s_vfs_rename_mutex);
	atomic_set(&sb->s_active, 1);
	sb->s_type = type;
	sb->s_flags = flags;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_time_gran = 1;
	sb->s_op = &simple_super_operations;
	strscpy(sb->s_id, type->name, sizeof(sb->s_id));
	spin_lock(&sb_lock);
	list_add_tail(&sb->s_list, &super_blocks);
	hlist_add_head(&sb->s_instances, &type->fs_supers);
	spin_unlock(&sb_lock);
	return sb;
}

static void super_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct super_block, s_rcu));
}

void kill_anon_super(struct super_block *sb)
{
	struct dentry *root = sb->s_root;

	sb->s_root = NULL;
	dput(root);
	/* Frees of inodes wait for a grace period and still look at sb->s_op. */
	rcu_barrier();
	if (sb->s_op->put_super)
		sb->s_op->put_super(sb);
	spin_lock(&sb_lock);
	list_del(&sb->s_list);
	hlist_del(&sb->s_instances);
	spin_unlock(&sb_lock);
	free_anon_bdev(sb->s_dev);
	call_rcu(&sb->s_rcu, super_free_rcu);
}

void kill_litter_super(struct super_block *sb)
{
	if (sb->s_root)
		d_genocide(sb->s_root);
	kill_anon_super(sb);
}

void deactivate_super(struct super_block *sb)
{
	if (atomic_dec_and_test(&sb->s_active))
		sb->s_type->kill_sb(sb);
}

struct dentry *mount_nodev(struct file_system_type *type, int flags, void *data,
			   int (*fill_super)(struct super_block *sb, void *data))
{
	struct super_block *sb = alloc_super(type, flags);
	int error;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	error = fill_super(sb, data);
	if (error) {
		deactivate_super(sb);
		return ERR_PTR(error);
	}
	return dget(sb->s_root);
}

struct dentry *mount_single(struct file_system_type *type, int flags, void *data,
			    int (*fill_super)(struct super_block *sb, void *data))
{
	static DEFINE_MUTEX(mount_single_mutex);
	struct super_block *sb, *found = NULL;
	struct dentry *root;

	mutex_lock(&mount_single_mutex);
	spin_lock(&sb_lock);
	hlist_for_each_entry (sb, &type->fs_supers, s_instances) {
		if (atomic_inc_not_zero(&sb->s_active)) {
			found = sb;
			break;
		}
	}
	spin_unlock(&sb_lock);
	root = found ? dget(found->s_root) : mount_nodev(type, flags, data, fill_super);
	mutex_unlock(&mount_single_mutex);
	return root;
}

struct dentry *mount_pseudo(struct file_system_type *type, unsigned long magic,
			    const struct super_operations *ops,
			    const struct dentry_operations *dops)
{
	struct super_block *sb = alloc_super(type, SB_KERNMOUNT | SB_NOUSER);
	struct inode *root;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	if (ops)
		sb->s_op = ops;
	sb->s_magic = magic;
	root = new_inode(sb);
	if (!root)
		goto fail;
	root->i_ino = 1;
	root->i_mode = S_IFDIR | S_IRUSR | S_IWUSR;
	root->i_atime = root->i_mtime = root->i_ctime = current_time(root);
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		goto fail;
	sb->s_d_op = dops; /* not for the root */
	return dget(sb->s_root);
fail:
	deactivate_super(sb);
	return ERR_PTR(-ENOMEM);
}

int do_remount_sb(struct super_block *sb, unsigned long flags, char *data)
{
	int f = (int)flags, error = 0;

	down_write(&sb->s_umount);
	if (sb->s_op->remount_fs)
		error = sb->s_op->remount_fs(sb, &f, data);
	if (!error)
		sb->s_flags = (sb->s_flags & ~(unsigned long)MS_RMT_MASK) | (f & MS_RMT_MASK);
	up_write(&sb->s_umount);
	return error;
}
