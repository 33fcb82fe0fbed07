/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * High-resolution timers: a function called from the timer interrupt at a time given in
 * nanoseconds. Each CPU has one queue per clock, sorted by expiry, and sets its local APIC's
 * one-shot timer to the earliest. There is no other kind of timer.
 *
 * Linux: include/linux/hrtimer.h. This header does not need task_struct.
 */
#ifndef CONDUIT_SCHED_TIMER_H
#define CONDUIT_SCHED_TIMER_H

#include "kernel/lib/types.h"
#include "kernel/lib/rbtree.h"
#include "kernel/sched/ktime.h"

/* The scheduler's tick on a busy CPU. */
#define TICK_HZ   250
#define TICK_NSEC (NSEC_PER_SEC / TICK_HZ)

enum hrtimer_restart {
	HRTIMER_NORESTART, /* done */
	HRTIMER_RESTART,   /* queue again: the function has moved the expiry (hrtimer_forward) */
};

enum hrtimer_mode {
	HRTIMER_MODE_ABS,
	HRTIMER_MODE_REL,
};

struct hrtimer_clock_base;

/* [B] the lock of base->cpu_base */
struct hrtimer {
	struct rb_node node; /* [B] in base->active */
	ktime_t expires;     /* [B] absolute, on the timer's clock */
	/* Runs in the interrupt, interrupts off, no lock held. */
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	struct hrtimer_clock_base *base; /* [B] CPU and clock where it is or was last queued */
	bool is_queued;                  /* [B] */
};

/* clock: CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME or CLOCK_TAI. Set function afterwards. */
void hrtimer_init(struct hrtimer *timer, int clock);
/* (Re)starts; may be called from its own function and from any context. */
void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode);
/*
 * Cancel waits until the function has returned, so the caller holds no lock that the function
 * takes; true when the timer was queued. Try_to_cancel returns -1 when it runs at the moment.
 */
bool hrtimer_cancel(struct hrtimer *timer);
int hrtimer_try_to_cancel(struct hrtimer *timer);
bool hrtimer_active(const struct hrtimer *timer); /* queued, or its function runs */
/* Time to expiry on its clock, negative when overdue. */
ktime_t hrtimer_get_remaining(const struct hrtimer *timer);
/* Moves the expiry by multiples of interval beyond now; returns how many. Timer not queued. */
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);
ktime_t hrtimer_cb_get_time(const struct hrtimer *timer); /* now on its clock */

static inline ktime_t hrtimer_get_expires(const struct hrtimer *timer)
{
	return timer->expires;
}

static inline bool hrtimer_is_queued(const struct hrtimer *timer)
{
	return READ_ONCE(timer->is_queued);
}

/* Called by x86's timer interrupt, interrupts off: runs what has expired. */
void hrtimer_interrupt(void);
/* CLOCK_REALTIME was set: every CPU looks at its queues again. */
void clock_was_set(void);
void hrtimers_init(void);

#endif
