/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little that we read from ACPI's tables: interrupt controllers, CPUs and power registers
 * (ACPI specification 6.4, 5.2).
 */
#ifndef CONDUIT_X86_ACPI_H
#define CONDUIT_X86_ACPI_H

#include "kernel/lib/types.h"
#include "kernel/x86/percpu.h"

struct boot_info;

struct acpi_info {
	u32 ioapic_address, ioapic_gsi_base;
	u8 isa_gsi[16];         /* IO APIC input of each ISA interrupt */
	u16 isa_flags[16];      /* polarity and trigger bits of the override, 0: ISA's */
	unsigned int cpu_count; /* CPUs that can be started, the boot CPU included */
	u8 apic_id[NR_CPUS];
	u16 pm_timer_port;     /* 0: none */
	u16 pm1a_control_port; /* power-off, 0: none */
};

extern struct acpi_info acpi_info;

/* Fills acpi_info, with a PC's usual values where a table is missing. */
void acpi_init(const struct boot_info *info);

#endif
