// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock checks of debug builds: double locking, unlocking what is not held, sleeping with a
 * spinlock held. The order checker (issue 3) will grow here.
 */
#ifdef CONFIG_DEBUG

#include "kernel/locking/lockdep.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/rwlock.h"
#include "kernel/x86/irq.h"

/* Kernel code is not pre-empted, so the count belongs to the CPU. */
static DEFINE_PER_CPU(int, preempt_depth);

static bool oops_in_progress;

void preempt_disable(void)
{
	this_cpu_inc(preempt_depth);
	barrier();
}

void preempt_enable(void)
{
	barrier();
	this_cpu_dec(preempt_depth);
}

int preempt_count(void)
{
	return this_cpu_read(preempt_depth) + this_cpu_read(irq_depth);
}

void __might_sleep(const char *file, int line)
{
	if (likely(preempt_count() == 0) || oops_in_progress)
		return;
	oops_in_progress = true;
	panic("%s:%d: would sleep in atomic context (%d locks, %d interrupts)", file, line,
	      this_cpu_read(preempt_depth), this_cpu_read(irq_depth));
}

void spin_debug_before_lock(spinlock_t *lock)
{
	if (unlikely(__spin_is_locked_here(lock)) && !oops_in_progress) {
		oops_in_progress = true;
		panic("spinlock %s locked twice by one CPU", lock->name ? lock->name : "?");
	}
}

void spin_debug_locked(spinlock_t *lock)
{
	preempt_disable();
	WRITE_ONCE(lock->cpu, raw_smp_processor_id() + 1);
}

void spin_debug_unlock(spinlock_t *lock)
{
	if (unlikely(!__spin_is_locked_here(lock)) && !oops_in_progress) {
		oops_in_progress = true;
		panic("spinlock %s unlocked by CPU %d, held by %d", lock->name ? lock->name : "?",
		      raw_smp_processor_id(), lock->cpu - 1);
	}
	WRITE_ONCE(lock->cpu, 0);
	preempt_enable();
}

bool __rwlock_is_locked_here(const void *lock)
{
	return *(const unsigned long *)lock != 0;
}

#else
typedef int no_lock_checks; /* an optimised build has none */
#endif
