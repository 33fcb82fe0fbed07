// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own page tables, made once at boot: the image with the rights of its parts, and all
 * physical memory at PAGE_OFFSET. The boot tables' identity map ends here.
 *
 * Idea: tables come from the start of a memory range below 1 GiB, which the boot tables still map one
 * to one; such a page is taken out of boot_info, so nobody else gets it.
 * Rules: 1. no page of the kernel is writable and executable in the image's mapping; 2. every
 * top-level entry of the kernel half that will ever be used exists from here on, because each
 * process copies them (mm/pgtable.c).
 * Linux: arch/x86/mm/init.c, init_64.c.
 */
#include "boot/boot_info.h"
#include "kernel/lib/bug.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/io.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/pgtable.h"
#include "kernel/x86/tlbflush.h"

#define EARLY_MAP_LIMIT (1ull << 30)
#define DEVICE_LIMIT    (4ull << 30) /* the direct map reaches device registers below 4 GiB */

extern char _text[], _etext[], _srodata[], _erodata[], _sdata[], _end[];

pgd_t swapper_pg_dir[512] __section(".bss..page_aligned") __aligned(4096);
static struct boot_info *early_info;
static u64 direct_map_end;

static phys_addr_t early_table(void)
{
	for (unsigned int i = 0; i < early_info->memory_count; i++) {
		struct boot_memory *m = &early_info->memory[i];
		u64 page = m->start;

		if (page + PAGE_SIZE > EARLY_MAP_LIMIT || m->end - page < 16 * PAGE_SIZE)
			continue;
		m->start += PAGE_SIZE;
		clear_page((void *)page);
		return page;
	}
	panic("no memory below 1 GiB for page tables");
}

/* The table below an entry, made when it is missing. Tables are reached by the identity map. */
static u64 *table_below(u64 *entry)
{
	if (!*entry)
		*entry = early_table() | _PAGE_TABLE;
	return (u64 *)(*entry & PTE_PFN_MASK);
}

static void map_image(char *start, char *end, pgprot_t prot)
{
	for (u64 addr = (u64)start; addr < (u64)end; addr += PAGE_SIZE) {
		u64 *pud = table_below(&swapper_pg_dir[pgd_index(addr)].pgd);
		u64 *pmd = table_below(&pud[pud_index(addr)]);
		u64 *pte = table_below(&pmd[pmd_index(addr)]);

		pte[pte_index(addr)] = __pa_symbol(addr) | pgprot_val(prot);
	}
}

static void map_direct(u64 end)
{
	u64 flags = pgprot_val(PAGE_KERNEL) | _PAGE_PSE;
	bool huge = cpu_has(X86_FEATURE_GBPAGES);
	u64 step = huge ? PUD_SIZE : PMD_SIZE;

	for (u64 phys = 0; phys < end; phys += step) {
		u64 addr = phys + PAGE_OFFSET;
		u64 *pud = table_below(&swapper_pg_dir[pgd_index(addr)].pgd);

		if (huge)
			pud[pud_index(addr)] = phys | flags;
		else
			table_below(&pud[pud_index(addr)])[pmd_index(addr)] = phys | flags;
	}
	direct_map_end = ALIGN(end, step);
}

void paging_init(struct boot_info *info)
{
	u64 end = DEVICE_LIMIT;

	early_info = info;
	for (unsigned int i = 0; i < info->memory_count; i++)
		end = max(end, info->memory[i].end);
	map_image(_text, _etext, PAGE_KERNEL_ROX);
	map_image(_srodata, _erodata, PAGE_KERNEL_RO);
	map_image(_sdata, _end, PAGE_KERNEL);
	map_direct(end);
	/* Rule 2: 512 GiB each of vmalloc space and of struct pages are enough. */
	table_below(&swapper_pg_dir[pgd_index(VMALLOC_START)].pgd);
	table_below(&swapper_pg_dir[pgd_index(VMEMMAP_START)].pgd);
	write_cr3(__pa_symbol(swapper_pg_dir));
}

void *ioremap(phys_addr_t phys, size_t size)
{
	/* Firmware makes device ranges uncached by MTRR, whatever the page tables say. */
	return phys + size <= direct_map_end ? __va(phys) : NULL;
}

void __flush_tlb_all(void)
{
	unsigned long cr4;

	if (!cpu_has(X86_FEATURE_PGE)) {
		__flush_tlb_local();
		return;
	}
	/* Changing PGE drops global entries too. */
	__asm__ __volatile__("mov %%cr4, %0" : "=r"(cr4));
	__asm__ __volatile__("mov %0, %%cr4" : : "r"(cr4 & ~(1ul << 7)) : "memory");
	__asm__ __volatile__("mov %0, %%cr4" : : "r"(cr4) : "memory");
}
