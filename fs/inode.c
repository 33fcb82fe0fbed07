// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inodes: making them, counting references, times, permission, and their end.
 *
 * Idea: an inode lives as long as somebody holds a reference: its dentries (fs/dcache.c), open
 * files through them, a few drivers. The last iput() ends it; there is no cache of idle inodes,
 * since every file system here lives in memory and pins what it wants to keep.
 *
 * Locking: i_lock protects link count, times, aliases; i_rwsem directory contents, size, mode and
 * owner. Order: i_rwsem of a directory > of its child; i_lock is innermost.
 * Sleeps: iput() may (pages are freed).
 * Linux: fs/inode.c, parts of fs/namei.c. Left out: inode hash and LRU, writeback, ACLs.
 * Start at: new_inode, iput, generic_permission.
 */
#include "fs/fs.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/pipe.h"
#include "fs/dcache.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"

static struct kmem_cache *inode_cache;
static atomic_long_t nr_inodes;

static const struct inode_operations empty_inode_operations;

static int no_open(struct inode *inode, struct file *file)
{
	return -ENXIO;
}

const struct file_operations no_open_fops = {
	.open = no_open,
};

static void inode_init_once(struct inode *inode)
{
	memset(inode, 0, sizeof(*inode));
	spin_lock_init(&inode->i_lock);
	init_rwsem(&inode->i_rwsem);
	INIT_HLIST_HEAD(&inode->i_dentry);
}

struct inode *new_inode(struct super_block *sb)
{
	struct inode *inode;

	if (sb->s_op->alloc_inode)
		inode = sb->s_op->alloc_inode(sb);
	else
		inode = kmem_cache_alloc(inode_cache, GFP_KERNEL_ACCOUNT);
	if (!inode)
		return NULL;
	inode_init_once(inode);
	inode->i_op = &empty_inode_operations;
	inode->i_fop = &no_open_fops;
	inode->i_sb = sb;
	inode->i_nlink = 1;
	inode->i_blkbits = PAGE_SHIFT;
	atomic_set(&inode->i_count, 1);
	mapping_init(&inode->i_data, inode, NULL, GFP_USER);
	inode->i_mapping = &inode->i_data;
	atomic_long_inc(&nr_inodes);
	return inode;
}

void free_inode_nonrcu(struct inode *inode)
{
	kmem_cache_free(inode_cache, inode);
}

static void inode_free_rcu(struct rcu_head *head)
{
	struct inode *inode = container_of(head, struct inode, i_rcu);

	if (inode->i_sb->s_op->free_inode)
		inode->i_sb->s_op->free_inode(inode);
	else
		free_inode_nonrcu(inode);
}

static void evict(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	inode->i_state |= I_FREEING;
	if (sb->s_op->evict_inode)
		sb->s_op->evict_inode(inode);
	else if (inode->i_data.nrpages)
		truncate_inode_pages_final(&inode->i_data);
	if (inode->i_flctx)
		locks_free_lock_context(inode);
	ASSERT(!inode->i_data.nrpages);
	atomic_long_dec(&nr_inodes);
	/* Walks under RCU may still read i_mode and i_link. */
	call_rcu(&inode->i_rcu, inode_free_rcu);
}

void iput(struct inode *inode)
{
	if (inode && atomic_dec_and_test(&inode->i_count))
		evict(inode);
}

void ihold(struct inode *inode)
{
	WARN_ON(atomic_inc_return(&inode->i_count) < 2);
}

struct inode *igrab(struct inode *inode)
{
	return atomic_inc_not_zero(&inode->i_count) ? inode : NULL;
}

long get_nr_inodes(void)
{
	return atomic_long_read(&nr_inodes);
}

/* Unique in the system, so in every file system; never 0. */
unsigned long get_next_ino(void)
{
	static atomic_t last_ino;

	return (unsigned int)atomic_inc_return(&last_ino);
}

void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode)
{
	inode->i_uid = current_fsuid();
	if (dir && (dir->i_mode & S_ISGID)) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID; /* the property is inherited */
	} else {
		inode->i_gid = current_fsgid();
	}
	inode->i_mode = mode;
}

void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev)
{
	inode->i_mode = mode;
	if (S_ISCHR(mode)) {
		inode->i_fop = &def_chr_fops;
		inode->i_rdev = rdev;
	} else if (S_ISBLK(mode)) {
		inode->i_rdev = rdev;
	} else if (S_ISFIFO(mode)) {
		inode->i_fop = &pipefifo_fops;
	}
}

/* ---- link count ---- */

void set_nlink(struct inode *inode, unsigned int nlink)
{
	inode->i_nlink = nlink;
}

void inc_nlink(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	inode->i_nlink++;
	spin_unlock(&inode->i_lock);
}

void drop_nlink(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	WARN_ON(inode->i_nlink == 0);
	inode->i_nlink--;
	spin_unlock(&inode->i_lock);
}

void clear_nlink(struct inode *inode)
{
	inode->i_nlink = 0;
}

/* ---- times ---- */

struct timespec64 current_time(struct inode *inode)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return now;
}

static inline int timespec64_compare(const struct timespec64 *a, const struct timespec64 *b)
{
	if (a->tv_sec != b->tv_sec)
		return a->tv_sec < b->tv_sec ? -1 : 1;
	return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

void file_update_time(struct file *file)
{
	struct inode *inode = file_inode(file);
	struct timespec64 now = current_time(inode);

	if (!timespec64_compare(&inode->i_mtime, &now) &&
	    !timespec64_compare(&inode->i_ctime, &now))
		return;
	spin_lock(&inode->i_lock);
	inode->i_mtime = now;
	inode->i_ctime = now;
	spin_unlock(&inode->i_lock);
}

/* relatime: once after each change, and once a day. */
static bool relatime_need_update(const struct inode *inode, const struct timespec64 *now)
{
	return timespec64_compare(&inode->i_mtime, &inode->i_atime) >= 0 ||
	       timespec64_compare(&inode->i_ctime, &inode->i_atime) >= 0 ||
	       now->tv_sec - inode->i_atime.tv_sec >= 24 * 60 * 60;
}

void touch_atime(const struct path *path)
{
	struct inode *inode = d_inode(path->dentry);
	int flags = path->mnt->mnt_flags;
	struct timespec64 now;

	if ((inode->i_flags & S_NOATIME) || (flags & (MNT_NOATIME | MNT_INTERNAL | MNT_READONLY)) ||
	    ((flags & MNT_NODIRATIME) && S_ISDIR(inode->i_mode)) ||
	    (inode->i_sb->s_flags & SB_RDONLY))
		return;
	now = current_time(inode);
	if ((flags & MNT_RELATIME) && !relatime_need_update(inode, &now))
		return;
	if (!timespec64_compare(&inode->i_atime, &now))
		return;
	spin_lock(&inode->i_lock);
	inode->i_atime = now;
	spin_unlock(&inode->i_lock);
}

void file_accessed(struct file *file)
{
	if (!(file->f_flags & O_NOATIME))
		touch_atime(&file->f_path);
}

/* ---- permission ---- */

/* By the mode bits alone: owner, else group, else others. */
static inline bool mode_permits(const struct inode *inode, int mask)
{
	unsigned int mode = READ_ONCE(inode->i_mode);

	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (inode->i_uid == current_fsuid()) {
		mode >>= 6;
	} else if ((((mode >> 3) ^ mode) & 7) && in_group_p(inode->i_gid)) {
		mode >>= 3; /* asked only where it makes a difference */
	}
	return (mask & ~mode) == 0;
}

int generic_permission(struct inode *inode, int mask)
{
	if (likely(mode_permits(inode, mask)))
		return 0;
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (S_ISDIR(inode->i_mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return 0;
		return capable(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	/* Nobody may run what no execute bit says is a program. */
	if ((!(mask & MAY_EXEC) || (inode->i_mode & S_IXUGO)) && capable(CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

int inode_permission(struct inode *inode, int mask)
{
	if (unlikely(mask & MAY_WRITE)) {
		umode_t mode = inode->i_mode;

		if ((inode->i_sb->s_flags & SB_RDONLY) &&
		    (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
			return -EROFS;
		if (inode->i_flags & S_IMMUTABLE)
			return -EPERM;
	}
	if (unlikely(inode->i_op->permission))
		return inode->i_op->permission(inode, mask);
	return generic_permission(inode, mask);
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return current_fsuid() == inode->i_uid || capable(CAP_FOWNER);
}

/* ---- a program that runs is not written to: i_writecount ---- */

int get_write_access(struct inode *inode)
{
	int old = atomic_read(&inode->i_writecount);

	do {
		if (old < 0)
			return -ETXTBSY;
	} while (!atomic_try_cmpxchg(&inode->i_writecount, &old, old + 1));
	return 0;
}

void put_write_access(struct inode *inode)
{
	atomic_dec(&inode->i_writecount);
}

int deny_write_access(struct file *file)
{
	struct inode *inode = file_inode(file);
	int old = atomic_read(&inode->i_writecount);

	do {
		if (old > 0)
			return -ETXTBSY;
	} while (!atomic_try_cmpxchg(&inode->i_writecount, &old, old - 1));
	return 0;
}

void allow_write_access(struct file *file)
{
	if (file)
		atomic_inc(&file_inode(file)->i_writecount);
}

void inode_init(void)
{
	inode_cache = KMEM_CACHE(inode, SLAB_PANIC | SLAB_ACCOUNT);
}
