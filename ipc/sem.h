/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files ipc/sem*.c offer each other; the structures are in ipc/sem_core.h, the story and
 * the locking are told in ipc/sem.c.
 */
#ifndef CONDUIT_IPC_SEM_H
#define CONDUIT_IPC_SEM_H

#include "kernel/sched/wake_q.h"
#include "ipc/sem_core.h"
#include "ipc/util.h"

struct task_struct;

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
