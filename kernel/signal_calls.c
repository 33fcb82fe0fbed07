/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls on dispositions, masks, pending signals and the alternate stack, and those that wait
 * for a signal.
 *
 * Idea: the first floor copies and checks sizes; do_sigaction(), do_sigtimedwait() and
 *   do_sigaltstack() do the work.
 * Rules: SIGKILL and SIGSTOP silently leave every set that user space hands in.
 * Locking: siglock.
 * Sleeps: sigsuspend, pause, sigtimedwait.
 * Linux: kernel/signal.c. man 2 sigaction, sigprocmask, sigaltstack, sigsuspend, sigwaitinfo.
 * Start at: do_sigaction(). Tests: tests/kernel/sig_actions.c, sig_wait.c, sig_altstack.c.
 */
#include "kernel/signal_internal.h"

#include "kernel/lib/bug.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/uaccess.h"
#include "kernel/syscall.h"

/* The flags that user space may set and sees; others are dropped. */
#define UAPI_SA_FLAGS                                                                              \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |         \
	 SA_RESETHAND | SA_EXPOSE_TAGBITS | SA_RESTORER)

static int copy_sigset_from_user(sigset_t *set, const sigset_t __user *uset, size_t size)
{
	if (size != sizeof(sigset_t))
		return -EINVAL;
	return copy_from_user(set, uset, sizeof(*set)) ? -EFAULT : 0;
}

static int do_sigaction(int sig, struct k_sigaction *act, struct k_sigaction *oact)
{
	struct sighand_struct *sighand = current->sighand;
	struct k_sigaction *k;
	struct task_struct *t;

	if (!valid_signal(sig) || sig < 1 || (act && sig_kernel_only(sig)))
		return -EINVAL;
	k = &sighand->action[sig - 1];
	spin_lock_irq(&sighand->siglock);
	if (k->sa.sa_flags & SA_IMMUTABLE) {
		spin_unlock_irq(&sighand->siglock);
		return -EINVAL;
	}
	if (oact)
		*oact = *k;
	if (act) {
		act->sa.sa_flags &= UAPI_SA_FLAGS;
		sigdelsetmask(&act->sa.sa_mask, SIG_KERNEL_ONLY_MASK);
		*k = *act;
		/* What is ignored from now on is also forgotten where it is pending. */
		if (sig_handler_ignored(act->sa.sa_handler, sig)) {
			flush_sigqueue_mask(sigmask(sig), &current->signal->shared_pending);
			for_each_thread (current, t)
				flush_sigqueue_mask(sigmask(sig), &t->pending);
		}
	}
	spin_unlock_irq(&sighand->siglock);
	return 0;
}

SYSCALL_DEFINE4(rt_sigaction, int, sig, const struct sigaction __user *, act,
		struct sigaction __user *, oact, size_t, sigsetsize)
{
	struct k_sigaction new, old;
	int ret;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (act && copy_from_user(&new.sa, act, sizeof(new.sa)))
		return -EFAULT;
	ret = do_sigaction(sig, act ? &new : NULL, oact ? &old : NULL);
	if (!ret && oact && copy_to_user(oact, &old.sa, sizeof(old.sa)))
		ret = -EFAULT;
	return ret;
}

SYSCALL_DEFINE4(rt_sigprocmask, int, how, sigset_t __user *, nset, sigset_t __user *, oset, size_t,
		sigsetsize)
{
	sigset_t old = current->blocked, new;
	int ret;

	if (sigsetsize != sizeof(sigset_t))
		return -EINVAL;
	if (nset) {
		if (copy_from_user(&new, nset, sizeof(new)))
			return -EFAULT;
		sigdelsetmask(&new, SIG_KERNEL_ONLY_MASK);
		ret = sigprocmask(how, &new, NULL);
		if (ret)
			return ret;
	}
	if (oset && copy_to_user(oset, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE2(rt_sigpending, sigset_t __user *, uset, size_t, sigsetsize)
{
	sigset_t set;

	if (sigsetsize > sizeof(set))
		return -EINVAL;
	spin_lock_irq(&current->sighand->siglock);
	set.sig[0] = current->pending.signal.sig[0] | current->signal->shared_pending.signal.sig[0];
	spin_unlock_irq(&current->sighand->siglock);
	set.sig[0] &= current->blocked.sig[0];
	return copy_to_user(uset, &set, sigsetsize) ? -EFAULT : 0;
}

/* ---- waiting ---- */

/* timeout in ns, MAX_SCHEDULE_TIMEOUT: for ever. The signal's number, -EAGAIN or -EINTR. */
static int do_sigtimedwait(sigset_t *which, struct siginfo *info, long timeout)
{
	struct task_struct *task = current;
	sigset_t mask;
	long left = timeout;
	int sig;

	sigdelsetmask(which, SIG_KERNEL_ONLY_MASK);
	mask.sig[0] = ~which->sig[0];

	spin_lock_irq(&task->sighand->siglock);
	sig = dequeue_signal(task, &mask, info);
	if (!sig && timeout) {
		/*
		 * Unblock what we wait for, so that it wakes us; real_blocked remembers the true
		 * mask, so that the signal is neither ignored nor fatal meanwhile.
		 */
		task->real_blocked = task->blocked;
		task->blocked.sig[0] &= mask.sig[0];
		recalc_sigpending();
		/* A wake-up of an earlier sleep may come late: only a signal or the time ends this one. */
		do {
			set_current_state(TASK_INTERRUPTIBLE);
			spin_unlock_irq(&task->sighand->siglock);
			left = schedule_timeout(left);
			spin_lock_irq(&task->sighand->siglock);
		} while (left && !signal_pending(task));
		__set_task_blocked(task, &task->real_blocked);
		sigemptyset(&task->real_blocked);
		sig = dequeue_signal(task, &mask, info);
	}
	spin_unlock_irq(&task->sighand->siglock);
	if (sig)
		return sig;
	return left ? -EINTR : -EAGAIN;
}

SYSCALL_DEFINE4(rt_sigtimedwait, const sigset_t __user *, uthese, struct siginfo __user *, uinfo,
		const struct __kernel_timespec __user *, uts, size_t, sigsetsize)
{
	long timeout = MAX_SCHEDULE_TIMEOUT;
	struct siginfo info;
	sigset_t these;
	int ret;

	ret = copy_sigset_from_user(&these, uthese, sigsetsize);
	if (ret)
		return ret;
	if (uts) {
		struct __kernel_timespec kts;
		struct timespec64 ts;

		if (copy_from_user(&kts, uts, sizeof(kts)))
			return -EFAULT;
		ts.tv_sec = kts.tv_sec;
		ts.tv_nsec = kts.tv_nsec;
		if (!timespec64_valid(&ts))
			return -EINVAL;
		timeout = timespec64_to_ktime(ts);
	}
	ret = do_sigtimedwait(&these, &info, timeout);
	if (ret > 0 && uinfo && copy_to_user(uinfo, &info, sizeof(info)))
		ret = -EFAULT;
	return ret;
}

/* Until a signal is to be handled. The state is set before the flag is read: no wake-up is lost. */
static void wait_for_signal(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

SYSCALL_DEFINE0(pause)
{
	wait_for_signal();
	return -ERESTARTNOHAND;
}

SYSCALL_DEFINE2(rt_sigsuspend, sigset_t __user *, unewset, size_t, sigsetsize)
{
	sigset_t newset;
	int ret = copy_sigset_from_user(&newset, unewset, sigsetsize);

	if (ret)
		return ret;
	current->saved_sigmask = current->blocked;
	set_current_blocked(&newset);
	wait_for_signal();
	set_restore_sigmask();
	return -ERESTARTNOHAND;
}

int set_user_sigmask(const sigset_t __user *umask, size_t sigsetsize)
{
	sigset_t kmask;
	int ret;

	if (!umask)
		return 0;
	ret = copy_sigset_from_user(&kmask, umask, sigsetsize);
	if (ret)
		return ret;
	set_restore_sigmask();
	current->saved_sigmask = current->blocked;
	set_current_blocked(&kmask);
	return 0;
}

long do_no_restart_syscall(struct restart_block *restart __maybe_unused)
{
	return -EINTR;
}

SYSCALL_DEFINE0(restart_syscall)
{
	struct restart_block *restart = &current->restart_block;

	return restart->fn(restart);
}

/* ---- the alternate stack ---- */

bool __on_sig_stack(unsigned long sp)
{
	return sp > current->sas_ss_sp && sp - current->sas_ss_sp <= current->sas_ss_size;
}

bool on_sig_stack(unsigned long sp)
{
	/* Disarmed while in use: whatever sp is, nothing says that it is on it. */
	return !(current->sas_ss_flags & SS_AUTODISARM) && __on_sig_stack(sp);
}

static int sas_ss_flags(unsigned long sp)
{
	if (!current->sas_ss_size)
		return SS_DISABLE;
	return on_sig_stack(sp) ? SS_ONSTACK : 0;
}

unsigned long sigaltstack_entry(unsigned long sp)
{
	return sas_ss_flags(sp) ? 0 : current->sas_ss_sp + current->sas_ss_size;
}

void sas_ss_reset(struct task_struct *task)
{
	task->sas_ss_sp = 0;
	task->sas_ss_size = 0;
	task->sas_ss_flags = SS_DISABLE;
}

static int do_sigaltstack(const stack_t *ss, stack_t *oss, unsigned long sp)
{
	struct task_struct *t = current;
	unsigned int mode;

	if (oss) {
		memset(oss, 0, sizeof(*oss));
		oss->ss_sp = (void *)t->sas_ss_sp;
		oss->ss_size = t->sas_ss_size;
		oss->ss_flags = (int)((unsigned int)sas_ss_flags(sp) |
				      (t->sas_ss_flags & SS_AUTODISARM));
	}
	if (!ss)
		return 0;
	if (on_sig_stack(sp))
		return -EPERM;
	mode = (unsigned int)ss->ss_flags & ~SS_AUTODISARM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		t->sas_ss_sp = 0;
		t->sas_ss_size = 0;
	} else {
		if (ss->ss_size < MINSIGSTKSZ)
			return -ENOMEM;
		t->sas_ss_sp = (unsigned long)ss->ss_sp;
		t->sas_ss_size = ss->ss_size;
	}
	t->sas_ss_flags = (unsigned int)ss->ss_flags;
	return 0;
}

SYSCALL_DEFINE2(sigaltstack, const stack_t __user *, uss, stack_t __user *, uoss)
{
	stack_t new, old;
	int ret;

	if (uss && copy_from_user(&new, uss, sizeof(new)))
		return -EFAULT;
	ret = do_sigaltstack(uss ? &new : NULL, uoss ? &old : NULL, task_pt_regs(current)->sp);
	if (!ret && uoss && copy_to_user(uoss, &old, sizeof(old)))
		ret = -EFAULT;
	return ret;
}

int save_altstack(stack_t __user *uss, unsigned long sp __maybe_unused)
{
	stack_t ss = {
		.ss_sp = (void *)current->sas_ss_sp,
		.ss_flags = (int)current->sas_ss_flags,
		.ss_size = current->sas_ss_size,
	};

	return copy_to_user(uss, &ss, sizeof(ss)) ? -EFAULT : 0;
}

int restore_altstack(const stack_t __user *uss, unsigned long sp)
{
	stack_t new;

	if (copy_from_user(&new, uss, sizeof(new)))
		return -EFAULT;
	/* The handler may have written anything there: what is wrong is left out, as on Linux. */
	(void)do_sigaltstack(&new, NULL, sp);
	return 0;
}
