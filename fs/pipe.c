// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving bytes through a pipe: read, write, poll.
 *
 * Idea: a ring of buffers, each one page. A writer fills fresh pages at head, or appends to the
 * newest one; a reader empties the buffer at tail and gives the page back. Bytes are never moved
 * inside the pipe.
 *
 *	    tail                    head
 *	     v                       v
 *	[ ][ab....][cdef..][gh....][ ][ ]     room is counted in slots, not bytes: a slot is free
 *	     |       page            ^        again only when its last byte has been read
 *	     +-- offset, len         next write, unless it fits behind "gh"
 *
 * Rules: 1. head - tail <= max_usage <= ring_size. 2. A write of up to PIPE_BUF bytes goes into the
 * ring as a whole or not at all: merging or one fresh page, under one hold of the mutex. 3. Sleepers
 * are exclusive, so one wake-up wakes the longest waiter; whoever leaves something for another
 * passes the wake-up on (wake_next).
 * Locking: one mutex per pipe, around everything but sleeping. Sleepers and pollers look at
 * head and tail without, at both at once: pipe_ends().
 * Sleeps: in wait_event_interruptible_exclusive() on rd_wait and wr_wait, with the mutex released.
 * Linux: fs/pipe.c. Left out: watch queues. Start at: pipe_read, pipe_write. Tests: tests/fs/pipe_*.c.
 */
#include "fs/pipe.h"

#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/uapi/limits.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "fs/poll.h"
#include "fs/uio.h"

/* ---- pages ---- */

/* A page for the next write; kept ones first. NULL when out of memory. */
static struct page *anon_pipe_get_page(struct pipe_inode_info *pipe)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(pipe->tmp_page); i++) {
		struct page *page = pipe->tmp_page[i];

		if (page) {
			pipe->tmp_page[i] = NULL;
			return page;
		}
	}
	return alloc_page(GFP_KERNEL);
}

static void anon_pipe_put_page(struct pipe_inode_info *pipe, struct page *page)
{
	if (page_count(page) == 1) {
		for (unsigned int i = 0; i < ARRAY_SIZE(pipe->tmp_page); i++) {
			if (!pipe->tmp_page[i]) {
				pipe->tmp_page[i] = page;
				return;
			}
		}
	}
	put_page(page);
}

static void anon_pipe_buf_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	anon_pipe_put_page(pipe, buf->page);
}

void generic_pipe_buf_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	put_page(buf->page);
}

bool generic_pipe_buf_get(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	get_page(buf->page);
	return true;
}

const struct pipe_buf_operations anon_pipe_buf_ops = {
	.release = anon_pipe_buf_release,
	.get = generic_pipe_buf_get,
};

const struct pipe_buf_operations page_cache_pipe_buf_ops = {
	.release = generic_pipe_buf_release,
	.get = generic_pipe_buf_get,
};

/* ---- reading ---- */

static bool pipe_readable(const struct pipe_inode_info *pipe)
{
	union pipe_index ends = pipe_ends(pipe);

	return !pipe_empty(ends.head, ends.tail) || !READ_ONCE(pipe->writers);
}

static bool pipe_writable(const struct pipe_inode_info *pipe)
{
	union pipe_index ends = pipe_ends(pipe);

	return !pipe_full(ends.head, ends.tail, READ_ONCE(pipe->max_usage)) ||
	       !READ_ONCE(pipe->readers);
}

int pipe_wait_readable(struct pipe_inode_info *pipe)
{
	int ret;

	mutex_unlock(&pipe->mutex);
	ret = wait_event_interruptible(pipe->rd_wait, pipe_readable(pipe));
	mutex_lock(&pipe->mutex);
	return ret;
}

int pipe_wait_writable(struct pipe_inode_info *pipe)
{
	int ret;

	mutex_unlock(&pipe->mutex);
	ret = wait_event_interruptible(pipe->wr_wait, pipe_writable(pipe));
	mutex_lock(&pipe->mutex);
	return ret;
}

/*
 * Empties the ring into the iterator until one of them is done or a packet ends. Returns the bytes,
 * or -EFAULT when there were none. Mutex held.
 */
static ssize_t pipe_drain(struct pipe_inode_info *pipe, struct iov_iter *to)
{
	ssize_t done = 0;

	while (iov_iter_count(to) && !pipe_empty(pipe->head, pipe->tail)) {
		struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);
		size_t chars = min_t(size_t, buf->len, iov_iter_count(to));
		size_t copied = copy_page_to_iter(buf->page, buf->offset, chars, to);
		bool packet = buf->flags & PIPE_BUF_FLAG_PACKET;

		if (copied < chars) {
			/* Only whole pieces count: what a fault cut short stays in the pipe. */
			iov_iter_revert(to, copied);
			return done ? done : -EFAULT;
		}
		done += chars;
		buf->offset += chars;
		buf->len -= chars;
		if (packet)
			buf->len = 0; /* the rest of a packet is lost */
		if (!buf->len) {
			pipe_buf_release(pipe, buf);
			WRITE_ONCE(pipe->tail, pipe->tail + 1);
		}
		if (packet)
			break;
	}
	return done;
}

static ssize_t pipe_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *filp = iocb->ki_filp;
	struct pipe_inode_info *pipe = filp->private_data;
	bool was_full, wake_writer = false, wake_next_reader = false;
	ssize_t ret = 0;

	if (unlikely(!iov_iter_count(to)))
		return 0;
	mutex_lock(&pipe->mutex);
	for (;;) {
		was_full = pipe_full(pipe->head, pipe->tail, pipe->max_usage);
		if (!pipe_empty(pipe->head, pipe->tail)) {
			ret = pipe_drain(pipe, to);
			/* Writers sleep only on a full ring. */
			wake_writer |= was_full &&
				       !pipe_full(pipe->head, pipe->tail, pipe->max_usage);
			break;
		}
		if (!pipe->writers)
			break;
		if ((filp->f_flags & O_NONBLOCK) || (iocb->ki_flags & IOCB_NOWAIT)) {
			ret = -EAGAIN;
			break;
		}
		mutex_unlock(&pipe->mutex);
		if (wait_event_interruptible_exclusive(pipe->rd_wait, pipe_readable(pipe)) < 0)
			return -ERESTARTSYS;
		wake_next_reader = true;
		mutex_lock(&pipe->mutex);
	}
	if (pipe_empty(pipe->head, pipe->tail))
		wake_next_reader = false;
	mutex_unlock(&pipe->mutex);
	if (wake_writer)
		wake_up_interruptible_sync_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
	if (wake_next_reader)
		wake_up_interruptible_sync_poll(&pipe->rd_wait, POLLIN | POLLRDNORM);
	/* O_ASYNC is for every read, as for every write. */
	if (unlikely(READ_ONCE(pipe->fasync_writers)))
		kill_fasync(&pipe->fasync_writers, SIGIO, POLL_OUT);
	if (ret > 0)
		file_accessed(filp);
	return ret;
}

/* ---- writing ---- */

static bool is_packetized(const struct file *file)
{
	return file->f_flags & O_DIRECT;
}

/*
 * Appends to the newest buffer what is left beyond whole pages, if it fits. So small writes share
 * pages, and large ones end in the page where they began. Returns the bytes or -EFAULT.
 */
static ssize_t pipe_merge(struct pipe_inode_info *pipe, struct iov_iter *from)
{
	size_t chars = iov_iter_count(from) & (PAGE_SIZE - 1);
	struct pipe_buffer *buf;
	size_t copied;

	if (!chars || pipe_empty(pipe->head, pipe->tail))
		return 0;
	buf = pipe_buf(pipe, pipe->head - 1);
	if (!(buf->flags & PIPE_BUF_FLAG_CAN_MERGE) || buf->offset + buf->len + chars > PAGE_SIZE)
		return 0;
	copied = copy_page_from_iter(buf->page, buf->offset + buf->len, chars, from);
	if (copied < chars) {
		iov_iter_revert(from, copied);
		return -EFAULT;
	}
	buf->len += chars;
	return chars;
}

/* One fresh buffer from the iterator; there is a free slot. Returns the bytes or an error. */
static ssize_t pipe_append(struct pipe_inode_info *pipe, struct iov_iter *from, bool packet)
{
	struct page *page = anon_pipe_get_page(pipe);
	struct pipe_buffer *buf;
	size_t wanted = min_t(size_t, iov_iter_count(from), PAGE_SIZE), copied;

	if (unlikely(!page))
		return -ENOMEM;
	copied = copy_page_from_iter(page, 0, PAGE_SIZE, from);
	if (unlikely(copied < wanted)) {
		/* A page that faulted in the middle is not queued. */
		iov_iter_revert(from, copied);
		anon_pipe_put_page(pipe, page);
		return -EFAULT;
	}
	buf = pipe_buf(pipe, pipe->head);
	buf->page = page;
	buf->ops = &anon_pipe_buf_ops;
	buf->offset = 0;
	buf->len = copied;
	buf->flags = packet ? PIPE_BUF_FLAG_PACKET : PIPE_BUF_FLAG_CAN_MERGE;
	WRITE_ONCE(pipe->head, pipe->head + 1);
	ASSERT(pipe_occupancy(pipe->head, pipe->tail) <= pipe->ring_size); /* rule 1 */
	return copied;
}

/* Tells readers that a ring which was empty no longer is. */
static void wake_readers(struct pipe_inode_info *pipe)
{
	wake_up_interruptible_sync_poll(&pipe->rd_wait, POLLIN | POLLRDNORM);
}

static ssize_t pipe_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *filp = iocb->ki_filp;
	struct pipe_inode_info *pipe = filp->private_data;
	bool was_empty = false, wake_next_writer = false;
	ssize_t ret = 0, n;

	if (unlikely(!iov_iter_count(from)))
		return 0;
	mutex_lock(&pipe->mutex);
	if (!pipe->readers) {
		send_sig(SIGPIPE, current, 0);
		ret = -EPIPE;
		goto out;
	}
	was_empty = pipe_empty(pipe->head, pipe->tail);
	/* Also in packet mode: the newest buffer may be from before F_SETFL(O_DIRECT). */
	n = pipe_merge(pipe, from);
	if (n < 0) {
		ret = n;
		goto out;
	}
	ret = n;
	while (iov_iter_count(from)) {
		if (!pipe->readers) {
			send_sig(SIGPIPE, current, 0);
			if (!ret)
				ret = -EPIPE;
			break;
		}
		if (!pipe_full(pipe->head, pipe->tail, pipe->max_usage)) {
			n = pipe_append(pipe, from, is_packetized(filp));
			if (n < 0) {
				if (!ret)
					ret = n;
				break;
			}
			ret += n;
			continue;
		}
		if ((filp->f_flags & O_NONBLOCK) || (iocb->ki_flags & IOCB_NOWAIT)) {
			if (!ret)
				ret = -EAGAIN;
			break;
		}
		if (signal_pending(current)) {
			if (!ret)
				ret = -ERESTARTSYS;
			break;
		}
		mutex_unlock(&pipe->mutex);
		if (was_empty) {
			wake_readers(pipe);
			kill_fasync(&pipe->fasync_readers, SIGIO, POLL_IN);
		}
		wait_event_interruptible_exclusive(pipe->wr_wait, pipe_writable(pipe));
		mutex_lock(&pipe->mutex);
		was_empty = pipe_empty(pipe->head, pipe->tail);
		wake_next_writer = true;
	}
out:
	if (pipe_full(pipe->head, pipe->tail, pipe->max_usage))
		wake_next_writer = false;
	mutex_unlock(&pipe->mutex);
	/* Edge-triggered pollers expect an event for every write. */
	if (was_empty || READ_ONCE(pipe->poll_usage))
		wake_readers(pipe);
	if (unlikely(READ_ONCE(pipe->fasync_readers)))
		kill_fasync(&pipe->fasync_readers, SIGIO, POLL_IN);
	if (wake_next_writer)
		wake_up_interruptible_sync_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
	if (ret > 0)
		file_update_time(filp);
	return ret;
}

/* ---- poll and ioctl ---- */

static unsigned int pipe_poll(struct file *filp, poll_table *wait)
{
	struct pipe_inode_info *pipe = filp->private_data;
	union pipe_index ends;
	unsigned int mask = 0;

	WRITE_ONCE(pipe->poll_usage, true);
	if (filp->f_mode & FMODE_READ)
		poll_wait(filp, &pipe->rd_wait, wait);
	if (filp->f_mode & FMODE_WRITE)
		poll_wait(filp, &pipe->wr_wait, wait);
	/* Queued before looking: what changes after this wakes us. */
	smp_mb();
	ends = pipe_ends(pipe);
	if (filp->f_mode & FMODE_READ) {
		if (!pipe_empty(ends.head, ends.tail))
			mask |= POLLIN | POLLRDNORM;
		/* A FIFO that never had a writer since this open is not hung up. */
		if (!READ_ONCE(pipe->writers) && filp->f_version != pipe->w_counter)
			mask |= POLLHUP;
	}
	if (filp->f_mode & FMODE_WRITE) {
		if (!pipe_full(ends.head, ends.tail, READ_ONCE(pipe->max_usage)))
			mask |= POLLOUT | POLLWRNORM;
		if (!READ_ONCE(pipe->readers))
			mask |= POLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = filp->private_data;
	int count = 0;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	mutex_lock(&pipe->mutex);
	for (unsigned int slot = pipe->tail; slot != pipe->head; slot++)
		count += pipe_buf(pipe, slot)->len;
	mutex_unlock(&pipe->mutex);
	return put_user(count, (int __user *)arg);
}

static int pipe_fasync(int fd, struct file *filp, int on)
{
	struct pipe_inode_info *pipe = filp->private_data;
	int ret = 0;

	mutex_lock(&pipe->mutex);
	if (filp->f_mode & FMODE_READ)
		ret = fasync_helper(fd, filp, on, &pipe->fasync_readers);
	if ((filp->f_mode & FMODE_WRITE) && ret >= 0) {
		ret = fasync_helper(fd, filp, on, &pipe->fasync_writers);
		if (ret < 0 && (filp->f_mode & FMODE_READ))
			fasync_helper(-1, filp, 0, &pipe->fasync_readers);
	}
	mutex_unlock(&pipe->mutex);
	return ret < 0 ? ret : 0;
}

static int pipe_release(struct inode *inode, struct file *filp)
{
	struct pipe_inode_info *pipe = filp->private_data;

	mutex_lock(&pipe->mutex);
	if (filp->f_mode & FMODE_READ)
		WRITE_ONCE(pipe->readers, pipe->readers - 1);
	if (filp->f_mode & FMODE_WRITE)
		WRITE_ONCE(pipe->writers, pipe->writers - 1);
	/* The last of one side ends the waiting of the other. */
	if (!pipe->readers != !pipe->writers) {
		wake_up_interruptible_all(&pipe->rd_wait);
		wake_up_interruptible_all(&pipe->wr_wait);
		kill_fasync(&pipe->fasync_readers, SIGIO, POLL_IN);
		kill_fasync(&pipe->fasync_writers, SIGIO, POLL_OUT);
	}
	mutex_unlock(&pipe->mutex);
	put_pipe_info(inode, pipe);
	return 0;
}

const struct file_operations pipefifo_fops = {
	.open = fifo_open,
	.llseek = no_llseek,
	.read_iter = pipe_read,
	.write_iter = pipe_write,
	.poll = pipe_poll,
	.unlocked_ioctl = pipe_ioctl,
	.release = pipe_release,
	.fasync = pipe_fasync,
};
