// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making and freeing page tables.
 *
 * Idea: a process that ends leaves its tables empty, all zero: just as the next one wants them. So
 * each CPU keeps a few instead of zeroing them again. PGDs are kept apart: their upper half, the
 * kernel's, is the same in every address space and never changes after boot.
 * Rules: 1. A cached table is all zero (a PGD: its lower half). 2. A table is linked into the level
 *    above only when it is ready, with page_table_lock held; so readers need no lock to walk down.
 * Locking: page_table_lock for linking; the caches need interrupts off.
 * Linux: arch/x86/mm/pgtable.c, mm/memory.c (__pte_alloc).
 */
#include "mm/fault_inject.h"
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/string.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"

#define TABLE_CACHE 24
#define PGD_CACHE   8

/* Zeroed tables for reuse. Interrupts off. */
struct table_cache {
	unsigned int nr_tables, nr_pgds;
	struct page *table[TABLE_CACHE];
	pgd_t *pgd[PGD_CACHE];
};

static DEFINE_PER_CPU(struct table_cache, table_caches);

struct page *table_alloc(struct mm_struct *mm)
{
	struct table_cache *cache;
	struct page *page = NULL;
	unsigned long flags;

	if (should_fail(FAIL_PAGE_ALLOC, GFP_USER, PAGE_SIZE))
		return NULL;
	local_irq_save(flags);
	cache = this_cpu_ptr(&table_caches);
	if (likely(cache->nr_tables))
		page = cache->table[--cache->nr_tables];
	local_irq_restore(flags);
	if (unlikely(!page)) {
		page = __alloc_pages(GFP_USER | __GFP_ZERO, 0);
		if (!page)
			return NULL;
	}
	__SetPageTable(page);
	spin_lock_init(&page->ptl);
	page->private = 0;
	atomic_long_add(PAGE_SIZE, &mm->pgtables_bytes);
	inc_node_page_state(NR_PAGETABLE);
	return page;
}

void pgtable_free(struct page *page)
{
	struct table_cache *cache;
	unsigned long flags;

	ASSERT(PageTable(page) && atomic_read(&page->_refcount) == 1 && !page->private);
	ASSERT(!memchr_inv(page_address(page), 0, PAGE_SIZE)); /* rule 1 */
	__ClearPageTable(page);
	dec_node_page_state(NR_PAGETABLE);
	local_irq_save(flags);
	cache = this_cpu_ptr(&table_caches);
	if (likely(cache->nr_tables < TABLE_CACHE)) {
		cache->table[cache->nr_tables++] = page;
		page = NULL;
	}
	local_irq_restore(flags);
	if (unlikely(page))
		__free_page(page);
}

/* A table that lost the race to be linked. */
void table_discard(struct mm_struct *mm, struct page *page)
{
	atomic_long_sub(PAGE_SIZE, &mm->pgtables_bytes);
	pgtable_free(page);
}

pgd_t *pgd_alloc(void)
{
	struct table_cache *cache;
	pgd_t *pgd = NULL;
	unsigned long flags;

	if (should_fail(FAIL_PAGE_ALLOC, GFP_USER, PAGE_SIZE))
		return NULL;
	local_irq_save(flags);
	cache = this_cpu_ptr(&table_caches);
	if (likely(cache->nr_pgds))
		pgd = cache->pgd[--cache->nr_pgds];
	local_irq_restore(flags);
	if (unlikely(!pgd)) {
		struct page *page = __alloc_pages(GFP_USER | __GFP_ZERO, 0);

		if (!page)
			return NULL;
		pgd = page_address(page);
		memcpy(pgd + USER_PGDS, init_mm.pgd + USER_PGDS, USER_PGDS * sizeof(*pgd));
	}
	return pgd;
}

void pgd_free(pgd_t *pgd)
{
	struct table_cache *cache;
	unsigned long flags;

	ASSERT(!memchr_inv(pgd, 0, PAGE_SIZE / 2)); /* rule 1 */
	local_irq_save(flags);
	cache = this_cpu_ptr(&table_caches);
	if (likely(cache->nr_pgds < PGD_CACHE)) {
		cache->pgd[cache->nr_pgds++] = pgd;
		pgd = NULL;
	}
	local_irq_restore(flags);
	if (unlikely(pgd))
		free_page((unsigned long)pgd);
}

void pgtable_cache_drain(void)
{
	for (;;) {
		struct page *page = NULL;
		struct table_cache *cache;
		unsigned long flags;

		local_irq_save(flags);
		cache = this_cpu_ptr(&table_caches);
		if (cache->nr_tables)
			page = cache->table[--cache->nr_tables];
		else if (cache->nr_pgds)
			page = virt_to_page(cache->pgd[--cache->nr_pgds]);
		local_irq_restore(flags);
		if (!page)
			return;
		__free_page(page);
	}
}

/* ---- walking down ---- */

/* Links a table for an empty entry unless somebody else was faster. 0 or -ENOMEM. */
#define TABLE_ALLOC(level, mm, entry)                                                              \
	({                                                                                         \
		struct page *__page = table_alloc(mm);                                             \
		int __err = -ENOMEM;                                                               \
                                                                                                   \
		if (__page) {                                                                      \
			__err = 0;                                                                 \
			spin_lock(&(mm)->page_table_lock);                                         \
			if (likely(level##_none(*(entry)))) {                                      \
				smp_wmb(); /* rule 2 */                                            \
				level##_populate_phys(entry, page_to_phys(__page));                \
				__page = NULL;                                                     \
			}                                                                          \
			spin_unlock(&(mm)->page_table_lock);                                       \
			if (unlikely(__page))                                                      \
				table_discard(mm, __page);                                         \
		}                                                                                  \
		__err;                                                                             \
	})

pmd_t *pmd_alloc_address(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgd = pgd_offset(mm, address);
	pud_t *pud;

	if (unlikely(pgd_none(*pgd)) && TABLE_ALLOC(pgd, mm, pgd))
		return NULL;
	pud = pud_offset(pgd, address);
	if (unlikely(pud_none(*pud)) && TABLE_ALLOC(pud, mm, pud))
		return NULL;
	return pmd_offset(pud, address);
}

int pte_alloc(struct mm_struct *mm, pmd_t *pmd)
{
	return likely(!pmd_none(*pmd)) ? 0 : TABLE_ALLOC(pmd, mm, pmd);
}

pmd_t *pmd_next(struct mm_struct *mm, unsigned long *addr, unsigned long end)
{
	unsigned long a = *addr;

	while (a < end) {
		pgd_t *pgd = pgd_offset(mm, a);
		pud_t *pud;
		pmd_t *pmd;

		if (pgd_none(*pgd)) {
			a = (a + PGDIR_SIZE) & PGDIR_MASK;
			continue;
		}
		pud = pud_offset(pgd, a);
		if (pud_none(*pud)) {
			a = (a + PUD_SIZE) & PUD_MASK;
			continue;
		}
		pmd = pmd_offset(pud, a);
		if (!pmd_none(*pmd)) {
			*addr = a;
			return pmd;
		}
		a = (a + PMD_SIZE) & PMD_MASK;
	}
	return NULL;
}

/* ---- the kernel's own half ---- */

static void *kernel_table(void)
{
	return mm_booting() ? early_alloc(PAGE_SIZE) : (void *)get_zeroed_page(GFP_KERNEL);
}

pte_t *kernel_pte_alloc(unsigned long addr, void *(*new_table)(void))
{
	pgd_t *pgd = pgd_offset(&init_mm, addr);
	pud_t *pud;
	pmd_t *pmd;
	void *table;

	if (pgd_none(*pgd)) {
		ASSERT(mm_booting()); /* or other address spaces would miss it */
		table = new_table();
		if (!table)
			return NULL;
		pgd_populate_phys(pgd, __pa(table));
	}
	pud = pud_offset(pgd, addr);
	if (pud_none(*pud)) {
		table = new_table();
		if (!table)
			return NULL;
		pud_populate_phys(pud, __pa(table));
	}
	pmd = pmd_offset(pud, addr);
	if (pmd_none(*pmd)) {
		table = new_table();
		if (!table)
			return NULL;
		pmd_populate_phys(pmd, __pa(table));
	}
	return pte_offset_kernel(pmd, addr);
}

int map_kernel_page(unsigned long addr, phys_addr_t phys, pgprot_t prot)
{
	pte_t *pte = kernel_pte_alloc(addr, kernel_table);

	if (!pte)
		return -ENOMEM;
	set_pte(pte, pfn_pte(phys >> PAGE_SHIFT, prot));
	return 0;
}

pte_t *kernel_pte(unsigned long addr)
{
	pgd_t *pgd = pgd_offset(&init_mm, addr);
	pud_t *pud;
	pmd_t *pmd;

	if (pgd_none(*pgd))
		return NULL;
	pud = pud_offset(pgd, addr);
	if (pud_none(*pud))
		return NULL;
	pmd = pmd_offset(pud, addr);
	return pmd_none(*pmd) ? NULL : pte_offset_kernel(pmd, addr);
}
