/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this CPU can do, read once from CPUID. A feature is word * 32 + bit, the words being those
 * CPUID registers that cpu_init_features() stores.
 */
#ifndef CONDUIT_X86_CPUFEATURE_H
#define CONDUIT_X86_CPUFEATURE_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

enum cpuid_word {
	CPUID_1_EDX,
	CPUID_1_ECX,
	CPUID_7_EBX,
	CPUID_7_ECX,
	CPUID_80000001_EDX,
	CPUID_D_1_EAX,
	CPUID_WORDS
};

#define X86_FEATURE_TSC        (CPUID_1_EDX * 32 + 4)
#define X86_FEATURE_PGE        (CPUID_1_EDX * 32 + 13)
#define X86_FEATURE_PAT        (CPUID_1_EDX * 32 + 16)
#define X86_FEATURE_FXSR       (CPUID_1_EDX * 32 + 24)
#define X86_FEATURE_SSE2       (CPUID_1_EDX * 32 + 26)
#define X86_FEATURE_XSAVE      (CPUID_1_ECX * 32 + 26)
#define X86_FEATURE_AVX        (CPUID_1_ECX * 32 + 28)
#define X86_FEATURE_RDRAND     (CPUID_1_ECX * 32 + 30)
#define X86_FEATURE_HYPERVISOR (CPUID_1_ECX * 32 + 31)
#define X86_FEATURE_FSGSBASE   (CPUID_7_EBX * 32 + 0)
#define X86_FEATURE_SMEP       (CPUID_7_EBX * 32 + 7)
#define X86_FEATURE_ERMS       (CPUID_7_EBX * 32 + 9)
#define X86_FEATURE_SMAP       (CPUID_7_EBX * 32 + 20)
#define X86_FEATURE_UMIP       (CPUID_7_ECX * 32 + 2)
#define X86_FEATURE_NX         (CPUID_80000001_EDX * 32 + 20)
#define X86_FEATURE_GBPAGES    (CPUID_80000001_EDX * 32 + 26)
#define X86_FEATURE_XSAVEOPT   (CPUID_D_1_EAX * 32 + 0)

struct cpuinfo_x86 {
	char vendor[13];
	char model_name[49];
	u32 family, model, stepping;
	u32 features[CPUID_WORDS];
	bool tcg; /* QEMU's emulator: its clocks are exact */
};

extern struct cpuinfo_x86 boot_cpu_data;

static __always_inline bool cpu_has(unsigned int feature)
{
	return boot_cpu_data.features[feature / 32] & (1u << (feature % 32));
}

static inline void cpuid_count(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ __volatile__("cpuid"
			     : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d)
			     : "a"(leaf), "c"(sub));
}

/* Fills boot_cpu_data; before anything asks cpu_has(). */
void cpu_init_features(void);

#endif
