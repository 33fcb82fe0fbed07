/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who a process is: its numbers, its group, its session.
 *
 * Idea: processes form groups (what a terminal's Ctrl-C hits), groups form sessions (what one login
 *   started). Both are named by the pid of the process that began them, and live on without it.
 * Rules: 1. A session leader's group and session never change. 2. A group lies within one session.
 * Locking: tasklist_lock, for writing when a process moves.
 * Linux: kernel/sys.c. man 2 setpgid, setsid, man 7 credentials.
 * Start at: setpgid. Tests: tests/kernel/sessions.c.
 */
#include "kernel/sched/task.h"

#include "kernel/drivers/tty.h"
#include "kernel/syscall.h"

SYSCALL_DEFINE0(getpid)
{
	return current->tgid;
}

SYSCALL_DEFINE0(gettid)
{
	return current->pid;
}

SYSCALL_DEFINE0(getppid)
{
	pid_t pid;

	rcu_read_lock();
	pid = rcu_dereference(current->real_parent)->tgid;
	rcu_read_unlock();
	return pid;
}

/* May current move p (itself or a child) at all? tasklist_lock held. */
static int may_set_pgid(struct task_struct *p)
{
	struct task_struct *leader = current->group_leader;

	if (!thread_group_leader(p))
		return -EINVAL;
	if (same_thread_group(p->real_parent, leader)) {
		if (task_session(p) != task_session(leader))
			return -EPERM;
		/* It runs its own program now: too late. */
		if (!(p->flags & PF_FORKNOEXEC))
			return -EACCES;
	} else if (p != leader) {
		return -ESRCH;
	}
	return p->signal->leader ? -EPERM : 0;
}

SYSCALL_DEFINE2(setpgid, pid_t, pid, pid_t, pgid)
{
	struct task_struct *leader = current->group_leader, *p, *member;
	struct pid *pgrp;
	int ret;

	if (!pid)
		pid = leader->pid;
	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;

	write_lock_irq(&tasklist_lock);
	ret = -ESRCH;
	p = find_task_by_pid(pid);
	if (!p)
		goto out;
	ret = may_set_pgid(p);
	if (ret)
		goto out;
	pgrp = task_pid(p);
	if (pgid != pid) {
		/* Join a group of the same session. */
		ret = -EPERM;
		pgrp = find_pid(pgid);
		member = pid_task(pgrp, PIDTYPE_PGID);
		if (!member || task_session(member) != task_session(leader))
			goto out;
	}
	if (task_pgrp(p) != pgrp)
		change_pid(p, PIDTYPE_PGID, pgrp);
	ret = 0;
out:
	write_unlock_irq(&tasklist_lock);
	return ret;
}

/* The group (or session) of a process by number, 0: the caller's. */
static long get_group(pid_t pid, enum pid_type type)
{
	struct task_struct *p;
	long ret = -ESRCH;

	rcu_read_lock();
	p = pid ? find_task_by_pid(pid) : current;
	if (p)
		ret = pid_nr(rcu_dereference(p->signal->pids[type]));
	rcu_read_unlock();
	/* It has just ended. */
	return ret ? ret : -ESRCH;
}

SYSCALL_DEFINE1(getpgid, pid_t, pid)
{
	return get_group(pid, PIDTYPE_PGID);
}

SYSCALL_DEFINE0(getpgrp)
{
	return get_group(0, PIDTYPE_PGID);
}

SYSCALL_DEFINE1(getsid, pid_t, pid)
{
	return get_group(pid, PIDTYPE_SID);
}

SYSCALL_DEFINE0(setsid)
{
	struct task_struct *leader = current->group_leader;
	struct pid *sid = task_pid(leader);
	long ret = -EPERM;

	write_lock_irq(&tasklist_lock);
	/* A leader already; or somebody else's group has our number. */
	if (leader->signal->leader || pid_task(sid, PIDTYPE_PGID))
		goto out;
	leader->signal->leader = true;
	if (task_session(leader) != sid)
		change_pid(leader, PIDTYPE_SID, sid);
	if (task_pgrp(leader) != sid)
		change_pid(leader, PIDTYPE_PGID, sid);
	proc_clear_tty(leader);
	ret = pid_nr(sid);
out:
	write_unlock_irq(&tasklist_lock);
	return ret;
}
