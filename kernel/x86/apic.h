/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Local APIC (a timer and inter-processor interrupts per CPU) and IO APIC (device interrupts).
 * Intel SDM volume 3, chapter 11; 82093AA data sheet.
 */
#ifndef CONDUIT_X86_APIC_H
#define CONDUIT_X86_APIC_H

#include "kernel/lib/types.h"

/* Vectors: exceptions below 32, IO APIC inputs from 32, the CPU's own at the end. */
#define FIRST_EXTERNAL_VECTOR 0x20
#define LOCAL_TIMER_VECTOR    0xec
#define CALL_FUNCTION_VECTOR  0xfc
#define RESCHEDULE_VECTOR     0xfd
#define SPURIOUS_APIC_VECTOR  0xff

struct boot_info;

/* Finds the APICs through ACPI's MADT, or at their usual places, and silences the old PIC. */
void apic_init(const struct boot_info *info);
/* Enables this CPU's. */
void local_apic_setup(void);
void apic_eoi(void);
/* Route an IO APIC input to the boot CPU. */
void ioapic_enable(unsigned int irq, u8 vector);

/* To another CPU: an interrupt, a non-maskable one, the two that start it. Any context. */
void apic_send_ipi(int cpu, u8 vector);
void apic_send_nmi(int cpu);
void apic_send_init(int cpu);
void apic_send_startup(int cpu, u8 page);

/*
 * The next timer interrupt of this CPU, delta nanoseconds from now (at least one tick of the
 * timer; too far is cut). It calls hrtimer_interrupt().
 */
void clockevent_set_next(u64 delta_ns);
void clockevent_stop(void);

#endif
