// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watchdogs for CPUs: a soft lockup is a CPU that stays in the kernel and lets nobody else run; a
 * hard lockup one that does not even take interrupts.
 *
 * Idea: the tick counts how often in a row it found the same visit to the kernel; every call of the
 * scheduler and every tick that found user mode or the idle task begin anew. That is a CPU's own
 * time: a host that runs the virtual CPU late does no harm. Interrupts that do not come cannot be
 * noticed by the CPU itself, so each CPU has a timer, also when idle, in which it looks whether the
 * next CPU's timer still comes; if not, it makes that CPU say by non-maskable interrupt where it is.
 *
 * Rules: 1. a report is printed once per lockup; 2. time is counted in events of the CPU that judges.
 * Locking: each field belongs to its CPU; the neighbour reads watchdog_interrupts only.
 * Linux: kernel/watchdog.c, watchdog_buddy.c. /proc/sys/kernel/watchdog_thresh: seconds, 0 is off.
 */
#include "kernel/lib/printk.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/ptrace.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/internal.h"

#define SAMPLES 3 /* periods without a sign of life */

int watchdog_thresh = 10;

struct watchdog {
	struct hrtimer timer;
	unsigned int interrupts;      /* of this CPU's timer */
	unsigned int neighbour_seen;  /* the neighbour's interrupts when they last changed … */
	unsigned int neighbour_stale; /* … and how many periods ago that was */
	bool started;
};

static DEFINE_PER_CPU(struct watchdog, watchdogs);

/* ---- soft ---- */

void watchdog_tick(struct rq *rq, bool user_tick)
{
	unsigned int limit = 2 * (unsigned int)READ_ONCE(watchdog_thresh) * TICK_HZ;

	if (user_tick || rq->curr == rq->idle) {
		rq->stuck_ticks = 0;
		return;
	}
	rq->stuck_ticks++;
	/* With nobody else to run the scheduler may not have been asked for long: ask. */
	if (rq->stuck_ticks == limit / 2)
		set_tsk_thread_flag(rq->curr, TIF_NEED_RESCHED);
	if (rq->stuck_ticks != limit || !limit) /* rule 1 */
		return;
	pr_emerg("watchdog: BUG: soft lockup - CPU#%d stuck for %us! [%s:%d]\n", rq->cpu,
		 limit / TICK_HZ, rq->curr->comm, rq->curr->pid);
	show_regs(get_irq_regs());
}

/* ---- hard ---- */

static int next_online_cpu(int cpu)
{
	do
		cpu = (cpu + 1) % (int)nr_cpu_ids;
	while (!cpu_online(cpu));
	return cpu;
}

static void look_at_neighbour(struct watchdog *wd)
{
	int cpu = next_online_cpu(smp_processor_id());
	unsigned int seen = READ_ONCE(per_cpu(watchdogs, cpu).interrupts);

	/* At power-off CPUs stop for good while this one still looks for what was lost. */
	if (seen != wd->neighbour_seen || !READ_ONCE(per_cpu(watchdogs, cpu).started) ||
	    smp_cpu_stopped(cpu)) {
		wd->neighbour_seen = seen;
		wd->neighbour_stale = 0;
		return;
	}
	if (++wd->neighbour_stale != SAMPLES) /* rule 1 */
		return;
	pr_emerg("watchdog: hard LOCKUP on CPU#%d, seen by CPU#%d\n", cpu, smp_processor_id());
	smp_show_cpu(cpu);
}

static u64 period(void)
{
	unsigned int seconds = (unsigned int)READ_ONCE(watchdog_thresh);

	return (seconds ? seconds : 10) * NSEC_PER_SEC * 2 / 5;
}

static enum hrtimer_restart watchdog_timer(struct hrtimer *timer)
{
	struct watchdog *wd = this_cpu_ptr(&watchdogs);

	WRITE_ONCE(wd->interrupts, wd->interrupts + 1);
	if (READ_ONCE(watchdog_thresh))
		look_at_neighbour(wd);
	hrtimer_forward_now(timer, period());
	return HRTIMER_RESTART;
}

/* This CPU, interrupts off. A single CPU has no neighbour and needs no timer. */
void watchdog_start_cpu(void)
{
	struct watchdog *wd = this_cpu_ptr(&watchdogs);

	if (nr_cpu_ids < 2 || wd->started)
		return;
	hrtimer_init(&wd->timer, CLOCK_MONOTONIC);
	wd->timer.function = watchdog_timer;
	hrtimer_start(&wd->timer, period(), HRTIMER_MODE_REL);
	WRITE_ONCE(wd->started, true);
}
