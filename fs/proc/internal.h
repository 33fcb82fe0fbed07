/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to fs/proc/. */
#ifndef CONDUIT_FS_PROC_INTERNAL_H
#define CONDUIT_FS_PROC_INTERNAL_H

#include "kernel/lib/list.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/task.h"
#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/proc/proc.h"

#ifndef INT_MAX
#define INT_MAX 0x7fffffff
#endif

struct mm_struct;
struct seq_file;

/*
 * A permanent file or directory. [L] proc_subdir_lock, [I] never changes once it can be found.
 */
struct proc_dir_entry {
	const char *name;                     /* [I] */
	umode_t mode;                         /* [I] */
	unsigned int nlink;                   /* [L] directories: 2 + directories in it */
	unsigned long ino;                    /* [I] */
	const struct file_operations *fops;   /* [I] */
	const struct seq_operations *seq_ops; /* [I] for proc_create_seq() */
	int (*single_show)(struct seq_file *m, void *v); /* [I] for proc_create_single() */
	char *link_body;                                 /* [I] symlinks */
	void *data;                                      /* [I] the owner's */
	struct proc_dir_entry *parent;                   /* [I] */
	struct list_head subdir;                         /* [L] its entries, by next */
	struct list_head next;                           /* [L] */
};

/* One name in /proc/<pid>/. */
struct pid_entry {
	const char *name;
	umode_t mode;
	const struct inode_operations *iop;
	const struct file_operations *fop;
	/* For proc_single_fops: prints it all; task is referenced. */
	int (*show)(struct seq_file *m, struct pid *pid, struct task_struct *task);
	/* For proc_pid_link_ops: path gets references. */
	int (*get_link)(struct task_struct *task, struct path *path);
};

/* [I] never changes */
struct proc_inode {
	struct proc_dir_entry *pde;    /* [I] permanent entries */
	struct pid *pid;               /* [I] /proc/<pid>/…: whose; referenced */
	unsigned int fd;               /* [I] in fd/ and fdinfo/ */
	const struct pid_entry *entry; /* [I] in /proc/<pid>/ */
	struct inode vfs_inode;
};

static inline struct proc_inode *PROC_I(const struct inode *inode)
{
	return container_of((struct inode *)inode, struct proc_inode, vfs_inode);
}

static inline struct pid *proc_pid(const struct inode *inode)
{
	return PROC_I(inode)->pid;
}

/* The task with a reference, or NULL when it is gone. */
static inline struct task_struct *get_proc_task(const struct inode *inode)
{
	return get_pid_task(proc_pid(inode), PIDTYPE_PID);
}

/*
 * Inode numbers of what belongs to a thread are made from its number, so that they stay the same
 * although inodes come and go.
 */
#define PROC_INO_DIR        1 /* /proc/<pid> */
#define PROC_INO_TID        2 /* /proc/<pid>/task/<tid> */
#define PROC_INO_TGID_ENTRY 0x1000
#define PROC_INO_TID_ENTRY  0x2000
#define PROC_INO_NS_ENTRY   0x3000
#define PROC_INO_FDINFO     0x400000
#define PROC_INO_FD         0x800000

static inline unsigned long proc_pid_ino(const struct pid *pid, unsigned int what)
{
	return ((unsigned long)pid_nr(pid) << 24) | what;
}

#define PROC_ROOT_INO        1
#define PROC_SELF_INO        2
#define PROC_THREAD_SELF_INO 3
#define PROC_NET_INO         4

/* generic.c */
extern struct proc_dir_entry proc_root;
struct proc_dir_entry *proc_find_entry(struct proc_dir_entry *dir, const char *name,
				       unsigned int len);
struct inode *proc_get_inode(struct super_block *sb, struct proc_dir_entry *pde);
struct dentry *proc_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags);
struct dentry *proc_lookup_de(struct inode *dir, struct dentry *dentry, struct proc_dir_entry *de);
int proc_readdir_entries(struct dir_context *ctx, struct proc_dir_entry *dir);
int proc_setattr(struct dentry *dentry, struct iattr *attr);

/* root.c */
struct inode *proc_new_inode(struct super_block *sb);
/* All digits, no leading zero, at most ~0u - 1: the number; else ~0u. */
unsigned int name_to_int(const struct qstr *name);

/* base.c */
struct dentry *proc_pid_lookup(struct dentry *dentry, unsigned int nr);
int proc_pid_readdir(struct file *file, struct dir_context *ctx);
/* ERR_PTR(-ENOENT): the task is gone; ERR_PTR(-ENOMEM). */
struct inode *proc_pid_make_inode(struct super_block *sb, struct task_struct *task, umode_t mode,
				  unsigned int what);
int pid_revalidate(struct dentry *dentry, unsigned int flags);
int pid_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags);
extern const struct dentry_operations pid_dentry_operations;
/* Its mm with a user reference, NULL when it has none, ERR_PTR(-EACCES), ERR_PTR(-ESRCH). */
struct mm_struct *proc_mm_access(const struct inode *inode);
extern const struct file_operations proc_single_fops;

/* net.c */
extern const struct inode_operations proc_net_inode_operations;
extern const struct file_operations proc_net_operations;

/* array.c, task_mem.c, task_mmu.c, fd.c, task_misc.c */
int proc_pid_status(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_tgid_stat(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_tid_stat(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_pid_statm(struct seq_file *m, struct pid *pid, struct task_struct *task);
extern const struct file_operations proc_pid_cmdline_ops, proc_environ_ops, proc_auxv_ops;
extern const struct file_operations proc_pid_maps_ops, proc_pid_smaps_ops;
extern const struct inode_operations proc_fd_inode_operations, proc_fdinfo_inode_operations;
extern const struct file_operations proc_fd_operations, proc_fdinfo_operations;
int proc_pid_wchan(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_pid_stack(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_pid_syscall(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_pid_limits(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_pid_personality(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_oom_score(struct seq_file *m, struct pid *pid, struct task_struct *task);
int proc_pid_cgroup(struct seq_file *m, struct pid *pid, struct task_struct *task);
extern const struct file_operations proc_pid_comm_ops, proc_oom_score_adj_ops;
/* task_fault.c, DEBUG builds only */
extern const struct file_operations proc_make_it_fail_ops, proc_fail_nth_ops;
extern const struct file_operations proc_mounts_ops, proc_mountinfo_ops;

/* Implemented in kernel/main.c. */
const char *saved_command_line(void);

#endif
