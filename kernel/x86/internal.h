/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of kernel/x86/ only. */
#ifndef CONDUIT_X86_INTERNAL_H
#define CONDUIT_X86_INTERNAL_H

#include "kernel/lib/types.h"

/* apic.c, for the calibration in tsc.c */
extern u64 apic_timer_hz;
u32 apic_timer_count(void);
void apic_timer_start_raw(u32 count);

/* cpu.c: the top of the kernel stack that user mode enters. */
void load_task_stack(unsigned long top);

#endif
