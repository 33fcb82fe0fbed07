// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot: from the list of free RAM to a working page allocator.
 *
 * Idea: a struct memblock holds what is free. Page tables are taken from it; the rest goes to the
 * buddy lists, but not all at once: when the allocator runs out, deferred_grow() hands over the next
 * CHUNK bytes. Only then does that RAM get struct pages, in frames taken from itself. So a boot costs
 * the same time and memory on 64 MiB and on 64 GiB.
 *
 *	free_mem     [======]   [=============================]     RAM nobody has
 *	                         ^ frontier: below it the page allocator rules
 *	vmemmap      [ mapped and zeroed up to the frontier    ]    a virtual array, with holes
 *
 * Rules: 1. A struct page is mapped and zeroed once, when the frontier passes it, before its page is
 *    freed. 2. That is done for whole blocks of the largest order with any RAM in them, so a page's
 *    buddy always has a struct page. 3. free_mem lies above the frontier, once mem_init() is done.
 *    4. vmemmap_ahead pages of free_mem will be needed for struct pages: they count as free, but
 *    not as available.
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
static struct memblock ram_blocks; /* blocks with RAM, in use or not: what vmemmap will cover */
static u64 frontier;               /* [deferred_lock] physical, a multiple of BLOCK */
static DEFINE_SPINLOCK(deferred_lock);
static bool booting = true;
static unsigned long total_pages; /* what was free at boot */

unsigned long deferred_pages, vmemmap_ahead;
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

void *early_alloc(size_t size)
{
	u64 phys = memblock_take(&free_mem, PAGE_ALIGN(size), PAGE_SIZE, LOW_MEMORY);

	ASSERT(booting);
	if (!phys)
		panic("out of memory at boot: %zu bytes", size);
	return memset(__va(phys), 0, PAGE_ALIGN(size));
}

/* ---- struct pages ---- */

static void add_ram(u64 start, u64 end)
{
	if (!memblock_add(&ram_blocks, ALIGN_DOWN(start, BLOCK), ALIGN(end, BLOCK)))
		pr_warn("too many memory ranges: some are left unused\n");
}

/* A zeroed frame of free_mem. [deferred_lock] */
static void *vmemmap_frame(void)
{
	u64 phys = memblock_take(&free_mem, PAGE_SIZE, PAGE_SIZE, LOW_MEMORY);

	return phys ? memset(__va(phys), 0, PAGE_SIZE) : NULL;
}

/* Rules 1 and 2, for the blocks of [start, end). False: free_mem has not even room for that. */
static bool map_vmemmap(u64 start, u64 end)
{
	for (unsigned int i = 0; i < ram_blocks.nr; i++) {
		u64 from = max(start, ram_blocks.range[i].start);
		u64 to = min(end, ram_blocks.range[i].end);

		for (; from < to; from += PAGE_SIZE / sizeof(struct page) * PAGE_SIZE) {
			unsigned long addr = (unsigned long)phys_to_page(from);
			void *frame = vmemmap_frame();
			pte_t *pte = frame ? kernel_pte_alloc(addr, vmemmap_frame) : NULL;

			if (!pte)
				return false;
			set_pte(pte, pfn_pte(__pa(frame) >> PAGE_SHIFT, PAGE_KERNEL));
		}
	}
	return true;
}

/* How many pages the struct pages of all blocks from @start on take. */
static unsigned long vmemmap_pages(u64 start)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < ram_blocks.nr; i++) {
		u64 from = max(start, ram_blocks.range[i].start), to = ram_blocks.range[i].end;

		if (from < to)
			pages += PFN_DOWN((to - from) / PAGE_SIZE * sizeof(struct page));
	}
	return pages;
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

/* Rule 4: what free_mem holds, in two numbers. */
static void count_deferred(void)
{
	unsigned long all = memblock_total(&free_mem) >> PAGE_SHIFT;

	vmemmap_ahead = min(vmemmap_pages(frontier), all);
	deferred_pages = all - vmemmap_ahead;
}

bool deferred_grow(void)
{
	unsigned long flags, freed = 0;
	u64 end;

	if (!deferred_pages)
		return false;
	spin_lock_irqsave(&deferred_lock, flags);
	while (free_mem.nr && !freed) {
		end = ALIGN_DOWN(max(frontier, free_mem.range[0].start), BLOCK) + CHUNK;
		if (!map_vmemmap(frontier, end)) {
			/* The last frames cannot hold their own struct pages. */
			free_mem.nr = 0;
			break;
		}
		while (free_mem.nr && free_mem.range[0].start < end) {
			u64 start = free_mem.range[0].start, stop = min(end, free_mem.range[0].end);

			free_pages_core(start >> PAGE_SHIFT, stop >> PAGE_SHIFT);
			memblock_remove(&free_mem, start, stop);
			freed += (stop - start) >> PAGE_SHIFT;
		}
		frontier = end; /* rule 3 */
	}
	count_deferred();
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
	if (done < to)
		memblock_add(&free_mem, done, to);
	count_deferred();
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
	memblock_trim(&free_mem, PAGE_SIZE);
	count_deferred();
	total_pages = deferred_pages + vmemmap_ahead;
	page_alloc_init(total_pages);
	deferred_grow();
	booting = false;
	kmem_cache_init();
	radix_tree_init();
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	pr_info("Memory: %luK available\n", total_pages << (PAGE_SHIFT - 10));
}
