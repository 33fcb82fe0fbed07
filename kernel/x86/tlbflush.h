/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forgetting translations, on every CPU that may have cached them. The others are told by interrupt:
 * interrupts must be on (unless no other CPU is concerned), and no lock may be held that somebody
 * spins for with interrupts off. Linux: arch/x86/mm/tlb.c.
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

/*
 * cpu_bitmap: the CPUs that have, or may have, the address space of pgd loaded. What the caller
 * changed in the page tables before is what they see from now on.
 */
void flush_tlb_pgd_range(pgd_t *pgd, const u64 *cpu_bitmap, unsigned long start, unsigned long end);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

/*
 * A CPU that runs a kernel thread has the address space only lazily: instead of flushing, it loads
 * the kernel's own page tables, and is not asked again. False when current uses it. Interrupts off.
 * Implemented in mm/mmu_context.c.
 */
bool leave_lazy_mm(void);

#define flush_tlb_mm_range(mm, start, end)                                                         \
	flush_tlb_pgd_range((mm)->pgd, &(mm)->cpu_bitmap, start, end)
#define flush_tlb_mm(mm)                 flush_tlb_mm_range(mm, 0, TASK_SIZE)
#define flush_tlb_range(vma, start, end) flush_tlb_mm_range((vma)->vm_mm, start, end)
#define flush_tlb_page(vma, addr)                                                                  \
	flush_tlb_mm_range((vma)->vm_mm, (addr)&PAGE_MASK, ((addr)&PAGE_MASK) + PAGE_SIZE)

#endif
