/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel threads: tasks without user memory, children of kthreadd (pid 2).
 * Implemented in kernel/kthread.c. Linux: include/linux/kthread.h.
 */
#ifndef CONDUIT_SCHED_KTHREAD_H
#define CONDUIT_SCHED_KTHREAD_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/err.h"
#include "kernel/locking/sleep.h"

struct task_struct;

/*
 * Makes a stopped thread; wake_up_process() lets it call threadfn(data). It ends when threadfn
 * returns; a thread that somebody stops with kthread_stop() returns only when
 * kthread_should_stop(). ERR_PTR on failure. Sleeps.
 */
__attribute__((format(printf, 3, 4))) struct task_struct *kthread_create(
	int (*threadfn)(void *data), void *data, const char *namefmt, ...);

#define kthread_run(threadfn, data, namefmt, ...)                                                  \
	({                                                                                         \
		struct task_struct *__task = kthread_create(threadfn, data, namefmt,               \
							    ##__VA_ARGS__);                        \
		if (!IS_ERR(__task))                                                               \
			wake_up_process(__task);                                                   \
		__task;                                                                            \
	})

/* Asks the thread to end, waits, returns what threadfn returned (-EINTR when it never ran). */
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);
/* Before it first runs. */
void kthread_bind(struct task_struct *task, unsigned int cpu);

/* The thread that makes the others; kernel/main.c starts it as pid 2. */
int kthreadd(void *unused);
extern struct task_struct *kthreadd_task;

/* Implemented in kernel/fork.c: pid of a new thread that runs fn(arg), or -Exxx. */
pid_t kernel_thread(int (*fn)(void *), void *arg, unsigned long flags);

#endif
