// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/sys: one file for each kernel parameter.
 *
 * Idea: a parameter is an entry of a table (struct ctl_table) with its own handler (mostly one of
 * sysctl_text.c); the file only moves text between user memory and a kernel buffer.
 * Locking: none. Linux: fs/proc/proc_sysctl.c. Start at: proc_sys_call_handler.
 */
#include "fs/proc/sysctl.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"
#include "fs/libfs.h"
#include "fs/proc/internal.h"
#include "fs/uio.h"

static ssize_t proc_sys_call_handler(struct kiocb *iocb, struct iov_iter *iter, int write)
{
	const struct ctl_table *ctl = pde_data(file_inode(iocb->ki_filp));
	size_t count = iov_iter_count(iter), len = min_t(size_t, count, PAGE_SIZE - 1);
	char *buffer;
	int ret;

	if (!count)
		return 0;
	if (write && count > len)
		return -ENOMEM;
	buffer = kzalloc(len + 1, GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	ret = -EFAULT;
	if (write && !copy_from_iter_full(buffer, len, iter))
		goto out;
	ret = ctl->proc_handler(ctl, write, buffer, &len, &iocb->ki_pos);
	if (!ret && !write && !copy_to_iter_full(buffer, len, iter))
		ret = -EFAULT;
out:
	kfree(buffer);
	return ret ? ret : (ssize_t)len;
}

static ssize_t proc_sys_read(struct kiocb *iocb, struct iov_iter *to)
{
	return proc_sys_call_handler(iocb, to, 0);
}

static ssize_t proc_sys_write(struct kiocb *iocb, struct iov_iter *from)
{
	return proc_sys_call_handler(iocb, from, 1);
}

static const struct file_operations proc_sys_file_operations = {
	.read_iter = proc_sys_read,
	.write_iter = proc_sys_write,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.llseek = generic_file_llseek,
};

int register_sysctl(const char *path, const struct ctl_table *table, size_t entries)
{
	struct proc_dir_entry *dir = proc_mkdir("sys", NULL);
	char name[32];

	while (dir && *path) {
		size_t len = strchrnul(path, '/') - path;

		ASSERT(len < sizeof(name));
		memcpy(name, path, len);
		name[len] = '\0';
		dir = proc_mkdir(name, dir);
		path += len + (path[len] == '/');
	}
	for (size_t i = 0; dir && i < entries; i++) {
		if (!proc_create_data(table[i].procname, table[i].mode, dir,
				      &proc_sys_file_operations, (void *)&table[i]))
			dir = NULL;
	}
	return dir ? 0 : -ENOMEM;
}
