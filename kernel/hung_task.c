// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watchdog for tasks: who sleeps uninterruptibly for too long waits for something that will
 * never come, a lost wake-up or a deadlock.
 *
 * Idea: a kernel thread looks at all tasks now and then. One that is in TASK_UNINTERRUPTIBLE and has
 * not been switched to since last time is reported with its stack and, in debug builds, with the
 * locks that it holds, the one it waits for, and who has that.
 *
 * Rules: 1. a task is reported once per sleep; 2. TASK_IDLE and TASK_KILLABLE sleeps may be long;
 * 3. two looks in a row must find it so: a host that did not let the machine run made it wait only once.
 * Locking: the task list under RCU; what is printed of a task may be out of date at once.
 * Linux: kernel/hung_task.c. /proc/sys/kernel/hung_task_timeout_secs, hung_task_warnings.
 */
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/x86/processor.h"
#include "fs/proc/sysctl.h"

static unsigned long hung_task_timeout_secs = 120; /* 0: off */
static int hung_task_warnings = 10;                /* how many more are printed; -1: all */

static void show_stack(struct task_struct *task)
{
	unsigned long addresses[16];
	unsigned int n = stack_trace_save_task(task, addresses, ARRAY_SIZE(addresses));

	for (unsigned int i = 0; i < n; i++)
		pr_err("watchdog:   %pS\n", (void *)addresses[i]);
}

#ifdef CONFIG_DEBUG
/* The last lock that the task asked for, and those who have it. */
static void show_locks(struct task_struct *task)
{
	struct lockdep_map *wanted;
	struct task_struct *p, *t;

	if (!task->lockdep.depth)
		return;
	lockdep_print_held(&task->lockdep);
	wanted = task->lockdep.held[task->lockdep.depth - 1].map;
	for_each_process_thread (p, t) {
		for (unsigned int i = 0; t != task && i < t->lockdep.depth; i++)
			if (t->lockdep.held[i].map == wanted)
				pr_err("watchdog:   the last of them is with %s:%d, taken in %pS\n",
				       t->comm, t->pid, (void *)t->lockdep.held[i].ip);
	}
}
#else
static void show_locks(struct task_struct *task)
{
}
#endif

static void check_hung_task(struct task_struct *task, unsigned long timeout)
{
	unsigned long switches = task->nvcsw + task->nivcsw;

	if (READ_ONCE(task->__state) != TASK_UNINTERRUPTIBLE || !switches) { /* rule 2 */
		task->last_switch_count = 0;
		return;
	}
	if (switches != task->last_switch_count) {
		task->last_switch_count = switches;
		task->hung_since = ktime_get();
		task->hung_looks = 0;
		task->hung_reported = false;
		return;
	}
	if (task->hung_reported || ++task->hung_looks < 2 || /* rule 3 */
	    ktime_get() - task->hung_since < timeout * NSEC_PER_SEC)
		return;
	task->hung_reported = true;
	if (!hung_task_warnings)
		return;
	if (hung_task_warnings > 0)
		hung_task_warnings--;
	pr_err("watchdog: INFO: task %s:%d blocked for more than %lu seconds.\n", task->comm,
	       task->pid, timeout);
	show_stack(task);
	show_locks(task);
}

static int khungtaskd(void *unused)
{
	for (;;) {
		struct task_struct *p, *t;
		unsigned long timeout;

		set_current_state(TASK_IDLE); /* before the look: a new time-out wakes us */
		timeout = READ_ONCE(hung_task_timeout_secs);
		schedule_timeout((timeout ? timeout : 120) * (long)NSEC_PER_SEC / 2);
		if (!timeout)
			continue;
		rcu_read_lock();
		for_each_process_thread (p, t)
			check_hung_task(t, timeout);
		rcu_read_unlock();
	}
	return 0;
}

static struct task_struct *watchdog_task;

/* A new time-out counts from now on: the thread looks again. */
static int proc_dohung_task_timeout_secs(const struct ctl_table *ctl, int write, char *buffer,
					 size_t *lenp, loff_t *ppos)
{
	int ret = proc_doulongvec_minmax(ctl, write, buffer, lenp, ppos);

	if (write && !ret && watchdog_task)
		wake_up_process(watchdog_task);
	return ret;
}

static const int minus_one = -1, zero, sixty = 60, int_max = 0x7fffffff;
static const unsigned long ulong_zero, longest = 0x7fffffff;

static const struct ctl_table watchdog_table[] = {
	{ "hung_task_timeout_secs", &hung_task_timeout_secs, sizeof(unsigned long), 0644,
	  proc_dohung_task_timeout_secs, &ulong_zero, &longest },
	{ "hung_task_warnings", &hung_task_warnings, sizeof(int), 0644, proc_dointvec_minmax,
	  &minus_one, &int_max },
	{ "watchdog_thresh", &watchdog_thresh, sizeof(int), 0644, proc_dointvec_minmax, &zero,
	  &sixty },
};

static int hung_task_init(void)
{
	watchdog_task = kthread_run(khungtaskd, NULL, "khungtaskd");
	if (IS_ERR(watchdog_task))
		return (int)PTR_ERR(watchdog_task);
	return register_sysctl("kernel", watchdog_table, ARRAY_SIZE(watchdog_table));
}
late_initcall(hung_task_init);
