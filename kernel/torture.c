// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all kinds of torture share: threads that run for so many seconds, and a last word.
 *
 * Idea: a control thread starts the kind's threads, sleeps, stops them all and prints "NAME: end: …".
 * An error found on the way is a "warning: NAME: …" line, which makes a test run fail.
 * Linux: kernel/torture.c. Start at: torture_control().
 */
#include "kernel/main.h"
#include "kernel/torture.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/err.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/printk.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/sched.h"
#include "mm/slab.h"

struct control {
	struct torture *torture;
	unsigned int seconds;
};

u32 torture_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

bool torture_must_stop(u32 *state)
{
	if (torture_random(state) % 256 == 0)
		schedule_timeout_uninterruptible(NSEC_PER_MSEC);
	cond_resched();
	return kthread_should_stop();
}

int torture_thread(struct torture *torture, int (*fn)(void *data), void *data)
{
	struct task_struct *task;

	if (torture->nr_threads == TORTURE_THREADS)
		return -ENOSPC;
	task = kthread_create(fn, data, "%s/%u", torture->name, torture->nr_threads);
	if (IS_ERR(task))
		return (int)PTR_ERR(task);
	set_user_nice(task, MAX_NICE);
	torture->threads[torture->nr_threads++] = task;
	wake_up_process(task);
	return 0;
}

static int torture_control(void *data)
{
	struct control *control = data;
	struct torture *torture = control->torture;
	int error = torture->start(torture);
	long left = error ? 0 : (long)(control->seconds * NSEC_PER_SEC);
	unsigned long errors;

	while (left > 0)
		left = schedule_timeout_idle(left);
	for (unsigned int i = 0; i < torture->nr_threads; i++)
		kthread_stop(torture->threads[i]);
	errors = torture->report(torture);
	if (error)
		pr_warn("warning: %s: not started: %d\n", torture->name, error);
	else if (errors)
		pr_warn("warning: %s: %lu errors\n", torture->name, errors);
	else
		pr_info("%s: end: no errors\n", torture->name);
	kfree(control);
	return 0;
}

int torture_init(struct torture *torture)
{
	struct control *control;
	unsigned int seconds;
	char text[16];

	if (cmdline_find_option(saved_command_line(), torture->name, text, sizeof(text)) <= 0 ||
	    kstrtouint(text, 10, &seconds) || !seconds)
		return 0;
	control = kmalloc(sizeof(*control), GFP_KERNEL);
	if (!control)
		return -ENOMEM;
	*control = (struct control){ torture, seconds };
	return PTR_ERR_OR_ZERO(kthread_run(torture_control, control, "%s", torture->name));
}
