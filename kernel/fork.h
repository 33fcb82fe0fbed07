/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making and freeing tasks; the start-up calls of the files around it. For kernel/ only.
 * Linux: include/linux/sched/task.h.
 */
#ifndef CONDUIT_FORK_H
#define CONDUIT_FORK_H

#include "kernel/lib/types.h"
#include "kernel/sched/clone.h"

struct mm_struct;
struct sighand_struct;
struct task_struct;

/* Makes a task as args say and starts it: its pid, or -errno. */
pid_t kernel_clone(struct kernel_clone_args *args);
/* A process that starts in the kernel and becomes a user program by kernel_execve(): pid 1. */
pid_t user_mode_thread(int (*fn)(void *), void *arg, unsigned long flags);
/* The idle task of a CPU other than the boot CPU: not in any list. ERR_PTR on failure. */
struct task_struct *fork_idle(int cpu);

/* exec and exit: wakes joiners of the thread and a parent in vfork(). */
void exit_mm_release(struct task_struct *task, struct mm_struct *mm);
void exec_mm_release(struct task_struct *task, struct mm_struct *mm);

/* Shared between fork.c, exec.c and exit.c. */
void copy_creds(struct task_struct *child);
void exit_creds(struct task_struct *task);
/* Empty, one reference; NULL when out of memory. */
struct sighand_struct *alloc_sighand(void);
void __cleanup_sighand(struct sighand_struct *sighand);
/* Takes a dead task out of all lists and gives its last own reference back. */
void release_task(struct task_struct *task);

/* Start-up, in this order, before the first kernel_thread(). fork_init() calls the others. */
void fork_init(void);
void pid_idr_init(void);
void uid_cache_init(void);
void cred_init(void);
void signals_init(void);

#endif
