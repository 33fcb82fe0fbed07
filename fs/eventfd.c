// SPDX-License-Identifier: GPL-2.0-only
/*
 * eventfd: a 64-bit counter behind a descriptor. write() adds; read() takes all of it (or 1, with
 * EFD_SEMAPHORE) and waits while it is 0.
 *
 * Locking: the wait queue's own lock protects the counter, so that a waker needs only one.
 * Sleeps: read() at 0, write() that would overflow. Linux: fs/eventfd.c. man 2 eventfd.
 * Start at: eventfd_read. Tests: tests/fs/eventfd_counts.c.
 */
#include "fs/eventfd.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/poll.h"
#include "fs/seq_file.h"
#include "fs/uio.h"
#include "kernel/syscall.h"

/* [W] wqh.lock, [I] never changes */
struct eventfd_ctx {
	wait_queue_head_t wqh; /* readers, writers, pollers */
	u64 count;             /* [W] */
	unsigned int flags;    /* [I] EFD_SEMAPHORE */
};

static int eventfd_release(struct inode *inode, struct file *file)
{
	struct eventfd_ctx *ctx = file->private_data;

	wake_up_poll(&ctx->wqh, EPOLLHUP);
	kfree(ctx);
	return 0;
}

static unsigned int eventfd_poll(struct file *file, poll_table *wait)
{
	struct eventfd_ctx *ctx = file->private_data;
	unsigned int events = 0;
	u64 count;

	poll_wait(file, &ctx->wqh, wait);
	/* Behind the queue's lock, which poll_wait() took: no change since then goes unseen. */
	smp_mb();
	count = READ_ONCE(ctx->count);
	if (count > 0)
		events |= EPOLLIN;
	if (count == ~0ull)
		events |= EPOLLERR;
	if (eventfd_has_room(count, 1))
		events |= EPOLLOUT;
	return events;
}

static ssize_t eventfd_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	struct eventfd_ctx *ctx = file->private_data;
	u64 value;

	if (iov_iter_count(to) < sizeof(value))
		return -EINVAL;
	for (;;) {
		int ret;

		spin_lock_irq(&ctx->wqh.lock);
		if (ctx->count)
			break;
		spin_unlock_irq(&ctx->wqh.lock);
		if ((file->f_flags & O_NONBLOCK) || (iocb->ki_flags & IOCB_NOWAIT))
			return -EAGAIN;
		ret = wait_event_interruptible(ctx->wqh, READ_ONCE(ctx->count));
		if (ret)
			return ret;
	}
	value = (ctx->flags & EFD_SEMAPHORE) ? 1 : ctx->count;
	ctx->count -= value;
	if (waitqueue_active(&ctx->wqh))
		wake_up_locked_poll(&ctx->wqh, EPOLLOUT);
	spin_unlock_irq(&ctx->wqh.lock);
	return copy_to_iter_full(&value, sizeof(value), to) ? (ssize_t)sizeof(value) : -EFAULT;
}

static ssize_t eventfd_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct eventfd_ctx *ctx = file->private_data;
	u64 value;

	if (count < sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, buf, sizeof(value)))
		return -EFAULT;
	if (value == ~0ull)
		return -EINVAL;
	for (;;) {
		int ret;

		spin_lock_irq(&ctx->wqh.lock);
		if (eventfd_has_room(ctx->count, value))
			break;
		spin_unlock_irq(&ctx->wqh.lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(ctx->wqh,
					       eventfd_has_room(READ_ONCE(ctx->count), value));
		if (ret)
			return ret;
	}
	ctx->count += value;
	if (waitqueue_active(&ctx->wqh))
		wake_up_locked_poll(&ctx->wqh, EPOLLIN);
	spin_unlock_irq(&ctx->wqh.lock);
	return sizeof(value);
}

static void eventfd_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct eventfd_ctx *ctx = file->private_data;

	seq_printf(m, "eventfd-count: %16llx\n", (unsigned long long)READ_ONCE(ctx->count));
}

static const struct file_operations eventfd_fops = {
	.show_fdinfo = eventfd_show_fdinfo,
	.release = eventfd_release,
	.poll = eventfd_poll,
	.read_iter = eventfd_read,
	.write = eventfd_write,
	.llseek = noop_llseek,
};

static int do_eventfd(unsigned int count, int flags)
{
	struct eventfd_ctx *ctx;
	int fd;

	if (flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
		return -EINVAL;
	ctx = kmalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return -ENOMEM;
	init_waitqueue_head(&ctx->wqh);
	ctx->count = count;
	ctx->flags = flags & EFD_SEMAPHORE;
	fd = anon_inode_getfd("[eventfd]", &eventfd_fops, ctx,
			      O_RDWR | (flags & (EFD_CLOEXEC | EFD_NONBLOCK)));
	if (fd < 0)
		kfree(ctx);
	return fd;
}

SYSCALL_DEFINE2(eventfd2, unsigned int, count, int, flags)
{
	return do_eventfd(count, flags);
}

SYSCALL_DEFINE1(eventfd, unsigned int, count)
{
	return do_eventfd(count, 0);
}
