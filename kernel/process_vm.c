// SPDX-License-Identifier: GPL-2.0-only
/*
 * process_vm_readv() and process_vm_writev(): one copy from one process's memory into another's,
 * without a pipe between them.
 *
 * Idea: the caller's side is an iov_iter; the other's pages are taken one after the other, each with
 *   a reference, and copied with no lock held: both sides may fault.
 * Rules: 1. Who may trace the process may do this: proc_may_access(). 2. What was copied before an
 *   error counts: the error is returned only when nothing was.
 * Locking: the other's mmap_lock for reading, while a page is looked up.
 * Sleeps: everything. Linux: mm/process_vm_access.c. Start at: process_vm_rw.
 * Tests: tests/kernel/process_vm.c.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/uio.h"
#include "kernel/lib/err.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/proc/proc.h"
#include "fs/uio.h"
#include "kernel/syscall.h"

/* Between addr, within one page of mm, and iter. 0 or -errno. */
static int copy_in_page(struct mm_struct *mm, unsigned long addr, size_t len, struct iov_iter *iter,
			bool write)
{
	struct page *page;
	size_t copied;
	long got;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	got = get_user_pages_remote(mm, addr, 1, write ? FOLL_WRITE : 0, &page);
	mmap_read_unlock(mm);
	if (got != 1)
		return -EFAULT;
	if (write)
		copied = copy_page_from_iter(page, addr & ~PAGE_MASK, len, iter);
	else
		copied = copy_page_to_iter(page, addr & ~PAGE_MASK, len, iter);
	put_page(page);
	return copied == len ? 0 : -EFAULT;
}

/* One of the other's pieces, as far as iter goes. */
static int copy_vec(struct mm_struct *mm, const struct iovec *vec, struct iov_iter *iter,
		    bool write)
{
	unsigned long addr = (unsigned long)vec->iov_base;
	size_t left = min(vec->iov_len, iov_iter_count(iter));

	while (left) {
		size_t chunk = min(left, (size_t)(PAGE_SIZE - (addr & ~PAGE_MASK)));
		int err = copy_in_page(mm, addr, chunk, iter, write);

		if (err)
			return err;
		addr += chunk;
		left -= chunk;
	}
	return 0;
}

/* The memory of a process that we may trace, with a reference; or ERR_PTR. */
static struct mm_struct *process_mm(pid_t pid)
{
	struct task_struct *task = find_get_task_by_pid(pid);
	struct mm_struct *mm;

	if (!task)
		return ERR_PTR(-ESRCH);
	mm = get_task_mm(task);
	if (!mm) {
		mm = ERR_PTR(-ESRCH);
	} else if (mm != current->mm && !proc_may_access(task)) {
		mmput(mm);
		mm = ERR_PTR(-EPERM);
	}
	put_task_struct(task);
	return mm;
}

static ssize_t process_vm_copy(pid_t pid, const struct iovec *rvec, unsigned long riovcnt,
			       struct iov_iter *iter, bool write)
{
	size_t total = iov_iter_count(iter);
	struct mm_struct *mm;
	int err = 0;

	mm = process_mm(pid);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	for (unsigned long i = 0; i < riovcnt && iov_iter_count(iter) && !err; i++)
		err = copy_vec(mm, &rvec[i], iter, write);
	mmput(mm);
	total -= iov_iter_count(iter);
	return total ? (ssize_t)total : err; /* rule 2 */
}

/* The other's pieces: to be freed, or ERR_PTR. Their addresses are checked when they are used. */
static struct iovec *copy_rvec(const struct iovec __user *urvec, unsigned long riovcnt)
{
	struct iovec *rvec;

	if (riovcnt > UIO_MAXIOV)
		return ERR_PTR(-EINVAL);
	rvec = kmalloc_array(riovcnt, sizeof(*rvec), GFP_KERNEL);
	if (!rvec)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(rvec, urvec, riovcnt * sizeof(*rvec))) {
		kfree(rvec);
		return ERR_PTR(-EFAULT);
	}
	for (unsigned long i = 0; i < riovcnt; i++) {
		if ((ssize_t)rvec[i].iov_len < 0) {
			kfree(rvec);
			return ERR_PTR(-EINVAL);
		}
	}
	return rvec;
}

static ssize_t process_vm_rw(pid_t pid, const struct iovec __user *ulvec, unsigned long liovcnt,
			     const struct iovec __user *urvec, unsigned long riovcnt,
			     unsigned long flags, bool write)
{
	struct iovec stack[UIO_FASTIOV], *lvec = stack, *rvec;
	struct iov_iter iter;
	ssize_t ret;

	if (flags)
		return -EINVAL;
	if (liovcnt > UIO_MAXIOV)
		return -EINVAL;
	ret = import_iovec(write ? ITER_SOURCE : ITER_DEST, ulvec, (unsigned int)liovcnt,
			   UIO_FASTIOV, &lvec, &iter);
	if (ret < 0)
		return ret;
	if (!iov_iter_count(&iter) || !riovcnt) {
		ret = 0;
		goto out;
	}
	rvec = copy_rvec(urvec, riovcnt);
	ret = PTR_ERR(rvec);
	if (!IS_ERR(rvec)) {
		ret = process_vm_copy(pid, rvec, riovcnt, &iter, write);
		kfree(rvec);
	}
out:
	kfree(lvec);
	return ret;
}

SYSCALL_DEFINE6(process_vm_readv, pid_t, pid, const struct iovec __user *, lvec, unsigned long,
		liovcnt, const struct iovec __user *, rvec, unsigned long, riovcnt, unsigned long,
		flags)
{
	return process_vm_rw(pid, lvec, liovcnt, rvec, riovcnt, flags, false);
}

SYSCALL_DEFINE6(process_vm_writev, pid_t, pid, const struct iovec __user *, lvec, unsigned long,
		liovcnt, const struct iovec __user *, rvec, unsigned long, riovcnt, unsigned long,
		flags)
{
	return process_vm_rw(pid, lvec, liovcnt, rvec, riovcnt, flags, true);
}
