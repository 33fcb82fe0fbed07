/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces of tasks: sharing at fork, new ones by clone() and unshare(), the end at exit.
 *
 * Idea: struct nsproxy collects the namespaces, so that the usual fork only takes one reference. A
 *   task that wants a namespace of its own gets a new nsproxy with references to the others.
 * Locking: task->nsproxy is written by the task itself under task_lock(); a uts_namespace's names
 *   are protected by its sem.
 * Sleeps: making and freeing.
 * Linux: kernel/nsproxy.c, utsname.c, fork.c (unshare). UTS only so far; IPC comes with issue 5;
 *   user, pid, mount, network, time and cgroup namespaces are left out (-EINVAL).
 * Start at: copy_namespaces(), ksys_unshare().
 */
#include "kernel/sched/nsproxy.h"

#include "kernel/uapi/sched.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/sched/cred.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs_struct.h"
#include "ipc/ipc.h"

#define NEW_NAMESPACES (CLONE_NEWUTS | CLONE_NEWIPC)

/* uname(2) of an unmodified Linux program must look like Linux: libcs look at the release. */
struct uts_namespace init_uts_ns = {
	.count = REFCOUNT_INIT(2),
	.sem = __RWSEM_INITIALIZER(init_uts_ns.sem),
	.name =
		{
			.sysname = "Linux",
			.nodename = "conduit",
			.release = "6.1.0-conduit",
			.version = "#1 SMP Conduit",
			.machine = "x86_64",
			.domainname = "(none)",
		},
};

struct nsproxy init_nsproxy = {
	.count = REFCOUNT_INIT(2),
	.uts_ns = &init_uts_ns,
};

static void put_uts_ns(struct uts_namespace *ns)
{
	if (refcount_dec_and_test(&ns->count))
		kfree(ns);
}

/* A copy of old with its names of this moment; ERR_PTR(-ENOMEM). */
static struct uts_namespace *clone_uts_ns(struct uts_namespace *old)
{
	struct uts_namespace *ns = kmalloc(sizeof(*ns), GFP_KERNEL);

	if (!ns)
		return ERR_PTR(-ENOMEM);
	refcount_set(&ns->count, 1);
	init_rwsem(&ns->sem);
	down_read(&old->sem);
	ns->name = old->name;
	up_read(&old->sem);
	return ns;
}

static void put_nsproxy(struct nsproxy *ns)
{
	if (!refcount_dec_and_test(&ns->count))
		return;
	put_uts_ns(ns->uts_ns);
	kfree(ns);
}

/* A nsproxy for the current task in which those of flags are new. */
static struct nsproxy *create_new_namespaces(u64 flags)
{
	struct nsproxy *old = current->nsproxy, *new;

	if (flags & CLONE_NEWIPC)
		return ERR_PTR(-EINVAL);
	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return ERR_PTR(-ENOMEM);
	refcount_set(&new->count, 1);
	if (flags & CLONE_NEWUTS) {
		new->uts_ns = clone_uts_ns(old->uts_ns);
		if (IS_ERR(new->uts_ns)) {
			int err = (int)PTR_ERR(new->uts_ns);

			kfree(new);
			return ERR_PTR(err);
		}
	} else {
		refcount_inc(&old->uts_ns->count);
		new->uts_ns = old->uts_ns;
	}
	return new;
}

int copy_namespaces(u64 flags, struct task_struct *child)
{
	struct nsproxy *new;

	if (likely(!(flags & NEW_NAMESPACES))) {
		refcount_inc(&child->nsproxy->count);
		return 0;
	}
	new = create_new_namespaces(flags);
	if (IS_ERR(new))
		return (int)PTR_ERR(new);
	child->nsproxy = new;
	return 0;
}

static void switch_task_namespaces(struct task_struct *task, struct nsproxy *new)
{
	struct nsproxy *old;

	task_lock(task);
	old = task->nsproxy;
	task->nsproxy = new;
	task_unlock(task);
	if (old)
		put_nsproxy(old);
}

void exit_task_namespaces(struct task_struct *task)
{
	switch_task_namespaces(task, NULL);
}

#define UNSHARE_KNOWN                                                                              \
	(CLONE_THREAD | CLONE_FS | CLONE_NEWNS | CLONE_SIGHAND | CLONE_VM | CLONE_FILES |          \
	 CLONE_SYSVSEM | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUSER |              \
	 CLONE_NEWPID | CLONE_NEWCGROUP | CLONE_NEWTIME)
#define UNSHARE_UNSUPPORTED                                                                        \
	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWCGROUP |             \
	 CLONE_NEWTIME)

/* Threads, handlers and memory can only be "unshared" when they are not shared. */
static int check_unshare_flags(unsigned long flags)
{
	if (flags & ~(unsigned long)UNSHARE_KNOWN)
		return -EINVAL;
	if (flags & UNSHARE_UNSUPPORTED)
		return -EINVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && !thread_group_empty(current))
		return -EINVAL;
	if ((flags & (CLONE_SIGHAND | CLONE_VM)) && refcount_read(&current->sighand->count) > 1)
		return -EINVAL;
	if ((flags & CLONE_VM) && atomic_read(&current->mm->mm_users) > 1)
		return -EINVAL;
	return 0;
}

long ksys_unshare(unsigned long flags)
{
	struct nsproxy *new = NULL;
	int ret = check_unshare_flags(flags);

	if (ret)
		return ret;
	if (flags & NEW_NAMESPACES) {
		new = create_new_namespaces(flags);
		if (IS_ERR(new))
			return PTR_ERR(new);
	}
	if (flags & CLONE_FS) {
		ret = unshare_fs_struct();
		if (ret)
			goto out;
	}
	if (flags & CLONE_FILES) {
		ret = unshare_files();
		if (ret)
			goto out;
	}
	if (flags & (CLONE_SYSVSEM | CLONE_NEWIPC))
		exit_sem(current);
	if (new)
		switch_task_namespaces(current, new);
	return 0;
out:
	if (new)
		put_nsproxy(new);
	return ret;
}
