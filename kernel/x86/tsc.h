/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time-stamp counter: the clock from which all others are made. Calibrated once at boot
 * against the ACPI power-management timer.
 */
#ifndef CONDUIT_X86_TSC_H
#define CONDUIT_X86_TSC_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

static __always_inline u64 rdtsc(void)
{
	u32 low, high;

	__asm__ __volatile__("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

extern unsigned int tsc_khz;
extern u64 tsc_base; /* reading at boot: time 0 */
extern u64 tsc_mult; /* ns = (cycles * tsc_mult) >> 32: nanoseconds a cycle, in 2^-32 */

struct boot_info;
void tsc_init(const struct boot_info *info);

static __always_inline u64 cycles_to_ns(u64 cycles)
{
	u64 high;

	/* Without overflow: the product has 128 bits. */
	__asm__("mulq %2; shrdq $32, %1, %0" : "+a"(cycles), "=&d"(high) : "m"(tsc_mult) : "cc");
	return cycles;
}

/* Nanoseconds since boot; monotonic on each CPU. */
static inline u64 sched_clock(void)
{
	return cycles_to_ns(rdtsc() - tsc_base);
}

/* Busy-waits. */
void udelay(unsigned int us);

#endif
