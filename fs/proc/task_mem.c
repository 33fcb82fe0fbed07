// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program was started with, read out of its own memory: /proc/<pid>/cmdline, environ, auxv.
 *
 * Rules: 1. cmdline is for everybody, the others need proc_may_access(). 2. The area's limits are
 * the process's to change (prctl), so every length is checked against what the file shows.
 * Locking: an mm reference; arg_lock for the limits. Sleeps: pages may have to be faulted in.
 * Linux: parts of fs/proc/base.c. Start at: read_area, proc_pid_cmdline_read.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/libfs.h"

/* Bytes of [start + *pos, end) of the mm to user space. Bytes, 0 at the end, -errno. */
static ssize_t read_area(struct mm_struct *mm, unsigned long start, unsigned long end,
			 char __user *buf, size_t count, loff_t *pos)
{
	ssize_t done = 0;
	char *page;

	if (*pos < 0 || end <= start || (unsigned long)*pos >= end - start)
		return 0;
	page = (char *)__get_free_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	count = min_t(size_t, count, end - start - (unsigned long)*pos);
	while (count) {
		int n = min_t(size_t, count, PAGE_SIZE);

		n = access_remote_vm(mm, start + (unsigned long)*pos, page, n, 0);
		if (n <= 0)
			break;
		if (copy_to_user(buf + done, page, n)) {
			if (!done)
				done = -EFAULT;
			break;
		}
		done += n;
		*pos += n;
		count -= n;
	}
	free_page((unsigned long)page);
	return done;
}

static void get_arg_limits(struct mm_struct *mm, unsigned long *arg_start, unsigned long *arg_end,
			   unsigned long *env_start, unsigned long *env_end)
{
	spin_lock(&mm->arg_lock);
	*arg_start = mm->arg_start;
	*arg_end = mm->arg_end;
	*env_start = mm->env_start;
	*env_end = mm->env_end;
	spin_unlock(&mm->arg_lock);
}

/*
 * A program may write a longer title over its arguments and into the environment behind them; it
 * then has overwritten the last argument's terminator. The title ends at the first 0.
 */
static unsigned long title_end(struct mm_struct *mm, unsigned long arg_end, unsigned long env_end)
{
	char last = 0, buf[64];
	unsigned long at = arg_end - 1;

	if (access_remote_vm(mm, arg_end - 1, &last, 1, 0) != 1 || !last)
		return arg_end;
	while (at < env_end) {
		int n = access_remote_vm(mm, at, buf,
					 min_t(unsigned long, sizeof(buf), env_end - at), 0);
		char *nul = n > 0 ? memchr(buf, 0, n) : NULL;

		if (n <= 0)
			break;
		if (nul)
			return at + (nul - buf) + 1;
		at += n;
	}
	return at;
}

static ssize_t proc_pid_cmdline_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file_inode(file));
	unsigned long arg_start, arg_end, env_start, env_end;
	struct mm_struct *mm;
	ssize_t ret = 0;

	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return 0;
	get_arg_limits(mm, &arg_start, &arg_end, &env_start, &env_end);
	if (arg_start < arg_end) {
		if (env_start == arg_end && env_end > env_start)
			arg_end = title_end(mm, arg_end, env_end);
		ret = read_area(mm, arg_start, arg_end, buf, count, pos);
	}
	mmput(mm);
	return ret;
}

const struct file_operations proc_pid_cmdline_ops = {
	.read = proc_pid_cmdline_read,
	.llseek = generic_file_llseek,
};

/* The mm stays the one of the time of open(), also over an exec; only the struct is kept, not pages. */
static int proc_mem_open(struct inode *inode, struct file *file)
{
	struct mm_struct *mm = proc_mm_access(inode);

	if (IS_ERR(mm))
		return PTR_ERR(mm);
	if (mm) {
		mmgrab(mm);
		mmput(mm);
	}
	file->private_data = mm;
	return 0;
}

static int proc_mem_release(struct inode *inode, struct file *file)
{
	struct mm_struct *mm = file->private_data;

	if (mm)
		mmdrop(mm);
	return 0;
}

static ssize_t proc_environ_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	unsigned long arg_start, arg_end, env_start, env_end;
	struct mm_struct *mm = file->private_data;
	ssize_t ret;

	if (!mm || !mmget_not_zero(mm))
		return 0;
	get_arg_limits(mm, &arg_start, &arg_end, &env_start, &env_end);
	ret = read_area(mm, env_start, env_end, buf, count, pos);
	mmput(mm);
	return ret;
}

const struct file_operations proc_environ_ops = {
	.open = proc_mem_open,
	.read = proc_environ_read,
	.llseek = generic_file_llseek,
	.release = proc_mem_release,
};

static ssize_t proc_auxv_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct mm_struct *mm = file->private_data;
	unsigned int words = 0;

	if (!mm)
		return 0;
	/* Pairs up to AT_NULL, that one included. */
	do {
		words += 2;
	} while (words < AT_VECTOR_SIZE - 1 && mm->saved_auxv[words - 2] != AT_NULL);
	return simple_read_from_buffer(buf, count, pos, mm->saved_auxv, words * sizeof(long));
}

const struct file_operations proc_auxv_ops = {
	.open = proc_mem_open,
	.read = proc_auxv_read,
	.llseek = generic_file_llseek,
	.release = proc_mem_release,
};
