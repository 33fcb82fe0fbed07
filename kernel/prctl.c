/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prctl: settings of the calling thread or process that have no call of their own.
 *
 * Idea: one case per operation; those about capabilities are in kernel/capability.c. An operation
 *   that is not here is EINVAL, as for an operation that a Linux kernel does not know.
 * Linux: kernel/sys.c. man 2 prctl. Tests: tests/kernel/prctl.c.
 */
#include "kernel/uapi/prctl.h"

#include "kernel/lib/string.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "kernel/capability.h"
#include "kernel/signal_internal.h"
#include "kernel/syscall.h"

static long prctl_set_name(const char __user *name)
{
	char comm[TASK_COMM_LEN];

	comm[TASK_COMM_LEN - 1] = '\0';
	if (strncpy_from_user(comm, name, TASK_COMM_LEN - 1) < 0)
		return -EFAULT;
	set_task_comm(current, comm);
	return 0;
}

static long prctl_get_name(char __user *name)
{
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, current);
	return copy_to_user(name, comm, sizeof(comm)) ? -EFAULT : 0;
}

/* The descendants that exist learn that an ancestor adopts orphans; later ones inherit it. */
static void set_child_subreaper(bool on)
{
	struct signal_struct *sig = current->signal;
	struct task_struct *p, *a;

	sig->is_child_subreaper = on;
	if (!on)
		return;
	write_lock_irq(&tasklist_lock);
	for_each_process (p) {
		for (a = p->real_parent; a != &init_task; a = a->real_parent) {
			if (same_thread_group(a, current)) {
				p->signal->has_child_subreaper = true;
				break;
			}
		}
	}
	write_unlock_irq(&tasklist_lock);
}

SYSCALL_DEFINE5(prctl, int, option, unsigned long, arg2, unsigned long, arg3, unsigned long, arg4,
		unsigned long, arg5)
{
	struct task_struct *me = current;
	long ret = cap_task_prctl(option, arg2, arg3, arg4, arg5);

	if (ret != -ENOSYS)
		return ret;

	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg2 > _NSIG)
			return -EINVAL;
		me->pdeath_signal = (int)arg2;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(me->pdeath_signal, (int __user *)arg2);
	case PR_GET_DUMPABLE:
		return me->dumpable;
	case PR_SET_DUMPABLE:
		if (arg2 > 1)
			return -EINVAL;
		me->dumpable = (int)arg2;
		return 0;
	case PR_SET_NAME:
		return prctl_set_name((const char __user *)arg2);
	case PR_GET_NAME:
		return prctl_get_name((char __user *)arg2);
	case PR_SET_TIMERSLACK:
		me->timer_slack_ns = (long)arg2 <= 0 ? 50000 : arg2;
		return 0;
	case PR_GET_TIMERSLACK:
		return (long)me->timer_slack_ns;
	case PR_SET_CHILD_SUBREAPER:
		set_child_subreaper(arg2);
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)me->signal->is_child_subreaper, (int __user *)arg2);
	case PR_SET_NO_NEW_PRIVS:
		if (arg2 != 1 || arg3 || arg4 || arg5)
			return -EINVAL;
		me->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		if (arg2 || arg3 || arg4 || arg5)
			return -EINVAL;
		return me->no_new_privs;
	case PR_GET_TID_ADDRESS:
		return put_user(me->clear_child_tid, (int __user *__user *)arg2);
	default:
		return -EINVAL;
	}
}
