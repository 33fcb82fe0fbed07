/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct task_struct: one thread of execution. Linux's names for what exists here.
 *
 * Pointers to other subsystems' structs are forward-declared only: whoever needs what is behind
 * mm, files or fs includes that subsystem's header.
 * Linux: include/linux/sched.h.
 */
#ifndef CONDUIT_SCHED_TASK_H
#define CONDUIT_SCHED_TASK_H

#include "kernel/lib/types.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/sleep.h"
#include "kernel/sched/entity.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/wake_q.h"
#include "kernel/signal.h"
#include "kernel/x86/current.h"
#include "kernel/x86/thread.h"

struct mm_struct;
struct files_struct;
struct fs_struct;
struct nsproxy;
struct cred;
struct completion;
struct sched_class;
struct sem_undo_list;
struct robust_list_head;
struct scm_work;
struct futex_q;

#define TASK_COMM_LEN 16

/* task_struct.flags */
#define PF_IDLE           0x00000002 /* an idle task */
#define PF_EXITING        0x00000004 /* in do_exit() */
#define PF_WQ_WORKER      0x00000020
#define PF_FORKNOEXEC     0x00000040 /* forked, has not called exec */
#define PF_SUPERPRIV      0x00000100 /* used a capability */
#define PF_DUMPCORE       0x00000200
#define PF_SIGNALED       0x00000400 /* killed by a signal */
#define PF_NPROC_EXCEEDED 0x00001000 /* set*uid() went over RLIMIT_NPROC: exec fails */
#define PF_USED_MATH      0x00002000
#define PF_KTHREAD        0x00200000 /* kernel thread */

/* How an interrupted call goes on after SIGCONT (ERESTART_RESTARTBLOCK). */
struct restart_block {
	long (*fn)(struct restart_block *);
	union {
		struct {
			u32 __user *uaddr;
			u32 val, flags, bitset;
			u64 time; /* ns, absolute */
		} futex;
		struct {
			int clockid;
			void __user *rmtp;
			u64 expires; /* ns, absolute */
		} nanosleep;
		struct {
			void __user *ufds;
			int nfds;
			bool has_timeout;
			u64 expires; /* ns, absolute */
		} poll;
	};
};

/*
 * System V IPC's part of a task: ipc/sem_undo.c, ipc/shm.c. The undo list is NULL until the first
 * SEM_UNDO, and shared by CLONE_SYSVSEM.
 */
struct sysv_sem {
	struct sem_undo_list *undo_list;
};

struct sysv_shm {
	struct list_head shm_clist; /* shmid_kernel, by shm_clist */
};

/*
 * Who protects a field: [Q] the lock of its run queue, [P] pi_lock (wake-ups), [L] sighand->siglock,
 * [T] tasklist_lock, [A] alloc_lock (task_lock()), [O] only the task itself, [I] never changes,
 * [R] RCU for readers.
 */
struct task_struct {
	struct thread_info thread_info; /* first: entry code reads flags at offset 0 */
	unsigned int __state;           /* [P] TASK_*: see locking/sleep.h */
	void *stack;                    /* [I] lowest address of the kernel stack */
	refcount_t usage;               /* put_task_struct() */
	refcount_t rcu_users; /* being listed, and running: see put_task_struct_rcu_user() */
	unsigned int flags;   /* [O] PF_* */

	/* Scheduling. */
	int on_cpu; /* [Q] is running on some CPU now */
	int on_rq;  /* [Q] */
	int cpu;    /* [Q] where it runs or ran last */
	int recent_used_cpu;
	int prio, static_prio, normal_prio; /* [Q] 0-99 real-time, 100-139 fair */
	unsigned int rt_priority;           /* [Q] 1-99 */
	unsigned int policy;                /* [Q] SCHED_* */
	bool sched_reset_on_fork;
	const struct sched_class *sched_class; /* [Q] */
	struct sched_entity se;
	struct sched_rt_entity rt;
	u64 cpus_mask; /* [P] CPUs it may use */
	int nr_cpus_allowed;
	spinlock_t pi_lock;
	struct wake_q_node wake_q;       /* in a wake_q_head of the waker */
	unsigned long nvcsw, nivcsw;     /* [O] voluntary, involuntary switches */
	unsigned long last_switch_count; /* hung_task.c: their sum at the last look … */
	u64 hung_since;                  /* … when that began */
	unsigned int hung_looks;         /* … how often it was found so since then */
	bool hung_reported;
	bool sched_contributes_to_load;
	const char *wait_reason; /* [O] what it sleeps for, for /proc and the debugger, or NULL */

	/* Memory. */
	struct mm_struct *mm;           /* [A] NULL for kernel threads */
	struct mm_struct *active_mm;    /* [Q] whose page tables are loaded */
	unsigned long min_flt, maj_flt; /* [O] page faults */

	/* Exit. */
	int exit_state;             /* [T] 0, EXIT_ZOMBIE, EXIT_DEAD */
	int exit_code, exit_signal; /* [T] */
	int pdeath_signal;
	bool in_execve;
	bool did_exec;
	u32 parent_exec_id, self_exec_id; /* [T] an exec on either side makes exit_signal SIGCHLD */

	/* Identity and family. */
	pid_t pid, tgid;                          /* [I] as numbers */
	struct pid *thread_pid;                   /* [T] */
	struct hlist_node pid_links[PIDTYPE_MAX]; /* [T][R] */
	struct task_struct *real_parent;          /* [T][R] who made it, or its reaper */
	struct task_struct *parent;       /* [T][R] who gets SIGCHLD; the same without ptrace */
	struct list_head children;        /* [T] */
	struct list_head sibling;         /* [T] in parent's children */
	struct list_head dead_entry;      /* in the list of those whom a dying parent must reap */
	struct task_struct *group_leader; /* [T] */
	struct list_head thread_node;     /* [T][R] in signal->thread_head */
	struct list_head tasks;           /* [T][R] all group leaders */
	struct completion *vfork_done;    /* [A] parent in vfork() waits here */
	int __user *set_child_tid;        /* [O] CLONE_CHILD_SETTID */
	int __user *clear_child_tid;      /* [O] CLONE_CHILD_CLEARTID */
	char comm[TASK_COMM_LEN];         /* [A] base name of the executable */
	u64 start_time;                   /* [I] ns, monotonic */
	u64 start_boottime;               /* [I] ns since boot */
	u64 utime, stime;                 /* [O] ns, sampled by the tick */
	u64 prev_utime, prev_stime;       /* what task_cputime() reported last: sched/cputime.c */

	/* Who it is. */
	const struct cred *cred;      /* [R] effective, replaced by override_creds() */
	const struct cred *real_cred; /* [R] objective */
	bool no_new_privs;
	bool keep_capabilities;
	unsigned int personality;
	int dumpable;

	/* What it has open. */
	struct fs_struct *fs;       /* [A] */
	struct files_struct *files; /* [A] */
	struct nsproxy *nsproxy;    /* [A] */

	/* Signals. */
	struct signal_struct *signal;   /* [I] */
	struct sighand_struct *sighand; /* [L][R] NULL once released */
	sigset_t blocked, real_blocked; /* [L] real_blocked: rt_sigtimedwait() */
	sigset_t saved_sigmask;         /* [O] to restore with TIF_RESTORE_SIGMASK */
	struct sigpending pending;      /* [L] */
	unsigned long sas_ss_sp;        /* [O] sigaltstack() */
	size_t sas_ss_size;
	unsigned int sas_ss_flags;
	unsigned long jobctl;               /* [L] JOBCTL_* */
	struct restart_block restart_block; /* [O] */

	/* IPC. */
	struct sysv_sem sysvsem;                     /* System V SEM_UNDO */
	struct sysv_shm sysvshm;                     /* segments it created */
	struct robust_list_head __user *robust_list; /* [O] */
	struct scm_work *scm_work;                   /* [O] ipc/scm.c: is closing files now */

	unsigned long timer_slack_ns;
	int make_it_fail;      /* /proc/self/make-it-fail */
	unsigned int fail_nth; /* /proc/self/fail-nth */

	spinlock_t alloc_lock; /* task_lock() */
#ifdef CONFIG_DEBUG
	struct lockdep_task lockdep; /* [O] locks held: locking/lockdep.c */
#endif

	struct thread_struct thread; /* machine registers; last: FPU state follows it */
	struct rcu_head rcu;
};

/* jobctl */
#define JOBCTL_STOP_SIGMASK  0xffff      /* signal number of the last group stop */
#define JOBCTL_STOP_DEQUEUED (1ul << 16) /* took a stop signal; SIGCONT takes this back */
#define JOBCTL_STOP_PENDING  (1ul << 17) /* is to stop */
#define JOBCTL_STOP_CONSUME  (1ul << 18) /* counts in group_stop_count */
#define JOBCTL_STOPPED       (1ul << 26) /* sleeps in TASK_STOPPED */

#define EXIT_ZOMBIE 0x00000020
#define EXIT_DEAD   0x00000010

/*
 * The process tree and the pid links. Readers of lists may use RCU instead. Taken outside siglock.
 * Interrupts may read it, so writers disable interrupts.
 */
extern rwlock_t tasklist_lock;
extern struct task_struct init_task;     /* the boot CPU's idle task, pid 0 */
extern struct task_struct *init_process; /* pid 1, once it exists */

/* [T] threads now; tasks ever made (for /proc/stat); the limit of nr_threads. kernel/fork.c */
extern int nr_threads;
extern unsigned long total_forks;
extern int max_threads;

/* The calling task ends, with a wait status. Implemented in kernel/exit.c. */
void __noreturn do_exit(long code);
void __noreturn do_group_exit(int exit_code);

/* The functions of locking/sleep.h, without a call. */
#define __set_current_state(state) WRITE_ONCE(current->__state, (state))
#define set_current_state(state)   smp_store_mb(current->__state, (state))

static inline void task_lock(struct task_struct *task)
{
	spin_lock(&task->alloc_lock);
}

static inline void task_unlock(struct task_struct *task)
{
	spin_unlock(&task->alloc_lock);
}

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	refcount_inc(&task->usage);
	return task;
}

/*
 * Implemented in kernel/fork.c: the last reference frees the task and its stack at once. Any
 * context but the task itself.
 */
void __put_task_struct(struct task_struct *task);

static inline void put_task_struct(struct task_struct *task)
{
	if (refcount_dec_and_test(&task->usage))
		__put_task_struct(task);
}

/*
 * A task is found under RCU in two places: the lists (until release_task()) and rq->curr (until it
 * has switched away for ever). Each of the two ends with this call; after both and a grace period
 * the reference that they share is dropped. Implemented in kernel/exit.c.
 */
void put_task_struct_rcu_user(struct task_struct *task);

static inline bool test_tsk_thread_flag(const struct task_struct *task, int flag)
{
	return READ_ONCE(task->thread_info.flags) & (1ul << flag);
}

static inline void set_tsk_thread_flag(struct task_struct *task, int flag)
{
	set_bit(flag, &task->thread_info.flags);
}

static inline void clear_tsk_thread_flag(struct task_struct *task, int flag)
{
	clear_bit(flag, &task->thread_info.flags);
}

static inline bool signal_pending(const struct task_struct *task)
{
	return unlikely(test_tsk_thread_flag(task, TIF_SIGPENDING));
}

static inline bool fatal_signal_pending(const struct task_struct *task)
{
	return signal_pending(task) && sigismember(&task->pending.signal, SIGKILL);
}

static inline bool signal_pending_state(unsigned int state, const struct task_struct *task)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)))
		return false;
	if (!signal_pending(task))
		return false;
	return (state & TASK_INTERRUPTIBLE) || fatal_signal_pending(task);
}

static inline bool thread_group_leader(const struct task_struct *task)
{
	return task->exit_signal >= 0;
}

static inline bool thread_group_empty(const struct task_struct *task)
{
	return task->signal->nr_threads <= 1;
}

static inline bool same_thread_group(const struct task_struct *a, const struct task_struct *b)
{
	return a->signal == b->signal;
}

static inline bool is_global_init(const struct task_struct *task)
{
	return task->tgid == 1;
}

static inline struct pid *task_pid(const struct task_struct *task)
{
	return task->thread_pid;
}

static inline struct pid *task_tgid(const struct task_struct *task)
{
	return task->signal->pids[PIDTYPE_TGID];
}

static inline struct pid *task_pgrp(const struct task_struct *task)
{
	return task->signal->pids[PIDTYPE_PGID];
}

static inline struct pid *task_session(const struct task_struct *task)
{
	return task->signal->pids[PIDTYPE_SID];
}

/* Soft limit of the current process. */
static inline unsigned long rlimit(unsigned int limit)
{
	return READ_ONCE(current->signal->rlim[limit].rlim_cur);
}

/* Walks: caller holds tasklist_lock or rcu_read_lock(). */
#define for_each_process(p)   list_for_each_entry_rcu (p, &init_task.tasks, tasks)
#define for_each_thread(p, t) list_for_each_entry_rcu (t, &(p)->signal->thread_head, thread_node)
#define for_each_process_thread(p, t)                                                              \
	for_each_process (p)                                                                       \
		for_each_thread (p, t)

/* CPU time used so far, in ns (utime and stime sum to se.sum_exec_runtime). sched/cputime.c */
void task_cputime(struct task_struct *task, u64 *utime, u64 *stime);
void thread_group_cputime(struct task_struct *task, struct task_cputime *times);

void set_task_comm(struct task_struct *task, const char *comm);
/* buf holds TASK_COMM_LEN bytes. */
char *get_task_comm(char *buf, struct task_struct *task);

#endif
