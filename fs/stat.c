// SPDX-License-Identifier: GPL-2.0-only
/*
 * stat, statx, readlink, statfs: what there is to know about a file and its file system.
 *
 * Idea: ->getattr (or generic_fillattr) fills a struct kstat; the calls turn it into each ABI's form.
 * Locking: none; fields are read one by one, a size and a time may be of different moments.
 * Linux: fs/stat.c, fs/statfs.c. Start at: vfs_getattr.
 */
#include "fs/stat.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"
#include "kernel/x86/uaccess.h"

void generic_fillattr(struct inode *inode, struct kstat *stat)
{
	stat->dev = inode->i_sb->s_dev;
	stat->ino = inode->i_ino;
	stat->mode = inode->i_mode;
	stat->nlink = inode->i_nlink;
	stat->uid = inode->i_uid;
	stat->gid = inode->i_gid;
	stat->rdev = inode->i_rdev;
	stat->size = READ_ONCE(inode->i_size);
	stat->atime = inode->i_atime;
	stat->mtime = inode->i_mtime;
	stat->ctime = inode->i_ctime;
	stat->blksize = 1u << inode->i_blkbits;
	stat->blocks = inode->i_blocks;
}

int vfs_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	int error = 0;

	memset(stat, 0, sizeof(*stat));
	stat->result_mask = STATX_BASIC_STATS;
	if (inode->i_op->getattr)
		error = inode->i_op->getattr(path, stat, mask, flags);
	else
		generic_fillattr(inode, stat);
	stat->mnt_id = (u64)real_mount(path->mnt)->mnt_id;
	stat->result_mask |= STATX_MNT_ID;
	if (path->mnt->mnt_root == path->dentry)
		stat->attributes |= STATX_ATTR_MOUNT_ROOT;
	stat->attributes_mask |= STATX_ATTR_MOUNT_ROOT;
	return error;
}

int vfs_fstat(int fd, struct kstat *stat)
{
	struct fd f = fdget_raw((unsigned int)fd);
	int error;

	if (!f.file)
		return -EBADF;
	error = vfs_getattr(&f.file->f_path, stat, STATX_BASIC_STATS, 0);
	fdput(f);
	return error;
}

static int vfs_statx(int dfd, const char __user *filename, int flags, struct kstat *stat, u32 mask)
{
	unsigned int lookup_flags = (flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW;
	struct path path;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup_flags |= LOOKUP_EMPTY;
	error = user_path_at(dfd, filename, lookup_flags, &path);
	if (error)
		return error;
	error = vfs_getattr(&path, stat, mask, (unsigned int)flags);
	path_put(&path);
	return error;
}

/* ---- stat's form ---- */

static int cp_new_stat(const struct kstat *stat, struct stat __user *statbuf)
{
	struct stat tmp;

	memset(&tmp, 0, sizeof(tmp));
	tmp.st_dev = new_encode_dev(stat->dev);
	tmp.st_ino = stat->ino;
	tmp.st_nlink = stat->nlink;
	tmp.st_mode = stat->mode;
	tmp.st_uid = stat->uid;
	tmp.st_gid = stat->gid;
	tmp.st_rdev = new_encode_dev(stat->rdev);
	tmp.st_size = stat->size;
	tmp.st_blksize = stat->blksize;
	tmp.st_blocks = (long)stat->blocks;
	tmp.st_atime = (unsigned long)stat->atime.tv_sec;
	tmp.st_atime_nsec = (unsigned long)stat->atime.tv_nsec;
	tmp.st_mtime = (unsigned long)stat->mtime.tv_sec;
	tmp.st_mtime_nsec = (unsigned long)stat->mtime.tv_nsec;
	tmp.st_ctime = (unsigned long)stat->ctime.tv_sec;
	tmp.st_ctime_nsec = (unsigned long)stat->ctime.tv_nsec;
	return copy_to_user(statbuf, &tmp, sizeof(tmp)) ? -EFAULT : 0;
}

static long do_newstat(int dfd, const char __user *filename, struct stat __user *statbuf, int flags)
{
	struct kstat stat;
	int error = vfs_statx(dfd, filename, flags, &stat, STATX_BASIC_STATS);

	return error ? error : cp_new_stat(&stat, statbuf);
}

SYSCALL_DEFINE2(stat, const char __user *, filename, struct stat __user *, statbuf)
{
	return do_newstat(AT_FDCWD, filename, statbuf, 0);
}

SYSCALL_DEFINE2(lstat, const char __user *, filename, struct stat __user *, statbuf)
{
	return do_newstat(AT_FDCWD, filename, statbuf, AT_SYMLINK_NOFOLLOW);
}

/* fstat() of the libraries is newfstatat(fd, "", AT_EMPTY_PATH): the short way for it. */
SYSCALL_DEFINE4(newfstatat, int, dfd, const char __user *, filename, struct stat __user *, statbuf,
		int, flag)
{
	if (flag == AT_EMPTY_PATH && dfd >= 0) {
		struct kstat stat;
		char c;
		int error;

		if (get_user(c, filename))
			return -EFAULT;
		if (!c) {
			error = vfs_fstat(dfd, &stat);
			return error ? error : cp_new_stat(&stat, statbuf);
		}
	}
	return do_newstat(dfd, filename, statbuf, flag);
}

SYSCALL_DEFINE2(fstat, unsigned int, fd, struct stat __user *, statbuf)
{
	struct kstat stat;
	int error = vfs_fstat((int)fd, &stat);

	return error ? error : cp_new_stat(&stat, statbuf);
}

/* ---- statx's form ---- */

static struct statx_timestamp statx_time(const struct timespec64 *ts)
{
	return (struct statx_timestamp){ .tv_sec = ts->tv_sec,
					 .tv_nsec = (unsigned int)ts->tv_nsec };
}

static int cp_statx(const struct kstat *stat, struct statx __user *buffer)
{
	struct statx tmp;

	memset(&tmp, 0, sizeof(tmp));
	tmp.stx_mask = stat->result_mask;
	tmp.stx_blksize = stat->blksize;
	tmp.stx_attributes = stat->attributes & stat->attributes_mask;
	tmp.stx_nlink = stat->nlink;
	tmp.stx_uid = stat->uid;
	tmp.stx_gid = stat->gid;
	tmp.stx_mode = stat->mode;
	tmp.stx_ino = stat->ino;
	tmp.stx_size = (unsigned long long)stat->size;
	tmp.stx_blocks = stat->blocks;
	tmp.stx_attributes_mask = stat->attributes_mask;
	tmp.stx_atime = statx_time(&stat->atime);
	tmp.stx_btime = statx_time(&stat->btime);
	tmp.stx_ctime = statx_time(&stat->ctime);
	tmp.stx_mtime = statx_time(&stat->mtime);
	tmp.stx_rdev_major = MAJOR(stat->rdev);
	tmp.stx_rdev_minor = MINOR(stat->rdev);
	tmp.stx_dev_major = MAJOR(stat->dev);
	tmp.stx_dev_minor = MINOR(stat->dev);
	tmp.stx_mnt_id = stat->mnt_id;
	return copy_to_user(buffer, &tmp, sizeof(tmp)) ? -EFAULT : 0;
}

SYSCALL_DEFINE5(statx, int, dfd, const char __user *, filename, unsigned int, flags, unsigned int,
		mask, struct statx __user *, buffer)
{
	struct kstat stat;
	int error;

	if (mask & STATX__RESERVED)
		return -EINVAL;
	if ((flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	error = vfs_statx(dfd, filename, (int)flags, &stat, mask);
	return error ? error : cp_statx(&stat, buffer);
}

/* ---- readlink ---- */

static int do_readlinkat(int dfd, const char __user *pathname, char __user *buf, int bufsiz)
{
	struct filename *name;
	struct path path;
	bool empty;
	int error;

	if (bufsiz <= 0)
		return -EINVAL;
	name = getname_flags(pathname, LOOKUP_EMPTY);
	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	empty = !name->name[0];
	error = filename_lookup(dfd, name, LOOKUP_EMPTY, &path, NULL);
	putname(name);
	if (error)
		return error;
	error = empty ? -ENOENT : -EINVAL;
	if (d_is_symlink(path.dentry)) {
		touch_atime(&path);
		error = vfs_readlink(path.dentry, buf, bufsiz);
	}
	path_put(&path);
	return error;
}

SYSCALL_DEFINE4(readlinkat, int, dfd, const char __user *, pathname, char __user *, buf, int,
		bufsiz)
{
	return do_readlinkat(dfd, pathname, buf, bufsiz);
}

SYSCALL_DEFINE3(readlink, const char __user *, path, char __user *, buf, int, bufsiz)
{
	return do_readlinkat(AT_FDCWD, path, buf, bufsiz);
}

/* ---- statfs ---- */

int vfs_statfs(const struct path *path, struct kstatfs *buf)
{
	static const struct {
		int mnt, st;
	} flags[] = {
		{ MNT_READONLY, ST_RDONLY },   { MNT_NOSUID, ST_NOSUID },
		{ MNT_NODEV, ST_NODEV },       { MNT_NOEXEC, ST_NOEXEC },
		{ MNT_NOATIME, ST_NOATIME },   { MNT_NODIRATIME, ST_NODIRATIME },
		{ MNT_RELATIME, ST_RELATIME },
	};
	struct super_block *sb = path->dentry->d_sb;
	unsigned int i;
	int error;

	if (!sb->s_op->statfs)
		return -ENOSYS;
	memset(buf, 0, sizeof(*buf));
	error = sb->s_op->statfs(path->dentry, buf);
	if (error)
		return error;
	if (!buf->f_frsize)
		buf->f_frsize = buf->f_bsize;
	buf->f_flags = ST_VALID;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (path->mnt->mnt_flags & flags[i].mnt)
			buf->f_flags |= flags[i].st;
	}
	if (sb->s_flags & SB_RDONLY)
		buf->f_flags |= ST_RDONLY;
	return 0;
}

static int do_statfs_native(const struct path *path, struct statfs __user *p)
{
	struct kstatfs st;
	struct statfs buf;
	int error = vfs_statfs(path, &st);

	if (error)
		return error;
	memset(&buf, 0, sizeof(buf));
	buf.f_type = st.f_type;
	buf.f_bsize = st.f_bsize;
	buf.f_blocks = (long)st.f_blocks;
	buf.f_bfree = (long)st.f_bfree;
	buf.f_bavail = (long)st.f_bavail;
	buf.f_files = (long)st.f_files;
	buf.f_ffree = (long)st.f_ffree;
	buf.f_namelen = st.f_namelen;
	buf.f_frsize = st.f_frsize;
	buf.f_flags = st.f_flags;
	return copy_to_user(p, &buf, sizeof(buf)) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(statfs, const char __user *, pathname, struct statfs __user *, buf)
{
	struct path path;
	int error = user_path_at(AT_FDCWD, pathname, LOOKUP_FOLLOW, &path);

	if (!error) {
		error = do_statfs_native(&path, buf);
		path_put(&path);
	}
	return error;
}

SYSCALL_DEFINE2(fstatfs, unsigned int, fd, struct statfs __user *, buf)
{
	struct fd f = fdget_raw(fd);
	int error = -EBADF;

	if (f.file) {
		error = do_statfs_native(&f.file->f_path, buf);
		fdput(f);
	}
	return error;
}
