/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pidfd: a descriptor that stands for one process and never for another that got its number.
 * Readable (poll) once the process is a zombie or gone.
 *
 * Idea: the file holds a reference to the struct pid; its poll queue is pid->wait_pidfd, which the
 *   end of the process wakes.
 * Locking: RCU for looking at the task.
 * Linux: kernel/pid.c, kernel/fork.c, fs/pidfs.c. man 2 pidfd_open, pidfd_getfd.
 * Start at: pidfd_open. Tests: tests/kernel/pidfd.c.
 */
#include "kernel/pidfd.h"

#include "kernel/uapi/fcntl.h"
#include "kernel/lib/err.h"
#include "kernel/x86/barrier.h"
#include "kernel/sched/task.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/poll.h"
#include "fs/proc/proc.h"
#include "fs/seq_file.h"
#include "kernel/signal_internal.h"
#include "kernel/syscall.h"

static int pidfd_release(struct inode *inode __maybe_unused, struct file *file)
{
	put_pid(file->private_data);
	return 0;
}

/* The process has ended as far as its parent can see. */
static bool thread_group_exited(struct pid *pid)
{
	struct task_struct *task;
	bool exited;

	rcu_read_lock();
	do {
		task = pid_task(pid, PIDTYPE_PID);
		exited = !task || (READ_ONCE(task->exit_state) && thread_group_empty(task));
		/* A leader whose place exec has just given to another thread was not the last. */
		smp_rmb();
	} while (pid_task(pid, PIDTYPE_PID) != task);
	rcu_read_unlock();
	return exited;
}

static unsigned int pidfd_poll(struct file *file, struct poll_table_struct *wait)
{
	struct pid *pid = file->private_data;

	poll_wait(file, &pid->wait_pidfd, wait);
	return thread_group_exited(pid) ? EPOLLIN | EPOLLRDNORM : 0;
}

static void pidfd_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct pid *pid = file->private_data;
	int nr;

	rcu_read_lock();
	nr = pid_task(pid, PIDTYPE_PID) ? pid->nr : -1;
	rcu_read_unlock();
	seq_printf(m, "Pid:\t%d\nNSpid:\t%d\n", nr, nr);
}

static const struct file_operations pidfd_fops = {
	.release = pidfd_release,
	.poll = pidfd_poll,
	.show_fdinfo = pidfd_show_fdinfo,
	.llseek = no_llseek,
};

void do_notify_pidfd(struct task_struct *task)
{
	if (wq_has_sleeper(&task_pid(task)->wait_pidfd))
		wake_up_all(&task_pid(task)->wait_pidfd);
}

struct pid *pidfd_get_pid(unsigned int fd, unsigned int *flags)
{
	struct fd f = fdget(fd);
	struct pid *pid = ERR_PTR(-EBADF);

	if (!f.file)
		return pid;
	if (f.file->f_op == &pidfd_fops) {
		pid = get_pid(f.file->private_data);
		if (flags)
			*flags = f.file->f_flags & O_NONBLOCK;
	}
	fdput(f);
	return pid;
}

int pidfd_prepare(struct pid *pid, unsigned int flags, struct file **file)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	*file = anon_inode_getfile("[pidfd]", &pidfd_fops, pid,
				   (int)(O_RDWR | (flags & O_NONBLOCK)));
	if (IS_ERR(*file)) {
		int err = (int)PTR_ERR(*file);

		*file = NULL;
		put_unused_fd((unsigned int)fd);
		return err;
	}
	get_pid(pid); /* the file's */
	return fd;
}

SYSCALL_DEFINE2(pidfd_open, pid_t, nr, unsigned int, flags)
{
	struct file *file;
	struct pid *pid;
	int fd;

	if (flags & ~(unsigned int)O_NONBLOCK)
		return -EINVAL;
	if (nr <= 0)
		return -EINVAL;
	pid = find_get_pid(nr);
	if (!pid)
		return -ESRCH;
	/* Processes only, not their other threads. */
	rcu_read_lock();
	fd = pid_task(pid, PIDTYPE_TGID) ? 0 : pid_task(pid, PIDTYPE_PID) ? -EINVAL : -ESRCH;
	rcu_read_unlock();
	if (!fd)
		fd = pidfd_prepare(pid, flags, &file);
	put_pid(pid);
	if (fd >= 0)
		fd_install((unsigned int)fd, file);
	return fd;
}

/* The file that the process has as target, or ERR_PTR. Who may read its memory may have it. */
static struct file *pidfd_fget(struct pid *pid, unsigned int target)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	struct file *file;

	if (!task)
		return ERR_PTR(-ESRCH);
	if (!proc_may_access(task))
		file = ERR_PTR(-EPERM);
	else
		file = fget_task(task, target) ?: ERR_PTR(-EBADF);
	put_task_struct(task);
	return file;
}

SYSCALL_DEFINE3(pidfd_getfd, int, pidfd, int, target, unsigned int, flags)
{
	struct file *file;
	struct pid *pid;
	int fd;

	if (flags)
		return -EINVAL;
	pid = pidfd_get_pid((unsigned int)pidfd, NULL);
	if (IS_ERR(pid))
		return (int)PTR_ERR(pid);
	file = pidfd_fget(pid, (unsigned int)target);
	put_pid(pid);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	fd = receive_fd(file, O_CLOEXEC);
	fput(file);
	return fd;
}
