// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU torture: is a grace period ever too short?
 *
 * Idea: readers follow a pointer to an element and look at it for a while; writers put another one
 * in its place. A replaced element goes through a pipeline: its age is 1 when it is unlinked and
 * one more after each grace period. A reader that found it before may see the age become 1 while it
 * reads, never 2: then a whole grace period would have passed inside its read-side section. At a
 * great age it is poisoned and used again. Writers wait in all ways there are.
 *
 *	shared ──▶ element (age 0)    unlinked: age 1 ──call_rcu──▶ 2 ──▶ … ──▶ 5: free for use
 *
 * Linux: kernel/rcu/rcutorture.c. Start at: reader(), writer().
 */
#include "kernel/torture.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/init.h"
#include "kernel/lib/list.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/kthread.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/tsc.h"

#define ELEMENTS 64
#define OLD_AGE  5
#define FRESH    0x5eed

struct element {
	unsigned int age;  /* 0: shared points to it, or it is on free_list */
	unsigned int mark; /* FRESH before it is published */
	struct rcu_head rcu;
	struct list_head list;
};

static struct element elements[ELEMENTS];
static struct element *shared; /* [RCU] */
static LIST_HEAD(free_list);   /* [free_lock] */
static DEFINE_SPINLOCK(free_lock);
static atomic_long_t reads, updates, waits, errors;

static void grow_older(struct rcu_head *head)
{
	struct element *e = container_of(head, struct element, rcu);
	unsigned long flags;

	WRITE_ONCE(e->age, e->age + 1);
	if (e->age < OLD_AGE) {
		call_rcu(&e->rcu, grow_older);
		return;
	}
	e->mark = 0;
	spin_lock_irqsave(&free_lock, flags);
	list_add_tail(&e->list, &free_list);
	spin_unlock_irqrestore(&free_lock, flags);
}

static struct element *take_element(void)
{
	struct element *e = NULL;
	unsigned long flags;

	spin_lock_irqsave(&free_lock, flags);
	if (!list_empty(&free_list)) {
		e = list_first_entry(&free_list, struct element, list);
		list_del(&e->list);
	}
	spin_unlock_irqrestore(&free_lock, flags);
	return e;
}

static int reader(void *data)
{
	u32 random = (u32)(unsigned long)data;

	while (!torture_must_stop(&random)) {
		struct element *e;

		rcu_read_lock();
		e = rcu_dereference(shared);
		if (e) {
			if (READ_ONCE(e->mark) != FRESH)
				atomic_long_inc(&errors);
			if (torture_random(&random) % 512 == 0)
				udelay(torture_random(&random) % 2000);
			else if (torture_random(&random) % 8 == 0)
				udelay(torture_random(&random) % 20);
			if (READ_ONCE(e->age) > 1 || READ_ONCE(e->mark) != FRESH)
				atomic_long_inc(&errors);
		}
		rcu_read_unlock();
		atomic_long_inc(&reads);
	}
	return 0;
}

static int writer(void *data)
{
	u32 random = (u32)(unsigned long)data;

	while (!torture_must_stop(&random)) {
		struct element *e = take_element(), *old;

		if (!e) {
			rcu_barrier();
			continue;
		}
		e->age = 0;
		e->mark = FRESH;
		old = __atomic_exchange_n(&shared, e, __ATOMIC_ACQ_REL);
		if (old) {
			WRITE_ONCE(old->age, 1);
			if (torture_random(&random) % 4 == 0) {
				synchronize_rcu();
				atomic_long_inc(&waits);
			}
			call_rcu(&old->rcu, grow_older);
		}
		atomic_long_inc(&updates);
	}
	return 0;
}

static int start(struct torture *torture)
{
	int error = 0;

	for (int i = 0; i < ELEMENTS; i++)
		list_add(&elements[i].list, &free_list);
	for (int i = 0; i < num_online_cpus() && i < 8 && !error; i++)
		error = torture_thread(torture, reader, (void *)(i * 77ul + 1));
	for (int i = 0; i < 2 && !error; i++)
		error = torture_thread(torture, writer, (void *)(i * 99ul + 5));
	return error;
}

static unsigned long report(struct torture *torture)
{
	struct element *last = shared;

	rcu_barrier();
	for (int age = 1; age < OLD_AGE; age++) /* a callback may have queued itself again */
		rcu_barrier();
	pr_info("rcutorture: %ld reads, %ld updates, %ld waits\n", atomic_long_read(&reads),
		atomic_long_read(&updates), atomic_long_read(&waits));
	for (int i = 0; i < ELEMENTS; i++)
		if (&elements[i] != last && elements[i].age && elements[i].age != OLD_AGE)
			atomic_long_inc(&errors); /* a callback was lost */
	return atomic_long_read(&errors);
}

static struct torture rcutorture = { .name = "rcutorture", .start = start, .report = report };

static int rcutorture_init(void)
{
	return torture_init(&rcutorture);
}
late_initcall(rcutorture_init);
