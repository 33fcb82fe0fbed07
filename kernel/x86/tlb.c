// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flushing translations: here and, by interrupt, on the other CPUs (a "shoot-down").
 *
 * Idea: a page table is memory that every CPU may have read and cached. Whoever takes a right or a
 * page away changes the table first, then has all CPUs in the address space's cpu_bitmap forget
 * what they cached, and gives the page to somebody else only when all have answered.
 *
 * Rules: 1. The change comes before the bitmap is read (full barrier here); a CPU sets its bit
 * before it loads the page tables (mm/mmu_context.c): so either it is in the bitmap, or it has not
 * read the table yet. 2. A CPU that is asked but has another address space loaded by now has
 * nothing cached: loading CR3 threw it away.
 * Linux: arch/x86/mm/tlb.c, where generations let lazy CPUs catch up later.
 */
#include "kernel/x86/barrier.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/locking/lockdep.h"

/* Above so many pages a reload of CR3 is cheaper than one invlpg each. */
#define TLB_SINGLE_PAGE_FLUSH_CEILING 33

struct flush_tlb_info {
	pgd_t *pgd; /* NULL: the kernel's own addresses */
	unsigned long start, end;
};

static bool is_loaded(const pgd_t *pgd)
{
	return (read_cr3() & PTE_PFN_MASK) == __pa(pgd);
}

static void flush_here(const struct flush_tlb_info *info)
{
	if ((info->end - info->start) >> PAGE_SHIFT > TLB_SINGLE_PAGE_FLUSH_CEILING) {
		if (info->pgd)
			__flush_tlb_local();
		else
			__flush_tlb_all();
		return;
	}
	for (unsigned long addr = info->start & PAGE_MASK; addr < info->end; addr += PAGE_SIZE)
		__flush_tlb_one(addr);
}

/* On the CPUs that are told, in their interrupt. */
static void flush_tlb_func(void *data)
{
	const struct flush_tlb_info *info = data;

	count_local_irq(LOCAL_IRQ_TLB);
	if (info->pgd && (!is_loaded(info->pgd) || leave_lazy_mm())) /* rule 2 */
		return;
	flush_here(info);
}

void flush_tlb_pgd_range(pgd_t *pgd, const u64 *cpu_bitmap, unsigned long start, unsigned long end)
{
	struct flush_tlb_info info = { pgd, start, end };
	u64 others;

	lockdep_calls_cpus(); /* also when it happens that no other CPU has them loaded */
	smp_mb();             /* rule 1 */
	if (is_loaded(pgd))
		flush_here(&info);
	others = READ_ONCE(*cpu_bitmap) & ~(1ull << smp_processor_id());
	if (unlikely(others))
		smp_call_function_many(others, flush_tlb_func, &info);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	struct flush_tlb_info info = { NULL, start, end };

	smp_mb(); /* rule 1 */
	flush_here(&info);
	smp_call_function_many(~0ull, flush_tlb_func, &info);
}
