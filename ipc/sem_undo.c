// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEM_UNDO: what a process took from semaphores and has to give back when it ends.
 *
 * Idea: for each set that a process uses with SEM_UNDO there is one struct sem_undo with one number
 *   for each semaphore. It hangs on two lists, because two can end first: the process, which then
 *   applies it, or the set, which then makes it void.
 * Data:
 *	task ─▶ sem_undo_list ─list_proc─▶ sem_undo ─list_proc─▶ sem_undo …	[ulp->lock, RCU]
 *	(shared by CLONE_SYSVSEM)              ▲
 *	                      sem_array ─list_id┘				[the set's lock]
 * Rules: 1. A sem_undo on a list_proc with semid != -1 is on the list_id of that set. 2. It is made
 *   before the operation is tried, so that noting an adjustment cannot fail for want of memory.
 *   3. The last task of a list applies it (exit_sem); RMID sets semid to -1 and unhooks it (
 *   forget_undos). Both free it after a grace period: semop() holds it under RCU.
 * Locking: lock order is the set's lock, then ulp->lock. The two ends race: exit_sem() reads semid
 *   under ulp->lock, finds the set anew by that id and, with the set locked, looks whether its
 *   sem_undo is still there.
 * Sleeps: making one.
 * Linux: ipc/sem.c, second half. Start at: find_alloc_undo, exit_sem.
 * Tests: tests/ipc/sem_undo_on_exit.c, sem_random_undo.c; page: docs/sem.md.
 */
#include "ipc/sem.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/sched.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "ipc/ipc.h"

static void sem_undo_rcu_free(struct rcu_head *head)
{
	kvfree(container_of(head, struct sem_undo, rcu));
}

/* The caller's list, made if need be. Only the task itself changes the pointer. 0 or -ENOMEM. */
static int get_undo_list(struct sem_undo_list **ulpp)
{
	struct sem_undo_list *ulp = current->sysvsem.undo_list;

	if (!ulp) {
		ulp = kzalloc(sizeof(*ulp), GFP_KERNEL);
		if (!ulp)
			return -ENOMEM;
		spin_lock_init(&ulp->lock);
		refcount_set(&ulp->refcnt, 1);
		INIT_LIST_HEAD(&ulp->list_proc);
		current->sysvsem.undo_list = ulp;
	}
	*ulpp = ulp;
	return 0;
}

/* The one for this set, moved to the front, where it is found next time. ulp->lock held. */
static struct sem_undo *lookup_undo(struct sem_undo_list *ulp, int semid)
{
	struct sem_undo *un;

	lockdep_assert_held(&ulp->lock);
	list_for_each_entry (un, &ulp->list_proc, list_proc) {
		if (un->semid == semid) {
			list_del_rcu(&un->list_proc);
			list_add_rcu(&un->list_proc, &ulp->list_proc);
			return un;
		}
	}
	return NULL;
}

/*
 * Hooks new into both lists, unless another thread was faster: then that one's is returned. Set
 * locked.
 */
static struct sem_undo *link_undo(struct sem_array *sma, struct sem_undo_list *ulp, int semid,
				  struct sem_undo *new)
{
	struct sem_undo *un;

	spin_lock(&ulp->lock);
	un = lookup_undo(ulp, semid);
	if (!un) {
		new->ulp = ulp;
		new->semid = semid;
		list_add_rcu(&new->list_proc, &ulp->list_proc);
		list_add(&new->list_id, &sma->list_id);
		un = new;
	}
	spin_unlock(&ulp->lock);
	return un;
}

/* Not there yet. Inside rcu_read_lock(), left while it allocates and, on failure, for good. */
static struct sem_undo *alloc_undo(struct ipc_namespace *ns, struct sem_undo_list *ulp, int semid)
{
	struct sem_array *sma = sem_obtain_object_check(ns, semid);
	struct sem_undo *new, *un;
	bool valid;

	if (IS_ERR(sma)) {
		rcu_read_unlock();
		return ERR_CAST(sma);
	}
	if (!ipc_rcu_getref(&sma->sem_perm)) {
		rcu_read_unlock();
		return ERR_PTR(-EIDRM);
	}
	rcu_read_unlock();

	new = kvzalloc(sizeof(*new) + sma->sem_nsems * sizeof(short), GFP_KERNEL_ACCOUNT);
	if (!new) {
		ipc_rcu_putref(&sma->sem_perm, sem_rcu_free);
		return ERR_PTR(-ENOMEM);
	}

	rcu_read_lock();
	sem_lock_and_putref(sma);
	valid = ipc_valid_object(&sma->sem_perm);
	un = valid ? link_undo(sma, ulp, semid, new) : ERR_PTR(-EIDRM);
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	if (!valid)
		rcu_read_unlock();
	if (un != new)
		call_rcu(&new->rcu, sem_undo_rcu_free);
	return un;
}

struct sem_undo *find_alloc_undo(struct ipc_namespace *ns, int semid)
{
	struct sem_undo_list *ulp;
	struct sem_undo *un;
	int error = get_undo_list(&ulp);

	if (error)
		return ERR_PTR(error);
	rcu_read_lock();
	spin_lock(&ulp->lock);
	un = lookup_undo(ulp, semid);
	spin_unlock(&ulp->lock);
	return un ? un : alloc_undo(ns, ulp, semid);
}

void forget_undos(struct sem_array *sma)
{
	struct sem_undo *un, *tmp;

	ipc_assert_locked_object(&sma->sem_perm);
	list_for_each_entry_safe (un, tmp, &sma->list_id, list_id) {
		struct sem_undo_list *ulp = un->ulp;

		list_del(&un->list_id);
		spin_lock(&ulp->lock);
		un->semid = -1;
		list_del_rcu(&un->list_proc);
		spin_unlock(&ulp->lock);
		call_rcu(&un->rcu, sem_undo_rcu_free);
	}
}

void clear_undos(struct sem_array *sma, int semnum)
{
	struct sem_undo *un;

	ipc_assert_locked_object(&sma->sem_perm);
	list_for_each_entry (un, &sma->list_id, list_id) {
		if (semnum >= 0)
			un->semadj[semnum] = 0;
		else
			memset(un->semadj, 0, sma->sem_nsems * sizeof(short));
	}
}

/* ---- fork and exit ---- */

int copy_semundo(u64 clone_flags, struct task_struct *child)
{
	struct sem_undo_list *ulp;
	int error;

	child->sysvsem.undo_list = NULL;
	if (!(clone_flags & CLONE_SYSVSEM))
		return 0;
	error = get_undo_list(&ulp);
	if (error)
		return error;
	refcount_inc(&ulp->refcnt);
	child->sysvsem.undo_list = ulp;
	return 0;
}

/* Gives back, as far as values go; nobody sleeps at exit. Set locked. */
static void apply_undo(struct sem_array *sma, const struct sem_undo *un)
{
	for (int i = 0; i < sma->sem_nsems; i++) {
		struct sem *sem = &sma->sems[i];

		if (!un->semadj[i])
			continue;
		sem->semval = clamp(sem->semval + un->semadj[i], 0, SEMVMX);
		ipc_update_pid(&sem->sempid, task_tgid(current));
	}
}

/* The list's first sem_undo, if its set still exists, is applied and freed. Inside RCU. */
static void exit_one_set(struct ipc_namespace *ns, struct sem_undo_list *ulp, int semid)
{
	struct sem_array *sma = sem_obtain_object_check(ns, semid);
	struct sem_undo *un = NULL;
	DEFINE_WAKE_Q(wake_q);

	if (IS_ERR(sma))
		return; /* removed in between: forget_undos() unhooks it */
	sem_lock(sma, NULL, -1);
	if (ipc_valid_object(&sma->sem_perm)) {
		/* Gone and made anew with the same id? Then ours is no longer in the list. */
		spin_lock(&ulp->lock);
		un = lookup_undo(ulp, semid);
		if (un)
			list_del_rcu(&un->list_proc);
		spin_unlock(&ulp->lock);
	}
	if (un) {
		list_del(&un->list_id);
		apply_undo(sma, un);
		do_smart_update(sma, NULL, 0, true, &wake_q);
		call_rcu(&un->rcu, sem_undo_rcu_free);
	}
	sem_unlock(sma, SEM_GLOBAL_LOCK);
	wake_up_q(&wake_q);
}

void exit_sem(struct task_struct *task)
{
	struct sem_undo_list *ulp = task->sysvsem.undo_list;
	bool more = true;

	if (!ulp)
		return;
	task->sysvsem.undo_list = NULL;
	if (!refcount_dec_and_test(&ulp->refcnt))
		return;
	while (more) {
		int semid = -1;

		cond_resched();
		rcu_read_lock();
		/* Also waits for a forget_undos() that still holds the lock of an emptied list. */
		spin_lock(&ulp->lock);
		more = !list_empty(&ulp->list_proc);
		if (more)
			semid = list_first_entry(&ulp->list_proc, struct sem_undo, list_proc)
					->semid;
		spin_unlock(&ulp->lock);
		if (more && semid != -1)
			exit_one_set(task->nsproxy->ipc_ns, ulp, semid);
		rcu_read_unlock();
	}
	kfree(ulp);
}
