// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice, tee, vmsplice: moving data between a pipe and something else by moving pages.
 *
 * Idea: a pipe's buffer is a reference to a page, so what can be had as a page need not be copied:
 *	file -> pipe	the buffers refer to pages of the page cache (or, for a file without one, to
 *			fresh pages that its read operation fills)
 *	pipe -> pipe	buffers move from ring to ring (splice) or get a second reference (tee)
 *	memory -> pipe	the buffers refer to the caller's own pages (vmsplice)
 *	pipe -> file	the file's write operation copies from the buffer's page
 *
 * Rules: 1. A buffer whose page somebody else can see is never appended to: no CAN_MERGE. 2. What
 * was consumed was delivered: a buffer leaves the ring only by as much as the target took.
 * Locking: pipe->mutex, of two pipes in the order of their addresses; held over the file's write
 * operation, not over a read that may wait (copy_splice_read). Sleeps: for data and room,
 * non-exclusively. Linux: fs/splice.c. Left out: gifts and stealing. Start at: do_splice.
 * Tests: tests/fs/splice_*.c, pipe_wakeups.c.
 */
#include "fs/pipe.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/x86/uaccess.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/poll.h"
#include "fs/splice.h"
#include "fs/uio.h"
#include "kernel/syscall.h"

#define SPLICE_PAGES PIPE_DEF_BUFFERS /* that one read of a device fills */
#define SPLICE_F_ALL (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

/* ---- waiting and waking ---- */

static void wakeup_pipe_readers(struct pipe_inode_info *pipe)
{
	if (wq_has_sleeper(&pipe->rd_wait))
		wake_up_interruptible_poll(&pipe->rd_wait, POLLIN | POLLRDNORM);
	kill_fasync(&pipe->fasync_readers, SIGIO, POLL_IN);
}

static void wakeup_pipe_writers(struct pipe_inode_info *pipe)
{
	if (wq_has_sleeper(&pipe->wr_wait))
		wake_up_interruptible_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
	kill_fasync(&pipe->fasync_writers, SIGIO, POLL_OUT);
}

/* Until there is data: 1; 0 when no writer is left; -EAGAIN, -ERESTARTSYS. Mutex held. */
static int wait_for_data(struct pipe_inode_info *pipe, unsigned int flags)
{
	while (pipe_empty(pipe->head, pipe->tail)) {
		if (!pipe->writers)
			return 0;
		if (flags & SPLICE_F_NONBLOCK)
			return -EAGAIN;
		if (pipe_wait_readable(pipe))
			return -ERESTARTSYS;
	}
	return 1;
}

/* Until there is a free slot: 0; -EPIPE, -EAGAIN, -ERESTARTSYS. Mutex held. */
static int wait_for_space(struct pipe_inode_info *pipe, unsigned int flags)
{
	for (;;) {
		if (!pipe->readers) {
			send_sig(SIGPIPE, current, 0);
			return -EPIPE;
		}
		if (!pipe_full(pipe->head, pipe->tail, pipe->max_usage))
			return 0;
		if (flags & SPLICE_F_NONBLOCK)
			return -EAGAIN;
		if (pipe_wait_writable(pipe))
			return -ERESTARTSYS;
	}
}

/* A page into the newest slot; there is one free. Takes over the reference. Mutex held. */
static void push_page(struct pipe_inode_info *pipe, struct page *page, unsigned int offset,
		      unsigned int len)
{
	struct pipe_buffer *buf = pipe_buf(pipe, pipe->head);

	buf->page = page;
	buf->offset = offset;
	buf->len = len;
	buf->ops = &page_cache_pipe_buf_ops;
	buf->flags = 0; /* rule 1 */
	WRITE_ONCE(pipe->head, pipe->head + 1);
}

/* ---- pages of a file ---- */

struct page *file_page(struct file *in, loff_t pos)
{
	pgoff_t index = (pgoff_t)pos >> PAGE_SHIFT;
	struct page *page = find_get_page(in->f_mapping, index);

	if (page && unlikely(!PageUptodate(page))) {
		put_page(page);
		return read_mapping_page(in->f_mapping, index, in);
	}
	if (!page) {
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page)
			page = ERR_PTR(-ENOMEM);
	}
	return page;
}

size_t bytes_at(struct file *in, loff_t pos, size_t len)
{
	loff_t size = READ_ONCE(file_inode(in)->i_size);

	if (pos >= size)
		return 0;
	len = min_t(u64, len, (u64)(size - pos));
	return min_t(size_t, len, PAGE_SIZE - ((size_t)pos & (PAGE_SIZE - 1)));
}

/* ---- file to pipe ---- */

/* By reference. Bytes, or -errno when there were none. Mutex held, as in the next. */
ssize_t filemap_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			    unsigned int flags)
{
	ssize_t done = 0;

	while (len && !pipe_full(pipe->head, pipe->tail, pipe->max_usage)) {
		size_t bytes = bytes_at(in, *pos, len);
		struct page *page;

		if (!bytes)
			break;
		page = file_page(in, *pos);
		if (IS_ERR(page))
			return done ? done : PTR_ERR(page);
		push_page(pipe, page, (unsigned int)*pos & (PAGE_SIZE - 1), bytes);
		*pos += bytes;
		len -= bytes;
		done += bytes;
	}
	if (done)
		file_accessed(in);
	return done;
}

/* Slots that nobody else may fill while a file is read for them. Mutex held. */
static void reserve_slots(struct pipe_inode_info *pipe, unsigned int slots)
{
	pipe->reserved += slots;
	WRITE_ONCE(pipe->max_usage, pipe->ring_size - pipe->reserved);
}

static void give_back_slots(struct pipe_inode_info *pipe, unsigned int slots)
{
	bool was_full = pipe_full(pipe->head, pipe->tail, pipe->max_usage);

	pipe->reserved -= slots;
	WRITE_ONCE(pipe->max_usage, pipe->ring_size - pipe->reserved);
	if (was_full && !pipe_full(pipe->head, pipe->tail, pipe->max_usage))
		wakeup_pipe_writers(pipe);
}

/*
 * Through fresh pages: for files without page cache. One read, which may wait for its data for ever,
 * so the mutex is given up meanwhile: the pipe's readers must not wait with us. What has been read
 * must find room, since it cannot be put back: its slots are reserved before.
 */
ssize_t copy_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			 unsigned int flags)
{
	bool nowait = (flags & SPLICE_F_NONBLOCK) && (in->f_mode & FMODE_NOWAIT);
	struct kiocb kiocb = { .ki_filp = in,
			       .ki_pos = *pos,
			       .ki_flags = nowait ? IOCB_NOWAIT : 0 };
	unsigned int slots = pipe->max_usage - pipe_occupancy(pipe->head, pipe->tail);
	unsigned int wanted = in->f_op->poll ? 1 : SPLICE_PAGES, n = 0;
	struct page *pages[SPLICE_PAGES];
	struct kvec kvec[SPLICE_PAGES];
	struct iov_iter to;
	ssize_t ret = -ENOMEM;

	if (!len)
		return 0;
	len = min_t(size_t, len, min(slots, wanted) * PAGE_SIZE);
	for (; n * PAGE_SIZE < len; n++) {
		pages[n] = alloc_page(GFP_KERNEL);
		if (!pages[n])
			break;
		kvec[n].iov_base = page_address(pages[n]);
		kvec[n].iov_len = min_t(size_t, len - n * PAGE_SIZE, PAGE_SIZE);
	}
	len = min_t(size_t, len, n * PAGE_SIZE);
	slots = n;
	if (n) {
		iov_iter_kvec(&to, ITER_DEST, kvec, n, len);
		reserve_slots(pipe, n);
		mutex_unlock(&pipe->mutex);
		ret = in->f_op->read_iter(&kiocb, &to);
		mutex_lock(&pipe->mutex);
	}
	for (unsigned int i = 0; i < n; i++) {
		if (ret > (ssize_t)(i * PAGE_SIZE))
			push_page(pipe, pages[i], 0, min_t(size_t, ret - i * PAGE_SIZE, PAGE_SIZE));
		else
			put_page(pages[i]);
	}
	if (n)
		give_back_slots(pipe, n);
	if (ret > 0)
		*pos = kiocb.ki_pos;
	return ret;
}

ssize_t splice_file_to_pipe(struct file *in, struct pipe_inode_info *opipe, loff_t *pos, size_t len,
			    unsigned int flags)
{
	ssize_t ret;

	if (!in->f_op->splice_read)
		return -EINVAL;
	mutex_lock(&opipe->mutex);
	ret = wait_for_space(opipe, flags);
	if (!ret)
		ret = in->f_op->splice_read(in, pos, opipe, len, flags);
	mutex_unlock(&opipe->mutex);
	if (ret > 0)
		wakeup_pipe_readers(opipe);
	return ret;
}

/* ---- pipe to file ---- */

ssize_t write_piece(struct file *out, const void *data, size_t len, loff_t *pos)
{
	struct kvec kvec = { (void *)data, len };
	struct kiocb kiocb = { .ki_filp = out, .ki_pos = *pos };
	struct iov_iter from;
	ssize_t ret;

	iov_iter_kvec(&from, ITER_SOURCE, &kvec, 1, len);
	ret = out->f_op->write_iter(&kiocb, &from);
	if (ret > 0)
		*pos = kiocb.ki_pos;
	return ret;
}

/* The oldest buffer gave up so many bytes. */
static void consume(struct pipe_inode_info *pipe, struct pipe_buffer *buf, size_t bytes)
{
	buf->offset += bytes;
	buf->len -= bytes;
	if (!buf->len) {
		pipe_buf_release(pipe, buf);
		WRITE_ONCE(pipe->tail, pipe->tail + 1);
	}
}

/* actor takes bytes of a buffer: how many, or -errno. */
typedef ssize_t (*splice_actor)(struct pipe_buffer *buf, size_t len, void *data);

/*
 * Empties the pipe into the actor: waits for the first data only. Bytes, or -errno when there were
 * none.
 */
static ssize_t splice_from_pipe(struct pipe_inode_info *pipe, size_t len, unsigned int flags,
				splice_actor actor, void *data)
{
	bool was_full, room;
	ssize_t done = 0, ret;

	mutex_lock(&pipe->mutex);
	was_full = pipe_full(pipe->head, pipe->tail, pipe->max_usage);
	ret = wait_for_data(pipe, flags);
	while (ret > 0 && len && !pipe_empty(pipe->head, pipe->tail)) {
		struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);
		size_t part = min_t(size_t, len, buf->len);

		was_full |= pipe_full(pipe->head, pipe->tail, pipe->max_usage);
		ret = actor(buf, part, data);
		if (ret <= 0)
			break;
		consume(pipe, buf, ret);
		done += ret;
		len -= ret;
		if (ret < part)
			break;
	}
	room = was_full && !pipe_full(pipe->head, pipe->tail, pipe->max_usage);
	mutex_unlock(&pipe->mutex);
	if (room)
		wakeup_pipe_writers(pipe);
	return done ? done : ret;
}

struct to_file {
	struct file *out;
	loff_t *pos;
};

static ssize_t pipe_to_file(struct pipe_buffer *buf, size_t len, void *data)
{
	struct to_file *target = data;

	return write_piece(target->out, page_address(buf->page) + buf->offset, len, target->pos);
}

ssize_t iter_file_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
			       size_t len, unsigned int flags)
{
	struct to_file target = { out, pos };

	return splice_from_pipe(pipe, len, flags, pipe_to_file, &target);
}

static ssize_t pipe_to_null(struct pipe_buffer *buf, size_t len, void *data)
{
	return len;
}

ssize_t splice_write_null(struct pipe_inode_info *pipe, struct file *out, loff_t *pos, size_t len,
			  unsigned int flags)
{
	return splice_from_pipe(pipe, len, flags, pipe_to_null, NULL);
}

static ssize_t do_splice_from(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
			      size_t len, unsigned int flags)
{
	if (!out->f_op->splice_write)
		return -EINVAL;
	return out->f_op->splice_write(pipe, out, pos, len, flags);
}

/* ---- pipe to pipe ---- */

/*
 * Waits, without holding both mutexes, until in has data and out has room. They may be gone again
 * when this returns 1. 0: end of data; -errno.
 */
static int prepare_both(struct pipe_inode_info *in, struct pipe_inode_info *out, unsigned int flags)
{
	int ret;

	mutex_lock(&in->mutex);
	ret = wait_for_data(in, flags);
	mutex_unlock(&in->mutex);
	if (ret <= 0)
		return ret;
	mutex_lock(&out->mutex);
	ret = wait_for_space(out, flags);
	mutex_unlock(&out->mutex);
	return ret ? ret : 1;
}

/* Fills out's next slot with up to len bytes of a buffer, which keeps its own reference. */
static bool share_buffer(struct pipe_inode_info *in, struct pipe_buffer *buf,
			 struct pipe_inode_info *out, size_t len)
{
	struct pipe_buffer *target = pipe_buf(out, out->head);

	if (!buf->ops->get(in, buf))
		return false;
	*target = *buf;
	target->flags &= ~PIPE_BUF_FLAG_CAN_MERGE; /* rule 1 */
	target->len = min_t(size_t, len, buf->len);
	WRITE_ONCE(out->head, out->head + 1);
	return true;
}

/* Both mutexes held: moves what there is. Bytes, or -EPIPE, -EFAULT. */
static ssize_t move_buffers(struct pipe_inode_info *in, struct pipe_inode_info *out, size_t len)
{
	ssize_t done = 0;

	while (len) {
		struct pipe_buffer *buf = pipe_buf(in, in->tail);
		size_t bytes;

		if (!out->readers) {
			send_sig(SIGPIPE, current, 0);
			return done ? done : -EPIPE;
		}
		if (pipe_empty(in->head, in->tail) ||
		    pipe_full(out->head, out->tail, out->max_usage))
			break;
		if (buf->len <= len) {
			bytes = buf->len;
			*pipe_buf(out, out->head) = *buf;
			buf->ops = NULL;
			WRITE_ONCE(in->tail, in->tail + 1);
			WRITE_ONCE(out->head, out->head + 1);
		} else {
			if (!share_buffer(in, buf, out, len))
				return done ? done : -EFAULT;
			bytes = len;
			consume(in, buf, bytes);
		}
		done += bytes;
		len -= bytes;
	}
	return done;
}

/* Nothing more will come. Without that, 0 bytes mean that somebody was faster: wait again. */
static bool at_end(const struct pipe_inode_info *in)
{
	return pipe_empty(in->head, in->tail) && !in->writers;
}

/* Both mutexes held: shares what there is. Bytes, or -EPIPE, -EFAULT. */
static ssize_t share_buffers(struct pipe_inode_info *in, struct pipe_inode_info *out, size_t len)
{
	ssize_t done = 0;

	for (unsigned int slot = in->tail; len && slot != in->head; slot++) {
		size_t bytes = min_t(size_t, len, pipe_buf(in, slot)->len);

		if (!out->readers) {
			send_sig(SIGPIPE, current, 0);
			return done ? done : -EPIPE;
		}
		if (pipe_full(out->head, out->tail, out->max_usage))
			break;
		if (!share_buffer(in, pipe_buf(in, slot), out, len))
			return done ? done : -EFAULT;
		done += bytes;
		len -= bytes;
	}
	return done;
}

/* What is done with two pipes whose mutexes are held: bytes, or -errno when there were none. */
typedef ssize_t (*pipe_transfer)(struct pipe_inode_info *in, struct pipe_inode_info *out,
				 size_t len);

/* Waits until there is something to transfer and room for it, and does so. */
static ssize_t between_pipes(struct pipe_inode_info *in, struct pipe_inode_info *out, size_t len,
			     unsigned int flags, pipe_transfer transfer)
{
	ssize_t ret;
	bool beaten;

	do {
		ret = prepare_both(in, out, flags);
		if (ret <= 0)
			return ret;
		pipe_double_lock(in, out);
		ret = transfer(in, out, len);
		beaten = !ret && !at_end(in);
		mutex_unlock(&in->mutex);
		mutex_unlock(&out->mutex);
	} while (beaten && !(flags & SPLICE_F_NONBLOCK));
	if (ret > 0)
		wakeup_pipe_readers(out);
	return beaten ? -EAGAIN : ret;
}

static ssize_t splice_pipe_to_pipe(struct pipe_inode_info *in, struct pipe_inode_info *out,
				   size_t len, unsigned int flags)
{
	ssize_t ret = between_pipes(in, out, len, flags, move_buffers);

	if (ret > 0)
		wakeup_pipe_writers(in);
	return ret;
}

/* tee(2): nothing is consumed. */
static ssize_t do_tee(struct pipe_inode_info *in, struct pipe_inode_info *out, size_t len,
		      unsigned int flags)
{
	return between_pipes(in, out, len, flags, share_buffers);
}

/* ---- splice(2), tee(2) ---- */

/* A position that the caller gave, or the file's own. */
struct splice_pos {
	loff_t value;
	loff_t __user *user;
};

static int get_pos(struct splice_pos *pos, struct file *file, loff_t __user *user, fmode_t need)
{
	pos->user = user;
	pos->value = file->f_pos;
	if (!user)
		return 0;
	if (!(file->f_mode & need))
		return -EINVAL;
	return copy_from_user(&pos->value, user, sizeof(loff_t)) ? -EFAULT : 0;
}

static ssize_t put_pos(const struct splice_pos *pos, struct file *file, ssize_t ret)
{
	if (ret <= 0)
		return ret;
	if (!pos->user)
		file->f_pos = pos->value;
	else if (copy_to_user(pos->user, &pos->value, sizeof(loff_t)))
		return -EFAULT;
	return ret;
}

static ssize_t do_splice(struct file *in, loff_t __user *off_in, struct file *out,
			 loff_t __user *off_out, size_t len, unsigned int flags)
{
	struct pipe_inode_info *ipipe = get_pipe_info(in, true), *opipe = get_pipe_info(out, true);
	struct splice_pos pos;
	ssize_t ret;

	if ((ipipe && off_in) || (opipe && off_out))
		return -ESPIPE;
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (ipipe && opipe) {
		if (ipipe == opipe)
			return -EINVAL;
		if ((in->f_flags | out->f_flags) & O_NONBLOCK)
			flags |= SPLICE_F_NONBLOCK;
		return splice_pipe_to_pipe(ipipe, opipe, len, flags);
	}
	if (ipipe) {
		ret = get_pos(&pos, out, off_out, FMODE_PWRITE);
		if (!ret && (out->f_flags & O_APPEND))
			ret = -EINVAL;
		if (!ret)
			ret = rw_verify_area(WRITE, out, &pos.value, len);
		if (ret)
			return ret;
		if (in->f_flags & O_NONBLOCK)
			flags |= SPLICE_F_NONBLOCK;
		return put_pos(&pos, out, do_splice_from(ipipe, out, &pos.value, len, flags));
	}
	if (opipe) {
		ret = get_pos(&pos, in, off_in, FMODE_PREAD);
		if (!ret)
			ret = rw_verify_area(READ, in, &pos.value, len);
		if (ret)
			return ret;
		if (out->f_flags & O_NONBLOCK)
			flags |= SPLICE_F_NONBLOCK;
		return put_pos(&pos, in, splice_file_to_pipe(in, opipe, &pos.value, len, flags));
	}
	return -EINVAL;
}

SYSCALL_DEFINE6(splice, int, fd_in, loff_t __user *, off_in, int, fd_out, loff_t __user *, off_out,
		size_t, len, unsigned int, flags)
{
	struct fd in, out;
	ssize_t ret = -EBADF;

	if (!len)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	len = min_t(size_t, len, MAX_RW_COUNT);
	in = fdget(fd_in);
	if (!in.file)
		return ret;
	out = fdget(fd_out);
	if (out.file) {
		ret = do_splice(in.file, off_in, out.file, off_out, len, flags);
		fdput(out);
	}
	fdput(in);
	return ret;
}

SYSCALL_DEFINE4(tee, int, fdin, int, fdout, size_t, len, unsigned int, flags)
{
	struct pipe_inode_info *ipipe, *opipe;
	struct fd in, out;
	ssize_t ret = -EBADF;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	if (!len)
		return 0;
	in = fdget(fdin);
	if (!in.file)
		return ret;
	out = fdget(fdout);
	if (out.file) {
		ipipe = get_pipe_info(in.file, true);
		opipe = get_pipe_info(out.file, true);
		if (!(in.file->f_mode & FMODE_READ) || !(out.file->f_mode & FMODE_WRITE)) {
			ret = -EBADF;
		} else if (!ipipe || !opipe || ipipe == opipe) {
			ret = -EINVAL;
		} else {
			if ((in.file->f_flags | out.file->f_flags) & O_NONBLOCK)
				flags |= SPLICE_F_NONBLOCK;
			ret = do_tee(ipipe, opipe, min_t(size_t, len, MAX_RW_COUNT), flags);
		}
		fdput(out);
	}
	fdput(in);
	return ret;
}

/* ---- vmsplice(2) ---- */

static ssize_t pipe_to_user(struct pipe_buffer *buf, size_t len, void *data)
{
	size_t copied = copy_page_to_iter(buf->page, buf->offset, len, data);

	return copied ? (ssize_t)copied : -EFAULT;
}

/* The caller's pages, by reference, as long as there is room. Mutex held. */
static ssize_t user_pages_to_pipe(struct pipe_inode_info *pipe, const struct iovec *iov,
				  unsigned long nr_segs, unsigned int flags)
{
	ssize_t done = 0;
	int ret;

	for (unsigned long i = 0; i < nr_segs; i++) {
		unsigned long addr = (unsigned long)iov[i].iov_base;
		size_t left = iov[i].iov_len;

		while (left) {
			unsigned int offset = addr & (PAGE_SIZE - 1);
			size_t bytes = min_t(size_t, left, PAGE_SIZE - offset);
			struct page *page;
			long got;

			ret = wait_for_space(pipe, done ? flags | SPLICE_F_NONBLOCK : flags);
			if (ret)
				return done ? done : ret;
			got = get_user_pages_fast(addr - offset, 1, 0, &page);
			if (got != 1)
				return done ? done : -EFAULT;
			push_page(pipe, page, offset, bytes);
			done += bytes;
			addr += bytes;
			left -= bytes;
		}
	}
	return done;
}

SYSCALL_DEFINE4(vmsplice, int, fd, const struct iovec __user *, uiov, unsigned long, nr_segs,
		unsigned int, flags)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct pipe_inode_info *pipe;
	struct iov_iter iter;
	struct fd f;
	bool write;
	ssize_t ret;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	pipe = get_pipe_info(f.file, true);
	write = f.file->f_mode & FMODE_WRITE;
	ret = -EBADF;
	if (!pipe)
		goto out;
	ret = -EINVAL;
	if (nr_segs > UIO_MAXIOV)
		goto out;
	ret = import_iovec(write ? ITER_SOURCE : ITER_DEST, uiov, nr_segs, UIO_FASTIOV, &iov,
			   &iter);
	if (ret < 0)
		goto out;
	if (f.file->f_flags & O_NONBLOCK)
		flags |= SPLICE_F_NONBLOCK;
	if (!iov_iter_count(&iter)) {
		ret = 0;
	} else if (write) {
		mutex_lock(&pipe->mutex);
		ret = user_pages_to_pipe(pipe, iter.iov, iter.nr_segs, flags);
		mutex_unlock(&pipe->mutex);
		if (ret > 0)
			wakeup_pipe_readers(pipe);
	} else {
		ret = splice_from_pipe(pipe, iter.count, flags, pipe_to_user, &iter);
	}
	kfree(iov);
out:
	fdput(f);
	return ret;
}
