/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forgetting translations. With several CPUs the other users of the mm are told by interrupt; with
 * one, these act on the local TLB. Linux: arch/x86/mm/tlb.c.
 */
#ifndef CONDUIT_X86_TLBFLUSH_H
#define CONDUIT_X86_TLBFLUSH_H

#include "kernel/lib/types.h"
#include "kernel/x86/pgtable.h"

struct mm_struct;

static inline void __flush_tlb_one(unsigned long addr)
{
	__asm__ __volatile__("invlpg (%0)" : : "r"(addr) : "memory");
}

/* All entries of this CPU that are not global. */
static inline void __flush_tlb_local(void)
{
	write_cr3(read_cr3());
}

/* Everything, global entries included. */
void __flush_tlb_all(void);

/* The pgd identifies the address space: nothing happens when no CPU has it loaded. */
void flush_tlb_pgd(pgd_t *pgd);
void flush_tlb_pgd_range(pgd_t *pgd, unsigned long start, unsigned long end);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

#define flush_tlb_mm(mm)                   flush_tlb_pgd((mm)->pgd)
#define flush_tlb_mm_range(mm, start, end) flush_tlb_pgd_range((mm)->pgd, start, end)
#define flush_tlb_range(vma, start, end)   flush_tlb_pgd_range((vma)->vm_mm->pgd, start, end)
#define flush_tlb_page(vma, addr)                                                                  \
	flush_tlb_pgd_range((vma)->vm_mm->pgd, (addr)&PAGE_MASK, ((addr)&PAGE_MASK) + PAGE_SIZE)

#endif
