// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's log as files: /dev/kmsg, a record at each read, every reader with a position of its
 * own; and /proc/kmsg, plain text. Writing to /dev/kmsg adds to the log.
 *
 * Locking: a reader's position is protected by its mutex. Sleeps: read(), until there is a message.
 * Linux: kernel/printk/printk.c, fs/proc/kmsg.c. Start at: kmsg_read.
 */
#include "fs/kmsg.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/locking/mutex.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/poll.h"
#include "fs/uio.h"
#include "fs/proc/proc.h"

#define LINE_MAX (PRINTK_TEXT_MAX * 4 + 64)

struct kmsg_reader {
	struct mutex lock;
	u64 seq;                     /* [L] lock: the next record to give out */
	size_t done;                 /* [L] /proc/kmsg: bytes of that record already given out */
	struct printk_record record; /* [L] */
	char text[LINE_MAX];         /* [L] */
};

static int kmsg_open(struct inode *inode, struct file *file)
{
	struct kmsg_reader *reader;

	if (!(file->f_mode & FMODE_READ))
		return 0;
	if (!capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	reader = kvzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	file->private_data = reader;
	return 0;
}

static int kmsg_release(struct inode *inode, struct file *file)
{
	kvfree(file->private_data);
	return 0;
}

/* The record at reader->seq, waiting for it if need be. Called with the mutex held. */
static int get_record(struct kmsg_reader *reader, bool nonblock)
{
	while (!printk_read(reader->seq, &reader->record)) {
		u64 seq = reader->seq;
		int ret;

		if (nonblock)
			return -EAGAIN;
		mutex_unlock(&reader->lock);
		ret = printk_wait(seq);
		mutex_lock(&reader->lock);
		if (ret)
			return ret;
	}
	return 0;
}

/* "6,42,1234567,-;text": level, number, microseconds. Control characters are shown as \xNN. */
static size_t format_ext(struct kmsg_reader *reader)
{
	const struct printk_record *r = &reader->record;
	size_t len = scnprintf(reader->text, LINE_MAX, "%d,%llu,%llu,-;", r->level,
			       (unsigned long long)r->seq, (unsigned long long)(r->time_ns / 1000));

	for (size_t i = 0; i < r->length; i++) {
		unsigned char c = r->text[i];

		if (c < ' ' || c >= 127 || c == '\\')
			len += scnprintf(reader->text + len, LINE_MAX - len, "\\x%02x", c);
		else
			reader->text[len++] = c;
	}
	reader->text[len++] = '\n';
	return len;
}

static ssize_t kmsg_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct kmsg_reader *reader = file->private_data;
	ssize_t ret;

	if (!reader)
		return -EBADF;
	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	ret = get_record(reader, file->f_flags & O_NONBLOCK);
	if (ret)
		goto out;
	if (reader->record.seq != reader->seq && reader->seq) {
		/* The record was overwritten: says so once, then goes on with the oldest. */
		reader->seq = reader->record.seq;
		ret = -EPIPE;
		goto out;
	}
	ret = format_ext(reader);
	if (ret > count)
		ret = -EINVAL;
	else if (copy_to_user(buf, reader->text, ret))
		ret = -EFAULT;
	else
		reader->seq = reader->record.seq + 1;
out:
	mutex_unlock(&reader->lock);
	return ret;
}

/* One message, perhaps beginning with "<level>". */
static ssize_t kmsg_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	size_t len = min_t(size_t, count, PRINTK_TEXT_MAX - 16);
	char *text, *start;
	int level = 4;

	if (count > PRINTK_TEXT_MAX)
		return -EINVAL;
	text = kmalloc(len + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (copy_from_user(text, buf, len)) {
		kfree(text);
		return -EFAULT;
	}
	text[len] = '\0';
	start = text;
	if (start[0] == '<' && start[1] >= '0' && start[1] <= '9') {
		char *end = strchr(start, '>');

		if (end && end - start <= 4) {
			level = 0;
			for (char *p = start + 1; p < end; p++)
				level = level * 10 + *p - '0';
			level &= 7;
			start = end + 1;
		}
	}
	len = strlen(start);
	if (len && start[len - 1] == '\n')
		start[len - 1] = '\0';
	printk("\001%c%s\n", '0' + level, start);
	kfree(text);
	return count;
}

static loff_t kmsg_llseek(struct file *file, loff_t offset, int whence)
{
	struct kmsg_reader *reader = file->private_data;

	if (!reader)
		return -EBADF;
	if (offset)
		return -ESPIPE;
	mutex_lock(&reader->lock);
	if (whence == SEEK_SET || whence == SEEK_DATA)
		reader->seq = 0;
	else if (whence == SEEK_END)
		reader->seq = printk_next_seq();
	mutex_unlock(&reader->lock);
	return whence == SEEK_SET || whence == SEEK_DATA || whence == SEEK_END ? 0 : -EINVAL;
}

static unsigned int kmsg_poll(struct file *file, poll_table *wait)
{
	struct kmsg_reader *reader = file->private_data;

	if (!reader)
		return POLLERR | POLLNVAL;
	poll_wait(file, printk_wait_queue(), wait);
	return printk_next_seq() > READ_ONCE(reader->seq) ? POLLIN | POLLRDNORM : 0;
}

const struct file_operations kmsg_fops = {
	.open = kmsg_open,
	.read = kmsg_read,
	.write = kmsg_write,
	.llseek = kmsg_llseek,
	.poll = kmsg_poll,
	.release = kmsg_release,
};

/* ---- /proc/kmsg ---- */

static ssize_t proc_kmsg_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct kmsg_reader *reader = file->private_data;
	const struct printk_record *r;
	size_t len;
	ssize_t ret;

	if (!reader)
		return -EBADF;
	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	ret = get_record(reader, file->f_flags & O_NONBLOCK);
	if (ret)
		goto out;
	r = &reader->record;
	len = scnprintf(reader->text, LINE_MAX, "<%d>[%5llu.%06llu] %.*s\n", r->level,
			(unsigned long long)(r->time_ns / 1000000000),
			(unsigned long long)(r->time_ns / 1000 % 1000000), (int)r->length, r->text);
	if (r->seq != reader->seq || reader->done >= len)
		reader->done = 0;
	ret = min(count, len - reader->done);
	if (copy_to_user(buf, reader->text + reader->done, ret)) {
		ret = -EFAULT;
		goto out;
	}
	reader->done += ret;
	reader->seq = r->seq;
	if (reader->done == len) {
		reader->seq++;
		reader->done = 0;
	}
out:
	mutex_unlock(&reader->lock);
	return ret;
}

static const struct file_operations proc_kmsg_fops = {
	.open = kmsg_open,
	.read = proc_kmsg_read,
	.llseek = no_llseek,
	.poll = kmsg_poll,
	.release = kmsg_release,
};

static int proc_kmsg_init(void)
{
	proc_create("kmsg", 0400, NULL, &proc_kmsg_fops);
	return 0;
}
fs_initcall(proc_kmsg_init);
