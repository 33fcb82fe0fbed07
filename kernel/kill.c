/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill and its relatives: whom a process may signal, and how the target is named (process, thread,
 * group, everybody, pidfd).
 *
 * Idea: each call makes a siginfo that says who sends, finds the target under RCU or tasklist_lock,
 *   asks check_kill_permission() and hands over to the queues in signal.c.
 *
 *	kill -> kill_something_info -> kill_proc_info -> kill_pid_info -> group_send_sig_info
 *	                            -> __kill_pgrp_info ---------------> (each process)
 *	tkill, tgkill -> do_tkill -> do_send_specific -> do_send_sig_info (one thread)
 *
 * Rules: 1. A target that does not exist is ESRCH, before anything else is wrong. 2. A zombie
 *   exists. 3. User space cannot pretend to be the kernel: si_code >= 0 and SI_TKILL only to itself.
 * Locking: tasklist_lock (reading) while a group or all processes are signalled, so that a fork
 *   cannot slip through; RCU for a single target.
 * Linux: kernel/signal.c. man 2 kill, tgkill, rt_sigqueueinfo, pidfd_send_signal.
 * Start at: kill_something_info(). Tests: tests/kernel/sig_kill_targets.c.
 */
#include "kernel/signal_internal.h"

#include "kernel/lib/err.h"
#include "kernel/sched/cred.h"
#include "kernel/x86/uaccess.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/proc/proc.h"
#include "kernel/pidfd.h"
#include "kernel/syscall.h"

#define SIGINFO_USED 48 /* bytes of struct siginfo that have a meaning with some si_code */

/* The target's effective uid plays no part. */
static bool kill_ok_by_cred(struct task_struct *task)
{
	const struct cred *cred = current_cred();
	const struct cred *tcred;
	bool ok;

	rcu_read_lock();
	tcred = rcu_dereference(task->real_cred);
	ok = cred->euid == tcred->suid || cred->euid == tcred->uid || cred->uid == tcred->suid ||
	     cred->uid == tcred->uid;
	rcu_read_unlock();
	return ok || capable(CAP_KILL);
}

/* rcu_read_lock() or tasklist_lock held. */
int check_kill_permission(int sig, struct siginfo *info, struct task_struct *task)
{
	if (!valid_signal(sig))
		return -EINVAL;
	if (!si_fromuser(info))
		return 0;
	if (same_thread_group(current, task) || kill_ok_by_cred(task))
		return 0;
	/* A shell may continue its jobs whoever they have become. */
	if (sig == SIGCONT && task_session(task) && task_session(task) == task_session(current))
		return 0;
	return -EPERM;
}

int group_send_sig_info(int sig, struct siginfo *info, struct task_struct *task, enum pid_type type)
{
	int ret;

	rcu_read_lock();
	ret = check_kill_permission(sig, info, task);
	rcu_read_unlock();
	if (!ret && sig)
		ret = do_send_sig_info(sig, info, task, type);
	return ret;
}

int __kill_pgrp_info(int sig, struct siginfo *info, struct pid *pgrp)
{
	struct task_struct *task;
	int ret = -ESRCH;
	bool success = false;

	do_each_pid_task(pgrp, PIDTYPE_PGID, task)
	{
		int err = group_send_sig_info(sig, info, task, PIDTYPE_PGID);

		success |= !err;
		ret = err;
	}
	while_each_pid_task(pgrp, PIDTYPE_PGID, task);
	return success ? 0 : ret;
}

int kill_pgrp(struct pid *pid, int sig, int priv)
{
	int ret;

	read_lock(&tasklist_lock);
	ret = __kill_pgrp_info(sig, priv ? SEND_SIG_PRIV : SEND_SIG_NOINFO, pid);
	read_unlock(&tasklist_lock);
	return ret;
}

/* pid may name any thread: the signal goes to its process, that thread gets first chance. */
int kill_pid_info(int sig, struct siginfo *info, struct pid *pid)
{
	struct task_struct *task;
	int ret;

	for (;;) {
		ret = -ESRCH;
		rcu_read_lock();
		task = pid_task(pid, PIDTYPE_PID);
		if (task)
			ret = group_send_sig_info(sig, info, task, PIDTYPE_TGID);
		rcu_read_unlock();
		/* The task was there but has just gone: a thread in exec has taken its number. */
		if (!task || ret != -ESRCH)
			return ret;
		cpu_relax();
	}
}

int kill_pid(struct pid *pid, int sig, int priv)
{
	return kill_pid_info(sig, priv ? SEND_SIG_PRIV : SEND_SIG_NOINFO, pid);
}

int kill_pid_info_as_cred(int sig, struct siginfo *info, struct pid *pid, const struct cred *cred)
{
	const struct cred *tcred;
	struct task_struct *task;
	unsigned long flags;
	int ret = -EPERM;

	if (!valid_signal(sig))
		return -EINVAL;
	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_PID);
	if (!task) {
		ret = -ESRCH;
		goto out;
	}
	tcred = rcu_dereference(task->real_cred);
	if (si_fromuser(info) && cred->euid != tcred->suid && cred->euid != tcred->uid &&
	    cred->uid != tcred->suid && cred->uid != tcred->uid &&
	    !(cred->cap_effective & (1ull << CAP_KILL)))
		goto out;
	ret = 0;
	if (sig) {
		ret = -ESRCH;
		if (lock_task_sighand(task, &flags)) {
			ret = __send_signal_locked(sig, info, task, PIDTYPE_TGID, false);
			unlock_task_sighand(task, &flags);
		}
	}
out:
	rcu_read_unlock();
	return ret;
}

/* Ctrl-Alt-Del and the like: to init. */
int kill_cad_pid(int sig, int priv)
{
	return init_process ? kill_pid(task_tgid(init_process), sig, priv) : -ESRCH;
}

static int kill_proc_info(int sig, struct siginfo *info, pid_t pid)
{
	int ret;

	rcu_read_lock();
	ret = kill_pid_info(sig, info, find_pid(pid));
	rcu_read_unlock();
	return ret;
}

/* Everybody but init and the sender's own process. */
static int kill_everybody(int sig, struct siginfo *info)
{
	struct task_struct *task;
	int ret = 0, count = 0;

	for_each_process (task) {
		int err;

		if (task->tgid <= 1 || same_thread_group(task, current))
			continue;
		err = group_send_sig_info(sig, info, task, PIDTYPE_MAX);
		count++;
		if (err != -EPERM)
			ret = err;
	}
	return count ? ret : -ESRCH;
}

static int kill_something_info(int sig, struct siginfo *info, pid_t pid)
{
	int ret;

	if (pid > 0)
		return kill_proc_info(sig, info, pid);
	/* -INT_MIN is no number. */
	if (pid == (-2147483647 - 1))
		return -ESRCH;
	read_lock(&tasklist_lock);
	if (pid == -1)
		ret = kill_everybody(sig, info);
	else
		ret = __kill_pgrp_info(sig, info, pid ? find_pid(-pid) : task_pgrp(current));
	read_unlock(&tasklist_lock);
	return ret;
}

/* The siginfo of kill() and tkill(). */
static void prepare_kill_siginfo(int sig, struct siginfo *info, int code)
{
	clear_siginfo(info);
	info->si_signo = sig;
	info->si_code = code;
	info->si_pid = current->tgid;
	info->si_uid = current_uid();
}

SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)
{
	struct siginfo info;

	prepare_kill_siginfo(sig, &info, SI_USER);
	return kill_something_info(sig, &info, pid);
}

/* To one thread; tgid <= 0: of whatever process. */
static int do_send_specific(pid_t tgid, pid_t pid, int sig, struct siginfo *info)
{
	struct task_struct *task;
	int ret = -ESRCH;

	rcu_read_lock();
	task = find_task_by_pid(pid);
	if (task && (tgid <= 0 || task->tgid == tgid)) {
		ret = check_kill_permission(sig, info, task);
		if (!ret && sig) {
			ret = do_send_sig_info(sig, info, task, PIDTYPE_PID);
			/* It died between: as if the signal had come just before. */
			if (ret == -ESRCH)
				ret = 0;
		}
	}
	rcu_read_unlock();
	return ret;
}

static int do_tkill(pid_t tgid, pid_t pid, int sig)
{
	struct siginfo info;

	prepare_kill_siginfo(sig, &info, SI_TKILL);
	return do_send_specific(tgid, pid, sig, &info);
}

SYSCALL_DEFINE3(tgkill, pid_t, tgid, pid_t, pid, int, sig)
{
	if (pid <= 0 || tgid <= 0)
		return -EINVAL;
	return do_tkill(tgid, pid, sig);
}

SYSCALL_DEFINE2(tkill, pid_t, pid, int, sig)
{
	if (pid <= 0)
		return -EINVAL;
	return do_tkill(0, pid, sig);
}

/*
 * Pure: do we know which fields that code has? The numbers of si_code > 0 by signal, those that
 * Linux 6.1 knows.
 */
static bool known_siginfo_layout(int sig, int code)
{
	static const unsigned char limit[_NSIG + 1] = {
		[SIGILL] = 11, [SIGFPE] = 15, [SIGSEGV] = 9, [SIGBUS] = 5,
		[SIGTRAP] = 6, [SIGCHLD] = 6, [SIGIO] = 6,   [SIGSYS] = 2,
	};

	if (code == SI_KERNEL)
		return true;
	if (code > SI_USER)
		return code <= (valid_signal(sig) && limit[sig] ? limit[sig] : limit[SIGIO]);
	return code >= SI_DETHREAD || code == SI_ASYNCNL;
}

/*
 * Beyond the fields that some siginfo has there is room for later ones. What lies there is not
 * passed on; with a code that we do not know it must be 0.
 */
static int copy_siginfo_from_user(struct siginfo *to, int sig, const struct siginfo __user *from)
{
	unsigned char *tail = (unsigned char *)to + SIGINFO_USED;
	size_t i;

	if (copy_from_user(to, from, sizeof(*to)))
		return -EFAULT;
	to->si_signo = sig;
	if (!known_siginfo_layout(sig, to->si_code)) {
		for (i = 0; i < sizeof(*to) - SIGINFO_USED; i++)
			if (tail[i])
				return -E2BIG;
	}
	memset(tail, 0, sizeof(*to) - SIGINFO_USED);
	return 0;
}

/* Pure: may user space send this siginfo to another process? */
static bool is_forged(const struct siginfo *info)
{
	return info->si_code >= 0 || info->si_code == SI_TKILL;
}

SYSCALL_DEFINE3(rt_sigqueueinfo, pid_t, pid, int, sig, struct siginfo __user *, uinfo)
{
	struct siginfo info;
	int ret = copy_siginfo_from_user(&info, sig, uinfo);

	if (ret)
		return ret;
	if (is_forged(&info) && pid != current->pid)
		return -EPERM;
	return kill_proc_info(sig, &info, pid);
}

SYSCALL_DEFINE4(rt_tgsigqueueinfo, pid_t, tgid, pid_t, pid, int, sig, struct siginfo __user *,
		uinfo)
{
	struct siginfo info;
	int ret = copy_siginfo_from_user(&info, sig, uinfo);

	if (ret)
		return ret;
	if (pid <= 0 || tgid <= 0)
		return -EINVAL;
	if (is_forged(&info) && pid != current->pid)
		return -EPERM;
	return do_send_specific(tgid, pid, sig, &info);
}

/* A pidfd, or a descriptor of the directory /proc/<pid>. With a reference, or ERR_PTR(-EBADF). */
static struct pid *pidfd_to_pid(int pidfd)
{
	struct pid *pid = pidfd_get_pid(pidfd, NULL);
	struct fd f;

	if (!IS_ERR(pid))
		return pid;
	f = fdget(pidfd);
	if (!f.file)
		return pid;
	pid = tgid_pidfd_to_pid(f.file);
	if (!IS_ERR(pid))
		get_pid(pid);
	fdput(f);
	return pid;
}

SYSCALL_DEFINE4(pidfd_send_signal, int, pidfd, int, sig, struct siginfo __user *, uinfo,
		unsigned int, flags)
{
	struct siginfo info;
	struct pid *pid;
	int ret;

	if (flags)
		return -EINVAL;
	pid = pidfd_to_pid(pidfd);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	if (uinfo) {
		int signo;

		ret = -EFAULT;
		if (get_user(signo, &uinfo->si_signo))
			goto out;
		ret = copy_siginfo_from_user(&info, signo, uinfo);
		if (ret)
			goto out;
		ret = -EINVAL;
		if (signo != sig)
			goto out;
		ret = -EPERM;
		if (pid != task_pid(current) && is_forged(&info))
			goto out;
	} else {
		prepare_kill_siginfo(sig, &info, SI_USER);
	}
	ret = kill_pid_info(sig, &info, pid);
out:
	put_pid(pid);
	return ret;
}
