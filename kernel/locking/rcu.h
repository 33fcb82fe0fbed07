/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RCU: readers without locks, and writers that wait for them.
 *
 * Idea: a reader's section ends before its CPU next passes a quiescent state: a context switch,
 * the idle loop, user mode. As kernel code is not pre-empted, rcu_read_lock() need only stop the
 * compiler, and when every CPU has passed a quiescent state since a pointer was unlinked, nobody
 * can hold it any more: that is a grace period.
 *
 * Rules: 1. a reader does not sleep; 2. what a reader follows was published by
 * rcu_assign_pointer(); 3. an object is freed by call_rcu(), kfree_rcu() or after synchronize_rcu().
 * Linux: kernel/rcu/tree.c; Documentation/RCU/whatisRCU.rst.
 */
#ifndef CONDUIT_LOCKING_RCU_H
#define CONDUIT_LOCKING_RCU_H

#include "kernel/lib/alloc.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/locking/lockdep.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/percpu.h"

typedef void (*rcu_callback_t)(struct rcu_head *head);

static __always_inline void rcu_read_lock(void)
{
	preempt_disable();
}

static __always_inline void rcu_read_unlock(void)
{
	preempt_enable();
}

#define rcu_assign_pointer(p, v) smp_store_release(&(p), (v))
#define RCU_INIT_POINTER(p, v)   WRITE_ONCE(p, v)
#ifdef CONFIG_DEBUG
/* Implemented in kernel/locking/debug.c: reports a use outside a section that RCU waits for. */
void rcu_check_use(const char *file, int line);
#define rcu_check(c)                                                                               \
	do {                                                                                       \
		if (!(c))                                                                          \
			rcu_check_use(__FILE__, __LINE__);                                         \
	} while (0)
/* Also there: whoever waits for callbacks must not hold what a callback takes. */
void rcu_debug_run(bool begins);
void rcu_debug_wait(void);
#else
#define rcu_check(c)          ((void)sizeof(!!(c)))
#define rcu_debug_run(begins) ((void)0)
#define rcu_debug_wait()      ((void)0)
#endif
/* A read-side section, or anything else in which this CPU cannot switch: a spinlock, interrupts off. */
#define rcu_dereference(p) rcu_dereference_check(p, false)
/* … or c holds, which says why nobody frees it. */
#define rcu_dereference_check(p, c)                                                                \
	({                                                                                         \
		rcu_check(c);                                                                      \
		READ_ONCE(p);                                                                      \
	})
#define rcu_dereference_raw(p)          READ_ONCE(p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p)           READ_ONCE(p)
#define rcu_replace_pointer(p, v, c)                                                               \
	({                                                                                         \
		__typeof__(p) __rcu_old = (p);                                                     \
		rcu_assign_pointer(p, v);                                                          \
		__rcu_old;                                                                         \
	})

/*
 * call_rcu(head, func), in lib/alloc.h: calls func(head) after a grace period, in a kernel thread.
 * Any context.
 */
/* Waits for a grace period. Sleeps. */
void synchronize_rcu(void);
/* Waits until all callbacks that were queued before have run. Sleeps. */
void rcu_barrier(void);

/* kfree() after a grace period: func is then the head's offset in the object. */
#define kfree_rcu(ptr, field)                                                                      \
	call_rcu(&(ptr)->field, (rcu_callback_t)(unsigned long)offsetof(__typeof__(*(ptr)), field))
#define synchronize_rcu_expedited() synchronize_rcu()

/* Seconds; rcu_cpu_stall_timeout= on the command line. */
extern unsigned int rcu_cpu_stall_timeout;

/* ---- what the scheduler and the entry code report ---- */

/* Somebody waits for a quiescent state of this CPU. */
DECLARE_PER_CPU(bool, rcu_qs_needed);
void rcu_report_qs(void);

/* A context switch: this CPU holds no reader. Interrupts off. */
static __always_inline void rcu_note_context_switch(void)
{
	if (unlikely(this_cpu_read(rcu_qs_needed)))
		rcu_report_qs();
}

/* The idle loop, around halting. Interrupts off. */
void rcu_idle_enter(void);
void rcu_idle_exit(void);
/* The tick; user: it interrupted user mode. */
void rcu_sched_clock_irq(bool user);
/* Does this CPU have callbacks that the thread has not taken? Then its tick goes on. */
bool rcu_needs_cpu(void);
/* The thread that waits for grace periods and runs callbacks: sched/rcu_thread.c starts it. */
int rcu_gp_kthread(void *unused);

#endif
