// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPC namespaces: made by clone(CLONE_NEWIPC) and unshare(), joined by setns(), destroyed with
 * their last user.
 *
 * Idea: all System V objects hang on a struct ipc_namespace, and so do the names of POSIX message
 *   queues. A new one is empty and has the usual limits, whatever its maker's had. The first one's
 *   POSIX part is set up by mqueue_fs.c, when there are file systems.
 * Rules: 1. Who holds a reference: each nsproxy, each open file of /proc/sysvipc and each open
 *   /proc/<pid>/ns/ipc, each attached shared-memory segment's file. Objects hold none: they end with
 *   the namespace.
 * Locking: nothing but the count; destruction is alone with the namespace, but for RCU readers of
 *   other namespaces' objects, who cannot see ours.
 * Sleeps: making and the last put.
 * Linux: ipc/namespace.c (which frees in a worker, and has user namespaces and ucounts).
 * Start at: copy_ipcs(), put_ipc_ns(). Tests: tests/ipc/ipc_namespaces.c; page: docs/ipc.md.
 */
#include "ipc/namespace.h"

#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/sched.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/sched/cred.h"
#include "mm/slab.h"
#include "ipc/ipc.h"
#include "ipc/util.h"

struct ipc_namespace init_ipc_ns = {
	.ns = NS_COMMON_INIT(2, PROC_IPC_INIT_INO, &ipcns_operations),
};

/* Tables and limits. 0 or -ENOMEM. */
static int setup_ipc_ns(struct ipc_namespace *ns)
{
	int err = sem_init_ns(ns);

	if (err)
		return err;
	err = msg_init_ns(ns);
	if (err)
		goto out_sem;
	err = shm_init_ns(ns);
	if (err)
		goto out_msg;
	return 0;
out_msg:
	msg_exit_ns(ns);
out_sem:
	sem_exit_ns(ns);
	return err;
}

static void exit_sysv_ns(struct ipc_namespace *ns)
{
	sem_exit_ns(ns);
	msg_exit_ns(ns);
	shm_exit_ns(ns);
}

static struct ipc_namespace *create_ipc_ns(void)
{
	struct ipc_namespace *ns = kzalloc(sizeof(*ns), GFP_KERNEL);
	int err;

	if (!ns)
		return ERR_PTR(-ENOMEM);
	ns_common_init(&ns->ns, &ipcns_operations);
	err = setup_ipc_ns(ns);
	if (err)
		goto out;
	err = mq_init_ns(ns);
	if (err)
		goto out_sysv;
	return ns;
out_sysv:
	exit_sysv_ns(ns);
out:
	kfree(ns);
	return ERR_PTR(err);
}

struct ipc_namespace *copy_ipcs(unsigned long flags, struct ipc_namespace *ns)
{
	if (!(flags & CLONE_NEWIPC))
		return get_ipc_ns(ns);
	return create_ipc_ns();
}

void free_ipcs(struct ipc_namespace *ns, struct ipc_ids *ids,
	       void (*free)(struct ipc_namespace *ns, struct kern_ipc_perm *perm))
{
	struct kern_ipc_perm *perm;
	int idx;

	down_write(&ids->rwsem);
	idr_for_each_entry (&ids->ipcs_idr, perm, idx) {
		rcu_read_lock();
		ipc_lock_object(perm);
		free(ns, perm);
	}
	up_write(&ids->rwsem);
}

void put_ipc_ns(struct ipc_namespace *ns)
{
	if (!refcount_dec_and_test(&ns->ns.count))
		return;
	ASSERT(ns != &init_ipc_ns);
	mq_exit_ns(ns);
	exit_sysv_ns(ns);
	kfree(ns);
}

/* ---- /proc/<pid>/ns/ipc and setns() ---- */

static struct ns_common *ipcns_get(struct task_struct *task)
{
	struct ns_common *ns = NULL;

	task_lock(task);
	if (task->nsproxy)
		ns = &get_ipc_ns(task->nsproxy->ipc_ns)->ns;
	task_unlock(task);
	return ns;
}

static void ipcns_put(struct ns_common *ns)
{
	put_ipc_ns(container_of(ns, struct ipc_namespace, ns));
}

/* The caller's undo list speaks of sets of the old namespace: kernel/nsproxy.c applies it first. */
static int ipcns_install(struct nsproxy *nsproxy, struct ns_common *new)
{
	struct ipc_namespace *ns = container_of(new, struct ipc_namespace, ns);

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	get_ipc_ns(ns);
	put_ipc_ns(nsproxy->ipc_ns);
	nsproxy->ipc_ns = ns;
	return 0;
}

const struct proc_ns_operations ipcns_operations = {
	.name = "ipc",
	.type = CLONE_NEWIPC,
	.get = ipcns_get,
	.put = ipcns_put,
	.install = ipcns_install,
};

static int ipc_ns_init(void)
{
	return setup_ipc_ns(&init_ipc_ns);
}
subsys_initcall(ipc_ns_init);
