/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals inside the kernel: the structures that hold them and the ways to send one.
 * Every folder may include this header. Implemented in kernel/signal.c; the machine's part, the
 * frame on the user stack, is in kernel/x86/signal.c.
 * Linux: include/linux/sched/signal.h, include/linux/signal.h.
 */
#ifndef CONDUIT_SIGNAL_H
#define CONDUIT_SIGNAL_H

#include "kernel/uapi/errno.h"
#include "kernel/uapi/signal.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/list.h"
#include "kernel/lib/types.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/seqlock.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/locking/rcu.h"

struct cred;
struct task_struct;
struct tty_struct;
struct user_struct;
struct pt_regs;

typedef struct siginfo kernel_siginfo_t;

/* One queued signal. */
struct sigqueue {
	struct list_head list;
	int flags; /* SIGQUEUE_PREALLOC: belongs to a POSIX timer */
	kernel_siginfo_t info;
	struct user_struct *user; /* whose RLIMIT_SIGPENDING it counts against */
};

#define SIGQUEUE_PREALLOC 1

/* Inside the kernel only: this disposition was forced and cannot be changed any more. */
#define SA_IMMUTABLE 0x00800000ul

/* Signals that wait for delivery: the set says which, the list carries the siginfo. */
struct sigpending {
	struct list_head list;
	sigset_t signal;
};

struct k_sigaction {
	struct sigaction sa;
};

/* Handlers: shared by CLONE_SIGHAND. [L] siglock */
struct sighand_struct {
	spinlock_t siglock; /* protects this, signal_struct and the pending sets */
	refcount_t count;
	wait_queue_head_t signalfd_wqh;   /* readers and pollers of signalfds */
	struct rcu_head rcu;              /* look-ups through task->sighand may be late */
	struct k_sigaction action[_NSIG]; /* [L] */
};

/* CPU time of dead threads or children, in nanoseconds. */
struct task_cputime {
	u64 utime, stime;
	u64 sum_exec_runtime;
};

#define ITIMER_VIRTUAL_INDEX 0
#define ITIMER_PROF_INDEX    1

/* CPU-time interval timer (ITIMER_VIRTUAL, ITIMER_PROF), in nanoseconds. [L] siglock */
struct cpu_itimer {
	u64 expires, incr;
};

/* signal_struct.flags */
#define SIGNAL_STOP_STOPPED   0x01 /* the group is stopped */
#define SIGNAL_STOP_CONTINUED 0x02 /* SIGCONT since the last wait with WCONTINUED */
#define SIGNAL_GROUP_EXIT     0x04 /* group exit in progress */
#define SIGNAL_CLD_STOPPED    0x10 /* the parent is to be told of a stop */
#define SIGNAL_CLD_CONTINUED  0x20 /* … of a continue */
#define SIGNAL_UNKILLABLE     0x40 /* init: default actions do not hit it */

/*
 * What a thread group shares. [L] sighand->siglock, [T] tasklist_lock, [A] atomic, [I] never
 * changes after creation.
 */
struct signal_struct {
	refcount_t sigcnt;            /* tasks that point here */
	atomic_t live;                /* [A] threads that have not begun to exit */
	int nr_threads;               /* [L] */
	struct list_head thread_head; /* [T] the group's tasks by thread_node */

	wait_queue_head_t wait_chldexit;  /* wait4() sleepers */
	struct task_struct *curr_target;  /* [L] where the next shared signal tries first */
	struct sigpending shared_pending; /* [L] */
	struct hlist_head multiprocess;   /* [L] forks under way: group signals reach the child */

	int group_exit_code;                 /* [L] */
	int notify_count;                    /* [L] exec waits until this many threads remain */
	struct task_struct *group_exec_task; /* [L] the thread in exec that waits */
	int group_stop_count;                /* [L] threads still to stop */
	unsigned int flags;                  /* [L] SIGNAL_* */

	bool is_child_subreaper;  /* PR_SET_CHILD_SUBREAPER */
	bool has_child_subreaper; /* an ancestor is one */
	bool leader;              /* [T] session leader */

	struct pid *pids[PIDTYPE_MAX]; /* [T] TGID, PGID, SID */
	struct tty_struct *tty;        /* [L] controlling terminal, NULL if none */
	struct pid *tty_old_pgrp;      /* [L] */

	struct hrtimer real_timer;     /* ITIMER_REAL */
	u64 it_real_incr;              /* [L] its period in ns, 0 for one shot */
	struct cpu_itimer it[2];       /* [L] ITIMER_VIRTUAL, ITIMER_PROF */
	struct list_head posix_timers; /* [L] timer_create() */
	int next_posix_timer_id;       /* [L] */
	int nr_cpu_timers;             /* [L] posix_timers that count CPU time and are armed */

	struct task_cputime dead;   /* [L] threads that ended */
	seqcount_t dead_seq;        /* [L] a thread goes from the list to dead: sched/cputime.c */
	u64 prev_utime, prev_stime; /* what thread_group_cputime() reported last */
	u64 cutime, cstime;         /* [L] reaped children, ns */
	unsigned long nvcsw, nivcsw, cnvcsw, cnivcsw;       /* [L] context switches */
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt; /* [L] page faults */
	unsigned long maxrss, cmaxrss;                      /* [L] KiB */

	struct rlimit rlim[RLIM_NLIMITS]; /* [L] task_lock(group_leader) in Linux */
	short oom_score_adj;
};

/*
 * A fork under way. A signal to a process group or to everybody that arrives now must reach the
 * child too, although no list has it yet: it is noted here and becomes pending in the child.
 */
struct multiprocess_signals {
	sigset_t signal;        /* [L] */
	struct hlist_node node; /* [L] in signal_struct.multiprocess */
};

/* Signal sets. */
static inline unsigned long sigmask(int sig)
{
	return 1ul << (sig - 1);
}

static inline void sigaddset(sigset_t *set, int sig)
{
	set->sig[0] |= sigmask(sig);
}

static inline void sigdelset(sigset_t *set, int sig)
{
	set->sig[0] &= ~sigmask(sig);
}

static inline bool sigismember(const sigset_t *set, int sig)
{
	return set->sig[0] & sigmask(sig);
}

static inline void sigemptyset(sigset_t *set)
{
	set->sig[0] = 0;
}

static inline bool sigisemptyset(const sigset_t *set)
{
	return set->sig[0] == 0;
}

static inline void sigdelsetmask(sigset_t *set, unsigned long mask)
{
	set->sig[0] &= ~mask;
}

/* Who sends, when there is no siginfo: a process (SI_USER) or the kernel (SI_KERNEL). */
#define SEND_SIG_NOINFO ((struct siginfo *)0)
#define SEND_SIG_PRIV   ((struct siginfo *)1)

static inline bool is_si_special(const struct siginfo *info)
{
	return info <= SEND_SIG_PRIV;
}

/* To one thread. 0 or -EAGAIN (queue limit), -ESRCH (exited). May be called from interrupts. */
int send_sig(int sig, struct task_struct *task, int priv);
int send_sig_info(int sig, struct siginfo *info, struct task_struct *task);
/* As a fault: cannot be blocked or ignored. */
void force_sig(int sig);
int force_sig_info(struct siginfo *info);
int force_sig_fault(int sig, int code, void __user *addr);
void force_sigsegv(int sig);
/* Ends the process with this signal whatever its disposition. */
void force_fatal_sig(int sig);

/* To a whole process, with permission checks when info is from user space. */
int group_send_sig_info(int sig, struct siginfo *info, struct task_struct *task,
			enum pid_type type);
int do_send_sig_info(int sig, struct siginfo *info, struct task_struct *task, enum pid_type type);
/* As the kernel, no permission check. -ESRCH when nobody is there. */
int kill_pid(struct pid *pid, int sig, int priv);
int kill_pgrp(struct pid *pid, int sig, int priv);
int kill_pid_info(int sig, struct siginfo *info, struct pid *pid);
int __kill_pgrp_info(int sig, struct siginfo *info, struct pid *pgrp);
/* kill_pid_info() as the task with that cred (SIGIO, mq_notify): 0 or -EPERM, -ESRCH. */
int kill_pid_info_as_cred(int sig, struct siginfo *info, struct pid *pid, const struct cred *cred);
int kill_cad_pid(int sig, int priv);

/* Sets TIF_SIGPENDING from the pending sets; siglock held. */
void recalc_sigpending(void);
bool recalc_sigpending_tsk(struct task_struct *task);
void signal_wake_up_state(struct task_struct *task, unsigned int state);

/* The blocked mask of the current task (KILL and STOP are filtered out). */
void set_current_blocked(sigset_t *set);
int sigprocmask(int how, sigset_t *set, sigset_t *oldset);
/* For ppoll and friends: install a mask until the call returns to user space. */
int set_user_sigmask(const sigset_t __user *umask, size_t sigsetsize);
void restore_saved_sigmask_unless(bool interrupted);

/* Is an unblocked job-control signal SIG_IGN or blocked for the current task? For tty checks. */
bool sig_current_ignored_or_blocked(int sig);
bool is_current_pgrp_orphaned(void);
void ignore_signals(struct task_struct *task);
void flush_signal_handlers(struct task_struct *task, int force_default);
void flush_sigqueue(struct sigpending *queue);

/* lock_task_sighand(): NULL when the task is already gone. */
struct sighand_struct *lock_task_sighand(struct task_struct *task, unsigned long *flags);
void unlock_task_sighand(struct task_struct *task, unsigned long *flags);

/* POSIX timers: one queue entry for the life of the timer. send_sigqueue(): 0, 1 ignored, -1 gone. */
struct sigqueue *sigqueue_alloc(void);
void sigqueue_free(struct sigqueue *q);
int send_sigqueue(struct sigqueue *q, struct pid *pid, enum pid_type type);
/* The signal of a POSIX timer was taken: implemented beside timer_create(). */
void posixtimer_rearm(struct siginfo *info);

/* signalfd: take the next signal of mask (bits set = wanted out). siglock held. */
int dequeue_signal(struct task_struct *task, sigset_t *mask, struct siginfo *info);

/* A notification to the parent changed something that wait4() sleepers wait for. */
void __wake_up_parent(struct task_struct *task, struct task_struct *parent);

/* A signal that get_signal() decided to deliver to a handler. */
struct ksignal {
	struct k_sigaction ka;
	struct siginfo info;
	int sig;
};

/*
 * For the machine's part, kernel/x86/signal.c.
 * get_signal(): carries out default actions (may end or stop the task) until a signal with a
 * handler is found (true) or none is left (false).
 */
bool get_signal(struct ksignal *ksig);
/* The frame is on the user stack (block what the handler blocks), or could not be put there. */
void signal_setup_done(int failed, struct ksignal *ksig);
/* The mask that the frame must restore; put it back when no handler runs. */
sigset_t *sigmask_to_save(void);
void restore_saved_sigmask(void);
/* The mask is to be restored from saved_sigmask when the call returns to user space. */
void set_restore_sigmask(void);
/* Is sp inside the alternate stack? The first form says no under SS_AUTODISARM. */
bool on_sig_stack(unsigned long sp);
bool __on_sig_stack(unsigned long sp);
/* Top of the alternate stack when there is one and sp is not on it, else 0. */
unsigned long sigaltstack_entry(unsigned long sp);
int save_altstack(stack_t __user *uss, unsigned long sp);
/* Only an unreadable uss is an error. */
int restore_altstack(const stack_t __user *uss, unsigned long sp);
void sas_ss_reset(struct task_struct *task);

struct restart_block;
/* What restart_syscall(2) does when there is nothing to restart: -EINTR. */
long do_no_restart_syscall(struct restart_block *restart);

/* The exit-to-user work of entry: delivers signals, restarts calls. Implemented in x86/signal.c. */
void do_signal(struct pt_regs *regs);

#endif
