// SPDX-License-Identifier: GPL-2.0-only
/*
 * The idle class and the idle loop: what a CPU does when nobody wants it.
 *
 * Idea: the idle task of a CPU is in no queue; it is the answer when all queues are empty. It halts
 * the CPU until an interrupt. The tick is not running meanwhile (tick.c lets it end), so a halted
 * CPU sleeps until the next timer that somebody set, however far away.
 *
 * Rule: between the last look at need_resched() and smp_stop_if_asked() and the halt interrupts are
 * off; sti and hlt take effect together, so an interrupt that sets the flag in between ends the halt.
 * Linux: kernel/sched/idle.c.
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/internal.h"

static void enqueue_task_idle(struct rq *rq, struct task_struct *p, int flags)
{
	BUG();
}

static void dequeue_task_idle(struct rq *rq, struct task_struct *p, int flags)
{
	panic("the idle task of CPU %d went to sleep", rq->cpu);
}

static void yield_task_idle(struct rq *rq)
{
}

static void check_preempt_curr_idle(struct rq *rq, struct task_struct *p, int wake_flags)
{
	resched_curr(rq);
}

static void update_curr_idle(struct rq *rq)
{
	struct sched_entity *se = &rq->idle->se;

	rq->idle_time += rq->clock - se->exec_start;
	se->exec_start = rq->clock;
}

static void put_prev_task_idle(struct rq *rq, struct task_struct *p)
{
	update_curr_idle(rq);
}

static void set_next_task_idle(struct rq *rq, struct task_struct *p)
{
	p->se.exec_start = rq->clock;
}

static struct task_struct *pick_next_task_idle(struct rq *rq, struct task_struct *prev)
{
	prev->sched_class->put_prev_task(rq, prev);
	set_next_task_idle(rq, rq->idle);
	return rq->idle;
}

static int select_task_rq_idle(struct task_struct *p, int cpu, int wake_flags)
{
	return cpu;
}

static void task_tick_idle(struct rq *rq, struct task_struct *p)
{
	update_curr_idle(rq);
}

static u64 get_rr_interval_idle(struct rq *rq, struct task_struct *p)
{
	return 0;
}

const struct sched_class idle_sched_class = {
	.rank = 0,
	.enqueue_task = enqueue_task_idle,
	.dequeue_task = dequeue_task_idle,
	.yield_task = yield_task_idle,
	.check_preempt_curr = check_preempt_curr_idle,
	.pick_next_task = pick_next_task_idle,
	.put_prev_task = put_prev_task_idle,
	.set_next_task = set_next_task_idle,
	.select_task_rq = select_task_rq_idle,
	.task_tick = task_tick_idle,
	.update_curr = update_curr_idle,
	.get_rr_interval = get_rr_interval_idle,
};

void __noreturn cpu_startup_entry(void)
{
	local_irq_disable();
	watchdog_start_cpu();
	local_irq_enable();
	for (;;) {
		while (!need_resched()) {
			local_irq_disable();
			smp_stop_if_asked();
			if (need_resched()) {
				local_irq_enable();
				break;
			}
			if (rcu_needs_cpu() && !this_rq()->tick_active)
				tick_start(this_rq());
			rcu_idle_enter();
			safe_halt(); /* sti; hlt */
			local_irq_disable();
			rcu_idle_exit();
			local_irq_enable();
		}
		schedule_idle();
	}
}
