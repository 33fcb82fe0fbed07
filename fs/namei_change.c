// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making, removing and renaming names: mkdir, mknod, symlink, link, unlink, rmdir, rename.
 *
 * Each call walks to the directory (filename_parentat), locks it, looks the last name up, and lets
 * vfs_x() check permission and call the file system.
 *
 * Rules: 1. Removing takes write and search permission on the directory and, where it is sticky,
 *        ownership of the entry or the directory. 2. A mount point cannot be removed or renamed.
 *        3. A directory cannot be moved below itself.
 * Locking: s_vfs_rename_mutex (renames across directories) > i_rwsem of ancestor > of descendant >
 * of the victim. Two directories of which none is above the other: in order of address.
 * Linux: fs/namei.c. Left out: delegations, whiteouts.
 * Start at: filename_create, vfs_rename.
 */
#include "fs/dcache.h"
#include "fs/fs_struct.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "fs/namei_internal.h"
#include "kernel/lib/err.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"

int sysctl_protected_hardlinks = 1;

/* ---- permission ---- */

static int may_create(struct inode *dir, struct dentry *child)
{
	if (d_is_positive(child))
		return -EEXIST;
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* Is the victim protected by its directory's sticky bit from the caller? */
static bool check_sticky(const struct inode *dir, const struct inode *inode)
{
	if (!(dir->i_mode & S_ISVTX))
		return false;
	if (inode->i_uid == current_fsuid() || dir->i_uid == current_fsuid())
		return false;
	return !capable(CAP_FOWNER);
}

static int may_delete(struct inode *dir, struct dentry *victim, bool isdir)
{
	struct inode *inode = d_inode(victim);
	int error;

	if (!inode)
		return -ENOENT;
	error = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (error)
		return error;
	if (dir->i_flags & S_APPEND)
		return -EPERM;
	if (check_sticky(dir, inode) || (inode->i_flags & (S_APPEND | S_IMMUTABLE)))
		return -EPERM;
	if (isdir) {
		if (!S_ISDIR(inode->i_mode))
			return -ENOTDIR;
		if (IS_ROOT(victim))
			return -EBUSY;
	} else if (S_ISDIR(inode->i_mode)) {
		return -EISDIR;
	}
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return 0;
}

/*
 * protected_hardlinks: others' files may be linked to only by those who could read and write them,
 * and set-uid programs not at all, so that nobody keeps an old, vulnerable one alive.
 */
static bool safe_hardlink_source(struct inode *inode)
{
	umode_t mode = inode->i_mode;

	if (!S_ISREG(mode) || (mode & S_ISUID) ||
	    (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		return false;
	return inode_permission(inode, MAY_READ | MAY_WRITE) == 0;
}

int may_linkat(const struct path *link)
{
	struct inode *inode = d_inode(link->dentry);

	if (!READ_ONCE(sysctl_protected_hardlinks) || safe_hardlink_source(inode) ||
	    inode_owner_or_capable(inode))
		return 0;
	return -EPERM;
}

/* ---- making ---- */

struct dentry *filename_create(int dfd, struct filename *name, struct path *path,
			       unsigned int lookup_flags)
{
	bool want_dir = lookup_flags & LOOKUP_DIRECTORY;
	struct dentry *dentry;
	struct qstr last;
	enum last_type type;
	int error, readonly;

	error = filename_parentat(dfd, name, lookup_flags & LOOKUP_REVAL, path, &last, &type);
	if (error)
		return ERR_PTR(error);
	if (type != LAST_NORM) {
		path_put(path);
		return ERR_PTR(-EEXIST);
	}
	readonly = mnt_want_write(path->mnt); /* reported only if the name is free */
	down_write(&d_inode(path->dentry)->i_rwsem);
	dentry = lookup_locked(&last, path->dentry, LOOKUP_CREATE | LOOKUP_EXCL);
	if (IS_ERR(dentry)) {
		error = (int)PTR_ERR(dentry);
		goto unlock;
	}
	error = 0;
	if (d_is_positive(dentry))
		error = -EEXIST;
	else if (!want_dir && trailing_slash(&last))
		error = -ENOENT;
	else
		error = readonly;
	if (!error)
		return dentry;
	dput(dentry);
unlock:
	up_write(&d_inode(path->dentry)->i_rwsem);
	if (!readonly)
		mnt_drop_write(path->mnt);
	path_put(path);
	return ERR_PTR(error);
}

struct dentry *kern_path_create(int dfd, const char *name, struct path *path,
				unsigned int lookup_flags)
{
	struct filename *filename = getname_kernel(name);
	struct dentry *dentry = filename_create(dfd, filename, path, lookup_flags);

	putname(filename);
	return dentry;
}

void done_path_create(struct path *path, struct dentry *dentry)
{
	dput(dentry);
	up_write(&d_inode(path->dentry)->i_rwsem);
	mnt_drop_write(path->mnt);
	path_put(path);
}

int vfs_create(struct inode *dir, struct dentry *dentry, umode_t mode, bool want_excl)
{
	int error = may_create(dir, dentry);

	if (error)
		return error;
	if (!dir->i_op->create)
		return -EACCES;
	return dir->i_op->create(dir, dentry, (umode_t)((mode & S_IALLUGO) | S_IFREG), want_excl);
}

int vfs_mkobj(struct dentry *dentry, umode_t mode,
	      int (*f)(struct dentry *dentry, umode_t mode, void *arg), void *arg)
{
	int error = may_create(d_inode(dentry->d_parent), dentry);

	return error ? error : f(dentry, (umode_t)((mode & S_IALLUGO) | S_IFREG), arg);
}

int vfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int error = may_create(dir, dentry);

	if (error)
		return error;
	if (!dir->i_op->mkdir)
		return -EPERM;
	return dir->i_op->mkdir(dir, dentry, mode & (S_IRWXUGO | S_ISVTX));
}

int vfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	int error = may_create(dir, dentry);

	if (error)
		return error;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;
	if (!dir->i_op->mknod)
		return -EPERM;
	return dir->i_op->mknod(dir, dentry, mode, dev);
}

int vfs_symlink(struct inode *dir, struct dentry *dentry, const char *body)
{
	int error = may_create(dir, dentry);

	if (error)
		return error;
	if (!dir->i_op->symlink)
		return -EPERM;
	return dir->i_op->symlink(dir, dentry, body);
}

int vfs_link(struct dentry *old_dentry, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(old_dentry);
	int error;

	if (!inode)
		return -ENOENT;
	error = may_create(dir, dentry);
	if (error)
		return error;
	if (dir->i_sb != inode->i_sb)
		return -EXDEV;
	if (inode->i_flags & (S_APPEND | S_IMMUTABLE))
		return -EPERM;
	if (!dir->i_op->link || S_ISDIR(inode->i_mode))
		return -EPERM;
	down_write_nested(&inode->i_rwsem, I_RWSEM_CHILD);
	if (inode->i_nlink == 0 && !(inode->i_state & I_LINKABLE))
		error = -ENOENT;
	else
		error = dir->i_op->link(old_dentry, dir, dentry);
	if (!error && (inode->i_state & I_LINKABLE)) {
		spin_lock(&inode->i_lock);
		inode->i_state &= ~(unsigned long)I_LINKABLE;
		spin_unlock(&inode->i_lock);
	}
	up_write(&inode->i_rwsem);
	return error;
}

/* ---- removing ---- */

int vfs_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *target = d_inode(dentry);
	int error = may_delete(dir, dentry, false);

	if (error)
		return error;
	if (!dir->i_op->unlink)
		return -EPERM;
	down_write_nested(&target->i_rwsem, I_RWSEM_CHILD);
	error = is_local_mountpoint(dentry) ? -EBUSY : dir->i_op->unlink(dir, dentry);
	if (!error)
		d_delete(dentry);
	up_write(&target->i_rwsem);
	return error;
}

int vfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	struct inode *target = d_inode(dentry);
	int error = may_delete(dir, dentry, true);

	if (error)
		return error;
	if (!dir->i_op->rmdir)
		return -EPERM;
	down_write_nested(&target->i_rwsem, I_RWSEM_CHILD);
	error = is_local_mountpoint(dentry) ? -EBUSY : dir->i_op->rmdir(dir, dentry);
	if (!error) {
		target->i_flags |= S_DEAD;
		d_delete(dentry);
	}
	up_write(&target->i_rwsem);
	return error;
}

int do_unlinkat(int dfd, struct filename *name)
{
	struct inode *inode = NULL;
	struct dentry *dentry;
	struct path path;
	struct qstr last;
	enum last_type type;
	int error = filename_parentat(dfd, name, 0, &path, &last, &type);

	if (error)
		return error;
	error = -EISDIR;
	if (type != LAST_NORM)
		goto out;
	error = mnt_want_write(path.mnt);
	if (error)
		goto out;
	down_write_nested(&d_inode(path.dentry)->i_rwsem, I_RWSEM_PARENT);
	dentry = lookup_locked(&last, path.dentry, 0);
	error = PTR_ERR_OR_ZERO(dentry);
	if (!error) {
		inode = d_inode(dentry);
		if (!inode)
			error = -ENOENT;
		else if (trailing_slash(&last))
			error = d_is_dir(dentry) ? -EISDIR : -ENOTDIR;
		if (inode)
			ihold(inode); /* its content is freed after the locks are dropped */
		if (!error)
			error = vfs_unlink(d_inode(path.dentry), dentry);
		dput(dentry);
	}
	up_write(&d_inode(path.dentry)->i_rwsem);
	iput(inode);
	mnt_drop_write(path.mnt);
out:
	path_put(&path);
	return error;
}

static int do_rmdir(int dfd, struct filename *name)
{
	struct dentry *dentry;
	struct path path;
	struct qstr last;
	enum last_type type;
	int error = filename_parentat(dfd, name, 0, &path, &last, &type);

	if (error)
		return error;
	if (type != LAST_NORM) {
		error = type == LAST_DOTDOT ? -ENOTEMPTY : type == LAST_DOT ? -EINVAL : -EBUSY;
		goto out;
	}
	error = mnt_want_write(path.mnt);
	if (error)
		goto out;
	down_write_nested(&d_inode(path.dentry)->i_rwsem, I_RWSEM_PARENT);
	dentry = lookup_locked(&last, path.dentry, 0);
	error = PTR_ERR_OR_ZERO(dentry);
	if (!error) {
		error = d_is_negative(dentry) ? -ENOENT : vfs_rmdir(d_inode(path.dentry), dentry);
		dput(dentry);
	}
	up_write(&d_inode(path.dentry)->i_rwsem);
	mnt_drop_write(path.mnt);
out:
	path_put(&path);
	return error;
}

/* ---- renaming ---- */

/* Locks two directories. Returns what must not be renamed: the ancestor's child on the way. */
struct dentry *lock_rename(struct dentry *p1, struct dentry *p2)
{
	struct dentry *trap;

	if (p1 == p2) {
		down_write_nested(&d_inode(p1)->i_rwsem, I_RWSEM_PARENT);
		return NULL;
	}
	mutex_lock(&p1->d_sb->s_vfs_rename_mutex);
	trap = d_ancestor(p1, p2);
	if (!trap) {
		trap = d_ancestor(p2, p1);
		if (trap || p2 < p1)
			swap(p1, p2);
	}
	down_write_nested(&d_inode(p1)->i_rwsem, I_RWSEM_PARENT);
	down_write_nested(&d_inode(p2)->i_rwsem, I_RWSEM_PARENT2);
	return trap;
}

void unlock_rename(struct dentry *p1, struct dentry *p2)
{
	up_write(&d_inode(p1)->i_rwsem);
	if (p1 != p2) {
		up_write(&d_inode(p2)->i_rwsem);
		mutex_unlock(&p1->d_sb->s_vfs_rename_mutex);
	}
}

static int may_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		      struct dentry *new_dentry, unsigned int flags)
{
	bool is_dir = d_is_dir(old_dentry), new_is_dir = d_is_dir(new_dentry);
	int error = may_delete(old_dir, old_dentry, is_dir);

	if (error)
		return error;
	if (d_is_negative(new_dentry))
		error = may_create(new_dir, new_dentry);
	else
		error = may_delete(new_dir, new_dentry,
				   (flags & RENAME_EXCHANGE) ? new_is_dir : is_dir);
	if (error)
		return error;
	if (!old_dir->i_op->rename)
		return -EPERM;
	/* A directory that gets another parent is written to: its "..". */
	if (old_dir != new_dir) {
		if (is_dir)
			error = inode_permission(d_inode(old_dentry), MAY_WRITE);
		if (!error && (flags & RENAME_EXCHANGE) && new_is_dir)
			error = inode_permission(d_inode(new_dentry), MAY_WRITE);
	}
	return error;
}

int vfs_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
	       struct dentry *new_dentry, unsigned int flags)
{
	struct inode *source = d_inode(old_dentry), *target = d_inode(new_dentry);
	int error;

	if (source == target)
		return 0;
	error = may_rename(old_dir, old_dentry, new_dir, new_dentry, flags);
	if (error)
		return error;
	dget(new_dentry);
	if (target)
		down_write_nested(&target->i_rwsem, I_RWSEM_CHILD);
	error = -EBUSY;
	if (is_local_mountpoint(old_dentry) || is_local_mountpoint(new_dentry))
		goto out;
	error = old_dir->i_op->rename(old_dir, old_dentry, new_dir, new_dentry, flags);
	if (error)
		goto out;
	if (flags & RENAME_EXCHANGE) {
		d_exchange(old_dentry, new_dentry);
	} else {
		if (target && S_ISDIR(target->i_mode))
			target->i_flags |= S_DEAD;
		d_move(old_dentry, new_dentry);
	}
out:
	if (target)
		up_write(&target->i_rwsem);
	dput(new_dentry);
	return error;
}

/* Both directories are locked; trap is their lock_rename() result. */
static int rename_locked(struct path *old_path, const struct qstr *old_last, struct path *new_path,
			 const struct qstr *new_last, struct dentry *trap, unsigned int flags)
{
	struct dentry *old_dentry, *new_dentry;
	int error;

	old_dentry = lookup_locked(old_last, old_path->dentry, 0);
	if (IS_ERR(old_dentry))
		return (int)PTR_ERR(old_dentry);
	error = -ENOENT;
	if (d_is_negative(old_dentry))
		goto out_old;
	new_dentry = lookup_locked(new_last, new_path->dentry, LOOKUP_RENAME_TARGET);
	error = (int)PTR_ERR(new_dentry);
	if (IS_ERR(new_dentry))
		goto out_old;
	error = -EEXIST;
	if ((flags & RENAME_NOREPLACE) && d_is_positive(new_dentry))
		goto out_new;
	if (flags & RENAME_EXCHANGE) {
		error = -ENOENT;
		if (d_is_negative(new_dentry))
			goto out_new;
		error = -ENOTDIR;
		if (!d_is_dir(new_dentry) && trailing_slash(new_last))
			goto out_new;
	}
	if (!d_is_dir(old_dentry)) {
		error = -ENOTDIR;
		if (trailing_slash(old_last))
			goto out_new;
		if (!(flags & RENAME_EXCHANGE) && trailing_slash(new_last))
			goto out_new;
	}
	error = -EINVAL; /* rule 3 */
	if (old_dentry == trap)
		goto out_new;
	error = (flags & RENAME_EXCHANGE) ? -EINVAL : -ENOTEMPTY;
	if (new_dentry == trap)
		goto out_new;
	error = vfs_rename(d_inode(old_path->dentry), old_dentry, d_inode(new_path->dentry),
			   new_dentry, flags);
out_new:
	dput(new_dentry);
out_old:
	dput(old_dentry);
	return error;
}

static int do_renameat2(int olddfd, struct filename *from, int newdfd, struct filename *to,
			unsigned int flags)
{
	struct path old_path, new_path;
	struct qstr old_last, new_last;
	enum last_type old_type, new_type;
	struct dentry *trap;
	int error;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
		return -EINVAL;
	if ((flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	error = filename_parentat(olddfd, from, 0, &old_path, &old_last, &old_type);
	if (error)
		return error;
	error = filename_parentat(newdfd, to, 0, &new_path, &new_last, &new_type);
	if (error)
		goto out_old;
	error = -EXDEV;
	if (old_path.mnt != new_path.mnt)
		goto out_new;
	error = -EBUSY;
	if (old_type != LAST_NORM)
		goto out_new;
	if (flags & RENAME_NOREPLACE)
		error = -EEXIST;
	if (new_type != LAST_NORM)
		goto out_new;
	error = mnt_want_write(old_path.mnt);
	if (error)
		goto out_new;
	trap = lock_rename(new_path.dentry, old_path.dentry);
	error = rename_locked(&old_path, &old_last, &new_path, &new_last, trap, flags);
	unlock_rename(new_path.dentry, old_path.dentry);
	mnt_drop_write(old_path.mnt);
out_new:
	path_put(&new_path);
out_old:
	path_put(&old_path);
	return error;
}

/* ---- system calls ---- */

static int may_mknod(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
	case 0:
		return 0;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static long do_mknodat(int dfd, const char __user *filename, umode_t mode, unsigned int dev)
{
	struct filename *name = getname(filename);
	struct dentry *dentry;
	struct path path;
	long error = may_mknod(mode);

	if (error)
		goto out;
	dentry = filename_create(dfd, name, &path, 0);
	error = PTR_ERR(dentry);
	if (IS_ERR(dentry))
		goto out;
	mode &= (umode_t)~current_umask();
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		error = vfs_create(d_inode(path.dentry), dentry, mode, true);
		break;
	case S_IFCHR:
	case S_IFBLK:
		error = vfs_mknod(d_inode(path.dentry), dentry, mode, new_decode_dev(dev));
		break;
	default:
		error = vfs_mknod(d_inode(path.dentry), dentry, mode, 0);
		break;
	}
	done_path_create(&path, dentry);
out:
	putname(name);
	return error;
}

SYSCALL_DEFINE4(mknodat, int, dfd, const char __user *, filename, umode_t, mode, unsigned int, dev)
{
	return do_mknodat(dfd, filename, mode, dev);
}

SYSCALL_DEFINE3(mknod, const char __user *, filename, umode_t, mode, unsigned int, dev)
{
	return do_mknodat(AT_FDCWD, filename, mode, dev);
}

static long do_mkdirat(int dfd, const char __user *pathname, umode_t mode)
{
	struct filename *name = getname(pathname);
	struct path path;
	struct dentry *dentry = filename_create(dfd, name, &path, LOOKUP_DIRECTORY);
	long error = PTR_ERR(dentry);

	if (!IS_ERR(dentry)) {
		error = vfs_mkdir(d_inode(path.dentry), dentry, (umode_t)(mode & ~current_umask()));
		done_path_create(&path, dentry);
	}
	putname(name);
	return error;
}

SYSCALL_DEFINE3(mkdirat, int, dfd, const char __user *, pathname, umode_t, mode)
{
	return do_mkdirat(dfd, pathname, mode);
}

SYSCALL_DEFINE2(mkdir, const char __user *, pathname, umode_t, mode)
{
	return do_mkdirat(AT_FDCWD, pathname, mode);
}

static long do_remove(int dfd, const char __user *pathname, bool dir)
{
	struct filename *name = getname(pathname);
	long error = dir ? do_rmdir(dfd, name) : do_unlinkat(dfd, name);

	putname(name);
	return error;
}

SYSCALL_DEFINE1(rmdir, const char __user *, pathname)
{
	return do_remove(AT_FDCWD, pathname, true);
}

SYSCALL_DEFINE1(unlink, const char __user *, pathname)
{
	return do_remove(AT_FDCWD, pathname, false);
}

SYSCALL_DEFINE3(unlinkat, int, dfd, const char __user *, pathname, int, flag)
{
	if (flag & ~AT_REMOVEDIR)
		return -EINVAL;
	return do_remove(dfd, pathname, flag & AT_REMOVEDIR);
}

static long do_symlinkat(const char __user *oldname, int newdfd, const char __user *newname)
{
	struct filename *from = getname(oldname), *to = getname(newname);
	struct dentry *dentry;
	struct path path;
	long error;

	error = PTR_ERR(from);
	if (IS_ERR(from))
		goto out;
	dentry = filename_create(newdfd, to, &path, 0);
	error = PTR_ERR(dentry);
	if (!IS_ERR(dentry)) {
		error = vfs_symlink(d_inode(path.dentry), dentry, from->name);
		done_path_create(&path, dentry);
	}
out:
	putname(to);
	putname(from);
	return error;
}

SYSCALL_DEFINE3(symlinkat, const char __user *, oldname, int, newdfd, const char __user *, newname)
{
	return do_symlinkat(oldname, newdfd, newname);
}

SYSCALL_DEFINE2(symlink, const char __user *, oldname, const char __user *, newname)
{
	return do_symlinkat(oldname, AT_FDCWD, newname);
}

static long do_linkat(int olddfd, const char __user *oldname, int newdfd,
		      const char __user *newname, int flags)
{
	struct filename *from, *to;
	struct path old_path, new_path;
	struct dentry *new_dentry;
	unsigned int how = 0;
	long error;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH) {
		if (!capable(CAP_DAC_READ_SEARCH))
			return -ENOENT;
		how |= LOOKUP_EMPTY;
	}
	if (flags & AT_SYMLINK_FOLLOW)
		how |= LOOKUP_FOLLOW;
	from = getname_flags(oldname, (int)how);
	to = getname(newname);
	error = filename_lookup(olddfd, from, how, &old_path, NULL);
	if (error)
		goto out_names;
	new_dentry = filename_create(newdfd, to, &new_path, 0);
	error = PTR_ERR(new_dentry);
	if (!IS_ERR(new_dentry)) {
		error = old_path.mnt == new_path.mnt ? may_linkat(&old_path) : -EXDEV;
		if (!error)
			error = vfs_link(old_path.dentry, d_inode(new_path.dentry), new_dentry);
		done_path_create(&new_path, new_dentry);
	}
	path_put(&old_path);
out_names:
	putname(to);
	putname(from);
	return error;
}

SYSCALL_DEFINE5(linkat, int, olddfd, const char __user *, oldname, int, newdfd, const char __user *,
		newname, int, flags)
{
	return do_linkat(olddfd, oldname, newdfd, newname, flags);
}

SYSCALL_DEFINE2(link, const char __user *, oldname, const char __user *, newname)
{
	return do_linkat(AT_FDCWD, oldname, AT_FDCWD, newname, 0);
}

static long ksys_renameat2(int olddfd, const char __user *oldname, int newdfd,
			   const char __user *newname, unsigned int flags)
{
	struct filename *from = getname(oldname), *to = getname(newname);
	long error = do_renameat2(olddfd, from, newdfd, to, flags);

	putname(to);
	putname(from);
	return error;
}

SYSCALL_DEFINE5(renameat2, int, olddfd, const char __user *, oldname, int, newdfd,
		const char __user *, newname, unsigned int, flags)
{
	return ksys_renameat2(olddfd, oldname, newdfd, newname, flags);
}

SYSCALL_DEFINE4(renameat, int, olddfd, const char __user *, oldname, int, newdfd,
		const char __user *, newname)
{
	return ksys_renameat2(olddfd, oldname, newdfd, newname, 0);
}

SYSCALL_DEFINE2(rename, const char __user *, oldname, const char __user *, newname)
{
	return ksys_renameat2(AT_FDCWD, oldname, AT_FDCWD, newname, 0);
}
