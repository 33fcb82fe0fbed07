// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load averages: how many tasks run, want to run or wait uninterruptibly, averaged over 1, 5 and
 * 15 minutes with exponentially fading weight.
 *
 * Idea: every 5 seconds (LOAD_FREQ) each average moves towards the number of the moment by a fixed
 * fraction: avg = avg * e + n * (1 - e), e = exp(-5 s / period), in fixed point with 11 fractional
 * bits. An idle system has no tick to do it on time: who comes late makes up for the periods missed,
 * with the number that was seen last.
 *
 * Locking: loadavg_lock. Linux: kernel/sched/loadavg.c.
 */
#include "kernel/sched/clock.h"
#include "kernel/sched/internal.h"

#define LOAD_FREQ (5 * NSEC_PER_SEC)
#define EXP_1     1884 /* 2048 / e^(5 s / 1 min) */
#define EXP_5     2014 /* 2048 / e^(5 s / 5 min) */
#define EXP_15    2037 /* 2048 / e^(5 s / 15 min) */

/* After so many periods all three have settled at 0 or n: half an hour and more. */
#define LOAD_PERIODS_MAX 2000

static DEFINE_SPINLOCK(loadavg_lock);
static unsigned long avenrun[3];
static unsigned long last_active; /* tasks * FIXED_1, when somebody looked last */
static u64 calc_load_update = LOAD_FREQ;

static unsigned long calc_load(unsigned long load, unsigned long exp, unsigned long active)
{
	unsigned long newload = load * exp + active * (FIXED_1 - exp);

	if (active >= load) /* round up on the way up, so that a steady number is reached */
		newload += FIXED_1 - 1;
	return newload / FIXED_1;
}

static void calc_load_step(unsigned long active)
{
	avenrun[0] = calc_load(avenrun[0], EXP_1, active);
	avenrun[1] = calc_load(avenrun[1], EXP_5, active);
	avenrun[2] = calc_load(avenrun[2], EXP_15, active);
}

/* In each tick, so mostly it only looks at the time. */
void calc_global_load(void)
{
	u64 now = ktime_get_ns();
	unsigned long active, flags;
	unsigned int missed = 0;

	if (likely(now < READ_ONCE(calc_load_update)))
		return;
	active = (nr_running() + nr_uninterruptible()) * FIXED_1;
	spin_lock_irqsave(&loadavg_lock, flags);
	while (now >= calc_load_update + LOAD_FREQ && missed++ < LOAD_PERIODS_MAX) {
		calc_load_step(last_active);
		calc_load_update += LOAD_FREQ;
	}
	if (now >= calc_load_update) {
		calc_load_step(active);
		calc_load_update = now - now % LOAD_FREQ + LOAD_FREQ;
	}
	last_active = active;
	spin_unlock_irqrestore(&loadavg_lock, flags);
}

void get_avenrun(unsigned long loads[3])
{
	unsigned long flags;

	calc_global_load();
	spin_lock_irqsave(&loadavg_lock, flags);
	for (int i = 0; i < 3; i++)
		loads[i] = avenrun[i];
	spin_unlock_irqrestore(&loadavg_lock, flags);
}
