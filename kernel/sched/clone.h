/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a new task is to be: the arguments of fork, clone, clone3 and of kernel threads in one
 * form. Read by kernel/fork.c and by the machine's copy_thread() (kernel/x86/).
 * Linux: include/linux/sched/task.h.
 */
#ifndef CONDUIT_SCHED_CLONE_H
#define CONDUIT_SCHED_CLONE_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"

struct task_struct;

struct kernel_clone_args {
	u64 flags;              /* CLONE_* */
	int __user *pidfd;      /* CLONE_PIDFD stores the descriptor here */
	int __user *child_tid;  /* CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID */
	int __user *parent_tid; /* CLONE_PARENT_SETTID */
	int exit_signal;
	unsigned long stack; /* initial stack pointer, 0: the parent's */
	unsigned long stack_size;
	unsigned long tls; /* CLONE_SETTLS: the FS base */
	size_t set_tid_size;
	bool kthread;      /* a kernel thread for good */
	bool idle;         /* an idle task: no pid, no files */
	int (*fn)(void *); /* start in the kernel here, NULL: return to user mode with 0 */
	void *fn_arg;
};

/*
 * Implemented in kernel/x86/: child is a copy of current with a new kernel stack. Sets up its
 * registers, so that its first switch goes to ret_from_fork, FPU state and TLS. 0 or -errno.
 */
int copy_thread(struct task_struct *child, const struct kernel_clone_args *args);
/* Undoes copy_thread() and is the machine's part of exit. May sleep. */
void exit_thread(struct task_struct *task);
/* *dst = *src, with the machine's state behind the struct saved first. 0 or -errno. */
int arch_dup_task_struct(struct task_struct *dst, struct task_struct *src);
/* Size of a task_struct with the FPU state that this machine's CPUs need behind it. */
size_t arch_task_struct_size(void);

#endif
