// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations for file systems whose tree is the dentry cache itself: ramfs, tmpfs, devtmpfs.
 *
 * Rule: an existing name is a hashed positive dentry with one reference more than its users hold;
 * making a name takes it (dget), removing the name gives it back (dput).
 * Locking: all of these are called with the directory's i_rwsem held, for reading in readdir.
 * Linux: fs/libfs.c. Start at: simple_lookup, dcache_readdir.
 */
#include "fs/libfs.h"
#include "fs/internal.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"

/* ---- names ---- */

/* All there is is in the cache: what was not found there does not exist. */
struct dentry *simple_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	if (dentry->d_name.len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	d_add(dentry, NULL);
	return NULL;
}

static void touch_dir(struct inode *dir)
{
	dir->i_mtime = dir->i_ctime = current_time(dir);
}

int simple_link(struct dentry *old_dentry, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(old_dentry);

	touch_dir(dir);
	inode->i_ctime = dir->i_ctime;
	inc_nlink(inode);
	ihold(inode);
	d_instantiate(dentry, inode);
	dget(dentry);
	return 0;
}

bool simple_empty(struct dentry *dentry)
{
	struct dentry *child;
	bool empty = true;

	spin_lock(&dentry->d_lock);
	list_for_each_entry (child, &dentry->d_subdirs, d_child) {
		if (d_is_positive(child) && !d_unhashed(child)) {
			empty = false;
			break;
		}
	}
	spin_unlock(&dentry->d_lock);
	return empty;
}

int simple_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);

	touch_dir(dir);
	inode->i_ctime = dir->i_ctime;
	drop_nlink(inode);
	dput(dentry);
	return 0;
}

int simple_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (!simple_empty(dentry))
		return -ENOTEMPTY;
	drop_nlink(d_inode(dentry));
	simple_unlink(dir, dentry);
	drop_nlink(dir);
	return 0;
}

static int simple_rename_exchange(struct inode *old_dir, struct dentry *old_dentry,
				  struct inode *new_dir, struct dentry *new_dentry)
{
	bool old_is_dir = d_is_dir(old_dentry), new_is_dir = d_is_dir(new_dentry);

	if (old_dir != new_dir && old_is_dir != new_is_dir) {
		if (old_is_dir) {
			drop_nlink(old_dir);
			inc_nlink(new_dir);
		} else {
			drop_nlink(new_dir);
			inc_nlink(old_dir);
		}
	}
	touch_dir(old_dir);
	new_dir->i_mtime = new_dir->i_ctime = old_dir->i_ctime;
	d_inode(old_dentry)->i_ctime = d_inode(new_dentry)->i_ctime = old_dir->i_ctime;
	return 0;
}

int simple_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		  struct dentry *new_dentry, unsigned int flags)
{
	bool is_dir = d_is_dir(old_dentry);

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (flags & RENAME_EXCHANGE)
		return simple_rename_exchange(old_dir, old_dentry, new_dir, new_dentry);
	if (!simple_empty(new_dentry))
		return -ENOTEMPTY;
	if (d_is_positive(new_dentry)) {
		simple_unlink(new_dir, new_dentry);
		if (is_dir) {
			drop_nlink(d_inode(new_dentry));
			drop_nlink(old_dir);
		}
	} else if (is_dir) {
		drop_nlink(old_dir);
		inc_nlink(new_dir);
	}
	touch_dir(old_dir);
	new_dir->i_mtime = new_dir->i_ctime = old_dir->i_ctime;
	d_inode(old_dentry)->i_ctime = old_dir->i_ctime;
	return 0;
}

/* ---- attributes ---- */

int simple_setattr(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int error = setattr_prepare(dentry, attr);

	if (error)
		return error;
	if (attr->ia_valid & ATTR_SIZE) {
		loff_t old_size = inode->i_size;

		WRITE_ONCE(inode->i_size, attr->ia_size);
		if (attr->ia_size < old_size)
			truncate_pagecache(inode->i_mapping, attr->ia_size);
	}
	setattr_copy(inode, attr);
	return 0;
}

int simple_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);

	generic_fillattr(inode, stat);
	stat->blocks = (u64)inode->i_mapping->nrpages << (PAGE_SHIFT - 9);
	return 0;
}

int simple_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	buf->f_type = (long)dentry->d_sb->s_magic;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = NAME_MAX;
	return 0;
}

const char *simple_get_link(struct dentry *dentry, struct inode *inode)
{
	return inode->i_link;
}

/* ---- directories as files ---- */

/* The first entry at or behind pos, or NULL. Positive hashed ones stay put: i_rwsem is held. */
static struct dentry *next_entry(struct dentry *dir, struct dentry *from, loff_t pos)
{
	struct list_head *p = from ? &from->d_child : &dir->d_subdirs;
	struct dentry *found = NULL;

	spin_lock(&dir->d_lock);
	for (p = p->next; p != &dir->d_subdirs; p = p->next) {
		struct dentry *d = list_entry(p, struct dentry, d_child);

		if (d->d_offset >= (u64)pos && d_is_positive(d) && !d_unhashed(d)) {
			found = d;
			break;
		}
	}
	spin_unlock(&dir->d_lock);
	return found;
}

static inline unsigned int dt_type(const struct inode *inode)
{
	return (inode->i_mode >> 12) & 15;
}

bool dir_emit_dots(struct file *file, struct dir_context *ctx)
{
	struct dentry *dentry = file->f_path.dentry;

	if (ctx->pos == 0) {
		if (!dir_emit(ctx, ".", 1, d_inode(dentry)->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		struct dentry *parent = dget_parent(dentry);
		u64 ino = d_inode(parent)->i_ino;

		dput(parent);
		if (!dir_emit(ctx, "..", 2, ino, DT_DIR))
			return false;
		ctx->pos = 2;
	}
	return true;
}

int dcache_readdir(struct file *file, struct dir_context *ctx)
{
	struct dentry *dir = file->f_path.dentry, *d = NULL;

	if (!dir_emit_dots(file, ctx))
		return 0;
	while ((d = next_entry(dir, d, ctx->pos))) {
		ctx->pos = (loff_t)d->d_offset;
		if (!dir_emit(ctx, d->d_name.name, (int)d->d_name.len, d_inode(d)->i_ino,
			      dt_type(d_inode(d))))
			return 0;
		ctx->pos++;
	}
	return 0;
}

loff_t dcache_dir_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

ssize_t generic_read_dir(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	return -EISDIR;
}

/* ---- small texts ---- */

ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *pos, const void *from,
				size_t available)
{
	size_t left;

	if (*pos < 0)
		return -EINVAL;
	if ((size_t)*pos >= available || !count)
		return 0;
	count = min(count, available - (size_t)*pos);
	left = copy_to_user(to, from + *pos, count);
	if (left == count)
		return -EFAULT;
	*pos += count - left;
	return count - left;
}

ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *pos, const void __user *from,
			       size_t count)
{
	size_t left;

	if (*pos < 0)
		return -EINVAL;
	if ((size_t)*pos >= available || !count)
		return 0;
	count = min(count, available - (size_t)*pos);
	left = copy_from_user(to + *pos, from, count);
	if (left == count)
		return -EFAULT;
	*pos += count - left;
	return count - left;
}

struct inode *alloc_anon_inode(struct super_block *sb)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_ino = get_next_ino();
	inode->i_mode = S_IRUSR | S_IWUSR; /* of no type at all, as on Linux */
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	return inode;
}

const struct file_operations simple_dir_operations = {
	.llseek = dcache_dir_lseek,
	.read = generic_read_dir,
	.iterate_shared = dcache_readdir,
	.fsync = noop_fsync,
};

const struct inode_operations simple_dir_inode_operations = {
	.lookup = simple_lookup,
};

const struct inode_operations simple_file_inode_operations = {
	.setattr = simple_setattr,
	.getattr = simple_getattr,
};

const struct inode_operations simple_symlink_inode_operations = {
	.get_link = simple_get_link,
};

const struct super_operations simple_super_operations = {
	.statfs = simple_statfs,
};
