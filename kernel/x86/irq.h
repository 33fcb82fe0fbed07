/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device interrupts. Handlers run on the interrupted task's stack with interrupts off and stay
 * short. Linux: include/linux/interrupt.h.
 */
#ifndef CONDUIT_X86_IRQ_H
#define CONDUIT_X86_IRQ_H

#include "kernel/lib/types.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/ptrace.h"

#define NR_IRQS 24 /* inputs of the IO APIC */

enum irqreturn { IRQ_NONE, IRQ_HANDLED };
typedef enum irqreturn irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);

/* ISA interrupt number 0-15. 0 or -EBUSY, -EINVAL. */
int request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *dev);

/* Depth of interrupt handlers on this CPU. */
DECLARE_PER_CPU(int, irq_depth);

static inline bool in_interrupt(void)
{
	return this_cpu_read(irq_depth) > 0;
}

/* … and of non-maskable ones, which come in the midst of anything: with any lock held, in any state. */
DECLARE_PER_CPU(int, nmi_depth);

static inline bool in_nmi(void)
{
	return this_cpu_read(nmi_depth) > 0;
}

/* Was user mode interrupted? Inside a handler only. */
DECLARE_PER_CPU(struct pt_regs *, irq_regs);

static inline struct pt_regs *get_irq_regs(void)
{
	return this_cpu_read(irq_regs);
}

/* For /proc/interrupts and /proc/stat. name is NULL for an unused one. */
const char *irq_name(unsigned int irq);
u64 irq_count(unsigned int irq, int cpu);

/* Interrupts that a CPU gets from itself or from other CPUs. */
enum local_irq {
	LOCAL_IRQ_TIMER,
	LOCAL_IRQ_RESCHEDULE,
	LOCAL_IRQ_CALL,
	LOCAL_IRQ_TLB,
	NR_LOCAL_IRQS
};

struct local_irq_name {
	const char *abbreviation, *text;
};

extern const struct local_irq_name local_irq_names[NR_LOCAL_IRQS];
void count_local_irq(enum local_irq which); /* interrupts off */
u64 local_irq_count(enum local_irq which, int cpu);

#endif
