/* SPDX-License-Identifier: GPL-2.0-only */
/* What a new program is told about the machine in its auxiliary vector. */
#ifndef CONDUIT_X86_ELF_H
#define CONDUIT_X86_ELF_H

#include "kernel/x86/cpufeature.h"

#define HWCAP2_FSGSBASE (1ul << 1) /* user mode may write its FS and GS base */

/* AT_HWCAP: EDX of CPUID leaf 1. */
static inline unsigned long elf_hwcap(void)
{
	return boot_cpu_data.features[CPUID_1_EDX];
}

static inline unsigned long elf_hwcap2(void)
{
	return cpu_has(X86_FEATURE_FSGSBASE) ? HWCAP2_FSGSBASE : 0;
}

/* AT_MINSIGSTKSZ: what a signal frame needs at most. Implemented in kernel/x86/signal.c. */
unsigned long get_sigframe_size(void);

#endif
