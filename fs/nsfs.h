/* SPDX-License-Identifier: GPL-2.0-only */
/* Namespaces as files. Implemented in fs/nsfs.c. Linux: include/linux/proc_ns.h. */
#ifndef CONDUIT_FS_NSFS_H
#define CONDUIT_FS_NSFS_H

struct file;
struct ns_common;
struct path;
struct proc_ns_operations;
struct task_struct;

/* A path to the task's namespace, with references. 0, -ENOENT (it has left), -ENOMEM. */
int ns_get_path(struct path *path, struct task_struct *task, const struct proc_ns_operations *ops);
/* The namespace behind an open file, which keeps it; NULL when it is another kind of file. */
struct ns_common *get_proc_ns(const struct file *file);

#endif
