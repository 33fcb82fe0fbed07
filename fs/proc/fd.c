// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/fd/: a link for each open descriptor that jumps to the file behind it (also where no
 * path leads: pipes), and /proc/<pid>/fdinfo/: position and flags as text.
 *
 * Rule: opening a link opens the inode anew: a pipe's end becomes a new end of the same pipe.
 * Locking: the directories look under the other task's file_lock and take no reference; whoever opens
 * a link or reads a file of fdinfo does. Linux: fs/proc/fd.c. Start at: proc_fd_jump_link.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/namei.h"

static umode_t link_mode(fmode_t mode)
{
	return S_IFLNK | (mode & FMODE_READ ? 0500 : 0) | (mode & FMODE_WRITE ? 0300 : 0);
}

/* The descriptor is still open, for the same modes. */
static int proc_fd_revalidate(struct dentry *dentry, unsigned int flags)
{
	struct inode *inode = d_inode(dentry);
	struct task_struct *task;
	fmode_t mode;
	bool is_open;

	if (!inode || !pid_revalidate(dentry, flags))
		return 0;
	task = get_proc_task(inode);
	if (!task)
		return 0;
	is_open = task_fd_mode(task, PROC_I(inode)->fd, &mode);
	put_task_struct(task);
	if (is_open && S_ISLNK(inode->i_mode))
		WRITE_ONCE(inode->i_mode, link_mode(mode));
	return is_open;
}

static const struct dentry_operations proc_fd_dentry_operations = {
	.d_revalidate = proc_fd_revalidate,
};

static int proc_fd_jump_link(struct dentry *dentry, struct inode *inode, struct path *path)
{
	struct task_struct *task = get_proc_task(inode);
	struct file *file;
	int ret = -EACCES;

	if (!task)
		return -ENOENT;
	if (proc_may_access(task)) {
		ret = -ENOENT;
		file = fget_task(task, PROC_I(inode)->fd);
		if (file) {
			*path = file->f_path;
			path_get(path);
			fput(file);
			ret = 0;
		}
	}
	put_task_struct(task);
	return ret;
}

static int proc_fd_readlink(struct dentry *dentry, char __user *buffer, int buflen)
{
	struct path path;
	char *page, *name;
	int ret = proc_fd_jump_link(dentry, d_inode(dentry), &path);

	if (ret)
		return ret;
	ret = -ENOMEM;
	page = kmalloc(PATH_MAX, GFP_KERNEL);
	if (page) {
		name = d_path(&path, page, PATH_MAX);
		ret = IS_ERR(name) ? PTR_ERR(name) : readlink_copy(buffer, buflen, name);
		kfree(page);
	}
	path_put(&path);
	return ret;
}

static const struct inode_operations proc_fd_link_inode_operations = {
	.jump_link = proc_fd_jump_link,
	.readlink = proc_fd_readlink,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

/* ---- fdinfo ---- */

static int proc_fdinfo_show(struct seq_file *m, void *v)
{
	struct inode *inode = m->private;
	struct task_struct *task = get_proc_task(inode);
	unsigned int fd = PROC_I(inode)->fd, flags;
	struct files_struct *files;
	struct file *file;

	if (!task)
		return -ENOENT;
	file = fget_task(task, fd);
	if (!file) {
		put_task_struct(task);
		return -ENOENT;
	}
	flags = READ_ONCE(file->f_flags) & ~(unsigned int)O_CLOEXEC;
	task_lock(task);
	files = task->files;
	if (files) {
		rcu_read_lock();
		if (fd < rcu_dereference(files->fdt)->max_fds &&
		    test_bit(fd, rcu_dereference(files->fdt)->close_on_exec))
			flags |= O_CLOEXEC;
		rcu_read_unlock();
	}
	task_unlock(task);
	put_task_struct(task);
	seq_printf(m, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (long long)file->f_pos,
		   flags, file->f_path.mnt ? real_mount(file->f_path.mnt)->mnt_id : 0,
		   file_inode(file)->i_ino);
	if (file->f_op->show_fdinfo)
		file->f_op->show_fdinfo(m, file);
	fput(file);
	return 0;
}

static int proc_fdinfo_open(struct inode *inode, struct file *file)
{
	struct task_struct *task = get_proc_task(inode);
	bool allowed = task && proc_may_access(task);

	if (!task)
		return -ESRCH;
	put_task_struct(task);
	return allowed ? single_open(file, proc_fdinfo_show, inode) : -EACCES;
}

static const struct file_operations proc_fdinfo_file_operations = {
	.open = proc_fdinfo_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct inode_operations proc_fdinfo_file_inode_operations = {
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

/* ---- the two directories ---- */

static struct inode *fd_inode(struct super_block *sb, struct task_struct *task, unsigned int fd,
			      fmode_t mode, bool info)
{
	umode_t bits = info ? S_IFREG | 0444 : link_mode(mode);
	struct inode *inode = proc_pid_make_inode(sb, task, bits,
						  (info ? PROC_INO_FDINFO : PROC_INO_FD) | fd);

	if (IS_ERR(inode))
		return inode;
	PROC_I(inode)->fd = fd;
	if (info) {
		inode->i_op = &proc_fdinfo_file_inode_operations;
		inode->i_fop = &proc_fdinfo_file_operations;
	} else {
		inode->i_op = &proc_fd_link_inode_operations;
		inode->i_size = 64;
	}
	return inode;
}

static struct dentry *fd_lookup(struct inode *dir, struct dentry *dentry, bool info)
{
	struct task_struct *task = get_proc_task(dir);
	unsigned int fd = name_to_int(&dentry->d_name);
	struct inode *inode = ERR_PTR(-ENOENT);
	fmode_t mode;

	if (!task)
		return ERR_PTR(-ENOENT);
	if (task_fd_mode(task, fd, &mode))
		inode = fd_inode(dir->i_sb, task, fd, mode, info);
	put_task_struct(task);
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	dentry->d_op = &proc_fd_dentry_operations;
	dentry->d_flags |= DCACHE_OP_REVALIDATE;
	return d_splice_alias(inode, dentry);
}

static int fd_readdir(struct file *dir, struct dir_context *ctx, bool info)
{
	struct inode *inode = file_inode(dir);
	struct task_struct *task = get_proc_task(inode);
	char name[12];
	unsigned int fd;
	fmode_t mode;

	if (!task)
		return -ENOENT;
	if (!dir_emit_dots(dir, ctx))
		goto out;
	for (fd = ctx->pos - 2; ctx->pos - 2 <= INT_MAX && task_next_fd(task, &fd, &mode); fd++) {
		int len = snprintf(name, sizeof(name), "%u", fd);

		ctx->pos = (loff_t)fd + 2;
		if (!dir_emit(ctx, name, len,
			      proc_pid_ino(proc_pid(inode),
					   (info ? PROC_INO_FDINFO : PROC_INO_FD) | fd),
			      info ? DT_REG : DT_LNK))
			goto out;
		ctx->pos++;
	}
out:
	put_task_struct(task);
	return 0;
}

static struct dentry *proc_lookupfd(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	return fd_lookup(dir, dentry, false);
}

static struct dentry *proc_lookupfdinfo(struct inode *dir, struct dentry *dentry,
					unsigned int flags)
{
	return fd_lookup(dir, dentry, true);
}

static int proc_readfd(struct file *file, struct dir_context *ctx)
{
	return fd_readdir(file, ctx, false);
}

static int proc_readfdinfo(struct file *file, struct dir_context *ctx)
{
	return fd_readdir(file, ctx, true);
}

/* One's own descriptors are always there, whoever the directory belongs to. */
static int proc_fd_permission(struct inode *inode, int mask)
{
	int ret = generic_permission(inode, mask);
	struct task_struct *task;

	if (!ret)
		return 0;
	rcu_read_lock();
	task = pid_task(proc_pid(inode), PIDTYPE_PID);
	if (task && same_thread_group(task, current))
		ret = 0;
	rcu_read_unlock();
	return ret;
}

const struct inode_operations proc_fd_inode_operations = {
	.lookup = proc_lookupfd,
	.permission = proc_fd_permission,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

const struct inode_operations proc_fdinfo_inode_operations = {
	.lookup = proc_lookupfdinfo,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

const struct file_operations proc_fd_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_readfd,
};

const struct file_operations proc_fdinfo_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_readfdinfo,
};
