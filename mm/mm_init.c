// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot: from the list of free RAM to a working page allocator.
 *
 * Idea: a struct memblock holds what is free. Page tables and the array of struct page are taken
 * from it; then the rest goes to the buddy lists. Not all at once: struct pages are zeroed and
 * pages freed CHUNK bytes at a time, when the allocator runs out (deferred_grow()). So a boot costs
 * the same on 64 MiB and on 64 GiB.
 *
 *	free_mem     [======]   [=============================]     RAM nobody has
 *	                         ^ frontier: below it the page allocator rules
 *	vmemmap      [ mapped for every 4 MiB block with RAM, zeroed up to the frontier ]
 *
 * Rules: 1. A struct page is zeroed once, when the frontier passes it, before its page is freed.
 *    2. vmemmap is mapped in whole blocks of the largest order, so a page's buddy always has a
 *    struct page. 3. free_mem lies above the frontier, once mem_init() is done.
 * Locking: deferred_lock (interrupts off), outside zone.lock.
 * Linux: mm/mm_init.c, mm/memblock.c, mm/sparse-vmemmap.c. Start at: mem_init().
 */
#include "boot/boot_info.h"
#include "mm/internal.h"
#include "mm/memblock.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "kernel/lib/xarray.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/locking/spinlock.h"

#define BLOCK      (PAGE_SIZE << (MAX_ORDER - 1))
#define CHUNK      (32ul << 20)
#define LOW_MEMORY (1ul << 20) /* below: for the start-up of other CPUs, see x86/smp.c */

_Static_assert(sizeof(struct page) == 64, "a struct page is a cache line");

extern char _end[];

static struct memblock free_mem;   /* [deferred_lock] */
static struct memblock ram_blocks; /* blocks with RAM, in use or not: what vmemmap covers */
static u64 frontier;               /* [deferred_lock] physical, a multiple of BLOCK */
static DEFINE_SPINLOCK(deferred_lock);
static bool booting = true;
static unsigned long total_pages; /* handed or to be handed to the page allocator */

unsigned long deferred_pages;
struct page *zero_page;

bool mm_booting(void)
{
	return booting;
}

u64 end_of_ram(void)
{
	return ram_blocks.range[ram_blocks.nr - 1].end;
}

unsigned long totalram_pages(void)
{
	return total_pages;
}

static u64 early_take(u64 size, u64 align)
{
	u64 phys = memblock_take(&free_mem, size, align, LOW_MEMORY);

	if (!phys)
		panic("out of memory at boot: %llu bytes", (unsigned long long)size);
	return phys;
}

void *early_alloc(size_t size)
{
	void *p = __va(early_take(PAGE_ALIGN(size), PAGE_SIZE));

	ASSERT(booting);
	memset(p, 0, PAGE_ALIGN(size));
	return p;
}

/* ---- struct pages ---- */

static void add_ram(u64 start, u64 end)
{
	if (!memblock_add(&ram_blocks, ALIGN_DOWN(start, BLOCK), ALIGN(end, BLOCK)))
		pr_warn("too many memory ranges: some are left unused\n");
}

/* A 2 MiB page of struct pages: the pmd entry itself. */
static void map_huge(unsigned long addr, u64 phys)
{
	pud_t *pud = pud_offset(pgd_offset_k(addr), addr);

	if (pud_none(*pud))
		pud_populate_phys(pud, __pa(early_alloc(PAGE_SIZE)));
	set_pmd(pmd_offset(pud, addr), __pmd(phys | pgprot_val(PAGE_KERNEL) | _PAGE_PSE));
}

static void map_vmemmap(u64 start, u64 end)
{
	unsigned long addr = (unsigned long)phys_to_page(start);
	unsigned long stop = (unsigned long)phys_to_page(end);

	while (addr < stop) {
		if (IS_ALIGNED(addr, PMD_SIZE) && stop - addr >= PMD_SIZE) {
			map_huge(addr, early_take(PMD_SIZE, PMD_SIZE));
			addr += PMD_SIZE;
		} else {
			BUG_ON(map_kernel_page(addr, early_take(PAGE_SIZE, PAGE_SIZE),
					       PAGE_KERNEL));
			addr += PAGE_SIZE;
		}
	}
}

/* The frontier has passed it, so its struct page is in use. */
bool ram_page_known(unsigned long pfn)
{
	u64 phys = PFN_PHYS(pfn);

	for (unsigned int i = 0; i < ram_blocks.nr; i++)
		if (ram_blocks.range[i].start <= phys && phys < ram_blocks.range[i].end)
			return phys < frontier;
	return false;
}

unsigned long next_known_pfn(unsigned long pfn)
{
	for (unsigned int i = 0; i < ram_blocks.nr; i++) {
		u64 phys = max(PFN_PHYS(pfn), ram_blocks.range[i].start);

		if (phys < ram_blocks.range[i].end)
			return phys < frontier ? PFN_DOWN(phys) : ~0ul;
	}
	return ~0ul;
}

/* ---- handing over ---- */

/* Rule 1, for the blocks of [start, end). */
static void zero_struct_pages(u64 start, u64 end)
{
	for (unsigned int i = 0; i < ram_blocks.nr; i++) {
		u64 from = max(start, ram_blocks.range[i].start);
		u64 to = min(end, ram_blocks.range[i].end);

		if (from < to)
			memset(phys_to_page(from), 0,
			       ((to - from) >> PAGE_SHIFT) * sizeof(struct page));
	}
}

bool deferred_grow(void)
{
	unsigned long flags, freed = 0;
	u64 end;

	if (!deferred_pages)
		return false;
	spin_lock_irqsave(&deferred_lock, flags);
	while (free_mem.nr && !freed) {
		frontier = max(frontier, ALIGN_DOWN(free_mem.range[0].start, BLOCK));
		end = frontier + CHUNK;
		zero_struct_pages(frontier, end);
		while (free_mem.nr && free_mem.range[0].start < end) {
			u64 start = free_mem.range[0].start, stop = min(end, free_mem.range[0].end);

			free_pages_core(start >> PAGE_SHIFT, stop >> PAGE_SHIFT);
			memblock_remove(&free_mem, start, stop);
			freed += (stop - start) >> PAGE_SHIFT;
		}
		frontier = end; /* rule 3 */
	}
	deferred_pages -= freed;
	spin_unlock_irqrestore(&deferred_lock, flags);
	return freed;
}

void free_reserved_area(void *start, void *end)
{
	u64 from = ALIGN((u64)__pa(start), PAGE_SIZE), to = ALIGN_DOWN((u64)__pa(end), PAGE_SIZE);
	unsigned long flags;
	u64 done;

	if (from >= to)
		return;
	spin_lock_irqsave(&deferred_lock, flags);
	total_pages += (to - from) >> PAGE_SHIFT;
	done = clamp(frontier, from, to);
	if (from < done)
		free_pages_core(from >> PAGE_SHIFT, done >> PAGE_SHIFT);
	if (done < to && memblock_add(&free_mem, done, to))
		deferred_pages += (to - done) >> PAGE_SHIFT;
	spin_unlock_irqrestore(&deferred_lock, flags);
}

void mem_init(const struct boot_info *info)
{
	init_mm.pgd = swapper_pg_dir;
	for (unsigned int i = 0; i < info->memory_count; i++) {
		memblock_add(&free_mem, max(info->memory[i].start, (u64)LOW_MEMORY),
			     info->memory[i].end);
		add_ram(info->memory[i].start, info->memory[i].end);
	}
	add_ram(0, __pa_symbol(_end));
	if (info->initrd_end)
		add_ram(info->initrd_start, info->initrd_end);
	for (unsigned int i = 0; i < ram_blocks.nr; i++) /* rule 2 */
		map_vmemmap(ram_blocks.range[i].start, ram_blocks.range[i].end);
	memblock_trim(&free_mem, PAGE_SIZE);
	total_pages = deferred_pages = memblock_total(&free_mem) >> PAGE_SHIFT;
	page_alloc_init(total_pages);
	zero_struct_pages(0, ALIGN_DOWN(free_mem.range[0].start, BLOCK));
	booting = false;
	deferred_grow();
	kmem_cache_init();
	radix_tree_init();
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	pr_info("Memory: %luK available\n", total_pages << (PAGE_SHIFT - 10));
}
