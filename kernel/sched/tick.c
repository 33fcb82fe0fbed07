// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler's tick: 250 times a second on a CPU that runs something.
 *
 * Idea: the tick is an ordinary hrtimer. It ends a turn that was long enough, samples whether the
 * CPU was in user or kernel mode, compares the CPU's load with others' (balance.c), tells RCU, and
 * looks at CPU-time limits. When it finds the idle task (and RCU does not need it) it does not start
 * again; the switch away from the idle task starts it (finish_task_switch). So a CPU that sleeps is
 * not disturbed, and one that goes in and out of idle thousands of times a
 * second never touches the timer.
 *
 * Linux: scheduler_tick() in kernel/sched/core.c, kernel/time/tick-sched.c.
 */
#include "kernel/x86/irq.h"
#include "kernel/x86/ptrace.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/internal.h"

static u64 tick_interval(void)
{
	return unlikely(sched_seeded) ? sched_seed_tick_ns() : TICK_NSEC;
}

/* Seeded ticks come too often: what counts in ticks goes by one per TICK_NSEC. rq locked. */
static bool tick_is_due(struct rq *rq)
{
	if (likely(!sched_seeded))
		return true;
	if (rq->clock < rq->tick_due)
		return false;
	rq->tick_due = rq->clock + TICK_NSEC;
	return true;
}

static enum hrtimer_restart sched_tick(struct hrtimer *timer)
{
	struct rq *rq = this_rq();
	struct task_struct *curr = rq->curr;
	bool user_tick = user_mode(get_irq_regs()), due;

	spin_lock(&rq->lock);
	update_rq_clock(rq);
	due = tick_is_due(rq);
	if (due || !rt_task(curr))
		curr->sched_class->task_tick(rq, curr);
	if (unlikely(rq->rt.nr_running))
		rt_new_period(rq);
	if (unlikely(sched_seeded))
		sched_seed_end_turn(rq);
	spin_unlock(&rq->lock);

	balance_tick(rq);
	calc_global_load();
	rcu_sched_clock_irq(user_tick);
	if (curr == rq->idle && !rcu_needs_cpu()) {
		rq->tick_active = false;
		return HRTIMER_NORESTART;
	}
	if (due)
		watchdog_tick(rq, user_tick);
	if (due && curr != rq->idle) {
		account_process_tick(curr, user_tick);
		run_posix_cpu_timers();
	}
	hrtimer_forward_now(timer, tick_interval());
	return HRTIMER_RESTART;
}

/* This CPU, interrupts off. */
void tick_start(struct rq *rq)
{
	rq->tick_active = true;
	hrtimer_start(&rq->tick_timer, tick_interval(), HRTIMER_MODE_REL);
}

void sched_tick_init(struct rq *rq)
{
	hrtimer_init(&rq->tick_timer, CLOCK_MONOTONIC);
	rq->tick_timer.function = sched_tick;
}
