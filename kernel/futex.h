/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Futexes, for the rest of the roof: what fork, exec and exit owe to user-space locks.
 */
#ifndef CONDUIT_FUTEX_H
#define CONDUIT_FUTEX_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

struct task_struct;

/* fork: a new task holds no robust locks. */
void futex_init_task(struct task_struct *task);
/*
 * The current task leaves its address space (exit, exec), which is still there: the robust locks
 * that it holds get FUTEX_OWNER_DIED and one waiter each is woken.
 */
void futex_exit_release(struct task_struct *task);
void futex_exec_release(struct task_struct *task);
/* Wakes up to nr waiters on that word of the current address space: CLONE_CHILD_CLEARTID. */
void futex_wake_address(void __user *uaddr, int nr);

#endif
