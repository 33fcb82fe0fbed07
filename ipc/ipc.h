/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a task's life owes to System V IPC: semaphore undo lists are shared or fresh at clone(),
 * and applied at exit; segments that a task created are looked after at its end.
 * Implemented in ipc/sem_undo.c and ipc/shm.c.
 */
#ifndef CONDUIT_IPC_IPC_H
#define CONDUIT_IPC_IPC_H

#include "kernel/lib/types.h"

struct task_struct;

/* CLONE_SYSVSEM shares the undo list. 0 or -ENOMEM. */
int copy_semundo(u64 clone_flags, struct task_struct *child);
/* Applies the undo values of a task that is the last with its list. Sleeps. */
void exit_sem(struct task_struct *task);
/* Segments that the task created lose their creator: it ends, or leaves the namespace. Sleeps. */
void exit_shm(struct task_struct *task);

#endif
