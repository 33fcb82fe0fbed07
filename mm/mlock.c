// SPDX-License-Identifier: GPL-2.0-only
/*
 * mlock(2) and relatives. Without swap no page ever leaves; what remains of locking is that the
 * pages are there at once, the limit (RLIMIT_MEMLOCK), and the flag that others respect.
 * Rules: mm->locked_vm is the number of pages of all VM_LOCKED vmas.
 * Locking: mmap_lock for writing. Linux: mm/mlock.c.
 */
#include "mm/internal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/err.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"

static bool can_do_mlock(void)
{
	return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

/* lock: VM_LOCKED and VM_LOCKONFAULT bits for the part [start, end). The vma it is in then. */
static struct vm_area_struct *mlock_fixup(struct vm_area_struct *vma, unsigned long start,
					  unsigned long end, unsigned long lock)
{
	unsigned long vm_flags = (vma->vm_flags & ~VM_LOCKED_MASK) | lock;
	bool was = vma->vm_flags & VM_LOCKED;
	struct mm_struct *mm = vma->vm_mm;
	long pages = (end - start) >> PAGE_SHIFT;

	if (vma->vm_flags & VM_SPECIAL) /* locked in effect, never counted */
		return vma;
	vma = vma_modify_flags(vma, start, end, vm_flags);
	if (!IS_ERR(vma) && was != !!(lock & VM_LOCKED))
		mm->locked_vm += was ? -pages : pages;
	return vma;
}

/* mmap_lock held. -ENOMEM when part of the range is not mapped. */
static int apply_vma_lock_flags(struct mm_struct *mm, unsigned long start, unsigned long end,
				unsigned long lock)
{
	struct vm_area_struct *vma = vma_lookup(mm, start);

	for (;;) {
		unsigned long stop;

		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		stop = min(vma->vm_end, end);
		vma = mlock_fixup(vma, start, stop, lock);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		start = max(stop, min(vma->vm_end, end));
		if (start >= end)
			return 0;
		vma = vma->vm_next;
	}
}

/* Pages of [start, end) that are locked already. */
static unsigned long count_locked(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	unsigned long pages = 0;

	for (struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	     vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			pages += (min(end, vma->vm_end) - max(start, vma->vm_start)) >> PAGE_SHIFT;
	return pages;
}

/* Rounds to pages; false when the range wraps. */
static bool page_range(unsigned long *start, size_t *len)
{
	*len = PAGE_ALIGN(*len + (*start & ~PAGE_MASK));
	*start &= PAGE_MASK;
	return *start + *len >= *start;
}

static int do_mlock(unsigned long start, size_t len, unsigned long lock)
{
	struct mm_struct *mm = current->mm;
	unsigned long limit, locked;
	int err = -ENOMEM;

	if (!can_do_mlock())
		return -EPERM;
	if (!page_range(&start, &len))
		return -EINVAL;
	if (!len)
		return 0;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	locked = mm->locked_vm + (len >> PAGE_SHIFT);
	if (locked > limit && !capable(CAP_IPC_LOCK))
		locked -= count_locked(mm, start, start + len);
	if (locked <= limit || capable(CAP_IPC_LOCK))
		err = apply_vma_lock_flags(mm, start, start + len, lock);
	validate_mm(mm);
	mmap_write_unlock(mm);
	if (!err)
		mm_populate(start, len);
	return err;
}

SYSCALL_DEFINE2(mlock, unsigned long, start, size_t, len)
{
	return do_mlock(start, len, VM_LOCKED);
}

SYSCALL_DEFINE3(mlock2, unsigned long, start, size_t, len, int, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(start, len, VM_LOCKED | (flags & MLOCK_ONFAULT ? VM_LOCKONFAULT : 0));
}

SYSCALL_DEFINE2(munlock, unsigned long, start, size_t, len)
{
	int err;

	if (!page_range(&start, &len))
		return -EINVAL;
	if (!len)
		return 0;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	err = apply_vma_lock_flags(current->mm, start, start + len, 0);
	mmap_write_unlock(current->mm);
	return err;
}

static void apply_mlockall_flags(struct mm_struct *mm, int flags)
{
	unsigned long lock = flags & MCL_ONFAULT ? VM_LOCKED_MASK : VM_LOCKED;
	struct vm_area_struct *vma;

	mm->def_flags &= ~VM_LOCKED_MASK;
	if (flags & MCL_FUTURE)
		mm->def_flags |= lock;
	if ((flags & MCL_FUTURE) && !(flags & MCL_CURRENT))
		return;
	if (!(flags & MCL_CURRENT))
		lock = 0;
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		struct vm_area_struct *now = mlock_fixup(vma, vma->vm_start, vma->vm_end, lock);

		if (!IS_ERR(now))
			vma = now;
	}
}

SYSCALL_DEFINE1(mlockall, int, flags)
{
	struct mm_struct *mm = current->mm;
	int err = -ENOMEM;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (!(flags & MCL_CURRENT) || mm->total_vm <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT ||
	    capable(CAP_IPC_LOCK)) {
		apply_mlockall_flags(mm, flags);
		err = 0;
	}
	mmap_write_unlock(mm);
	if (!err && (flags & MCL_CURRENT))
		mm_populate(0, mm->task_size);
	return err;
}

SYSCALL_DEFINE0(munlockall)
{
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	apply_mlockall_flags(current->mm, 0);
	mmap_write_unlock(current->mm);
	return 0;
}
