/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource limits of processes.
 *
 * Idea: a soft limit that counts and a hard limit up to which a process may raise it itself; raising
 *   the hard one takes CAP_SYS_RESOURCE. Who uses up the resource checks (rlimit()).
 * Locking: task_lock(group_leader) for writing; readers look at one word.
 * Linux: kernel/sys.c. man 2 getrlimit. Start at: do_prlimit(). Tests: tests/kernel/prlimit.c.
 */
#include "kernel/uapi/resource.h"

#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "fs/file.h"
#include "kernel/syscall.h"

/* task's process is pinned by the caller. new and old may be NULL. */
static int do_prlimit(struct task_struct *task, unsigned int resource, struct rlimit *new,
		      struct rlimit *old)
{
	struct rlimit *rlim;
	int ret = 0;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (new) {
		if (new->rlim_cur > new->rlim_max)
			return -EINVAL;
		if (resource == RLIMIT_NOFILE && new->rlim_max > sysctl_nr_open)
			return -EPERM;
	}
	/* The group leader is stable while nobody can exec or be released. */
	read_lock(&tasklist_lock);
	if (!task->sighand) {
		read_unlock(&tasklist_lock);
		return -ESRCH;
	}
	rlim = &task->signal->rlim[resource];
	task_lock(task->group_leader);
	if (new &&new->rlim_max > rlim->rlim_max && !capable(CAP_SYS_RESOURCE))
		ret = -EPERM;
	if (!ret) {
		if (old)
			*old = *rlim;
		if (new)
			*rlim = *new;
	}
	task_unlock(task->group_leader);
	read_unlock(&tasklist_lock);
	return ret;
}

/* All of the target's ids are ours, or we may do anything. rcu_read_lock() held. */
static int check_prlimit_permission(struct task_struct *task)
{
	const struct cred *cred = current_cred(), *tcred;

	if (current == task)
		return 0;
	tcred = rcu_dereference(task->real_cred);
	if (cred->uid == tcred->euid && cred->uid == tcred->suid && cred->uid == tcred->uid &&
	    cred->gid == tcred->egid && cred->gid == tcred->sgid && cred->gid == tcred->gid)
		return 0;
	return capable(CAP_SYS_RESOURCE) ? 0 : -EPERM;
}

SYSCALL_DEFINE4(prlimit64, pid_t, pid, unsigned int, resource, const struct rlimit64 __user *,
		new_rlim, struct rlimit64 __user *, old_rlim)
{
	struct rlimit64 new64, old64;
	struct rlimit new, old;
	struct task_struct *task;
	int ret;

	if (new_rlim) {
		if (copy_from_user(&new64, new_rlim, sizeof(new64)))
			return -EFAULT;
		new.rlim_cur = new64.rlim_cur;
		new.rlim_max = new64.rlim_max;
	}
	rcu_read_lock();
	task = pid ? find_task_by_pid(pid) : current;
	ret = task ? check_prlimit_permission(task) : -ESRCH;
	if (ret) {
		rcu_read_unlock();
		return ret;
	}
	get_task_struct(task);
	rcu_read_unlock();

	ret = do_prlimit(task, resource, new_rlim ? &new : NULL, old_rlim ? &old : NULL);
	put_task_struct(task);
	if (!ret && old_rlim) {
		old64.rlim_cur = old.rlim_cur;
		old64.rlim_max = old.rlim_max;
		if (copy_to_user(old_rlim, &old64, sizeof(old64)))
			ret = -EFAULT;
	}
	return ret;
}

SYSCALL_DEFINE2(getrlimit, unsigned int, resource, struct rlimit __user *, rlim)
{
	struct rlimit value;
	int ret = do_prlimit(current, resource, NULL, &value);

	if (!ret && copy_to_user(rlim, &value, sizeof(value)))
		ret = -EFAULT;
	return ret;
}

SYSCALL_DEFINE2(setrlimit, unsigned int, resource, struct rlimit __user *, rlim)
{
	struct rlimit new;

	if (copy_from_user(&new, rlim, sizeof(new)))
		return -EFAULT;
	return do_prlimit(current, resource, &new, NULL);
}
