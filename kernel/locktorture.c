// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock torture: does every kind of lock exclude whom it should, and let everybody in at last?
 *
 * Idea: a table with a line per kind of lock: how to take and give it back for writing and for
 * reading. Threads pick a line at random. Inside, a writer must be alone, and readers must be without
 * a writer; a writer moves two counters in step, one before and one after a short delay, so whoever
 * sees them differ was let in too early. At the end each counter is the sum of what the threads say.
 * A timer's interrupt takes the spinlock that is held with interrupts off.
 *
 * Linux: kernel/locking/locktorture.c. Start at: work().
 */
#include "kernel/torture.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/rwsem.h"
#include "kernel/locking/seqlock.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timer.h"
#include "kernel/uapi/time.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/tsc.h"

static DEFINE_SPINLOCK(torture_spin);
static DEFINE_SPINLOCK(torture_spin_irq);
static DEFINE_RWLOCK(torture_rwlock);
static DEFINE_MUTEX(torture_mutex);
static DECLARE_RWSEM(torture_rwsem);
static DEFINE_SEQLOCK(torture_seqlock);

/* ---- the kinds ---- */

static unsigned long lock_spin(void)
{
	spin_lock(&torture_spin);
	return 0;
}

static void unlock_spin(unsigned long flags)
{
	spin_unlock(&torture_spin);
}

static unsigned long trylock_spin(void)
{
	while (!spin_trylock(&torture_spin))
		cpu_relax();
	return 0;
}

static unsigned long lock_spin_irq(void)
{
	unsigned long flags;

	spin_lock_irqsave(&torture_spin_irq, flags);
	return flags;
}

static void unlock_spin_irq(unsigned long flags)
{
	spin_unlock_irqrestore(&torture_spin_irq, flags);
}

static unsigned long lock_write(void)
{
	write_lock(&torture_rwlock);
	return 0;
}

static void unlock_write(unsigned long flags)
{
	write_unlock(&torture_rwlock);
}

static unsigned long lock_read(void)
{
	read_lock(&torture_rwlock);
	return 0;
}

static void unlock_read(unsigned long flags)
{
	read_unlock(&torture_rwlock);
}

static unsigned long lock_mutex(void)
{
	mutex_lock(&torture_mutex);
	return 0;
}

static void unlock_mutex(unsigned long flags)
{
	mutex_unlock(&torture_mutex);
}

static unsigned long lock_down_write(void)
{
	down_write(&torture_rwsem);
	return 0;
}

static void unlock_up_write(unsigned long flags)
{
	up_write(&torture_rwsem);
}

static unsigned long lock_down_read(void)
{
	down_read(&torture_rwsem);
	return 0;
}

static void unlock_up_read(unsigned long flags)
{
	up_read(&torture_rwsem);
}

static unsigned long lock_seq(void)
{
	write_seqlock(&torture_seqlock);
	return 0;
}

static void unlock_seq(unsigned long flags)
{
	write_sequnlock(&torture_seqlock);
}

/* What a kind protects. Each on its own lines. */
struct protected
{
	long before, after; /* moved in step */
	int writers;
	atomic_t readers;
}
__aligned(64);

static const struct kind {
	const char *name;
	unsigned long (*write_lock)(void);
	void (*write_unlock)(unsigned long flags);
	unsigned long (*read_lock)(void); /* or NULL */
	void (*read_unlock)(unsigned long flags);
	bool sleeps;
} kinds[] = {
	{ "spinlock", lock_spin, unlock_spin, trylock_spin, unlock_spin, false },
	{ "spinlock_irq", lock_spin_irq, unlock_spin_irq, NULL, NULL, false },
	{ "rwlock", lock_write, unlock_write, lock_read, unlock_read, false },
	{ "mutex", lock_mutex, unlock_mutex, NULL, NULL, true },
	{ "rwsem", lock_down_write, unlock_up_write, lock_down_read, unlock_up_read, true },
	{ "seqlock", lock_seq, unlock_seq, NULL, NULL, false },
};

#define KINDS ARRAY_SIZE(kinds)

enum { SPIN_IRQ = 1, SEQLOCK = 5 };

static struct protected data[KINDS];
static atomic_long_t writes[KINDS], reads[KINDS], errors;
static struct hrtimer irq_timer;

/* ---- inside ---- */

static void check(bool good)
{
	if (!good)
		atomic_long_inc(&errors);
}

static void dawdle(const struct kind *kind, u32 *random)
{
	u32 choice = torture_random(random);

	if (choice % 1024 == 0 && kind && kind->sleeps)
		schedule_timeout_uninterruptible(NSEC_PER_MSEC / 10);
	else if (choice % 16 == 0)
		udelay(choice / 16 % 5);
}

static void be_a_writer(struct protected *p, const struct kind *kind, u32 *random)
{
	check(p->writers == 0 && atomic_read(&p->readers) == 0);
	p->writers++;
	p->before++;
	dawdle(kind, random);
	p->after++;
	check(p->before == p->after);
	p->writers--;
}

static void be_a_reader(struct protected *p, const struct kind *kind, u32 *random)
{
	atomic_inc(&p->readers);
	check(p->writers == 0 && p->before == p->after);
	dawdle(kind, random);
	check(p->writers == 0 && p->before == p->after);
	atomic_dec(&p->readers);
}

static void read_under_seqlock(void)
{
	struct protected *p = &data[SEQLOCK];
	long before, after;
	unsigned int seq;

	do {
		seq = read_seqbegin(&torture_seqlock);
		before = READ_ONCE(p->before);
		after = READ_ONCE(p->after);
	} while (read_seqretry(&torture_seqlock, seq));
	check(before == after);
	atomic_long_inc(&reads[SEQLOCK]);
}

static int work(void *seed)
{
	u32 random = (u32)(unsigned long)seed;

	while (!torture_must_stop(&random)) {
		unsigned int k = torture_random(&random) % KINDS;
		const struct kind *kind = &kinds[k];
		unsigned long flags;

		if (k == SEQLOCK && torture_random(&random) % 4) {
			read_under_seqlock();
		} else if (kind->read_lock && torture_random(&random) % 4) {
			flags = kind->read_lock();
			be_a_reader(&data[k], kind, &random);
			kind->read_unlock(flags);
			atomic_long_inc(&reads[k]);
		} else {
			flags = kind->write_lock();
			be_a_writer(&data[k], kind, &random);
			kind->write_unlock(flags);
			atomic_long_inc(&writes[k]);
		}
	}
	return 0;
}

static enum hrtimer_restart irq_takes_it(struct hrtimer *timer)
{
	static u32 random = 4711;

	spin_lock(&torture_spin_irq);
	be_a_writer(&data[SPIN_IRQ], NULL, &random);
	spin_unlock(&torture_spin_irq);
	atomic_long_inc(&writes[SPIN_IRQ]);
	hrtimer_forward_now(timer, 50000 + torture_random(&random) % 200000);
	return HRTIMER_RESTART;
}

static int start(struct torture *torture)
{
	int error = 0;

	hrtimer_init(&irq_timer, CLOCK_MONOTONIC);
	irq_timer.function = irq_takes_it;
	hrtimer_start(&irq_timer, NSEC_PER_MSEC, HRTIMER_MODE_REL);
	for (int i = 0; i < 2 * num_online_cpus() && i < TORTURE_THREADS && !error; i++)
		error = torture_thread(torture, work, (void *)(i * 123ul + 7));
	return error;
}

static unsigned long report(struct torture *torture)
{
	hrtimer_cancel(&irq_timer);
	for (unsigned int k = 0; k < KINDS; k++) {
		pr_info("locktorture: %-12s %10ld writes %10ld reads\n", kinds[k].name,
			atomic_long_read(&writes[k]), atomic_long_read(&reads[k]));
		check(data[k].before == atomic_long_read(&writes[k]));
		check(data[k].after == data[k].before);
	}
	return atomic_long_read(&errors);
}

static struct torture locktorture = { .name = "locktorture", .start = start, .report = report };

static int locktorture_init(void)
{
	return torture_init(&locktorture);
}
late_initcall(locktorture_init);
