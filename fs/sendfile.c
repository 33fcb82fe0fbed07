// SPDX-License-Identifier: GPL-2.0-only
/*
 * sendfile(2): from a file to another, or into a pipe.
 *
 * Idea: into a pipe it is splice(2). From file to file no pipe is needed: the write operation copies
 * straight from the page of the page cache, or from one page that a read has filled. The source must
 * have positions: what was read and not written can then be read again.
 * Locking: none of its own. Linux: fs/read_write.c (do_sendfile), fs/splice.c (do_splice_direct).
 * Start at: do_splice_direct. Tests: tests/fs/splice_moves.c, splice_devices.c.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/lib/err.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/pipe.h"
#include "fs/splice.h"
#include "fs/uio.h"
#include "kernel/syscall.h"

/* A piece of a file with page cache to another: straight from its page. Bytes or -errno. */
static ssize_t send_cached_piece(struct file *in, loff_t *pos, struct file *out, loff_t *out_pos,
				 size_t len)
{
	size_t bytes = bytes_at(in, *pos, len);
	struct page *page;
	ssize_t ret;

	if (!bytes)
		return 0;
	page = file_page(in, *pos);
	if (IS_ERR(page))
		return PTR_ERR(page);
	ret = write_piece(out, page_address(page) + ((size_t)*pos & (PAGE_SIZE - 1)), bytes,
			  out_pos);
	put_page(page);
	if (ret > 0)
		*pos += ret;
	return ret;
}

/* The same for a file without: through page, a fresh one. */
static ssize_t send_read_piece(struct file *in, loff_t *pos, struct file *out, loff_t *out_pos,
			       size_t len, struct page *page)
{
	struct kvec kvec = { page_address(page), min_t(size_t, len, PAGE_SIZE) };
	struct kiocb kiocb = { .ki_filp = in, .ki_pos = *pos };
	struct iov_iter to;
	ssize_t got, ret;

	iov_iter_kvec(&to, ITER_DEST, &kvec, 1, kvec.iov_len);
	got = in->f_op->read_iter(&kiocb, &to);
	if (got <= 0)
		return got;
	ret = write_piece(out, kvec.iov_base, got, out_pos);
	if (ret > 0)
		*pos = ret == got ? kiocb.ki_pos : *pos + ret; /* the rest is read again */
	return ret;
}

/* File to file. Bytes, or -errno when there were none. */
static ssize_t do_splice_direct(struct file *in, loff_t *pos, struct file *out, loff_t *out_pos,
				size_t len)
{
	struct page *page = NULL;
	ssize_t done = 0, ret = 0;

	if (!(in->f_mode & FMODE_LSEEK) || (out->f_flags & O_APPEND))
		return -EINVAL;
	if (!len)
		return 0;
	if (!in->f_op->splice_read || !out->f_op->splice_write)
		return -EINVAL;
	if (!has_page_cache(in)) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
	}
	while (len) {
		ret = page ? send_read_piece(in, pos, out, out_pos, len, page) :
			     send_cached_piece(in, pos, out, out_pos, len);
		if (ret <= 0)
			break;
		done += ret;
		len -= ret;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	if (page)
		put_page(page);
	else if (done)
		file_accessed(in);
	return done ? done : ret;
}

static ssize_t do_sendfile_files(struct file *out, struct file *in, loff_t *pos, size_t count)
{
	struct pipe_inode_info *opipe = get_pipe_info(out, true);
	loff_t out_pos = out->f_pos;
	ssize_t ret = rw_verify_area(READ, in, pos, count);

	if (!ret)
		ret = rw_verify_area(WRITE, out, &out_pos, count);
	if (ret)
		return ret;
	/* As Linux: a pipe gives its bytes to splice(2) only. */
	if (get_pipe_info(in, true))
		return -EINVAL;
	if (opipe)
		return splice_file_to_pipe(in, opipe, pos, count,
					   out->f_flags & O_NONBLOCK ? SPLICE_F_NONBLOCK : 0);
	ret = do_splice_direct(in, pos, out, &out_pos, count);
	if (ret > 0)
		out->f_pos = out_pos;
	return ret;
}

SYSCALL_DEFINE4(sendfile, int, out_fd, int, in_fd, loff_t __user *, offset, size_t, count)
{
	struct fd in, out;
	loff_t pos;
	ssize_t ret = -EFAULT;

	if (offset && copy_from_user(&pos, offset, sizeof(pos)))
		return ret;
	count = min_t(size_t, count, MAX_RW_COUNT);
	in = fdget(in_fd);
	ret = -EBADF;
	if (!in.file)
		return ret;
	if (!(in.file->f_mode & FMODE_READ))
		goto out_in;
	if (offset && !(in.file->f_mode & FMODE_PREAD)) {
		ret = -ESPIPE;
		goto out_in;
	}
	if (!offset)
		pos = in.file->f_pos;
	out = fdget(out_fd);
	if (!out.file)
		goto out_in;
	if (out.file->f_mode & FMODE_WRITE) {
		ret = do_sendfile_files(out.file, in.file, &pos, count);
		if (ret > 0) {
			if (!offset)
				in.file->f_pos = pos;
			else if (copy_to_user(offset, &pos, sizeof(pos)))
				ret = -EFAULT;
		}
	}
	fdput(out);
out_in:
	fdput(in);
	return ret;
}
