// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast does the time-stamp counter run? Counts it, and the local APIC's timer, against the ACPI
 * power-management timer (3.579545 MHz), over the interval that really passed: a host that takes
 * the CPU away in between does no harm.
 *
 * QEMU's --icount gives exactly 1 GHz, and there a long measurement costs instructions: a short
 * one that comes near is believed.
 * Linux: arch/x86/kernel/tsc.c.
 */
#include "kernel/lib/printk.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/tsc.h"

#define PM_TIMER_HZ   3579545
#define PM_TIMER_MASK 0xffffff
#define PIT_HZ        1193182

unsigned int tsc_khz = 1000000;
u64 tsc_base;
u64 tsc_mult; /* 0: it is time 0 until tsc_init() */

/* Counts over at least pm_ticks of the PM timer. */
static void measure(u32 pm_ticks, u64 *tsc_hz, u64 *apic_hz)
{
	u16 port = acpi_info.pm_timer_port;
	u32 start, passed, apic_start, apic_passed;
	u64 tsc;

	apic_timer_start_raw(0xffffffff);
	start = inl(port);
	tsc = rdtsc();
	apic_start = apic_timer_count();
	do {
		cpu_relax();
		passed = (inl(port) - start) & PM_TIMER_MASK;
	} while (passed < pm_ticks);
	tsc = rdtsc() - tsc;
	apic_passed = apic_start - apic_timer_count();
	apic_timer_start_raw(0);
	*tsc_hz = tsc * PM_TIMER_HZ / passed;
	*apic_hz = (u64)apic_passed * PM_TIMER_HZ / passed;
}

/* Without a PM timer: the smallest of some countdowns of PIT channel 2, 10 ms each. */
static void measure_by_pit(u64 *tsc_hz, u64 *apic_hz)
{
	*tsc_hz = ~0ull;
	for (int round = 0; round < 5; round++) {
		u64 tsc, hz;
		u32 count = PIT_HZ / 100, apic_start;

		outb((inb(0x61) & ~2) | 1, 0x61);
		outb(0xb0, 0x43);
		outb(count & 0xff, 0x42);
		outb(count >> 8, 0x42);
		apic_timer_start_raw(0xffffffff);
		apic_start = apic_timer_count();
		tsc = rdtsc();
		while (!(inb(0x61) & 0x20))
			cpu_relax();
		hz = (rdtsc() - tsc) * 100;
		if (hz < *tsc_hz) {
			*tsc_hz = hz;
			*apic_hz = (u64)(apic_start - apic_timer_count()) * 100;
		}
		apic_timer_start_raw(0);
	}
}

void tsc_init(const struct boot_info *info)
{
	u64 tsc_hz = 0, apic_hz = 0;

	if (!acpi_info.pm_timer_port) {
		measure_by_pit(&tsc_hz, &apic_hz);
	} else {
		measure(PM_TIMER_HZ / 2000, &tsc_hz, &apic_hz);
		if (boot_cpu_data.tcg && tsc_hz > 995000000 && tsc_hz < 1005000000)
			tsc_hz = 1000000000;
		else
			measure(PM_TIMER_HZ / 100, &tsc_hz, &apic_hz);
	}
	apic_timer_hz = boot_cpu_data.tcg ? 1000000000 : apic_hz;
	tsc_khz = tsc_hz / 1000;
	tsc_mult = (1000000000ull << 32) / tsc_hz;
	tsc_base = rdtsc();
	pr_info("tsc: %u.%03u MHz\n", tsc_khz / 1000, tsc_khz % 1000);
}

void udelay(unsigned int us)
{
	u64 end = rdtsc() + (u64)us * tsc_khz / 1000;

	while (rdtsc() < end)
		cpu_relax();
}
