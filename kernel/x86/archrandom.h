/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU's random number generator. */
#ifndef CONDUIT_X86_ARCHRANDOM_H
#define CONDUIT_X86_ARCHRANDOM_H

#include "kernel/x86/cpufeature.h"

/* False when the CPU has none or has run dry. Intel SDM volume 1, 7.3.17. */
static inline bool arch_get_random(u64 *value)
{
	int tries = 10;
	bool good = false;

	if (!cpu_has(X86_FEATURE_RDRAND))
		return false;
	while (!good && tries--)
		__asm__ __volatile__("rdrand %0" : "=r"(*value), "=@ccc"(good));
	return good;
}

#endif
