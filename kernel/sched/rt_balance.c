// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real-time tasks and many CPUs: none waits while some CPU that it may use runs something lower.
 *
 * Idea: that can become false in two ways, and each is repaired by who caused it. A queue gets a
 * second real-time task, or its running one is pre-empted: the best of those that wait is pushed to
 * the CPU that runs the lowest (push_rt_tasks()). A CPU turns to something lower: it pulls the best
 * that waits elsewhere first (pull_rt_task()). rt_overload has a bit for each CPU with more than one
 * real-time task, so that without such nobody looks any further.
 *
 * Rules and locking: as in balance.c; never two run queue locks. A push may come too late, when its
 * target has got something better in between: it looks at that queue next.
 * Linux: push_rt_task() and pull_rt_task() in kernel/sched/rt.c, cpupri.c; there the locks of both
 * queues are held. Tests: tests/kernel/sched_rt_cpus.c.
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/internal.h"

u64 rt_overload; /* [atomic] */

void rt_set_overload(struct rq *rq, bool overloaded)
{
	u64 bit = 1ull << rq->cpu;

	if (overloaded)
		(void)__atomic_fetch_or(&rt_overload, bit, __ATOMIC_SEQ_CST);
	else
		(void)__atomic_fetch_and(&rt_overload, ~bit, __ATOMIC_SEQ_CST);
}

/*
 * The best priority on a CPU: what runs, or will before anything else. A hint without the lock. Who
 * is on the way out no longer counts: the CPU has perhaps looked at rt_overload already, and then
 * the push has to find it (the other half of the order: pull_rt_task()).
 */
static int cpu_prio(const struct rq *rq)
{
	int queued = READ_ONCE(rq->rt.nr_running) ? rt_highest_prio(&rq->rt) : MAX_PRIO;
	const struct task_struct *curr = READ_ONCE(rq->curr);

	return READ_ONCE(curr->on_rq) == TASK_ON_RQ_QUEUED ? min(queued, READ_ONCE(curr->prio)) :
							     queued;
}

/* The CPU that runs the lowest priority of those that p may use, if lower than p's; else -1. */
static int find_lowest_cpu(const struct task_struct *p)
{
	int lowest = p->prio, best = -1, cpu;

	for_each_online_cpu (cpu) {
		int prio = cpu_prio(cpu_rq(cpu));

		if (cpu_allowed(p, cpu) && prio > lowest) {
			lowest = prio;
			best = cpu;
		}
	}
	return best;
}

/* Where it was, if it can run there at once; else where the lowest runs; else as it is. */
int select_task_rq_rt(struct task_struct *p, int cpu, int wake_flags)
{
	int best;

	if (cpu_allowed(p, cpu) && p->prio < cpu_prio(cpu_rq(cpu)))
		return cpu;
	best = find_lowest_cpu(p);
	return best >= 0 ? best : cpu;
}

/* rq locked: the best waiting task that dest may get, or with dest -1 some other CPU: *cpu. */
static struct task_struct *find_waiting_rt(struct rq *rq, int dest, int below, int *cpu)
{
	for (int prio = rt_highest_prio(&rq->rt); prio < below; prio++) {
		struct sched_rt_entity *rt_se;

		list_for_each_entry (rt_se, &rq->rt.queue[prio], run_list) {
			struct task_struct *p = container_of(rt_se, struct task_struct, rt);

			if (p == rq->curr || p->nr_cpus_allowed < 2)
				continue;
			*cpu = dest;
			if (dest < 0)
				*cpu = find_lowest_cpu(p);
			if (*cpu >= 0 && *cpu != rq->cpu && cpu_allowed(p, *cpu))
				return p;
		}
	}
	return NULL;
}

static struct task_struct *detach_waiting_rt(struct rq *rq, int dest, int below)
{
	struct task_struct *p;
	int cpu;

	spin_lock(&rq->lock);
	update_rq_clock(rq);
	p = find_waiting_rt(rq, dest, below, &cpu);
	if (p)
		detach_task(rq, p, cpu);
	spin_unlock(&rq->lock);
	return p;
}

void __push_rt_tasks(struct rq *rq)
{
	struct task_struct *p;

	for (unsigned int i = 0; i < 4 * nr_cpu_ids; i++) {
		p = detach_waiting_rt(rq, -1, MAX_RT_PRIO);
		if (!p)
			return;
		attach_task(p);
		if (READ_ONCE(task_rq(p)->curr->prio) <= p->prio)
			rq = task_rq(p); /* too late */
	}
}

void __pull_rt_task(struct rq *this_rq)
{
	int cpu;

	spin_unlock(&this_rq->lock);
	for_each_online_cpu (cpu) {
		struct task_struct *p;

		if (cpu == this_rq->cpu || !(READ_ONCE(rt_overload) >> cpu & 1))
			continue;
		p = detach_waiting_rt(cpu_rq(cpu), this_rq->cpu, rt_highest_prio(&this_rq->rt));
		if (p)
			attach_task(p);
	}
	spin_lock(&this_rq->lock);
	update_rq_clock(this_rq);
}
