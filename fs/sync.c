// SPDX-License-Identifier: GPL-2.0-only
/*
 * sync and its kin, and advice about files. Every file system here lives in memory: there is nothing
 * to write back, so these check their arguments as Linux does and are done.
 * Linux: fs/sync.c, mm/fadvise.c, mm/readahead.c.
 */
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"

int noop_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	return 0;
}

int vfs_fsync(struct file *file, int datasync)
{
	if (!file->f_op->fsync)
		return -EINVAL;
	return file->f_op->fsync(file, 0, MAX_LFS_FILESIZE, datasync);
}

static int do_fsync(unsigned int fd, int datasync)
{
	struct fd f = fdget(fd);
	int ret = -EBADF;

	if (f.file) {
		ret = vfs_fsync(f.file, datasync);
		fdput(f);
	}
	return ret;
}

SYSCALL_DEFINE1(fsync, unsigned int, fd)
{
	return do_fsync(fd, 0);
}

SYSCALL_DEFINE1(fdatasync, unsigned int, fd)
{
	return do_fsync(fd, 1);
}

SYSCALL_DEFINE0(sync)
{
	return 0;
}

SYSCALL_DEFINE1(syncfs, int, fd)
{
	struct fd f = fdget((unsigned int)fd);

	if (!f.file)
		return -EBADF;
	fdput(f);
	return 0;
}

SYSCALL_DEFINE4(sync_file_range, int, fd, loff_t, offset, loff_t, nbytes, unsigned int, flags)
{
	struct fd f = fdget((unsigned int)fd);
	umode_t mode;

	if (!f.file)
		return -EBADF;
	mode = file_inode(f.file)->i_mode;
	fdput(f);
	if (flags & ~(unsigned int)(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER))
		return -EINVAL;
	if (offset < 0 || nbytes < 0 || offset + nbytes < offset)
		return -EINVAL;
	if (!S_ISREG(mode) && !S_ISBLK(mode) && !S_ISDIR(mode) && !S_ISLNK(mode))
		return -ESPIPE;
	return 0;
}

SYSCALL_DEFINE4(fadvise64, int, fd, loff_t, offset, loff_t, len, int, advice)
{
	struct fd f = fdget((unsigned int)fd);
	umode_t mode;

	if (!f.file)
		return -EBADF;
	mode = file_inode(f.file)->i_mode;
	fdput(f);
	if (S_ISFIFO(mode))
		return -ESPIPE;
	if (len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		return -EINVAL;
	return 0;
}

SYSCALL_DEFINE3(readahead, int, fd, loff_t, offset, size_t, count)
{
	struct fd f = fdget((unsigned int)fd);
	int ret;

	if (!f.file)
		return -EBADF;
	ret = -EBADF;
	if (f.file->f_mode & FMODE_READ)
		ret = S_ISREG(file_inode(f.file)->i_mode) ? 0 : -EINVAL;
	fdput(f);
	return ret;
}
