// SPDX-License-Identifier: GPL-2.0-only
/*
 * mprotect(2): another protection for part of an address space.
 *
 * Idea: each vma in the range is cut to fit, or joined with neighbours that are now alike, gets its
 * new flags, and the ptes that exist are rewritten; the rest will be made right by faults.
 * Locking: mmap_lock for writing, ptl. Linux: mm/mprotect.c.
 */
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/sched/task.h"

/*
 * A pte with vma's protection. A private page that is this process's alone stays writable, which
 * saves the fault that would find this out.
 */
static pte_t change_pte(struct vm_area_struct *vma, pte_t pte)
{
	struct page *page = vm_normal_page(vma, pte);

	pte = pte_modify(pte, vma->vm_page_prot);
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE && page && PageAnon(page) &&
	    page_count(page) == 1)
		pte = pte_mkwrite(pte_mkdirty(pte));
	return pte;
}

/*
 * Must CPUs forget the old entry? Not when it only allows more now: who still has it cached faults
 * once, which drops it (SDM volume 3, 4.10.4.1).
 */
static bool takes_rights(pte_t old, pte_t new)
{
	unsigned long lost = pte_val(old) & ~pte_val(new), gained = pte_val(new) & ~pte_val(old);

	return (lost & (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER)) || (gained & _PAGE_NX);
}

/* vma has its new flags: the ptes of [start, end) follow. */
void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	unsigned long addr = start;
	bool changed = false;
	pmd_t *pmd;

	if (is_vm_hugetlb_page(vma)) {
		hugetlb_change_protection(vma, start, end);
		return;
	}

	while ((pmd = pmd_next(vma->vm_mm, &addr, end))) {
		unsigned long next = pmd_addr_end(addr, end);
		spinlock_t *ptl;
		pte_t *pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);

		for (; addr < next; addr += PAGE_SIZE, pte++) {
			pte_t entry;

			if (pte_none(*pte))
				continue;
			entry = change_pte(vma, *pte);
			changed |= takes_rights(*pte, entry);
			set_pte(pte, entry);
		}
		spin_unlock(ptl);
	}
	if (changed)
		flush_tlb_range(vma, start, end);
}

/* One vma's part. Returns the vma that contains [start, end) now, or ERR_PTR. */
static struct vm_area_struct *mprotect_fixup(struct vm_area_struct *vma, unsigned long start,
					     unsigned long end, unsigned long vm_flags)
{
	const unsigned long no_charge = VM_ACCOUNT | VM_WRITE | VM_HUGETLB | VM_SHARED |
					VM_NORESERVE;
	unsigned long old_flags = vma->vm_flags, pages = (end - start) >> PAGE_SHIFT;
	struct mm_struct *mm = vma->vm_mm;
	unsigned long charged = 0;

	if (vm_flags == old_flags)
		return vma;
	if (vm_flags & VM_WRITE) {
		if (!may_expand_vm(mm, vm_flags, pages) && may_expand_vm(mm, old_flags, pages))
			return ERR_PTR(-ENOMEM);
		if (!(old_flags & no_charge)) {
			if (security_vm_enough_memory_mm(mm, pages))
				return ERR_PTR(-ENOMEM);
			charged = pages;
			vm_flags |= VM_ACCOUNT;
		}
	}
	vma = unshare_range(mm, start, end, false) ? ERR_PTR(-ENOMEM) :
						     vma_modify_flags(vma, start, end, vm_flags);
	if (IS_ERR(vma)) {
		vm_unacct_memory(charged);
		return vma;
	}
	change_protection(vma, start, end);
	vm_stat_account(mm, old_flags, -(long)pages);
	vm_stat_account(mm, vm_flags, pages);
	return vma;
}

/* mmap_lock held. 0 or -errno; what was changed before an error stays so, as on Linux. */
static int do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long end,
		       unsigned long prot, bool grows_down)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma)
		return -ENOMEM;
	if (grows_down) {
		if (vma->vm_start >= end)
			return -ENOMEM;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		start = vma->vm_start;
	} else if (vma->vm_start > start) {
		return -ENOMEM;
	}
	for (;;) {
		unsigned long vm_flags = (vma->vm_flags & ~VM_ACCESS_FLAGS) | prot;
		unsigned long stop = min(vma->vm_end, end);

		/* VM_MAY* stand four bits above VM_*. */
		if ((vm_flags & ~(vm_flags >> 4)) & VM_ACCESS_FLAGS)
			return -EACCES;
		vma = mprotect_fixup(vma, start, stop, vm_flags);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		start = max(stop, min(vma->vm_end, end));
		if (start >= end)
			return 0;
		vma = vma->vm_next;
		if (!vma || vma->vm_start != start)
			return -ENOMEM;
	}
}

SYSCALL_DEFINE3(mprotect, unsigned long, start, size_t, len, unsigned long, prot)
{
	const unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	unsigned long end;
	int err;

	prot &= ~grows;
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (start & ~PAGE_MASK))
		return -EINVAL;
	if (!len)
		return 0;
	end = start + PAGE_ALIGN(len);
	if (end <= start)
		return -ENOMEM;
	if ((prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)) || (grows & PROT_GROWSUP))
		return -EINVAL;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	err = do_mprotect(current->mm, start, end, prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
			  grows & PROT_GROWSDOWN);
	validate_mm(current->mm);
	mmap_write_unlock(current->mm);
	return err;
}
