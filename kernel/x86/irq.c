// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: from the vector to the handler, with counts for /proc/interrupts.
 *
 * Data: irq_table[] by IO APIC input; vectors of devices are FIRST_EXTERNAL_VECTOR + input.
 * Locking: a slot is filled once, before its input is enabled, and never emptied.
 * Linux: kernel/irq/, arch/x86/kernel/irq.c. Start at: do_irq.
 */
#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timer.h"

struct irq_desc {
	irq_handler_t handler;
	const char *name;
	void *dev;
};

struct irq_counts {
	u64 device[NR_IRQS];
	u64 local[NR_LOCAL_IRQS];
};

const struct local_irq_name local_irq_names[NR_LOCAL_IRQS] = {
	[LOCAL_IRQ_TIMER] = { "LOC", "Local timer interrupts" },
	[LOCAL_IRQ_RESCHEDULE] = { "RES", "Rescheduling interrupts" },
	[LOCAL_IRQ_CALL] = { "CAL", "Function call interrupts" },
	[LOCAL_IRQ_TLB] = { "TLB", "TLB shootdowns" },
};

static struct irq_desc irq_table[NR_IRQS];
static DEFINE_PER_CPU(struct irq_counts, irq_counts);
DEFINE_PER_CPU(int, irq_depth);
DEFINE_PER_CPU(int, nmi_depth);
DEFINE_PER_CPU(struct pt_regs *, irq_regs);

void do_irq(struct pt_regs *regs, unsigned long vector);

int request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *dev)
{
	if (irq >= NR_IRQS || !handler)
		return -EINVAL;
	if (irq_table[irq].handler)
		return -EBUSY;
	irq_table[irq] = (struct irq_desc){ handler, name, dev };
	ioapic_enable(irq, FIRST_EXTERNAL_VECTOR + irq);
	return 0;
}

static void device_interrupt(unsigned int irq)
{
	struct irq_desc *desc = &irq_table[irq];

	this_cpu_inc(irq_counts.device[irq]);
	if (desc->handler)
		desc->handler(irq, desc->dev);
}

/* From entry.asm, interrupts off, on the interrupted task's kernel stack. */
void do_irq(struct pt_regs *regs, unsigned long vector)
{
	struct pt_regs *outer = this_cpu_read(irq_regs);

	if (vector == SPURIOUS_APIC_VECTOR)
		return;
	this_cpu_write(irq_regs, regs);
	this_cpu_inc(irq_depth);
	apic_eoi();
	if (vector == LOCAL_TIMER_VECTOR) {
		count_local_irq(LOCAL_IRQ_TIMER);
		hrtimer_interrupt();
	} else if (vector == RESCHEDULE_VECTOR) {
		count_local_irq(LOCAL_IRQ_RESCHEDULE);
		scheduler_ipi();
	} else if (vector == CALL_FUNCTION_VECTOR) {
		count_local_irq(LOCAL_IRQ_CALL);
		generic_smp_call_function_interrupt();
	} else if (vector - FIRST_EXTERNAL_VECTOR < NR_IRQS) {
		device_interrupt(vector - FIRST_EXTERNAL_VECTOR);
	}
	this_cpu_dec(irq_depth);
	this_cpu_write(irq_regs, outer);
}

const char *irq_name(unsigned int irq)
{
	return irq < NR_IRQS && irq_table[irq].handler ? irq_table[irq].name : NULL;
}

u64 irq_count(unsigned int irq, int cpu)
{
	return irq < NR_IRQS ? per_cpu(irq_counts, cpu).device[irq] : 0;
}

void count_local_irq(enum local_irq which)
{
	this_cpu_inc(irq_counts.local[which]);
}

u64 local_irq_count(enum local_irq which, int cpu)
{
	return per_cpu(irq_counts, cpu).local[which];
}
