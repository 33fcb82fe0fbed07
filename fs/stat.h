/* SPDX-License-Identifier: GPL-2.0-only */
/* What getattr and statfs collect, before it gets an ABI's layout. Linux: include/linux/stat.h. */
#ifndef CONDUIT_FS_STAT_H
#define CONDUIT_FS_STAT_H

#include "kernel/lib/types.h"
#include "kernel/uapi/stat.h"
#include "kernel/uapi/statfs.h"
#include "fs/fs.h"

struct kstat {
	u32 result_mask; /* STATX_* */
	umode_t mode;
	unsigned int nlink;
	u32 blksize;
	u64 attributes, attributes_mask;
	u64 ino;
	dev_t dev, rdev;
	uid_t uid;
	gid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime, btime;
	u64 blocks;
	u64 mnt_id;
};

struct kstatfs {
	long f_type;
	long f_bsize;
	u64 f_blocks, f_bfree, f_bavail;
	u64 f_files, f_ffree;
	long f_namelen;
	long f_frsize;
	long f_flags;
};

void generic_fillattr(struct inode *inode, struct kstat *stat);
int vfs_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags);
int vfs_fstat(int fd, struct kstat *stat);
int vfs_statfs(const struct path *path, struct kstatfs *buf);

/* simple file systems: fs/libfs.c */
int simple_statfs(struct dentry *dentry, struct kstatfs *buf);
int simple_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags);

#endif
