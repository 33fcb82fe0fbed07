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

struct proc_ns_operations;

/* What every kind of namespace begins with. */
struct ns_common {
	refcount_t count;
	unsigned int inum; /* [I] the number in "ipc:[4026531839]" */
	const struct proc_ns_operations *ops;
};

#define NS_COMMON_INIT(n, number, operations)                                                      \
	{                                                                                          \
		.count = REFCOUNT_INIT(n), .inum = (number), .ops = (operations)                   \
	}

/* The numbers of the first namespaces, as on Linux. */
#define PROC_IPC_INIT_INO 0xEFFFFFFFu
#define PROC_UTS_INIT_INO 0xEFFFFFFEu

/* What /proc/<pid>/ns/<name> and setns(2) do with one kind. */
struct proc_ns_operations {
	const char *name;
	unsigned long type; /* CLONE_NEW… */
	/* A reference to the task's, or NULL when it has left already. */
	struct ns_common *(*get)(struct task_struct *task);
	void (*put)(struct ns_common *ns);
	/* Makes it that of a new nsproxy: 0 or -EPERM. */
	int (*install)(struct nsproxy *nsproxy, struct ns_common *ns);
};

/* Implemented in ipc/namespace.c and kernel/nsproxy.c. */
extern const struct proc_ns_operations ipcns_operations, utsns_operations;

/* A reference and a fresh number. */
void ns_common_init(struct ns_common *ns, const struct proc_ns_operations *ops);

/* [S] sem */
struct uts_namespace {
	struct ns_common ns;
	struct rw_semaphore sem;
	struct new_utsname name; /* [S] */
};

/* Never changes once a task uses it, but for the reference count. */
struct nsproxy {
	refcount_t count;
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns; /* ipc/namespace.h */
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
