// SPDX-License-Identifier: GPL-2.0-only
/*
 * High-resolution timers.
 *
 * Data: each CPU has two queues, for times on CLOCK_MONOTONIC and on CLOCK_REALTIME, so that setting
 * the clock needs no sorting anew. expires_next is what the local APIC is set to (monotonic).
 *
 *	hrtimer_bases (per CPU)
 *	  clock[MONOTONIC].active   o--o--o      sorted by expires, leftmost first
 *	  clock[REALTIME].active    o--o         the same minus ktime_real_offset()
 *	  expires_next ----------------> clockevent_set_next()
 *	  running                        the timer whose function is being called
 *
 * Rules: 1. expires_next is never later than the earliest timer. Cancelling leaves it as it is: most
 * timers (time-outs) are cancelled, and an interrupt that finds nothing to do is cheaper than
 * setting the hardware twice each time. 2. a timer whose function runs on a CPU stays with that
 * CPU's base. 3. timer->base changes only under the lock of the base that it names.
 *
 * Locking: hrtimer_cpu_base.lock, irq-safe, innermost. Functions are called without it.
 * Linux: kernel/time/hrtimer.c. Start at: hrtimer_interrupt(), hrtimer_start().
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timer.h"

enum { BASE_MONOTONIC, BASE_REALTIME, BASE_TAI, NR_BASES };

struct hrtimer_clock_base {
	struct hrtimer_cpu_base *cpu_base; /* [I] */
	int index;                         /* [I] BASE_* */
	struct rb_root_cached active;      /* [L] by expires */
};

/* [L] lock, [I] never changes */
struct hrtimer_cpu_base {
	spinlock_t lock;
	struct hrtimer *running; /* [L] its function is being called */
	unsigned int runs;       /* [L] begun and ended calls: hrtimer_active() */
	ktime_t expires_next;    /* [L] monotonic; KTIME_MAX: nothing set */
	bool in_interrupt;       /* [L] hrtimer_interrupt() will set the hardware */
	struct hrtimer_clock_base clock[NR_BASES];
};

static DEFINE_PER_CPU(struct hrtimer_cpu_base, hrtimer_bases);

/* Where a timer belongs for the moment between two CPUs' bases: nobody can lock this one. */
static struct hrtimer_cpu_base migration_cpu_base;
static struct hrtimer_clock_base migration_base = { .cpu_base = &migration_cpu_base };

/* This clock minus CLOCK_MONOTONIC. */
static ktime_t base_offset(int index)
{
	switch (index) {
	case BASE_REALTIME:
		return ktime_real_offset();
	case BASE_TAI:
		return ktime_real_offset() + ktime_tai_offset();
	default:
		return 0;
	}
}

static int clock_to_base(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
		return BASE_REALTIME;
	case CLOCK_TAI:
		return BASE_TAI;
	default:
		return BASE_MONOTONIC;
	}
}

void hrtimer_init(struct hrtimer *timer, int clock)
{
	/* Any CPU's base will do to begin with; hrtimer_start() takes the CPU's where it is. */
	*timer = (struct hrtimer){
		.base = &this_cpu_ptr(&hrtimer_bases)->clock[clock_to_base(clock)],
	};
}

/* The timer may move to another CPU's base until the lock of its own is held. */
static struct hrtimer_cpu_base *lock_hrtimer_base(const struct hrtimer *timer, unsigned long *flags)
{
	for (;;) {
		struct hrtimer_clock_base *base = READ_ONCE(timer->base);
		struct hrtimer_cpu_base *cpu_base = base->cpu_base;

		if (likely(base != &migration_base)) {
			spin_lock_irqsave(&cpu_base->lock, *flags);
			if (likely(base == timer->base))
				return cpu_base;
			spin_unlock_irqrestore(&cpu_base->lock, *flags);
		}
		cpu_relax();
	}
}

/* Base lock held. True when the timer is the earliest of its queue now. */
static bool enqueue_hrtimer(struct hrtimer *timer)
{
	struct rb_root_cached *root = &timer->base->active;
	struct rb_node **link = &root->rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (timer->expires < rb_entry(parent, struct hrtimer, node)->expires) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&timer->node, parent, link);
	rb_insert_color_cached(&timer->node, root, leftmost);
	WRITE_ONCE(timer->is_queued, true);
	return leftmost;
}

static void dequeue_hrtimer(struct hrtimer *timer)
{
	rb_erase_cached(&timer->node, &timer->base->active);
	WRITE_ONCE(timer->is_queued, false);
}

static struct hrtimer *first_hrtimer(struct hrtimer_clock_base *base)
{
	struct rb_node *first = rb_first_cached(&base->active);

	return first ? rb_entry(first, struct hrtimer, node) : NULL;
}

/* An absolute time of base's clock on CLOCK_MONOTONIC. */
static ktime_t expires_monotonic(struct hrtimer_clock_base *base, ktime_t expires)
{
	if (base->index == BASE_MONOTONIC || expires == KTIME_MAX)
		return expires;
	return expires - base_offset(base->index);
}

/* This CPU's base, locked: set the hardware to an earlier time. */
static void program_event(struct hrtimer_cpu_base *cpu_base, ktime_t expires)
{
	ktime_t delta = expires - ktime_get();

	cpu_base->expires_next = expires;
	clockevent_set_next(delta > 0 ? delta : 0);
}

/* Base locked: hardware to the earliest of all queues. */
static void reprogram_base(struct hrtimer_cpu_base *cpu_base)
{
	ktime_t next = KTIME_MAX;

	for (int i = 0; i < NR_BASES; i++) {
		struct hrtimer *first = first_hrtimer(&cpu_base->clock[i]);

		if (first)
			next = min(next, expires_monotonic(first->base, first->expires));
	}
	cpu_base->expires_next = KTIME_MAX;
	if (next != KTIME_MAX)
		program_event(cpu_base, next);
}

void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode)
{
	struct hrtimer_cpu_base *cpu_base, *this_base;
	unsigned long flags;
	ktime_t monotonic;

	cpu_base = lock_hrtimer_base(timer, &flags);
	if (timer->is_queued)
		dequeue_hrtimer(timer);

	/* Timers live on the CPU that starts them, except while their function runs (rule 2). */
	this_base = this_cpu_ptr(&hrtimer_bases);
	if (cpu_base != this_base && cpu_base->running != timer) {
		int index = timer->base->index;

		WRITE_ONCE(timer->base, &migration_base);
		spin_unlock(&cpu_base->lock);
		cpu_base = this_base;
		spin_lock(&cpu_base->lock);
		WRITE_ONCE(timer->base, &cpu_base->clock[index]);
	}

	if (mode == HRTIMER_MODE_REL)
		time = ktime_add_safe(hrtimer_cb_get_time(timer), time > 0 ? time : 0);
	timer->expires = time;
	if (enqueue_hrtimer(timer)) {
		monotonic = expires_monotonic(timer->base, time);
		if (monotonic < cpu_base->expires_next && cpu_base == this_base &&
		    !cpu_base->in_interrupt)
			program_event(cpu_base, monotonic);
	}
	spin_unlock_irqrestore(&cpu_base->lock, flags);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	struct hrtimer_cpu_base *cpu_base;
	unsigned long flags;
	int ret = 0;

	/* Never started or expired: common, so without the lock. */
	if (!hrtimer_active(timer))
		return 0;
	cpu_base = lock_hrtimer_base(timer, &flags);
	if (cpu_base->running == timer) {
		ret = -1;
	} else if (timer->is_queued) {
		dequeue_hrtimer(timer);
		ret = 1;
	}
	spin_unlock_irqrestore(&cpu_base->lock, flags);
	return ret;
}

bool hrtimer_cancel(struct hrtimer *timer)
{
	int ret;

	while ((ret = hrtimer_try_to_cancel(timer)) < 0)
		cpu_relax();
	return ret;
}

bool hrtimer_active(const struct hrtimer *timer)
{
	struct hrtimer_clock_base *base;
	unsigned int runs;

	do {
		base = READ_ONCE(timer->base);
		runs = READ_ONCE(base->cpu_base->runs);
		smp_rmb();
		/* Queued goes to false only after running was set: this order misses neither. */
		if (READ_ONCE(timer->is_queued))
			return true;
		smp_rmb();
		if (READ_ONCE(base->cpu_base->running) == timer)
			return true;
		smp_rmb();
		/*
		 * Between the two looks a call may have ended that started it again, and before a
		 * third one the next may have begun: the number tells.
		 */
	} while (runs != READ_ONCE(base->cpu_base->runs) || base != READ_ONCE(timer->base));
	return false;
}

ktime_t hrtimer_cb_get_time(const struct hrtimer *timer)
{
	return ktime_get() + base_offset(timer->base->index);
}

ktime_t hrtimer_get_remaining(const struct hrtimer *timer)
{
	struct hrtimer_cpu_base *cpu_base;
	unsigned long flags;
	ktime_t remaining;

	cpu_base = lock_hrtimer_base(timer, &flags);
	remaining = timer->expires - hrtimer_cb_get_time(timer);
	spin_unlock_irqrestore(&cpu_base->lock, flags);
	return remaining;
}

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	ktime_t late = now - timer->expires;
	u64 overruns = 1;

	if (late < 0)
		return 0;
	if (unlikely(late >= interval)) {
		overruns = late / interval;
		timer->expires += overruns * interval;
		if (timer->expires > now)
			return overruns;
		overruns++;
	}
	timer->expires = ktime_add_safe(timer->expires, interval);
	return overruns;
}

u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	return hrtimer_forward(timer, hrtimer_cb_get_time(timer), interval);
}

/* Base locked; the lock is not held while the function runs. */
static void run_hrtimer(struct hrtimer_cpu_base *cpu_base, struct hrtimer *timer)
{
	enum hrtimer_restart restart;

	WRITE_ONCE(cpu_base->running, timer);
	smp_wmb(); /* this and the next three pair with hrtimer_active() */
	WRITE_ONCE(cpu_base->runs, cpu_base->runs + 1);
	smp_wmb();
	dequeue_hrtimer(timer);
	spin_unlock(&cpu_base->lock);

	restart = timer->function(timer);

	spin_lock(&cpu_base->lock);
	/* The function, or somebody meanwhile, may have started it: that start counts. */
	if (restart == HRTIMER_RESTART && !timer->is_queued)
		enqueue_hrtimer(timer);
	smp_wmb();
	WRITE_ONCE(cpu_base->runs, cpu_base->runs + 1);
	smp_wmb();
	WRITE_ONCE(cpu_base->running, NULL);
}

void hrtimer_interrupt(void)
{
	struct hrtimer_cpu_base *cpu_base = this_cpu_ptr(&hrtimer_bases);
	ktime_t now = ktime_get();

	spin_lock(&cpu_base->lock);
	cpu_base->in_interrupt = true;
	for (int i = 0; i < NR_BASES; i++) {
		struct hrtimer_clock_base *base = &cpu_base->clock[i];
		struct hrtimer *timer;

		while ((timer = first_hrtimer(base)) &&
		       expires_monotonic(base, timer->expires) <= now)
			run_hrtimer(cpu_base, timer);
	}
	cpu_base->in_interrupt = false;
	/* Time has passed: a timer that expired meanwhile makes the next interrupt come at once. */
	reprogram_base(cpu_base);
	spin_unlock(&cpu_base->lock);
}

/* On each CPU, interrupts off: times on CLOCK_REALTIME have come closer or gone further away. */
static void retrigger_next_event(void *unused)
{
	struct hrtimer_cpu_base *cpu_base = this_cpu_ptr(&hrtimer_bases);

	spin_lock(&cpu_base->lock);
	reprogram_base(cpu_base);
	spin_unlock(&cpu_base->lock);
}

void clock_was_set(void)
{
	on_each_cpu(retrigger_next_event, NULL);
}

void hrtimers_init(void)
{
	for (int cpu = 0; cpu < (int)nr_cpu_ids; cpu++) {
		struct hrtimer_cpu_base *cpu_base = per_cpu_ptr(&hrtimer_bases, cpu);

		spin_lock_init(&cpu_base->lock);
		cpu_base->expires_next = KTIME_MAX;
		for (int i = 0; i < NR_BASES; i++) {
			cpu_base->clock[i].cpu_base = cpu_base;
			cpu_base->clock[i].index = i;
			cpu_base->clock[i].active = (struct rb_root_cached)RB_ROOT_CACHED;
		}
	}
}
