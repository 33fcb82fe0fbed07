// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which page tables a CPU has loaded.
 *
 * Idea: loading CR3 throws away every cached translation and is the dearest part of a switch, so it
 * happens only when the new task has another mm than the one loaded. Kernel threads and idle tasks
 * have none and go on with what is loaded (lazily).
 * Rules: 1. loaded_mm is what this CPU's CR3 points to. 2. A CPU's bit in mm->cpu_bitmap is set
 *    before the mm is loaded and cleared after another one is: whoever changes page tables and then
 *    reads the bitmap misses no CPU that may have cached the old entry.
 *    3. A kernel thread's active_mm keeps the mm_struct and its top-level table alive, but need not be
 *    loaded: a shoot-down makes a lazy CPU load init_mm instead (leave_lazy_mm()).
 * Locking: loaded_mm is touched by its CPU only, interrupts off.
 * Linux: arch/x86/mm/tlb.c.
 */
#include "mm/internal.h"
#include "mm/mmu_context.h"
#include "kernel/sched/mm_switch.h"
#include "kernel/sched/task.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/tlbflush.h"

DEFINE_PER_CPU(struct mm_struct *, loaded_mm) = &init_mm;

static void mm_set_cpu(struct mm_struct *mm, int cpu)
{
	if (mm != &init_mm)
		set_bit(cpu, &mm->cpu_bitmap);
}

static void mm_clear_cpu(struct mm_struct *mm, int cpu)
{
	if (mm != &init_mm)
		clear_bit(cpu, &mm->cpu_bitmap);
}

void switch_mm_irqs_off(struct mm_struct *prev, struct mm_struct *next, struct task_struct *tsk)
{
	struct mm_struct *loaded = this_cpu_read(loaded_mm);
	int cpu = smp_processor_id();

	if (loaded == next)
		return;
	mm_set_cpu(next, cpu); /* rule 2 */
	this_cpu_write(loaded_mm, next);
	write_cr3(__pa(next->pgd));
	mm_clear_cpu(loaded, cpu);
}

void switch_mm(struct mm_struct *prev, struct mm_struct *next, struct task_struct *tsk)
{
	unsigned long flags;

	local_irq_save(flags);
	switch_mm_irqs_off(prev, next, tsk);
	local_irq_restore(flags);
}

/* From a shoot-down's interrupt: x86/tlb.c. */
bool leave_lazy_mm(void)
{
	if (current->mm)
		return false;
	switch_mm_irqs_off(this_cpu_read(loaded_mm), &init_mm, NULL);
	return true;
}

void enter_lazy_tlb(struct mm_struct *mm, struct task_struct *tsk)
{
	/* Nothing to do: loaded_mm stays, and so does the CPU's bit. */
}

void activate_mm(struct mm_struct *prev, struct mm_struct *next)
{
	switch_mm(prev, next, NULL);
}

/* No CPU has mm's page tables loaded when this returns. mm has no user left. */
void leave_mm(struct mm_struct *mm)
{
	unsigned long flags;

	local_irq_save(flags);
	if (this_cpu_read(loaded_mm) == mm)
		switch_mm_irqs_off(mm, &init_mm, NULL);
	local_irq_restore(flags);
	if (unlikely(READ_ONCE(mm->cpu_bitmap)))
		flush_tlb_mm(mm); /* CPUs that have it lazily leave it: x86/tlbflush.h */
}
