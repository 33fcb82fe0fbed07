// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who changed a semaphore completes the calls of those who waited for it.
 *
 * Idea: a sleeper does not wake up to try again. The task that changed a value performs the waiting
 *   operations itself, in the sleepers' order of arrival, writes each one's result into its
 *   sem_queue and only then wakes it. So nobody can snatch the value in between, and the woken task
 *   needs no lock: its call is over.
 * Rules: 1. First those who wait for 0, then those who want to change, in FIFO order: of several who
 *   could go on, the first goes. 2. Nobody is held back by an earlier one who cannot go on. 3. When
 *   a completed call raised another semaphore, the scan begins anew. 4. After
 *   wake_up_sem_queue_prepare() the sem_queue may be gone.
 * Locking: the caller holds the set or, for one semaphore, that one; wake-ups wait in the caller's
 *   wake_q until it has unlocked.
 * Linux: the same functions in ipc/sem.c. Start at: do_smart_update.
 * Tests: tests/ipc/sem_wakeups.c; page: docs/sem.md.
 */
#include "ipc/sem.h"

#include "kernel/lib/bug.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"

void wake_up_sem_queue_prepare(struct sem_queue *q, int error, struct wake_q_head *wake_q)
{
	struct task_struct *sleeper = get_task_struct(q->sleeper);

	/* From this store on q belongs to the sleeper again: do_semtimedop() may return. */
	smp_store_release(&q->status, error);
	wake_q_add_safe(wake_q, sleeper);
}

void unlink_queue(struct sem_array *sma, struct sem_queue *q)
{
	list_del(&q->list);
	if (q->nsops > 1) {
		sma->complex_count--;
		ASSERT(sma->complex_count >= 0);
	}
}

/*
 * q, a sleeper, has been completed: can that have helped one who stands before it in the queue?
 * Never when all are simple sleepers on one semaphore: q can only have taken from the value, and
 * the earlier ones could not go on even before.
 */
static bool check_restart(struct sem_array *sma, struct sem_queue *q)
{
	return !list_empty(&sma->pending_alter) || q->nsops > 1;
}

/* Completes those who wait for 0 on one semaphore; semnum -1: the complex ones. */
static bool wake_const_ops(struct sem_array *sma, int semnum, struct wake_q_head *wake_q)
{
	struct list_head *list = semnum < 0 ? &sma->pending_const :
					      &sma->sems[semnum].pending_const;
	struct sem_queue *q, *tmp;
	bool completed = false;

	list_for_each_entry_safe (q, tmp, list, list) {
		int error = perform_atomic_semop(sma, q);

		if (error > 0)
			continue;
		unlink_queue(sma, q);
		wake_up_sem_queue_prepare(q, error, wake_q);
		completed |= !error;
	}
	return completed;
}

/* Those who wait for 0 on this semaphore alone, if it is; *got_zero becomes true then. */
static __always_inline bool wake_if_zero(struct sem_array *sma, int semnum, bool *got_zero,
					 struct wake_q_head *wake_q)
{
	struct sem *sem = &sma->sems[semnum];

	if (sem->semval)
		return false;
	*got_zero = true;
	return !list_empty(&sem->pending_const) && wake_const_ops(sma, semnum, wake_q);
}

/* Those who wait for 0, after operations sops, or, sops == NULL, after any change. */
static bool do_smart_wakeup_zero(struct sem_array *sma, struct sembuf *sops, int nsops,
				 struct wake_q_head *wake_q)
{
	bool completed = false, got_zero = false;

	if (sops) {
		for (struct sembuf *sop = sops; sop < sops + nsops; sop++)
			completed |= wake_if_zero(sma, sop->sem_num, &got_zero, wake_q);
	} else {
		for (int i = 0; i < sma->sem_nsems; i++)
			completed |= wake_if_zero(sma, i, &got_zero, wake_q);
	}
	if (got_zero && !list_empty(&sma->pending_const))
		completed |= wake_const_ops(sma, -1, wake_q);
	return completed;
}

/*
 * One pass over those who want to change: of one semaphore, or (-1) the common queue. True when the
 * pass has to be repeated from the start.
 */
static bool update_queue_once(struct sem_array *sma, int semnum, struct wake_q_head *wake_q,
			      bool *completed)
{
	struct list_head *list = semnum < 0 ? &sma->pending_alter :
					      &sma->sems[semnum].pending_alter;
	struct sem_queue *q, *tmp;

	list_for_each_entry_safe (q, tmp, list, list) {
		bool restart = false;
		int error;

		/* Sleepers on one semaphore only want to take: nothing left, nobody can. */
		if (semnum >= 0 && !sma->sems[semnum].semval)
			break;
		error = perform_atomic_semop(sma, q);
		if (error > 0)
			continue;
		unlink_queue(sma, q);
		if (!error) {
			*completed = true;
			do_smart_wakeup_zero(sma, q->sops, q->nsops, wake_q);
			restart = check_restart(sma, q);
		}
		wake_up_sem_queue_prepare(q, error, wake_q);
		if (restart)
			return true;
	}
	return false;
}

static bool update_queue(struct sem_array *sma, int semnum, struct wake_q_head *wake_q)
{
	bool completed = false;

	while (update_queue_once(sma, semnum, wake_q, &completed))
		;
	return completed;
}

void set_semotime(struct sem_array *sma, struct sembuf *sops)
{
	sma->sems[sops ? sops[0].sem_num : 0].sem_otime = ktime_get_real_seconds();
}

void do_smart_update(struct sem_array *sma, struct sembuf *sops, int nsops, bool otime,
		     struct wake_q_head *wake_q)
{
	otime |= do_smart_wakeup_zero(sma, sops, nsops, wake_q);
	if (!list_empty(&sma->pending_alter)) {
		otime |= update_queue(sma, -1, wake_q);
	} else if (!sops) {
		for (int i = 0; i < sma->sem_nsems; i++)
			otime |= update_queue(sma, i, wake_q);
	} else {
		/* Only a value that grew can help somebody who wants to take. */
		for (struct sembuf *sop = sops; sop < sops + nsops; sop++)
			if (sop->sem_op > 0 && !list_empty(&sma->sems[sop->sem_num].pending_alter))
				otime |= update_queue(sma, sop->sem_num, wake_q);
	}
	if (otime)
		set_semotime(sma, sops);
}
