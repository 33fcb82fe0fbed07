// SPDX-License-Identifier: GPL-2.0-only
/*
 * read, write and their kin: positions, limits, and the way to the file's own operations.
 *
 * Rules: 1. A call moves at most MAX_RW_COUNT bytes. 2. A call that moved something reports that,
 *        not the error that ended it. 3. read and write of one seekable open file take turns
 *        (f_pos_lock), so the position moves by what was moved.
 * Locking: f_pos_lock through fdget_pos(); everything else is the file's.
 * Linux: fs/read_write.c. Left out: remap_file_range, the compat calls.
 * Start at: vfs_read, vfs_write, do_iter_readv_writev.
 */
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "fs/uio.h"
#include "kernel/lib/err.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

/* ---- lseek ---- */

/* The common end of every llseek: is the new position possible? Caller excludes others. */
static loff_t vfs_setpos(struct file *file, loff_t offset, loff_t maxsize)
{
	if (offset < 0 || offset > maxsize)
		return -EINVAL;
	if (offset != file->f_pos)
		WRITE_ONCE(file->f_pos, offset);
	return offset;
}

/* Where data or a hole begins, for files whose content is the page cache. */
static loff_t seek_data_hole(struct inode *inode, loff_t offset, loff_t size, bool data)
{
	pgoff_t index = (pgoff_t)offset >> PAGE_SHIFT, found;

	if (offset < 0 || offset >= size)
		return -ENXIO;
	if (data)
		found = page_cache_next_present(inode->i_mapping, index);
	else
		found = page_cache_next_hole(inode->i_mapping, index);
	if (found != index) {
		/* No more data, or past the end in any case. */
		if (found > (pgoff_t)(size - 1) >> PAGE_SHIFT)
			return data ? -ENXIO : size;
		offset = (loff_t)(found << PAGE_SHIFT);
	}
	return min(offset, size);
}

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file->f_mapping->host;
	loff_t maxsize = inode->i_sb->s_maxbytes, size = READ_ONCE(inode->i_size);

	switch (whence) {
	case SEEK_END:
		offset += size;
		break;
	case SEEK_CUR:
		/* Only asking: no lock. */
		if (offset == 0)
			return file->f_pos;
		spin_lock(&file->f_lock);
		offset = vfs_setpos(file, file->f_pos + offset, maxsize);
		spin_unlock(&file->f_lock);
		return offset;
	case SEEK_DATA:
	case SEEK_HOLE:
		offset = seek_data_hole(inode, offset, size, whence == SEEK_DATA);
		if (offset < 0)
			return offset;
		break;
	}
	return vfs_setpos(file, offset, maxsize);
}

loff_t no_llseek(struct file *file, loff_t offset, int whence)
{
	return -ESPIPE;
}

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	if (!(file->f_mode & FMODE_LSEEK))
		return -ESPIPE;
	return file->f_op->llseek(file, offset, whence);
}

SYSCALL_DEFINE3(lseek, unsigned int, fd, off_t, offset, unsigned int, whence)
{
	struct fd f = fdget_pos(fd);
	loff_t ret;

	if (!f.file)
		return -EBADF;
	ret = -EINVAL;
	if (whence <= SEEK_MAX)
		ret = vfs_llseek(f.file, offset, (int)whence);
	fdput_pos(f);
	return ret;
}

/* ---- checks before every transfer ---- */

int rw_verify_area(int read_write, struct file *file, const loff_t *pos, size_t count)
{
	if (unlikely((ssize_t)count < 0))
		return -EINVAL;
	if (pos) {
		if (unlikely(*pos < 0))
			return -EINVAL; /* only /proc/<pid>/mem has such positions on Linux */
		if (unlikely((u64)*pos + count > (u64)MAX_LFS_FILESIZE))
			return -EOVERFLOW;
	}
	return 0;
}

/* ---- one buffer ---- */

static ssize_t new_sync_read(struct file *file, char __user *buf, size_t len, loff_t *ppos)
{
	struct kiocb kiocb = { .ki_filp = file,
			       .ki_pos = ppos ? *ppos : 0,
			       .ki_flags = iocb_flags(file) };
	struct iov_iter iter;
	ssize_t ret;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	ret = file->f_op->read_iter(&kiocb, &iter);
	if (ppos)
		*ppos = kiocb.ki_pos;
	return ret;
}

static ssize_t new_sync_write(struct file *file, const char __user *buf, size_t len, loff_t *ppos)
{
	struct kiocb kiocb = { .ki_filp = file,
			       .ki_pos = ppos ? *ppos : 0,
			       .ki_flags = iocb_flags(file) };
	struct iov_iter iter;
	ssize_t ret;

	iov_iter_ubuf(&iter, ITER_SOURCE, (void __user *)buf, len);
	ret = file->f_op->write_iter(&kiocb, &iter);
	if (ret > 0 && ppos)
		*ppos = kiocb.ki_pos;
	return ret;
}

ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	ssize_t ret;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!(file->f_mode & FMODE_CAN_READ))
		return -EINVAL;
	if (unlikely(!access_ok(buf, count)))
		return -EFAULT;
	ret = rw_verify_area(READ, file, pos, count);
	if (ret)
		return ret;
	count = min(count, MAX_RW_COUNT);
	if (file->f_op->read)
		return file->f_op->read(file, buf, count, pos);
	return new_sync_read(file, buf, count, pos);
}

ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	ssize_t ret;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!(file->f_mode & FMODE_CAN_WRITE))
		return -EINVAL;
	if (unlikely(!access_ok(buf, count)))
		return -EFAULT;
	ret = rw_verify_area(WRITE, file, pos, count);
	if (ret)
		return ret;
	count = min(count, MAX_RW_COUNT);
	if (file->f_op->write)
		return file->f_op->write(file, buf, count, pos);
	return new_sync_write(file, buf, count, pos);
}

/* Kernel memory: only files with the iter operations can. */
ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos)
{
	struct kvec kvec = { buf, min(count, MAX_RW_COUNT) };
	struct kiocb kiocb = { .ki_filp = file, .ki_pos = *pos, .ki_flags = iocb_flags(file) };
	struct iov_iter iter;
	ssize_t ret;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!file->f_op->read_iter)
		return -EINVAL;
	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, kvec.iov_len);
	ret = file->f_op->read_iter(&kiocb, &iter);
	if (ret > 0)
		*pos = kiocb.ki_pos;
	return ret;
}

ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	struct kvec kvec = { (void *)buf, min(count, MAX_RW_COUNT) };
	struct kiocb kiocb = { .ki_filp = file, .ki_pos = *pos, .ki_flags = iocb_flags(file) };
	struct iov_iter iter;
	ssize_t ret;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!file->f_op->write_iter)
		return -EINVAL;
	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, kvec.iov_len);
	ret = file->f_op->write_iter(&kiocb, &iter);
	if (ret > 0)
		*pos = kiocb.ki_pos;
	return ret;
}

static inline loff_t *file_ppos(struct file *file)
{
	return (file->f_mode & FMODE_STREAM) ? NULL : &file->f_pos;
}

SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)
{
	struct fd f = fdget_pos(fd);
	ssize_t ret = -EBADF;

	if (f.file) {
		loff_t *ppos = file_ppos(f.file), pos = ppos ? *ppos : 0;

		ret = vfs_read(f.file, buf, count, ppos ? &pos : NULL);
		if (ret >= 0 && ppos)
			*ppos = pos;
		fdput_pos(f);
	}
	return ret;
}

SYSCALL_DEFINE3(write, unsigned int, fd, const char __user *, buf, size_t, count)
{
	struct fd f = fdget_pos(fd);
	ssize_t ret = -EBADF;

	if (f.file) {
		loff_t *ppos = file_ppos(f.file), pos = ppos ? *ppos : 0;

		ret = vfs_write(f.file, buf, count, ppos ? &pos : NULL);
		if (ret >= 0 && ppos)
			*ppos = pos;
		fdput_pos(f);
	}
	return ret;
}

SYSCALL_DEFINE4(pread64, unsigned int, fd, char __user *, buf, size_t, count, loff_t, pos)
{
	struct fd f;
	ssize_t ret = -EBADF;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (f.file) {
		ret = -ESPIPE;
		if (f.file->f_mode & FMODE_PREAD)
			ret = vfs_read(f.file, buf, count, &pos);
		fdput(f);
	}
	return ret;
}

SYSCALL_DEFINE4(pwrite64, unsigned int, fd, const char __user *, buf, size_t, count, loff_t, pos)
{
	struct fd f;
	ssize_t ret = -EBADF;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (f.file) {
		ret = -ESPIPE;
		if (f.file->f_mode & FMODE_PWRITE)
			ret = vfs_write(f.file, buf, count, &pos);
		fdput(f);
	}
	return ret;
}

/* ---- vectors ---- */

/* RWF_* of preadv2(2) on top of what the file says. */
static int kiocb_set_rw_flags(struct kiocb *kiocb, int flags)
{
	if (flags & ~RWF_SUPPORTED)
		return -EOPNOTSUPP;
	if (flags & RWF_NOWAIT) {
		if (!(kiocb->ki_filp->f_mode & FMODE_NOWAIT))
			return -EOPNOTSUPP;
		kiocb->ki_flags |= IOCB_NOWAIT;
	}
	if (flags & (RWF_DSYNC | RWF_SYNC))
		kiocb->ki_flags |= IOCB_DSYNC;
	if (flags & RWF_APPEND)
		kiocb->ki_flags |= IOCB_APPEND;
	return 0;
}

static ssize_t do_iter_readv_writev(struct file *file, struct iov_iter *iter, loff_t *ppos,
				    int type, int flags)
{
	struct kiocb kiocb = { .ki_filp = file,
			       .ki_pos = ppos ? *ppos : 0,
			       .ki_flags = iocb_flags(file) };
	ssize_t ret = kiocb_set_rw_flags(&kiocb, flags);

	if (ret)
		return ret;
	if (type == READ)
		ret = file->f_op->read_iter(&kiocb, iter);
	else
		ret = file->f_op->write_iter(&kiocb, iter);
	if (ppos)
		*ppos = kiocb.ki_pos;
	return ret;
}

/* Files with one-buffer operations only: one call for each segment, until one comes up short. */
static ssize_t do_loop_readv_writev(struct file *file, struct iov_iter *iter, loff_t *ppos,
				    int type, int flags)
{
	ssize_t ret = 0;

	if (flags & ~RWF_HIPRI)
		return -EOPNOTSUPP;
	while (iov_iter_count(iter)) {
		size_t len = min(iter->iov->iov_len - iter->iov_offset, iter->count);
		char __user *base = iter->iov->iov_base + iter->iov_offset;
		ssize_t nr;

		if (type == READ)
			nr = file->f_op->read(file, base, len, ppos);
		else
			nr = file->f_op->write(file, base, len, ppos);
		if (nr < 0) {
			if (!ret)
				ret = nr;
			break;
		}
		ret += nr;
		if ((size_t)nr != len)
			break;
		iov_iter_advance(iter, (size_t)nr);
		if (!len) {
			iter->iov++;
			iter->nr_segs--;
			iter->iov_offset = 0;
		}
	}
	return ret;
}

static ssize_t vfs_rwv(struct file *file, const struct iovec __user *vec, unsigned long vlen,
		       loff_t *pos, int type, int flags)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct iov_iter iter;
	ssize_t ret;

	if (!(file->f_mode & (type == READ ? FMODE_READ : FMODE_WRITE)))
		return -EBADF;
	if (!(file->f_mode & (type == READ ? FMODE_CAN_READ : FMODE_CAN_WRITE)))
		return -EINVAL;
	if (vlen > UIO_MAXIOV)
		return -EINVAL;
	ret = import_iovec(type, vec, (unsigned int)vlen, ARRAY_SIZE(fast), &iov, &iter);
	if (ret <= 0)
		goto out;
	ret = rw_verify_area(type, file, pos, (size_t)ret);
	if (ret)
		goto out;
	if (type == READ ? file->f_op->read_iter != NULL : file->f_op->write_iter != NULL)
		ret = do_iter_readv_writev(file, &iter, pos, type, flags);
	else
		ret = do_loop_readv_writev(file, &iter, pos, type, flags);
out:
	kfree(iov);
	return ret;
}

static ssize_t do_rwv(unsigned long fd, const struct iovec __user *vec, unsigned long vlen,
		      int type, int flags)
{
	struct fd f = fdget_pos((unsigned int)fd);
	ssize_t ret = -EBADF;

	if (f.file) {
		loff_t *ppos = file_ppos(f.file), pos = ppos ? *ppos : 0;

		ret = vfs_rwv(f.file, vec, vlen, ppos ? &pos : NULL, type, flags);
		if (ret >= 0 && ppos)
			*ppos = pos;
		fdput_pos(f);
	}
	return ret;
}

static ssize_t do_prwv(unsigned long fd, const struct iovec __user *vec, unsigned long vlen,
		       loff_t pos, int type, int flags)
{
	struct fd f;
	ssize_t ret = -EBADF;

	if (pos < 0)
		return -EINVAL;
	f = fdget((unsigned int)fd);
	if (f.file) {
		ret = -ESPIPE;
		if (f.file->f_mode & (type == READ ? FMODE_PREAD : FMODE_PWRITE))
			ret = vfs_rwv(f.file, vec, vlen, &pos, type, flags);
		fdput(f);
	}
	return ret;
}

SYSCALL_DEFINE3(readv, unsigned long, fd, const struct iovec __user *, vec, unsigned long, vlen)
{
	return do_rwv(fd, vec, vlen, READ, 0);
}

SYSCALL_DEFINE3(writev, unsigned long, fd, const struct iovec __user *, vec, unsigned long, vlen)
{
	return do_rwv(fd, vec, vlen, WRITE, 0);
}

/* The position comes in two halves for the sake of 32-bit callers; here the first has it all. */
SYSCALL_DEFINE5(preadv, unsigned long, fd, const struct iovec __user *, vec, unsigned long, vlen,
		unsigned long, pos_l, unsigned long, pos_h)
{
	return do_prwv(fd, vec, vlen, (loff_t)pos_l, READ, 0);
}

SYSCALL_DEFINE5(pwritev, unsigned long, fd, const struct iovec __user *, vec, unsigned long, vlen,
		unsigned long, pos_l, unsigned long, pos_h)
{
	return do_prwv(fd, vec, vlen, (loff_t)pos_l, WRITE, 0);
}

SYSCALL_DEFINE6(preadv2, unsigned long, fd, const struct iovec __user *, vec, unsigned long, vlen,
		unsigned long, pos_l, unsigned long, pos_h, int, flags)
{
	if ((loff_t)pos_l == -1)
		return do_rwv(fd, vec, vlen, READ, flags);
	return do_prwv(fd, vec, vlen, (loff_t)pos_l, READ, flags);
}

SYSCALL_DEFINE6(pwritev2, unsigned long, fd, const struct iovec __user *, vec, unsigned long, vlen,
		unsigned long, pos_l, unsigned long, pos_h, int, flags)
{
	if ((loff_t)pos_l == -1)
		return do_rwv(fd, vec, vlen, WRITE, flags);
	return do_prwv(fd, vec, vlen, (loff_t)pos_l, WRITE, flags);
}

/* ---- copy_file_range(2) ---- */

/* Through a buffer of the kernel, page by page. */
static ssize_t copy_through_buffer(struct file *in, loff_t *pos_in, struct file *out,
				   loff_t *pos_out, size_t len)
{
	void *buf = (void *)__get_free_page(GFP_KERNEL);
	ssize_t done = 0, ret = 0;

	if (!buf)
		return -ENOMEM;
	while (len) {
		loff_t from = *pos_in;
		ssize_t got = kernel_read(in, buf, min(len, PAGE_SIZE), &from);

		ret = got;
		if (got <= 0)
			break;
		ret = kernel_write(out, buf, (size_t)got, pos_out);
		if (ret <= 0)
			break;
		*pos_in += ret;
		done += ret;
		len -= (size_t)ret;
		if (ret < got || fatal_signal_pending(current))
			break;
		cond_resched();
	}
	free_page((unsigned long)buf);
	return done ? done : ret;
}

static ssize_t vfs_copy_file_range(struct file *in, loff_t *pos_in, struct file *out,
				   loff_t *pos_out, size_t len)
{
	struct inode *inode_in = file_inode(in), *inode_out = file_inode(out);
	loff_t size;
	ssize_t ret;

	if (S_ISDIR(inode_in->i_mode) || S_ISDIR(inode_out->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode_in->i_mode) || !S_ISREG(inode_out->i_mode))
		return -EINVAL;
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE) || (out->f_flags & O_APPEND))
		return -EBADF;
	if (inode_out->i_flags & S_IMMUTABLE)
		return -EPERM;
	if ((u64)*pos_in + len > (u64)MAX_LFS_FILESIZE ||
	    (u64)*pos_out + len > (u64)MAX_LFS_FILESIZE)
		return -EOVERFLOW;
	ret = rw_verify_area(READ, in, pos_in, len);
	if (!ret)
		ret = rw_verify_area(WRITE, out, pos_out, len);
	if (ret)
		return ret;
	size = READ_ONCE(inode_in->i_size);
	len = *pos_in >= size ? 0 : min(len, (size_t)(size - *pos_in));
	if (inode_in == inode_out &&
	    *pos_out<*pos_in + (loff_t)len && * pos_out + (loff_t)len> * pos_in)
		return -EINVAL;
	if (!len)
		return 0;
	if (!in->f_op->read_iter || !out->f_op->write_iter)
		return -EINVAL;
	return copy_through_buffer(in, pos_in, out, pos_out, min(len, MAX_RW_COUNT));
}

SYSCALL_DEFINE6(copy_file_range, int, fd_in, loff_t __user *, off_in, int, fd_out, loff_t __user *,
		off_out, size_t, len, unsigned int, flags)
{
	struct fd in = fdget((unsigned int)fd_in), out = { NULL, 0 };
	loff_t pos_in, pos_out;
	ssize_t ret = -EBADF;

	if (!in.file)
		return -EBADF;
	out = fdget((unsigned int)fd_out);
	if (!out.file)
		goto out_in;
	ret = -EFAULT;
	pos_in = in.file->f_pos;
	if (off_in && copy_from_user(&pos_in, off_in, sizeof(pos_in)))
		goto out_both;
	pos_out = out.file->f_pos;
	if (off_out && copy_from_user(&pos_out, off_out, sizeof(pos_out)))
		goto out_both;
	ret = -EINVAL;
	if (flags)
		goto out_both;
	ret = vfs_copy_file_range(in.file, &pos_in, out.file, &pos_out, len);
	if (ret > 0) {
		if (!off_in)
			in.file->f_pos = pos_in;
		else if (copy_to_user(off_in, &pos_in, sizeof(pos_in)))
			ret = -EFAULT;
		if (!off_out)
			out.file->f_pos = pos_out;
		else if (copy_to_user(off_out, &pos_out, sizeof(pos_out)))
			ret = -EFAULT;
	}
out_both:
	fdput(out);
out_in:
	fdput(in);
	return ret;
}
