// SPDX-License-Identifier: GPL-2.0-only
/*
 * mremap(2): a mapping grows, shrinks or moves.
 *
 * Idea: moving copies no page: the ptes go over to a new vma elsewhere and the old range is
 * unmapped.
 * Rules: 1. While ptes of a file move, its i_mmap_rwsem is held, so that truncate sees a page
 *    either at the old place or at the new one. 2. The old translations are flushed before that
 *    lock and mmap_lock are released: nobody can free a page that a CPU still reaches by the old
 *    address.
 * Locking: mmap_lock for writing, i_mmap_rwsem, two ptls (new inside old).
 * Linux: mm/mremap.c. Start at: move_vma().
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/sched/task.h"

/* ---- page tables ---- */

/* [from, end) lies in one table; so does the target. */
static void move_ptes(struct vm_area_struct *vma, pmd_t *old_pmd, unsigned long from,
		      unsigned long end, pmd_t *new_pmd, unsigned long to)
{
	spinlock_t *old_ptl, *new_ptl = pte_lockptr(*new_pmd);
	pte_t *old = pte_offset_map_lock(vma->vm_mm, old_pmd, from, &old_ptl);
	pte_t *new = pte_offset_kernel(new_pmd, to);
	long moved = 0;

	if (new_ptl != old_ptl)
		spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING);
	for (; from < end; from += PAGE_SIZE, old++, new ++) {
		if (pte_none(*old))
			continue;
		if (vm_normal_page(vma, *old))
			moved++;
		set_pte(new, ptep_get_and_clear(old));
	}
	table_add_pages(new_ptl, moved);
	table_add_pages(old_ptl, -moved);
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	spin_unlock(old_ptl);
}

/* Moves the pages of [old, old + len) to new. Returns the bytes dealt with: less when no memory. */
static unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old,
				      unsigned long new, unsigned long len)
{
	struct address_space *mapping = vma->vm_file ? file_mapping(vma->vm_file) : NULL;
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = old, end = old + len, done = len;
	pmd_t *old_pmd, *new_pmd;

	if (mapping)
		down_write(&mapping->i_mmap_rwsem); /* rule 1 */
	while ((old_pmd = pmd_next(mm, &addr, end))) {
		unsigned long to = new + (addr - old);
		unsigned long next = pmd_addr_end(addr, end);

		next = min(next, addr + (pmd_addr_end(to, new + len) - to));
		new_pmd = pmd_alloc_address(mm, to);
		if (!new_pmd || pte_alloc(mm, new_pmd)) {
			done = addr - old;
			break;
		}
		move_ptes(vma, old_pmd, addr, next, new_pmd, to);
		addr = next;
	}
	flush_tlb_range(vma, old, end); /* rule 2 */
	if (mapping)
		up_write(&mapping->i_mmap_rwsem);
	return done;
}

/* ---- moving ---- */

/* A vma for the new place, linked; its backing is the old one's. */
static struct vm_area_struct *copy_vma(struct vm_area_struct *vma, unsigned long new_addr,
				       unsigned long new_len, unsigned long pgoff)
{
	struct vm_area_struct *new = vm_area_dup(vma);

	if (!new)
		return NULL;
	new->vm_start = new_addr;
	new->vm_end = new_addr + new_len;
	new->vm_pgoff = pgoff;
	if (new->vm_file)
		file_get(new->vm_file);
	if (new->vm_ops &&new->vm_ops->open)
		new->vm_ops->open(new);
	vma_link(vma->vm_mm, new);
	return new;
}

/* [old_addr, old_addr + old_len) of vma goes to new_addr and is new_len long there. */
static unsigned long move_vma(struct vm_area_struct *vma, unsigned long old_addr,
			      unsigned long old_len, unsigned long new_len, unsigned long new_addr,
			      unsigned long flags, unsigned long *populate)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long vm_flags = vma->vm_flags, pages = new_len >> PAGE_SHIFT, moved;
	unsigned long pgoff = vma->vm_pgoff + ((old_addr - vma->vm_start) >> PAGE_SHIFT);
	struct vm_area_struct *new;
	int err = 0;

	if (mm->map_count >= sysctl_max_map_count - 3)
		return -ENOMEM;
	if (unshare_range(mm, old_addr, old_addr + old_len, false))
		return -ENOMEM;
	/* All of the new range is charged here; unmapping gives the old charge back. */
	if ((vm_flags & VM_ACCOUNT) && security_vm_enough_memory_mm(mm, pages))
		return -ENOMEM;
	new = copy_vma(vma, new_addr, new_len, pgoff);
	if (!new) {
		if (vm_flags & VM_ACCOUNT)
			vm_unacct_memory(pages);
		return -ENOMEM;
	}
	vm_stat_account(mm, vm_flags, pages);
	if (vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	moved = move_page_tables(vma, old_addr, new_addr, old_len);
	if (moved < old_len)
		err = -ENOMEM;
	else if (vma->vm_ops && vma->vm_ops->mremap)
		err = vma->vm_ops->mremap(new);
	if (err) { /* back again, where the tables still are */
		move_page_tables(new, new_addr, old_addr, moved);
		do_munmap(mm, new_addr, new_len);
		return err;
	}
	if (flags & MREMAP_DONTUNMAP)
		return new_addr;
	do_munmap(mm, old_addr, old_len);
	if (vm_flags & VM_LOCKED)
		*populate = new_len;
	return new_addr;
}

/* May old_len bytes at addr become new_len? The vma, or ERR_PTR. */
static struct vm_area_struct *vma_to_resize(unsigned long addr, unsigned long old_len,
					    unsigned long new_len, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	unsigned long pgoff;

	if (!vma)
		return ERR_PTR(-EFAULT);
	if (is_vm_hugetlb_page(vma)) /* reservations do not move */
		return ERR_PTR(-EINVAL);
	/* old_len 0 makes a second mapping of the same shared memory. */
	if (!old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return ERR_PTR(-EINVAL);
	if ((flags & MREMAP_DONTUNMAP) && (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return ERR_PTR(-EINVAL);
	if (old_len > vma->vm_end - addr)
		return ERR_PTR(-EFAULT);
	if (new_len == old_len)
		return vma;
	pgoff = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	if (pgoff + (new_len >> PAGE_SHIFT) < pgoff)
		return ERR_PTR(-EINVAL);
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return ERR_PTR(-EFAULT);
	if (mlock_future_check(mm, vma->vm_flags, new_len - old_len))
		return ERR_PTR(-EAGAIN);
	if (!may_expand_vm(mm, vma->vm_flags, (new_len - old_len) >> PAGE_SHIFT))
		return ERR_PTR(-ENOMEM);
	return vma;
}

/* MREMAP_FIXED or MREMAP_DONTUNMAP. */
static unsigned long mremap_to(unsigned long addr, unsigned long old_len, unsigned long new_addr,
			       unsigned long new_len, unsigned long flags, unsigned long *populate)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long at;
	int err;

	if ((new_addr & ~PAGE_MASK) || new_len > mm->task_size ||
	    new_addr > mm->task_size - new_len)
		return -EINVAL;
	if (addr + old_len > new_addr && new_addr + new_len > addr)
		return -EINVAL;
	if (mm->map_count + 2 >= sysctl_max_map_count - 3)
		return -ENOMEM;
	if (flags & MREMAP_FIXED) {
		err = do_munmap(mm, new_addr, new_len);
		if (err)
			return err;
	}
	if (old_len > new_len) {
		err = do_munmap(mm, addr + new_len, old_len - new_len);
		if (err)
			return err;
		old_len = new_len;
	}
	vma = vma_to_resize(addr, old_len, new_len, flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if ((flags & MREMAP_DONTUNMAP) && !may_expand_vm(mm, vma->vm_flags, old_len >> PAGE_SHIFT))
		return -ENOMEM;
	at = get_unmapped_area(vma->vm_file, new_addr, new_len, 0,
			       flags & MREMAP_FIXED ? MAP_FIXED : 0);
	if (at & ~PAGE_MASK)
		return at;
	return move_vma(vma, addr, old_len, new_len, at, flags, populate);
}

/* Is there room for delta more bytes right behind vma? */
static bool vma_expandable(struct vm_area_struct *vma, unsigned long delta)
{
	unsigned long end = vma->vm_end + delta;

	if (end < vma->vm_end || end > vma->vm_mm->task_size)
		return false;
	return !vma->vm_next || end <= vm_start_gap(vma->vm_next);
}

static int expand_in_place(struct vm_area_struct *vma, unsigned long addr, unsigned long old_len,
			   unsigned long new_len, unsigned long *populate)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long pages = (new_len - old_len) >> PAGE_SHIFT;
	struct address_space *mapping = vma->vm_file ? file_mapping(vma->vm_file) : NULL;

	if ((vma->vm_flags & VM_ACCOUNT) && security_vm_enough_memory_mm(mm, pages))
		return -ENOMEM;
	if (mapping)
		down_write(&mapping->i_mmap_rwsem);
	vma_set_range(vma, vma->vm_start, addr + new_len);
	if (mapping)
		up_write(&mapping->i_mmap_rwsem);
	vm_stat_account(mm, vma->vm_flags, pages);
	if (vma->vm_flags & VM_LOCKED) {
		mm->locked_vm += pages;
		*populate = new_len;
	}
	return 0;
}

/* mmap_lock held; sizes are whole pages. The new address or -errno. */
static unsigned long do_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
			       unsigned long flags, unsigned long new_addr, unsigned long *populate)
{
	struct vm_area_struct *vma = vma_lookup(current->mm, addr);
	unsigned long at;
	int err;

	if (!vma)
		return -EFAULT;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(addr, old_len, new_addr, new_len, flags, populate);
	if (old_len >= new_len) {
		if (old_len == new_len)
			return old_len > vma->vm_end - addr ? -EFAULT : addr;
		err = do_munmap(current->mm, addr + new_len, old_len - new_len);
		return err ? (unsigned long)err : addr;
	}
	vma = vma_to_resize(addr, old_len, new_len, flags);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if (old_len && old_len == vma->vm_end - addr && vma_expandable(vma, new_len - old_len)) {
		err = expand_in_place(vma, addr, old_len, new_len, populate);
		return err ? (unsigned long)err : addr;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	at = get_unmapped_area(vma->vm_file, 0, new_len, 0,
			       vma->vm_flags & VM_MAYSHARE ? MAP_SHARED : 0);
	if (at & ~PAGE_MASK)
		return at;
	return move_vma(vma, addr, old_len, new_len, at, flags, populate);
}

SYSCALL_DEFINE5(mremap, unsigned long, addr, unsigned long, old_len, unsigned long, new_len,
		unsigned long, flags, unsigned long, new_addr)
{
	unsigned long populate = 0, ret;

	if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len)
		return -EINVAL;
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	old_len = PAGE_ALIGN(old_len);
	new_len = PAGE_ALIGN(new_len);
	if (!new_len)
		return -EINVAL;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	ret = do_mremap(addr, old_len, new_len, flags, new_addr, &populate);
	validate_mm(current->mm);
	mmap_write_unlock(current->mm);
	if (populate && !(ret & ~PAGE_MASK))
		mm_populate(ret, populate);
	return ret;
}
