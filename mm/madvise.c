// SPDX-License-Identifier: GPL-2.0-only
/*
 * madvise(2): what a program knows about its use of memory.
 *
 * Advice that only speeds things up elsewhere (read-ahead, huge pages, swap) is accepted where
 * Linux accepts it and changes at most a flag of the vma.
 * Locking: mmap_lock for writing where flags change, else for reading.
 * Linux: mm/madvise.c. Start at: madvise_vma().
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/sched/task.h"

static bool advice_valid(int advice)
{
	return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) ||
	       (advice >= MADV_FREE && advice <= MADV_DONTNEED_LOCKED);
}

/* Changes vm_flags? Then *set and *clear. */
static bool advice_flags(int advice, unsigned long *set, unsigned long *clear)
{
	*set = *clear = 0;
	switch (advice) {
	case MADV_NORMAL:
		*clear = VM_SEQ_READ | VM_RAND_READ;
		return true;
	case MADV_RANDOM:
		*clear = VM_SEQ_READ;
		*set = VM_RAND_READ;
		return true;
	case MADV_SEQUENTIAL:
		*clear = VM_RAND_READ;
		*set = VM_SEQ_READ;
		return true;
	case MADV_DONTFORK:
		*set = VM_DONTCOPY;
		return true;
	case MADV_DOFORK:
		*clear = VM_DONTCOPY;
		return true;
	case MADV_WIPEONFORK:
		*set = VM_WIPEONFORK;
		return true;
	case MADV_KEEPONFORK:
		*clear = VM_WIPEONFORK;
		return true;
	case MADV_DONTDUMP:
		*set = VM_DONTDUMP;
		return true;
	case MADV_DODUMP:
		*clear = VM_DONTDUMP;
		return true;
	case MADV_HUGEPAGE:
		*clear = VM_NOHUGEPAGE;
		*set = VM_HUGEPAGE;
		return true;
	case MADV_NOHUGEPAGE:
		*clear = VM_HUGEPAGE;
		*set = VM_NOHUGEPAGE;
		return true;
	default:
		return false;
	}
}

/* Drops mmap_lock for the file's own lock, inside which page faults take mmap_lock. */
static int madvise_remove(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	struct file *file;
	int err;
	loff_t offset = ((loff_t)vma->vm_pgoff << PAGE_SHIFT) + (start - vma->vm_start);

	if (vma->vm_flags & VM_LOCKED)
		return -EINVAL;
	if (!vma->vm_file)
		return -EINVAL;
	if (!vma_is_shared_writable(vma))
		return -EACCES;
	file = file_get(vma->vm_file);
	mmap_read_unlock(mm);
	err = file_punch_hole(file, offset, end - start);
	fput(file);
	mmap_read_lock(mm);
	return err;
}

/* mmap_lock is held for reading only, so tables stay: shared ones are copied first. */
static int dont_need(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (is_vm_hugetlb_page(vma)) {
		if (start & ~HPAGE_MASK)
			return -EINVAL;
		end &= HPAGE_MASK;
	}
	if (unshare_range(vma->vm_mm, start, end, false))
		return -ENOMEM;
	zap_page_range(vma, start, end - start);
	return 0;
}

/* One vma's part; the vma it is in afterwards, NULL when that must be looked up, or ERR_PTR. */
static struct vm_area_struct *madvise_vma(struct vm_area_struct *vma, unsigned long start,
					  unsigned long end, int advice)
{
	unsigned long set, clear;
	int err = 0;

	if (advice_flags(advice, &set, &clear)) {
		if (advice == MADV_DOFORK && (vma->vm_flags & VM_IO))
			return ERR_PTR(-EINVAL);
		if (advice == MADV_WIPEONFORK && (vma->vm_file || (vma->vm_flags & VM_SHARED)))
			return ERR_PTR(-EINVAL);
		return vma_modify_flags(vma, start, end, (vma->vm_flags & ~clear) | set);
	}
	switch (advice) {
	case MADV_FREE:
		if (!vma_is_anonymous(vma))
			return ERR_PTR(-EINVAL);
		fallthrough; /* free them now rather than later */
	case MADV_DONTNEED:
		if (vma->vm_flags & (VM_LOCKED | VM_PFNMAP))
			return ERR_PTR(-EINVAL);
		err = dont_need(vma, start, end);
		break;
	case MADV_DONTNEED_LOCKED:
		if (vma->vm_flags & VM_PFNMAP)
			return ERR_PTR(-EINVAL);
		err = dont_need(vma, start, end);
		break;
	case MADV_COLD:
	case MADV_PAGEOUT:
		if (vma->vm_flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB))
			return ERR_PTR(-EINVAL);
		break;
	case MADV_REMOVE:
		err = madvise_remove(vma, start, end);
		vma = NULL;
		break;
	}
	return err ? ERR_PTR(err) : vma;
}

/* mmap_lock held. Holes are skipped and make the result -ENOMEM. */
static int madvise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int unmapped = 0;

	while (start < end) {
		unsigned long stop;

		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (start < vma->vm_start) {
			unmapped = -ENOMEM;
			start = vma->vm_start;
		}
		stop = min(vma->vm_end, end);
		vma = madvise_vma(vma, start, stop, advice);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		start = vma ? max(stop, min(vma->vm_end, end)) : stop;
		vma = vma ? vma->vm_next : find_vma(mm, start);
	}
	return unmapped;
}

/* MADV_POPULATE_READ, MADV_POPULATE_WRITE: errors matter. */
static int madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end,
			    bool write)
{
	while (start < end) {
		struct vm_area_struct *vma;
		unsigned long stop;
		long got = -EFAULT;
		int err = 0;

		if (mmap_read_lock_killable(mm))
			return -EINTR;
		vma = vma_lookup(mm, start);
		if (!vma) {
			err = -ENOMEM;
		} else if ((vma->vm_flags & (VM_IO | VM_PFNMAP)) ||
			   !(vma->vm_flags & (write ? VM_WRITE : VM_READ))) {
			err = -EINVAL;
		} else {
			stop = min(end, vma->vm_end);
			got = get_user_pages_remote(mm, start, (stop - start) >> PAGE_SHIFT,
						    write ? FOLL_WRITE : 0, NULL);
		}
		mmap_read_unlock(mm);
		if (err)
			return err;
		if (got <= 0)
			return got ? got : -EFAULT;
		start += got << PAGE_SHIFT;
	}
	return 0;
}

SYSCALL_DEFINE3(madvise, unsigned long, start, size_t, len, int, advice)
{
	struct mm_struct *mm = current->mm;
	unsigned long end, set, clear;
	int err;

	if (!advice_valid(advice) || (start & ~PAGE_MASK))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	end = start + len;
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return madvise_populate(mm, start, end, advice == MADV_POPULATE_WRITE);
	if (advice_flags(advice, &set, &clear)) {
		if (mmap_write_lock_killable(mm))
			return -EINTR;
		err = madvise_range(mm, start, end, advice);
		validate_mm(mm);
		mmap_write_unlock(mm);
	} else {
		mmap_read_lock(mm);
		err = madvise_range(mm, start, end, advice);
		mmap_read_unlock(mm);
	}
	return err;
}
