// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a path that is to be opened: look it up, or make it, check, and open.
 *
 * Rules: 1. O_CREAT looks the last name up and makes it under one lock of the directory, so that
 *        O_EXCL means what it says. A file that exists already is found without the lock.
 *        2. Checks of the new file's own mode do not apply to the one who made it.
 * Locking: the directory's i_rwsem for making; mnt_want_write() before it.
 * Linux: fs/namei.c (the part around path_openat). Left out: atomic_open, protected_regular.
 * Start at: do_filp_open, path_openat.
 */
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/fs_struct.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "fs/namei_internal.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"

/* May an existing object be opened so? Order of the checks as on Linux. */
static int may_open(const struct path *path, int acc_mode, int flag)
{
	struct inode *inode = d_inode(path->dentry);
	int error;

	if (!inode)
		return -ENOENT;
	switch (inode->i_mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if (acc_mode & MAY_WRITE)
			return -EISDIR;
		if (acc_mode & MAY_EXEC)
			return -EACCES;
		break;
	case S_IFBLK:
	case S_IFCHR:
		if (!may_open_dev(path))
			return -EACCES;
		fallthrough;
	case S_IFIFO:
	case S_IFSOCK:
		if (acc_mode & MAY_EXEC)
			return -EACCES;
		flag &= ~O_TRUNC;
		break;
	case S_IFREG:
		if ((acc_mode & MAY_EXEC) && path_noexec(path))
			return -EACCES;
		break;
	}
	error = inode_permission(inode, MAY_OPEN | acc_mode);
	if (error)
		return error;
	if (inode->i_flags & S_APPEND) {
		if ((flag & O_ACCMODE) != O_RDONLY && !(flag & O_APPEND))
			return -EPERM;
		if (flag & O_TRUNC)
			return -EPERM;
	}
	if ((flag & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

static int handle_truncate(struct file *file)
{
	struct inode *inode = file_inode(file);
	int error = get_write_access(inode);

	if (error)
		return error;
	error = do_truncate(file->f_path.dentry, 0, ATTR_MTIME | ATTR_CTIME | ATTR_OPEN, file);
	put_write_access(inode);
	return error;
}

/*
 * The last name, with the directory locked: an existing dentry, or with O_CREAT a new file
 * (FMODE_CREATED). A reference comes with it.
 */
static struct dentry *lookup_open(struct nameidata *nd, struct file *file,
				  const struct open_flags *op, bool got_write)
{
	struct dentry *dir = nd->path.dentry;
	struct inode *dir_inode = d_inode(dir);
	struct dentry *dentry;
	umode_t mode;
	int error;

	if (unlikely(dir_inode->i_flags & S_DEAD))
		return ERR_PTR(-ENOENT);
	dentry = lookup_locked(&nd->last, dir, nd->flags);
	if (IS_ERR(dentry) || d_is_positive(dentry) || !(op->open_flag & O_CREAT))
		return dentry;

	error = -EROFS;
	if (!got_write)
		goto fail;
	error = inode_permission(dir_inode, MAY_WRITE | MAY_EXEC);
	if (error)
		goto fail;
	error = -EACCES;
	if (!dir_inode->i_op->create)
		goto fail;
	mode = (umode_t)(op->mode & ~current_umask());
	error = dir_inode->i_op->create(dir_inode, dentry, mode, op->open_flag & O_EXCL);
	if (error)
		goto fail;
	file->f_mode |= FMODE_CREATED;
	return dentry;
fail:
	dput(dentry);
	return ERR_PTR(error);
}

static struct dentry *lookup_or_create(struct nameidata *nd, struct file *file,
				       const struct open_flags *op)
{
	struct inode *dir = d_inode(nd->path.dentry);
	bool got_write = false;
	struct dentry *dentry;

	if (op->open_flag & O_CREAT)
		got_write = !mnt_want_write(nd->path.mnt); /* an error only if it must be made */
	down_write(&dir->i_rwsem);
	dentry = lookup_open(nd, file, op, got_write);
	up_write(&dir->i_rwsem);
	if (got_write)
		mnt_drop_write(nd->path.mnt);
	return dentry;
}

/* The last component: NULL when nd has arrived, a link's body, or ERR_PTR. */
static const char *open_last_lookups(struct nameidata *nd, struct file *file,
				     const struct open_flags *op)
{
	struct link_frame done = { "", { NULL, NULL } };
	bool create = op->open_flag & O_CREAT;
	struct dentry *dentry = NULL;
	const char *res;

	if (nd->last_type != LAST_NORM) {
		res = handle_dots(nd);
		goto out_frame;
	}
	if (trailing_slash(&nd->last)) {
		if (create)
			return ERR_PTR(-EISDIR);
		nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	}
	if (!create || !(op->open_flag & O_EXCL)) {
		dentry = lookup_fast(nd);
		if (create && dentry && PTR_ERR(dentry) == -ENOENT)
			dentry = NULL;
		if (create && !IS_ERR_OR_NULL(dentry) && d_is_negative(dentry)) {
			if (!(nd->flags & LOOKUP_RCU))
				dput(dentry);
			dentry = NULL;
		}
		if (IS_ERR(dentry))
			return ERR_CAST(dentry);
	}
	if (!dentry) {
		if ((nd->flags & LOOKUP_RCU) && !try_to_unlazy(nd))
			return ERR_PTR(-ECHILD);
		dentry = lookup_or_create(nd, file, op);
		if (IS_ERR(dentry))
			return ERR_CAST(dentry);
		if (file->f_mode & FMODE_CREATED) {
			dput(nd->path.dentry);
			nd->path.dentry = dentry;
			nd->inode = d_inode(dentry);
			return NULL;
		}
	}
	if (nd->depth)
		done = nd->stack[--nd->depth];
	res = step_into(nd, dentry, true);
	if (done.link.dentry && !(nd->flags & LOOKUP_RCU))
		path_put(&done.link);
	return res;
out_frame:
	if (nd->depth)
		pop_link(nd);
	return res;
}

/* nd is at the object: the checks, and the open itself. */
static int do_open(struct nameidata *nd, struct file *file, const struct open_flags *op)
{
	int open_flag = op->open_flag, acc_mode = op->acc_mode;
	bool created = file->f_mode & FMODE_CREATED, truncate = false;
	int error;

	error = complete_walk(nd);
	if (error)
		return error;
	if (!created && (open_flag & O_CREAT)) {
		if (open_flag & O_EXCL)
			return -EEXIST;
		if (d_is_dir(nd->path.dentry))
			return -EISDIR;
	}
	if ((nd->flags & LOOKUP_DIRECTORY) && !d_is_dir(nd->path.dentry))
		return -ENOTDIR;
	if (created) {
		open_flag &= ~O_TRUNC;
		acc_mode = 0; /* rule 2 */
	} else if ((open_flag & O_TRUNC) && S_ISREG(nd->inode->i_mode)) {
		error = mnt_want_write(nd->path.mnt);
		if (error)
			return error;
		truncate = true;
	}
	error = may_open(&nd->path, acc_mode, open_flag);
	if (!error)
		error = vfs_open(&nd->path, file);
	if (!error && truncate)
		error = handle_truncate(file);
	if (truncate)
		mnt_drop_write(nd->path.mnt);
	return error;
}

/* O_TMPFILE: an inode without a name, in the directory that the path leads to. */
static int do_tmpfile(struct nameidata *nd, unsigned int flags, const struct open_flags *op,
		      struct file *file)
{
	struct path path;
	struct dentry *child;
	struct inode *dir;
	char text[16];
	static const char prefix[] = "#";
	umode_t mode;
	int error = path_lookupat(nd, flags | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	error = mnt_want_write(path.mnt);
	if (error)
		goto out;
	dir = d_inode(path.dentry);
	error = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (error)
		goto out_write;
	error = -EOPNOTSUPP;
	if (!dir->i_op->tmpfile)
		goto out_write;
	error = -ENOMEM;
	snprintf(text, sizeof(text), "%s%lu", prefix, get_next_ino());
	child = d_alloc_name(path.dentry, text);
	if (!child)
		goto out_write;
	mode = (umode_t)(op->mode & ~current_umask());
	error = dir->i_op->tmpfile(dir, child, mode);
	if (!error) {
		struct path new = { path.mnt, child };

		error = may_open(&new, 0, op->open_flag);
		if (!error)
			error = vfs_open(&new, file);
		if (!error && !(op->open_flag & O_EXCL)) {
			struct inode *inode = d_inode(child);

			spin_lock(&inode->i_lock);
			inode->i_state |= I_LINKABLE;
			spin_unlock(&inode->i_lock);
		}
	}
	dput(child);
out_write:
	mnt_drop_write(path.mnt);
out:
	path_put(&path);
	return error;
}

static int do_o_path(struct nameidata *nd, unsigned int flags, struct file *file)
{
	struct path path;
	int error = path_lookupat(nd, flags, &path);

	if (!error) {
		error = vfs_open(&path, file);
		path_put(&path);
	}
	return error;
}

static int path_open_walk(struct nameidata *nd, struct file *file, const struct open_flags *op,
			  unsigned int flags)
{
	const char *s = path_init(nd, flags);
	int error = IS_ERR(s) ? (int)PTR_ERR(s) : 0;

	while (!error) {
		error = link_path_walk(s, nd);
		if (error)
			break;
		s = open_last_lookups(nd, file, op);
		if (!s)
			break;
		error = IS_ERR(s) ? (int)PTR_ERR(s) : 0;
	}
	error = walk_error(nd, error);
	if (!error)
		error = do_open(nd, file, op);
	terminate_walk(nd);
	return error;
}

static struct file *path_openat(struct nameidata *nd, const struct open_flags *op,
				unsigned int flags)
{
	struct file *file = alloc_empty_file(op->open_flag, current_cred());
	int error;

	if (IS_ERR(file))
		return file;
	if (unlikely(op->open_flag & __O_TMPFILE))
		error = do_tmpfile(nd, flags, op, file);
	else if (unlikely(op->open_flag & O_PATH))
		error = do_o_path(nd, flags, file);
	else
		error = path_open_walk(nd, file, op, flags);
	if (likely(!error))
		return file;
	fput(file); /* not FMODE_OPENED: only freed */
	return ERR_PTR(error);
}

struct file *do_filp_open(int dfd, struct filename *name, const struct open_flags *op)
{
	unsigned int flags = (unsigned int)op->lookup_flags;
	struct nameidata nd;
	struct file *file;

	if (IS_ERR(name))
		return ERR_CAST(name);
	set_nameidata(&nd, dfd, name, NULL);
	if (unlikely(flags & LOOKUP_CACHED)) { /* RESOLVE_CACHED: nothing that may sleep */
		file = path_openat(&nd, op, flags | LOOKUP_RCU);
		if (file == ERR_PTR(-ECHILD))
			file = ERR_PTR(-EAGAIN);
	} else {
		file = RETRY_WALK(flags, path_openat(&nd, op, walk_flags));
	}
	end_nameidata(&nd);
	return file;
}
