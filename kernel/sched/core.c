// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler's core: switching between tasks, and waking them.
 *
 * Idea: each CPU has a run queue (struct rq) of its own with a queue per scheduling class. A
 * sleeping task is on none. __schedule() takes a task that no longer wants to run off the queue,
 * lets the classes choose another, and switches stacks; try_to_wake_up() puts a sleeper back.
 *
 * Data: p->__state says whether the task wants to run, p->on_rq whether a run queue knows it,
 * p->on_cpu whether its stack and registers are in use on a CPU. A sleep in steps:
 *
 *	            sleeper                               waker
 *	__state = TASK_INTERRUPTIBLE, full barrier  condition = true
 *	if (condition) …                            try_to_wake_up: pi_lock, full barrier
 *	__schedule: rq->lock, on_rq = 0             if !(__state & state) nothing to do
 *	  switch to another stack                   if on_rq: rq->lock, __state = RUNNING, done
 *	  on_cpu = 0 (release)                      wait until on_cpu == 0 (acquire)
 *	                                            choose a CPU, enqueue there
 *
 * Rules:
 *  1. p->__state is set to a sleeping value only by p itself, and back to TASK_RUNNING only by p
 *     or under p->pi_lock; so of several wakers one wins.
 *  2. on_rq goes to 0 only under rq->lock and to 1 only under pi_lock and rq->lock.
 *  3. p->cpu changes only while on_rq is 0, under pi_lock, or MIGRATING, by who made it so and before
 *     the lock of the old queue is released. So who holds task_rq(p)'s lock and sees neither the
 *     queue changed nor MIGRATING, has the right lock.
 *  4. Nobody runs p while on_cpu is set: its registers may not be saved yet.
 *  5. rq->lock is taken by prev and released by next, on the other side of switch_to().
 *
 * Locking: p->pi_lock -> rq->lock, both with interrupts off, never two rq locks. Taking a spinlock is a locked
 * instruction and so a full barrier on x86; smp_mb__after_spinlock() says where that is needed.
 * Linux: kernel/sched/core.c. Start at: __schedule(), try_to_wake_up().
 */
#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/switch_to.h"
#include "kernel/x86/uaccess.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/internal.h"
#include "kernel/sched/mm_switch.h"

DEFINE_PER_CPU(struct rq, runqueues);

/* ---- for locking/sleep.h, which does not see task_struct ---- */

void(set_current_state)(unsigned int state)
{
	set_current_state(state);
}

void(__set_current_state)(unsigned int state)
{
	__set_current_state(state);
}

bool current_signal_pending_state(unsigned int state)
{
	return signal_pending_state(state, current);
}

#ifdef CONFIG_DEBUG
struct lockdep_task *lockdep_current(void)
{
	return &current->lockdep;
}

const char *lockdep_task_name(void)
{
	return current->comm;
}
#endif

/* ---- run queues ---- */

struct rq *task_rq_lock(struct task_struct *p, unsigned long *flags)
{
	for (;;) {
		struct rq *rq;

		spin_lock_irqsave(&p->pi_lock, *flags);
		rq = task_rq(p);
		spin_lock(&rq->lock);
		if (likely(rq == task_rq(p) && p->on_rq != TASK_ON_RQ_MIGRATING))
			return rq;
		spin_unlock(&rq->lock);
		spin_unlock_irqrestore(&p->pi_lock, *flags);
		cpu_relax();
	}
}

void task_rq_unlock(struct rq *rq, struct task_struct *p, unsigned long *flags)
{
	spin_unlock(&rq->lock);
	spin_unlock_irqrestore(&p->pi_lock, *flags);
}

/* With the rq lock but not pi_lock: the task may be in another queue once the lock is there. */
static struct rq *__task_rq_lock(struct task_struct *p)
{
	for (;;) {
		struct rq *rq = task_rq(p);

		spin_lock(&rq->lock);
		if (likely(rq == task_rq(p) && p->on_rq != TASK_ON_RQ_MIGRATING))
			return rq;
		spin_unlock(&rq->lock);
		cpu_relax();
	}
}

/* rq's CPU shall call schedule() soon: before it returns to user mode, or from the idle loop. */
void resched_curr(struct rq *rq)
{
	struct task_struct *curr = rq->curr;

	if (test_tsk_thread_flag(curr, TIF_NEED_RESCHED))
		return;
	set_tsk_thread_flag(curr, TIF_NEED_RESCHED);
	if (rq->cpu != smp_processor_id())
		smp_send_reschedule(rq->cpu);
}

/* p has become runnable on rq: does it go before the one that runs? */
void check_preempt_curr(struct rq *rq, struct task_struct *p, int wake_flags)
{
	const struct sched_class *class = rq->curr->sched_class;

	if (p->sched_class == class)
		class->check_preempt_curr(rq, p, wake_flags);
	else if (p->sched_class->rank > class->rank)
		resched_curr(rq);
}

void activate_task(struct rq *rq, struct task_struct *p, int flags)
{
	p->sched_class->enqueue_task(rq, p, flags);
	rq->nr_running++;
	WRITE_ONCE(p->on_rq, TASK_ON_RQ_QUEUED);
}

/* For a sleep on_rq becomes 0 here: from now on a waker may want the task (rule 2). */
void deactivate_task(struct rq *rq, struct task_struct *p, int flags)
{
	rq->nr_running--;
	p->sched_class->dequeue_task(rq, p, flags);
	WRITE_ONCE(p->on_rq, flags & DEQUEUE_SLEEP ? 0 : TASK_ON_RQ_MIGRATING);
}

void set_task_cpu(struct task_struct *p, int new_cpu)
{
	if (p->cpu == new_cpu)
		return;
	if (p->sched_class->migrate_task_rq)
		p->sched_class->migrate_task_rq(p, new_cpu);
	WRITE_ONCE(p->cpu, new_cpu);
}

/* pi_lock held, or p MIGRATING and its old queue's lock: its affinity does not change. */
int select_task_rq(struct task_struct *p, int wake_flags)
{
	int cpu = p->cpu;

	if (nr_cpu_ids > 1 && p->nr_cpus_allowed > 1)
		cpu = p->sched_class->select_task_rq(p, cpu, wake_flags);
	if (sched_chance(4) && !rt_task(p))
		cpu = sched_seed_cpu(p, cpu);
	if (likely(cpu_allowed(p, cpu) && cpu_online(cpu)))
		return cpu;
	for (cpu = 0; cpu < (int)nr_cpu_ids; cpu++) {
		if (cpu_allowed(p, cpu) && cpu_online(cpu))
			return cpu;
	}
	return 0; /* not reached: set_cpus_allowed_ptr() refuses masks without an online CPU */
}

/* ---- waking ---- */

/*
 * The sleeper is still on its run queue, because it has not got as far as __schedule(): cancelling
 * the sleep is enough. False when it has left meanwhile.
 */
static bool ttwu_runnable(struct task_struct *p, int wake_flags)
{
	struct rq *rq = __task_rq_lock(p);
	bool queued = task_on_rq_queued(p);

	if (queued) {
		if (!p->on_cpu) { /* it waits for its turn, pre-empted: it may have become urgent */
			update_rq_clock(rq);
			check_preempt_curr(rq, p, wake_flags);
		}
		WRITE_ONCE(p->__state, TASK_RUNNING);
	}
	spin_unlock(&rq->lock);
	return queued;
}

static void ttwu_queue(struct task_struct *p, int cpu, int wake_flags)
{
	struct rq *rq = cpu_rq(cpu);

	spin_lock(&rq->lock);
	update_rq_clock(rq);
	if (p->sched_contributes_to_load)
		rq->nr_uninterruptible--;
	activate_task(rq, p, ENQUEUE_WAKEUP);
	check_preempt_curr(rq, p, wake_flags);
	WRITE_ONCE(p->__state, TASK_RUNNING);
	spin_unlock(&rq->lock);
}

/*
 * Makes p runnable if its state is among state: 1, else 0. Whatever the caller stored before is
 * visible to p when it runs again, and a sleeper that has set its state before looking at what the
 * caller stored is not missed: the lock's barrier pairs with set_current_state().
 */
int try_to_wake_up(struct task_struct *p, unsigned int state, int wake_flags)
{
	unsigned long flags;
	int success = 0;

	if (p == current) {
		/* Not asleep yet, and nobody else runs here: no lock needed. */
		if (!(READ_ONCE(p->__state) & state))
			return 0;
		WRITE_ONCE(p->__state, TASK_RUNNING);
		return 1;
	}

	spin_lock_irqsave(&p->pi_lock, flags);
	smp_mb__after_spinlock();
	if (!(READ_ONCE(p->__state) & state))
		goto unlock;
	success = 1;

	/*
	 * __state was read before on_rq: if p is seen asleep and on_rq 1, it has not been through
	 * __schedule() since; ttwu_runnable() makes sure under the rq lock.
	 */
	smp_rmb();
	if (READ_ONCE(p->on_rq) && ttwu_runnable(p, wake_flags))
		goto unlock;

	/*
	 * on_rq was read before on_cpu (acquire): p has left the queue; wait until it has left its
	 * stack too (rule 4). It is on its way in __schedule() with interrupts off.
	 */
	WRITE_ONCE(p->__state, TASK_WAKING);
	while (smp_load_acquire(&p->on_cpu))
		cpu_relax();

	set_task_cpu(p, select_task_rq(p, wake_flags | WF_TTWU));
	ttwu_queue(p, p->cpu, wake_flags);
	push_rt_tasks(task_rq(p));
unlock:
	spin_unlock_irqrestore(&p->pi_lock, flags);
	return success;
}

int wake_up_process(struct task_struct *p)
{
	return try_to_wake_up(p, TASK_NORMAL, 0);
}

int wake_up_state(struct task_struct *p, unsigned int state)
{
	return try_to_wake_up(p, state, 0);
}

void kick_process(struct task_struct *p)
{
	int cpu = task_cpu(p);

	if (cpu != smp_processor_id() && READ_ONCE(cpu_rq(cpu)->curr) == p)
		smp_send_reschedule(cpu);
}

/* The interrupt itself is the message: its return path sees TIF_NEED_RESCHED. */
void scheduler_ipi(void)
{
	if (unlikely(READ_ONCE(printk_wake_wanted)))
		printk_wake_readers();
}

/* ---- fork and exit ---- */

static void __schedule(bool preempt);

int sched_fork(unsigned long clone_flags, struct task_struct *p)
{
	p->on_rq = 0;
	p->on_cpu = 0;
	p->se = (struct sched_entity){ .load = p->se.load };
	p->rt = (struct sched_rt_entity){ .time_slice = RR_TIMESLICE_TICKS };
	INIT_LIST_HEAD(&p->rt.run_list);
	spin_lock_init(&p->pi_lock);
	p->wake_q.next = NULL;
	p->nvcsw = p->nivcsw = 0;
	p->utime = p->stime = p->prev_utime = p->prev_stime = 0;
	/* Nobody can wake it up: wake_up_new_task() is the only way to the run queue. */
	p->__state = TASK_NEW;
	p->cpu = smp_processor_id();
	if (unlikely(current->flags & PF_IDLE)) { /* the first tasks: not bound as we are */
		p->flags &= ~PF_IDLE;
		p->cpus_mask = ~0ull;
		p->nr_cpus_allowed = NR_CPUS;
	}

	if (unlikely(p->sched_reset_on_fork)) {
		if (p->policy == SCHED_FIFO || p->policy == SCHED_RR) {
			p->policy = SCHED_NORMAL;
			p->static_prio = NICE_TO_PRIO(0);
			p->rt_priority = 0;
		} else if (task_nice(p) < 0) {
			p->static_prio = NICE_TO_PRIO(0);
		}
		set_load_weight(p);
		p->sched_reset_on_fork = false;
	}
	p->normal_prio = normal_prio(p);
	__setscheduler_prio(p, p->normal_prio);
	clear_tsk_thread_flag(p, TIF_NEED_RESCHED);
	return 0;
}

void wake_up_new_task(struct task_struct *p)
{
	unsigned long flags;
	struct rq *rq;

	spin_lock_irqsave(&p->pi_lock, flags);
	WRITE_ONCE(p->__state, TASK_RUNNING);
	WRITE_ONCE(p->cpu, select_task_rq(p, WF_FORK));
	rq = task_rq(p);
	spin_lock(&rq->lock);
	update_rq_clock(rq);
	activate_task(rq, p, ENQUEUE_NEW);
	check_preempt_curr(rq, p, WF_FORK);
	spin_unlock(&rq->lock);
	push_rt_tasks(rq);
	spin_unlock_irqrestore(&p->pi_lock, flags);
}

void __noreturn do_task_dead(void)
{
	/* A waker that still holds the task finds no state to wake. */
	lockdep_assert_none_held("a task ends with a lock held");
	spin_lock_irq(&current->pi_lock);
	WRITE_ONCE(current->__state, TASK_DEAD);
	spin_unlock_irq(&current->pi_lock);
	__schedule(false); /* no seed point on the way: this must be its last switch */
	BUG();
}

void wait_task_inactive(struct task_struct *p)
{
	while (READ_ONCE(p->on_rq) || smp_load_acquire(&p->on_cpu))
		schedule_timeout_uninterruptible(NSEC_PER_USEC * 100);
}

/* ---- switching ---- */

/*
 * After switch_to(), in the context of the new task: prev is the one that ran before it here.
 * Releases the rq lock that prev took (rule 5), gives up what prev needs no more.
 */
static void finish_task_switch(struct task_struct *prev)
{
	struct rq *rq = this_rq();
	struct mm_struct *mm = rq->prev_mm;
	unsigned int prev_state = READ_ONCE(prev->__state);
	bool migrating = prev->on_rq == TASK_ON_RQ_MIGRATING;

	spin_debug_take_over(&rq->lock);
	rq->prev_mm = NULL;
	if (unlikely(migrating)) /* it was running where it no longer may; it is on no queue */
		set_task_cpu(prev, select_task_rq(prev, 0));
	/* Last use of prev, except dead or migrating: a waker on another CPU may run it from here on. */
	smp_store_release(&prev->on_cpu, 0);
	if (unlikely(!rq->tick_active) && rq->curr != rq->idle)
		tick_start(rq);
	spin_unlock(&rq->lock);
	if (unlikely(migrating))
		attach_task(prev);
	push_rt_tasks(rq);
	local_irq_enable();

	if (unlikely(mm))
		mmdrop_lazy_tlb(mm);
	if (unlikely(prev_state == TASK_DEAD))
		put_task_struct_rcu_user(prev);
	smp_park_if_asked();
}

void schedule_tail(struct task_struct *prev)
{
	finish_task_switch(prev);
	/* CLONE_CHILD_SETTID: only the child itself can write to its memory. */
	if (current->set_child_tid)
		put_user(current->pid, current->set_child_tid);
}

/* The page tables: a kernel thread goes on with those that it finds (active_mm). */
static void switch_page_tables(struct rq *rq, struct task_struct *prev, struct task_struct *next)
{
	if (!next->mm) {
		enter_lazy_tlb(prev->active_mm, next);
		next->active_mm = prev->active_mm;
		if (prev->mm)
			mmgrab_lazy_tlb(prev->active_mm);
		else
			prev->active_mm = NULL;
		return;
	}
	/* After a kernel thread even the same mm may have to be loaded: leave_lazy_mm(). */
	if (prev->mm != next->mm)
		switch_mm_irqs_off(prev->active_mm, next->mm, next);
	if (!prev->mm) {
		rq->prev_mm = prev->active_mm;
		prev->active_mm = NULL;
	}
}

/*
 * The highest class that has somebody. Also does put_prev_task(prev). The lock may be released and
 * taken again to fetch tasks from other CPUs.
 */
static struct task_struct *pick_next_task(struct rq *rq, struct task_struct *prev)
{
	struct task_struct *next;

	pull_rt_task(rq, prev);
	if (!rq->nr_running)
		newidle_balance(rq);
	if (unlikely(rq->rt.nr_running) && !rt_must_wait(rq))
		return rt_sched_class.pick_next_task(rq, prev);
	next = fair_sched_class.pick_next_task(rq, prev);
	return next ? next : idle_sched_class.pick_next_task(rq, prev);
}

/*
 * preempt: the caller wants to go on, whatever its state says (it may be between setting it and
 * schedule()). A signal that is to end the sleep cancels it here.
 */
static void __schedule(bool preempt)
{
	struct task_struct *prev = current, *next;
	unsigned long *switch_count = &prev->nivcsw;
	unsigned int prev_state;
	struct rq *rq;

	local_irq_disable();
	rq = this_rq();
	rcu_note_context_switch();
	/* The lock's full barrier: __state was stored before signal flags are read (rule 1). */
	spin_lock(&rq->lock);
	smp_mb__after_spinlock();
	update_rq_clock(rq);
	/* Whoever wants another switch from here on says so again. */
	clear_tsk_thread_flag(prev, TIF_NEED_RESCHED);

	prev_state = READ_ONCE(prev->__state);
	if (!preempt && prev_state) {
		if (signal_pending_state(prev_state, prev)) {
			WRITE_ONCE(prev->__state, TASK_RUNNING);
		} else {
			prev->sched_contributes_to_load = (prev_state & TASK_UNINTERRUPTIBLE) &&
							  !(prev_state & TASK_NOLOAD);
			if (prev->sched_contributes_to_load)
				rq->nr_uninterruptible++;
			deactivate_task(rq, prev, DEQUEUE_SLEEP);
		}
		switch_count = &prev->nvcsw;
	}
	/* Its affinity has changed, and it goes on: finish_task_switch() moves it. */
	if (unlikely(!cpu_allowed(prev, rq->cpu)) && prev != rq->idle && task_on_rq_queued(prev))
		deactivate_task(rq, prev, 0);

	rq->stuck_ticks = 0;
	next = pick_next_task(rq, prev);
	if (next == prev) {
		spin_unlock(&rq->lock);
		push_rt_tasks(rq);
		local_irq_enable();
		smp_park_if_asked();
		return;
	}
	rq->nr_switches++;
	++*switch_count;
	WRITE_ONCE(rq->curr, next);
	WRITE_ONCE(next->on_cpu, 1);
	switch_page_tables(rq, prev, next);
	spin_debug_hand_over(&rq->lock);
	switch_to(prev, next, prev);
	/* Another time, perhaps another CPU: only prev, as switch_to() has set it, is valid. */
	finish_task_switch(prev);
}

void schedule(void)
{
	might_sleep();
	__schedule(false);
}

/* The idle task: its state is always TASK_RUNNING, and it may not sleep. */
void schedule_idle(void)
{
	__schedule(true);
}

bool __cond_resched(void)
{
	__schedule(true);
	return true;
}

void yield(void)
{
	struct rq *rq;

	local_irq_disable();
	rq = this_rq();
	if (READ_ONCE(rq->nr_running) < 2) { /* nobody to yield to */
		local_irq_enable();
		return;
	}
	spin_lock(&rq->lock);
	update_rq_clock(rq);
	current->sched_class->yield_task(rq);
	spin_unlock_irq(&rq->lock);
	__schedule(true);
}

/* ---- set-up and numbers ---- */

void init_idle(struct task_struct *idle, int cpu)
{
	struct rq *rq = cpu_rq(cpu);
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	idle->__state = TASK_RUNNING;
	idle->flags |= PF_IDLE | PF_KTHREAD;
	idle->sched_class = &idle_sched_class;
	idle->prio = idle->normal_prio = MAX_PRIO;
	idle->static_prio = NICE_TO_PRIO(0);
	idle->policy = SCHED_NORMAL;
	set_load_weight(idle);
	idle->cpu = cpu;
	idle->cpus_mask = 1ull << cpu;
	idle->nr_cpus_allowed = 1;
	idle->on_rq = TASK_ON_RQ_QUEUED;
	idle->on_cpu = 1;
	idle->se.exec_start = sched_clock();
	rq->curr = rq->idle = idle;
	spin_unlock_irqrestore(&rq->lock, flags);
}

void sched_init(void)
{
	for (int cpu = 0; cpu < (int)nr_cpu_ids; cpu++) {
		struct rq *rq = cpu_rq(cpu);

		spin_lock_init(&rq->lock);
		rq->cpu = cpu;
		cfs_rq_init(&rq->cfs);
		rt_rq_init(&rq->rt);
		sched_tick_init(rq);
	}
	init_idle(&init_task, smp_processor_id());
}

bool idle_cpu(int cpu)
{
	struct rq *rq = cpu_rq(cpu);

	return READ_ONCE(rq->curr) == rq->idle && !READ_ONCE(rq->nr_running);
}

struct task_struct *cpu_curr_task(int cpu)
{
	return READ_ONCE(cpu_rq(cpu)->curr);
}

unsigned int nr_running(void)
{
	unsigned int sum = 0;

	for (int cpu = 0; cpu < (int)nr_cpu_ids; cpu++)
		sum += READ_ONCE(cpu_rq(cpu)->nr_running);
	return sum;
}

unsigned int nr_uninterruptible(void)
{
	int sum = 0;

	for (int cpu = 0; cpu < (int)nr_cpu_ids; cpu++)
		sum += READ_ONCE(cpu_rq(cpu)->nr_uninterruptible);
	/* A task may sleep on one CPU and be woken on another: only the sum means something. */
	return sum > 0 ? sum : 0;
}

u64 nr_context_switches(void)
{
	u64 sum = 0;

	for (int cpu = 0; cpu < (int)nr_cpu_ids; cpu++)
		sum += READ_ONCE(cpu_rq(cpu)->nr_switches);
	return sum;
}
