// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways to end: power off, restart, halt. Under QEMU's isa-debug-exit device the exit status
 * tells the host how it went; TRIED values: 0x10 power-off, 0x12 panic.
 */
#include "kernel/x86/acpi.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/processor.h"

#define DEBUG_EXIT_PORT 0x501
#define ACPI_SLEEP_S5   0x2000 /* SLP_EN with sleep type 0, which is S5 on QEMU's machines */

void machine_halt(void)
{
	local_irq_disable();
	for (;;)
		__asm__ __volatile__("hlt");
}

void machine_power_off(int status)
{
	local_irq_disable();
	outl(status, DEBUG_EXIT_PORT); /* nothing happens where there is no such device */
	if (acpi_info.pm1a_control_port)
		outw(ACPI_SLEEP_S5, acpi_info.pm1a_control_port);
	outw(ACPI_SLEEP_S5, 0x604);
	machine_halt();
}

void machine_restart(void)
{
	local_irq_disable();
	outb(0x06, 0xcf9); /* the chip set's reset control register */
	outb(0xfe, 0x64);  /* the keyboard controller's reset line */
	machine_halt();
}
