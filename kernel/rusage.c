/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * getrusage and times: the CPU time, faults and switches of a thread, a process, its dead children.
 *
 * Idea: living threads have counters of their own; those that ended have added theirs to
 *   signal_struct, children that were waited for to its c… fields.
 * Locking: siglock, so that no thread is counted twice or not at all while it ends.
 * Linux: kernel/sys.c. man 2 getrusage, times. Tests: tests/kernel/exit_wait.c.
 */
#include "kernel/rusage.h"

#include "kernel/lib/string.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/mm.h"
#include "kernel/syscall.h"

static void add_thread(struct rusage *r, const struct task_struct *t)
{
	r->ru_nvcsw += (long)t->nvcsw;
	r->ru_nivcsw += (long)t->nivcsw;
	r->ru_minflt += (long)t->min_flt;
	r->ru_majflt += (long)t->maj_flt;
}

static void add_children(struct rusage *r, const struct signal_struct *sig)
{
	r->ru_nvcsw += (long)sig->cnvcsw;
	r->ru_nivcsw += (long)sig->cnivcsw;
	r->ru_minflt += (long)sig->cmin_flt;
	r->ru_majflt += (long)sig->cmaj_flt;
}

static void add_group(struct rusage *r, struct task_struct *task)
{
	struct signal_struct *sig = task->signal;
	struct task_struct *t;

	r->ru_nvcsw += (long)sig->nvcsw;
	r->ru_nivcsw += (long)sig->nivcsw;
	r->ru_minflt += (long)sig->min_flt;
	r->ru_majflt += (long)sig->maj_flt;
	for_each_thread (task, t)
		add_thread(r, t);
}

static unsigned long current_maxrss(struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	unsigned long kib = 0;

	if (mm) {
		kib = get_mm_hiwater_rss(mm) * (PAGE_SIZE / 1024);
		mmput(mm);
	}
	return kib;
}

void getrusage(struct task_struct *task, int who, struct rusage *r)
{
	struct signal_struct *sig = task->signal;
	struct task_cputime times = { 0 };
	u64 utime = 0, stime = 0;
	unsigned long maxrss = 0, flags;

	memset(r, 0, sizeof(*r));
	if (who == RUSAGE_THREAD)
		task_cputime(task, &utime, &stime);
	else if (who != RUSAGE_CHILDREN)
		thread_group_cputime(task, &times);

	/* A released task has nothing to count any more. */
	if (!lock_task_sighand(task, &flags))
		return;
	if (who == RUSAGE_THREAD) {
		add_thread(r, task);
		maxrss = sig->maxrss;
	} else {
		if (who == RUSAGE_BOTH || who == RUSAGE_CHILDREN) {
			utime = sig->cutime;
			stime = sig->cstime;
			add_children(r, sig);
			maxrss = sig->cmaxrss;
		}
		if (who != RUSAGE_CHILDREN) {
			utime += times.utime;
			stime += times.stime;
			add_group(r, task);
			maxrss = max(maxrss, sig->maxrss);
		}
	}
	unlock_task_sighand(task, &flags);

	if (who != RUSAGE_CHILDREN)
		maxrss = max(maxrss, current_maxrss(task));
	r->ru_maxrss = (long)maxrss;
	r->ru_utime = ns_to_timeval((s64)utime);
	r->ru_stime = ns_to_timeval((s64)stime);
}

SYSCALL_DEFINE2(getrusage, int, who, struct rusage __user *, ru)
{
	struct rusage r;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	getrusage(current, who, &r);
	return copy_to_user(ru, &r, sizeof(r)) ? -EFAULT : 0;
}

SYSCALL_DEFINE1(times, struct tms __user *, tbuf)
{
	struct task_cputime times;
	struct tms tms;

	if (tbuf) {
		thread_group_cputime(current, &times);
		tms.tms_utime = (long)nsec_to_clock_t(times.utime);
		tms.tms_stime = (long)nsec_to_clock_t(times.stime);
		spin_lock_irq(&current->sighand->siglock);
		tms.tms_cutime = (long)nsec_to_clock_t(current->signal->cutime);
		tms.tms_cstime = (long)nsec_to_clock_t(current->signal->cstime);
		spin_unlock_irq(&current->sighand->siglock);
		if (copy_to_user(tbuf, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return (long)nsec_to_clock_t(ktime_get_ns());
}
