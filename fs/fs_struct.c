// SPDX-License-Identifier: GPL-2.0-only
/*
 * Root, working directory and umask of a task.
 *
 * Locking: fs->lock for changes and for copies with references; walks under RCU read root and pwd
 * within fs->seq. users is changed under fs->lock.
 * Linux: fs/fs_struct.c. Start at: copy_fs_struct.
 */
#include "fs/fs_struct.h"
#include "fs/mount.h"
#include "fs/dcache.h"
#include "fs/namei.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"
#include "mm/slab.h"

struct fs_struct init_fs = {
	.users = 1,
	.lock = __SPIN_LOCK_UNLOCKED(init_fs.lock),
	.seq = SEQCNT_ZERO(init_fs.seq),
	.umask = 0022,
};

static void set_path(struct fs_struct *fs, struct path *slot, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	write_seqcount_begin(&fs->seq);
	old = *slot;
	*slot = *path;
	write_seqcount_end(&fs->seq);
	spin_unlock(&fs->lock);
	if (old.dentry)
		path_put(&old);
}

void set_fs_root(struct fs_struct *fs, const struct path *path)
{
	set_path(fs, &fs->root, path);
}

void set_fs_pwd(struct fs_struct *fs, const struct path *path)
{
	set_path(fs, &fs->pwd, path);
}

void get_fs_root(struct fs_struct *fs, struct path *root)
{
	spin_lock(&fs->lock);
	*root = fs->root;
	path_get(root);
	spin_unlock(&fs->lock);
}

void get_fs_pwd(struct fs_struct *fs, struct path *pwd)
{
	spin_lock(&fs->lock);
	*pwd = fs->pwd;
	path_get(pwd);
	spin_unlock(&fs->lock);
}

struct fs_struct *copy_fs_struct(struct fs_struct *old)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL_ACCOUNT);

	if (!fs)
		return NULL;
	fs->users = 1;
	fs->in_exec = 0;
	spin_lock_init(&fs->lock);
	seqcount_init(&fs->seq);
	fs->umask = old->umask;
	spin_lock(&old->lock);
	fs->root = old->root;
	path_get(&fs->root);
	fs->pwd = old->pwd;
	path_get(&fs->pwd);
	spin_unlock(&old->lock);
	return fs;
}

void free_fs_struct(struct fs_struct *fs)
{
	path_put(&fs->root);
	path_put(&fs->pwd);
	kfree(fs);
}

/* One user less; true when it was the last. */
static bool fs_put(struct fs_struct *fs)
{
	bool last;

	spin_lock(&fs->lock);
	last = !--fs->users;
	spin_unlock(&fs->lock);
	return last;
}

void exit_fs(struct task_struct *task)
{
	struct fs_struct *fs = task->fs;

	if (fs) {
		task_lock(task);
		task->fs = NULL;
		task_unlock(task);
		if (fs_put(fs))
			free_fs_struct(fs);
	}
}

int unshare_fs_struct(void)
{
	struct fs_struct *fs = current->fs, *new = copy_fs_struct(fs);

	if (!new)
		return -ENOMEM;
	task_lock(current);
	current->fs = new;
	task_unlock(current);
	if (fs_put(fs))
		free_fs_struct(fs);
	return 0;
}

int current_umask(void)
{
	return current->fs->umask;
}

SYSCALL_DEFINE1(umask, int, mask)
{
	return xchg(&current->fs->umask, mask & S_IRWXUGO);
}
