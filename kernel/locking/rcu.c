// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU: grace periods and callbacks.
 *
 * Idea: call_rcu() puts the callback on its CPU's list, nothing more. One kernel thread collects
 * the lists into a batch, waits until every other CPU has passed a quiescent state, runs the batch,
 * and begins again. The CPU on which the thread runs has just switched tasks, so with one CPU there
 * is nothing to wait for: that the thread runs at all is the grace period.
 *
 *	CPU 0 list ──┐                 ┌ rcu_waiting: bit per CPU that must still report
 *	CPU 1 list ──┼─▶ batch ─ wait ─┤ rcu_qs_needed (per CPU): "report at your next context
 *	CPU 2 list ──┘                 └  switch, user-mode tick or idle round" ─▶ run callbacks
 *
 * Rules:
 *  1. A quiescent state is a point of a CPU where no read-side section is open: a context switch,
 *     a tick that interrupted user mode, a round of the idle loop. (A tick that interrupted the
 *     idle loop's halt is not: an interrupt handler below it may be reading.)
 *  2. rcu_waiting is set before any rcu_qs_needed; a CPU clears its rcu_qs_needed before its bit.
 *     The next grace period begins only when rcu_waiting is 0, so the two never mix.
 *  3. Callbacks of one CPU run in the order in which they were queued.
 * The tick wakes the thread when its CPU's list is not empty; so callbacks gather for up to one
 * tick and a batch costs one wake-up. synchronize_rcu() does not wait for the tick.
 * Locking: rcu_cpu.lock, interrupts off; nothing inside it.
 * Linux: kernel/rcu/tree.c, where a tree of masks serves hundreds of CPUs.
 * Start at: rcu_gp_kthread().
 */
#include "kernel/locking/rcu.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/bug.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/current.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/thread.h"
#include "kernel/x86/tsc.h"
#include "kernel/locking/completion.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/sleep.h"
#include "kernel/locking/spinlock.h"

/* Callbacks that no batch has taken yet. [L] lock */
struct rcu_cpu {
	spinlock_t lock;
	struct rcu_head *first, *last; /* [L] */
};

static DEFINE_PER_CPU(struct rcu_cpu, rcu_cpus) = { .lock = __SPIN_LOCK_UNLOCKED(lock) };
DEFINE_PER_CPU(bool, rcu_qs_needed);
static DEFINE_PER_CPU(bool, rcu_in_idle);

unsigned int rcu_cpu_stall_timeout = 21;

/* Time goes on while the host runs none of our CPUs: a last chance for them to report. */
#define LAST_CHANCE_NS 2000000000l

static struct task_struct *rcu_thread; /* set once; NULL early: then there is one task */
static u64 rcu_waiting;

/* ---- callbacks ---- */

static void enqueue(struct rcu_cpu *rc, struct rcu_head *head)
{
	head->next = NULL;
	if (rc->first)
		rc->last->next = head;
	else
		WRITE_ONCE(rc->first, head);
	rc->last = head;
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_cpu *rc;
	unsigned long flags;

	head->func = func;
	local_irq_save(flags);
	rc = this_cpu_ptr(&rcu_cpus);
	spin_lock(&rc->lock);
	enqueue(rc, head);
	spin_unlock(&rc->lock);
	local_irq_restore(flags);
}

/* All CPUs' callbacks in one chain, or NULL. */
static struct rcu_head *take_batch(void)
{
	struct rcu_head *batch = NULL, **tail = &batch;
	int cpu;

	for_each_possible_cpu (cpu) {
		struct rcu_cpu *rc = per_cpu_ptr(&rcu_cpus, cpu);

		if (!READ_ONCE(rc->first))
			continue;
		spin_lock_irq(&rc->lock);
		*tail = rc->first;
		tail = &rc->last->next;
		rc->first = rc->last = NULL;
		spin_unlock_irq(&rc->lock);
	}
	return batch;
}

/* thread_info is a task's first member. */
static unsigned long *current_thread_flags(void)
{
	return &((struct thread_info *)current)->flags;
}

static void run_batch(struct rcu_head *head)
{
	while (head) {
		struct rcu_head *next = head->next;
		unsigned long func = (unsigned long)head->func;

		rcu_debug_run(true);
		if (func < 4096) /* kfree_rcu(): the head's offset in the object */
			kfree((char *)head - func);
		else
			head->func(head);
		rcu_debug_run(false);
		head = next;
		if (test_bit(TIF_NEED_RESCHED, current_thread_flags()))
			schedule();
	}
}

/* ---- grace periods ---- */

/* Interrupts are off. */
void rcu_report_qs(void)
{
	u64 bit = 1ull << smp_processor_id();
	u64 before;

	this_cpu_write(rcu_qs_needed, false);
	before = __atomic_fetch_and(&rcu_waiting, ~bit, __ATOMIC_SEQ_CST);
	if (before == bit)
		wake_up_process(rcu_thread);
}

/* Somebody holds up everybody who waits to free something: say who, and where. */
static void report_stall(void)
{
	u64 stalled = READ_ONCE(rcu_waiting);

	pr_err("rcu: INFO: stall: no quiescent state for %u s on CPUs with mask %#llx\n",
	       rcu_cpu_stall_timeout, (unsigned long long)stalled);
	for (; stalled; stalled &= stalled - 1)
		smp_show_cpu(__builtin_ctzll(stalled));
}

/* Once per rcu_cpu_stall_timeout, however often somebody wakes the thread for nothing. */
static void wait_for_reports(void)
{
	long period = rcu_cpu_stall_timeout * 1000000000l;
	u64 due = sched_clock() + period;
	bool last_chance = false;

	for (;;) {
		long left;

		set_current_state(TASK_IDLE);
		if (!READ_ONCE(rcu_waiting))
			break;
		left = (long)(due - sched_clock());
		if (left > 0) {
			schedule_timeout(left);
			continue;
		}
		if (!last_chance) {
			last_chance = true;
			due = sched_clock() + min(LAST_CHANCE_NS, period);
			continue;
		}
		__set_current_state(TASK_RUNNING);
		report_stall();
		last_chance = false;
		due = sched_clock() + period;
	}
	__set_current_state(TASK_RUNNING);
}

static void wait_for_readers(void)
{
	u64 mask = READ_ONCE(cpu_online_mask) & ~(1ull << smp_processor_id());
	int cpu;

	if (!mask)
		return;
	ASSERT(!rcu_waiting);
	__atomic_store_n(&rcu_waiting, mask, __ATOMIC_SEQ_CST);
	for_each_possible_cpu (cpu) {
		if (!(mask >> cpu & 1))
			continue;
		WRITE_ONCE(per_cpu(rcu_qs_needed, cpu), true);
		smp_mb(); /* pairs with rcu_idle_enter() */
		if (READ_ONCE(per_cpu(rcu_in_idle, cpu)))
			smp_send_reschedule(cpu); /* out of the halt: a round of the idle loop */
	}
	wait_for_reports();
}

int rcu_gp_kthread(void *unused)
{
	struct rcu_head *batch;

	WRITE_ONCE(rcu_thread, current);
	for (;;) {
		set_current_state(TASK_IDLE);
		batch = take_batch();
		if (!batch) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		wait_for_readers();
		run_batch(batch);
	}
	return 0;
}

/* ---- hooks ---- */

bool rcu_needs_cpu(void)
{
	return this_cpu_read(rcu_cpus.first) != NULL;
}

void rcu_sched_clock_irq(bool user)
{
	if (this_cpu_read(rcu_qs_needed)) {
		if (user)
			rcu_report_qs();
		else /* deep in the kernel: switch tasks at the latest before user mode */
			set_bit(TIF_NEED_RESCHED, current_thread_flags());
	}
	/* A thread that waits for reports looks at the lists afterwards. */
	if (rcu_needs_cpu() && rcu_thread && !READ_ONCE(rcu_waiting))
		wake_up_process(rcu_thread);
}

void rcu_idle_enter(void)
{
	this_cpu_write(rcu_in_idle, true);
	smp_mb(); /* pairs with wait_for_readers(): it sees the flag, or we its request */
	rcu_note_context_switch();
}

void rcu_idle_exit(void)
{
	this_cpu_write(rcu_in_idle, false);
	rcu_note_context_switch();
}

/* ---- waiting ---- */

struct rcu_waiter {
	struct rcu_head head;
	struct completion done;
};

static void wake_waiter(struct rcu_head *head)
{
	complete(&container_of(head, struct rcu_waiter, head)->done);
}

void synchronize_rcu(void)
{
	struct rcu_waiter waiter;

	might_sleep();
	if (!READ_ONCE(rcu_thread))
		return;
	ASSERT(current != rcu_thread);
	rcu_debug_wait();
	init_completion(&waiter.done);
	call_rcu(&waiter.head, wake_waiter);
	wake_up_process(rcu_thread);
	wait_for_completion(&waiter.done);
}

static DEFINE_MUTEX(barrier_lock);
static struct rcu_waiter barrier_waiters[NR_CPUS]; /* [barrier_lock] */

/* One callback behind the last of every CPU (rule 3). */
void rcu_barrier(void)
{
	unsigned long flags;
	int cpu;

	if (!READ_ONCE(rcu_thread))
		return;
	rcu_debug_wait();
	mutex_lock(&barrier_lock);
	for_each_possible_cpu (cpu) {
		struct rcu_cpu *rc = per_cpu_ptr(&rcu_cpus, cpu);
		struct rcu_waiter *waiter = &barrier_waiters[cpu];

		init_completion(&waiter->done);
		waiter->head.func = wake_waiter;
		spin_lock_irqsave(&rc->lock, flags);
		enqueue(rc, &waiter->head);
		spin_unlock_irqrestore(&rc->lock, flags);
	}
	wake_up_process(rcu_thread);
	for_each_possible_cpu (cpu)
		wait_for_completion(&barrier_waiters[cpu].done);
	mutex_unlock(&barrier_lock);
}
