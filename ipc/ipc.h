/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a task's life owes to System V IPC: semaphore undo lists are shared or fresh at clone(),
 * and applied at exit; segments that a task created are looked after at its end.
 *
 * There are no System V objects yet (issue 5 builds them), so nobody has any: a task's undo list
 * and its list of segments are always empty, and these calls have nothing to do.
 */
#ifndef CONDUIT_IPC_IPC_H
#define CONDUIT_IPC_IPC_H

#include "kernel/lib/types.h"

struct task_struct;

/* CLONE_SYSVSEM shares the undo list. 0 or -ENOMEM. */
static inline int copy_semundo(u64 clone_flags __maybe_unused,
			       struct task_struct *child __maybe_unused)
{
	return 0;
}

/* Applies the undo values of a task that is the last with its list. Sleeps. */
static inline void exit_sem(struct task_struct *task __maybe_unused)
{
}

/* Segments that the task created lose their creator. Sleeps. */
static inline void exit_shm(struct task_struct *task __maybe_unused)
{
}

#endif
