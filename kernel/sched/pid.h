/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Process identifiers. A struct pid outlives the task that it names, so that a holder (a tty's
 * foreground group, an F_SETOWN owner, a pidfd) never signals a stranger that reused the number.
 * One struct pid may name a thread, a thread group, a process group and a session at once.
 *
 * Implemented in kernel/pid.c; the header is here because fs/ and the drivers use it.
 * Linux: include/linux/pid.h (one namespace level here).
 */
#ifndef CONDUIT_SCHED_PID_H
#define CONDUIT_SCHED_PID_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/wait.h"

struct file;
struct task_struct;

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };

#define PID_MAX_DEFAULT 32768

/* [T] tasklist_lock for writing, RCU for reading; [I] never changes. */
struct pid {
	refcount_t count;                     /* references, tasks' included */
	int nr;                               /* [I] the number */
	struct hlist_head tasks[PIDTYPE_MAX]; /* [T] tasks using it, by role */
	wait_queue_head_t wait_pidfd;         /* pollers of pidfds: woken at exit */
	struct rcu_head rcu;
};

extern struct pid init_struct_pid; /* number 0: the idle tasks */

/* Returns ERR_PTR(-EAGAIN) when all numbers are taken, ERR_PTR(-ENOMEM) when out of memory. */
struct pid *alloc_pid(void);
struct pid *get_pid(struct pid *pid);
/* NULL is allowed. */
void put_pid(struct pid *pid);
/* Takes the number out of the map: no later look-up finds it. */
void free_pid(struct pid *pid);

/* Caller holds rcu_read_lock(): no reference is taken. */
struct pid *find_pid(int nr);
struct pid *find_get_pid(int nr);
/* The smallest struct pid with number >= nr, for walking /proc; caller holds rcu_read_lock(). */
struct pid *find_ge_pid(int nr);

/* Caller holds rcu_read_lock() or tasklist_lock. */
struct task_struct *pid_task(struct pid *pid, enum pid_type type);
struct task_struct *find_task_by_pid(int nr);
/* Take a reference to the task: put_task_struct() gives it back. */
struct task_struct *get_pid_task(struct pid *pid, enum pid_type type);
struct task_struct *find_get_task_by_pid(int nr);
struct pid *get_task_pid(struct task_struct *task, enum pid_type type);

/* Caller holds tasklist_lock for writing. */
void attach_pid(struct task_struct *task, enum pid_type type);
void detach_pid(struct task_struct *task, enum pid_type type);
void change_pid(struct task_struct *task, enum pid_type type, struct pid *pid);
void transfer_pid(struct task_struct *old, struct task_struct *new, enum pid_type type);
/* The two tasks swap their thread numbers: exec from a thread that is not the leader. */
void exchange_tids(struct task_struct *left, struct task_struct *right);

extern int pid_max; /* one more than the largest number: /proc/sys/kernel/pid_max */
int last_pid(void); /* the newest number, for /proc/loadavg */

static inline int pid_nr(const struct pid *pid)
{
	return pid ? pid->nr : 0;
}

/*
 * A pidfd, implemented in kernel/pidfd.c: reserves a descriptor and makes the file; the caller does
 * fd_install(), or put_unused_fd() and fput(). The descriptor or -errno.
 */
int pidfd_prepare(struct pid *pid, unsigned int flags, struct file **file);

#define do_each_pid_task(pid, type, task)                                                          \
	do {                                                                                       \
		if ((pid) != NULL)                                                                 \
			hlist_for_each_entry_rcu ((task), &(pid)->tasks[type], pid_links[type])

#define while_each_pid_task(pid, type, task)                                                       \
	}                                                                                          \
	while (0)

#endif
