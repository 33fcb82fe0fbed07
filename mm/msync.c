// SPDX-License-Identifier: GPL-2.0-only
/*
 * msync(2) and mincore(2): is what was written to a mapping in the file, and which pages are in
 * memory? Files live in memory here, so the first is true at once.
 * Locking: mmap_lock for reading, dropped around a file's own fsync. Linux: mm/msync.c, mincore.c.
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "mm/slab.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"

SYSCALL_DEFINE3(msync, unsigned long, start, size_t, len, int, flags)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long end;
	int err = 0, unmapped = 0;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
		return -EINVAL;
	if ((start & ~PAGE_MASK) || ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (end < start)
		return -ENOMEM;
	mmap_read_lock(mm);
	while (start < end && !err) {
		unsigned long stop;

		vma = find_vma(mm, start);
		if (!vma || vma->vm_start >= end) {
			unmapped = -ENOMEM;
			break;
		}
		if (start < vma->vm_start) {
			unmapped = -ENOMEM;
			start = vma->vm_start;
		}
		stop = min(vma->vm_end, end);
		if ((flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED)) {
			err = -EBUSY;
		} else if ((flags & MS_SYNC) && vma->vm_file && (vma->vm_flags & VM_SHARED)) {
			loff_t offset = ((loff_t)vma->vm_pgoff << PAGE_SHIFT) +
					(start - vma->vm_start);
			struct file *file = file_get(vma->vm_file);

			mmap_read_unlock(mm);
			err = file_sync_range(file, offset, offset + (stop - start) - 1);
			fput(file);
			mmap_read_lock(mm);
		}
		start = stop;
	}
	mmap_read_unlock(mm);
	return err ? err : unmapped;
}

/* One byte for each page of [addr, end), all in vma: 1 = a touch would not have to fetch it. */
static void mincore_vma(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
			unsigned char *vec)
{
	bool may_tell = !vma->vm_file || file_can_mincore(vma->vm_file);

	for (; addr < end; addr += PAGE_SIZE, vec++) {
		unsigned long at = addr;
		pmd_t *pmd = pmd_next(vma->vm_mm, &at, addr + 1);
		struct page *page;

		*vec = 0;
		if (!may_tell) {
			*vec = 1;
			continue;
		}
		if (is_vm_hugetlb_page(vma)) {
			*vec = pmd && !pmd_none(*pmd);
			continue;
		}
		if (pmd) {
			spinlock_t *ptl;
			pte_t *pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);

			*vec = !pte_none(*pte);
			spin_unlock(ptl);
		}
		if (*vec || !vma->vm_file)
			continue;
		page = find_get_page(file_mapping(vma->vm_file),
				     ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff);
		if (page) {
			*vec = PageUptodate(page);
			put_page(page);
		}
	}
}

SYSCALL_DEFINE3(mincore, unsigned long, start, size_t, len, unsigned char __user *, vec)
{
	struct mm_struct *mm = current->mm;
	unsigned long pages;
	unsigned char *buf;
	long err = 0;

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (!access_ok((void __user *)start, len))
		return -ENOMEM;
	pages = PAGE_ALIGN(len) >> PAGE_SHIFT;
	if (!access_ok(vec, pages))
		return -EFAULT;
	buf = (unsigned char *)__get_free_page(GFP_USER);
	if (!buf)
		return -EAGAIN;
	while (pages && !err) {
		unsigned long chunk = min(pages, PAGE_SIZE);
		struct vm_area_struct *vma;

		mmap_read_lock(mm);
		vma = vma_lookup(mm, start);
		if (vma) {
			chunk = min(chunk, (vma->vm_end - start) >> PAGE_SHIFT);
			mincore_vma(vma, start, start + (chunk << PAGE_SHIFT), buf);
		}
		mmap_read_unlock(mm);
		if (!vma)
			err = -ENOMEM;
		else if (copy_to_user(vec, buf, chunk))
			err = -EFAULT;
		start += chunk << PAGE_SHIFT;
		vec += chunk;
		pages -= chunk;
	}
	free_page((unsigned long)buf);
	return err;
}
