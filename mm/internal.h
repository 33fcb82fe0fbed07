/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of mm/ share among themselves only.
 */
#ifndef CONDUIT_MM_INTERNAL_H
#define CONDUIT_MM_INTERNAL_H

#include "mm/mm.h"

struct mmu_gather;

/* ---- page_alloc.c ---- */

/* alloc_pages() for a cache that has asked should_fail() itself. */
struct page *__alloc_pages(gfp_t gfp, unsigned int order);
/* Initialised pages of [start, end) become free. Takes the zone lock. */
void free_pages_core(unsigned long start_pfn, unsigned long end_pfn);
/* Sets the watermarks once the amount of memory is known. */
void page_alloc_init(unsigned long total_pages);
void split_page(struct page *page, unsigned int order);
bool free_pages_for_users(void);
/* Pages of this CPU's list go back to the buddy lists. */
void drain_local_pages(void);

/* ---- mm_init.c ---- */

/* Hands more of the RAM found at boot to the allocator; false when there is none left. */
bool deferred_grow(void);
/* RAM that deferred_grow() still has, in pages. */
extern unsigned long deferred_pages;
/* And what it will need for their struct pages. */
extern unsigned long vmemmap_ahead;
/* Before the page allocator works: memory comes from early_alloc(). */
bool mm_booting(void);
/* Is there a struct page for the frame, in use since boot? */
bool ram_page_known(unsigned long pfn);
/* The first such frame at or above pfn, ~0ul behind the last. */
unsigned long next_known_pfn(unsigned long pfn);

/* The first address behind all RAM. */
u64 end_of_ram(void);

/* ---- page_debug.c ---- */

#ifdef CONFIG_DEBUG
struct stack_record;
/* Pages leave and enter the page allocator. */
void page_debug_alloc(struct page *page, unsigned int order);
void page_debug_free(struct page *page, unsigned int order);
/* Or NULL when that is not known. */
const struct stack_record *page_allocated_by(const struct page *page);
#else
static inline void page_debug_alloc(struct page *page, unsigned int order)
{
}

static inline void page_debug_free(struct page *page, unsigned int order)
{
}
#endif

/* ---- vmalloc.c ---- */

/* The stack whose mapped part contains addr, or NULL. */
void *kernel_stack_of(unsigned long addr);
/* Each page of each vmalloc() area. */
void each_vmalloc_page(void (*fn)(struct page *page, bool search));

/* ---- pgtable.c ---- */

#define USER_PGDS 256 /* entries of a PGD that are the process's; the rest is the kernel's */

/* Page tables kept zeroed for reuse go back to the page allocator. */
void pgtable_cache_drain(void);
pgd_t *pgd_alloc(void);
/* The lower half must be empty. */
void pgd_free(pgd_t *pgd);
/* One table; it must be all zero again, and no CPU may walk it any more. */
void pgtable_free(struct page *page);

/* The entry of the table of ptes for address, upper levels made as needed. NULL: no memory. */
pmd_t *pmd_alloc_address(struct mm_struct *mm, unsigned long address);
/* Makes the table of ptes under pmd unless it is there. 0 or -ENOMEM. */
int pte_alloc(struct mm_struct *mm, pmd_t *pmd);
/*
 * The pmd of the first table of ptes that serves *addr or, in lack of one, something behind it
 * below end; *addr moves up to where that table begins to serve. NULL: there is none.
 */
pmd_t *pmd_next(struct mm_struct *mm, unsigned long *addr, unsigned long end);

/* One table, zeroed, counted for mm; and what lost the race to be linked. */
struct page *table_alloc(struct mm_struct *mm);
void table_discard(struct mm_struct *mm, struct page *page);

/* The lock of the ptes in one table. */
static inline spinlock_t *pte_lockptr(pmd_t pmd)
{
	return &phys_to_page(pmd_val(pmd) & PTE_PFN_MASK)->ptl;
}

static inline bool pmd_write(pmd_t pmd)
{
	return pmd_val(pmd) & _PAGE_RW;
}

/*
 * The pte for address with its table locked; the table must exist. mmap_lock or an i_mmap_rwsem
 * keeps a table of the mm's own in place. From a shared one (no write bit) another thread may turn
 * away at any time, and then its last owner, another process, may free it: only page_table_lock
 * keeps it until its lock is ours.
 */
static inline pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long address,
					 spinlock_t **ptlp)
{
	pmd_t entry = __pmd(READ_ONCE(pmd->pmd));

	if (likely(pmd_write(entry))) {
		*ptlp = pte_lockptr(entry);
		spin_lock(*ptlp);
	} else {
		spin_lock(&mm->page_table_lock);
		entry = __pmd(READ_ONCE(pmd->pmd));
		*ptlp = pte_lockptr(entry);
		spin_lock(*ptlp);
		spin_unlock(&mm->page_table_lock);
	}
	return (pte_t *)pmd_page_vaddr(entry) + pte_index(address);
}

/* ptl held: so many more (or fewer) ptes of its table name a page that is counted. */
static inline void table_add_pages(spinlock_t *ptl, long n)
{
	container_of(ptl, struct page, ptl)->private += n;
}

/* ---- shared_tables.c ---- */

/* fork: may the table be shared rather than copied? Then share_table(). */
bool can_share_table(struct vm_area_struct *vma, pmd_t *pmd, unsigned long address);
int share_table(struct mm_struct *dst, pmd_t *src_pmd, unsigned long address, long *anon);
/* Before ptes below a pmd without write bit are changed. 0 or -ENOMEM. */
int unshare_table(struct mm_struct *mm, pmd_t *pmd, unsigned long address);
/* The same for all tables of a range; keep_whole: but those that lie in it entirely. */
int unshare_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool keep_whole);
/* Unmapping all that a table without write bit serves. mmap_lock held for writing, or exit. */
void drop_shared_table(struct mmu_gather *tlb, pmd_t *pmd, unsigned long address);

/*
 * The pte of an address in the kernel's half. @new_table gives the zeroed tables above it that are
 * missing, which are never freed. NULL: it had none.
 */
pte_t *kernel_pte_alloc(unsigned long addr, void *(*new_table)(void));
/* Maps one page, its tables made as needed. -ENOMEM. */
int map_kernel_page(unsigned long addr, phys_addr_t phys, pgprot_t prot);
/* The pte of a kernel address mapped by 4 KiB pages, or NULL. */
pte_t *kernel_pte(unsigned long addr);

/* ---- fault.c ---- */

/* Pages that a read fault of a file maps at most, a power of two. */
#define FAULT_AROUND_PAGES 16u

/* ---- memory.c ---- */

/*
 * Collects pages whose ptes were cleared, and page tables that became empty. They are freed only
 * when no CPU can have a translation through them left. Lives on the caller's stack.
 */
#define GATHER_LOCAL 32

struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start, end; /* range to flush; start >= end: nothing was cleared */
	bool fullmm;              /* the whole mm is going and loaded nowhere: no flush is due */
	unsigned int nr, max;
	struct page **pages;      /* local, or a page full of pointers */
	struct list_head tables;  /* page tables, by page->lru */
	long rss[NR_MM_COUNTERS]; /* to add to mm's */
	struct page *local[GATHER_LOCAL];
};

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm);
/* For an mm that no CPU has loaded and none will. */
void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm);
/* The gather takes over the reference of a huge page whose entry was cleared. */
void tlb_remove_huge_page(struct mmu_gather *tlb, struct page *page, unsigned long addr);
void tlb_flush_mmu(struct mmu_gather *tlb);
void tlb_finish_mmu(struct mmu_gather *tlb);

/* Clears the ptes of [start, end) within vma. even_cows false: only pages of the page cache. */
void unmap_page_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
		      unsigned long end, bool even_cows);
/* The same with its own gather. mmap_lock held for reading suffices. */
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long size);
/* The page tables that only serve [start, end), when the nearest vmas end at floor and start at
 * ceiling (0 and TASK_SIZE without). */
void free_pgtables(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling);
/* fork: dst, a copy of src in another mm, gets its pages. 0 or -ENOMEM. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src);
/* The page behind a present pte if it is counted: not the zero page, not raw frames. */
struct page *vm_normal_page(struct vm_area_struct *vma, pte_t pte);

static inline void add_mm_counter(struct mm_struct *mm, enum mm_counter counter, long delta)
{
	atomic_long_add(delta, &mm->rss_stat[counter]);
}

static inline enum mm_counter mm_counter(struct page *page)
{
	if (PageAnon(page))
		return MM_ANONPAGES;
	return PageSwapBacked(page) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

/* Before something goes: the largest sizes so far. */
static inline void update_hiwater(struct mm_struct *mm)
{
	mm->hiwater_rss = max(mm->hiwater_rss, get_mm_rss(mm));
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
}

/* ---- vma.c ---- */

/* Between these, [start, end) of the tree is changed; both with mmap_lock for writing. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev);
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma);
/* The same without the file's list. */
void vma_link_tree(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* Changes the ends of a linked vma; it must not pass a neighbour. */
void vma_set_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
unsigned long unmapped_area_topdown(struct mm_struct *mm, unsigned long len, unsigned long low,
				    unsigned long high);
unsigned long unmapped_area_bottomup(struct mm_struct *mm, unsigned long len, unsigned long low,
				     unsigned long high);
/* Frees a vma that is in no list: close(), file reference. */
void remove_vma(struct vm_area_struct *vma);
/* Cuts vma at addr: it keeps the lower part (new_below false) or the upper. */
int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, bool new_below);
/*
 * [start, end) with these flags and backing is to be mapped behind prev: if it can be part of a
 * neighbour, makes it so and returns that vma. NULL: a vma of its own is needed.
 */
struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev,
				 unsigned long start, unsigned long end, unsigned long vm_flags,
				 struct file *file, unsigned long pgoff);
/*
 * vma's part [start, end) is to get vm_flags: splits and merges so that one vma is exactly it (or
 * contains it, all with the new flags). Returns it, its flags set; ERR_PTR(-ENOMEM).
 */
struct vm_area_struct *vma_modify_flags(struct vm_area_struct *vma, unsigned long start,
					unsigned long end, unsigned long vm_flags);
void vma_set_page_prot(struct vm_area_struct *vma);
#ifdef CONFIG_DEBUG
/* Do the rules of mm/vma.c hold? mmap_lock held for writing. */
void validate_mm(struct mm_struct *mm);
#else
static inline void validate_mm(struct mm_struct *mm)
{
}
#endif
/* mapping->i_mmap membership. */
void vma_link_file(struct vm_area_struct *vma);
void vma_unlink_file(struct vm_area_struct *vma);

/* ---- accounting: mmap.c, mlock.c, overcommit.c ---- */

void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages);
bool accountable_mapping(struct file *file, unsigned long vm_flags);
/* 0 or -ENOMEM: are pages more within what may be promised? Counts them. */
int security_vm_enough_memory_mm(struct mm_struct *mm, long pages);
void vm_unacct_memory(long pages);
int mlock_future_check(struct mm_struct *mm, unsigned long vm_flags, unsigned long len);

/* Protections and page tables: mprotect.c, mremap.c. */
void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end);

#endif
