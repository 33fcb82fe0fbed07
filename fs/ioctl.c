// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl(2): the requests that every file knows; the rest goes to the file's own operation.
 *
 * Rule: a file that does not know a request gives -ENOTTY. Locking: f_lock for f_flags.
 * Linux: fs/ioctl.c. Start at: do_vfs_ioctl.
 */
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/x86/uaccess.h"

static int ioctl_fionbio(struct file *file, int __user *argp)
{
	int on;

	if (get_user(on, argp))
		return -EFAULT;
	spin_lock(&file->f_lock);
	if (on)
		file->f_flags |= O_NONBLOCK;
	else
		file->f_flags &= ~(unsigned int)O_NONBLOCK;
	spin_unlock(&file->f_lock);
	return 0;
}

static int ioctl_fioasync(unsigned int fd, struct file *file, int __user *argp)
{
	int on, error = 0;

	if (get_user(on, argp))
		return -EFAULT;
	if (((on ? FASYNC : 0) ^ file->f_flags) & FASYNC) {
		if (!file->f_op->fasync)
			return -ENOTTY;
		error = file->f_op->fasync((int)fd, file, on != 0);
	}
	return error < 0 ? error : 0;
}

/* -ENOTTY: ask the file. */
static long do_vfs_ioctl(struct file *file, unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case FIOCLEX:
		set_close_on_exec(fd, 1);
		return 0;
	case FIONCLEX:
		set_close_on_exec(fd, 0);
		return 0;
	case FIONBIO:
		return ioctl_fionbio(file, argp);
	case FIOASYNC:
		return ioctl_fioasync(fd, file, argp);
	case FIONREAD:
		if (!S_ISREG(inode->i_mode))
			return -ENOTTY;
		return put_user((int)(inode->i_size - file->f_pos), (int __user *)argp);
	case FIOQSIZE:
		if (S_ISDIR(inode->i_mode) || S_ISREG(inode->i_mode) || S_ISLNK(inode->i_mode)) {
			loff_t size = (loff_t)inode->i_blocks << 9;

			return copy_to_user(argp, &size, sizeof(size)) ? -EFAULT : 0;
		}
		return -ENOTTY;
	}
	return -ENOTTY;
}

SYSCALL_DEFINE3(ioctl, unsigned int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct fd f = fdget(fd);
	long error;

	if (!f.file)
		return -EBADF;
	error = do_vfs_ioctl(f.file, fd, cmd, arg);
	if (error == -ENOTTY && f.file->f_op->unlocked_ioctl) {
		error = f.file->f_op->unlocked_ioctl(f.file, cmd, arg);
		if (error == -ENOIOCTLCMD)
			error = -ENOTTY;
	}
	fdput(f);
	return error;
}
