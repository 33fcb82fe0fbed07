/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory ordering on x86: loads are not reordered with loads nor stores with stores, so those
 * barriers only bind the compiler; a store may pass a later load, which smp_mb() prevents.
 * Intel SDM volume 3, 8.2; Linux: Documentation/memory-barriers.txt.
 */
#ifndef CONDUIT_X86_BARRIER_H
#define CONDUIT_X86_BARRIER_H

#include "kernel/lib/compiler.h"

#define mb()  __asm__ __volatile__("mfence" ::: "memory")
#define rmb() __asm__ __volatile__("lfence" ::: "memory")
#define wmb() __asm__ __volatile__("sfence" ::: "memory")

/* A locked operation on the stack is a full barrier and cheaper than mfence. */
#define smp_mb()  __asm__ __volatile__("lock; addl $0,-4(%%rsp)" ::: "memory", "cc")
#define smp_rmb() barrier()
#define smp_wmb() barrier()

#define smp_store_mb(var, value)                                                                   \
	do {                                                                                       \
		(void)__atomic_exchange_n(&(var), (value), __ATOMIC_SEQ_CST);                      \
	} while (0)

#define smp_store_release(p, v)                                                                    \
	do {                                                                                       \
		barrier();                                                                         \
		WRITE_ONCE(*(p), v);                                                               \
	} while (0)

#define smp_load_acquire(p)                                                                        \
	({                                                                                         \
		__typeof__(*(p)) __acquired = READ_ONCE(*(p));                                     \
		barrier();                                                                         \
		__acquired;                                                                        \
	})

#define smp_mb__before_atomic()       barrier()
#define smp_mb__after_atomic()        barrier()
#define smp_mb__after_spinlock()      barrier()
#define smp_acquire__after_ctrl_dep() barrier()

static __always_inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" ::: "memory");
}

#define smp_cond_load_acquire(p, cond)                                                             \
	({                                                                                         \
		__typeof__(*(p)) VAL;                                                              \
		for (;;) {                                                                         \
			VAL = READ_ONCE(*(p));                                                     \
			if (cond)                                                                  \
				break;                                                             \
			cpu_relax();                                                               \
		}                                                                                  \
		barrier();                                                                         \
		VAL;                                                                               \
	})

#endif
