// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fair tasks and many CPUs: which CPU a task starts on, and moving the waiting to where there is room.
 *
 * Idea: the queues of the CPUs are evened out at four moments, the cheapest first:
 *  - a task wakes up or is forked: select_task_rq_fair() looks for a CPU with nothing to do;
 *  - a CPU is about to become idle: newidle_balance() takes a task that waits elsewhere;
 *  - now and then in the tick of a busy CPU: it takes from the busiest if that makes both more
 *    equal, less and less often while there is nothing to do (balance_tick());
 *  - in the same tick: a CPU that has more than one task wakes up one that halts, which then does as
 *    in the second case (kick_idle_cpu()): halted CPUs have no tick of their own.
 *
 * A load is the sum of the weights of the fair tasks of a CPU; one where real-time tasks run counts
 * as very full, and so does one that is stuck in the kernel. A task of weight w moves from load a to
 * load b only if w < a - b: then the fuller of the two is less full afterwards, so tasks do not go
 * back and forth.
 *
 * Rules: 1. nobody holds two run queue locks: a task that changes queues is TASK_ON_RQ_MIGRATING and
 * in none between detach_task() and attach_task(), and whoever looks for it waits (task_rq_lock()).
 * 2. who set MIGRATING sets p->cpu, before the old queue's lock is released. 3. The running task of a
 * queue is never taken. 4. Other queues are looked at without their locks: what is seen is a hint,
 * and what is done because of it is checked again under the lock.
 *
 * Locking: the functions are called with interrupts off. Linux: load_balance(), newidle_balance(),
 * detach_tasks() in kernel/sched/fair.c, with domains of CPUs, averages of load, and two locks.
 * Start at: load_balance(). Real-time tasks: rt_balance.c. Tests: tests/kernel/sched_balance.c.
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/internal.h"

#define BALANCE_MIN_NS (2 * TICK_NSEC)
#define BALANCE_MAX_NS (32 * TICK_NSEC)
#define MIGRATE_MAX    32             /* tasks looked at or moved at a time: interrupts are off */
#define RT_LOAD        (1ul << 32)    /* more than fair tasks can weigh */
#define STUCK_TICKS    (TICK_HZ / 10) /* then others take what waits there */

/* ---- moving one task ---- */

/* p waits in rq, whose lock is held; new_cpu's queue gets it by attach_task(). */
void detach_task(struct rq *rq, struct task_struct *p, int new_cpu)
{
	ASSERT(p != rq->curr && cpu_allowed(p, new_cpu)); /* rule 3 */
	deactivate_task(rq, p, 0);
	set_task_cpu(p, new_cpu);
}

/* No run queue lock held. */
void attach_task(struct task_struct *p)
{
	struct rq *rq = task_rq(p);

	ASSERT(p->on_rq == TASK_ON_RQ_MIGRATING);
	spin_lock(&rq->lock);
	update_rq_clock(rq);
	activate_task(rq, p, 0);
	check_preempt_curr(rq, p, 0);
	spin_unlock(&rq->lock);
}

/* ---- where a task starts ---- */

/* In one and the same visit to the kernel for long: who waits there may do so for ever. */
static bool is_stuck(const struct rq *rq)
{
	return READ_ONCE(rq->stuck_ticks) > STUCK_TICKS;
}

static unsigned long cpu_load(const struct rq *rq)
{
	unsigned long load = READ_ONCE(rq->cfs.load.weight);

	return READ_ONCE(rq->rt.nr_running) || is_stuck(rq) ? load + RT_LOAD : load;
}

/* An idle CPU that p may use, if possible close to where it was; -1: none. */
static int find_idle_cpu(const struct task_struct *p)
{
	int cpu;

	for_each_online_cpu (cpu) {
		if (cpu_allowed(p, cpu) && idle_cpu(cpu))
			return cpu;
	}
	return -1;
}

static int find_least_loaded_cpu(const struct task_struct *p)
{
	unsigned long least = ~0ul;
	int best = -1, cpu;

	for_each_online_cpu (cpu) {
		unsigned long load = cpu_load(cpu_rq(cpu));

		if (cpu_allowed(p, cpu) && load < least) {
			least = load;
			best = cpu;
		}
	}
	return best;
}

/*
 * A waker that is about to sleep leaves its CPU to the woken one (WF_SYNC): two processes that talk
 * to each other stay on one CPU, and no interrupt has to wake another. Else where p ran before, if
 * that CPU is idle, since its caches are warm; else any idle one; else a new task goes where least is
 * going on, and a woken one stays. May return a CPU that p must not use: the caller checks.
 */
int select_task_rq_fair(struct task_struct *p, int cpu, int wake_flags)
{
	int this_cpu = smp_processor_id(), idle;

	if ((wake_flags & WF_SYNC) && cpu_allowed(p, this_cpu) &&
	    READ_ONCE(cpu_rq(this_cpu)->nr_running) <= 1)
		return this_cpu;
	if (idle_cpu(cpu) && cpu_allowed(p, cpu))
		return cpu;
	idle = find_idle_cpu(p);
	if (idle >= 0)
		return idle;
	if (wake_flags & WF_TTWU && cpu_allowed(p, cpu) && !is_stuck(cpu_rq(cpu)))
		return cpu;
	return find_least_loaded_cpu(p);
}

/* ---- evening out ---- */

/* The fullest queue with somebody waiting, but for the CPUs in tried. */
static struct rq *find_busiest_queue(const struct rq *this_rq, u64 tried)
{
	unsigned long most = cpu_load(this_rq);
	struct rq *busiest = NULL;
	int cpu;

	for_each_online_cpu (cpu) {
		struct rq *rq = cpu_rq(cpu);
		unsigned long load;

		if (tried >> cpu & 1 || READ_ONCE(rq->nr_running) < 2)
			continue;
		load = cpu_load(rq);
		if (load > most) {
			most = load;
			busiest = rq;
		}
	}
	return busiest;
}

/* Who of busiest's waiting tasks may and should go to this_rq; the one next in turn is preferred. */
static struct task_struct *find_task_to_pull(struct rq *busiest, const struct rq *this_rq)
{
	unsigned long from = cpu_load(busiest), to = cpu_load(this_rq);
	struct rb_node *node = rb_first_cached(&busiest->cfs.tasks_timeline);

	for (int i = 0; node && i < MIGRATE_MAX; i++, node = rb_next(node)) {
		struct sched_entity *se = rb_entry(node, struct sched_entity, run_node);
		struct task_struct *p = container_of(se, struct task_struct, se);

		if (cpu_allowed(p, this_rq->cpu) && from > to && se->load.weight < from - to)
			return p;
	}
	return NULL;
}

static bool pull_task(struct rq *busiest, struct rq *this_rq)
{
	struct task_struct *p;

	spin_lock(&busiest->lock);
	update_rq_clock(busiest);
	p = find_task_to_pull(busiest, this_rq);
	if (p)
		detach_task(busiest, p, this_rq->cpu);
	spin_unlock(&busiest->lock);
	if (!p)
		return false;
	attach_task(p);
	return true;
}

/* Takes from others until all is even, or only one task when this CPU has none. How many. */
static unsigned int load_balance(struct rq *this_rq, bool one)
{
	u64 tried = 1ull << this_rq->cpu;
	unsigned int moved = 0;
	struct rq *busiest;

	while (moved < MIGRATE_MAX && (busiest = find_busiest_queue(this_rq, tried))) {
		if (!pull_task(busiest, this_rq))
			tried |= 1ull << busiest->cpu;
		else if (moved++, one)
			break;
	}
	return moved;
}

/*
 * From __schedule(), rq locked and empty: the lock is released meanwhile, so that others may put
 * tasks here too. prev is still rq->curr and on_cpu, so nobody takes or runs it.
 */
void newidle_balance(struct rq *this_rq)
{
	if (nr_cpu_ids < 2 || !find_busiest_queue(this_rq, 1ull << this_rq->cpu))
		return;
	spin_unlock(&this_rq->lock);
	load_balance(this_rq, true);
	spin_lock(&this_rq->lock);
	update_rq_clock(this_rq);
}

static void kick_idle_cpu(void)
{
	int cpu;

	for_each_online_cpu (cpu) {
		struct rq *rq = cpu_rq(cpu);

		if (!idle_cpu(cpu))
			continue;
		spin_lock(&rq->lock);
		if (rq->curr == rq->idle)
			resched_curr(rq); /* its __schedule() finds nobody: newidle_balance() */
		spin_unlock(&rq->lock);
		return;
	}
}

/* From the tick, rq is this CPU's and not locked. */
void balance_tick(struct rq *rq)
{
	u64 now = rq->clock;

	if (nr_cpu_ids < 2 || now < rq->next_balance)
		return;
	if (load_balance(rq, false))
		rq->balance_interval = BALANCE_MIN_NS;
	else
		rq->balance_interval = clamp(rq->balance_interval * 2, (u64)BALANCE_MIN_NS,
					     (u64)BALANCE_MAX_NS);
	if (READ_ONCE(rq->nr_running) > 1)
		kick_idle_cpu();
	rq->next_balance = now + rq->balance_interval;
}
