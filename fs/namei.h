/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From names to paths. Implemented in fs/namei.c and fs/namei_*.c. Linux: include/linux/namei.h.
 */
#ifndef CONDUIT_FS_NAMEI_H
#define CONDUIT_FS_NAMEI_H

#include "kernel/lib/types.h"
#include "kernel/uapi/limits.h"
#include "fs/fs.h"

#define MAXSYMLINKS 40

/* /proc/sys/fs/protected_*; on by default, as distributions have them. */
extern int sysctl_protected_symlinks, sysctl_protected_hardlinks;

#define LOOKUP_FOLLOW        0x0001 /* follow a symlink at the end */
#define LOOKUP_DIRECTORY     0x0002 /* the end must be a directory */
#define LOOKUP_EMPTY         0x0004 /* "" means the starting point */
#define LOOKUP_PARENT        0x0010 /* stop before the last component */
#define LOOKUP_REVAL         0x0020
#define LOOKUP_RCU           0x0040 /* without references: namei.c explains */
#define LOOKUP_OPEN          0x0100
#define LOOKUP_CREATE        0x0200
#define LOOKUP_EXCL          0x0400
#define LOOKUP_RENAME_TARGET 0x0800
#define LOOKUP_NO_SYMLINKS   0x010000 /* openat2(): RESOLVE_* */
#define LOOKUP_NO_MAGICLINKS 0x020000
#define LOOKUP_NO_XDEV       0x040000
#define LOOKUP_BENEATH       0x080000
#define LOOKUP_IN_ROOT       0x100000
#define LOOKUP_CACHED        0x200000
#define LOOKUP_IS_SCOPED     (LOOKUP_BENEATH | LOOKUP_IN_ROOT)

/* A path name in kernel memory. */
struct filename {
	const char *name;
	const char __user *uptr; /* where it came from */
	atomic_t refcnt;
	char iname[];
};

/* Copies a name from user space: ERR_PTR(-EFAULT), (-ENAMETOOLONG), (-ENOENT) for "". */
struct filename *getname(const char __user *name);
struct filename *getname_flags(const char __user *name, int lookup_flags);
struct filename *getname_uflags(const char __user *name, int uflags); /* AT_EMPTY_PATH */
struct filename *getname_kernel(const char *name);
void putname(struct filename *name);

/* path gets references: path_put(). 0 or -errno. Does not consume name. */
int filename_lookup(int dfd, struct filename *name, unsigned int flags, struct path *path,
		    const struct path *root);
int kern_path(const char *name, unsigned int flags, struct path *path);
int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path);
/* flags as above, "" allowed with LOOKUP_EMPTY. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);

/* A new name in an existing directory, which comes back with i_rwsem held; done_path_create(). */
struct dentry *kern_path_create(int dfd, const char *name, struct path *path,
				unsigned int lookup_flags);
struct dentry *filename_create(int dfd, struct filename *name, struct path *path,
			       unsigned int lookup_flags);
void done_path_create(struct path *path, struct dentry *dentry);

/* One component below base; caller holds base's i_rwsem for writing. ERR_PTR; may be negative. */
struct dentry *lookup_one_len(const char *name, struct dentry *base, int len);

struct open_flags {
	int open_flag;
	umode_t mode;
	int acc_mode;
	int intent;
	int lookup_flags;
};

int build_open_flags(const struct open_how *how, struct open_flags *op);
/* ERR_PTR on failure. Does not consume name. */
struct file *do_filp_open(int dfd, struct filename *name, const struct open_flags *op);

void path_get(const struct path *path);
void path_put(const struct path *path);
static inline bool path_equal(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

/* For ->jump_link: consumes path. Called by the walk itself. */
int follow_up(struct path *path);
int follow_down(struct path *path);

/* What the system calls end in; the directory's i_rwsem is held by the caller. */
int vfs_create(struct inode *dir, struct dentry *dentry, umode_t mode, bool want_excl);
/* The same with the caller's own way of making the inode: f gets mode (of S_IFREG) and arg. */
int vfs_mkobj(struct dentry *dentry, umode_t mode,
	      int (*f)(struct dentry *dentry, umode_t mode, void *arg), void *arg);
int vfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode);
int vfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev);
int vfs_symlink(struct inode *dir, struct dentry *dentry, const char *body);
int vfs_link(struct dentry *old_dentry, struct inode *dir, struct dentry *dentry);
int vfs_rmdir(struct inode *dir, struct dentry *dentry);
int vfs_unlink(struct inode *dir, struct dentry *dentry);
int vfs_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
	       struct dentry *new_dentry, unsigned int flags);
struct dentry *lock_rename(struct dentry *p1, struct dentry *p2);
void unlock_rename(struct dentry *p1, struct dentry *p2);
int may_linkat(const struct path *link);
int readlink_copy(char __user *buffer, int buflen, const char *link);
int vfs_readlink(struct dentry *dentry, char __user *buffer, int buflen);

#endif
