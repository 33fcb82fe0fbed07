// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking content away: pages out of the page cache and out of every page table that shows them.
 *
 * Idea: a page may be mapped by any number of address spaces; the mapping's i_mmap lists the vmas.
 * For each, the part of the file that goes is translated into addresses and unmapped there.
 * Rules: 1. i_size goes down first, so that no new fault accepts the old pages. 2. Then unmap, then
 *    remove the pages, each under its page lock, then unmap again: a fault that had its page before
 *    rule 1 maps it with the page lock held, so either the removal or the second unmapping sees it.
 * Locking: i_mmap_rwsem for reading outside the ptls; page lock; the caller holds the inode's
 * rwsem.
 * Linux: mm/truncate.c, mm/memory.c (unmap_mapping_range).
 */
#include "mm/filemap.h"
#include "mm/internal.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"

#define TRUNCATE_BATCH 16

/* Pages [first, last] of the file out of one vma. i_mmap_rwsem held. */
static void unmap_vma_pages(struct vm_area_struct *vma, pgoff_t first, pgoff_t last, bool even_cows)
{
	pgoff_t from = max(first, (pgoff_t)vma->vm_pgoff);
	pgoff_t to = min(last, (pgoff_t)(vma->vm_pgoff + vma_pages(vma) - 1));
	struct mmu_gather tlb;

	if (from > to)
		return;
	tlb_gather_mmu(&tlb, vma->vm_mm);
	unmap_page_range(&tlb, vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
			 vma->vm_start + ((to - vma->vm_pgoff + 1) << PAGE_SHIFT), even_cows);
	tlb_finish_mmu(&tlb);
}

void unmap_mapping_range(struct address_space *mapping, loff_t holebegin, loff_t holelen,
			 bool even_cows)
{
	pgoff_t first = holebegin >> PAGE_SHIFT, last = ~0ul;
	struct vm_area_struct *vma;

	if (holelen)
		last = first + ((holelen + PAGE_SIZE - 1) >> PAGE_SHIFT) - 1;
	down_read(&mapping->i_mmap_rwsem);
	list_for_each_entry (vma, &mapping->i_mmap, shared)
		unmap_vma_pages(vma, first, last, even_cows);
	up_read(&mapping->i_mmap_rwsem);
}

/* Zeroes [from, to) of one page, if there is one. */
static void zero_partial_page(struct address_space *mapping, pgoff_t index, unsigned int from,
			      unsigned int to)
{
	struct page *page = find_lock_page(mapping, index);

	if (!page)
		return;
	if (PageUptodate(page))
		memset((char *)page_address(page) + from, 0, to - from);
	unlock_page(page);
	put_page(page);
}

/* Whole pages [first, end) out of the cache. */
static void remove_pages(struct address_space *mapping, pgoff_t first, pgoff_t end)
{
	struct page *pages[TRUNCATE_BATCH];
	pgoff_t index = first;
	unsigned int nr;

	while (index < end &&
	       (nr = find_get_pages(mapping, &index, end - 1, TRUNCATE_BATCH, pages))) {
		for (unsigned int i = 0; i < nr; i++) {
			lock_page(pages[i]);
			if (pages[i]->mapping == mapping)
				delete_from_page_cache(pages[i]);
			unlock_page(pages[i]);
			put_page(pages[i]);
		}
		cond_resched();
	}
}

void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	pgoff_t first = (lstart + PAGE_SIZE - 1) >> PAGE_SHIFT;
	pgoff_t end = lend == -1 ? ~0ul : (pgoff_t)((lend + 1) >> PAGE_SHIFT);
	unsigned int head = lstart & ~PAGE_MASK, tail = lend == -1 ? 0 : (lend + 1) & ~PAGE_MASK;

	if (!mapping->nrpages)
		return;
	if (head) {
		bool same = lend != -1 && (pgoff_t)(lstart >> PAGE_SHIFT) == end;

		zero_partial_page(mapping, lstart >> PAGE_SHIFT, head, same ? tail : PAGE_SIZE);
		if (same)
			return;
	}
	if (tail)
		zero_partial_page(mapping, end, 0, tail);
	if (first < end)
		remove_pages(mapping, first, end);
}

void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
	truncate_inode_pages_range(mapping, lstart, -1);
}

void truncate_inode_pages_final(struct address_space *mapping)
{
	truncate_inode_pages_range(mapping, 0, -1);
	ASSERT(!mapping->nrpages && list_empty(&mapping->i_mmap));
}

void truncate_pagecache(struct address_space *mapping, loff_t newsize)
{
	loff_t hole = (newsize + PAGE_SIZE - 1) & PAGE_MASK;

	if (mapping_mapped(mapping))
		unmap_mapping_range(mapping, hole, 0, true);
	truncate_inode_pages(mapping, newsize);
	if (mapping_mapped(mapping))
		unmap_mapping_range(mapping, hole, 0, true); /* rule 2 */
}
