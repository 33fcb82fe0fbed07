// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables that parent and child share after fork, so that fork costs the same whatever a
 * process has in memory.
 *
 * Idea: copy-on-write, one level up. Where a table of ptes lies wholly inside one private anonymous
 * area and is well filled, fork does not copy its 512 entries: the child's pmd points to the same
 * table, and both pmds lose their write bit, which makes the CPU fault on any write below them. The
 * first fault of either side makes it a table of its own (unshare_table()); whoever is left alone
 * with the table by then only gets the write bit back.
 *
 *	parent's pmd --(no write)--> table --> pages        page->_refcount of the table: 2
 *	child's pmd  --(no write)-----^
 *
 * Rules: 1. page->_refcount of a table counts the pmds that point to it; a pmd has its write bit
 *    exactly if it need not ask. 2. A table behind a pmd without write bit is not changed, but for
 *    write bits taken out of its ptes; it holds one reference to each page, for all its owners. 3.
 *    A pmd that points to a shared table becomes empty only with mmap_lock held for writing or when
 *    the whole mm goes. 4. page->private of a table is the number of its ptes that name a counted
 *    page.
 * Locking: a change of the pmd: mmap_lock for writing, or for reading with page_table_lock; the
 * table's ptl inside it covers all owners, and decides who is the last.
 * Sleeps: where a table is allocated. Linux: nothing like it; each fork copies (mm/memory.c).
 * Tests: tests/mm/fork_of_large_memory.c.
 */
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/x86/tlbflush.h"

/* A table with fewer pages is copied: that costs less than to share it and copy it later. */
#define SHARE_MIN_PAGES 64

static struct page *pmd_table(pmd_t pmd)
{
	return phys_to_page(pmd_val(pmd) & PTE_PFN_MASK);
}

static pmd_t shared_pmd(struct page *table)
{
	return __pmd(page_to_phys(table) | (_PAGE_TABLE & ~_PAGE_RW));
}

bool can_share_table(struct vm_area_struct *vma, pmd_t *pmd, unsigned long address)
{
	unsigned long base = address & PMD_MASK;

	return vma_is_anonymous(vma) && !vma->vm_file &&
	       !(vma->vm_flags & (VM_SHARED | VM_SPECIAL)) && base >= vma->vm_start &&
	       base + PMD_SIZE <= vma->vm_end && pmd_table(*pmd)->private >= SHARE_MIN_PAGES;
}

/* fork: mmap_lock of both held for writing. 0 or -ENOMEM; *anon: the pages that dst gains. */
int share_table(struct mm_struct *dst, pmd_t *src_pmd, unsigned long address, long *anon)
{
	pmd_t *dst_pmd = pmd_alloc_address(dst, address);
	struct page *table = pmd_table(*src_pmd);

	if (!dst_pmd)
		return -ENOMEM;
	ASSERT(pmd_none(*dst_pmd));
	spin_lock(&table->ptl);
	atomic_inc(&table->_refcount); /* rule 1 */
	*anon += table->private;
	set_pmd(src_pmd, shared_pmd(table));
	spin_unlock(&table->ptl);
	set_pmd(dst_pmd, shared_pmd(table));
	atomic_long_add(PAGE_SIZE, &dst->pgtables_bytes);
	return 0;
}

/* new becomes what old is; both lose their write bits, since the pages have two owners now. */
static void copy_table(struct page *new, struct page *old)
{
	pte_t *from = page_address(old), *to = page_address(new);

	for (unsigned int i = 0; i < PTRS_PER_PTE; i++, from++, to++) {
		pte_t entry = *from;
		struct page *page;

		if (pte_none(entry))
			continue;
		page = pfn_to_page(pte_pfn(entry));
		if (!is_zero_page(page))
			get_page(page);
		if (pte_write(entry)) {
			entry = pte_wrprotect(entry);
			set_pte(from, entry); /* rule 2 */
		}
		set_pte(to, entry);
	}
	new->private = old->private;
}

/*
 * Makes the table behind pmd, which has no write bit, this mm's own. mmap_lock held for reading at
 * least. 0 or -ENOMEM.
 */
int unshare_table(struct mm_struct *mm, pmd_t *pmd, unsigned long address)
{
	struct page *old, *new = NULL;

	for (;;) {
		spin_lock(&mm->page_table_lock);
		if (pmd_none(*pmd) || pmd_write(*pmd)) /* another thread was faster */
			goto out;
		old = pmd_table(*pmd);
		spin_lock(&old->ptl);
		if (atomic_read(&old->_refcount) == 1) { /* the last owner */
			pmd_populate_phys(pmd, page_to_phys(old));
			spin_unlock(&old->ptl);
			goto out;
		}
		if (new)
			break;
		spin_unlock(&old->ptl);
		spin_unlock(&mm->page_table_lock);
		new = table_alloc(mm);
		if (!new)
			return -ENOMEM;
	}
	copy_table(new, old);
	pmd_populate_phys(pmd, page_to_phys(new));
	/* No CPU may walk the old table for us when others begin to change it. */
	flush_tlb_mm_range(mm, address & PAGE_MASK, (address & PAGE_MASK) + PAGE_SIZE);
	atomic_dec(&old->_refcount);
	spin_unlock(&old->ptl);
	spin_unlock(&mm->page_table_lock);
	atomic_long_sub(PAGE_SIZE, &mm->pgtables_bytes);
	return 0;

out:
	spin_unlock(&mm->page_table_lock);
	if (new)
		table_discard(mm, new);
	return 0;
}

int unshare_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool keep_whole)
{
	unsigned long addr = start;
	pmd_t *pmd;

	while ((pmd = pmd_next(mm, &addr, end))) {
		unsigned long base = addr & PMD_MASK;
		bool whole = start <= base && base + PMD_SIZE <= end;

		if (!pmd_write(*pmd) && !pmd_huge(*pmd) && !(keep_whole && whole) &&
		    unshare_table(mm, pmd, addr))
			return -ENOMEM;
		addr = pmd_addr_end(addr, end);
	}
	return 0;
}

/*
 * The whole of a table without write bit goes out of an address space. Other owners keep it; if
 * there is none any more, its pages and the table itself go.
 */
void drop_shared_table(struct mmu_gather *tlb, pmd_t *pmd, unsigned long address)
{
	struct page *table = pmd_table(*pmd);
	unsigned long base = address & PMD_MASK;
	pte_t *pte = page_address(table);

	pmd_clear(pmd);
	if (!tlb->fullmm) /* before somebody else becomes the only owner */
		flush_tlb_mm_range(tlb->mm, base, base + PMD_SIZE);
	atomic_long_sub(PAGE_SIZE, &tlb->mm->pgtables_bytes);
	spin_lock(&table->ptl);
	tlb->rss[MM_ANONPAGES] -= table->private;
	if (atomic_read(&table->_refcount) > 1) {
		atomic_dec(&table->_refcount);
		spin_unlock(&table->ptl);
		return;
	}
	for (unsigned int i = 0; i < PTRS_PER_PTE; i++, pte++) {
		struct page *page = pfn_to_page(pte_pfn(*pte));

		if (pte_none(*pte))
			continue;
		pte_clear(pte);
		if (!is_zero_page(page))
			put_page(page);
	}
	table->private = 0;
	spin_unlock(&table->ptl);
	list_add(&table->lru, &tlb->tables);
}
