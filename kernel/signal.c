/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals: the queues, sending and taking. A signal is generated once (sent), stays pending, and is
 * delivered later by the receiver itself on its way to user space (signal_deliver.c).
 *
 * Idea: what waits for a thread alone is in task->pending, what waits for the whole process in
 *   signal->shared_pending. Each has a set, which says that a signal is there, and a list with the
 *   siginfos. Signals 1-31 are kept once, 32-64 as often as sent.
 *
 *	kill() -> group_send_sig_info -> send_signal_locked -> __send_signal_locked
 *	   prepare_signal     stop and continue act at once; is it ignored?
 *	   __sigqueue_alloc   counts against the receiver's RLIMIT_SIGPENDING
 *	   complete_signal    which thread takes it? a fatal one dooms the group here
 *	      signal_wake_up  TIF_SIGPENDING, out of an interruptible sleep, IPI if it runs
 *
 * Rules: 1. A bit in a set without a list entry is a signal whose siginfo was lost; it counts as
 *   SI_USER from nobody. 2. TIF_SIGPENDING is set whenever an unblocked signal is pending or a stop
 *   is due (it may be set without); only the task itself clears it, in recalc_sigpending().
 *   3. After SIGNAL_GROUP_EXIT every thread has SIGKILL pending.
 * Locking: sighand->siglock, interrupts off: a signal may come from an interrupt. It protects
 *   sighand, signal_struct and the pending sets of all threads of the group. Inside tasklist_lock,
 *   outside pi_lock. lock_task_sighand() finds it for a task that may be exiting.
 * Linux: kernel/signal.c; without ptrace.
 * Start at: __send_signal_locked(), complete_signal(), dequeue_signal(). docs/signals.md.
 */
#include "kernel/signal_internal.h"

#include "kernel/lib/bug.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "mm/slab.h"
#include "kernel/fork.h"
#include "kernel/itimer.h"

static struct kmem_cache *sigqueue_cachep;

/* ---- pending or not ---- */

bool recalc_sigpending_tsk(struct task_struct *task)
{
	if ((task->jobctl & JOBCTL_STOP_PENDING) ||
	    has_pending_signals(&task->pending.signal, &task->blocked) ||
	    has_pending_signals(&task->signal->shared_pending.signal, &task->blocked)) {
		set_tsk_thread_flag(task, TIF_SIGPENDING);
		return true;
	}
	return false;
}

void recalc_sigpending(void)
{
	if (!recalc_sigpending_tsk(current))
		clear_tsk_thread_flag(current, TIF_SIGPENDING);
}

void signal_wake_up_state(struct task_struct *task, unsigned int state)
{
	set_tsk_thread_flag(task, TIF_SIGPENDING);
	/* Asleep: wake it. On a CPU in user mode: make it come in and look. */
	if (!wake_up_state(task, state | TASK_INTERRUPTIBLE))
		kick_process(task);
}

void signal_wake_up(struct task_struct *task, bool fatal)
{
	if (fatal)
		task->jobctl &= ~JOBCTL_STOPPED;
	signal_wake_up_state(task, fatal ? TASK_WAKEKILL : 0);
}

/* False for a task that is dying already: it will not stop. */
bool task_set_jobctl_pending(struct task_struct *task, unsigned long mask)
{
	if (fatal_signal_pending(task) || (task->flags & PF_EXITING))
		return false;
	if (mask & JOBCTL_STOP_SIGMASK)
		task->jobctl &= ~JOBCTL_STOP_SIGMASK;
	task->jobctl |= mask;
	return true;
}

void task_clear_jobctl_pending(struct task_struct *task, unsigned long mask)
{
	if (mask & JOBCTL_STOP_PENDING)
		mask |= JOBCTL_STOP_ALL;
	task->jobctl &= ~mask;
}

/* ---- queue entries ---- */

/*
 * An entry for task, charged to its real user. Beyond the limit NULL, unless the signal must not
 * fail for that (override).
 */
static struct sigqueue *__sigqueue_alloc(struct task_struct *task, gfp_t gfp, bool override,
					 int flags)
{
	struct sigqueue *q = NULL;
	struct user_struct *user;
	unsigned long limit = READ_ONCE(task->signal->rlim[RLIMIT_SIGPENDING].rlim_cur);

	rcu_read_lock();
	user = get_uid(rcu_dereference(task->real_cred)->user);
	rcu_read_unlock();
	if (!user)
		return NULL;
	if ((unsigned int)atomic_inc_return(&user->sigpending) <= limit || override)
		q = kmem_cache_alloc(sigqueue_cachep, gfp);
	if (!q) {
		atomic_dec(&user->sigpending);
		free_uid(user);
		return NULL;
	}
	INIT_LIST_HEAD(&q->list);
	q->flags = flags;
	q->user = user;
	return q;
}

static void __sigqueue_free(struct sigqueue *q)
{
	/* A timer's entry lives as long as the timer. */
	if (q->flags & SIGQUEUE_PREALLOC)
		return;
	atomic_dec(&q->user->sigpending);
	free_uid(q->user);
	kmem_cache_free(sigqueue_cachep, q);
}

void flush_sigqueue(struct sigpending *queue)
{
	struct sigqueue *q, *n;

	sigemptyset(&queue->signal);
	list_for_each_entry_safe (q, n, &queue->list, list) {
		list_del_init(&q->list);
		__sigqueue_free(q);
	}
}

/* Forgets the pending signals of mask. */
void flush_sigqueue_mask(unsigned long mask, struct sigpending *queue)
{
	struct sigqueue *q, *n;

	if (!(queue->signal.sig[0] & mask))
		return;
	sigdelsetmask(&queue->signal, mask);
	list_for_each_entry_safe (q, n, &queue->list, list) {
		if (!siginmask(q->info.si_signo, mask))
			continue;
		list_del_init(&q->list);
		__sigqueue_free(q);
	}
}

/* Forgets what POSIX timers sent. An entry that another sender queued keeps the signal's bit. */
static void flush_timer_signals(struct sigpending *pending)
{
	unsigned long gone = 0, left = 0;
	struct sigqueue *q, *n;

	list_for_each_entry_safe (q, n, &pending->list, list) {
		if (q->info.si_code != SI_TIMER) {
			left |= sigmask(q->info.si_signo);
			continue;
		}
		gone |= sigmask(q->info.si_signo);
		list_del_init(&q->list);
		__sigqueue_free(q);
	}
	sigdelsetmask(&pending->signal, gone & ~left);
}

void flush_itimer_signals(void)
{
	spin_lock_irq(&current->sighand->siglock);
	flush_timer_signals(&current->pending);
	flush_timer_signals(&current->signal->shared_pending);
	spin_unlock_irq(&current->sighand->siglock);
}

/* ---- taking ---- */

/* Pure: the next signal of pending that mask does not hold back, or 0. */
static int next_signal(const struct sigpending *pending, const sigset_t *mask)
{
	unsigned long x = pending->signal.sig[0] & ~mask->sig[0];

	if (x & SYNCHRONOUS_MASK)
		x &= SYNCHRONOUS_MASK;
	return x ? __builtin_ctzl(x) + 1 : 0;
}

/* Takes the oldest entry of sig out of the queue; the bit goes with the last one. */
static void collect_signal(int sig, struct sigpending *pending, struct siginfo *info, bool *rearm)
{
	struct sigqueue *q, *first = NULL;

	list_for_each_entry (q, &pending->list, list) {
		if (q->info.si_signo != sig)
			continue;
		if (first)
			goto another_left;
		first = q;
	}
	sigdelset(&pending->signal, sig);
another_left:
	if (!first) {
		clear_siginfo(info);
		info->si_signo = sig;
		info->si_code = SI_USER;
		return;
	}
	list_del_init(&first->list);
	*info = first->info;
	*rearm = (first->flags & SIGQUEUE_PREALLOC) && info->si_code == SI_TIMER;
	__sigqueue_free(first);
}

static int __dequeue_signal(struct sigpending *pending, const sigset_t *mask, struct siginfo *info,
			    bool *rearm)
{
	int sig = next_signal(pending, mask);

	if (sig)
		collect_signal(sig, pending, info, rearm);
	return sig;
}

int dequeue_signal(struct task_struct *task, sigset_t *mask, struct siginfo *info)
{
	bool rearm = false;
	int sig;

	ASSERT(task == current);
	sig = __dequeue_signal(&task->pending, mask, info, &rearm);
	if (!sig) {
		sig = __dequeue_signal(&task->signal->shared_pending, mask, info, &rearm);
		if (sig == SIGALRM)
			itimer_real_rearm(task);
	}
	recalc_sigpending();
	if (!sig)
		return 0;
	/* SIGCONT between here and the stop takes this note back, so no stop is done too late. */
	if (sig_kernel_stop(sig))
		task->jobctl |= JOBCTL_STOP_DEQUEUED;
	if (rearm) {
		spin_unlock(&task->sighand->siglock);
		posixtimer_rearm(info);
		spin_lock(&task->sighand->siglock);
		info->si_sys_private = 0;
	}
	return sig;
}

/* A fault's signal first, whatever else is pending: its frame must show the faulting state. */
int dequeue_synchronous_signal(struct siginfo *info)
{
	struct sigpending *pending = &current->pending;
	struct sigqueue *q, *sync = NULL;
	int sig;

	if (!(pending->signal.sig[0] & ~current->blocked.sig[0] & SYNCHRONOUS_MASK))
		return 0;
	list_for_each_entry (q, &pending->list, list) {
		if (q->info.si_code <= SI_USER || !siginmask(q->info.si_signo, SYNCHRONOUS_MASK))
			continue;
		if (!sync) {
			sync = q;
			continue;
		}
		if (q->info.si_signo == sync->info.si_signo)
			goto another_left;
	}
	if (!sync)
		return 0;
	sigdelset(&pending->signal, sync->info.si_signo);
	recalc_sigpending();
another_left:
	list_del_init(&sync->list);
	*info = sync->info;
	sig = info->si_signo;
	__sigqueue_free(sync);
	return sig;
}

/* ---- sending ---- */

/* Would the task drop this signal? Blocked ones are kept: their disposition may change. */
static bool sig_ignored(struct task_struct *task, int sig, bool force)
{
	__sighandler_t handler;

	if (sigismember(&task->blocked, sig) || sigismember(&task->real_blocked, sig))
		return false;
	handler = sig_handler(task, sig);
	if (is_global_init(task) && sig_kernel_only(sig))
		return true;
	if ((task->signal->flags & SIGNAL_UNKILLABLE) && handler == SIG_DFL &&
	    !(force && sig_kernel_only(sig)))
		return true;
	if ((task->flags & PF_KTHREAD) && !force)
		return true;
	return sig_handler_ignored(handler, sig);
}

static void flush_all_threads(struct task_struct *task, unsigned long mask)
{
	struct task_struct *t;

	flush_sigqueue_mask(mask, &task->signal->shared_pending);
	for_each_thread (task, t)
		flush_sigqueue_mask(mask, &t->pending);
}

/* SIGCONT: whoever is stopped runs on now, whatever happens with the signal itself. */
static void continue_group(struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	struct task_struct *t;
	unsigned int why = 0;

	flush_all_threads(task, SIG_KERNEL_STOP_MASK);
	for_each_thread (task, t) {
		task_clear_jobctl_pending(t, JOBCTL_STOP_PENDING);
		t->jobctl &= ~JOBCTL_STOPPED;
		wake_up_state(t, __TASK_STOPPED);
	}
	/* The parent is told by the first thread that comes through get_signal(). */
	if (signal->flags & SIGNAL_STOP_STOPPED)
		why |= SIGNAL_CLD_CONTINUED;
	else if (signal->group_stop_count)
		why |= SIGNAL_CLD_STOPPED;
	if (why) {
		signal_set_stop_flags(signal, why | SIGNAL_STOP_CONTINUED);
		signal->group_stop_count = 0;
		signal->group_exit_code = 0;
	}
}

/* The effects that a signal has by being generated. False: it is dropped here. */
static bool prepare_signal(int sig, struct task_struct *task, bool force)
{
	if (task->signal->flags & SIGNAL_GROUP_EXIT)
		return false; /* dying: nothing matters any more */
	if (sig_kernel_stop(sig))
		flush_all_threads(task, sigmask(SIGCONT));
	else if (sig == SIGCONT)
		continue_group(task);
	return !sig_ignored(task, sig, force);
}

/* Is the thread a good one to take sig now? */
static bool wants_signal(int sig, struct task_struct *task)
{
	if (sigismember(&task->blocked, sig))
		return false;
	if (task->flags & PF_EXITING)
		return false;
	if (sig == SIGKILL)
		return true;
	if (task->jobctl & JOBCTL_STOPPED)
		return false;
	return task_curr(task) || !signal_pending(task);
}

/* The default action ends the process. */
static bool sig_fatal(struct task_struct *task, int sig)
{
	return !siginmask(sig, SIG_KERNEL_IGNORE_MASK | SIG_KERNEL_STOP_MASK) &&
	       sig_handler(task, sig) == SIG_DFL;
}

/* The signal is pending now: find the thread that is to take it, and wake that one. */
static void complete_signal(int sig, struct task_struct *task, enum pid_type type)
{
	struct signal_struct *signal = task->signal;
	struct task_struct *t;

	if (wants_signal(sig, task)) {
		t = task;
	} else if (type == PIDTYPE_PID || thread_group_empty(task)) {
		return; /* it will see it when it unblocks it */
	} else {
		t = signal->curr_target;
		while (!wants_signal(sig, t)) {
			t = next_thread(t);
			if (t == signal->curr_target)
				return; /* nobody now: the first to unblock it takes it */
		}
		signal->curr_target = t;
	}

	/* Fatal without a core dump: the whole group begins to die at once. */
	if (sig_fatal(task, sig) && !(signal->flags & SIGNAL_GROUP_EXIT) &&
	    !sigismember(&t->real_blocked, sig) && !sig_kernel_coredump(sig)) {
		signal->flags = SIGNAL_GROUP_EXIT;
		signal->group_exit_code = sig;
		signal->group_stop_count = 0;
		for_each_thread (task, t) {
			task_clear_jobctl_pending(t, JOBCTL_STOP_PENDING);
			sigaddset(&t->pending.signal, SIGKILL);
			signal_wake_up(t, true);
		}
		return;
	}
	signal_wake_up(t, sig == SIGKILL);
}

static void signalfd_notify(struct task_struct *task)
{
	if (unlikely(waitqueue_active(&task->sighand->signalfd_wqh)))
		wake_up(&task->sighand->signalfd_wqh);
}

/* A signal to many processes also reaches the children that they are making at the moment. */
static void note_multiprocess(int sig, struct signal_struct *signal)
{
	struct multiprocess_signals *delayed;

	hlist_for_each_entry (delayed, &signal->multiprocess, node) {
		if (sig == SIGCONT)
			sigdelsetmask(&delayed->signal, SIG_KERNEL_STOP_MASK);
		else if (sig_kernel_stop(sig))
			sigdelset(&delayed->signal, SIGCONT);
		sigaddset(&delayed->signal, sig);
	}
}

static void fill_siginfo(struct siginfo *to, int sig, struct siginfo *info)
{
	if (!is_si_special(info)) {
		*to = *info;
		return;
	}
	clear_siginfo(to);
	to->si_signo = sig;
	if (info == SEND_SIG_NOINFO) {
		to->si_code = SI_USER;
		to->si_pid = current->tgid;
		to->si_uid = current_uid();
	} else {
		to->si_code = SI_KERNEL;
	}
}

/* Standard signals are kept once per queue, with the siginfo of the first. */
static bool legacy_queue(struct sigpending *pending, int sig)
{
	return sig < SIGRTMIN && sigismember(&pending->signal, sig);
}

int __send_signal_locked(int sig, struct siginfo *info, struct task_struct *task,
			 enum pid_type type, bool force)
{
	struct sigpending *pending;
	struct sigqueue *q;
	bool override;

	lockdep_assert_held(&task->sighand->siglock);
	if (!prepare_signal(sig, task, force))
		return 0;
	pending = type != PIDTYPE_PID ? &task->signal->shared_pending : &task->pending;
	if (legacy_queue(pending, sig))
		return 0;

	/* Needs no siginfo. */
	if (sig == SIGKILL || (task->flags & PF_KTHREAD))
		goto out_set;

	/* The limit does not stop what kill() and the kernel send of the standard signals. */
	override = sig < SIGRTMIN && (is_si_special(info) || info->si_code >= 0);
	q = __sigqueue_alloc(task, GFP_ATOMIC, override, 0);
	if (q) {
		fill_siginfo(&q->info, sig, info);
		list_add_tail(&q->list, &pending->list);
	} else if (!is_si_special(info) && sig >= SIGRTMIN && info->si_code != SI_USER) {
		return -EAGAIN; /* sigqueue() may fail; kill() loses the siginfo instead */
	}

out_set:
	sigaddset(&pending->signal, sig);
	signalfd_notify(task);
	if (type > PIDTYPE_TGID)
		note_multiprocess(sig, task->signal);
	complete_signal(sig, task, type);
	return 0;
}

int send_signal_locked(int sig, struct siginfo *info, struct task_struct *task, enum pid_type type)
{
	/* Only the kernel itself may kill init. */
	return __send_signal_locked(sig, info, task, type, info == SEND_SIG_PRIV);
}

struct sighand_struct *lock_task_sighand(struct task_struct *task, unsigned long *flags)
{
	struct sighand_struct *sighand;

	rcu_read_lock();
	for (;;) {
		sighand = rcu_dereference(task->sighand);
		if (!sighand)
			break;
		spin_lock_irqsave(&sighand->siglock, *flags);
		/* exec may have given it another one, exit none, while we waited. */
		if (likely(sighand == READ_ONCE(task->sighand)))
			break;
		spin_unlock_irqrestore(&sighand->siglock, *flags);
	}
	rcu_read_unlock();
	return sighand;
}

void unlock_task_sighand(struct task_struct *task, unsigned long *flags)
{
	spin_unlock_irqrestore(&task->sighand->siglock, *flags);
}

int do_send_sig_info(int sig, struct siginfo *info, struct task_struct *task, enum pid_type type)
{
	unsigned long flags;
	int ret = -ESRCH;

	if (lock_task_sighand(task, &flags)) {
		ret = send_signal_locked(sig, info, task, type);
		unlock_task_sighand(task, &flags);
	}
	return ret;
}

int send_sig_info(int sig, struct siginfo *info, struct task_struct *task)
{
	if (!valid_signal(sig))
		return -EINVAL;
	return do_send_sig_info(sig, info, task, PIDTYPE_PID);
}

int send_sig(int sig, struct task_struct *task, int priv)
{
	return send_sig_info(sig, priv ? SEND_SIG_PRIV : SEND_SIG_NOINFO, task);
}

/* ---- forcing ---- */

/*
 * A signal that cannot be refused: when it is blocked or ignored (or how says so) its disposition
 * becomes the default. HANDLER_EXIT: and stays so, even against a racing sigaction().
 */
int force_sig_info_to_task(struct siginfo *info, struct task_struct *task, int how)
{
	int sig = info->si_signo, ret;
	struct k_sigaction *action;
	unsigned long flags;
	bool blocked, ignored;

	spin_lock_irqsave(&task->sighand->siglock, flags);
	action = &task->sighand->action[sig - 1];
	ignored = action->sa.sa_handler == SIG_IGN;
	blocked = sigismember(&task->blocked, sig);
	if (blocked || ignored || how != HANDLER_CURRENT) {
		action->sa.sa_handler = SIG_DFL;
		if (how == HANDLER_EXIT)
			action->sa.sa_flags |= SA_IMMUTABLE;
		if (blocked)
			sigdelset(&task->blocked, sig);
	}
	/* Even init dies of its own faults. */
	if (action->sa.sa_handler == SIG_DFL)
		task->signal->flags &= ~SIGNAL_UNKILLABLE;
	ret = send_signal_locked(sig, info, task, PIDTYPE_PID);
	/* It may have been pending and blocked before: then nobody has looked yet. */
	if (!signal_pending(task))
		signal_wake_up(task, false);
	spin_unlock_irqrestore(&task->sighand->siglock, flags);
	return ret;
}

int force_sig_info(struct siginfo *info)
{
	return force_sig_info_to_task(info, current, HANDLER_CURRENT);
}

static void kernel_siginfo(struct siginfo *info, int sig)
{
	clear_siginfo(info);
	info->si_signo = sig;
	info->si_code = SI_KERNEL;
}

void force_sig(int sig)
{
	struct siginfo info;

	kernel_siginfo(&info, sig);
	force_sig_info(&info);
}

void force_fatal_sig(int sig)
{
	struct siginfo info;

	kernel_siginfo(&info, sig);
	force_sig_info_to_task(&info, current, HANDLER_SIG_DFL);
}

void force_sigsegv(int sig)
{
	/* The frame of SIGSEGV itself did not fit: no handler can help. */
	if (sig == SIGSEGV)
		force_fatal_sig(SIGSEGV);
	else
		force_sig(SIGSEGV);
}

int force_sig_fault(int sig, int code, void __user *addr)
{
	struct siginfo info;

	clear_siginfo(&info);
	info.si_signo = sig;
	info.si_code = code;
	info.si_addr = addr;
	return force_sig_info(&info);
}

int zap_other_threads(struct task_struct *task)
{
	struct task_struct *t;
	int count = 0;

	/* Only we are left to stop, if that was asked for: after an exec. */
	task->signal->group_stop_count = (task->jobctl & JOBCTL_STOP_CONSUME) != 0;
	for_each_thread (task, t) {
		if (t == task)
			continue;
		task_clear_jobctl_pending(t, JOBCTL_STOP_PENDING);
		count++;
		if (t->exit_state)
			continue; /* waits for us only to be reaped */
		sigaddset(&t->pending.signal, SIGKILL);
		signal_wake_up(t, true);
	}
	return count;
}

/* ---- POSIX timers: an entry that lives with the timer ---- */

struct sigqueue *sigqueue_alloc(void)
{
	return __sigqueue_alloc(current, GFP_KERNEL, false, SIGQUEUE_PREALLOC);
}

void sigqueue_free(struct sigqueue *q)
{
	struct sighand_struct *sighand = current->sighand;
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(&sighand->siglock, flags);
	q->flags &= ~SIGQUEUE_PREALLOC;
	/* Still pending: whoever takes it frees it. */
	queued = !list_empty(&q->list);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	if (!queued)
		__sigqueue_free(q);
}

int send_sigqueue(struct sigqueue *q, struct pid *pid, enum pid_type type)
{
	int sig = q->info.si_signo, ret = -1;
	struct sigpending *pending;
	struct task_struct *task;
	unsigned long flags;

	rcu_read_lock();
	task = pid_task(pid, type);
	if (!task || !lock_task_sighand(task, &flags))
		goto out;
	ret = 1;
	if (!prepare_signal(sig, task, false))
		goto out_unlock;
	ret = 0;
	if (!list_empty(&q->list)) {
		/* The last expiry has not been taken yet. */
		q->info.si_overrun++;
		goto out_unlock;
	}
	q->info.si_overrun = 0;
	pending = type != PIDTYPE_PID ? &task->signal->shared_pending : &task->pending;
	list_add_tail(&q->list, &pending->list);
	sigaddset(&pending->signal, sig);
	signalfd_notify(task);
	complete_signal(sig, task, type);
out_unlock:
	unlock_task_sighand(task, &flags);
out:
	rcu_read_unlock();
	return ret;
}

void __init signals_init(void)
{
	sigqueue_cachep = KMEM_CACHE(sigqueue, SLAB_PANIC | SLAB_ACCOUNT);
}
