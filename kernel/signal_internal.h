/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared between the files that make up signals: signal.c (queues and sending), kill.c (who may
 * send to whom), signal_deliver.c (taking, stopping, telling the parent), signal_calls.c (the
 * calls on dispositions and masks), and exit.c, fork.c, exec.c. For kernel/ only.
 */
#ifndef CONDUIT_SIGNAL_INTERNAL_H
#define CONDUIT_SIGNAL_INTERNAL_H

#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"

/* Sets of signals by what SIG_DFL does with them, and others. */
#define SIG_KERNEL_ONLY_MASK (sigmask(SIGKILL) | sigmask(SIGSTOP))
#define SIG_KERNEL_STOP_MASK                                                                       \
	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SIG_KERNEL_COREDUMP_MASK                                                                   \
	(sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGABRT) |                \
	 sigmask(SIGFPE) | sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGSYS) |                  \
	 sigmask(SIGXCPU) | sigmask(SIGXFSZ))
#define SIG_KERNEL_IGNORE_MASK                                                                     \
	(sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))
/* Caused by the instruction that the frame must show: taken before all others. */
#define SYNCHRONOUS_MASK                                                                           \
	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) |                 \
	 sigmask(SIGFPE) | sigmask(SIGSYS))

#define SIGNAL_CLD_MASK  (SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED)
#define SIGNAL_STOP_MASK (SIGNAL_CLD_MASK | SIGNAL_STOP_STOPPED | SIGNAL_STOP_CONTINUED)

#define JOBCTL_STOP_ALL (JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME | JOBCTL_STOP_DEQUEUED)

static inline bool valid_signal(int sig)
{
	return sig >= 0 && sig <= _NSIG;
}

static inline bool siginmask(int sig, unsigned long mask)
{
	return sigmask(sig) & mask;
}

static inline bool sig_kernel_only(int sig)
{
	return siginmask(sig, SIG_KERNEL_ONLY_MASK);
}

static inline bool sig_kernel_stop(int sig)
{
	return siginmask(sig, SIG_KERNEL_STOP_MASK);
}

static inline bool sig_kernel_ignore(int sig)
{
	return siginmask(sig, SIG_KERNEL_IGNORE_MASK);
}

static inline bool sig_kernel_coredump(int sig)
{
	return siginmask(sig, SIG_KERNEL_COREDUMP_MASK);
}

static inline __sighandler_t sig_handler(const struct task_struct *task, int sig)
{
	return task->sighand->action[sig - 1].sa.sa_handler;
}

static inline bool sig_handler_ignored(__sighandler_t handler, int sig)
{
	return handler == SIG_IGN || (handler == SIG_DFL && sig_kernel_ignore(sig));
}

static inline bool has_pending_signals(const sigset_t *signal, const sigset_t *blocked)
{
	return signal->sig[0] & ~blocked->sig[0];
}

static inline void clear_siginfo(struct siginfo *info)
{
	memset(info, 0, sizeof(*info));
}

/* From a process rather than from the kernel? */
static inline bool si_fromuser(const struct siginfo *info)
{
	return info == SEND_SIG_NOINFO || (!is_si_special(info) && info->si_code <= 0);
}

static inline void signal_set_stop_flags(struct signal_struct *sig, unsigned int flags)
{
	sig->flags = (sig->flags & ~SIGNAL_STOP_MASK) | flags;
}

static inline struct task_struct *next_thread(struct task_struct *task)
{
	struct list_head *next = task->thread_node.next;

	if (next == &task->signal->thread_head)
		next = next->next;
	return list_entry(next, struct task_struct, thread_node);
}

static inline uid_t task_uid(struct task_struct *task)
{
	uid_t uid;

	rcu_read_lock();
	uid = rcu_dereference(task->real_cred)->uid;
	rcu_read_unlock();
	return uid;
}

/* signal.c; siglock held unless it says otherwise. */
int __send_signal_locked(int sig, struct siginfo *info, struct task_struct *task,
			 enum pid_type type, bool force);
int send_signal_locked(int sig, struct siginfo *info, struct task_struct *task, enum pid_type type);
int force_sig_info_to_task(struct siginfo *info, struct task_struct *task, int how);
void flush_sigqueue_mask(unsigned long mask, struct sigpending *queue);
int dequeue_synchronous_signal(struct siginfo *info);
/* exec: what the timers sent that are gone now. Takes siglock. */
void flush_itimer_signals(void);
void task_clear_jobctl_pending(struct task_struct *task, unsigned long mask);
bool task_set_jobctl_pending(struct task_struct *task, unsigned long mask);
void signal_wake_up(struct task_struct *task, bool fatal);
/* Tells all threads to die; the number of others that still run. */
int zap_other_threads(struct task_struct *task);

/* How force_sig_info_to_task() treats a handler. */
enum { HANDLER_CURRENT, HANDLER_SIG_DFL, HANDLER_EXIT };

/* kill.c */
int check_kill_permission(int sig, struct siginfo *info, struct task_struct *task);

/* signal_deliver.c */
void exit_signals(struct task_struct *task);
/* tasklist_lock held for writing. True when nobody will wait: the caller reaps. */
bool do_notify_parent(struct task_struct *task, int sig);
/* tasklist_lock held. */
void do_notify_parent_cldstop(struct task_struct *task, int why);
void __set_task_blocked(struct task_struct *task, const sigset_t *newset);
void __set_current_blocked(const sigset_t *newset);

/* exit.c: pgrp logic. tasklist_lock held. */
bool is_task_pgrp_orphaned(struct task_struct *task);

/* Waiters for the exit of a process through a pidfd. */
void do_notify_pidfd(struct task_struct *task);

#endif
