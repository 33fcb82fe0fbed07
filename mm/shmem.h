/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pages of tmpfs files and of shared memory (System V, MAP_SHARED | MAP_ANONYMOUS, memfd),
 * counted against the limit of their mount. Inodes and names are fs/tmpfs.c's business.
 * Implemented in mm/shmem.c. Linux: mm/shmem.c, include/linux/shmem_fs.h.
 */
#ifndef CONDUIT_MM_SHMEM_H
#define CONDUIT_MM_SHMEM_H

#include "kernel/lib/types.h"
#include "kernel/x86/atomic.h"
#include "mm/filemap.h"

struct file;
struct vm_area_struct;
struct vfsmount;
struct vm_operations_struct;

/* Space of one mount: pages. [A] atomic */
struct shmem_space {
	unsigned long max_blocks;  /* 0 = no limit; remount changes it */
	atomic_long_t used_blocks; /* [A] */
};

/* Lives in the inode of fs/tmpfs.c; mapping->private_data points to it. */
struct shmem_inode {
	struct shmem_space *space; /* [I] whom pages are charged to */
	atomic_long_t alloced;     /* [A] pages of this file: i_blocks / 8 */
	unsigned long flags;       /* VM_NORESERVE, VM_LOCKED (SHM_LOCK) */
	unsigned int seals;        /* F_SEAL_*: [inode's i_rwsem] */
	unsigned long reserved;    /* pages committed up front (no VM_NORESERVE) */
};

extern const struct address_space_operations shmem_aops;
extern const struct vm_operations_struct shmem_vm_ops;

/* For a new inode: mapping->private_data, a_ops, counters. */
void shmem_mapping_init(struct address_space *mapping, struct inode *host, struct shmem_inode *info,
			struct shmem_space *space, unsigned long flags);

/* What shmem_getpage() does with a hole. */
enum sgp_type {
	SGP_READ,  /* no page: *pagep = NULL */
	SGP_CACHE, /* make one, zeroed */
	SGP_WRITE, /* the same; not up to date is allowed when the caller overwrites it */
};

/* The page with a reference, unlocked. 0, -ENOSPC (limit of the mount), -ENOMEM. */
int shmem_getpage(struct address_space *mapping, pgoff_t index, struct page **pagep,
		  enum sgp_type sgp);

/* Content in [start, end] (end inclusive, -1 = to the end) is gone, space given back. */
void shmem_truncate_range(struct address_space *mapping, loff_t start, loff_t end);

/* Commit accounting of objects without VM_NORESERVE: 0 or -ENOMEM. */
int shmem_acct_size(unsigned long flags, loff_t size);
void shmem_unacct_size(unsigned long flags, loff_t size);

/* Implemented in fs/tmpfs.c: an unlinked file of the kernel's own tmpfs mount. ERR_PTR. */
struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags);
struct file *shmem_kernel_file_setup(const char *name, loff_t size, unsigned long flags);

#endif
