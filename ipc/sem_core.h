/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Semaphore sets in memory, and the pure functions that work on them. Also compiled on the host,
 * for tests/unit/test_sem_core.c. Linux has all of this in ipc/sem.c.
 */
#ifndef CONDUIT_IPC_SEM_CORE_H
#define CONDUIT_IPC_SEM_CORE_H

#include "kernel/uapi/sem.h"
#include "kernel/lib/list.h"
#include "kernel/sched/ktime.h"
#include "ipc/pid.h"
#include "ipc/perm.h"

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

/* ---- deciding: without locks, sleeping or user memory ---- */

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

#endif
