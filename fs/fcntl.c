// SPDX-License-Identifier: GPL-2.0-only
/*
 * fcntl(2), and SIGIO: who is told that a file is ready.
 *
 * Idea: F_SETOWN names a process or group in file->f_owner; O_ASYNC puts the file on a list of the
 * driver (fasync_helper); the driver's kill_fasync() goes along that list and signals each owner.
 * Locking: f_owner.lock for the owner; fasync_lock for all lists, with interrupts off, since
 * drivers call kill_fasync() from them. f_lock for f_flags, outside fasync_lock.
 * Linux: fs/fcntl.c. Left out: leases, dnotify. Start at: do_fcntl, kill_fasync.
 */
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "fs/pipe.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/poll.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

/* ---- F_SETFL ---- */

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

static int setfl(int fd, struct file *file, unsigned int arg)
{
	struct inode *inode = file_inode(file);
	int error = 0;

	if (((arg ^ file->f_flags) & O_APPEND) && (inode->i_flags & S_APPEND))
		return -EPERM;
	if ((arg & O_NOATIME) && !(file->f_flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	if ((arg & O_DIRECT) && !S_ISFIFO(inode->i_mode))
		return -EINVAL;
	if (file->f_op->check_flags)
		error = file->f_op->check_flags((int)arg);
	if (error)
		return error;
	if (((arg ^ file->f_flags) & FASYNC) && file->f_op->fasync) {
		error = file->f_op->fasync(fd, file, (arg & FASYNC) != 0);
		if (error < 0)
			return error;
	}
	spin_lock(&file->f_lock);
	file->f_flags = (arg & SETFL_MASK) | (file->f_flags & ~(unsigned int)SETFL_MASK);
	spin_unlock(&file->f_lock);
	return 0;
}

/* ---- owners ---- */

static void f_modown(struct file *file, struct pid *pid, enum pid_type type, int force)
{
	unsigned long flags;

	write_lock_irqsave(&file->f_owner.lock, flags);
	if (force || !file->f_owner.pid) {
		put_pid(file->f_owner.pid);
		file->f_owner.pid = get_pid(pid);
		file->f_owner.pid_type = type;
		if (pid) {
			file->f_owner.uid = current_uid();
			file->f_owner.euid = current_euid();
		}
	}
	write_unlock_irqrestore(&file->f_owner.lock, flags);
}

int f_setown(struct file *file, int who, int force)
{
	enum pid_type type = PIDTYPE_TGID;
	struct pid *pid = NULL;
	int ret = 0;

	if (who < 0) {
		if (who == (int)0x80000000)
			return -EINVAL;
		type = PIDTYPE_PGID;
		who = -who;
	}
	rcu_read_lock();
	if (who) {
		pid = find_pid(who);
		if (!pid)
			ret = -ESRCH;
	}
	if (!ret)
		f_modown(file, pid, type, force);
	rcu_read_unlock();
	return ret;
}

int f_getown(struct file *file)
{
	int nr;

	read_lock_irq(&file->f_owner.lock);
	nr = pid_nr(file->f_owner.pid);
	if (file->f_owner.pid_type == PIDTYPE_PGID)
		nr = -nr;
	read_unlock_irq(&file->f_owner.lock);
	return nr;
}

static int f_setown_ex(struct file *file, const struct f_owner_ex __user *arg)
{
	struct f_owner_ex owner;
	struct pid *pid;
	enum pid_type type;
	int ret = 0;

	if (copy_from_user(&owner, arg, sizeof(owner)))
		return -EFAULT;
	switch (owner.type) {
	case F_OWNER_TID:
		type = PIDTYPE_PID;
		break;
	case F_OWNER_PID:
		type = PIDTYPE_TGID;
		break;
	case F_OWNER_PGRP:
		type = PIDTYPE_PGID;
		break;
	default:
		return -EINVAL;
	}
	rcu_read_lock();
	pid = find_pid(owner.pid);
	if (owner.pid && !pid)
		ret = -ESRCH;
	else
		f_modown(file, pid, type, 1);
	rcu_read_unlock();
	return ret;
}

static int f_getown_ex(struct file *file, struct f_owner_ex __user *arg)
{
	struct f_owner_ex owner = { 0 };

	read_lock_irq(&file->f_owner.lock);
	owner.pid = pid_nr(file->f_owner.pid);
	switch (file->f_owner.pid_type) {
	case PIDTYPE_PID:
		owner.type = F_OWNER_TID;
		break;
	case PIDTYPE_TGID:
		owner.type = F_OWNER_PID;
		break;
	default:
		owner.type = F_OWNER_PGRP;
		break;
	}
	read_unlock_irq(&file->f_owner.lock);
	return copy_to_user(arg, &owner, sizeof(owner)) ? -EFAULT : 0;
}

static int f_getowner_uids(struct file *file, uid_t __user *arg)
{
	uid_t uids[2];

	read_lock_irq(&file->f_owner.lock);
	uids[0] = file->f_owner.uid;
	uids[1] = file->f_owner.euid;
	read_unlock_irq(&file->f_owner.lock);
	return copy_to_user(arg, uids, sizeof(uids)) ? -EFAULT : 0;
}

/* ---- SIGIO ---- */

/* si_band for each si_code POLL_IN … POLL_HUP. */
static const long band_table[] = {
	POLLIN | POLLRDNORM,           POLLOUT | POLLWRNORM | POLLWRBAND,
	POLLIN | POLLRDNORM | POLLMSG, POLLERR,
	POLLPRI | POLLRDBAND,          POLLHUP | POLLERR,
};

/* May the owner of the file signal the task? By the ids that it had at F_SETOWN. */
static bool sigio_perm(struct task_struct *task, const struct fown_struct *fown)
{
	const struct cred *cred;
	bool ok;

	rcu_read_lock();
	cred = __task_cred(task);
	ok = fown->euid == 0 || fown->euid == cred->suid || fown->euid == cred->uid ||
	     fown->uid == cred->suid || fown->uid == cred->uid;
	rcu_read_unlock();
	return ok;
}

/* reason: POLL_*, or 0: urgent data, which is SIGURG whatever F_SETSIG said. */
static void send_sigio_to_task(struct task_struct *task, const struct fown_struct *fown, int fd,
			       int reason, enum pid_type type)
{
	int signum = READ_ONCE(fown->signum);

	if (!sigio_perm(task, fown))
		return;
	if (!reason) {
		do_send_sig_info(SIGURG, SEND_SIG_PRIV, task, type);
		return;
	}
	if (signum) {
		struct siginfo si;

		memset(&si, 0, sizeof(si));
		si.si_signo = signum;
		si.si_code = reason;
		si.si_band = band_table[clamp(reason - POLL_IN, 0, 5)];
		si.si_fd = fd;
		if (!do_send_sig_info(signum, &si, task, type))
			return;
		/* The queue is full: the plain signal says "something happened". */
	}
	do_send_sig_info(SIGIO, SEND_SIG_PRIV, task, type);
}

/* False: the file has no owner. */
static bool send_sigio(struct fown_struct *fown, int fd, int band)
{
	struct task_struct *task;
	enum pid_type type;
	unsigned long flags;
	bool owned;

	read_lock_irqsave(&fown->lock, flags);
	type = fown->pid_type;
	owned = fown->pid;
	if (!owned)
		goto out;
	if (type <= PIDTYPE_TGID) {
		rcu_read_lock();
		task = pid_task(fown->pid, PIDTYPE_PID);
		if (task)
			send_sigio_to_task(task, fown, fd, band, type);
		rcu_read_unlock();
	} else {
		read_lock(&tasklist_lock);
		do_each_pid_task(fown->pid, type, task)
		{
			send_sigio_to_task(task, fown, fd, band, type);
		}
		while_each_pid_task(fown->pid, type, task);
		read_unlock(&tasklist_lock);
	}
out:
	read_unlock_irqrestore(&fown->lock, flags);
	return owned;
}

bool send_sigurg(struct file *file)
{
	return send_sigio(&file->f_owner, -1, 0);
}

/* One file on a driver's list. [F] fasync_lock */
struct fasync_struct {
	int fa_fd;                     /* [F] */
	struct fasync_struct *fa_next; /* [F] */
	struct file *fa_file;          /* [F] */
};

static DEFINE_SPINLOCK(fasync_lock);

int fasync_helper(int fd, struct file *file, int on, struct fasync_struct **fapp)
{
	struct fasync_struct *new = NULL, *fa, **fp;
	unsigned long flags;
	int result = 0;

	if (on) {
		new = kmalloc(sizeof(*new), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
	}
	/* The flag says whether the file is on a list: the two change together. */
	spin_lock(&file->f_lock);
	spin_lock_irqsave(&fasync_lock, flags);
	for (fp = fapp; (fa = *fp); fp = &fa->fa_next) {
		if (fa->fa_file == file)
			break;
	}
	if (on)
		file->f_flags |= FASYNC;
	else
		file->f_flags &= ~(unsigned int)FASYNC;
	if (on) {
		if (fa) {
			fa->fa_fd = fd;
		} else {
			*new = (struct fasync_struct){ fd, *fapp, file };
			*fapp = new;
			new = NULL;
			result = 1;
		}
	} else if (fa) {
		*fp = fa->fa_next;
		new = fa; /* to be freed */
		result = 1;
	}
	spin_unlock_irqrestore(&fasync_lock, flags);
	spin_unlock(&file->f_lock);
	kfree(new);
	return result;
}

void __kill_fasync(struct fasync_struct **fapp, int sig, int band)
{
	struct fasync_struct *fa;
	unsigned long flags;

	spin_lock_irqsave(&fasync_lock, flags);
	for (fa = *fapp; fa; fa = fa->fa_next) {
		/* SIGURG is not sent to those who did not ask for a signal of their own. */
		if (!(sig == SIGURG && fa->fa_file->f_owner.signum == 0))
			send_sigio(&fa->fa_file->f_owner, fa->fa_fd, band);
	}
	spin_unlock_irqrestore(&fasync_lock, flags);
}

/* ---- the call ---- */

static long fcntl_lock(unsigned int fd, struct file *file, unsigned int cmd, unsigned long arg)
{
	struct flock __user *uflock = (struct flock __user *)arg;
	struct flock flock;
	int error;

	if (copy_from_user(&flock, uflock, sizeof(flock)))
		return -EFAULT;
	if (cmd != F_GETLK && cmd != F_OFD_GETLK)
		return fcntl_setlk(fd, file, cmd, &flock);
	error = fcntl_getlk(file, cmd, &flock);
	if (!error && copy_to_user(uflock, &flock, sizeof(flock)))
		error = -EFAULT;
	return error;
}

static bool fcntl_allowed_on_path(unsigned int cmd)
{
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_GETFD:
	case F_SETFD:
	case F_GETFL:
		return true;
	}
	return false;
}

static long do_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg, struct file *file)
{
	switch (cmd) {
	case F_DUPFD:
		return f_dupfd((unsigned int)arg, file, 0);
	case F_DUPFD_CLOEXEC:
		return f_dupfd((unsigned int)arg, file, O_CLOEXEC);
	case F_GETFD:
		return get_close_on_exec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		set_close_on_exec(fd, (int)(arg & FD_CLOEXEC));
		return 0;
	case F_GETFL:
		return file->f_flags;
	case F_SETFL:
		return setfl((int)fd, file, (unsigned int)arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(fd, file, cmd, arg);
	case F_GETOWN:
		return f_getown(file);
	case F_SETOWN:
		return f_setown(file, (int)arg, 1);
	case F_GETOWN_EX:
		return f_getown_ex(file, (struct f_owner_ex __user *)arg);
	case F_SETOWN_EX:
		return f_setown_ex(file, (const struct f_owner_ex __user *)arg);
	case F_GETOWNER_UIDS:
		return f_getowner_uids(file, (uid_t __user *)arg);
	case F_GETSIG:
		return file->f_owner.signum;
	case F_SETSIG:
		if (arg > _NSIG)
			return -EINVAL;
		WRITE_ONCE(file->f_owner.signum, (int)arg);
		return 0;
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		return pipe_fcntl(file, cmd, arg);
	case F_ADD_SEALS:
	case F_GET_SEALS:
		return memfd_fcntl(file, cmd, (unsigned int)arg);
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE3(fcntl, unsigned int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct fd f = fdget_raw(fd);
	long ret = -EBADF;

	if (!f.file)
		return -EBADF;
	if (!(f.file->f_mode & FMODE_PATH) || fcntl_allowed_on_path(cmd))
		ret = do_fcntl(fd, cmd, arg, f.file);
	fdput(f);
	return ret;
}
