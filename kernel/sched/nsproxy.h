/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces: what a group of tasks sees as "the" host name or "the" IPC objects. A task holds one
 * reference to a struct nsproxy, which holds one to each namespace; tasks that see the same things
 * share it. Implemented in kernel/nsproxy.c.
 * Linux: include/linux/nsproxy.h, utsname.h (UTS and IPC here).
 */
#ifndef CONDUIT_SCHED_NSPROXY_H
#define CONDUIT_SCHED_NSPROXY_H

#include "kernel/uapi/utsname.h"
#include "kernel/lib/types.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/rwsem.h"
#include "kernel/sched/task.h"

struct ipc_namespace;

/* [S] sem */
struct uts_namespace {
	refcount_t count;
	struct rw_semaphore sem;
	struct new_utsname name; /* [S] */
};

/* Never changes once a task uses it, but for the reference count. */
struct nsproxy {
	refcount_t count;
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns; /* NULL: there are no System V objects yet (issue 5) */
};

extern struct uts_namespace init_uts_ns;
extern struct nsproxy init_nsproxy;

/* Names of the current task's namespace: read them under utsname_lock_read() when they may change. */
static inline struct new_utsname *utsname(void)
{
	return &current->nsproxy->uts_ns->name;
}

/* Fork: shares or, for CLONE_NEW…, makes new ones. 0 or -errno. */
int copy_namespaces(u64 flags, struct task_struct *child);
void exit_task_namespaces(struct task_struct *task);
/* unshare(2). */
long ksys_unshare(unsigned long flags);

#endif
