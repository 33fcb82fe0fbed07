// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls of scheduling: policies, priorities, affinity (man 7 sched).
 *
 * Who may do what: a task's owner may make it less urgent; more urgent only within RLIMIT_NICE and
 * RLIMIT_RTPRIO; CAP_SYS_NICE may do everything.
 * Linux: the same calls in kernel/sched/core.c, setpriority in kernel/sys.c.
 */
#include "kernel/syscall.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/policy.h"
#include "kernel/sched/sched.h"

static inline bool rt_policy(unsigned int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool valid_policy(unsigned int policy)
{
	return rt_policy(policy) || policy == SCHED_NORMAL || policy == SCHED_BATCH ||
	       policy == SCHED_IDLE;
}

static unsigned long task_rlimit(const struct task_struct *p, unsigned int limit)
{
	return READ_ONCE(p->signal->rlim[limit].rlim_cur);
}

/* RLIMIT_NICE counts 1 … 40 for nice 19 … -20. */
static bool is_nice_reduction(const struct task_struct *p, int nice)
{
	return (unsigned long)(MAX_NICE - nice + 1) <= task_rlimit(p, RLIMIT_NICE);
}

bool can_nice(const struct task_struct *p, int nice)
{
	return is_nice_reduction(p, nice) || capable(CAP_SYS_NICE);
}

static bool check_same_owner(struct task_struct *p)
{
	const struct cred *pcred;
	bool match;

	rcu_read_lock();
	pcred = __task_cred(p);
	match = current_euid() == pcred->euid || current_euid() == pcred->uid;
	rcu_read_unlock();
	return match;
}

/* A reference to the task; pid 0 is the caller. NULL: nobody. */
static struct task_struct *find_get_process(pid_t pid)
{
	return pid ? find_get_task_by_pid(pid) : get_task_struct(current);
}

/* ---- policy and priority ---- */

static bool setscheduler_needs_privilege(struct task_struct *p, const struct sched_attr *attr)
{
	unsigned int policy = attr->sched_policy;

	if (rt_policy(policy)) {
		unsigned long limit = task_rlimit(p, RLIMIT_RTPRIO);

		if (policy != p->policy && !limit)
			return true;
		if (attr->sched_priority > p->rt_priority && attr->sched_priority > limit)
			return true;
	} else if (attr->sched_nice < task_nice(p) && !is_nice_reduction(p, attr->sched_nice)) {
		return true;
	}
	/* Leaving SCHED_IDLE is like a better nice value. */
	if (p->policy == SCHED_IDLE && policy != SCHED_IDLE && !is_nice_reduction(p, task_nice(p)))
		return true;
	if (p->sched_reset_on_fork && !(attr->sched_flags & SCHED_FLAG_RESET_ON_FORK))
		return true;
	return !check_same_owner(p);
}

static int do_sched_setscheduler(struct task_struct *p, const struct sched_attr *attr)
{
	if (!valid_policy(attr->sched_policy))
		return -EINVAL;
	if (attr->sched_flags & ~(u64)SCHED_FLAG_RESET_ON_FORK)
		return -EINVAL;
	if (attr->sched_priority > MAX_RT_PRIO - 1)
		return -EINVAL;
	if (rt_policy(attr->sched_policy) != (attr->sched_priority != 0))
		return -EINVAL;
	if (setscheduler_needs_privilege(p, attr) && !capable(CAP_SYS_NICE))
		return -EPERM;
	__sched_setscheduler(p, attr);
	return 0;
}

/* policy -1: keep it (sched_setparam). */
static int setscheduler_by_pid(pid_t pid, int policy, struct sched_param __user *uparam)
{
	struct sched_attr attr = { .size = sizeof(attr) };
	struct sched_param param;
	struct task_struct *p;
	int ret;

	if (!uparam || pid < 0)
		return -EINVAL;
	if (copy_from_user(&param, uparam, sizeof(param)))
		return -EFAULT;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	attr.sched_priority = param.sched_priority;
	attr.sched_nice = task_nice(p);
	if (policy == -1) {
		attr.sched_policy = p->policy;
		attr.sched_flags = p->sched_reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	} else {
		attr.sched_policy = policy & ~SCHED_RESET_ON_FORK;
		attr.sched_flags = policy & SCHED_RESET_ON_FORK ? SCHED_FLAG_RESET_ON_FORK : 0;
	}
	ret = do_sched_setscheduler(p, &attr);
	put_task_struct(p);
	return ret;
}

SYSCALL_DEFINE3(sched_setscheduler, pid_t, pid, int, policy, struct sched_param __user *, param)
{
	if (policy < 0)
		return -EINVAL;
	return setscheduler_by_pid(pid, policy, param);
}

SYSCALL_DEFINE2(sched_setparam, pid_t, pid, struct sched_param __user *, param)
{
	return setscheduler_by_pid(pid, -1, param);
}

SYSCALL_DEFINE1(sched_getscheduler, pid_t, pid)
{
	struct task_struct *p;
	int ret;

	if (pid < 0)
		return -EINVAL;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	ret = p->policy | (p->sched_reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	put_task_struct(p);
	return ret;
}

SYSCALL_DEFINE2(sched_getparam, pid_t, pid, struct sched_param __user *, uparam)
{
	struct sched_param param;
	struct task_struct *p;

	if (!uparam || pid < 0)
		return -EINVAL;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	param.sched_priority = rt_policy(p->policy) ? p->rt_priority : 0;
	put_task_struct(p);
	return copy_to_user(uparam, &param, sizeof(param)) ? -EFAULT : 0;
}

/*
 * The struct grows from version to version: a caller's shorter one is extended with zeros, a longer
 * one is accepted while what we do not know is zero, else -E2BIG and our size.
 */
static int sched_copy_attr(struct sched_attr __user *uattr, struct sched_attr *attr)
{
	u32 size;

	memset(attr, 0, sizeof(*attr));
	if (get_user(size, &uattr->size))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto too_big;
	if (copy_from_user(attr, uattr, min_t(size_t, size, sizeof(*attr))))
		return -EFAULT;
	for (u32 i = sizeof(*attr); i < size; i++) {
		char byte;

		if (get_user(byte, (char __user *)uattr + i))
			return -EFAULT;
		if (byte)
			goto too_big;
	}
	if ((attr->sched_flags & (SCHED_FLAG_UTIL_CLAMP_MIN | SCHED_FLAG_UTIL_CLAMP_MAX)) &&
	    size < SCHED_ATTR_SIZE_VER1)
		return -EINVAL;
	attr->sched_nice = clamp(attr->sched_nice, MIN_NICE, MAX_NICE);
	return 0;

too_big:
	put_user((u32)sizeof(*attr), &uattr->size);
	return -E2BIG;
}

SYSCALL_DEFINE3(sched_setattr, pid_t, pid, struct sched_attr __user *, uattr, unsigned int, flags)
{
	struct sched_attr attr;
	struct task_struct *p;
	int ret;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	ret = sched_copy_attr(uattr, &attr);
	if (ret)
		return ret;
	if ((int)attr.sched_policy < 0)
		return -EINVAL;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	if (attr.sched_flags & SCHED_FLAG_KEEP_POLICY)
		attr.sched_policy = p->policy;
	if (attr.sched_flags & SCHED_FLAG_KEEP_PARAMS) {
		attr.sched_priority = rt_policy(p->policy) ? p->rt_priority : 0;
		attr.sched_nice = task_nice(p);
	}
	attr.sched_flags &= ~(u64)(SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_KEEP_PARAMS);
	if (attr.sched_flags & (SCHED_FLAG_UTIL_CLAMP_MIN | SCHED_FLAG_UTIL_CLAMP_MAX))
		ret = -EOPNOTSUPP;
	else
		ret = do_sched_setscheduler(p, &attr);
	put_task_struct(p);
	return ret;
}

SYSCALL_DEFINE4(sched_getattr, pid_t, pid, struct sched_attr __user *, uattr, unsigned int, usize,
		unsigned int, flags)
{
	struct sched_attr attr = {};
	struct task_struct *p;

	if (!uattr || pid < 0 || usize > PAGE_SIZE || usize < SCHED_ATTR_SIZE_VER0 || flags)
		return -EINVAL;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	attr.sched_policy = p->policy;
	attr.sched_flags = p->sched_reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	if (rt_policy(p->policy))
		attr.sched_priority = p->rt_priority;
	else
		attr.sched_nice = task_nice(p);
	put_task_struct(p);
	attr.size = min_t(u32, usize, sizeof(attr));
	return copy_to_user(uattr, &attr, attr.size) ? -EFAULT : 0;
}

SYSCALL_DEFINE1(sched_get_priority_max, int, policy)
{
	if (!valid_policy(policy))
		return -EINVAL;
	return rt_policy(policy) ? MAX_RT_PRIO - 1 : 0;
}

SYSCALL_DEFINE1(sched_get_priority_min, int, policy)
{
	if (!valid_policy(policy))
		return -EINVAL;
	return rt_policy(policy) ? 1 : 0;
}

SYSCALL_DEFINE2(sched_rr_get_interval, pid_t, pid, struct __kernel_timespec __user *, interval)
{
	struct __kernel_timespec ts;
	struct task_struct *p;
	u64 ns;

	if (pid < 0)
		return -EINVAL;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	ns = sched_rr_interval(p);
	put_task_struct(p);
	ts.tv_sec = ns / NSEC_PER_SEC;
	ts.tv_nsec = ns % NSEC_PER_SEC;
	return copy_to_user(interval, &ts, sizeof(ts)) ? -EFAULT : 0;
}

SYSCALL_DEFINE0(sched_yield)
{
	yield();
	return 0;
}

/* ---- nice ---- */

/* 0, or why not; error is what an earlier one of several tasks gave. */
static int set_one_prio(struct task_struct *p, int nice, int error)
{
	if (!check_same_owner(p) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < task_nice(p) && !can_nice(p, nice))
		return -EACCES;
	set_user_nice(p, nice);
	return error == -ESRCH ? 0 : error;
}

/* Calls func for each task that which and who select. Caller holds rcu_read_lock(). */
static int for_each_selected(int which, int who, int (*func)(struct task_struct *, int, int),
			     int arg, int ret)
{
	struct task_struct *p, *t;

	switch (which) {
	case PRIO_PROCESS:
		p = who ? find_task_by_pid(who) : current;
		if (p)
			ret = func(p, arg, ret);
		break;
	case PRIO_PGRP: {
		struct pid *pgrp = who ? find_pid(who) : task_pgrp(current);

		do_each_pid_task(pgrp, PIDTYPE_PGID, p)
		{
			for_each_thread (p, t)
				ret = func(t, arg, ret);
		}
		while_each_pid_task(pgrp, PIDTYPE_PGID, p);
		break;
	}
	case PRIO_USER: {
		uid_t uid = who ? (uid_t)who : current_uid();

		for_each_process_thread (p, t) {
			if (__task_cred(t)->uid == uid)
				ret = func(t, arg, ret);
		}
		break;
	}
	}
	return ret;
}

SYSCALL_DEFINE3(setpriority, int, which, int, who, int, nice)
{
	int ret;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	nice = clamp(nice, MIN_NICE, MAX_NICE);
	rcu_read_lock();
	ret = for_each_selected(which, who, set_one_prio, nice, -ESRCH);
	rcu_read_unlock();
	return ret;
}

static int best_prio(struct task_struct *p, int unused __maybe_unused, int best)
{
	return max(best, MAX_NICE - task_nice(p) + 1);
}

/* 40 … 1 for nice -20 … 19, so that errors stay negative; the library turns it round. */
SYSCALL_DEFINE2(getpriority, int, which, int, who)
{
	int ret;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	rcu_read_lock();
	ret = for_each_selected(which, who, best_prio, 0, -ESRCH);
	rcu_read_unlock();
	return ret;
}

/* ---- CPUs ---- */

SYSCALL_DEFINE3(sched_setaffinity, pid_t, pid, unsigned int, len, unsigned long __user *, umask)
{
	struct task_struct *p;
	u64 mask = 0;
	int ret;

	if (copy_from_user(&mask, umask, min_t(size_t, len, sizeof(mask))))
		return -EFAULT;
	if (pid < 0)
		return -ESRCH;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	if (!check_same_owner(p) && !capable(CAP_SYS_NICE))
		ret = -EPERM;
	else
		ret = set_cpus_allowed_ptr(p, mask);
	put_task_struct(p);
	return ret;
}

/* Returns the bytes stored: the size of the kernel's mask. */
SYSCALL_DEFINE3(sched_getaffinity, pid_t, pid, unsigned int, len, unsigned long __user *, umask)
{
	struct task_struct *p;
	u64 mask;

	if (len * 8ull < nr_cpu_ids || len & (sizeof(long) - 1))
		return -EINVAL;
	if (pid < 0)
		return -ESRCH;
	p = find_get_process(pid);
	if (!p)
		return -ESRCH;
	mask = p->cpus_mask & cpu_online_mask;
	put_task_struct(p);
	return copy_to_user(umask, &mask, sizeof(mask)) ? -EFAULT : (long)sizeof(mask);
}

SYSCALL_DEFINE3(getcpu, unsigned int __user *, cpup, unsigned int __user *, nodep, void __user *,
		unused)
{
	int err = 0;

	(void)unused;
	if (cpup)
		err |= put_user((unsigned int)smp_processor_id(), cpup);
	if (nodep)
		err |= put_user(0u, nodep);
	return err ? -EFAULT : 0;
}
