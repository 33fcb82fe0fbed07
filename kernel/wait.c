/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait4 and waitid: news of children.
 *
 * Idea: do_wait() looks at every child of every thread of the caller's group; a child that fits and
 *   has news (zombie, stopped, continued) is reported, and its news consumed unless WNOWAIT. If none
 *   has, but one fits, the caller sleeps on its signal->wait_chldexit, which every change of a child
 *   wakes; then it looks again.
 * Rules: 1. A zombie is taken by whoever moves exit_state from EXIT_ZOMBIE to EXIT_DEAD.
 *   2. notask_error stays -ECHILD until a child is seen that fits.
 * Locking: tasklist_lock (reading) while looking; the function that reports a child drops it.
 * Sleeps: do_wait().
 * Linux: kernel/exit.c; without ptrace. man 2 wait4, waitid.
 * Start at: do_wait(), wait_consider_task(). Tests: tests/kernel/exit_wait.c.
 */
#include "kernel/uapi/wait.h"
#include "kernel/lib/err.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "fs/file.h"
#include "kernel/fork.h"
#include "kernel/pidfd.h"
#include "kernel/rusage.h"
#include "kernel/signal_internal.h"
#include "kernel/syscall.h"

/* What waitid() tells. */
struct waitid_info {
	pid_t pid;
	uid_t uid;
	int status;
	int cause; /* CLD_* */
};

struct wait_opts {
	enum pid_type wo_type; /* PIDTYPE_MAX: any child */
	int wo_flags;          /* W* */
	struct pid *wo_pid;
	struct waitid_info *wo_info; /* NULL for wait4() */
	int wo_stat;                 /* out: wait status */
	struct rusage *wo_rusage;    /* out, or NULL */
	struct wait_queue_entry child_wait;
	int notask_error;
};

static struct pid *task_pid_type(struct task_struct *task, enum pid_type type)
{
	return type == PIDTYPE_PID ? task->thread_pid : task->signal->pids[type];
}

static bool eligible_pid(const struct wait_opts *wo, struct task_struct *p)
{
	return wo->wo_type == PIDTYPE_MAX || task_pid_type(p, wo->wo_type) == wo->wo_pid;
}

static bool eligible_child(const struct wait_opts *wo, struct task_struct *p)
{
	if (!eligible_pid(wo, p))
		return false;
	if (wo->wo_flags & __WALL)
		return true;
	/* "Clone" children are those that end with another signal than SIGCHLD. */
	return (p->exit_signal != SIGCHLD) == !!(wo->wo_flags & __WCLONE);
}

/* The leader has ended but threads live: the process has not. */
static bool delay_group_leader(struct task_struct *p)
{
	return thread_group_leader(p) && !thread_group_empty(p);
}

static int fill_waitid_info(struct wait_opts *wo, pid_t pid, uid_t uid, int cause, int status)
{
	if (wo->wo_info)
		*wo->wo_info = (struct waitid_info){ pid, uid, status, cause };
	return pid;
}

/* Report of a death by its wait status. */
static int report_exit(struct wait_opts *wo, pid_t pid, uid_t uid, int status)
{
	wo->wo_stat = status;
	if (!(status & 0x7f))
		return fill_waitid_info(wo, pid, uid, CLD_EXITED, status >> 8);
	return fill_waitid_info(wo, pid, uid, (status & 0x80) ? CLD_DUMPED : CLD_KILLED,
				status & 0x7f);
}

static int zombie_status(struct task_struct *p)
{
	return (p->signal->flags & SIGNAL_GROUP_EXIT) ? p->signal->group_exit_code : p->exit_code;
}

/* What the reaped child and its own children used is the parent's "children" usage from now on. */
static void account_child(struct task_struct *p)
{
	struct signal_struct *psig = current->signal, *sig = p->signal;
	struct task_cputime times;
	unsigned long maxrss;

	thread_group_cputime(p, &times);
	spin_lock_irq(&current->sighand->siglock);
	psig->cutime += times.utime + sig->cutime;
	psig->cstime += times.stime + sig->cstime;
	psig->cmin_flt += p->min_flt + sig->min_flt + sig->cmin_flt;
	psig->cmaj_flt += p->maj_flt + sig->maj_flt + sig->cmaj_flt;
	psig->cnvcsw += p->nvcsw + sig->nvcsw + sig->cnvcsw;
	psig->cnivcsw += p->nivcsw + sig->nivcsw + sig->cnivcsw;
	maxrss = max(sig->maxrss, sig->cmaxrss);
	psig->cmaxrss = max(psig->cmaxrss, maxrss);
	spin_unlock_irq(&current->sighand->siglock);
}

/* tasklist_lock held; a positive result means it was dropped. */
static int wait_task_zombie(struct wait_opts *wo, struct task_struct *p)
{
	pid_t pid = p->pid;
	uid_t uid = task_uid(p);
	int status;

	if (!(wo->wo_flags & WEXITED))
		return 0;
	if (wo->wo_flags & WNOWAIT) {
		status = zombie_status(p);
		get_task_struct(p);
		read_unlock(&tasklist_lock);
		if (wo->wo_rusage)
			getrusage(p, RUSAGE_BOTH, wo->wo_rusage);
		put_task_struct(p);
		return report_exit(wo, pid, uid, status);
	}
	/* Another thread of ours may be faster. */
	if (cmpxchg(&p->exit_state, EXIT_ZOMBIE, EXIT_DEAD) != EXIT_ZOMBIE)
		return 0;
	read_unlock(&tasklist_lock);

	account_child(p);
	if (wo->wo_rusage)
		getrusage(p, RUSAGE_BOTH, wo->wo_rusage);
	status = zombie_status(p);
	release_task(p);
	return report_exit(wo, pid, uid, status);
}

/* The report of a stop or continue: drops tasklist_lock. */
static int report_change(struct wait_opts *wo, struct task_struct *p, int cause, int status)
{
	pid_t pid = p->pid;
	uid_t uid = task_uid(p);

	get_task_struct(p);
	read_unlock(&tasklist_lock);
	if (wo->wo_rusage)
		getrusage(p, RUSAGE_BOTH, wo->wo_rusage);
	put_task_struct(p);
	wo->wo_stat = cause == CLD_STOPPED ? (status << 8) | 0x7f : 0xffff;
	return fill_waitid_info(wo, pid, uid, cause, status);
}

static int wait_task_stopped(struct wait_opts *wo, struct task_struct *p)
{
	int status = 0;

	if (!(wo->wo_flags & WUNTRACED) || !(READ_ONCE(p->signal->flags) & SIGNAL_STOP_STOPPED))
		return 0;
	spin_lock_irq(&p->sighand->siglock);
	/* The code is cleared when the stop has been reported once. */
	if (p->signal->flags & SIGNAL_STOP_STOPPED)
		status = p->signal->group_exit_code;
	if (!(wo->wo_flags & WNOWAIT) && status)
		p->signal->group_exit_code = 0;
	spin_unlock_irq(&p->sighand->siglock);
	return status ? report_change(wo, p, CLD_STOPPED, status) : 0;
}

static int wait_task_continued(struct wait_opts *wo, struct task_struct *p)
{
	bool continued;

	if (!(wo->wo_flags & WCONTINUED) || !(READ_ONCE(p->signal->flags) & SIGNAL_STOP_CONTINUED))
		return 0;
	spin_lock_irq(&p->sighand->siglock);
	continued = p->signal->flags & SIGNAL_STOP_CONTINUED;
	if (!(wo->wo_flags & WNOWAIT))
		p->signal->flags &= ~SIGNAL_STOP_CONTINUED;
	spin_unlock_irq(&p->sighand->siglock);
	return continued ? report_change(wo, p, CLD_CONTINUED, SIGCONT) : 0;
}

/* tasklist_lock held. A positive result (the pid) means that it was dropped. */
static int wait_consider_task(struct wait_opts *wo, struct task_struct *p)
{
	int exit_state = READ_ONCE(p->exit_state);
	int ret;

	if (exit_state == EXIT_DEAD || !eligible_child(wo, p))
		return 0;
	if (exit_state == EXIT_ZOMBIE && !delay_group_leader(p))
		return wait_task_zombie(wo, p);
	wo->notask_error = 0;
	ret = wait_task_stopped(wo, p);
	if (ret)
		return ret;
	return wait_task_continued(wo, p);
}

static int do_wait_thread(struct wait_opts *wo, struct task_struct *parent)
{
	struct task_struct *p;

	list_for_each_entry (p, &parent->children, sibling) {
		int ret = wait_consider_task(wo, p);

		if (ret)
			return ret;
	}
	return 0;
}

/* One child, found by its number rather than among all of them. */
static int do_wait_pid(struct wait_opts *wo)
{
	struct task_struct *p = pid_task(wo->wo_pid, PIDTYPE_TGID);

	if (!p)
		return 0;
	if (wo->wo_flags & __WNOTHREAD ? p->real_parent != current :
					 !same_thread_group(p->real_parent, current))
		return 0;
	return wait_consider_task(wo, p);
}

/* One look at all children: the pid, 0 for "sleep", or -errno. */
static int look_for_child(struct wait_opts *wo)
{
	struct task_struct *thread;
	int ret;

	wo->notask_error = -ECHILD;
	if (wo->wo_type < PIDTYPE_MAX &&
	    (!wo->wo_pid || hlist_empty(&wo->wo_pid->tasks[wo->wo_type])))
		return -ECHILD;
	read_lock(&tasklist_lock);
	if (wo->wo_type == PIDTYPE_PID) {
		ret = do_wait_pid(wo);
		if (ret)
			return ret;
	} else if (wo->wo_flags & __WNOTHREAD) {
		ret = do_wait_thread(wo, current);
		if (ret)
			return ret;
	} else {
		for_each_thread (current, thread) {
			ret = do_wait_thread(wo, thread);
			if (ret)
				return ret;
		}
	}
	read_unlock(&tasklist_lock);
	return wo->notask_error;
}

/* Wakes the waiter only for a child that it waits for. key is the child. */
static int child_wait_callback(struct wait_queue_entry *wait, unsigned int mode, int sync,
			       void *key)
{
	struct wait_opts *wo = container_of(wait, struct wait_opts, child_wait);
	struct task_struct *p = key;

	if (!eligible_pid(wo, p))
		return 0;
	if ((wo->wo_flags & __WNOTHREAD) && wait->private != p->parent)
		return 0;
	return default_wake_function(wait, mode, sync, key);
}

static int do_wait(struct wait_opts *wo)
{
	int ret;

	init_waitqueue_func_entry(&wo->child_wait, child_wait_callback);
	wo->child_wait.private = current;
	add_wait_queue(&current->signal->wait_chldexit, &wo->child_wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		ret = look_for_child(wo);
		if (ret || (wo->wo_flags & WNOHANG))
			break;
		ret = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&current->signal->wait_chldexit, &wo->child_wait);
	return ret;
}

/* Sets wo's type and pid from waitid()'s two numbers. The pid is referenced. */
static int waitid_target(struct wait_opts *wo, int which, pid_t upid)
{
	unsigned int f_flags = 0;

	wo->wo_type = PIDTYPE_MAX;
	wo->wo_pid = NULL;
	switch (which) {
	case P_ALL:
		return 0;
	case P_PID:
		wo->wo_type = PIDTYPE_PID;
		if (upid <= 0)
			return -EINVAL;
		wo->wo_pid = find_get_pid(upid);
		return 0;
	case P_PGID:
		wo->wo_type = PIDTYPE_PGID;
		if (upid < 0)
			return -EINVAL;
		wo->wo_pid = upid ? find_get_pid(upid) : get_task_pid(current, PIDTYPE_PGID);
		return 0;
	case P_PIDFD:
		wo->wo_type = PIDTYPE_PID;
		if (upid < 0)
			return -EINVAL;
		wo->wo_pid = pidfd_get_pid(upid, &f_flags);
		if (IS_ERR(wo->wo_pid))
			return (int)PTR_ERR(wo->wo_pid);
		/* PIDFD_NONBLOCK: do not sleep, and say so. */
		if (f_flags & O_NONBLOCK)
			wo->wo_flags |= WNOHANG;
		return f_flags & O_NONBLOCK ? 1 : 0;
	default:
		return -EINVAL;
	}
}

static int do_waitid(struct wait_opts *wo, int which, pid_t upid)
{
	bool may_wait = !(wo->wo_flags & WNOHANG);
	int nonblock = waitid_target(wo, which, upid), ret;

	if (nonblock < 0)
		return nonblock;
	ret = do_wait(wo);
	if (!ret && nonblock && may_wait)
		ret = -EAGAIN;
	put_pid(wo->wo_pid);
	return ret;
}

SYSCALL_DEFINE5(waitid, int, which, pid_t, upid, struct siginfo __user *, infop, int, options,
		struct rusage __user *, uru)
{
	struct waitid_info info = { 0 };
	struct rusage r;
	struct wait_opts wo = {
		.wo_flags = options,
		.wo_info = &info,
		.wo_rusage = uru ? &r : NULL,
	};
	int ret;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
			(int)__WCLONE | __WALL))
		ret = -EINVAL;
	else if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		ret = -EINVAL;
	else
		ret = do_waitid(&wo, which, upid);
	if (ret > 0) {
		ret = 0;
		if (uru && copy_to_user(uru, &r, sizeof(r)))
			return -EFAULT;
	}
	if (!infop)
		return ret;
	/* Only the fields that waitid() sets; all zero when no child had news, or on an error. */
	if (put_user(info.pid ? SIGCHLD : 0, &infop->si_signo) || put_user(0, &infop->si_errno) ||
	    put_user(info.cause, &infop->si_code) || put_user(info.pid, &infop->si_pid) ||
	    put_user(info.uid, &infop->si_uid) || put_user(info.status, &infop->si_status))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE4(wait4, pid_t, upid, int __user *, stat_addr, int, options, struct rusage __user *,
		ru)
{
	struct rusage r;
	struct wait_opts wo = {
		.wo_type = PIDTYPE_MAX,
		.wo_flags = options | WEXITED,
		.wo_rusage = ru ? &r : NULL,
	};
	int ret;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | (int)__WCLONE | __WALL))
		return -EINVAL;
	/* -INT_MIN is no number. */
	if (upid == (-2147483647 - 1))
		return -ESRCH;
	if (upid < -1) {
		wo.wo_type = PIDTYPE_PGID;
		wo.wo_pid = find_get_pid(-upid);
	} else if (upid == 0) {
		wo.wo_type = PIDTYPE_PGID;
		wo.wo_pid = get_task_pid(current, PIDTYPE_PGID);
	} else if (upid > 0) {
		wo.wo_type = PIDTYPE_PID;
		wo.wo_pid = find_get_pid(upid);
	}
	ret = do_wait(&wo);
	put_pid(wo.wo_pid);
	if (ret > 0 && stat_addr && put_user(wo.wo_stat, stat_addr))
		ret = -EFAULT;
	if (ret > 0 && ru && copy_to_user(ru, &r, sizeof(r)))
		ret = -EFAULT;
	return ret;
}
