// SPDX-License-Identifier: GPL-2.0-only
/*
 * Smaller files of /proc/<pid>/: what it waits for (wchan, stack, syscall), limits, comm, the OOM
 * killer's opinion, and the mounts.
 *
 * Locking: siglock for limits, namespace_sem for mounts. Linux: fs/proc/base.c, fs/proc_namespace.c.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/ksyms.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "mm/oom.h"
#include "fs/libfs.h"
#include "fs/mount.h"

/* ---- what it waits for ---- */

int proc_pid_wchan(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	unsigned long offset, addr = proc_may_access(task) ? get_wchan(task) : 0;
	const char *name = addr ? ksyms_lookup(addr, &offset) : NULL;

	/* Without the compiler's ".constprop.0" and the like. */
	if (name)
		seq_write(m, name, strcspn(name, "."));
	else
		seq_putc(m, '0');
	return 0;
}

int proc_pid_stack(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	unsigned long addresses[32];
	unsigned int n;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	n = stack_trace_save_task(task, addresses, ARRAY_SIZE(addresses));
	for (unsigned int i = 0; i < n; i++)
		seq_printf(m, "[<0>] %pS\n", (void *)addresses[i]);
	return 0;
}

int proc_pid_syscall(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	const struct pt_regs *regs = task_pt_regs(task);

	if (!proc_may_access(task))
		return -EPERM;
	if (task_curr(task) || READ_ONCE(task->__state) == TASK_RUNNING) {
		seq_puts(m, "running\n");
		return 0;
	}
	if (task->flags & PF_KTHREAD)
		seq_puts(m, "-1 0x0 0x0\n");
	else if ((long)regs->orig_ax < 0)
		seq_printf(m, "%ld 0x%lx 0x%lx\n", (long)regs->orig_ax, regs->sp, regs->ip);
	else
		seq_printf(m, "%ld 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n",
			   (long)regs->orig_ax, regs->di, regs->si, regs->dx, regs->r10, regs->r8,
			   regs->r9, regs->sp, regs->ip);
	return 0;
}

/* ---- limits and numbers ---- */

static const struct {
	const char *name, *unit;
} limit_names[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "Max cpu time", "seconds" },
	[RLIMIT_FSIZE] = { "Max file size", "bytes" },
	[RLIMIT_DATA] = { "Max data size", "bytes" },
	[RLIMIT_STACK] = { "Max stack size", "bytes" },
	[RLIMIT_CORE] = { "Max core file size", "bytes" },
	[RLIMIT_RSS] = { "Max resident set", "bytes" },
	[RLIMIT_NPROC] = { "Max processes", "processes" },
	[RLIMIT_NOFILE] = { "Max open files", "files" },
	[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
	[RLIMIT_AS] = { "Max address space", "bytes" },
	[RLIMIT_LOCKS] = { "Max file locks", "locks" },
	[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
	[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
	[RLIMIT_NICE] = { "Max nice priority", NULL },
	[RLIMIT_RTPRIO] = { "Max realtime priority", NULL },
	[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
};

static void put_limit(struct seq_file *m, unsigned long value)
{
	if (value == RLIM_INFINITY)
		seq_printf(m, "%-20s ", "unlimited");
	else
		seq_printf(m, "%-20lu ", value);
}

int proc_pid_limits(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	struct rlimit rlim[RLIM_NLIMITS];
	unsigned long flags;

	if (!lock_task_sighand(task, &flags))
		return 0;
	memcpy(rlim, task->signal->rlim, sizeof(rlim));
	unlock_task_sighand(task, &flags);

	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned int i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(m, "%-25s ", limit_names[i].name);
		put_limit(m, rlim[i].rlim_cur);
		put_limit(m, rlim[i].rlim_max);
		if (limit_names[i].unit)
			seq_printf(m, "%-10s\n", limit_names[i].unit);
		else
			seq_putc(m, '\n');
	}
	return 0;
}

int proc_pid_personality(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	if (!proc_may_access(task))
		return -EPERM;
	seq_printf(m, "%08x\n", task->personality);
	return 0;
}

/* There are no control groups; this is how a task in none looks. */
int proc_pid_cgroup(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	seq_puts(m, "0::/\n");
	return 0;
}

int proc_oom_score(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	unsigned long total = totalram_pages();
	long badness = oom_badness(task, total);

	/* As Linux scales it: 0 to 2000, about 667 for an average task. */
	seq_printf(m, "%ld\n",
		   badness == OOM_NEVER ? 0 :
					  max((1000 + badness * 1000 / (long)total) * 2 / 3, 0l));
	return 0;
}

/* Up to size - 1 bytes of text, without a newline at the end: the length or -EFAULT. */
static int get_text(char *text, size_t size, const char __user *buf, size_t count)
{
	count = min(count, size - 1);
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	return count;
}

static ssize_t oom_score_adj_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file_inode(file));
	char text[16];
	int len;

	if (!task)
		return -ESRCH;
	len = snprintf(text, sizeof(text), "%d\n", task->signal->oom_score_adj);
	put_task_struct(task);
	return simple_read_from_buffer(buf, count, pos, text, len);
}

static ssize_t oom_score_adj_write(struct file *file, const char __user *buf, size_t count,
				   loff_t *pos)
{
	struct task_struct *task;
	unsigned long flags;
	char text[16];
	int adj, ret = get_text(text, sizeof(text), buf, count);

	if (ret < 0)
		return ret;
	ret = kstrtoint(strim(text), 0, &adj);
	if (ret)
		return ret;
	if (adj < -1000 || adj > 1000)
		return -EINVAL;
	task = get_proc_task(file_inode(file));
	if (!task)
		return -ESRCH;
	ret = -ESRCH;
	if (lock_task_sighand(task, &flags)) {
		ret = -EACCES;
		if (adj >= task->signal->oom_score_adj || capable(CAP_SYS_RESOURCE)) {
			task->signal->oom_score_adj = (short)adj;
			ret = 0;
		}
		unlock_task_sighand(task, &flags);
	}
	put_task_struct(task);
	return ret ? ret : (ssize_t)count;
}

const struct file_operations proc_oom_score_adj_ops = {
	.read = oom_score_adj_read,
	.write = oom_score_adj_write,
	.llseek = generic_file_llseek,
};

/* ---- comm ---- */

static int comm_show(struct seq_file *m, void *v)
{
	struct task_struct *task = get_proc_task(m->private);
	char comm[TASK_COMM_LEN];

	if (!task)
		return -ESRCH;
	seq_escape(m, get_task_comm(comm, task), "\n\\");
	seq_putc(m, '\n');
	put_task_struct(task);
	return 0;
}

static int comm_open(struct inode *inode, struct file *file)
{
	return single_open(file, comm_show, inode);
}

/* A process names its own threads. */
static ssize_t comm_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *task;
	char comm[TASK_COMM_LEN];
	int ret = get_text(comm, sizeof(comm), buf, count);

	if (ret < 0)
		return ret;
	task = get_proc_task(file_inode(file));
	if (!task)
		return -ESRCH;
	if (same_thread_group(current, task))
		set_task_comm(task, comm);
	else
		count = -EINVAL;
	put_task_struct(task);
	return count;
}

const struct file_operations proc_pid_comm_ops = {
	.open = comm_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.write = comm_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* ---- mounts ---- */

static void *mounts_start(struct seq_file *m, loff_t *pos)
{
	struct mount *mnt;
	loff_t n = *pos;

	down_read(&namespace_sem);
	list_for_each_entry (mnt, &mount_list, mnt_list)
		if (n-- == 0)
			return mnt;
	return NULL;
}

static void *mounts_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct mount *mnt = v;

	++*pos;
	return mnt->mnt_list.next == &mount_list ? NULL : list_next_entry(mnt, mnt_list);
}

static void mounts_stop(struct seq_file *m, void *v)
{
	up_read(&namespace_sem);
}

static int mounts_show(struct seq_file *m, void *v)
{
	return show_vfsmnt(m, &((struct mount *)v)->mnt);
}

static int mountinfo_show(struct seq_file *m, void *v)
{
	return show_mountinfo(m, &((struct mount *)v)->mnt);
}

static const struct seq_operations mounts_seq_op = {
	.start = mounts_start,
	.next = mounts_next,
	.stop = mounts_stop,
	.show = mounts_show,
};

static const struct seq_operations mountinfo_seq_op = {
	.start = mounts_start,
	.next = mounts_next,
	.stop = mounts_stop,
	.show = mountinfo_show,
};

static int mounts_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &mounts_seq_op);
}

static int mountinfo_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &mountinfo_seq_op);
}

const struct file_operations proc_mounts_ops = {
	.open = mounts_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = seq_release,
};

const struct file_operations proc_mountinfo_ops = {
	.open = mountinfo_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = seq_release,
};
