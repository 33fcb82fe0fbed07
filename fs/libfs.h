/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ready-made operations for file systems whose tree is the dentry cache itself.
 * Implemented in fs/libfs.c. Linux: the simple_* functions of include/linux/fs.h.
 */
#ifndef CONDUIT_FS_LIBFS_H
#define CONDUIT_FS_LIBFS_H

#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/stat.h"

extern const struct file_operations simple_dir_operations;
extern const struct inode_operations simple_dir_inode_operations;
extern const struct inode_operations simple_symlink_inode_operations;
extern const struct super_operations simple_super_operations;
extern const struct inode_operations simple_file_inode_operations;

struct dentry *simple_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags);
int simple_link(struct dentry *old_dentry, struct inode *dir, struct dentry *dentry);
int simple_unlink(struct inode *dir, struct dentry *dentry);
int simple_rmdir(struct inode *dir, struct dentry *dentry);
int simple_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		  struct dentry *new_dentry, unsigned int flags);
bool simple_empty(struct dentry *dentry);
int simple_setattr(struct dentry *dentry, struct iattr *attr);
const char *simple_get_link(struct dentry *dentry, struct inode *inode);

/* Directories whose entries are the dentries below, at positions d_offset. */
int dcache_readdir(struct file *file, struct dir_context *ctx);
loff_t dcache_dir_lseek(struct file *file, loff_t offset, int whence);
ssize_t generic_read_dir(struct file *file, char __user *buf, size_t size, loff_t *pos);

/* For ->read and ->write of small texts. */
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *pos, const void *from,
				size_t available);
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *pos, const void __user *from,
			       size_t count);

/* A mount that no path leads to: the root inode and nothing else. ->mount of pipefs, sockfs. */
struct dentry *mount_pseudo(struct file_system_type *type, unsigned long magic,
			    const struct super_operations *ops,
			    const struct dentry_operations *dops);
/* One super block per mount / one for all mounts. fill_super: 0 or -errno. */
struct dentry *mount_nodev(struct file_system_type *type, int flags, void *data,
			   int (*fill_super)(struct super_block *sb, void *data));
struct dentry *mount_single(struct file_system_type *type, int flags, void *data,
			    int (*fill_super)(struct super_block *sb, void *data));
void kill_anon_super(struct super_block *sb);
/* The same for file systems that pin their dentries. */
void kill_litter_super(struct super_block *sb);

/* Iterating directories: . and .. first, at positions 0 and 1. */
bool dir_emit_dots(struct file *file, struct dir_context *ctx);
static inline bool dir_emit(struct dir_context *ctx, const char *name, int len, u64 ino,
			    unsigned int type)
{
	return ctx->actor(ctx, name, len, ctx->pos, ino, type);
}

/* An unlinked inode for anything that needs one: alloc_anon_inode(sb). ERR_PTR. */
struct inode *alloc_anon_inode(struct super_block *sb);

/* fs/ramfs.c */
struct inode *ramfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
			      dev_t dev);

#endif
