// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting access and modification times: utimensat(2) and its older forms.
 *
 * Rules: both "now" may be done by everybody who may write the file; anything else is the owner's.
 * Linux: fs/utimes.c. Start at: vfs_utimes.
 */
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"
#include "kernel/uapi/stat.h"
#include "kernel/x86/uaccess.h"

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec <= 999999999);
}

/* times NULL: both now. */
static int vfs_utimes(const struct path *path, const struct timespec64 *times)
{
	struct inode *inode = d_inode(path->dentry);
	struct iattr attr = { .ia_valid = ATTR_CTIME | ATTR_MTIME | ATTR_ATIME };
	bool touch = !times;
	int error;

	if (times) {
		if (!nsec_valid(times[0].tv_nsec) || !nsec_valid(times[1].tv_nsec))
			return -EINVAL;
		if (times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW)
			touch = true;
	}
	error = mnt_want_write(path->mnt);
	if (error)
		return error;
	if (!touch) {
		if (times[0].tv_nsec == UTIME_OMIT) {
			attr.ia_valid &= ~(unsigned int)ATTR_ATIME;
		} else if (times[0].tv_nsec != UTIME_NOW) {
			attr.ia_atime = times[0];
			attr.ia_valid |= ATTR_ATIME_SET;
		}
		if (times[1].tv_nsec == UTIME_OMIT) {
			attr.ia_valid &= ~(unsigned int)ATTR_MTIME;
		} else if (times[1].tv_nsec != UTIME_NOW) {
			attr.ia_mtime = times[1];
			attr.ia_valid |= ATTR_MTIME_SET;
		}
		/* One of the two "now" and the other left alone: still the owner's to do. */
		if (!(attr.ia_valid & (ATTR_ATIME_SET | ATTR_MTIME_SET)) &&
		    !inode_owner_or_capable(inode))
			error = -EPERM;
	} else if (inode->i_flags & S_IMMUTABLE) {
		error = -EPERM;
	} else if (!inode_owner_or_capable(inode)) {
		error = inode_permission(inode, MAY_WRITE);
	}
	if (!error) {
		down_write(&inode->i_rwsem);
		error = notify_change(path->dentry, &attr);
		up_write(&inode->i_rwsem);
	}
	mnt_drop_write(path->mnt);
	return error;
}

static long do_utimes(int dfd, const char __user *filename, const struct timespec64 *times,
		      int flags)
{
	struct path path;
	int error;

	if (!filename && dfd != AT_FDCWD) {
		struct fd f;

		if (flags)
			return -EINVAL;
		f = fdget((unsigned int)dfd);
		if (!f.file)
			return -EBADF;
		error = vfs_utimes(&f.file->f_path, times);
		fdput(f);
		return error;
	}
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = user_path_at(dfd, filename,
			     ((flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW) |
				     ((flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0),
			     &path);
	if (!error) {
		error = vfs_utimes(&path, times);
		path_put(&path);
	}
	return error;
}

SYSCALL_DEFINE4(utimensat, int, dfd, const char __user *, filename,
		struct __kernel_timespec __user *, utimes, int, flags)
{
	struct __kernel_timespec ts[2];
	struct timespec64 times[2];

	if (utimes) {
		int i;

		if (copy_from_user(ts, utimes, sizeof(ts)))
			return -EFAULT;
		for (i = 0; i < 2; i++)
			times[i] = (struct timespec64){ ts[i].tv_sec, ts[i].tv_nsec };
		if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
			return 0;
	}
	return do_utimes(dfd, filename, utimes ? times : NULL, flags);
}

static long do_futimesat(int dfd, const char __user *filename,
			 struct __kernel_old_timeval __user *utimes)
{
	struct __kernel_old_timeval tv[2];
	struct timespec64 times[2];

	if (utimes) {
		int i;

		if (copy_from_user(tv, utimes, sizeof(tv)))
			return -EFAULT;
		for (i = 0; i < 2; i++) {
			if (tv[i].tv_usec >= 1000000 || tv[i].tv_usec < 0)
				return -EINVAL;
			times[i] = (struct timespec64){ tv[i].tv_sec, tv[i].tv_usec * 1000 };
		}
	}
	return do_utimes(dfd, filename, utimes ? times : NULL, 0);
}

SYSCALL_DEFINE3(futimesat, int, dfd, const char __user *, filename,
		struct __kernel_old_timeval __user *, utimes)
{
	return do_futimesat(dfd, filename, utimes);
}

SYSCALL_DEFINE2(utimes, char __user *, filename, struct __kernel_old_timeval __user *, utimes)
{
	return do_futimesat(AT_FDCWD, filename, utimes);
}

SYSCALL_DEFINE2(utime, char __user *, filename, struct utimbuf __user *, times)
{
	struct utimbuf buf;
	struct timespec64 tv[2];

	if (times) {
		if (copy_from_user(&buf, times, sizeof(buf)))
			return -EFAULT;
		tv[0] = (struct timespec64){ buf.actime, 0 };
		tv[1] = (struct timespec64){ buf.modtime, 0 };
	}
	return do_utimes(AT_FDCWD, filename, times ? tv : NULL, 0);
}
