/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals at the receiver: default actions, stopping and continuing, news for the parent, and the
 * mask. Everything here runs in the task that the signal is for.
 *
 * Idea: on the way to user space a task with TIF_SIGPENDING calls get_signal(), which takes pending
 *   signals one by one. Default actions are carried out here and then; a signal with a handler goes
 *   back to the machine's code, which builds the frame.
 *
 * Group stop: the thread that takes the stop signal asks all others to stop as well
 *   (JOBCTL_STOP_PENDING) and counts them in group_stop_count. Each stops in do_signal_stop(); the
 *   last one to do so makes the group SIGNAL_STOP_STOPPED and tells the parent. SIGCONT, at the
 *   moment it is sent, undoes all of that; that it happened is told to the parent by the first
 *   thread that comes through get_signal() (SIGNAL_CLD_*).
 *
 * Rules: 1. A thread with JOBCTL_STOP_CONSUME counts in group_stop_count, and counts once.
 *   2. JOBCTL_STOPPED is set only by the task itself, cleared by SIGCONT and SIGKILL, under siglock.
 * Locking: siglock; tasklist_lock (reading) around it when the parent is told.
 * Sleeps: get_signal() while stopped.
 * Linux: kernel/signal.c; without ptrace, freezer and core files (the core bit is there).
 * Start at: get_signal(), do_signal_stop(). Tests: tests/kernel/sig_stop.c.
 */
#include "kernel/signal_internal.h"

#include "kernel/lib/bug.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/page.h"

/* ---- the parent ---- */

void __wake_up_parent(struct task_struct *task, struct task_struct *parent)
{
	__wake_up_sync_key(&parent->signal->wait_chldexit, TASK_INTERRUPTIBLE, task);
}

/* What SIGCHLD says about any change. */
static void fill_sigchld(struct siginfo *info, struct task_struct *task, int code, int status)
{
	struct task_cputime times;

	clear_siginfo(info);
	info->si_signo = SIGCHLD;
	info->si_code = code;
	info->si_pid = task->pid;
	info->si_uid = task_uid(task);
	info->si_status = status;
	thread_group_cputime(task, &times);
	info->si_utime = (long)nsec_to_clock_t(times.utime);
	info->si_stime = (long)nsec_to_clock_t(times.stime);
}

bool do_notify_parent(struct task_struct *task, int sig)
{
	struct task_struct *parent = task->parent;
	int code = task->exit_code;
	struct sighand_struct *psig;
	struct siginfo info;
	unsigned long flags;
	bool autoreap = false;

	WARN_ON_ONCE(!thread_group_empty(task));
	do_notify_pidfd(task);

	/* Either side has become another program since the fork: only the standard signal. */
	if (sig != SIGCHLD && task->parent_exec_id != READ_ONCE(parent->self_exec_id))
		sig = SIGCHLD;

	if (!(code & 0x7f))
		fill_sigchld(&info, task, CLD_EXITED, code >> 8);
	else
		fill_sigchld(&info, task, (code & 0x80) ? CLD_DUMPED : CLD_KILLED, code & 0x7f);
	info.si_signo = sig;

	psig = parent->sighand;
	spin_lock_irqsave(&psig->siglock, flags);
	if (sig == SIGCHLD && (psig->action[SIGCHLD - 1].sa.sa_handler == SIG_IGN ||
			       (psig->action[SIGCHLD - 1].sa.sa_flags & SA_NOCLDWAIT))) {
		/* The parent does not want a zombie; ignoring, it does not want the signal either. */
		autoreap = true;
		if (psig->action[SIGCHLD - 1].sa.sa_handler == SIG_IGN)
			sig = 0;
	}
	if (sig && valid_signal(sig))
		__send_signal_locked(sig, &info, parent, PIDTYPE_TGID, false);
	__wake_up_parent(task, parent);
	spin_unlock_irqrestore(&psig->siglock, flags);
	return autoreap;
}

void do_notify_parent_cldstop(struct task_struct *task, int why)
{
	struct task_struct *parent, *leader = task->group_leader;
	struct sighand_struct *sighand;
	struct siginfo info;
	unsigned long flags;

	parent = leader->real_parent;
	fill_sigchld(&info, leader, why,
		     why == CLD_CONTINUED ? SIGCONT : leader->signal->group_exit_code & 0x7f);

	sighand = parent->sighand;
	spin_lock_irqsave(&sighand->siglock, flags);
	if (sighand->action[SIGCHLD - 1].sa.sa_handler != SIG_IGN &&
	    !(sighand->action[SIGCHLD - 1].sa.sa_flags & SA_NOCLDSTOP))
		send_signal_locked(SIGCHLD, &info, parent, PIDTYPE_TGID);
	__wake_up_parent(leader, parent);
	spin_unlock_irqrestore(&sighand->siglock, flags);
}

/* ---- stopping ---- */

/* One thread less to wait for. True: it was the last, the group is stopped now. */
static bool task_participate_group_stop(struct task_struct *task)
{
	struct signal_struct *sig = task->signal;
	bool consume = task->jobctl & JOBCTL_STOP_CONSUME;

	WARN_ON_ONCE(!(task->jobctl & JOBCTL_STOP_PENDING));
	task_clear_jobctl_pending(task, JOBCTL_STOP_PENDING);
	if (!consume)
		return false;
	if (!WARN_ON_ONCE(sig->group_stop_count == 0))
		sig->group_stop_count--;
	if (!sig->group_stop_count && !(sig->flags & SIGNAL_STOP_STOPPED)) {
		signal_set_stop_flags(sig, SIGNAL_STOP_STOPPED);
		return true;
	}
	return false;
}

/* Makes every thread of the group stop for signr. False when a SIGCONT or death came between. */
static bool begin_group_stop(int signr)
{
	unsigned long gstop = JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME;
	struct signal_struct *sig = current->signal;
	struct task_struct *t;

	if (!(current->jobctl & JOBCTL_STOP_DEQUEUED) || (sig->flags & SIGNAL_GROUP_EXIT) ||
	    sig->group_exec_task)
		return false;
	if (!(sig->flags & SIGNAL_STOP_STOPPED))
		sig->group_exit_code = signr;
	sig->group_stop_count = 0;
	if (task_set_jobctl_pending(current, (unsigned long)signr | gstop))
		sig->group_stop_count++;
	for_each_thread (current, t) {
		if (t == current || (t->jobctl & JOBCTL_STOPPED))
			continue;
		if (task_set_jobctl_pending(t, (unsigned long)signr | gstop)) {
			sig->group_stop_count++;
			signal_wake_up(t, false);
		}
	}
	return true;
}

/*
 * Stops, as the one who took the stop signal or (signr 0) as one of its group. siglock held. True:
 * it stopped and runs again, siglock is released. False: nothing to do, siglock still held.
 */
static bool do_signal_stop(int signr)
{
	struct sighand_struct *sighand = current->sighand;
	bool last;

	if (!(current->jobctl & JOBCTL_STOP_PENDING) && !begin_group_stop(signr))
		return false;

	last = task_participate_group_stop(current);
	current->jobctl |= JOBCTL_STOPPED;
	set_special_state(TASK_STOPPED);
	spin_unlock_irq(&sighand->siglock);
	if (last) {
		read_lock(&tasklist_lock);
		do_notify_parent_cldstop(current, CLD_STOPPED);
		read_unlock(&tasklist_lock);
	}
	schedule();
	return true;
}

/* ---- taking ---- */

/*
 * A core-dump signal: other threads die, and the wait status gets its core bit when Linux would
 * have written a file here (it is allowed to, and the limit leaves room for one).
 */
static int coredump_bit(void)
{
	if (current->dumpable != 1 || rlimit(RLIMIT_CORE) < PAGE_SIZE)
		return 0;
	current->flags |= PF_DUMPCORE;
	return 0x80;
}

/* SIGCONT was sent, or a stop came to its end: the parent is to know. siglock held, released. */
static void notify_cld(struct signal_struct *signal, struct sighand_struct *sighand)
{
	int why = (signal->flags & SIGNAL_CLD_CONTINUED) ? CLD_CONTINUED : CLD_STOPPED;

	signal->flags &= ~SIGNAL_CLD_MASK;
	spin_unlock_irq(&sighand->siglock);
	read_lock(&tasklist_lock);
	do_notify_parent_cldstop(current, why);
	read_unlock(&tasklist_lock);
}

static void __noreturn die_of_signal(int sig)
{
	int status = sig;

	current->flags |= PF_SIGNALED;
	if (sig_kernel_coredump(sig))
		status |= coredump_bit();
	do_group_exit(status);
}

/* Takes signals until one has a handler: its number, or 0. siglock held; -1: released, again. */
static int take_signal(struct ksignal *ksig)
{
	struct sighand_struct *sighand = current->sighand;
	struct signal_struct *signal = current->signal;
	struct k_sigaction *ka;
	int sig;

	for (;;) {
		if ((signal->flags & SIGNAL_GROUP_EXIT) || signal->group_exec_task) {
			sigdelset(&current->pending.signal, SIGKILL);
			recalc_sigpending();
			spin_unlock_irq(&sighand->siglock);
			die_of_signal(SIGKILL);
		}
		if ((current->jobctl & JOBCTL_STOP_PENDING) && do_signal_stop(0))
			return -1;

		sig = dequeue_synchronous_signal(&ksig->info);
		if (!sig)
			sig = dequeue_signal(current, &current->blocked, &ksig->info);
		if (!sig)
			return 0;

		ka = &sighand->action[sig - 1];
		if (ka->sa.sa_handler == SIG_IGN)
			continue;
		if (ka->sa.sa_handler != SIG_DFL) {
			ksig->ka = *ka;
			if (ka->sa.sa_flags & SA_RESETHAND)
				ka->sa.sa_handler = SIG_DFL;
			return sig;
		}
		if (sig_kernel_ignore(sig))
			continue;
		/* init takes only what it asked for, and the kernel's own KILL and STOP. */
		if ((signal->flags & SIGNAL_UNKILLABLE) && !sig_kernel_only(sig))
			continue;
		if (sig_kernel_stop(sig)) {
			/* Nobody could continue an orphaned group: the terminal's stops are void. */
			if (sig != SIGSTOP) {
				spin_unlock_irq(&sighand->siglock);
				if (is_current_pgrp_orphaned())
					return -1;
				spin_lock_irq(&sighand->siglock);
			}
			if (do_signal_stop(sig))
				return -1;
			continue;
		}
		spin_unlock_irq(&sighand->siglock);
		die_of_signal(sig);
	}
}

bool get_signal(struct ksignal *ksig)
{
	struct sighand_struct *sighand = current->sighand;
	struct signal_struct *signal = current->signal;

	ksig->sig = 0;
	if (!signal_pending(current))
		return false;
	do {
		spin_lock_irq(&sighand->siglock);
		if (unlikely(signal->flags & SIGNAL_CLD_MASK)) {
			notify_cld(signal, sighand);
			ksig->sig = -1;
			continue;
		}
		ksig->sig = take_signal(ksig);
	} while (ksig->sig < 0);
	spin_unlock_irq(&sighand->siglock);
	return ksig->sig > 0;
}

void signal_setup_done(int failed, struct ksignal *ksig)
{
	sigset_t blocked;

	if (failed) {
		force_sigsegv(ksig->sig);
		return;
	}
	/* The frame has the old mask now. */
	clear_tsk_thread_flag(current, TIF_RESTORE_SIGMASK);
	blocked.sig[0] = current->blocked.sig[0] | ksig->ka.sa.sa_mask.sig[0];
	if (!(ksig->ka.sa.sa_flags & SA_NODEFER))
		sigaddset(&blocked, ksig->sig);
	set_current_blocked(&blocked);
	if (current->sas_ss_flags & SS_AUTODISARM)
		sas_ss_reset(current);
}

/* ---- the mask ---- */

/* Shared signals that this thread will not take any more: find others that do. siglock held. */
static void retarget_shared_pending(struct task_struct *task, unsigned long which)
{
	unsigned long retarget = task->signal->shared_pending.signal.sig[0] & which;
	struct task_struct *t = task;

	if (!retarget)
		return;
	while ((t = next_thread(t)) != task) {
		if (t->flags & PF_EXITING)
			continue;
		if (!(retarget & ~t->blocked.sig[0]))
			continue;
		retarget &= t->blocked.sig[0];
		if (!signal_pending(t))
			signal_wake_up(t, false);
		if (!retarget)
			break;
	}
}

void __set_task_blocked(struct task_struct *task, const sigset_t *newset)
{
	if (signal_pending(task) && !thread_group_empty(task))
		retarget_shared_pending(task, newset->sig[0] & ~current->blocked.sig[0]);
	task->blocked = *newset;
	recalc_sigpending();
}

void __set_current_blocked(const sigset_t *newset)
{
	if (newset->sig[0] == current->blocked.sig[0])
		return;
	spin_lock_irq(&current->sighand->siglock);
	__set_task_blocked(current, newset);
	spin_unlock_irq(&current->sighand->siglock);
}

void set_current_blocked(sigset_t *newset)
{
	sigdelsetmask(newset, SIG_KERNEL_ONLY_MASK);
	__set_current_blocked(newset);
}

int sigprocmask(int how, sigset_t *set, sigset_t *oldset)
{
	sigset_t newset;

	if (oldset)
		*oldset = current->blocked;
	switch (how) {
	case SIG_BLOCK:
		newset.sig[0] = current->blocked.sig[0] | set->sig[0];
		break;
	case SIG_UNBLOCK:
		newset.sig[0] = current->blocked.sig[0] & ~set->sig[0];
		break;
	case SIG_SETMASK:
		newset = *set;
		break;
	default:
		return -EINVAL;
	}
	__set_current_blocked(&newset);
	return 0;
}

void set_restore_sigmask(void)
{
	set_tsk_thread_flag(current, TIF_RESTORE_SIGMASK);
}

sigset_t *sigmask_to_save(void)
{
	if (unlikely(test_tsk_thread_flag(current, TIF_RESTORE_SIGMASK)))
		return &current->saved_sigmask;
	return &current->blocked;
}

void restore_saved_sigmask(void)
{
	if (!test_tsk_thread_flag(current, TIF_RESTORE_SIGMASK))
		return;
	clear_tsk_thread_flag(current, TIF_RESTORE_SIGMASK);
	__set_current_blocked(&current->saved_sigmask);
}

void restore_saved_sigmask_unless(bool interrupted)
{
	/* Interrupted: the signal is delivered under the new mask, and the frame restores the old. */
	if (!interrupted)
		restore_saved_sigmask();
}

bool sig_current_ignored_or_blocked(int sig)
{
	return sigismember(&current->blocked, sig) || sig_handler(current, sig) == SIG_IGN;
}

/* ---- exit, exec, kernel threads ---- */

void exit_signals(struct task_struct *task)
{
	bool group_stop = false;

	spin_lock_irq(&task->sighand->siglock);
	if (thread_group_empty(task) || (task->signal->flags & SIGNAL_GROUP_EXIT)) {
		task->flags |= PF_EXITING;
		spin_unlock_irq(&task->sighand->siglock);
		return;
	}
	/* From now on no signal picks this thread. */
	task->flags |= PF_EXITING;
	if (signal_pending(task)) {
		retarget_shared_pending(task, ~task->blocked.sig[0]);
		if ((task->jobctl & JOBCTL_STOP_PENDING) && task_participate_group_stop(task))
			group_stop = true;
	}
	spin_unlock_irq(&task->sighand->siglock);

	/* The others stand already; we were the one to wait for. */
	if (group_stop) {
		read_lock(&tasklist_lock);
		do_notify_parent_cldstop(task, CLD_STOPPED);
		read_unlock(&tasklist_lock);
	}
}

void flush_signal_handlers(struct task_struct *task, int force_default)
{
	for (int i = 0; i < _NSIG; i++) {
		struct sigaction *sa = &task->sighand->action[i].sa;
		bool ignored = !force_default && sa->sa_handler == SIG_IGN;

		*sa = (struct sigaction){ .sa_handler = ignored ? SIG_IGN : SIG_DFL };
	}
}

void ignore_signals(struct task_struct *task)
{
	int i;

	for (i = 0; i < _NSIG; i++)
		task->sighand->action[i].sa.sa_handler = SIG_IGN;
	flush_sigqueue(&task->signal->shared_pending);
	flush_sigqueue(&task->pending);
}
