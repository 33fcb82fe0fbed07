/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts from one CPU to another (IPIs), and starting and stopping CPUs.
 * Linux: include/linux/smp.h, arch/x86/kernel/smp.c.
 */
#ifndef CONDUIT_X86_SMP_H
#define CONDUIT_X86_SMP_H

#include "kernel/lib/types.h"

struct boot_info;
struct pt_regs;
struct task_struct;

/* Makes another CPU look at its run queue. Any context. */
void smp_send_reschedule(int cpu);

/*
 * func(info) on every online CPU of mask but this one, in interrupt context; comes back when all
 * have run it. Interrupts must be on, and func must not take a lock that a caller holds, or two
 * CPUs wait for each other for ever. Not from interrupts.
 */
void smp_call_function_many(u64 mask, void (*func)(void *info), void *info);
/* … and on this CPU too, with interrupts off. */
void on_each_cpu(void (*func)(void *info), void *info);

/*
 * func(info) here, with interrupts off, while every other CPU stands still at a place where a task
 * may sleep, so with no spinlock in its hand. Interrupts must be on. Debug builds; sleeps.
 * Linux: stop_machine().
 */
#ifdef CONFIG_DEBUG
void smp_hold_others(void (*func)(void *info), void *info);
/* The scheduler asks after each switch: is this CPU to stand still? Then it comes back later. */
void smp_park_if_asked(void);
#else
static inline void smp_park_if_asked(void)
{
}
#endif

/* The handler of CALL_FUNCTION_VECTOR. */
void generic_smp_call_function_interrupt(void);

/*
 * Halts the other CPUs for good: power-off, panic. With patience each finishes what it does and is
 * stopped in its idle loop (up to ten seconds, since an idle CPU may wait for the host); else, or
 * then, a non-maskable interrupt stops it. True when nobody had to be stopped that way.
 */
bool smp_send_stop(bool patience);
bool smp_cpu_stopped(int cpu);
/* The idle loop asks: is this CPU to stop? Then it does not come back. */
void smp_stop_if_asked(void);
/* Makes another CPU print its registers and backtrace, even with interrupts off. */
void smp_show_cpu(int cpu);
/* From the NMI handler: whatever the two above want. */
void smp_nmi(struct pt_regs *regs);

/* smpboot.c. Before the page allocator: ACPI's CPUs get their per-CPU variables, nr_cpu_ids is set. */
void setup_per_cpu_areas(struct boot_info *info);
/* Starts a CPU whose idle task is given. 0 when it is online, -EIO when it does not answer. */
int native_cpu_up(int cpu, struct task_struct *idle);

#endif
