// SPDX-License-Identifier: GPL-2.0-only
/*
 * getdents64 and getdents: a directory's entries as records in the caller's buffer.
 *
 * Idea: ->iterate_shared calls the actor for each entry; the actor writes one record, and only when
 * the next one comes does it know, and write into the last record, the position behind it.
 * Rules: 1. A buffer too small for the first record: -EINVAL. 2. A name that cannot be is -EIO.
 * Locking: the directory's i_rwsem for reading, f_pos_lock through fdget_pos().
 * Linux: fs/readdir.c. Start at: iterate_dir.
 */
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"
#include "kernel/x86/uaccess.h"

int iterate_dir(struct file *file, struct dir_context *ctx)
{
	struct inode *inode = file_inode(file);
	int res;

	if (!file->f_op->iterate_shared)
		return -ENOTDIR;
	down_read(&inode->i_rwsem);
	res = -ENOENT;
	if (!(inode->i_flags & S_DEAD)) {
		ctx->pos = file->f_pos;
		res = file->f_op->iterate_shared(file, ctx);
		file->f_pos = ctx->pos;
		file_accessed(file);
	}
	up_read(&inode->i_rwsem);
	return res;
}

/* One call's buffer. */
struct getdents_callback {
	struct dir_context ctx;
	char __user *current_dir; /* where the next record goes */
	char __user *prev;        /* the last record: its d_off is still to be set */
	size_t count;             /* bytes left */
	int error;
	bool old_form; /* struct linux_dirent */
};

static bool name_is_valid(const char *name, int len)
{
	return len > 0 && !memchr(name, '/', (size_t)len);
}

/* Writes one record of either form: built in kernel memory, copied in one go. */
static bool filldir(struct dir_context *ctx, const char *name, int namlen, loff_t offset, u64 ino,
		    unsigned int d_type)
{
	struct getdents_callback *buf = container_of(ctx, struct getdents_callback, ctx);
	union {
		char bytes[ALIGN(19 + NAME_MAX + 2, 8)];
		struct linux_dirent64 new;
		struct linux_dirent old;
	} record;
	size_t name_at = buf->old_form ? offsetof(struct linux_dirent, d_name) :
					 offsetof(struct linux_dirent64, d_name);
	size_t reclen = ALIGN(name_at + (size_t)namlen + 1 + buf->old_form, 8);

	buf->error = -EIO;
	if (!name_is_valid(name, namlen) || namlen > NAME_MAX)
		return false;
	buf->error = -EINVAL; /* rule 1; not reported once there is a record */
	if (reclen > buf->count)
		return false;
	if (buf->prev && put_user((s64)offset, (s64 __user *)(buf->prev + 8)))
		goto efault;
	memset(record.bytes + name_at + namlen, 0, reclen - name_at - (size_t)namlen);
	record.new.d_ino = ino;
	record.new.d_off = offset;
	record.new.d_reclen = (unsigned short)reclen;
	if (buf->old_form)
		record.bytes[reclen - 1] = (char)d_type;
	else
		record.new.d_type = (unsigned char)d_type;
	memcpy(record.bytes + name_at, name, (size_t)namlen);
	if (copy_to_user(buf->current_dir, record.bytes, reclen))
		goto efault;
	buf->prev = buf->current_dir;
	buf->current_dir += reclen;
	buf->count -= reclen;
	buf->error = 0;
	return true;
efault:
	buf->error = -EFAULT;
	return false;
}

static long do_getdents(unsigned int fd, void __user *dirent, unsigned int count, bool old_form)
{
	struct getdents_callback buf = {
		.ctx.actor = filldir,
		.current_dir = dirent,
		.count = count,
		.old_form = old_form,
	};
	struct fd f = fdget_pos(fd);
	long error;

	if (!f.file)
		return -EBADF;
	error = iterate_dir(f.file, &buf.ctx);
	if (error >= 0)
		error = buf.error;
	if (buf.prev) {
		if (put_user((s64)buf.ctx.pos, (s64 __user *)(buf.prev + 8)))
			error = -EFAULT;
		else
			error = (long)(count - buf.count);
	}
	fdput_pos(f);
	return error;
}

SYSCALL_DEFINE3(getdents64, unsigned int, fd, struct linux_dirent64 __user *, dirent, unsigned int,
		count)
{
	return do_getdents(fd, dirent, count, false);
}

SYSCALL_DEFINE3(getdents, unsigned int, fd, struct linux_dirent __user *, dirent, unsigned int,
		count)
{
	return do_getdents(fd, dirent, count, true);
}
