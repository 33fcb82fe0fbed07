/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables of which every CPU has its own copy.
 *
 * Idea: the section .data..percpu is the template and the boot CPU's own copy. Every other CPU
 * has a copy elsewhere, and its GS base is the distance from the template to that copy, so
 * %gs:variable is always this CPU's. The boot CPU's distance is 0.
 * Linux: include/linux/percpu-defs.h, arch/x86/include/asm/percpu.h.
 */
#ifndef CONDUIT_X86_PERCPU_H
#define CONDUIT_X86_PERCPU_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#define NR_CPUS 64

extern unsigned long __per_cpu_offset[NR_CPUS];
extern unsigned int nr_cpu_ids; /* CPUs that may exist: 0 … nr_cpu_ids - 1 */

#define DEFINE_PER_CPU(type, name)         __section(".data..percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name)        extern __section(".data..percpu") __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __aligned(64)

#define per_cpu_offset(cpu)   (__per_cpu_offset[cpu])
#define per_cpu_ptr(ptr, cpu) ((__typeof__(ptr))((unsigned long)(ptr) + per_cpu_offset(cpu)))
#define per_cpu(var, cpu)     (*per_cpu_ptr(&(var), cpu))

/* %gs-relative: the compiler's named address space makes one instruction of each. */
#define __this_cpu_seg(var) (*(__seg_gs __typeof__(var) *)(unsigned long)&(var))

#define this_cpu_read(var) (*(volatile __seg_gs __typeof__(var) *)(unsigned long)&(var))
#define this_cpu_write(var, v)                                                                     \
	((void)(*(volatile __seg_gs __typeof__(var) *)(unsigned long)&(var) = (v)))
/* One instruction, so an interrupt on this CPU cannot come between. */
#define this_cpu_add(var, v)                                                                       \
	do {                                                                                       \
		if (sizeof(var) == 8)                                                              \
			__asm__ __volatile__("addq %1, %%gs:%0"                                    \
					     : "+m"(var)                                           \
					     : "er"((s64)(v))                                      \
					     : "cc");                                              \
		else                                                                               \
			__asm__ __volatile__("addl %1, %%gs:%0"                                    \
					     : "+m"(var)                                           \
					     : "ir"((s32)(v))                                      \
					     : "cc");                                              \
	} while (0)
#define this_cpu_sub(var, v) this_cpu_add(var, -(v))
#define this_cpu_inc(var)    this_cpu_add(var, 1)
#define this_cpu_dec(var)    this_cpu_add(var, -1)

#define __this_cpu_read(var)     this_cpu_read(var)
#define __this_cpu_write(var, v) this_cpu_write(var, v)
#define __this_cpu_add(var, v)   this_cpu_add(var, v)
#define __this_cpu_inc(var)      this_cpu_inc(var)
#define __this_cpu_dec(var)      this_cpu_dec(var)

DECLARE_PER_CPU(unsigned long, this_cpu_off); /* the CPU's own __per_cpu_offset */
DECLARE_PER_CPU(int, cpu_number);

#define raw_smp_processor_id() this_cpu_read(cpu_number)
#define smp_processor_id()     raw_smp_processor_id()

#define this_cpu_ptr(ptr) ((__typeof__(ptr))((unsigned long)(ptr) + this_cpu_read(this_cpu_off)))
#define get_cpu_var(var)  (*this_cpu_ptr(&(var)))

extern u64 cpu_online_mask; /* bit n: CPU n runs */

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < (int)nr_cpu_ids; (cpu)++)
#define cpu_online(cpu)            (!!(READ_ONCE(cpu_online_mask) & (1ull << (cpu))))
#define for_each_online_cpu(cpu)                                                                   \
	for_each_possible_cpu (cpu)                                                                \
		if (cpu_online(cpu))

static inline int num_online_cpus(void)
{
	return __builtin_popcountll(READ_ONCE(cpu_online_mask));
}

#endif
