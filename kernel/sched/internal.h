/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to kernel/sched: the run queue of a CPU and the interface of a scheduling class.
 *
 * Lock order: task->pi_lock -> rq->lock -> hrtimer base lock. Never two run queues (balance.c).
 * Linux: kernel/sched/sched.h.
 */
#ifndef CONDUIT_SCHED_INTERNAL_H
#define CONDUIT_SCHED_INTERNAL_H

#include "kernel/lib/compiler.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/tsc.h"
#include "kernel/sched/cputime.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timer.h"

/* [Q] lock, [C] this CPU only with interrupts off, [I] never changes */
struct rq {
	spinlock_t lock;
	unsigned int nr_running;   /* [Q] of all classes, the running one included */
	int nr_uninterruptible;    /* [Q] went to sleep here minus woke up here: sum counts */
	u64 clock;                 /* [Q] sched_clock() at the last update_rq_clock() */
	struct task_struct *curr;  /* [Q] runs, or is about to: __schedule() changes it */
	struct task_struct *idle;  /* [I] */
	struct mm_struct *prev_mm; /* [Q] to give up after the switch */
	struct cfs_rq cfs;         /* [Q] */
	struct rt_rq rt;           /* [Q] */
	u64 nr_switches;           /* [Q] */
	u64 next_balance;          /* [C] when balance_tick() compares with others again */
	u64 balance_interval;      /* [C] ns, longer and longer while there is nothing to move */
	int cpu;                   /* [I] */
	bool tick_active;          /* [C] tick_timer is queued or runs */
	struct hrtimer tick_timer; /* [C] */
	unsigned int stuck_ticks;  /* [C] ticks in one visit to the kernel: watchdog.c */
	u64 tick_due;              /* [Q] with sched_seed= only: tick.c */
	u64 idle_time;             /* [Q] ns in the idle task, up to its last switch-out */
	u64 user_time, nice_time, system_time; /* [C] ns, sampled by the tick */
};

DECLARE_PER_CPU(struct rq, runqueues);

#define this_rq()   this_cpu_ptr(&runqueues)
#define cpu_rq(cpu) per_cpu_ptr(&runqueues, cpu)
#define task_rq(p)  cpu_rq(task_cpu(p))

/* task_struct.on_rq */
#define TASK_ON_RQ_QUEUED    1
#define TASK_ON_RQ_MIGRATING 2 /* between two run queues */

/* Why a task leaves a queue, or comes to one. */
#define DEQUEUE_SLEEP  0x01
#define ENQUEUE_WAKEUP 0x01
#define ENQUEUE_NEW    0x02 /* first time after fork */
#define ENQUEUE_HEAD   0x10 /* real-time: in front of its equals */

/*
 * A policy's view of the run queue. All are called with the rq lock held; select_task_rq with
 * pi_lock only.
 */
struct sched_class {
	int rank; /* a class with a higher one pre-empts this one */
	void (*enqueue_task)(struct rq *rq, struct task_struct *p, int flags);
	void (*dequeue_task)(struct rq *rq, struct task_struct *p, int flags);
	void (*yield_task)(struct rq *rq);
	/* p of this class became runnable while rq->curr, also of this class, runs. */
	void (*check_preempt_curr)(struct rq *rq, struct task_struct *p, int wake_flags);
	/* Chooses and sets up who runs; also does put_prev_task(prev). NULL: nobody here. */
	struct task_struct *(*pick_next_task)(struct rq *rq, struct task_struct *prev);
	void (*put_prev_task)(struct rq *rq, struct task_struct *p);
	void (*set_next_task)(struct rq *rq, struct task_struct *p);
	int (*select_task_rq)(struct task_struct *p, int cpu, int wake_flags);
	/* The task moves to another CPU's queue: both rq locks or pi_lock. May be NULL. */
	void (*migrate_task_rq)(struct task_struct *p, int new_cpu);
	void (*task_tick)(struct rq *rq, struct task_struct *p);
	/* Charge the running task up to rq->clock. */
	void (*update_curr)(struct rq *rq);
	u64 (*get_rr_interval)(struct rq *rq, struct task_struct *p);
};

extern const struct sched_class rt_sched_class, fair_sched_class, idle_sched_class;

/* rt.c: a period of accounting is over, maybe. rq locked. */
void rt_new_period(struct rq *rq);

/* Real-time tasks have had their share, and others want to run here. */
static inline bool rt_must_wait(const struct rq *rq)
{
	return rq->rt.rt_throttled && rq->nr_running > rq->rt.nr_running;
}

/* Any CPU may do it; clocks that differ by a little from CPU to CPU do not make it go back. */
static inline void update_rq_clock(struct rq *rq)
{
	u64 now = sched_clock();

	if (likely((s64)(now - rq->clock) > 0))
		rq->clock = now;
}

static inline bool task_current(const struct rq *rq, const struct task_struct *p)
{
	return rq->curr == p;
}

static inline bool task_on_rq_queued(const struct task_struct *p)
{
	return p->on_rq == TASK_ON_RQ_QUEUED;
}

static inline bool cpu_allowed(const struct task_struct *p, int cpu)
{
	return p->cpus_mask >> cpu & 1;
}

/* core.c */
void resched_curr(struct rq *rq);
void check_preempt_curr(struct rq *rq, struct task_struct *p, int wake_flags);
void activate_task(struct rq *rq, struct task_struct *p, int flags);
void deactivate_task(struct rq *rq, struct task_struct *p, int flags);
void set_task_cpu(struct task_struct *p, int new_cpu);
int select_task_rq(struct task_struct *p, int wake_flags);
void schedule_idle(void);

/*
 * The task's run queue, locked so that neither the task moves nor its state in the queue changes:
 * pi_lock keeps wake-ups out, rq->lock the rest.
 */
struct rq *task_rq_lock(struct task_struct *p, unsigned long *flags);
void task_rq_unlock(struct rq *rq, struct task_struct *p, unsigned long *flags);

/* policy.c: how a nice value or policy becomes a weight and a priority. */
void set_load_weight(struct task_struct *p);
int normal_prio(const struct task_struct *p);
void __setscheduler_prio(struct task_struct *p, int prio);

/* tick.c */
void sched_tick_init(struct rq *rq);
void tick_start(struct rq *rq);

/* watchdog.c */
void watchdog_tick(struct rq *rq, bool user_tick);

/* seed.c: choices by a generator, with sched_seed= on the command line. */
extern bool sched_seeded;
bool __sched_chance(u32 n);
u64 sched_seed_tick_ns(void);
int sched_seed_cpu(const struct task_struct *p, int cpu);
void sched_seed_end_turn(struct rq *rq);

/* One in n times true; never without a seed. */
static inline bool sched_chance(u32 n)
{
	return unlikely(sched_seeded) && __sched_chance(n);
}

/* balance.c: fair tasks between CPUs. Interrupts off. */
void detach_task(struct rq *rq, struct task_struct *p, int new_cpu);
void attach_task(struct task_struct *p);
int select_task_rq_fair(struct task_struct *p, int cpu, int wake_flags);
void newidle_balance(struct rq *rq);
void balance_tick(struct rq *rq);

/* rt_balance.c: real-time tasks between CPUs. */
extern u64 rt_overload;
void rt_set_overload(struct rq *rq, bool overloaded);
int select_task_rq_rt(struct task_struct *p, int cpu, int wake_flags);
void __push_rt_tasks(struct rq *rq);
void __pull_rt_task(struct rq *rq);

/* rq has got or kept tasks: those that wait go where they can run. No rq lock, interrupts off. */
static inline void push_rt_tasks(struct rq *rq)
{
	if (unlikely(READ_ONCE(rq->rt.nr_running) > 1))
		__push_rt_tasks(rq);
}

/*
 * rq, this CPU's and locked, is about to choose: a better task that waits elsewhere comes here. That
 * prev has left its queue comes before the look at rt_overload: either we see who waits, or the push
 * of it sees that this CPU is free (cpu_prio()).
 */
static inline void pull_rt_task(struct rq *rq, const struct task_struct *prev)
{
	if (unlikely(rt_task(prev)))
		smp_mb();
	if (unlikely(READ_ONCE(rt_overload) & ~(1ull << rq->cpu)))
		__pull_rt_task(rq);
}

/* loadavg.c */
void calc_global_load(void);

/* idle.c, rt.c, fair.c */
#define RR_TIMESLICE_NS    (100 * NSEC_PER_MSEC)
#define RR_TIMESLICE_TICKS (RR_TIMESLICE_NS / TICK_NSEC)

#endif
