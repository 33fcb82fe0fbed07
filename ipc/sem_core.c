// SPDX-License-Identifier: GPL-2.0-only
/*
 * What semop() does to the values of a set: all of its operations, or none.
 *
 * Pure: no locks, no sleeping, no user memory; the caller holds what ipc/sem.c:sem_lock() took.
 *   Compiled and tested on the host as well: tests/unit/test_sem_core.c.
 * Idea: look at the whole array first and write afterwards. That is wrong when a semaphore occurs
 *   twice and the later operation must see what the earlier one did; such arrays are done step by
 *   step, and taken back when a step fails. They are rare, so the test for them may err on the safe
 *   side.
 * Rules: 1. On any result but 0, no value, no adjustment and no pid has changed. 2. On result 1
 *   q->blocking is the first operation that stopped it, which GETNCNT and GETZCNT count.
 * Linux: perform_atomic_semop(), count_semcnt() in ipc/sem.c.
 * Start at: perform_atomic_semop.
 */
#include "ipc/sem_core.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/compiler.h"

/*
 * May a semaphore occur again behind a change of it? A yes may be wrong, when numbers are 64 apart:
 * then slow, but still right.
 */
static bool may_repeat(const struct sembuf *sops, int nsops)
{
	u64 changed = 0; /* bit n: a semaphore with sem_num % 64 == n */

	for (const struct sembuf *sop = sops; sop < sops + nsops; sop++) {
		u64 bit = 1ull << (sop->sem_num % 64);

		if (changed & bit)
			return true;
		if (sop->sem_op)
			changed |= bit;
	}
	return false;
}

void summarise_sops(const struct sembuf *sops, int nsops, struct sops_summary *sum)
{
	int max = -1, flags = 0, ops = 0;
	bool ascending = true; /* as most programs write them: nothing occurs twice */

	for (const struct sembuf *sop = sops; sop < sops + nsops; sop++) {
		if (sop->sem_num > max)
			max = sop->sem_num;
		else
			ascending = false;
		flags |= sop->sem_flg;
		ops |= sop->sem_op;
	}
	sum->max = max;
	sum->undos = flags & SEM_UNDO;
	sum->alter = ops != 0;
	sum->dupsop = !ascending && may_repeat(sops, nsops);
}

/* Is an adjustment by -sem_op still a short? */
static inline bool undo_fits(const struct sem_queue *q, const struct sembuf *sop)
{
	int undo;

	if (!(sop->sem_flg & SEM_UNDO))
		return true;
	undo = q->undo->semadj[sop->sem_num] - sop->sem_op;
	return undo >= -SEMAEM - 1 && undo <= SEMAEM;
}

/* Would this operation go through with the values as they are? 0, 1 (sleep), -EAGAIN, -ERANGE. */
static __always_inline int check_sop(const struct sem_array *sma, struct sem_queue *q,
				     struct sembuf *sop)
{
	int value = sma->sems[sop->sem_num].semval;
	int result = value + sop->sem_op;

	if (likely(sop->sem_op && result >= 0 && result <= SEMVMX))
		return likely(undo_fits(q, sop)) ? 0 : -ERANGE;
	if (!sop->sem_op && !value)
		return 0;
	if (result > SEMVMX)
		return -ERANGE;
	q->blocking = sop;
	return sop->sem_flg & IPC_NOWAIT ? -EAGAIN : 1;
}

/* direction 1: does it; -1: takes it back. */
static __always_inline void apply_sop(struct sem_array *sma, struct sem_queue *q,
				      const struct sembuf *sop, int direction)
{
	int change = direction * sop->sem_op;

	sma->sems[sop->sem_num].semval += change;
	if (sop->sem_flg & SEM_UNDO)
		q->undo->semadj[sop->sem_num] -= change;
}

/* Later operations see what earlier ones did. */
static int perform_atomic_semop_slow(struct sem_array *sma, struct sem_queue *q)
{
	struct sembuf *sop, *end = q->sops + q->nsops;
	int result;

	for (sop = q->sops; sop < end; sop++) {
		result = check_sop(sma, q, sop);
		if (result)
			goto take_back;
		apply_sop(sma, q, sop, 1);
	}
	for (sop = q->sops; sop < end; sop++)
		ipc_update_pid(&sma->sems[sop->sem_num].sempid, q->pid);
	return 0;
take_back:
	while (--sop >= q->sops)
		apply_sop(sma, q, sop, -1);
	return result;
}

int perform_atomic_semop(struct sem_array *sma, struct sem_queue *q)
{
	struct sembuf *sop, *end = q->sops + q->nsops;

	if (unlikely(q->dupsop))
		return perform_atomic_semop_slow(sma, q);
	for (sop = q->sops; sop < end; sop++) {
		int result = check_sop(sma, q, sop);

		if (result)
			return result;
	}
	for (sop = q->sops; sop < end; sop++) {
		struct sem *sem = &sma->sems[sop->sem_num];

		apply_sop(sma, q, sop, 1);
		ASSERT(sem->semval >= 0 && sem->semval <= SEMVMX);
		ipc_update_pid(&sem->sempid, q->pid);
	}
	return 0;
}

/* ---- GETNCNT, GETZCNT ---- */

static bool check_qop(const struct sem_queue *q, unsigned short semnum, bool count_zero)
{
	const struct sembuf *sop = q->blocking;

	return sop->sem_num == semnum && (count_zero ? sop->sem_op == 0 : sop->sem_op < 0);
}

static int count_list(const struct list_head *list, unsigned short semnum, bool count_zero)
{
	struct sem_queue *q;
	int count = 0;

	list_for_each_entry (q, list, list)
		count += check_qop(q, semnum, count_zero);
	return count;
}

int count_semcnt(struct sem_array *sma, unsigned short semnum, bool count_zero)
{
	struct sem *sem = &sma->sems[semnum];
	int count = count_list(count_zero ? &sem->pending_const : &sem->pending_alter, semnum,
			       count_zero);

	/* A call that changes one semaphore may be waiting for 0 on another. */
	count += count_list(&sma->pending_alter, semnum, count_zero);
	if (count_zero)
		count += count_list(&sma->pending_const, semnum, true);
	return count;
}
