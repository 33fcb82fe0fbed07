// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults: the CPU met a pte that does not allow the access.
 *
 * Idea: most mappings start without any pte. A fault finds the vma, checks the access against it,
 * and does the one thing that was put off:
 *
 *	no pte, anonymous     read: the zero page    write: a new zeroed page
 *	no pte, file          read: the page of the page cache
 *	                      write, private: a copy of it      write, shared: it, and mtime
 *	pte without write     private: copy, or simply allow when nobody else has the page
 *	                      shared: allow
 *
 * and then the instruction runs again. do_page_fault() (mm/fault_entry.c) is what the trap calls.
 * Rules: 1. A pte is changed under its table's lock, after checking that it still is what the
 *    decision was made on; if not, do nothing: the instruction faults again if need be. 2. A page
 *    of the page cache is mapped while it is locked and in its mapping, so that truncate, which
 *    locks each page it removes and unmaps before and after, leaves none behind. 3. A private page
 *    with one reference is the pte's alone and may be written to.
 * Locking: mmap_lock for reading; ptl; the page lock outside ptl.
 * Sleeps: yes.
 * Linux: mm/memory.c (handle_mm_fault and below). Start at: handle_mm_fault().
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/lib/string.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/sched/task.h"

/* A pte for page in vma; writable when it is to be written to and the vma allows it. */
static pte_t vma_pte(struct vm_area_struct *vma, struct page *page, bool write)
{
	pte_t pte = pte_mkyoung(pfn_pte(page_to_pfn(page), vma->vm_page_prot));

	if (write && (vma->vm_flags & VM_WRITE))
		pte = pte_mkwrite(pte_mkdirty(pte));
	return pte;
}

/* Rule 1: takes the lock if the pte still is orig_pte. */
static bool pte_lock_unchanged(struct vm_fault *vmf, spinlock_t **ptl)
{
	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, ptl);
	if (likely(pte_val(*vmf->pte) == pte_val(vmf->orig_pte)))
		return true;
	spin_unlock(*ptl);
	return false;
}

static struct page *alloc_anon_page(gfp_t gfp)
{
	struct page *page = alloc_page(GFP_HIGHUSER | gfp);

	if (page) {
		__SetPageAnon(page);
		inc_node_page_state(NR_ANON_MAPPED);
	}
	return page;
}

static vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct page *page = zero_page;
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	spinlock_t *ptl;

	if (vma->vm_flags & VM_SHARED) /* must have a file */
		return VM_FAULT_SIGBUS;
	if (write) {
		page = alloc_anon_page(__GFP_ZERO);
		if (!page)
			return VM_FAULT_OOM;
	}
	if (!pte_lock_unchanged(vmf, &ptl)) {
		if (write)
			put_page(page);
		return 0;
	}
	if (write) {
		add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
		table_add_pages(ptl, 1);
		vma->has_anon = true;
	}
	set_pte(vmf->pte, vma_pte(vma, page, write));
	spin_unlock(ptl);
	return 0;
}

/* ---- files ---- */

/* vmf->page: the file's page, locked, with a reference. */
static vm_fault_t fault_file_page(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf->vma->vm_ops->fault(vmf);

	if (unlikely(ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)))
		return ret;
	if (!(ret & VM_FAULT_LOCKED)) {
		lock_page(vmf->page);
		ret |= VM_FAULT_LOCKED;
	}
	return ret;
}

/* Maps vmf->page (locked); the pte takes over the reference. Unlocks. Rule 2. */
static void finish_file_fault(struct vm_fault *vmf, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	spinlock_t *ptl;

	if (pte_lock_unchanged(vmf, &ptl)) {
		add_mm_counter(vma->vm_mm, mm_counter(vmf->page), 1);
		table_add_pages(ptl, 1);
		set_pte(vmf->pte, vma_pte(vma, vmf->page, write));
		spin_unlock(ptl);
		unlock_page(vmf->page);
		return;
	}
	unlock_page(vmf->page);
	put_page(vmf->page);
}

/*
 * Maps the pages around that are in memory: an aligned group, as far as vma and the table of ptes
 * go. True when the faulting page is mapped then.
 */
static bool do_fault_around(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long group = FAULT_AROUND_PAGES << PAGE_SHIFT;
	unsigned long start = max(vmf->address & ~(group - 1), vma->vm_start);
	unsigned long end = min((vmf->address & ~(group - 1)) + group, vma->vm_end) - PAGE_SIZE;

	vma->vm_ops->map_pages(vmf, vmf->pgoff - ((vmf->address - start) >> PAGE_SHIFT),
			       vmf->pgoff + ((end - vmf->address) >> PAGE_SHIFT));
	return !pte_none(READ_ONCE(*vmf->pte));
}

static vm_fault_t do_read_fault(struct vm_fault *vmf)
{
	vm_fault_t ret;

	if (vmf->vma->vm_ops->map_pages && do_fault_around(vmf))
		return 0;
	ret = fault_file_page(vmf);
	if (!(ret & VM_FAULT_LOCKED))
		return ret;
	finish_file_fault(vmf, vma_is_shared_writable(vmf->vma) && !vmf->vma->vm_ops->page_mkwrite);
	return ret & VM_FAULT_MAJOR;
}

/* Private: a copy from the start. */
static vm_fault_t do_cow_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct page *copy = alloc_anon_page(0);
	spinlock_t *ptl;
	vm_fault_t ret;

	if (!copy)
		return VM_FAULT_OOM;
	ret = fault_file_page(vmf);
	if (!(ret & VM_FAULT_LOCKED)) {
		put_page(copy);
		return ret;
	}
	copy_page(page_address(copy), page_address(vmf->page));
	if (pte_lock_unchanged(vmf, &ptl)) {
		add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
		table_add_pages(ptl, 1);
		vma->has_anon = true;
		set_pte(vmf->pte, vma_pte(vma, copy, true));
		spin_unlock(ptl);
		copy = NULL;
	}
	unlock_page(vmf->page);
	put_page(vmf->page);
	if (unlikely(copy))
		put_page(copy);
	return ret & VM_FAULT_MAJOR;
}

static vm_fault_t do_shared_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret = fault_file_page(vmf);

	if (!(ret & VM_FAULT_LOCKED))
		return ret;
	if (vma->vm_ops->page_mkwrite) {
		vm_fault_t err = vma->vm_ops->page_mkwrite(vmf);

		if (unlikely(err & VM_FAULT_ERROR)) {
			unlock_page(vmf->page);
			put_page(vmf->page);
			return err;
		}
	}
	SetPageDirty(vmf->page);
	finish_file_fault(vmf, true);
	if (vma->vm_file)
		file_map_written(vma->vm_file);
	return ret & VM_FAULT_MAJOR;
}

static vm_fault_t do_fault(struct vm_fault *vmf)
{
	if (unlikely(!vmf->vma->vm_ops->fault))
		return VM_FAULT_SIGBUS;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_read_fault(vmf);
	if (!(vmf->vma->vm_flags & VM_SHARED))
		return do_cow_fault(vmf);
	return do_shared_fault(vmf);
}

/* ---- writing where the pte says no ---- */

/* ptl held: the page may be written to from now on (by the kernel only, if the vma says so). */
static void wp_page_reuse(struct vm_fault *vmf)
{
	pte_t pte = pte_mkdirty(pte_mkyoung(vmf->orig_pte));

	/* No flush: a CPU forgets a translation that made it fault (SDM volume 3, 4.10.4.1). */
	set_pte(vmf->pte, vmf->vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte);
}

/* A copy of page (NULL: of the zero page) for this vma. The caller holds a reference to page. */
static vm_fault_t wp_page_copy(struct vm_fault *vmf, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	struct page *copy = alloc_anon_page(page ? 0 : __GFP_ZERO);
	spinlock_t *ptl;

	if (!copy)
		return VM_FAULT_OOM;
	if (page)
		copy_page(page_address(copy), page_address(page));
	if (!pte_lock_unchanged(vmf, &ptl)) {
		put_page(copy);
		return 0;
	}
	if (!page || !PageAnon(page)) {
		if (page)
			add_mm_counter(vma->vm_mm, mm_counter(page), -1);
		else
			table_add_pages(ptl, 1);
		add_mm_counter(vma->vm_mm, MM_ANONPAGES, 1);
		vma->has_anon = true;
	}
	/*
	 * Empty in between: nobody may write to the copy as long as another CPU still reads the old
	 * page. Who faults meanwhile waits for the lock.
	 */
	pte_clear(vmf->pte);
	flush_tlb_page(vma, vmf->address);
	set_pte(vmf->pte, vma_pte(vma, copy, true));
	spin_unlock(ptl);
	if (page)
		put_page(page); /* the pte's */
	return 0;
}

static vm_fault_t wp_page_shared(struct vm_fault *vmf, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	spinlock_t *ptl;

	vmf->page = page;
	if (vma->vm_ops && vma->vm_ops->page_mkwrite) {
		vm_fault_t err = vma->vm_ops->page_mkwrite(vmf);

		if (unlikely(err & VM_FAULT_ERROR))
			return err;
	}
	if (page)
		SetPageDirty(page);
	if (pte_lock_unchanged(vmf, &ptl)) {
		wp_page_reuse(vmf);
		spin_unlock(ptl);
	}
	if (vma->vm_file)
		file_map_written(vma->vm_file);
	return 0;
}

/* Called with ptl held and the pte unchanged; releases it. */
static vm_fault_t do_wp_page(struct vm_fault *vmf, spinlock_t *ptl)
{
	struct page *page = vm_normal_page(vmf->vma, vmf->orig_pte);
	vm_fault_t ret;

	if (page && PageAnon(page) && page_count(page) == 1) { /* rule 3 */
		wp_page_reuse(vmf);
		spin_unlock(ptl);
		return 0;
	}
	if (page)
		get_page(page);
	spin_unlock(ptl);
	if (vmf->vma->vm_flags & VM_SHARED)
		ret = wp_page_shared(vmf, page);
	else
		ret = wp_page_copy(vmf, page);
	if (page)
		put_page(page);
	return ret;
}

/* ---- the way in ---- */

static vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	spinlock_t *ptl;

	vmf->pte = pte_offset_kernel(vmf->pmd, vmf->address);
	vmf->orig_pte = READ_ONCE(*vmf->pte);
	if (pte_none(vmf->orig_pte))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
	if (!pte_lock_unchanged(vmf, &ptl))
		return 0;
	if ((vmf->flags & FAULT_FLAG_WRITE) && !pte_write(vmf->orig_pte))
		return do_wp_page(vmf, ptl);
	/* Allowed already: another thread was faster. The fault dropped the stale translation. */
	spin_unlock(ptl);
	return 0;
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs)
{
	struct vm_fault vmf = {
		.vma = vma,
		.address = address & PAGE_MASK,
		.flags = flags,
		.pgoff = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff,
	};
	vm_fault_t ret;

	count_vm_event(PGFAULT);
	if (is_vm_hugetlb_page(vma))
		return hugetlb_fault(vma, address, flags);
	vmf.pmd = pmd_alloc_address(vma->vm_mm, address);
	if (unlikely(!vmf.pmd || pte_alloc(vma->vm_mm, vmf.pmd)))
		return VM_FAULT_OOM;
	if (unlikely(!pmd_write(*vmf.pmd)) && unshare_table(vma->vm_mm, vmf.pmd, address))
		return VM_FAULT_OOM;
	ret = handle_pte_fault(&vmf);
	if (regs) {
		if (ret & VM_FAULT_MAJOR)
			current->maj_flt++;
		else
			current->min_flt++;
	}
	return ret;
}

/* ---- pages put in place by drivers ---- */

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	pmd_t *pmd = pmd_alloc_address(vma->vm_mm, addr);
	spinlock_t *ptl;
	pte_t *pte;
	int err = -EBUSY;

	if (addr < vma->vm_start || addr >= vma->vm_end || !page_count(page))
		return -EINVAL;
	if (!pmd || pte_alloc(vma->vm_mm, pmd))
		return -ENOMEM;
	pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (pte_none(*pte)) {
		get_page(page);
		add_mm_counter(vma->vm_mm, mm_counter(page), 1);
		table_add_pages(ptl, 1);
		set_pte(pte, vma_pte(vma, page, vma->vm_flags & VM_SHARED));
		vma->vm_flags |= VM_MIXEDMAP;
		err = 0;
	}
	spin_unlock(ptl);
	return err;
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot)
{
	vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	for (unsigned long end = addr + PAGE_ALIGN(size); addr < end; addr += PAGE_SIZE, pfn++) {
		pmd_t *pmd = pmd_alloc_address(vma->vm_mm, addr);
		spinlock_t *ptl;
		pte_t *pte;

		if (!pmd || pte_alloc(vma->vm_mm, pmd))
			return -ENOMEM;
		pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
		set_pte(pte, pfn_pte(pfn, prot));
		spin_unlock(ptl);
	}
	return 0;
}
