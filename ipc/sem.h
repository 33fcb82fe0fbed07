/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Semaphore sets in memory. Private to the files ipc/sem*.c; the story and the locking are told in
 * ipc/sem.c. Linux has all of this in ipc/sem.c.
 */
#ifndef CONDUIT_IPC_SEM_H
#define CONDUIT_IPC_SEM_H

#include "kernel/uapi/sem.h"
#include "kernel/lib/list.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/wake_q.h"
#include "ipc/util.h"

struct task_struct;

/*
 * Who protects a field of the structs below: [S] the lock of that semaphore in simple mode, the
 * set's lock in complex mode (ipc/sem.c tells); [G] the set's lock in complex mode only; [P] the
 * set's lock (sem_perm.lock); [I] never changes; [U] sem_undo_list.lock; [O] the sleeper itself.
 */

/* One semaphore, a cache line of its own so that CPUs that use neighbours do not meet. */
struct sem {
	int semval;                     /* [S] 0 … SEMVMX */
	struct pid *sempid;             /* [S] who changed it last: a reference, or NULL */
	spinlock_t lock;                /* for simple operations */
	struct list_head pending_alter; /* [S] simple sleepers that want to change it, FIFO */
	struct list_head pending_const; /* [S] simple sleepers that wait for 0 */
	time64_t sem_otime;             /* [S] of the last operation accounted here */
} __cacheline_aligned;

/* One set, and its semaphores behind it. */
struct sem_array {
	struct kern_ipc_perm sem_perm;  /* first: ipc/util.c */
	time64_t sem_ctime;             /* [P] of creation or of the last semctl() change */
	struct list_head pending_alter; /* [G] see complex_count */
	struct list_head pending_const; /* [G] complex sleepers that wait for 0 only */
	struct list_head list_id;       /* [P] undo structures for this set */
	int sem_nsems;                  /* [I] */
	int complex_count;              /* [G] sleepers with more than one operation; when not 0,
					     all altering sleepers are in pending_alter above */
	unsigned int use_global_lock;   /* [P] > 0: complex mode */
	struct sem sems[];
};

_Static_assert(offsetof(struct sem_array, sem_perm) == 0, "found through its kern_ipc_perm");
_Static_assert(sizeof(struct sem) % 64 == 0, "whole cache lines");

/* One sleeping call, on the sleeper's stack. */
struct sem_queue {
	struct list_head list;       /* [S] in one of the four kinds of lists */
	struct task_struct *sleeper; /* [O] */
	struct sem_undo *undo;       /* [O] where SEM_UNDO is noted, or NULL */
	struct pid *pid;             /* [O] for sempid, whoever completes the call */
	int status;              /* -EINTR while it waits; the waker's last word: release/acquire */
	struct sembuf *sops;     /* [O] */
	struct sembuf *blocking; /* [S] the first operation that could not be done */
	int nsops;               /* [O] */
	bool alter;              /* [O] some operation is not a wait for 0 */
	bool dupsop;             /* [O] one semaphore may occur twice */
};

/* What one process has to take back in one set. */
struct sem_undo {
	struct list_head list_proc; /* [U][R] in sem_undo_list */
	struct rcu_head rcu;
	struct sem_undo_list *ulp; /* [I] */
	struct list_head list_id;  /* [P] in sem_array */
	int semid;                 /* [U] -1: the set is gone */
	short semadj[];            /* [S] to be added at exit, for each semaphore */
};

/* All undo structures of a process (of all tasks that share by CLONE_SYSVSEM). */
struct sem_undo_list {
	refcount_t refcnt;
	spinlock_t lock;
	struct list_head list_proc; /* [U][R] */
};

/* ---- sem_core.c: decides, without locks, sleeping or user memory ---- */

/*
 * Does all of q's operations or none. 0: done; 1: has to sleep, q->blocking says for which;
 * -EAGAIN, -ERANGE.
 */
int perform_atomic_semop(struct sem_array *sma, struct sem_queue *q);
/* Sleepers whose blocking operation is a decrement of (or, count_zero, a wait for 0 on) semnum. */
int count_semcnt(struct sem_array *sma, unsigned short semnum, bool count_zero);
/* What semop() must know of its array of operations before it looks at the set. */
struct sops_summary {
	int max;     /* the highest sem_num */
	bool undos;  /* SEM_UNDO occurs */
	bool alter;  /* an operation is not 0 */
	bool dupsop; /* a semaphore may occur again behind a change of it */
};
void summarise_sops(const struct sembuf *sops, int nsops, struct sops_summary *sum);

/* ---- sem_update.c: completes the calls of others. The caller holds what sem_lock() took ---- */

/*
 * The caller has changed values: by sops, or, sops == NULL, anything. Completes whoever can go on
 * now, and notes the time if somebody did or otime is set.
 */
void do_smart_update(struct sem_array *sma, struct sembuf *sops, int nsops, bool otime,
		     struct wake_q_head *wake_q);
/* The time of a successful semop(). */
void set_semotime(struct sem_array *sma, struct sembuf *sops);
/* Takes q off its list. */
void unlink_queue(struct sem_array *sma, struct sem_queue *q);
/* Hands over the result; afterwards q may vanish at any moment. */
void wake_up_sem_queue_prepare(struct sem_queue *q, int error, struct wake_q_head *wake_q);

/* ---- sem.c ---- */

#define SEM_GLOBAL_LOCK (-1)

/*
 * Locks what the operations need: one semaphore, or all (nsops != 1; sops may be NULL then).
 * Returns what sem_unlock() wants. Inside rcu_read_lock().
 */
int sem_lock(struct sem_array *sma, struct sembuf *sops, int nsops);
void sem_unlock(struct sem_array *sma, int locknum);
/* Locks all and gives back a reference: the object may be deleted. */
void sem_lock_and_putref(struct sem_array *sma);
/* call_rcu()'s last step for a set. */
void sem_rcu_free(struct rcu_head *head);
/* Removes a set. rwsem for writing, set locked inside rcu_read_lock(): both are released. */
void freeary(struct ipc_namespace *ns, struct kern_ipc_perm *ipcp);

/* When the last operation was. Set locked. */
time64_t get_semotime(struct sem_array *sma);

static inline struct sem_array *sem_of_perm(struct kern_ipc_perm *perm)
{
	return container_of(perm, struct sem_array, sem_perm);
}

/* ERR_PTR(-EINVAL). Inside rcu_read_lock(). */
static inline struct sem_array *sem_obtain_object_check(struct ipc_namespace *ns, int id)
{
	struct kern_ipc_perm *perm = ipc_obtain_object_check(&sem_ids(ns), id);

	return IS_ERR(perm) ? ERR_CAST(perm) : sem_of_perm(perm);
}

/* *slot keeps a reference to the pid, so that GETPID has a number when the process is gone. */
static inline void ipc_update_pid(struct pid **slot, struct pid *pid)
{
	struct pid *old = *slot;

	if (old == pid)
		return;
	*slot = get_pid(pid);
	put_pid(old);
}

/* ---- sem_undo.c ---- */

/*
 * The caller's undo structure for the set, made if need be. On success inside rcu_read_lock(),
 * which keeps it; ERR_PTR(-EINVAL, -EIDRM, -ENOMEM) otherwise. May sleep before that.
 */
struct sem_undo *find_alloc_undo(struct ipc_namespace *ns, int semid);
/* The set goes: nobody has anything to take back. Set locked. */
void forget_undos(struct sem_array *sma);
/* semctl() gave new values to one semaphore, or to all (semnum < 0). Set locked. */
void clear_undos(struct sem_array *sma, int semnum);

#endif
