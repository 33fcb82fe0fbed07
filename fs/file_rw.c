// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing files whose content is the page cache: ramfs, tmpfs, memfd.
 *
 * Idea: page by page, find (or make) the page in the cache and copy between it and the caller's
 * buffer. A hole is read as zeroes without making a page.
 *
 * Rules: 1. The caller's buffer may be a mapping of the very page that is copied, and the copy may
 *        fault: no page is locked meanwhile. 2. i_size grows after the data is in place, so a
 *        reader never sees a page's old content. 3. A write that starts at RLIMIT_FSIZE gets
 *        SIGXFSZ and -EFBIG; one that starts below is cut short there.
 * Locking: writers hold the inode's i_rwsem; readers hold nothing.
 * Linux: mm/filemap.c (generic_file_read_iter and what follows), mm/shmem.c.
 * Start at: generic_file_read_iter, generic_perform_write.
 */
#include "fs/fs.h"
#include "fs/internal.h"
#include "fs/uio.h"
#include "kernel/lib/err.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/uapi/resource.h"
#include "mm/filemap.h"
#include "mm/gfp.h"

ssize_t generic_file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	struct inode *inode = mapping->host;
	ssize_t done = 0;
	int error = 0;

	while (iov_iter_count(to)) {
		loff_t size = READ_ONCE(inode->i_size);
		size_t offset = (size_t)iocb->ki_pos & (PAGE_SIZE - 1), bytes, copied;
		struct page *page;

		if (iocb->ki_pos >= size)
			break;
		bytes = min(PAGE_SIZE - offset,
			    (size_t)min(size - iocb->ki_pos, (loff_t)PAGE_SIZE));
		bytes = min(bytes, iov_iter_count(to));
		page = find_get_page(mapping, (pgoff_t)iocb->ki_pos >> PAGE_SHIFT);
		if (page && unlikely(!PageUptodate(page))) { /* somebody is filling it */
			put_page(page);
			page = read_mapping_page(mapping, (pgoff_t)iocb->ki_pos >> PAGE_SHIFT,
						 file);
			if (IS_ERR(page)) {
				error = (int)PTR_ERR(page);
				break;
			}
		}
		if (page) {
			copied = copy_page_to_iter(page, offset, bytes, to);
			put_page(page);
		} else {
			copied = iov_iter_zero(bytes, to);
		}
		done += (ssize_t)copied;
		iocb->ki_pos += (loff_t)copied;
		if (copied != bytes) {
			error = -EFAULT;
			break;
		}
		cond_resched();
	}
	file_accessed(file);
	return done ? done : error;
}

/* Position and limits of a write: bytes to write, 0 or -errno. i_rwsem held. */
ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file->f_mapping->host;
	unsigned long limit = rlimit(RLIMIT_FSIZE);
	loff_t max;

	if (!iov_iter_count(from))
		return 0;
	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = inode->i_size;
	if (limit != RLIM_INFINITY) {
		if ((unsigned long)iocb->ki_pos >= limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		iov_iter_truncate(from, limit - (unsigned long)iocb->ki_pos);
	}
	max = inode->i_sb->s_maxbytes;
	if (iocb->ki_pos >= max)
		return -EFBIG;
	iov_iter_truncate(from, (size_t)(max - iocb->ki_pos));
	return (ssize_t)iov_iter_count(from);
}

/* i_rwsem held for writing. Bytes written, or -errno when none was. */
ssize_t generic_perform_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	struct inode *inode = mapping->host;
	ssize_t done = 0;
	int error = 0;

	while (iov_iter_count(from)) {
		size_t offset = (size_t)iocb->ki_pos & (PAGE_SIZE - 1);
		size_t bytes = min(PAGE_SIZE - offset, iov_iter_count(from)), copied;
		struct page *page;

		page = grab_cache_page_write_begin(mapping, (pgoff_t)iocb->ki_pos >> PAGE_SHIFT,
						   false, file);
		if (IS_ERR(page)) {
			error = (int)PTR_ERR(page);
			break;
		}
		unlock_page(page); /* rule 1; it stays in place: truncation needs i_rwsem */
		copied = copy_page_from_iter(page, offset, bytes, from);
		if (!PageDirty(page))
			SetPageDirty(page);
		put_page(page);
		done += (ssize_t)copied;
		iocb->ki_pos += (loff_t)copied;
		if (iocb->ki_pos > inode->i_size)
			WRITE_ONCE(inode->i_size, iocb->ki_pos); /* rule 2 */
		if (copied != bytes) {
			error = -EFAULT;
			break;
		}
		if (unlikely(fatal_signal_pending(current))) {
			error = -EINTR;
			break;
		}
		cond_resched();
	}
	return done ? done : error;
}

ssize_t generic_file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file->f_mapping->host;
	ssize_t ret;

	down_write(&inode->i_rwsem);
	ret = generic_write_checks(iocb, from);
	if (ret > 0) {
		ret = file_remove_privs(file);
		if (!ret) {
			file_update_time(file);
			ret = generic_perform_write(iocb, from);
		}
	}
	up_write(&inode->i_rwsem);
	return ret;
}
