// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seeded schedules: other interleavings, on demand, that come back.
 *
 * Idea: a race shows only when tasks meet in one of many orders, and an undisturbed scheduler always
 * takes the same few. With sched_seed=N on the command line a generator makes the choices that the
 * scheduler is free in: when the tick comes and whether it ends a turn, whether a woken task goes
 * first, which CPU it runs on, and (debug builds) whether a call that may sleep lets others run. Under
 * QEMU's --icount time is counted in instructions, so the same seed gives the same interleaving on
 * any machine: a failure found once can be looked at again and again.
 *
 * Rules: 1. only what a program must expect anyway is changed: real-time tasks keep their order,
 * affinity holds, everybody gets to run; 2. without a seed nothing is drawn.
 * Data: one generator per CPU, used with interrupts off.
 * Linux has nothing like it; the literature calls it schedule fuzzing. Page: docs/debugging.md.
 */
#include "kernel/x86/irqflags.h"
#include "kernel/sched/internal.h"

bool sched_seeded;
static DEFINE_PER_CPU(u64, seed_state);

void sched_seed_init(u64 seed)
{
	if (!seed)
		return;
	for (int cpu = 0; cpu < (int)nr_cpu_ids; cpu++)
		per_cpu(seed_state, cpu) = (seed + 1) * 0x9e3779b97f4a7c15ull + (u64)cpu;
	sched_seeded = true;
}

/* xorshift64*: the upper half of the product is good enough for anything here. */
static u32 draw(void)
{
	unsigned long flags;
	u64 x;

	local_irq_save(flags);
	x = this_cpu_read(seed_state);
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	this_cpu_write(seed_state, x);
	local_irq_restore(flags);
	return (u32)(x * 0x2545f4914f6cdd1dull >> 32);
}

bool __sched_chance(u32 n)
{
	return draw() % n == 0;
}

/* Between 4 microseconds and a tick, each order of magnitude as likely as the others. */
u64 sched_seed_tick_ns(void)
{
	u64 top = TICK_NSEC >> (draw() % 10);

	return top / 2 + draw() % (top / 2);
}

int sched_seed_cpu(const struct task_struct *p, int cpu)
{
	int other = (int)(draw() % nr_cpu_ids);

	return cpu_allowed(p, other) && cpu_online(other) ? other : cpu;
}

/* Now and then the running fair task lets another one go first. rq locked. */
void sched_seed_end_turn(struct rq *rq)
{
	if (rq->curr->sched_class != &fair_sched_class || !__sched_chance(3))
		return;
	rq->curr->sched_class->yield_task(rq);
	resched_curr(rq);
}

void __sched_seed_point(void)
{
	struct rq *rq;

	if (irqs_disabled() || (current->flags & PF_IDLE) || !__sched_chance(16))
		return;
	local_irq_disable();
	rq = this_rq();
	spin_lock(&rq->lock);
	update_rq_clock(rq);
	sched_seed_end_turn(rq);
	spin_unlock_irq(&rq->lock);
	cond_resched();
}
