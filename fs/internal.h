/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to fs/. */
#ifndef CONDUIT_FS_INTERNAL_H
#define CONDUIT_FS_INTERNAL_H

#include "kernel/lib/types.h"
#include "fs/fs.h"
#include "fs/path_component.h"

struct files_struct;
struct fs_struct;
struct filename;
struct open_flags;
struct iov_iter;

/* super.c */
struct super_block *alloc_super(struct file_system_type *type, unsigned long flags);
void deactivate_super(struct super_block *sb);
struct file_system_type *get_fs_type(const char *name);
int do_remount_sb(struct super_block *sb, unsigned long flags, char *data);

/* file.c, namei.c */
void files_struct_init(void);
void names_init(void);

/* inode.c */
void inode_init(void);

/* ramfs.c */
extern struct file_system_type ramfs_fs_type, rootfs_fs_type;
extern const struct file_operations ramfs_file_operations;
void ramfs_free_inode(struct inode *inode);

/* char_dev.c */
extern const struct file_operations def_chr_fops;
extern const struct file_operations no_open_fops;

/* file_table.c */
void release_empty_file(struct file *file);

/* namei_change.c */
int do_unlinkat(int dfd, struct filename *name);

/* devtmpfs.c, locks.c */
void devtmpfs_init(void);
void locks_init(void);

/* attr.c */
unsigned int should_remove_suid(const struct inode *inode);

/* open.c */
int do_truncate(struct dentry *dentry, loff_t length, unsigned int time_attrs, struct file *file);
int do_dentry_open(struct file *file, struct inode *inode);
int vfs_open(const struct path *path, struct file *file);
int vfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len);

/* locks.c */
void locks_remove_file(struct file *file);
void locks_remove_posix(struct file *file, struct files_struct *owner);
void locks_free_lock_context(struct inode *inode);
int fcntl_getlk(struct file *file, unsigned int cmd, struct flock *flock);
int fcntl_setlk(unsigned int fd, struct file *file, unsigned int cmd, struct flock *flock);

/* memfd.c */
long memfd_fcntl(struct file *file, unsigned int cmd, unsigned int arg);

/* read_write.c */
int rw_verify_area(int read_write, struct file *file, const loff_t *pos, size_t count);

#endif
