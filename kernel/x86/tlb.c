// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flushing the TLB of this CPU, when it has the address space loaded. With more CPUs (issue 3) the
 * others are told here. Linux: arch/x86/mm/tlb.c.
 */
#include "kernel/x86/tlbflush.h"

/* Above so many pages a reload of CR3 is cheaper than one invlpg each. */
#define TLB_SINGLE_PAGE_FLUSH_CEILING 33

static bool is_loaded(pgd_t *pgd)
{
	return (read_cr3() & PTE_PFN_MASK) == __pa(pgd);
}

void flush_tlb_pgd(pgd_t *pgd)
{
	if (is_loaded(pgd))
		__flush_tlb_local();
}

void flush_tlb_pgd_range(pgd_t *pgd, unsigned long start, unsigned long end)
{
	if (!is_loaded(pgd))
		return;
	if ((end - start) >> PAGE_SHIFT > TLB_SINGLE_PAGE_FLUSH_CEILING) {
		__flush_tlb_local();
		return;
	}
	for (unsigned long addr = start & PAGE_MASK; addr < end; addr += PAGE_SIZE)
		__flush_tlb_one(addr);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	if ((end - start) >> PAGE_SHIFT > TLB_SINGLE_PAGE_FLUSH_CEILING) {
		__flush_tlb_all();
		return;
	}
	for (unsigned long addr = start & PAGE_MASK; addr < end; addr += PAGE_SIZE)
		__flush_tlb_one(addr);
}
