// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page allocator: a buddy system with a small stack of single pages per CPU in front.
 *
 * Idea: free memory is kept in blocks of 2^order pages, a list for each order. A request splits the
 * smallest block that fits; a freed block merges with its buddy (mm/buddy.h) as long as that is
 * free too. Single pages, by far the most frequent, come from and go to the CPU's own stack; the
 * zone lock is taken once for PCP_BATCH of them.
 *
 *	free_list[0] -> [1 page] -> [1 page]          PG_buddy and order are set in the first
 *	free_list[3] -> [8 pages]                     page of a block only
 *	free_list[10] -> [1024 pages] -> …
 *
 * Rules: 1. A page with _refcount 0 is free or not the allocator's; flags of a free page are 0 but
 *    for PG_buddy. 2. No two buddies are both in free_list[n] (they would be one block of n + 1).
 *    3. The last pages are a reserve: user space's wishes end at reserve_user, the kernel's own at
 *    reserve_kernel, GFP_ATOMIC and OOM victims may take all.
 * Locking: zone.lock, taken with interrupts off, innermost but for nothing; a CPU's stack needs
 * only interrupts off.
 * Sleeps: only alloc_pages() with __GFP_RECLAIM, only when memory has run out.
 * Linux: mm/page_alloc.c; no zones, migration types, reclaim or compaction here.
 * Start at: alloc_pages(), __free_one_page(). Tests: tests/unit/test_buddy.c.
 */
#include "mm/buddy.h"
#include "mm/fault_inject.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "mm/gfp.h"
#include "mm/oom.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "kernel/lib/err.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/smp.h"
#include "kernel/locking/lockdep.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"

#define PCP_BATCH_ORDER 4
#define PCP_BATCH       (1u << PCP_BATCH_ORDER)
#define PCP_HIGH        (4 * PCP_BATCH)

/* Single free pages of one CPU: a stack. Interrupts off. */
struct per_cpu_pages {
	unsigned int count;
	struct page *pages[PCP_HIGH];
};

/* All of RAM. [L] lock */
struct zone {
	spinlock_t lock;
	struct list_head free_list[MAX_ORDER];      /* [L] by page->lru */
	unsigned long nr_free[MAX_ORDER];           /* [L] blocks in each list */
	unsigned long free_pages;                   /* [L] pages in all lists */
	unsigned long reserve_kernel, reserve_user; /* pages, set at boot */
};

static struct zone zone = { .lock = __SPIN_LOCK_UNLOCKED(zone.lock) };
static DEFINE_PER_CPU(struct per_cpu_pages, pcp_lists);

/* ---- the buddy lists; zone.lock held ---- */

static void add_to_free_list(struct page *page, unsigned int order)
{
	page->order = order;
	__SetPageBuddy(page);
	list_add(&page->lru, &zone.free_list[order]);
	zone.nr_free[order]++;
}

static void del_from_free_list(struct page *page, unsigned int order)
{
	ASSERT(PageBuddy(page) && page->order == order); /* rule 1 */
	list_del(&page->lru);
	__ClearPageBuddy(page);
	zone.nr_free[order]--;
}

static void __free_one_page(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	zone.free_pages += 1ul << order;
	while (order < MAX_ORDER - 1) {
		struct page *buddy = pfn_to_page(buddy_pfn(pfn, order));

		if (!PageBuddy(buddy) || buddy->order != order)
			break;
		del_from_free_list(buddy, order);
		pfn = buddy_merged_pfn(pfn, order);
		order++;
	}
	add_to_free_list(pfn_to_page(pfn), order);
}

/* A block of exactly this order out of the lists, upper halves put back on the way. Or NULL. */
static struct page *rmqueue_smallest(unsigned int order)
{
	for (unsigned int found = order; found < MAX_ORDER; found++) {
		struct page *page;

		if (list_empty(&zone.free_list[found]))
			continue;
		page = list_first_entry(&zone.free_list[found], struct page, lru);
		del_from_free_list(page, found);
		while (found > order) {
			found--;
			add_to_free_list(page + (1ul << found), found);
		}
		zone.free_pages -= 1ul << order;
		return page;
	}
	return NULL;
}

static unsigned long reserve_of(gfp_t gfp)
{
	if (gfp & __GFP_HIGH)
		return 0;
	return gfp & __GFP_ACCOUNT ? zone.reserve_user : zone.reserve_kernel;
}

/* A block, if that leaves the reserve alone. Untouched RAM of the boot map counts as free. */
static struct page *rmqueue(unsigned int order, unsigned long reserve)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&zone.lock, flags);
	if (zone.free_pages + deferred_pages >= reserve + (1ul << order))
		page = rmqueue_smallest(order);
	spin_unlock_irqrestore(&zone.lock, flags);
	return page;
}

static struct page *zone_alloc(unsigned int order, unsigned long reserve)
{
	struct page *page = rmqueue(order, reserve);

	while (unlikely(!page) && deferred_grow())
		page = rmqueue(order, reserve);
	return page;
}

/* ---- the CPU's own pages ---- */

/* Interrupts off. Fills the empty stack with the pages of one block, as large as can be had. */
static bool pcp_refill(struct per_cpu_pages *pcp, gfp_t gfp)
{
	unsigned long reserve = reserve_of(gfp);

	for (int order = PCP_BATCH_ORDER; order >= 0; order--) {
		struct page *page = zone_alloc(order, reserve);

		if (!page)
			continue;
		/* The top of the stack is the lowest address. */
		for (int i = (1 << order) - 1; i >= 0; i--)
			pcp->pages[pcp->count++] = page + i;
		return true;
	}
	return false;
}

static struct page *pcp_alloc(gfp_t gfp)
{
	struct per_cpu_pages *pcp;
	struct page *page = NULL;
	unsigned long flags;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&pcp_lists);
	if (likely(pcp->count) || pcp_refill(pcp, gfp))
		page = pcp->pages[--pcp->count];
	local_irq_restore(flags);
	return page;
}

/* Interrupts off. The nr pages at the bottom of the stack, the coldest, go back. */
static void pcp_drain(struct per_cpu_pages *pcp, unsigned int nr)
{
	spin_lock(&zone.lock);
	for (unsigned int i = 0; i < nr; i++)
		__free_one_page(pcp->pages[i], 0);
	spin_unlock(&zone.lock);
	pcp->count -= nr;
	memmove(pcp->pages, pcp->pages + nr, pcp->count * sizeof(pcp->pages[0]));
}

static void pcp_free(struct page *page)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&pcp_lists);
	if (unlikely(pcp->count == PCP_HIGH))
		pcp_drain(pcp, PCP_HIGH / 2);
	pcp->pages[pcp->count++] = page;
	local_irq_restore(flags);
}

void drain_local_pages(void)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&pcp_lists);
	pcp_drain(pcp, pcp->count);
	local_irq_restore(flags);
}

static void drain_here(void *unused)
{
	drain_local_pages();
}

/* Of all CPUs: the caller may sleep. */
static void drain_all_pages(void)
{
	on_each_cpu(drain_here, NULL);
}

/* ---- allocation ---- */

static void prep_compound_page(struct page *page, unsigned int order)
{
	page->order = order;
	__SetPageHead(page);
	for (unsigned long i = 1; i < 1ul << order; i++) {
		__SetPageTail(page + i);
		page[i].compound_head = page;
	}
}

static void prep_new_page(struct page *page, gfp_t gfp, unsigned int order)
{
	ASSERT(atomic_read(&page->_refcount) == 0 && !page->flags); /* rule 1 */
	page_debug_alloc(page, order);
	atomic_set(&page->_refcount, 1);
	if (unlikely(order) && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	if (gfp & __GFP_ZERO)
		for (unsigned long i = 0; i < 1ul << order; i++)
			clear_highpage(page + i);
}

static struct page *get_page_from_freelist(gfp_t gfp, unsigned int order)
{
	if (likely(order == 0))
		return pcp_alloc(gfp);
	return zone_alloc(order, reserve_of(gfp));
}

/*
 * The lists are empty or down to the reserve. Give back what lies in caches; then, for a page of
 * user data, kill somebody rather than fail. The kernel's own requests fail: their callers answer
 * -ENOMEM.
 */
static struct page *alloc_pages_slowpath(gfp_t gfp, unsigned int order)
{
	struct page *page;

	pgtable_cache_drain();
	if (gfp & __GFP_RECLAIM) {
		vmalloc_purge();
		kmem_cache_shrink_all();
		drain_all_pages();
	} else {
		drain_local_pages();
	}
	page = get_page_from_freelist(gfp, order);
	while (!page && (gfp & __GFP_RECLAIM) && order <= 3) {
		if (test_tsk_thread_flag(current, TIF_MEMDIE) || fatal_signal_pending(current)) {
			gfp |= __GFP_HIGH;
			return get_page_from_freelist(gfp, order);
		}
		if (!(gfp & __GFP_USERPAGE) || (gfp & __GFP_NORETRY) || !out_of_memory(order))
			break;
		page = get_page_from_freelist(gfp, order);
	}
	return page;
}

struct page *__alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (gfp & __GFP_RECLAIM)
		might_sleep();
	if (unlikely(order >= MAX_ORDER))
		return NULL;
	page = get_page_from_freelist(gfp, order);
	if (unlikely(!page)) {
		page = alloc_pages_slowpath(gfp, order);
		if (!page)
			return NULL;
	}
	prep_new_page(page, gfp, order);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (should_fail(FAIL_PAGE_ALLOC, gfp, PAGE_SIZE << order))
		return NULL;
	return __alloc_pages(gfp, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

/* ---- freeing ---- */

/* What a page must not be when it is freed. */
static void free_page_check(struct page *page)
{
	const unsigned long bad = 1ul << PG_locked | 1ul << PG_buddy | 1ul << PG_slab |
				  1ul << PG_table;

	if (unlikely((page->flags & bad) || atomic_read(&page->_refcount))) {
		pr_emerg("page %lx freed with flags %lx, %d references, mapping %px\n",
			 page_to_pfn(page), page->flags, atomic_read(&page->_refcount),
			 page->mapping);
		BUG_ON(true);
	}
}

static void free_pages_prepared(struct page *page, unsigned int order)
{
	unsigned long flags;

	free_page_check(page);
	if (PageAnon(page))
		dec_node_page_state(NR_ANON_MAPPED);
	for (unsigned long i = 0; i < 1ul << order; i++) {
		page[i].flags = 0;
		page[i].mapping = NULL;
	}
	page_debug_free(page, order);
	if (likely(order == 0)) {
		pcp_free(page);
		return;
	}
	spin_lock_irqsave(&zone.lock, flags);
	__free_one_page(page, order);
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* The last reference is gone. */
void __put_page(struct page *page)
{
	if (unlikely(PageHugetlb(page)))
		free_huge_page(page);
	else
		free_pages_prepared(page, compound_order(page));
}

void __free_pages(struct page *page, unsigned int order)
{
	if (!page_ref_underflows(page) && atomic_dec_and_test(&page->_refcount))
		free_pages_prepared(page, order);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page(addr), order);
}

/* Makes one block, not compound, into single pages with a reference each. */
void split_page(struct page *page, unsigned int order)
{
	for (unsigned long i = 1; i < 1ul << order; i++)
		atomic_set(&page[i]._refcount, 1);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	unsigned long addr = __get_free_pages(gfp & ~__GFP_COMP, order);
	unsigned long end;

	if (!addr)
		return NULL;
	split_page(virt_to_page(addr), order);
	end = addr + (PAGE_SIZE << order);
	for (unsigned long spare = addr + PAGE_ALIGN(size); spare < end; spare += PAGE_SIZE)
		free_page(spare);
	return (void *)addr;
}

void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt;

	for (unsigned long end = addr + PAGE_ALIGN(size); addr < end; addr += PAGE_SIZE)
		free_page(addr);
}

/* ---- boot ---- */

void free_pages_core(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long flags;

	spin_lock_irqsave(&zone.lock, flags);
	while (start_pfn < end_pfn) {
		unsigned int order = buddy_fitting_order(start_pfn, end_pfn, MAX_ORDER - 1);

		__free_one_page(pfn_to_page(start_pfn), order);
		start_pfn += 1ul << order;
	}
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* The reserve grows with memory, within bounds: 64 MiB keep 1 MiB, 4 GiB 8 MiB. */
void page_alloc_init(unsigned long total_pages)
{
	for (int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&zone.free_list[order]);
	zone.reserve_kernel = clamp(total_pages / 256, 64ul, 1024ul);
	zone.reserve_user = 2 * zone.reserve_kernel;
}

/* ---- numbers ---- */

unsigned long nr_free_pages(void)
{
	unsigned long free = zone.free_pages + deferred_pages + vmemmap_ahead;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		free += per_cpu(pcp_lists, cpu).count;
	return free;
}

/* Is there anything for a user's page? Pages on CPUs' stacks are not looked at. */
bool free_pages_for_users(void)
{
	return READ_ONCE(zone.free_pages) + deferred_pages > zone.reserve_user;
}

unsigned long si_mem_available(void)
{
	unsigned long free = nr_free_pages(), kept = zone.reserve_user + vmemmap_ahead;

	return free > kept ? free - kept : 0;
}

unsigned long nr_free_blocks(unsigned int order)
{
	return order < MAX_ORDER ? READ_ONCE(zone.nr_free[order]) : 0;
}
