// SPDX-License-Identifier: GPL-2.0-only
/*
 * brk(2): the heap right behind the program's data, one anonymous mapping that grows and shrinks.
 *
 * Rules: 1. [start_brk, brk) is the heap; mm->brk need not be page aligned, the mapping is. 2. A
 *    failing call returns the old break, not an error (man 2 brk, "C library/kernel differences").
 * Locking: mmap_lock for writing. Linux: mm/mmap.c (brk, do_brk_flags).
 */
#include "mm/internal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/err.h"
#include "kernel/sched/task.h"

/* Anonymous memory at [addr, addr + len), which must be free. */
static int do_brk_flags(unsigned long addr, unsigned long len, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long pages = len >> PAGE_SHIFT, pgoff = addr >> PAGE_SHIFT;
	struct vm_area_struct *vma, *prev;
	int err;

	flags |= VM_DATA_DEFAULT_FLAGS | VM_ACCOUNT | mm->def_flags;
	err = mlock_future_check(mm, flags, len);
	if (err)
		return err;
	if (!may_expand_vm(mm, flags, pages) || mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	if (security_vm_enough_memory_mm(mm, pages))
		return -ENOMEM;
	find_vma_prev(mm, addr, &prev);
	if (!vma_merge(mm, prev, addr, addr + len, flags, NULL, pgoff)) {
		vma = vm_area_alloc(mm);
		if (!vma) {
			vm_unacct_memory(pages);
			return -ENOMEM;
		}
		vma->vm_start = addr;
		vma->vm_end = addr + len;
		vma->vm_flags = flags;
		vma->vm_pgoff = pgoff;
		vma_set_page_prot(vma);
		vma_link(mm, vma);
	}
	vm_stat_account(mm, flags, pages);
	if (flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}

int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	bool populate;
	int err;

	len = PAGE_ALIGN(len);
	if (!len)
		return 0;
	if (flags & ~VM_EXEC)
		return -EINVAL;
	if (addr + len < addr || addr + len > mm->task_size)
		return -ENOMEM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_munmap(mm, addr, len);
	if (!err)
		err = do_brk_flags(addr, len, flags);
	populate = mm->def_flags & VM_LOCKED;
	mmap_write_unlock(mm);
	if (populate && !err)
		mm_populate(addr, len);
	return err;
}

/* RLIMIT_DATA covers the heap and the program's own data. */
static bool within_data_limit(struct mm_struct *mm, unsigned long brk)
{
	unsigned long limit = rlimit(RLIMIT_DATA);

	return limit == RLIM_INFINITY ||
	       (brk - mm->start_brk) + (mm->end_data - mm->start_data) <= limit;
}

/* mmap_lock held. True when the break is at brk now; *populate: bytes to fault in. */
static bool move_brk(struct mm_struct *mm, unsigned long brk, unsigned long *populate)
{
	unsigned long old_end = PAGE_ALIGN(mm->brk), new_end = PAGE_ALIGN(brk);
	struct vm_area_struct *next;

	if (brk < mm->start_brk || !within_data_limit(mm, brk) || new_end < brk)
		return false;
	if (new_end < old_end) {
		if (do_munmap(mm, new_end, old_end - new_end))
			return false;
	} else if (new_end > old_end) {
		next = find_vma(mm, old_end);
		if (next && new_end + PAGE_SIZE > vm_start_gap(next))
			return false;
		if (new_end > mm->task_size || do_brk_flags(old_end, new_end - old_end, 0))
			return false;
		if (mm->def_flags & VM_LOCKED)
			*populate = new_end - old_end;
	}
	mm->brk = brk;
	return true;
}

SYSCALL_DEFINE1(brk, unsigned long, brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long old_end, populate = 0, ret;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	old_end = PAGE_ALIGN(mm->brk);
	move_brk(mm, brk, &populate);
	validate_mm(mm);
	ret = mm->brk;
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(old_end, populate);
	return ret;
}
