/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc: how the rest of the kernel puts files there. Entries stay for ever.
 *
 *	proc_create_single("loadavg", 0444, NULL, loadavg_show);
 *
 * parent == NULL is /proc itself; a name may contain '/' for directories that exist.
 * All of these return NULL when out of memory. Call them from fs_initcall() or later.
 * Implemented in fs/proc/generic.c. Linux: include/linux/proc_fs.h.
 */
#ifndef CONDUIT_FS_PROC_PROC_H
#define CONDUIT_FS_PROC_PROC_H

#include "kernel/lib/types.h"
#include "fs/fs.h"
#include "fs/seq_file.h"

struct proc_dir_entry;

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent);
struct proc_dir_entry *proc_symlink(const char *name, struct proc_dir_entry *parent,
				    const char *body);
struct proc_dir_entry *proc_create_data(const char *name, umode_t mode,
					struct proc_dir_entry *parent,
					const struct file_operations *fops, void *data);
/* A text made of records, or by one function. */
struct proc_dir_entry *proc_create_seq(const char *name, umode_t mode,
				       struct proc_dir_entry *parent,
				       const struct seq_operations *ops);
struct proc_dir_entry *proc_create_single(const char *name, umode_t mode,
					  struct proc_dir_entry *parent,
					  int (*show)(struct seq_file *m, void *v));

/* In /proc/net, of which every process has one: fs/proc/net.c. From fs_initcall() on. */
struct proc_dir_entry *proc_create_net_seq(const char *name, umode_t mode,
					   const struct seq_operations *ops);

/* May the caller look into the task's memory and descriptors? As ptrace(2) decides. */
bool proc_may_access(struct task_struct *task);
/* The process whose directory /proc/<pid> this is, no reference taken; or ERR_PTR(-EBADF). */
struct pid *tgid_pidfd_to_pid(const struct file *file);

static inline struct proc_dir_entry *proc_create(const char *name, umode_t mode,
						 struct proc_dir_entry *parent,
						 const struct file_operations *fops)
{
	return proc_create_data(name, mode, parent, fops, NULL);
}

/* The data of an entry's inode. */
void *pde_data(const struct inode *inode);

#endif
