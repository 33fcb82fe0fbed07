/* SPDX-License-Identifier: GPL-2.0-only */
/* tmpfs's objects, for fs/tmpfs.c, fs/memfd.c and devtmpfs. */
#ifndef CONDUIT_FS_TMPFS_H
#define CONDUIT_FS_TMPFS_H

#include "kernel/lib/types.h"
#include "kernel/locking/spinlock.h"
#include "mm/shmem.h"
#include "fs/fs.h"

/* One mount. [L] lock */
struct tmpfs_sb_info {
	struct shmem_space space; /* pages: limit and use */
	spinlock_t lock;
	unsigned long max_inodes;  /* [L] 0 = no limit */
	unsigned long free_inodes; /* [L] */
	umode_t mode;              /* of the root, for /proc/mounts */
	uid_t uid;
	gid_t gid;
};

struct tmpfs_inode {
	struct shmem_inode info;
	struct inode vfs_inode;
};

static inline struct tmpfs_inode *TMPFS_I(struct inode *inode)
{
	return container_of(inode, struct tmpfs_inode, vfs_inode);
}

extern struct file_system_type tmpfs_fs_type;
extern const struct file_operations tmpfs_file_operations;

/* A new inode of any type; flags: VM_NORESERVE or 0. ERR_PTR. */
struct inode *tmpfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
			      dev_t dev, unsigned long flags);
void tmpfs_init(void);
/* The kernel's own mount, for shared memory: fs/memfd.c. */
void shmem_init(void);

#endif
