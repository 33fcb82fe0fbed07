// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of POSIX message queues: mq_open(), mq_unlink().
 *
 * Idea: a name is one component in the root of the caller's namespace's mqueue file system, found and
 *   made with the VFS's own functions; nothing of it has to be mounted anywhere. The C library strips
 *   the slash that POSIX wants in front.
 * Locking: i_rwsem of the root, for writing. Sleeps: both calls.
 * Linux: do_mq_open(), do_mq_unlink() in ipc/mqueue.c. Start at: do_mq_open().
 * Tests: tests/ipc/mq_open.c; page: docs/mqueue.md.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/fs_struct.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/syscall.h"
#include "ipc/mqueue.h"
#include "ipc/namespace.h"

static struct dentry *lookup_name(const struct filename *name, struct dentry *root)
{
	return lookup_one_len(name->name, root, (int)strlen(name->name));
}

/* Makes the queue or checks that the caller may open it so. readonly: an error of mnt_want_write(). */
static int prepare_open(struct dentry *dentry, int oflag, int readonly, umode_t mode,
			struct mq_attr *attr)
{
	static const int oflag2acc[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE };

	if (d_is_negative(dentry)) {
		if (!(oflag & O_CREAT))
			return -ENOENT;
		if (readonly)
			return readonly;
		return vfs_mkobj(dentry, mode & ~current_umask(), mqueue_create_attr, attr);
	}
	if ((oflag & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if ((oflag & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	return inode_permission(d_inode(dentry), oflag2acc[oflag & O_ACCMODE]);
}

/* A file of the queue of that name: ERR_PTR. */
static struct file *open_queue(struct vfsmount *mnt, const struct filename *name, int oflag,
			       umode_t mode, struct mq_attr *attr)
{
	struct dentry *root = mnt->mnt_root, *dentry;
	int readonly = mnt_want_write(mnt), error;
	struct file *file;

	down_write(&d_inode(root)->i_rwsem);
	dentry = lookup_name(name, root);
	if (IS_ERR(dentry)) {
		file = ERR_CAST(dentry);
	} else {
		error = prepare_open(dentry, oflag, readonly, mode, attr);
		file = error ? ERR_PTR(error) :
			       dentry_open(&(struct path){ mnt, dentry }, oflag, current_cred());
		dput(dentry);
	}
	up_write(&d_inode(root)->i_rwsem);
	if (!readonly)
		mnt_drop_write(mnt);
	return file;
}

static int do_mq_open(const char __user *u_name, int oflag, umode_t mode, struct mq_attr *attr)
{
	struct filename *name = getname(u_name);
	struct file *file;
	int fd;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		goto out;
	file = open_queue(current->nsproxy->ipc_ns->mq_mnt, name, oflag, mode, attr);
	if (IS_ERR(file)) {
		put_unused_fd((unsigned int)fd);
		fd = (int)PTR_ERR(file);
	} else {
		fd_install((unsigned int)fd, file);
	}
out:
	putname(name);
	return fd;
}

SYSCALL_DEFINE4(mq_open, const char __user *, u_name, int, oflag, umode_t, mode,
		struct mq_attr __user *, u_attr)
{
	struct mq_attr attr;

	if (u_attr && copy_from_user(&attr, u_attr, sizeof(attr)))
		return -EFAULT;
	return do_mq_open(u_name, oflag, mode, u_attr ? &attr : NULL);
}

static int do_mq_unlink(const char __user *u_name)
{
	struct vfsmount *mnt = current->nsproxy->ipc_ns->mq_mnt;
	struct filename *name = getname(u_name);
	struct dentry *root = mnt->mnt_root, *dentry;
	struct inode *inode = NULL;
	int error;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	error = mnt_want_write(mnt);
	if (error)
		goto out;
	down_write_nested(&d_inode(root)->i_rwsem, I_RWSEM_PARENT);
	dentry = lookup_name(name, root);
	if (IS_ERR(dentry)) {
		error = (int)PTR_ERR(dentry);
		goto unlock;
	}
	inode = d_inode(dentry);
	if (inode) {
		ihold(inode); /* its messages are freed after the lock is dropped */
		error = vfs_unlink(d_inode(root), dentry);
	} else {
		error = -ENOENT;
	}
	dput(dentry);
unlock:
	up_write(&d_inode(root)->i_rwsem);
	iput(inode);
	mnt_drop_write(mnt);
out:
	putname(name);
	return error;
}

SYSCALL_DEFINE1(mq_unlink, const char __user *, u_name)
{
	return do_mq_unlink(u_name);
}
