// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory devices: /dev/null, zero, full, random, urandom, kmsg.
 *
 * Idea: each is a minor number of major 1 with a table of operations; opening a node of that number
 * swaps the table in. /dev/zero can be mapped: privately it is anonymous memory, shared it is a
 * shared-memory object of its own.
 * Locking: none; there is no state. Linux: drivers/char/mem.c, random.c. Start at: devices[].
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/lib/init.h"
#include "kernel/lib/random.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/cred.h"
#include "kernel/x86/uaccess.h"
#include "mm/mm.h"
#include "mm/backing.h"
#include "fs/fs.h"
#include "fs/kmsg.h"
#include "fs/poll.h"
#include "fs/uio.h"

#define MEM_MAJOR 1

/* Ends where it is: the position means nothing, but lseek(2) succeeds. */
static loff_t null_lseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos = 0;
}

/* ---- null ---- */

static ssize_t read_iter_null(struct kiocb *iocb, struct iov_iter *to)
{
	return 0;
}

static ssize_t write_iter_null(struct kiocb *iocb, struct iov_iter *from)
{
	size_t count = iov_iter_count(from);

	iov_iter_advance(from, count);
	return count;
}

static const struct file_operations null_fops = {
	.llseek = null_lseek,
	.read_iter = read_iter_null,
	.write_iter = write_iter_null,
	.splice_write = splice_write_null,
};

/* ---- zero and full ---- */

static ssize_t read_iter_zero(struct kiocb *iocb, struct iov_iter *to)
{
	size_t cleared = 0;

	while (iov_iter_count(to)) {
		size_t chunk = min_t(size_t, iov_iter_count(to), PAGE_SIZE);
		size_t n = iov_iter_zero(chunk, to);

		cleared += n;
		if (n < chunk)
			return cleared ? (ssize_t)cleared : -EFAULT;
		if (signal_pending(current))
			return cleared;
		cond_resched();
	}
	return cleared;
}

static int mmap_zero(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return shmem_zero_setup(vma);
	vma->vm_ops = NULL;
	return 0;
}

static const struct file_operations zero_fops = {
	.llseek = null_lseek,
	.read_iter = read_iter_zero,
	.write_iter = write_iter_null,
	.splice_read = copy_splice_read,
	.splice_write = splice_write_null,
	.mmap = mmap_zero,
};

static ssize_t write_iter_full(struct kiocb *iocb, struct iov_iter *from)
{
	return -ENOSPC;
}

static const struct file_operations full_fops = {
	.llseek = null_lseek,
	.read_iter = read_iter_zero,
	.write_iter = write_iter_full,
	.splice_read = copy_splice_read,
};

/* ---- random ---- */

static ssize_t random_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return get_random_bytes_iter(to);
}

/* What somebody writes is mixed in, which can do no harm. */
static ssize_t random_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	char block[64];
	size_t done = 0;

	while (iov_iter_count(from)) {
		size_t chunk = min(iov_iter_count(from), sizeof(block));

		if (!copy_from_iter_full(block, chunk, from))
			return done ? (ssize_t)done : -EFAULT;
		add_device_randomness(block, chunk);
		done += chunk;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

#define RNDGETENTCNT   0x80045200
#define RNDADDTOENTCNT 0x40045201
#define RNDCLEARPOOL   0x5206

static long random_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case RNDGETENTCNT:
		return put_user(256, (int __user *)arg);
	case RNDADDTOENTCNT:
	case RNDCLEARPOOL:
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

static unsigned int random_poll(struct file *file, poll_table *wait)
{
	return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
}

static const struct file_operations random_fops = {
	.read_iter = random_read_iter,
	.write_iter = random_write_iter,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = random_poll,
	.unlocked_ioctl = random_ioctl,
	.llseek = noop_llseek,
};

static const struct memdev {
	const char *name;
	unsigned int minor;
	umode_t mode;
	const struct file_operations *fops;
} devices[] = {
	{ "null", 3, 0666, &null_fops },      { "zero", 5, 0666, &zero_fops },
	{ "full", 7, 0666, &full_fops },      { "random", 8, 0666, &random_fops },
	{ "urandom", 9, 0666, &random_fops }, { "kmsg", 11, 0644, &kmsg_fops },
};

static int chr_dev_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(devices); i++) {
		const struct memdev *dev = &devices[i];
		int error = register_chrdev_region_fops(MEM_MAJOR, dev->minor, 1, "mem", dev->fops);

		if (!error)
			error = devtmpfs_create_node(dev->name, S_IFCHR | dev->mode,
						     MKDEV(MEM_MAJOR, dev->minor));
		if (error)
			return error;
	}
	return 0;
}
fs_initcall(chr_dev_init);
