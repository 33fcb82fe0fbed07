// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables of whole ranges: taking pages out (munmap, exit, truncate), copying them (fork).
 *
 * Idea: a range is walked table by table of ptes, each under its own lock; levels that do not exist
 * are skipped in one step. What is taken out goes into a struct mmu_gather first and is freed when
 * the translation caches of all CPUs have been flushed: a page must not get a new owner while some
 * CPU can still write to it.
 * Rules: 1. A pte that names a page (vm_normal_page()) holds one reference to it. 2. Pages and
 *    tables in a gather are freed after tlb_flush_mmu() only. 3. A table of ptes is freed only when
 *    no vma overlaps what it serves and none that did can be reached through an i_mmap. 4. Two may
 *    take pages out of one mm at a time (madvise() in two threads; truncate): one may find empty
 *    what the other has cleared and not flushed yet. So who is not alone at its end flushes all.
 * Locking: the ptl of a table for its ptes. Tables are made under page_table_lock, with mmap_lock
 * for reading; freed with mmap_lock for writing.
 * Linux: mm/memory.c, mm/mmu_gather.c. Start at: unmap_page_range(), copy_page_range().
 */
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/sched/sched.h"

struct page *vm_normal_page(struct vm_area_struct *vma, pte_t pte)
{
	struct page *page;

	if (unlikely(vma->vm_flags & VM_PFNMAP))
		return NULL;
	page = pfn_to_page(pte_pfn(pte));
	return is_zero_page(page) ? NULL : page;
}

/* ---- gathering ---- */

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm)
{
	tlb->mm = mm;
	tlb->start = ~0ul;
	tlb->end = 0;
	tlb->fullmm = false;
	tlb->nr = 0;
	tlb->max = GATHER_LOCAL;
	tlb->pages = tlb->local;
	INIT_LIST_HEAD(&tlb->tables);
	memset(tlb->rss, 0, sizeof(tlb->rss));
	atomic_inc(&mm->tlb_flush_pending); /* rule 4 */
}

void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm)
{
	tlb_gather_mmu(tlb, mm);
	tlb->fullmm = true;
}

/* Rule 2. May be called with a ptl held: it does not sleep. */
void tlb_flush_mmu(struct mmu_gather *tlb)
{
	struct page *page, *next;

	if (tlb->start < tlb->end) {
		if (!tlb->fullmm)
			flush_tlb_mm_range(tlb->mm, tlb->start, tlb->end);
		tlb->start = ~0ul;
		tlb->end = 0;
	}
	for (unsigned int i = 0; i < tlb->nr; i++)
		put_page(tlb->pages[i]);
	tlb->nr = 0;
	list_for_each_entry_safe (page, next, &tlb->tables, lru)
		pgtable_free(page);
	INIT_LIST_HEAD(&tlb->tables);
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	if (unlikely(atomic_read(&tlb->mm->tlb_flush_pending) > 1) && !tlb->fullmm) { /* rule 4 */
		tlb->start = 0;
		tlb->end = TASK_SIZE;
	}
	tlb_flush_mmu(tlb);
	atomic_dec(&tlb->mm->tlb_flush_pending);
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		if (tlb->rss[i])
			add_mm_counter(tlb->mm, i, tlb->rss[i]);
	if (tlb->pages != tlb->local)
		free_page((unsigned long)tlb->pages);
}

static __always_inline void tlb_cleared(struct mmu_gather *tlb, unsigned long addr)
{
	if (addr < tlb->start)
		tlb->start = addr;
	if (addr + PAGE_SIZE > tlb->end)
		tlb->end = addr + PAGE_SIZE;
}

/* The gather takes over the reference that the pte held. */
static __always_inline void tlb_remove_page(struct mmu_gather *tlb, struct page *page)
{
	if (tlb->fullmm) {
		put_page(page);
		return;
	}
	if (unlikely(tlb->nr == tlb->max)) {
		struct page **more = NULL;

		if (tlb->pages == tlb->local)
			more = (struct page **)__get_free_page(GFP_NOWAIT);
		if (more) {
			memcpy(more, tlb->local, sizeof(tlb->local));
			tlb->pages = more;
			tlb->max = PAGE_SIZE / sizeof(*more);
		} else {
			tlb_flush_mmu(tlb);
		}
	}
	tlb->pages[tlb->nr++] = page;
}

void tlb_remove_huge_page(struct mmu_gather *tlb, struct page *page, unsigned long addr)
{
	tlb_cleared(tlb, addr);
	tlb_cleared(tlb, addr + HPAGE_SIZE - PAGE_SIZE);
	tlb_remove_page(tlb, page);
}

/* ---- unmapping ---- */

static void zap_pte_range(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd,
			  unsigned long addr, unsigned long end, bool even_cows)
{
	long removed = 0;
	spinlock_t *ptl;
	pte_t *pte;

	if (unlikely(!pmd_write(*pmd))) {
		ASSERT(tlb->fullmm || end - addr == PMD_SIZE); /* else it was unshared before */
		drop_shared_table(tlb, pmd, addr);
		return;
	}
	pte = pte_offset_map_lock(tlb->mm, pmd, addr, &ptl);
	for (; addr < end; addr += PAGE_SIZE, pte++) {
		pte_t entry = *pte;
		struct page *page;

		if (pte_none(entry))
			continue;
		page = vm_normal_page(vma, entry);
		if (!even_cows && page && PageAnon(page))
			continue;
		pte_clear(pte);
		tlb_cleared(tlb, addr);
		if (page) {
			removed++;
			tlb->rss[mm_counter(page)]--;
			tlb_remove_page(tlb, page);
		}
	}
	table_add_pages(ptl, -removed);
	spin_unlock(ptl);
}

void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
		      unsigned long end, bool even_cows)
{
	unsigned long addr = start;
	pmd_t *pmd;

	if (is_vm_hugetlb_page(vma)) {
		hugetlb_unmap_range(tlb, vma, start, end, even_cows);
		return;
	}
	while ((pmd = pmd_next(tlb->mm, &addr, end))) {
		unsigned long next = pmd_addr_end(addr, end);

		zap_pte_range(tlb, vma, pmd, addr, next, even_cows);
		addr = next;
	}
}

void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long size)
{
	struct mmu_gather tlb;

	update_hiwater(vma->vm_mm);
	tlb_gather_mmu(&tlb, vma->vm_mm);
	unmap_page_range(&tlb, vma, start, start + size, true);
	tlb_finish_mmu(&tlb);
}

/* ---- freeing page tables ---- */

static void tlb_remove_table(struct mmu_gather *tlb, unsigned long entry, unsigned long addr)
{
	struct page *page = phys_to_page(entry & PTE_PFN_MASK);

	tlb_cleared(tlb, addr);
	list_add(&page->lru, &tlb->tables);
	atomic_long_sub(PAGE_SIZE, &tlb->mm->pgtables_bytes);
}

/* Does nothing but [floor, ceiling)'s inside, empty of vmas, use the table at base? */
static bool table_unused(unsigned long base, unsigned long size, unsigned long floor,
			 unsigned long ceiling)
{
	return base >= floor && base + size <= ceiling;
}

/* Rule 3. Level by level from below, so that an upper table is empty when its turn comes. */
void free_pgtables(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling)
{
	struct mm_struct *mm = tlb->mm;
	unsigned long addr;
	pmd_t *pmd;

	if (ceiling == TASK_SIZE) /* the table that serves the last page below */
		ceiling = PGDIR_SIZE * USER_PGDS;
	addr = start & PMD_MASK;
	while ((pmd = pmd_next(mm, &addr, end))) {
		if (table_unused(addr, PMD_SIZE, floor, ceiling)) {
			ASSERT(pmd_write(*pmd));
			tlb_remove_table(tlb, pmd_val(*pmd), addr);
			pmd_clear(pmd);
		}
		addr += PMD_SIZE;
	}
	for (addr = start & PUD_MASK; addr < end; addr += PUD_SIZE) {
		pgd_t *pgd = pgd_offset(mm, addr);
		pud_t *pud;

		if (pgd_none(*pgd)) {
			addr = (addr & PGDIR_MASK) + PGDIR_SIZE - PUD_SIZE;
			continue;
		}
		pud = pud_offset(pgd, addr);
		if (pud_none(*pud) || !table_unused(addr, PUD_SIZE, floor, ceiling))
			continue;
		tlb_remove_table(tlb, pud_val(*pud), addr);
		pud_clear(pud);
	}
	for (addr = start & PGDIR_MASK; addr < end; addr += PGDIR_SIZE) {
		pgd_t *pgd = pgd_offset(mm, addr);

		if (pgd_none(*pgd) || !table_unused(addr, PGDIR_SIZE, floor, ceiling))
			continue;
		tlb_remove_table(tlb, pgd_val(*pgd), addr);
		pgd_clear(pgd);
	}
}

/* ---- fork ---- */

static bool is_cow_mapping(unsigned long vm_flags)
{
	return (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/*
 * Copies the ptes of one table; private writable pages lose their write permission on both sides.
 * rss counts what the copy gained.
 */
static void copy_pte_range(struct mm_struct *dst, struct vm_area_struct *src, pmd_t *dst_pmd,
			   pmd_t *src_pmd, unsigned long addr, unsigned long end, long *rss)
{
	bool cow = is_cow_mapping(src->vm_flags);
	spinlock_t *dst_ptl, *src_ptl = pte_lockptr(*src_pmd);
	pte_t *dst_pte = pte_offset_map_lock(dst, dst_pmd, addr, &dst_ptl);
	pte_t *src_pte = pte_offset_kernel(src_pmd, addr);
	long added = 0;

	spin_lock_nested(src_ptl, SINGLE_DEPTH_NESTING);
	for (; addr < end; addr += PAGE_SIZE, dst_pte++, src_pte++) {
		pte_t entry = *src_pte;
		struct page *page;

		if (pte_none(entry))
			continue;
		page = vm_normal_page(src, entry);
		if (page) {
			get_page(page);
			added++;
			rss[mm_counter(page)]++;
		}
		if (cow && pte_write(entry)) {
			entry = pte_wrprotect(entry);
			set_pte(src_pte, entry);
		}
		set_pte(dst_pte, entry);
	}
	spin_unlock(src_ptl);
	table_add_pages(dst_ptl, added);
	spin_unlock(dst_ptl);
}

/*
 * What a fault can find again in the page cache is not copied: only private pages are. The caller
 * holds both mmap_locks for writing and flushes the source's translations afterwards (dup_mmap()).
 */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	unsigned long addr = src->vm_start, end = src->vm_end;
	long rss[NR_MM_COUNTERS] = { 0 };
	pmd_t *src_pmd, *dst_pmd;
	int err = 0;

	if (is_vm_hugetlb_page(src))
		return hugetlb_copy_range(dst, src);
	if (!src->has_anon && !(src->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)))
		return 0;
	while ((src_pmd = pmd_next(src->vm_mm, &addr, end))) {
		unsigned long next = pmd_addr_end(addr, end);

		if (can_share_table(src, src_pmd, addr)) {
			err = share_table(dst->vm_mm, src_pmd, addr, &rss[MM_ANONPAGES]);
			if (err)
				break;
			addr = next;
			continue;
		}
		dst_pmd = pmd_alloc_address(dst->vm_mm, addr);
		if (!dst_pmd || pte_alloc(dst->vm_mm, dst_pmd)) {
			err = -ENOMEM;
			break;
		}
		copy_pte_range(dst->vm_mm, src, dst_pmd, src_pmd, addr, next, rss);
		addr = next;
	}
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		if (rss[i])
			add_mm_counter(dst->vm_mm, i, rss[i]);
	return err;
}

unsigned long vma_rss(struct vm_area_struct *vma)
{
	unsigned long addr = vma->vm_start, count = 0;
	pmd_t *pmd;

	if (is_vm_hugetlb_page(vma)) /* counted apart */
		return 0;

	while ((pmd = pmd_next(vma->vm_mm, &addr, vma->vm_end))) {
		unsigned long next = pmd_addr_end(addr, vma->vm_end);
		spinlock_t *ptl;
		pte_t *pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);

		for (; addr < next; addr += PAGE_SIZE, pte++)
			if (!pte_none(*pte) && vm_normal_page(vma, *pte))
				count++;
		spin_unlock(ptl);
	}
	return count;
}
