/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces of tasks: sharing at fork, new ones by clone() and unshare(), the end at exit.
 *
 * Idea: struct nsproxy collects the namespaces, so that the usual fork only takes one reference. A
 *   task that wants a namespace of its own gets a new nsproxy with references to the others.
 * Locking: task->nsproxy is written by the task itself under task_lock(); a uts_namespace's names
 *   are protected by its sem.
 * Sleeps: making and freeing.
 * Linux: kernel/nsproxy.c, utsname.c, fork.c (unshare). user, pid, mount, network, time and cgroup
 *   namespaces are left out (-EINVAL).
 * Start at: copy_namespaces(), ksys_unshare(), setns().
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
#include "fs/nsfs.h"
#include "fs/proc/proc.h"
#include "kernel/pidfd.h"
#include "kernel/syscall.h"
#include "ipc/ipc.h"
#include "ipc/namespace.h"

#define NEW_NAMESPACES (CLONE_NEWUTS | CLONE_NEWIPC)

/* uname(2) of an unmodified Linux program must look like Linux: libcs look at the release. */
struct uts_namespace init_uts_ns = {
	.ns = NS_COMMON_INIT(2, PROC_UTS_INIT_INO, &utsns_operations),
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
	.ipc_ns = &init_ipc_ns,
};

void ns_common_init(struct ns_common *ns, const struct proc_ns_operations *ops)
{
	static atomic_t last = ATOMIC_INIT((int)PROC_IPC_INIT_INO);

	refcount_set(&ns->count, 1);
	ns->inum = (unsigned int)atomic_inc_return(&last);
	ns->ops = ops;
}

static void put_uts_ns(struct uts_namespace *ns)
{
	if (refcount_dec_and_test(&ns->ns.count))
		kfree(ns);
}

/* A copy of old with its names of this moment; ERR_PTR(-ENOMEM). */
static struct uts_namespace *clone_uts_ns(struct uts_namespace *old)
{
	struct uts_namespace *ns = kmalloc(sizeof(*ns), GFP_KERNEL);

	if (!ns)
		return ERR_PTR(-ENOMEM);
	ns_common_init(&ns->ns, &utsns_operations);
	init_rwsem(&ns->sem);
	down_read(&old->sem);
	ns->name = old->name;
	up_read(&old->sem);
	return ns;
}

static struct uts_namespace *copy_utsname(u64 flags, struct uts_namespace *old)
{
	if (flags & CLONE_NEWUTS)
		return clone_uts_ns(old);
	refcount_inc(&old->ns.count);
	return old;
}

static struct ns_common *utsns_get(struct task_struct *task)
{
	struct ns_common *ns = NULL;

	task_lock(task);
	if (task->nsproxy) {
		ns = &task->nsproxy->uts_ns->ns;
		refcount_inc(&ns->count);
	}
	task_unlock(task);
	return ns;
}

static void utsns_put(struct ns_common *ns)
{
	put_uts_ns(container_of(ns, struct uts_namespace, ns));
}

static int utsns_install(struct nsproxy *nsproxy, struct ns_common *new)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	refcount_inc(&new->count);
	put_uts_ns(nsproxy->uts_ns);
	nsproxy->uts_ns = container_of(new, struct uts_namespace, ns);
	return 0;
}

const struct proc_ns_operations utsns_operations = {
	.name = "uts",
	.type = CLONE_NEWUTS,
	.get = utsns_get,
	.put = utsns_put,
	.install = utsns_install,
};

static void put_nsproxy(struct nsproxy *ns)
{
	if (!refcount_dec_and_test(&ns->count))
		return;
	put_uts_ns(ns->uts_ns);
	put_ipc_ns(ns->ipc_ns);
	kfree(ns);
}

/* A nsproxy for the current task in which those of flags are new. */
static struct nsproxy *create_new_namespaces(u64 flags)
{
	struct nsproxy *old = current->nsproxy, *new;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return ERR_PTR(-ENOMEM);
	refcount_set(&new->count, 1);
	new->uts_ns = copy_utsname(flags, old->uts_ns);
	if (IS_ERR(new->uts_ns)) {
		err = (int)PTR_ERR(new->uts_ns);
		goto out_free;
	}
	new->ipc_ns = copy_ipcs(flags, old->ipc_ns);
	if (IS_ERR(new->ipc_ns)) {
		err = (int)PTR_ERR(new->ipc_ns);
		goto out_uts;
	}
	return new;
out_uts:
	put_uts_ns(new->uts_ns);
out_free:
	kfree(new);
	return ERR_PTR(err);
}

int copy_namespaces(u64 flags, struct task_struct *child)
{
	struct nsproxy *new;

	if (likely(!(flags & NEW_NAMESPACES))) {
		refcount_inc(&child->nsproxy->count);
		return 0;
	}
	/* The undo list speaks of sets of the old namespace. */
	if ((flags & (CLONE_NEWIPC | CLONE_SYSVSEM)) == (CLONE_NEWIPC | CLONE_SYSVSEM))
		return -EINVAL;
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
	/* As if it had ended: setns() is different, who comes back finds its segments its own. */
	if (flags & CLONE_NEWIPC)
		exit_shm(current);
	if (new)
		switch_task_namespaces(current, new);
	return 0;
out:
	if (new)
		put_nsproxy(new);
	return ret;
}

/* ---- setns(2) ---- */

/* Those of the namespaces that are not NULL replace the caller's, all or none. */
static int join_namespaces(struct ns_common *const *ns, unsigned int nr)
{
	struct nsproxy *new = create_new_namespaces(0);
	int error = 0;

	if (IS_ERR(new))
		return (int)PTR_ERR(new);
	for (unsigned int i = 0; i < nr && !error; i++)
		if (ns[i])
			error = ns[i]->ops->install(new, ns[i]);
	if (error) {
		put_nsproxy(new);
		return error;
	}
	/* Undo lists speak of sets of the old namespace: they are applied there. */
	for (unsigned int i = 0; i < nr; i++)
		if (ns[i] && ns[i]->ops->type == CLONE_NEWIPC)
			exit_sem(current);
	switch_task_namespaces(current, new);
	return 0;
}

/* That behind a file of /proc/<pid>/ns. nstype 0: of whatever kind. */
static int join_one(struct ns_common *ns, int nstype)
{
	if (!ns || (nstype && ns->ops->type != (unsigned long)nstype))
		return -EINVAL;
	return join_namespaces(&ns, 1);
}

/* Those of a process, as many kinds as flags names. */
static int join_those_of(struct pid *pid, int flags)
{
	static const struct proc_ns_operations *const kinds[] = { &utsns_operations,
								  &ipcns_operations };
	struct ns_common *ns[ARRAY_SIZE(kinds)] = { NULL };
	struct task_struct *task;
	int error = 0;

	if (!flags || (flags & ~NEW_NAMESPACES))
		return -EINVAL;
	task = get_pid_task(pid, PIDTYPE_PID);
	if (!task)
		return -ESRCH;
	if (!proc_may_access(task))
		error = -EPERM;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds) && !error; i++) {
		if (!(flags & kinds[i]->type))
			continue;
		ns[i] = kinds[i]->get(task);
		if (!ns[i])
			error = -ESRCH; /* it has ended */
	}
	put_task_struct(task);
	if (!error)
		error = join_namespaces(ns, ARRAY_SIZE(kinds));
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		if (ns[i])
			kinds[i]->put(ns[i]);
	return error;
}

SYSCALL_DEFINE2(setns, int, fd, int, flags)
{
	struct pid *pid = pidfd_get_pid(fd, NULL);
	struct fd f;
	int error;

	if (!IS_ERR(pid)) {
		error = join_those_of(pid, flags);
		put_pid(pid);
		return error;
	}
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	error = join_one(get_proc_ns(f.file), flags);
	fdput(f);
	return error;
}
