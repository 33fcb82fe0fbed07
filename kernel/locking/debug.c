// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock checks of debug builds: what the debug variants of the lock functions call. Double locking,
 * unlocking what is not held, sleeping with a spinlock held; the order is lockdep.c's business.
 */
#ifdef CONFIG_DEBUG

#include "kernel/locking/lockdep.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/rwsem.h"
#include "kernel/locking/seqlock.h"
#include "kernel/locking/sleep.h"
#include "kernel/x86/current.h"
#include "kernel/x86/irq.h"

/* Kernel code is not pre-empted, so the count belongs to the CPU. */
static DEFINE_PER_CPU(int, preempt_depth);

static bool oops_in_progress;
static bool interrupts_were_on; /* not early in the boot, when one task runs without any */

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
	bool irqs_off = irqs_disabled();

	if (unlikely(!interrupts_were_on)) {
		interrupts_were_on = !irqs_off;
		irqs_off = false;
	}
	if (likely(preempt_count() == 0 && !irqs_off) || oops_in_progress) {
		if (unlikely(sched_seeded) && !oops_in_progress)
			__sched_seed_point();
		return;
	}
	if (!debug_locks)
		return;
	pr_warn("lockdep: %s:%d: would sleep in atomic context (%d locks, %d interrupts%s)\n", file,
		line, this_cpu_read(preempt_depth), this_cpu_read(irq_depth),
		irqs_off ? ", interrupts off" : "");
	lockdep_report("sleeping in atomic context");
}

/* Where the CPU can switch tasks, a grace period can end. */
void rcu_check_use(const char *file, int line)
{
	if (likely(preempt_count() || irqs_disabled()) || !debug_locks)
		return;
	pr_warn("lockdep: %s:%d: suspicious RCU usage\n", file, line);
	lockdep_report("rcu_dereference() outside a read-side section");
}

/* Callbacks run one after the other, in one thread: as if each held this lock. */
static struct lockdep_map rcu_callbacks = __LOCKDEP_MAP_INIT("rcu callbacks");

void rcu_debug_run(bool begins)
{
	if (begins)
		lock_acquire(&rcu_callbacks, 0, false, LOCK_WRITE, __LOCK_IP);
	else
		lock_release(&rcu_callbacks, __LOCK_IP);
}

void rcu_debug_wait(void)
{
	rcu_debug_run(true);
	rcu_debug_run(false);
}

/* On the way to user mode: nothing held, no section open. */
void lockdep_sys_exit(void)
{
	lockdep_assert_none_held("a lock is held on the way to user mode");
	if (unlikely(preempt_count()) && debug_locks)
		lockdep_report("a read-side section or spinlock is open on the way to user mode");
}

static void __noreturn misuse(const char *what, const char *name)
{
	oops_in_progress = true;
	panic("lock %s %s", name ? name : "?", what);
}

/* ---- spinlocks ---- */

bool spin_lock_is_held(const spinlock_t *lock)
{
	return READ_ONCE(lock->cpu) == raw_smp_processor_id() + 1;
}

void spin_debug_before_lock(spinlock_t *lock, unsigned int subclass)
{
	lock_acquire(&lock->dep_map, subclass, false, LOCK_WRITE, __LOCK_IP);
	if (unlikely(spin_lock_is_held(lock)) && !oops_in_progress)
		misuse("taken twice by one CPU", lock->dep_map.name);
}

void spin_debug_trylocked(spinlock_t *lock)
{
	lock_acquire(&lock->dep_map, 0, true, LOCK_WRITE, __LOCK_IP);
	spin_debug_locked(lock);
}

void spin_debug_locked(spinlock_t *lock)
{
	preempt_disable();
	WRITE_ONCE(lock->cpu, raw_smp_processor_id() + 1);
}

void spin_debug_unlock(spinlock_t *lock)
{
	if (unlikely(!spin_lock_is_held(lock)) && !oops_in_progress)
		misuse("given back by a CPU that does not have it", lock->dep_map.name);
	lock_release(&lock->dep_map, __LOCK_IP);
	WRITE_ONCE(lock->cpu, 0);
	preempt_enable();
}

void spin_debug_hand_over(spinlock_t *lock)
{
	lock_release(&lock->dep_map, __LOCK_IP);
}

void spin_debug_take_over(spinlock_t *lock)
{
	lock_acquire(&lock->dep_map, 0, true, LOCK_WRITE, __LOCK_IP);
}

/* ---- read-write locks: each CPU knows which it has for reading ---- */

#define HELD_MAX 8

struct read_held {
	unsigned int depth;
	const rwlock_t *locks[HELD_MAX];
};

static DEFINE_PER_CPU(struct read_held, read_held);

static int find_read_held(const rwlock_t *lock)
{
	struct read_held *held = this_cpu_ptr(&read_held);
	int i;

	for (i = (int)held->depth - 1; i >= 0; i--) {
		if (held->locks[i] == lock)
			return i;
	}
	return -1;
}

bool rwlock_is_held(const rwlock_t *lock)
{
	unsigned long flags;
	bool held;

	local_irq_save(flags);
	held = READ_ONCE(lock->cpu) == raw_smp_processor_id() + 1 || find_read_held(lock) >= 0;
	local_irq_restore(flags);
	return held;
}

void rwlock_debug_before_read(rwlock_t *lock)
{
	struct read_held *held;
	unsigned long flags;

	lock_acquire(&lock->dep_map, 0, false, LOCK_READ_SPIN, __LOCK_IP);
	preempt_disable();
	local_irq_save(flags);
	if (READ_ONCE(lock->cpu) == raw_smp_processor_id() + 1 && !oops_in_progress)
		misuse("read by its writer", lock->dep_map.name);
	if (!in_interrupt() && find_read_held(lock) >= 0 && !oops_in_progress)
		misuse("read twice by one task", lock->dep_map.name);
	held = this_cpu_ptr(&read_held);
	if (held->depth == HELD_MAX)
		misuse("is one too many held for reading", lock->dep_map.name);
	held->locks[held->depth++] = lock;
	local_irq_restore(flags);
}

void rwlock_debug_read_unlock(rwlock_t *lock)
{
	struct read_held *held;
	unsigned long flags;
	int i;

	lock_release(&lock->dep_map, __LOCK_IP);
	local_irq_save(flags);
	held = this_cpu_ptr(&read_held);
	i = find_read_held(lock);
	if (i < 0 && !oops_in_progress)
		misuse("given back by a reader that does not have it", lock->dep_map.name);
	if (i >= 0)
		held->locks[i] = held->locks[--held->depth];
	local_irq_restore(flags);
	preempt_enable();
}

void rwlock_debug_before_write(rwlock_t *lock)
{
	lock_acquire(&lock->dep_map, 0, false, LOCK_WRITE, __LOCK_IP);
	preempt_disable();
	if (rwlock_is_held(lock) && !oops_in_progress)
		misuse("taken for writing by one who has it", lock->dep_map.name);
}

void rwlock_debug_written(rwlock_t *lock)
{
	WRITE_ONCE(lock->cpu, raw_smp_processor_id() + 1);
}

void rwlock_debug_write_unlock(rwlock_t *lock)
{
	if (READ_ONCE(lock->cpu) != raw_smp_processor_id() + 1 && !oops_in_progress)
		misuse("given back by a writer that does not have it", lock->dep_map.name);
	lock_release(&lock->dep_map, __LOCK_IP);
	WRITE_ONCE(lock->cpu, 0);
	preempt_enable();
}

/* ---- sequence locks: the reader holds nothing afterwards ---- */

void seqlock_debug_before_read(const seqlock_t *sl)
{
	struct lockdep_map *map = (struct lockdep_map *)&sl->lock.dep_map;

	lock_acquire(map, 0, false, LOCK_READ_SPIN, __LOCK_IP);
	lock_release(map, __LOCK_IP);
}

/* ---- sleeping locks ---- */

bool mutex_lock_is_held(const struct mutex *lock)
{
	return (atomic_long_read(&lock->owner) & ~(long)MUTEX_FLAGS) == (long)current;
}

/* Who the readers are, lockdep knows as long as it is on. */
bool rwsem_lock_is_held(const struct rw_semaphore *sem)
{
	if (READ_ONCE(sem->owner) == current)
		return true;
	return atomic_long_read(&sem->count) >= (long)RWSEM_READER &&
	       (!debug_locks || lock_is_held(&sem->dep_map));
}

bool rwsem_lock_is_held_write(const struct rw_semaphore *sem)
{
	return READ_ONCE(sem->owner) == current;
}

#else
typedef int no_lock_checks; /* an optimised build has none */
#endif
