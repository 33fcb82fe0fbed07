/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signalfd: signals read from a descriptor instead of being handled.
 *
 * Idea: the file holds a set; read() takes pending signals of that set from the reader's own queues,
 *   exactly as sigtimedwait() would. They should be blocked, or a handler may be faster. Nothing
 *   belongs to the process that made the descriptor: a child reads its own signals with it.
 * Locking: the reader's siglock, also for the file's set.
 * Sleeps: read(), on sighand->signalfd_wqh, which every new signal wakes.
 * Linux: fs/signalfd.c. man 2 signalfd. Start at: signalfd_read(). Tests: tests/kernel/sig_signalfd.c.
 */
#include "kernel/uapi/signalfd.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/poll.h"
#include "fs/seq_file.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

struct signalfd_ctx {
	sigset_t sigmask; /* the signals that are NOT wanted, as dequeue_signal() takes it */
};

static int signalfd_release(struct inode *inode __maybe_unused, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static unsigned int signalfd_poll(struct file *file, struct poll_table_struct *wait)
{
	struct signalfd_ctx *ctx = file->private_data;
	unsigned long pending;

	poll_wait(file, &current->sighand->signalfd_wqh, wait);
	spin_lock_irq(&current->sighand->siglock);
	pending = (current->pending.signal.sig[0] | current->signal->shared_pending.signal.sig[0]) &
		  ~ctx->sigmask.sig[0];
	spin_unlock_irq(&current->sighand->siglock);
	return pending ? EPOLLIN : 0;
}

/* Pure: which fields are valid depends on signal and code. */
static void convert_siginfo(struct signalfd_siginfo *to, const struct siginfo *from)
{
	memset(to, 0, sizeof(*to));
	to->ssi_signo = (unsigned int)from->si_signo;
	to->ssi_errno = from->si_errno;
	to->ssi_code = from->si_code;

	if (from->si_code == SI_TIMER) {
		to->ssi_tid = (unsigned int)from->si_tid;
		to->ssi_overrun = (unsigned int)from->si_overrun;
		to->ssi_ptr = (unsigned long)from->_sifields._timer._sigval.sival_ptr;
		to->ssi_int = from->_sifields._timer._sigval.sival_int;
		return;
	}
	if (from->si_code > 0 && from->si_code < SI_KERNEL) {
		switch (from->si_signo) {
		case SIGILL:
		case SIGFPE:
		case SIGSEGV:
		case SIGBUS:
		case SIGTRAP:
			to->ssi_addr = (unsigned long)from->si_addr;
			return;
		case SIGPOLL:
			to->ssi_band = (unsigned int)from->si_band;
			to->ssi_fd = from->si_fd;
			return;
		default:
			break;
		}
	}
	to->ssi_pid = (unsigned int)from->si_pid;
	to->ssi_uid = from->_sifields._kill._uid;
	if (from->si_signo == SIGCHLD && from->si_code > 0 && from->si_code < SI_KERNEL) {
		to->ssi_status = from->si_status;
		to->ssi_utime = (unsigned long)from->si_utime;
		to->ssi_stime = (unsigned long)from->si_stime;
	} else if (from->si_code < 0 && from->si_code != SI_TKILL) {
		to->ssi_ptr = (unsigned long)from->si_ptr;
		to->ssi_int = from->si_int;
	}
}

/* The next wanted signal's number, or -EAGAIN, -ERESTARTSYS. */
static int signalfd_dequeue(struct signalfd_ctx *ctx, struct siginfo *info, bool nonblock)
{
	struct sighand_struct *sighand = current->sighand;
	DECLARE_WAITQUEUE(wait, current);
	int sig;

	spin_lock_irq(&sighand->siglock);
	sig = dequeue_signal(current, &ctx->sigmask, info);
	if (sig || nonblock) {
		spin_unlock_irq(&sighand->siglock);
		return sig ? sig : -EAGAIN;
	}
	wait.flags = 0;
	add_wait_queue(&sighand->signalfd_wqh, &wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		sig = dequeue_signal(current, &ctx->sigmask, info);
		if (sig)
			break;
		if (signal_pending(current)) {
			sig = -ERESTARTSYS;
			break;
		}
		spin_unlock_irq(&sighand->siglock);
		schedule();
		spin_lock_irq(&sighand->siglock);
	}
	__set_current_state(TASK_RUNNING);
	spin_unlock_irq(&sighand->siglock);
	remove_wait_queue(&sighand->signalfd_wqh, &wait);
	return sig;
}

static ssize_t signalfd_read(struct file *file, char __user *buf, size_t count,
			     loff_t *pos __maybe_unused)
{
	struct signalfd_ctx *ctx = file->private_data;
	bool nonblock = file->f_flags & O_NONBLOCK;
	struct signalfd_siginfo record;
	struct siginfo info;
	ssize_t total = 0;
	int ret = -EINVAL;

	for (; count >= sizeof(record); count -= sizeof(record)) {
		ret = signalfd_dequeue(ctx, &info, nonblock);
		if (ret <= 0)
			break;
		convert_siginfo(&record, &info);
		ret = -EFAULT;
		if (copy_to_user(buf + total, &record, sizeof(record)))
			break;
		total += sizeof(record);
		nonblock = true; /* the rest only if it is there */
	}
	return total ? total : ret;
}

static void signalfd_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct signalfd_ctx *ctx = file->private_data;

	seq_printf(m, "sigmask:\t%016lx\n", ~ctx->sigmask.sig[0]);
}

static const struct file_operations signalfd_fops = {
	.release = signalfd_release,
	.poll = signalfd_poll,
	.read = signalfd_read,
	.show_fdinfo = signalfd_show_fdinfo,
	.llseek = noop_llseek,
};

static int signalfd_change(int ufd, const sigset_t *mask)
{
	struct fd f = fdget((unsigned int)ufd);
	struct signalfd_ctx *ctx;

	if (!f.file)
		return -EBADF;
	if (f.file->f_op != &signalfd_fops) {
		fdput(f);
		return -EINVAL;
	}
	ctx = f.file->private_data;
	spin_lock_irq(&current->sighand->siglock);
	ctx->sigmask = *mask;
	spin_unlock_irq(&current->sighand->siglock);
	wake_up(&current->sighand->signalfd_wqh);
	fdput(f);
	return ufd;
}

static int do_signalfd4(int ufd, const sigset_t __user *umask, size_t sizemask, int flags)
{
	struct signalfd_ctx *ctx;
	sigset_t mask;
	int fd;

	if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK) || sizemask != sizeof(sigset_t))
		return -EINVAL;
	if (copy_from_user(&mask, umask, sizeof(mask)))
		return -EFAULT;
	sigdelsetmask(&mask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	mask.sig[0] = ~mask.sig[0];
	if (ufd != -1)
		return signalfd_change(ufd, &mask);

	ctx = kmalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return -ENOMEM;
	ctx->sigmask = mask;
	fd = anon_inode_getfd("[signalfd]", &signalfd_fops, ctx, O_RDWR | flags);
	if (fd < 0)
		kfree(ctx);
	return fd;
}

SYSCALL_DEFINE4(signalfd4, int, ufd, const sigset_t __user *, umask, size_t, sizemask, int, flags)
{
	return do_signalfd4(ufd, umask, sizemask, flags);
}

SYSCALL_DEFINE3(signalfd, int, ufd, const sigset_t __user *, umask, size_t, sizemask)
{
	return do_signalfd4(ufd, umask, sizemask, 0);
}
