// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/ and /proc/<pid>/task/<tid>/: directories, who may look, and the tables of their files.
 *
 * Idea: an inode here holds a reference to a struct pid, never to a task. Each operation asks for
 * the task anew; when it is gone the answer is -ESRCH (an open file) or -ENOENT (a name), and
 * nothing of a dead task is kept alive by somebody who has its files open.
 * Rules: 1. Everybody may see that a process exists, what it is called and how it is doing; memory,
 * descriptors, paths are for those who could trace it: proc_may_access(). 2. Inodes belong to the
 * process's effective user, or to root when it is not dumpable.
 * Locking: RCU or a task reference to look at a task; what is behind it has its own locks.
 * Linux: fs/proc/base.c. Left out: mem, pagemap, ptrace access modes, hidepid.
 * Start at: proc_pid_lookup, tgid_base_stuff.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/nsproxy.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/fs_struct.h"
#include "fs/libfs.h"
#include "fs/namei.h"
#include "fs/nsfs.h"
#include "fs/stat.h"

/* ---- who may look ---- */

bool proc_may_access(struct task_struct *task)
{
	const struct cred *mine = current_cred(), *its;
	bool same;

	if (same_thread_group(task, current))
		return true;
	rcu_read_lock();
	its = __task_cred(task);
	same = mine->fsuid == its->euid && mine->fsuid == its->suid && mine->fsuid == its->uid &&
	       mine->fsgid == its->egid && mine->fsgid == its->sgid && mine->fsgid == its->gid &&
	       !(its->cap_permitted & ~mine->cap_permitted);
	rcu_read_unlock();
	/* In the middle of exec the old cred says nothing about the new program. */
	if (same && task->dumpable == 1 && !READ_ONCE(task->in_execve))
		return true;
	return capable(CAP_SYS_PTRACE);
}

struct mm_struct *proc_mm_access(const struct inode *inode)
{
	struct task_struct *task = get_proc_task(inode);
	struct mm_struct *mm;

	if (!task)
		return ERR_PTR(-ESRCH);
	mm = get_task_mm(task);
	if (mm && mm != current->mm && !proc_may_access(task)) {
		mmput(mm);
		mm = ERR_PTR(-EACCES);
	}
	put_task_struct(task);
	return mm;
}

/* ---- inodes ---- */

static void task_dump_owner(struct task_struct *task, umode_t mode, uid_t *uid, gid_t *gid)
{
	const struct cred *cred;

	rcu_read_lock();
	cred = __task_cred(task);
	*uid = cred->euid;
	*gid = cred->egid;
	rcu_read_unlock();
	/* The directory itself always belongs to the user: it shows nothing secret. */
	if (mode != (S_IFDIR | 0555) && READ_ONCE(task->mm) && task->dumpable != 1)
		*uid = *gid = 0;
}

struct inode *proc_pid_make_inode(struct super_block *sb, struct task_struct *task, umode_t mode,
				  unsigned int what)
{
	struct pid *pid = get_task_pid(task, PIDTYPE_PID);
	struct inode *inode;

	if (!pid)
		return ERR_PTR(-ENOENT);
	inode = proc_new_inode(sb);
	if (!inode) {
		put_pid(pid);
		return ERR_PTR(-ENOMEM);
	}
	PROC_I(inode)->pid = pid;
	inode->i_ino = proc_pid_ino(pid, what);
	inode->i_mode = mode;
	task_dump_owner(task, mode, &inode->i_uid, &inode->i_gid);
	return inode;
}

/* A cached name is good as long as the task lives; its owner may have changed. */
int pid_revalidate(struct dentry *dentry, unsigned int flags)
{
	struct inode *inode = d_inode(dentry);
	struct task_struct *task = inode ? get_proc_task(inode) : NULL;

	if (!task)
		return 0;
	task_dump_owner(task, inode->i_mode, &inode->i_uid, &inode->i_gid);
	put_task_struct(task);
	return 1;
}

const struct dentry_operations pid_dentry_operations = {
	.d_revalidate = pid_revalidate,
};

int pid_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct task_struct *task = get_proc_task(inode);

	if (!task)
		return -ESRCH;
	task_dump_owner(task, inode->i_mode, &inode->i_uid, &inode->i_gid);
	put_task_struct(task);
	generic_fillattr(inode, stat);
	return 0;
}

static struct dentry *pid_instantiate(struct dentry *dentry, struct inode *inode)
{
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	dentry->d_op = &pid_dentry_operations;
	dentry->d_flags |= DCACHE_OP_REVALIDATE;
	return d_splice_alias(inode, dentry);
}

/* ---- files that one function prints ---- */

static int proc_single_show(struct seq_file *m, void *v)
{
	struct inode *inode = m->private;
	struct task_struct *task = get_proc_task(inode);
	int ret;

	if (!task)
		return -ESRCH;
	ret = PROC_I(inode)->entry->show(m, proc_pid(inode), task);
	put_task_struct(task);
	return ret;
}

static int proc_single_open(struct inode *inode, struct file *file)
{
	return single_open(file, proc_single_show, inode);
}

const struct file_operations proc_single_fops = {
	.open = proc_single_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* ---- links: exe, cwd, root ---- */

static int proc_exe_link(struct task_struct *task, struct path *path)
{
	struct mm_struct *mm = get_task_mm(task);
	struct file *exe = mm ? get_mm_exe_file(mm) : NULL;

	if (mm)
		mmput(mm);
	if (!exe)
		return -ENOENT;
	*path = exe->f_path;
	path_get(path);
	fput(exe);
	return 0;
}

static int proc_fs_link(struct task_struct *task, struct path *path,
			void (*get)(struct fs_struct *fs, struct path *path))
{
	int ret = -ENOENT;

	task_lock(task);
	if (task->fs) {
		get(task->fs, path);
		ret = 0;
	}
	task_unlock(task);
	return ret;
}

static int proc_cwd_link(struct task_struct *task, struct path *path)
{
	return proc_fs_link(task, path, get_fs_pwd);
}

static int proc_root_link(struct task_struct *task, struct path *path)
{
	return proc_fs_link(task, path, get_fs_root);
}

static int proc_pid_jump_link(struct dentry *dentry, struct inode *inode, struct path *path)
{
	struct task_struct *task = get_proc_task(inode);
	int ret;

	if (!task)
		return -ENOENT;
	ret = proc_may_access(task) ? PROC_I(inode)->entry->get_link(task, path) : -EACCES;
	put_task_struct(task);
	return ret;
}

/* What readlink(2) shows of a link that jumps. */
static int proc_pid_readlink(struct dentry *dentry, char __user *buffer, int buflen)
{
	struct inode *inode = d_inode(dentry);
	struct path path;
	char *page, *name;
	int ret;

	ret = inode->i_op->jump_link(dentry, inode, &path);
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

static const struct inode_operations proc_pid_link_inode_operations = {
	.jump_link = proc_pid_jump_link,
	.readlink = proc_pid_readlink,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

/* ---- directories of entries ---- */

static const struct inode_operations proc_pid_file_inode_operations = {
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

static struct dentry *proc_pident_lookup(struct inode *dir, struct dentry *dentry,
					 const struct pid_entry *entries, unsigned int n,
					 unsigned int first_ino)
{
	struct task_struct *task = get_proc_task(dir);
	struct inode *inode = ERR_PTR(-ENOENT);
	const struct pid_entry *e;

	if (!task)
		return ERR_PTR(-ENOENT);
	for (e = entries; e < entries + n; e++)
		if (strlen(e->name) == dentry->d_name.len &&
		    !memcmp(e->name, dentry->d_name.name, dentry->d_name.len))
			break;
	if (e < entries + n)
		inode = proc_pid_make_inode(dir->i_sb, task, e->mode,
					    first_ino + (unsigned int)(e - entries));
	if (!IS_ERR(inode)) {
		PROC_I(inode)->entry = e;
		if (S_ISDIR(e->mode))
			set_nlink(inode, 2);
		inode->i_op = e->iop ? e->iop : &proc_pid_file_inode_operations;
		if (e->fop)
			inode->i_fop = e->fop;
	}
	put_task_struct(task);
	return pid_instantiate(dentry, inode);
}

static int proc_pident_readdir(struct file *file, struct dir_context *ctx,
			       const struct pid_entry *entries, unsigned int n,
			       unsigned int first_ino)
{
	struct inode *dir = file_inode(file);
	struct task_struct *task = get_proc_task(dir);

	if (!task)
		return -ENOENT;
	put_task_struct(task);
	if (!dir_emit_dots(file, ctx))
		return 0;
	for (; ctx->pos >= 2 && ctx->pos < n + 2; ctx->pos++) {
		const struct pid_entry *e = &entries[ctx->pos - 2];

		if (!dir_emit(ctx, e->name, strlen(e->name),
			      proc_pid_ino(proc_pid(dir), first_ino + (unsigned int)(e - entries)),
			      (e->mode >> 12) & 15))
			break;
	}
	return 0;
}

#define PID_DIR(NAME, MODE, iops, fops)                                                            \
	{                                                                                          \
		NAME, S_IFDIR | (MODE), &(iops), &(fops), NULL, NULL                               \
	}
#define PID_LNK(NAME, get)                                                                         \
	{                                                                                          \
		NAME, S_IFLNK | 0777, &proc_pid_link_inode_operations, NULL, NULL, get             \
	}
#define PID_REG(NAME, MODE, fops)                                                                  \
	{                                                                                          \
		NAME, S_IFREG | (MODE), NULL, &(fops), NULL, NULL                                  \
	}
#define PID_ONE(NAME, MODE, show)                                                                  \
	{                                                                                          \
		NAME, S_IFREG | (MODE), NULL, &proc_single_fops, show, NULL                        \
	}

/* ---- ns/ ---- */

static int proc_ipcns_link(struct task_struct *task, struct path *path)
{
	return ns_get_path(path, task, &ipcns_operations);
}

static int proc_utsns_link(struct task_struct *task, struct path *path)
{
	return ns_get_path(path, task, &utsns_operations);
}

static const struct pid_entry ns_dir_stuff[] = {
	PID_LNK("ipc", proc_ipcns_link),
	PID_LNK("uts", proc_utsns_link),
};

static struct dentry *proc_ns_dir_lookup(struct inode *dir, struct dentry *dentry,
					 unsigned int flags)
{
	return proc_pident_lookup(dir, dentry, ns_dir_stuff, ARRAY_SIZE(ns_dir_stuff),
				  PROC_INO_NS_ENTRY);
}

static int proc_ns_dir_readdir(struct file *file, struct dir_context *ctx)
{
	return proc_pident_readdir(file, ctx, ns_dir_stuff, ARRAY_SIZE(ns_dir_stuff),
				   PROC_INO_NS_ENTRY);
}

static const struct inode_operations proc_ns_dir_inode_operations = {
	.lookup = proc_ns_dir_lookup,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

static const struct file_operations proc_ns_dir_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_ns_dir_readdir,
};

static const struct pid_entry tid_base_stuff[] = {
	PID_DIR("fd", 0500, proc_fd_inode_operations, proc_fd_operations),
	PID_DIR("fdinfo", 0555, proc_fdinfo_inode_operations, proc_fdinfo_operations),
	PID_DIR("ns", 0511, proc_ns_dir_inode_operations, proc_ns_dir_operations),
	PID_DIR("net", 0555, proc_net_inode_operations, proc_net_operations),
	PID_REG("environ", 0400, proc_environ_ops),
	PID_REG("auxv", 0400, proc_auxv_ops),
	PID_ONE("status", 0444, proc_pid_status),
	PID_ONE("personality", 0400, proc_pid_personality),
	PID_ONE("limits", 0444, proc_pid_limits),
	PID_REG("comm", 0644, proc_pid_comm_ops),
	PID_ONE("syscall", 0400, proc_pid_syscall),
	PID_REG("cmdline", 0444, proc_pid_cmdline_ops),
	PID_ONE("stat", 0444, proc_tid_stat),
	PID_ONE("statm", 0444, proc_pid_statm),
	PID_REG("maps", 0444, proc_pid_maps_ops),
	PID_LNK("cwd", proc_cwd_link),
	PID_LNK("root", proc_root_link),
	PID_LNK("exe", proc_exe_link),
	PID_REG("mounts", 0444, proc_mounts_ops),
	PID_REG("mountinfo", 0444, proc_mountinfo_ops),
	PID_REG("smaps", 0444, proc_pid_smaps_ops),
	PID_ONE("wchan", 0444, proc_pid_wchan),
	PID_ONE("stack", 0400, proc_pid_stack),
	PID_ONE("cgroup", 0444, proc_pid_cgroup),
	PID_ONE("oom_score", 0444, proc_oom_score),
	PID_REG("oom_score_adj", 0644, proc_oom_score_adj_ops),
#ifdef CONFIG_DEBUG
	PID_REG("make-it-fail", 0644, proc_make_it_fail_ops),
	PID_REG("fail-nth", 0644, proc_fail_nth_ops),
#endif
};

static struct dentry *proc_tid_base_lookup(struct inode *dir, struct dentry *dentry,
					   unsigned int flags)
{
	return proc_pident_lookup(dir, dentry, tid_base_stuff, ARRAY_SIZE(tid_base_stuff),
				  PROC_INO_TID_ENTRY);
}

static int proc_tid_base_readdir(struct file *file, struct dir_context *ctx)
{
	return proc_pident_readdir(file, ctx, tid_base_stuff, ARRAY_SIZE(tid_base_stuff),
				   PROC_INO_TID_ENTRY);
}

static const struct inode_operations proc_tid_base_inode_operations = {
	.lookup = proc_tid_base_lookup,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

static const struct file_operations proc_tid_base_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_tid_base_readdir,
};

/* ---- task/ ---- */

static struct dentry *proc_task_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	unsigned int nr = name_to_int(&dentry->d_name);
	struct task_struct *leader = get_proc_task(dir), *task = NULL;
	struct inode *inode = ERR_PTR(-ENOENT);

	if (!leader)
		return ERR_PTR(-ENOENT);
	if (nr <= INT_MAX)
		task = find_get_task_by_pid((int)nr);
	if (task && same_thread_group(task, leader)) {
		inode = proc_pid_make_inode(dir->i_sb, task, S_IFDIR | 0555, PROC_INO_TID);
		if (!IS_ERR(inode)) {
			set_nlink(inode, 6); /* fd, fdinfo, ns, net */
			inode->i_op = &proc_tid_base_inode_operations;
			inode->i_fop = &proc_tid_base_operations;
		}
	}
	if (task)
		put_task_struct(task);
	put_task_struct(leader);
	return pid_instantiate(dentry, inode);
}

/* The nr-th thread of the leader's process, counting from 0: its number and pid, or 0. */
static int nth_thread(struct pid *leader_pid, loff_t n, struct pid **pid)
{
	struct task_struct *leader, *t;
	int tid = 0;

	rcu_read_lock();
	leader = pid_task(leader_pid, PIDTYPE_PID);
	if (leader) {
		for_each_thread (leader, t) {
			if (n--)
				continue;
			*pid = task_pid(t);
			tid = t->pid;
			break;
		}
	}
	rcu_read_unlock();
	return tid;
}

static int proc_task_readdir(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file_inode(file);
	char name[12];
	int tid;

	if (!dir_emit_dots(file, ctx))
		return 0;
	for (;; ctx->pos++) {
		struct pid *pid = NULL;
		int len;

		tid = nth_thread(proc_pid(dir), ctx->pos - 2, &pid);
		if (!tid)
			return 0;
		len = snprintf(name, sizeof(name), "%d", tid);
		if (!dir_emit(ctx, name, len, ((unsigned long)tid << 24) | PROC_INO_TID, DT_DIR))
			return 0;
	}
}

static int proc_task_getattr(const struct path *path, struct kstat *stat, u32 mask,
			     unsigned int flags)
{
	struct task_struct *task;
	int ret = pid_getattr(path, stat, mask, flags);

	task = get_proc_task(d_inode(path->dentry));
	if (task) {
		stat->nlink += task->signal->nr_threads;
		put_task_struct(task);
	}
	return ret;
}

static const struct inode_operations proc_task_inode_operations = {
	.lookup = proc_task_lookup,
	.getattr = proc_task_getattr,
	.setattr = proc_setattr,
};

static const struct file_operations proc_task_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_task_readdir,
};

/* ---- /proc/<pid> ---- */

static const struct pid_entry tgid_base_stuff[] = {
	PID_DIR("task", 0555, proc_task_inode_operations, proc_task_operations),
	PID_DIR("fd", 0500, proc_fd_inode_operations, proc_fd_operations),
	PID_DIR("fdinfo", 0555, proc_fdinfo_inode_operations, proc_fdinfo_operations),
	PID_DIR("ns", 0511, proc_ns_dir_inode_operations, proc_ns_dir_operations),
	PID_DIR("net", 0555, proc_net_inode_operations, proc_net_operations),
	PID_REG("environ", 0400, proc_environ_ops),
	PID_REG("auxv", 0400, proc_auxv_ops),
	PID_ONE("status", 0444, proc_pid_status),
	PID_ONE("personality", 0400, proc_pid_personality),
	PID_ONE("limits", 0444, proc_pid_limits),
	PID_REG("comm", 0644, proc_pid_comm_ops),
	PID_ONE("syscall", 0400, proc_pid_syscall),
	PID_REG("cmdline", 0444, proc_pid_cmdline_ops),
	PID_ONE("stat", 0444, proc_tgid_stat),
	PID_ONE("statm", 0444, proc_pid_statm),
	PID_REG("maps", 0444, proc_pid_maps_ops),
	PID_LNK("cwd", proc_cwd_link),
	PID_LNK("root", proc_root_link),
	PID_LNK("exe", proc_exe_link),
	PID_REG("mounts", 0444, proc_mounts_ops),
	PID_REG("mountinfo", 0444, proc_mountinfo_ops),
	PID_REG("smaps", 0444, proc_pid_smaps_ops),
	PID_ONE("wchan", 0444, proc_pid_wchan),
	PID_ONE("stack", 0400, proc_pid_stack),
	PID_ONE("cgroup", 0444, proc_pid_cgroup),
	PID_ONE("oom_score", 0444, proc_oom_score),
	PID_REG("oom_score_adj", 0644, proc_oom_score_adj_ops),
#ifdef CONFIG_DEBUG
	PID_REG("make-it-fail", 0644, proc_make_it_fail_ops),
	PID_REG("fail-nth", 0644, proc_fail_nth_ops),
#endif
};

static struct dentry *proc_tgid_base_lookup(struct inode *dir, struct dentry *dentry,
					    unsigned int flags)
{
	return proc_pident_lookup(dir, dentry, tgid_base_stuff, ARRAY_SIZE(tgid_base_stuff),
				  PROC_INO_TGID_ENTRY);
}

static int proc_tgid_base_readdir(struct file *file, struct dir_context *ctx)
{
	return proc_pident_readdir(file, ctx, tgid_base_stuff, ARRAY_SIZE(tgid_base_stuff),
				   PROC_INO_TGID_ENTRY);
}

static const struct inode_operations proc_tgid_base_inode_operations = {
	.lookup = proc_tgid_base_lookup,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

static const struct file_operations proc_tgid_base_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_tgid_base_readdir,
};

struct pid *tgid_pidfd_to_pid(const struct file *file)
{
	if (file->f_op != &proc_tgid_base_operations)
		return ERR_PTR(-EBADF);
	return proc_pid(file_inode(file));
}

/* Threads can be looked up in /proc too, they are only not listed. */
struct dentry *proc_pid_lookup(struct dentry *dentry, unsigned int nr)
{
	struct task_struct *task = nr <= INT_MAX ? find_get_task_by_pid((int)nr) : NULL;
	struct inode *inode;

	if (!task)
		return ERR_PTR(-ENOENT);
	inode = proc_pid_make_inode(dentry->d_sb, task, S_IFDIR | 0555, PROC_INO_DIR);
	put_task_struct(task);
	if (!IS_ERR(inode)) {
		set_nlink(inode, 7); /* and task */
		inode->i_op = &proc_tgid_base_inode_operations;
		inode->i_fop = &proc_tgid_base_operations;
	}
	return pid_instantiate(dentry, inode);
}

/* The first process with a number of at least nr, or 0. */
static int next_tgid(int nr)
{
	struct pid *pid;
	int found = 0;

	rcu_read_lock();
	while (!found && (pid = find_ge_pid(nr))) {
		nr = pid_nr(pid) + 1;
		if (pid_task(pid, PIDTYPE_TGID))
			found = pid_nr(pid);
	}
	rcu_read_unlock();
	return found;
}

/* ctx->pos: the number to go on from. */
int proc_pid_readdir(struct file *file, struct dir_context *ctx)
{
	char name[12];
	int nr;

	if (ctx->pos < 0 || ctx->pos > INT_MAX - 1)
		return 0;
	while ((nr = next_tgid((int)ctx->pos))) {
		int len = snprintf(name, sizeof(name), "%d", nr);

		ctx->pos = nr;
		if (!dir_emit(ctx, name, len, ((unsigned long)nr << 24) | PROC_INO_DIR, DT_DIR))
			return 0;
		ctx->pos = nr + 1;
	}
	ctx->pos = INT_MAX;
	return 0;
}
