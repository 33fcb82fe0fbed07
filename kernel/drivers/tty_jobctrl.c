// SPDX-License-Identifier: GPL-2.0-only
/*
 * Controlling terminals and job control.
 *
 * Idea: a session may have one controlling terminal, a terminal one session. Of the session's
 * process groups one is in the foreground (ctrl.pgrp): it gets Ctrl-C, and it alone may read. A
 * process of another group that reads, or changes settings, is stopped by SIGTTIN or SIGTTOU until
 * the shell puts its group into the foreground. A group without a parent in the same session that
 * could do so is orphaned: it gets -EIO instead of a stop that nobody would end.
 *
 * Data: signal_struct.tty [siglock] is a reference to the terminal, ctrl.session and ctrl.pgrp
 * [ctrl.lock] are references to pids.
 * Locking: tasklist_lock -> siglock -> ctrl.lock. tty_mutex before all of them where a terminal is
 * taken, so that two sessions do not get the same.
 * Linux: drivers/tty/tty_jobctrl.c. man 4 tty, man 7 credentials.
 */
#include "kernel/drivers/tty.h"
#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/lib/bitops.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "fs/fs.h"
#include "fs/proc/tty.h"

struct pid *tty_get_pgrp(struct tty_struct *tty)
{
	unsigned long flags;
	struct pid *pgrp;

	spin_lock_irqsave(&tty->ctrl.lock, flags);
	pgrp = tty->ctrl.pgrp ? get_pid(tty->ctrl.pgrp) : NULL;
	spin_unlock_irqrestore(&tty->ctrl.lock, flags);
	return pgrp;
}

/* With a reference, or NULL. */
static struct pid *tty_get_session(struct tty_struct *tty)
{
	unsigned long flags;
	struct pid *session;

	spin_lock_irqsave(&tty->ctrl.lock, flags);
	session = tty->ctrl.session ? get_pid(tty->ctrl.session) : NULL;
	spin_unlock_irqrestore(&tty->ctrl.lock, flags);
	return session;
}

static struct pid *session_of_pid(struct pid *pgrp)
{
	struct task_struct *task;
	struct pid *sid = NULL;

	rcu_read_lock();
	task = pid_task(pgrp, PIDTYPE_PGID);
	if (task)
		sid = task_session(task);
	rcu_read_unlock();
	return sid;
}

struct tty_struct *get_current_tty(void)
{
	struct tty_struct *tty;
	unsigned long flags;

	spin_lock_irqsave(&current->sighand->siglock, flags);
	tty = tty_kref_get(current->signal->tty);
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return tty;
}

dev_t tty_devnum(struct tty_struct *tty)
{
	return MKDEV(tty->driver->major, tty->driver->minor_start + tty->index);
}

int tty_pgrp_nr(struct tty_struct *tty)
{
	unsigned long flags;
	int nr;

	spin_lock_irqsave(&tty->ctrl.lock, flags);
	nr = tty->ctrl.pgrp ? pid_nr(tty->ctrl.pgrp) : -1;
	spin_unlock_irqrestore(&tty->ctrl.lock, flags);
	return nr;
}

void proc_tty_info(struct task_struct *task, int *tty_nr, int *tpgid)
{
	struct tty_struct *tty = NULL;
	unsigned long flags;

	*tty_nr = 0;
	*tpgid = -1;
	if (lock_task_sighand(task, &flags)) {
		tty = tty_kref_get(task->signal->tty);
		unlock_task_sighand(task, &flags);
	}
	if (!tty)
		return;
	*tty_nr = (int)new_encode_dev(tty_devnum(tty));
	*tpgid = tty_pgrp_nr(tty);
	tty_kref_put(tty);
}

/* ---- may this process use the terminal now? ---- */

/* 0, or after a stop signal -ERESTARTSYS, or -EIO. */
int __tty_check_change(struct tty_struct *tty, int sig)
{
	struct pid *pgrp, *tty_pgrp;
	int ret = 0;

	if (current->signal->tty != tty)
		return 0;
	rcu_read_lock();
	pgrp = get_pid(task_pgrp(current));
	rcu_read_unlock();
	tty_pgrp = tty_get_pgrp(tty);
	if (!tty_pgrp || pgrp == tty_pgrp)
		goto out;
	if (sig_current_ignored_or_blocked(sig)) {
		if (sig == SIGTTIN)
			ret = -EIO;
	} else if (is_current_pgrp_orphaned()) {
		ret = -EIO;
	} else {
		kill_pgrp(pgrp, sig, 1);
		set_tsk_thread_flag(current, TIF_SIGPENDING);
		ret = -ERESTARTSYS;
	}
out:
	put_pid(tty_pgrp);
	put_pid(pgrp);
	return ret;
}

int tty_check_change(struct tty_struct *tty)
{
	return __tty_check_change(tty, SIGTTOU);
}

/* ---- taking and giving up a controlling terminal ---- */

/* The terminal becomes current's. tty_mutex held. */
static void proc_set_tty(struct tty_struct *tty)
{
	struct pid *old_pgrp, *old_session;
	struct tty_struct *old_tty;
	unsigned long flags;

	read_lock(&tasklist_lock);
	spin_lock_irqsave(&current->sighand->siglock, flags);
	spin_lock(&tty->ctrl.lock);
	old_pgrp = tty->ctrl.pgrp;
	old_session = tty->ctrl.session;
	tty->ctrl.pgrp = get_pid(task_pgrp(current));
	tty->ctrl.session = get_pid(task_session(current));
	spin_unlock(&tty->ctrl.lock);
	old_tty = current->signal->tty;
	current->signal->tty = tty_kref_get(tty);
	put_pid(current->signal->tty_old_pgrp);
	current->signal->tty_old_pgrp = NULL;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	read_unlock(&tasklist_lock);
	put_pid(old_pgrp);
	put_pid(old_session);
	tty_kref_put(old_tty);
}

/* A session leader without terminal opens one that is nobody's: it gets it. */
void tty_open_proc_set_tty(struct file *file, struct tty_struct *tty)
{
	mutex_lock(&tty_mutex);
	if (current->signal->leader && !current->signal->tty && !tty->ctrl.session &&
	    tty->driver->subtype != PTY_TYPE_MASTER && (file->f_mode & FMODE_READ) &&
	    !tty_hung_up_p(file))
		proc_set_tty(tty);
	mutex_unlock(&tty_mutex);
}

void proc_clear_tty(struct task_struct *task)
{
	struct tty_struct *tty;
	unsigned long flags;

	spin_lock_irqsave(&task->sighand->siglock, flags);
	tty = task->signal->tty;
	task->signal->tty = NULL;
	spin_unlock_irqrestore(&task->sighand->siglock, flags);
	tty_kref_put(tty);
}

/* Nobody in the session has a terminal any more. */
static void session_clear_tty(struct pid *session)
{
	struct task_struct *task;

	read_lock(&tasklist_lock);
	do_each_pid_task(session, PIDTYPE_SID, task)
	{
		proc_clear_tty(task);
	}
	while_each_pid_task(session, PIDTYPE_SID, task);
	read_unlock(&tasklist_lock);
}

void tty_clear_session(struct tty_struct *tty)
{
	struct pid *session = tty_get_session(tty);

	if (session)
		session_clear_tty(session);
	put_pid(session);
}

/* SIGHUP, so that they end, and SIGCONT, so that stopped ones notice. */
static void hang_up_group(struct pid *pgrp, bool on_exit)
{
	kill_pgrp(pgrp, SIGHUP, on_exit);
	kill_pgrp(pgrp, SIGCONT, on_exit);
}

void disassociate_ctty(int on_exit)
{
	struct pid *old_pgrp = NULL, *session;
	struct tty_struct *tty;

	if (!current->signal->leader)
		return;
	tty = get_current_tty();
	if (tty) {
		if (on_exit && tty->driver->type != TTY_DRIVER_TYPE_PTY) {
			tty_vhangup_session(tty);
		} else {
			struct pid *tty_pgrp = tty_get_pgrp(tty);

			if (tty_pgrp) {
				kill_pgrp(tty_pgrp, SIGHUP, on_exit);
				if (!on_exit)
					kill_pgrp(tty_pgrp, SIGCONT, on_exit);
				put_pid(tty_pgrp);
			}
		}
		tty_kref_put(tty);
	}
	/* A hang-up came before: it left us the group that was in the foreground then. */
	spin_lock_irq(&current->sighand->siglock);
	old_pgrp = current->signal->tty_old_pgrp;
	current->signal->tty_old_pgrp = NULL;
	tty = tty_kref_get(current->signal->tty);
	spin_unlock_irq(&current->sighand->siglock);
	if (old_pgrp && !tty && on_exit)
		hang_up_group(old_pgrp, true);
	put_pid(old_pgrp);

	if (tty) {
		struct pid *pgrp;

		pgrp = session = NULL;
		rcu_read_lock();
		spin_lock_irq(&tty->ctrl.lock);
		/* Unless TIOCSCTTY has given it to another session meanwhile. */
		if (tty->ctrl.session == task_session(current)) {
			swap(pgrp, tty->ctrl.pgrp);
			swap(session, tty->ctrl.session);
		}
		spin_unlock_irq(&tty->ctrl.lock);
		rcu_read_unlock();
		put_pid(pgrp);
		put_pid(session);
		tty_kref_put(tty);
	}
	rcu_read_lock();
	session = get_pid(task_session(current));
	rcu_read_unlock();
	session_clear_tty(session);
	put_pid(session);
}

void tty_signal_session_leader(struct tty_struct *tty, bool exit_session)
{
	struct pid *session, *pgrp, *tty_pgrp;
	struct task_struct *task;
	unsigned long flags;
	int refs = 0;

	spin_lock_irqsave(&tty->ctrl.lock, flags);
	session = tty->ctrl.session;
	tty_pgrp = tty->ctrl.pgrp;
	tty->ctrl.session = tty->ctrl.pgrp = NULL;
	spin_unlock_irqrestore(&tty->ctrl.lock, flags);
	if (session) {
		read_lock(&tasklist_lock);
		do_each_pid_task(session, PIDTYPE_SID, task)
		{
			spin_lock_irqsave(&task->sighand->siglock, flags);
			if (task->signal->tty == tty) {
				task->signal->tty = NULL;
				refs++;
			}
			if (task->signal->leader) {
				pgrp = task->signal->tty_old_pgrp;
				task->signal->tty_old_pgrp = tty_pgrp ? get_pid(tty_pgrp) : NULL;
				put_pid(pgrp);
			}
			spin_unlock_irqrestore(&task->sighand->siglock, flags);
			if (task->signal->leader) {
				do_send_sig_info(SIGHUP, SEND_SIG_PRIV, task, PIDTYPE_TGID);
				do_send_sig_info(SIGCONT, SEND_SIG_PRIV, task, PIDTYPE_TGID);
			}
		}
		while_each_pid_task(session, PIDTYPE_SID, task);
		read_unlock(&tasklist_lock);
	}
	if (tty_pgrp && exit_session)
		kill_pgrp(tty_pgrp, SIGHUP, exit_session);
	put_pid(session);
	put_pid(tty_pgrp);
	while (refs--)
		tty_kref_put(tty);
}

/* ---- ioctls ---- */

/* TIOCSCTTY; arg 1 with CAP_SYS_ADMIN: take it from another session. */
static int tiocsctty(struct tty_struct *tty, struct file *file, unsigned long arg)
{
	int ret = 0;

	mutex_lock(&tty_mutex);
	if (current->signal->leader && tty->ctrl.session == task_session(current))
		goto out;
	if (!current->signal->leader || current->signal->tty) {
		ret = -EPERM;
		goto out;
	}
	if (tty->ctrl.session) {
		if (arg != 1 || !capable(CAP_SYS_ADMIN)) {
			ret = -EPERM;
			goto out;
		}
		tty_clear_session(tty);
	}
	if (!(file->f_mode & FMODE_READ) && !capable(CAP_SYS_ADMIN)) {
		ret = -EPERM;
		goto out;
	}
	proc_set_tty(tty);
out:
	mutex_unlock(&tty_mutex);
	return ret;
}

static int tiocgpgrp(struct tty_struct *tty, struct tty_struct *real_tty, int __user *p)
{
	/* A master may ask about its slave; others only about their own terminal. */
	if (tty == real_tty && current->signal->tty != real_tty)
		return -ENOTTY;
	return put_user(max(tty_pgrp_nr(real_tty), 0), p);
}

static int tiocspgrp(struct tty_struct *tty, struct tty_struct *real_tty, int __user *p)
{
	int ret = tty_check_change(real_tty);
	struct pid *pgrp;
	int nr;

	if (ret == -EIO)
		return -ENOTTY;
	if (ret)
		return ret;
	if (get_user(nr, p))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	if (!current->signal->tty || current->signal->tty != real_tty ||
	    real_tty->ctrl.session != task_session(current))
		return -ENOTTY;
	pgrp = find_get_pid(nr);
	if (!pgrp)
		return -ESRCH;
	if (session_of_pid(pgrp) != task_session(current)) {
		put_pid(pgrp);
		return -EPERM;
	}
	spin_lock_irq(&real_tty->ctrl.lock);
	swap(pgrp, real_tty->ctrl.pgrp);
	spin_unlock_irq(&real_tty->ctrl.lock);
	put_pid(pgrp);
	return 0;
}

static int tiocgsid(struct tty_struct *tty, struct tty_struct *real_tty, int __user *p)
{
	unsigned long flags;
	int nr;

	if (tty == real_tty && current->signal->tty != real_tty)
		return -ENOTTY;
	spin_lock_irqsave(&real_tty->ctrl.lock, flags);
	nr = real_tty->ctrl.session ? pid_nr(real_tty->ctrl.session) : -1;
	spin_unlock_irqrestore(&real_tty->ctrl.lock, flags);
	return nr < 0 ? -ENOTTY : put_user(nr, p);
}

int tty_jobctrl_ioctl(struct tty_struct *tty, struct tty_struct *real_tty, struct file *file,
		      unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCNOTTY:
		if (current->signal->tty != tty)
			return -ENOTTY;
		if (current->signal->leader)
			disassociate_ctty(0);
		proc_clear_tty(current);
		return 0;
	case TIOCSCTTY:
		return tiocsctty(real_tty, file, arg);
	case TIOCGPGRP:
		return tiocgpgrp(tty, real_tty, (int __user *)arg);
	case TIOCSPGRP:
		return tiocspgrp(tty, real_tty, (int __user *)arg);
	case TIOCGSID:
		return tiocgsid(tty, real_tty, (int __user *)arg);
	}
	return -ENOIOCTLCMD;
}
