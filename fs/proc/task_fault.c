// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/fail-nth and make-it-fail: which allocations of a task are to fail (mm/fault_inject.c).
 * DEBUG builds only; also in /proc/<pid>/task/<tid>/.
 *
 * Rules: neither file allocates while it is read or written, so that a test counts its own call only.
 * Locking: single words, each read and written at once. Linux: fs/proc/base.c.
 */
#ifdef CONFIG_DEBUG
#include "fs/proc/internal.h"

#include "kernel/lib/kstrtox.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/x86/uaccess.h"
#include "fs/libfs.h"

/* A short text from user space, without spaces around: the length taken or -errno. */
static ssize_t get_number(char *text, size_t size, const char __user *buf, size_t count)
{
	size_t len = min(count, size - 1);

	if (copy_from_user(text, buf, len))
		return -EFAULT;
	text[len] = '\0';
	return count;
}

static ssize_t fail_nth_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file_inode(file));
	char text[16];
	int len;

	if (!task)
		return -ESRCH;
	len = snprintf(text, sizeof(text), "%u\n", READ_ONCE(task->fail_nth));
	put_task_struct(task);
	return simple_read_from_buffer(buf, count, pos, text, len);
}

static ssize_t fail_nth_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *task;
	char text[16];
	unsigned int n;
	ssize_t ret = get_number(text, sizeof(text), buf, count);

	if (ret >= 0 && kstrtouint(strim(text), 0, &n))
		ret = -EINVAL;
	if (ret < 0)
		return ret;
	task = get_proc_task(file_inode(file));
	if (!task)
		return -ESRCH;
	WRITE_ONCE(task->fail_nth, n);
	put_task_struct(task);
	return ret;
}

const struct file_operations proc_fail_nth_ops = {
	.read = fail_nth_read,
	.write = fail_nth_write,
	.llseek = generic_file_llseek,
};

static ssize_t make_it_fail_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file_inode(file));
	char text[16];
	int len;

	if (!task)
		return -ESRCH;
	len = snprintf(text, sizeof(text), "%i\n", READ_ONCE(task->make_it_fail));
	put_task_struct(task);
	return simple_read_from_buffer(buf, count, pos, text, len);
}

static ssize_t make_it_fail_write(struct file *file, const char __user *buf, size_t count,
				  loff_t *pos)
{
	struct task_struct *task;
	char text[16];
	int value;
	ssize_t ret;

	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	ret = get_number(text, sizeof(text), buf, count);
	if (ret < 0)
		return ret;
	if (kstrtoint(strim(text), 0, &value) || value < 0 || value > 1)
		return -EINVAL;
	task = get_proc_task(file_inode(file));
	if (!task)
		return -ESRCH;
	WRITE_ONCE(task->make_it_fail, value);
	put_task_struct(task);
	return ret;
}

const struct file_operations proc_make_it_fail_ops = {
	.read = make_it_fail_read,
	.write = make_it_fail_write,
	.llseek = generic_file_llseek,
};
#endif
