// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel memory that is contiguous in addresses only: large tables, kernel stacks.
 *
 * Idea: single pages are mapped one behind the other into a range of addresses of their own, with
 * an unmapped guard page in front, so that running off an end faults at once.
 *
 *	VMALLOC_START: [guard|stack][guard|stack] …  65536 slots of one size: a bitmap says which
 *	VMALLOC_AREA:  [guard|area……][guard|area…] …  any size: a list by address, first fit
 *
 * A stack that is freed stays mapped and waits for the next fork: first on its CPU's list, then on
 * a common one; only what exceeds LAZY_MAX is unmapped, many at a time with one flush.
 * Rules: 1. An address range is given out again only after flush_tlb_kernel_range(). 2. The tables
 *    of the kernel's half are made under vmalloc_mutex and never freed.
 * Locking: vmalloc_mutex for areas and for making tables; stack_lock for the bitmap and the common
 * list; a CPU's list needs interrupts off.
 * Sleeps: all but free_kernel_stack(). Linux: mm/vmalloc.c, kernel/fork.c
 * (alloc_thread_stack_node).
 */
#include "mm/vmalloc.h"
#include "mm/fault_inject.h"
#include "mm/internal.h"
#include "mm/slab.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/string.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/locking/mutex.h"

#define STACK_SLOTS  65536ul
#define STACK_STRIDE (THREAD_SIZE + PAGE_SIZE)
#define STACK_PAGES  (THREAD_SIZE / PAGE_SIZE)
#define CPU_STACKS   8
#define LAZY_MAX     64
#define LAZY_BATCH   16

#define VMALLOC_AREA ALIGN(VMALLOC_START + STACK_SLOTS * STACK_STRIDE, PMD_SIZE)
/* Everything lies in one entry of the PGD, which all address spaces share from the start. */
#define VMALLOC_AREA_END ((VMALLOC_START & PGDIR_MASK) + PGDIR_SIZE)

/* One area. [M] vmalloc_mutex, [I] never changes */
struct vm_struct {
	struct list_head list; /* [M] by address */
	unsigned long addr;    /* [I] first mapped byte */
	unsigned long size;    /* [I] mapped bytes */
	struct page **pages;   /* [I] size / PAGE_SIZE of them */
};

static DEFINE_MUTEX(vmalloc_mutex);
static LIST_HEAD(vmalloc_list);

/* ---- areas ---- */

/* Reserves addresses: first fit, a guard page in front. */
static struct vm_struct *get_area(unsigned long size)
{
	struct vm_struct *area = kmalloc(sizeof(*area), GFP_KERNEL), *pos;
	unsigned long addr = VMALLOC_AREA + PAGE_SIZE;

	if (!area)
		return NULL;
	mutex_lock(&vmalloc_mutex);
	list_for_each_entry (pos, &vmalloc_list, list) {
		if (pos->addr - PAGE_SIZE >= addr + size)
			break;
		addr = pos->addr + pos->size + PAGE_SIZE;
	}
	if (addr + size > VMALLOC_AREA_END) {
		mutex_unlock(&vmalloc_mutex);
		kfree(area);
		return NULL;
	}
	area->addr = addr;
	area->size = size;
	area->pages = NULL;
	list_add_tail(&area->list, &pos->list); /* pos: the area behind, or the head */
	mutex_unlock(&vmalloc_mutex);
	return area;
}

/* The range is unmapped and flushed already. */
static void put_area(struct vm_struct *area)
{
	mutex_lock(&vmalloc_mutex);
	list_del(&area->list);
	mutex_unlock(&vmalloc_mutex);
	kfree(area);
}

static void unmap_pages(unsigned long addr, unsigned long size)
{
	for (unsigned long end = addr + size; addr < end; addr += PAGE_SIZE) {
		pte_t *pte = kernel_pte(addr);

		if (pte)
			pte_clear(pte);
	}
}

static void free_area(struct vm_struct *area)
{
	unmap_pages(area->addr, area->size);
	flush_tlb_kernel_range(area->addr, area->addr + area->size); /* rule 1 */
	if (area->pages) {
		for (unsigned long i = 0; i < area->size >> PAGE_SHIFT; i++)
			if (area->pages[i])
				__free_page(area->pages[i]);
		mod_node_page_state(NR_VMALLOC, -(long)(area->size >> PAGE_SHIFT));
		kvfree(area->pages);
	}
	put_area(area);
}

static int map_locked(unsigned long addr, phys_addr_t phys, pgprot_t prot)
{
	int err;

	mutex_lock(&vmalloc_mutex); /* rule 2 */
	err = map_kernel_page(addr, phys, prot);
	mutex_unlock(&vmalloc_mutex);
	return err;
}

static void *vmalloc_gfp(size_t size, gfp_t gfp)
{
	struct vm_struct *area;

	size = PAGE_ALIGN(size);
	if (!size || size >> PAGE_SHIFT > totalram_pages())
		return NULL;
	area = get_area(size);
	if (!area)
		return NULL;
	area->pages = kvmalloc_array(size >> PAGE_SHIFT, sizeof(*area->pages),
				     GFP_KERNEL | __GFP_ZERO);
	if (!area->pages) {
		put_area(area);
		return NULL;
	}
	mod_node_page_state(NR_VMALLOC, (long)(size >> PAGE_SHIFT));
	for (unsigned long i = 0; i < size >> PAGE_SHIFT; i++) {
		area->pages[i] = alloc_page(gfp);
		if (!area->pages[i] || map_locked(area->addr + (i << PAGE_SHIFT),
						  page_to_phys(area->pages[i]), PAGE_KERNEL)) {
			free_area(area);
			return NULL;
		}
	}
	return (void *)area->addr;
}

void *vmalloc(size_t size)
{
	return vmalloc_gfp(size, GFP_KERNEL_ACCOUNT);
}

void *vzalloc(size_t size)
{
	return vmalloc_gfp(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

void *vmalloc_user(size_t size)
{
	return vzalloc(size);
}

static struct vm_struct *find_area(const void *addr)
{
	struct vm_struct *area, *found = NULL;

	mutex_lock(&vmalloc_mutex);
	list_for_each_entry (area, &vmalloc_list, list) {
		if (area->addr == ((unsigned long)addr & PAGE_MASK)) {
			found = area;
			break;
		}
	}
	mutex_unlock(&vmalloc_mutex);
	return found;
}

void vfree(const void *addr)
{
	struct vm_struct *area;

	if (!addr)
		return;
	area = find_area(addr);
	BUG_ON(!area);
	free_area(area);
}

struct page *vmalloc_to_page(const void *addr)
{
	pte_t *pte = kernel_pte((unsigned long)addr);

	return pte && pte_present(*pte) ? pfn_to_page(pte_pfn(*pte)) : NULL;
}

void each_vmalloc_page(void (*fn)(struct page *page, bool search))
{
	struct vm_struct *area;

	list_for_each_entry (area, &vmalloc_list, list)
		for (unsigned long i = 0; area->pages && i < area->size >> PAGE_SHIFT; i++)
			if (area->pages[i])
				fn(area->pages[i], true);
}

/* ---- kernel stacks ---- */

/* Interrupts off. */
struct stack_cache {
	unsigned int nr;
	void *stack[CPU_STACKS];
};

static DEFINE_PER_CPU(struct stack_cache, stack_caches);

static DEFINE_SPINLOCK(stack_lock);
static unsigned long stack_bitmap[BITS_TO_LONGS(STACK_SLOTS)]; /* slots in use */
static unsigned long stack_hint;                               /* no free slot below */
static void *lazy_stacks; /* free, still mapped; each holds the address of the next */
static unsigned int nr_lazy;

static void *slot_stack(unsigned long slot)
{
	return (void *)(VMALLOC_START + slot * STACK_STRIDE + PAGE_SIZE);
}

static unsigned long stack_slot(const void *stack)
{
	return ((unsigned long)stack - VMALLOC_START) / STACK_STRIDE;
}

bool is_vmalloc_guard(unsigned long addr)
{
	unsigned long offset = addr - VMALLOC_START;

	return addr >= VMALLOC_START && offset < STACK_SLOTS * STACK_STRIDE &&
	       offset % STACK_STRIDE < PAGE_SIZE;
}

void *kernel_stack_of(unsigned long addr)
{
	if (addr < VMALLOC_START || addr >= VMALLOC_START + STACK_SLOTS * STACK_STRIDE ||
	    is_vmalloc_guard(addr) || !test_bit(stack_slot((void *)addr), stack_bitmap))
		return NULL;
	return slot_stack(stack_slot((void *)addr));
}

/* Unmaps a chain of up to LAZY_BATCH stacks; pages and slots are free after one flush. */
static void release_stacks(void *stack)
{
	struct page *pages[LAZY_BATCH * STACK_PAGES];
	unsigned long slots[LAZY_BATCH], low = ~0ul, high = 0, flags;
	unsigned int nr = 0, nr_slots = 0;

	while (stack) {
		unsigned long addr = (unsigned long)stack;

		stack = *(void **)stack;
		for (unsigned int i = 0; i < STACK_PAGES; i++) {
			pte_t *pte = kernel_pte(addr + i * PAGE_SIZE);

			pages[nr++] = pfn_to_page(pte_pfn(*pte));
			pte_clear(pte);
		}
		slots[nr_slots++] = stack_slot((void *)addr);
		low = min(low, addr);
		high = max(high, addr + THREAD_SIZE);
	}
	flush_tlb_kernel_range(low, high); /* rule 1 */
	while (nr)
		__free_page(pages[--nr]);
	spin_lock_irqsave(&stack_lock, flags);
	while (nr_slots) {
		unsigned long slot = slots[--nr_slots];

		__clear_bit(slot, stack_bitmap);
		stack_hint = min(stack_hint, slot);
	}
	spin_unlock_irqrestore(&stack_lock, flags);
}

/* Up to LAZY_BATCH stacks off the common list while it has more than keep; true if any. */
static bool purge_lazy_stacks(unsigned int keep)
{
	void *chain = NULL;
	unsigned long flags;

	spin_lock_irqsave(&stack_lock, flags);
	for (unsigned int i = 0; i < LAZY_BATCH && nr_lazy > keep; i++) {
		void *stack = lazy_stacks;

		lazy_stacks = *(void **)stack;
		nr_lazy--;
		*(void **)stack = chain;
		chain = stack;
	}
	spin_unlock_irqrestore(&stack_lock, flags);
	if (chain)
		release_stacks(chain);
	return chain;
}

void vmalloc_purge(void)
{
	while (purge_lazy_stacks(0))
		;
}

/* A stack of which only the lower pages could be had. */
static void undo_stack(void *stack, unsigned int mapped)
{
	unsigned long addr = (unsigned long)stack, flags;
	struct page *pages[STACK_PAGES];

	for (unsigned int i = 0; i < mapped; i++) {
		pte_t *pte = kernel_pte(addr + i * PAGE_SIZE);

		pages[i] = pfn_to_page(pte_pfn(*pte));
		pte_clear(pte);
	}
	flush_tlb_kernel_range(addr, addr + THREAD_SIZE); /* rule 1: CPUs look ahead */
	while (mapped)
		__free_page(pages[--mapped]);
	spin_lock_irqsave(&stack_lock, flags);
	__clear_bit(stack_slot(stack), stack_bitmap);
	stack_hint = min(stack_hint, stack_slot(stack));
	spin_unlock_irqrestore(&stack_lock, flags);
}

static void *new_stack(void)
{
	unsigned long slot, flags;
	void *stack;

	spin_lock_irqsave(&stack_lock, flags);
	slot = find_next_zero_bit(stack_bitmap, STACK_SLOTS, stack_hint);
	if (slot < STACK_SLOTS) {
		__set_bit(slot, stack_bitmap);
		stack_hint = slot + 1;
	}
	spin_unlock_irqrestore(&stack_lock, flags);
	if (slot >= STACK_SLOTS)
		return NULL;
	stack = slot_stack(slot);
	for (unsigned int i = 0; i < STACK_PAGES; i++) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT);
		unsigned long addr = (unsigned long)stack + i * PAGE_SIZE;

		if (page && !map_locked(addr, page_to_phys(page), PAGE_KERNEL))
			continue;
		if (page)
			__free_page(page);
		undo_stack(stack, i);
		return NULL;
	}
	return stack;
}

void *alloc_kernel_stack(void)
{
	struct stack_cache *cache;
	unsigned long flags;
	void *stack = NULL;

	if (should_fail(FAIL_PAGE_ALLOC, GFP_KERNEL, THREAD_SIZE))
		return NULL;
	local_irq_save(flags);
	cache = this_cpu_ptr(&stack_caches);
	if (likely(cache->nr)) {
		stack = cache->stack[--cache->nr];
	} else if (lazy_stacks) {
		spin_lock(&stack_lock);
		stack = lazy_stacks;
		if (stack) {
			lazy_stacks = *(void **)stack;
			nr_lazy--;
		}
		spin_unlock(&stack_lock);
	}
	local_irq_restore(flags);
	if (unlikely(nr_lazy > LAZY_MAX))
		purge_lazy_stacks(LAZY_MAX);
	return stack ? stack : new_stack();
}

void free_kernel_stack(void *stack)
{
	struct stack_cache *cache;
	unsigned long flags;

	local_irq_save(flags);
	cache = this_cpu_ptr(&stack_caches);
	if (likely(cache->nr < CPU_STACKS)) {
		cache->stack[cache->nr++] = stack;
	} else {
		spin_lock(&stack_lock);
		*(void **)stack = lazy_stacks;
		lazy_stacks = stack;
		nr_lazy++;
		spin_unlock(&stack_lock);
	}
	local_irq_restore(flags);
}
