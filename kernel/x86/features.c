// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the CPU can do, from CPUID, read once. Intel SDM volume 2, CPUID.
 */
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/pgtable.h"

struct cpuinfo_x86 boot_cpu_data;
unsigned long __supported_nx;

static void read_names(struct cpuinfo_x86 *c, u32 max_extended)
{
	u32 r[4];

	cpuid_count(0, 0, &r[0], (u32 *)c->vendor, (u32 *)(c->vendor + 8), (u32 *)(c->vendor + 4));
	if (max_extended < 0x80000004)
		return;
	for (u32 leaf = 0; leaf < 3; leaf++) {
		u32 *name = (u32 *)(c->model_name + 16 * leaf);

		cpuid_count(0x80000002 + leaf, 0, &name[0], &name[1], &name[2], &name[3]);
	}
}

void cpu_init_features(void)
{
	struct cpuinfo_x86 *c = &boot_cpu_data;
	u32 max_basic, max_extended, a, b, d, signature;

	cpuid_count(0, 0, &max_basic, &a, &b, &d);
	cpuid_count(0x80000000, 0, &max_extended, &a, &b, &d);
	cpuid_count(1, 0, &signature, &b, &c->features[CPUID_1_ECX], &c->features[CPUID_1_EDX]);
	c->stepping = signature & 15;
	c->model = ((signature >> 4) & 15) | ((signature >> 12) & 0xf0);
	c->family = (signature >> 8) & 15;
	if (c->family == 15)
		c->family += (signature >> 20) & 255;
	if (max_basic >= 7)
		cpuid_count(7, 0, &a, &c->features[CPUID_7_EBX], &c->features[CPUID_7_ECX], &d);
	if (max_basic >= 13 && cpu_has(X86_FEATURE_XSAVE))
		cpuid_count(13, 1, &c->features[CPUID_D_1_EAX], &a, &b, &d);
	if (max_extended >= 0x80000001)
		cpuid_count(0x80000001, 0, &a, &b, &d, &c->features[CPUID_80000001_EDX]);
	read_names(c, max_extended);
	if (cpu_has(X86_FEATURE_HYPERVISOR)) {
		u32 name[3];

		cpuid_count(0x40000000, 0, &a, &name[0], &name[1], &name[2]);
		c->tcg = __builtin_memcmp(name, "TCGTCGTCGTCG", 12) == 0;
	}
	__supported_nx = cpu_has(X86_FEATURE_NX) ? _PAGE_NX : 0;
}
