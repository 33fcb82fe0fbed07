/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A task's root, working directory and umask; shared by CLONE_FS. Linux: include/linux/fs_struct.h.
 */
#ifndef CONDUIT_FS_FS_STRUCT_H
#define CONDUIT_FS_FS_STRUCT_H

#include "kernel/lib/types.h"
#include "kernel/locking/seqlock.h"
#include "kernel/locking/spinlock.h"
#include "fs/fs.h"

struct task_struct;

/* [L] lock for writing; lookups under RCU also check seq */
struct fs_struct {
	int users; /* [L] tasks */
	spinlock_t lock;
	seqcount_t seq;
	int umask;             /* [L] */
	int in_exec;           /* [L] threads in exec: no new sharers meanwhile */
	struct path root, pwd; /* [L] referenced */
};

extern struct fs_struct init_fs;

struct fs_struct *copy_fs_struct(struct fs_struct *old); /* NULL when out of memory */
void free_fs_struct(struct fs_struct *fs);
void exit_fs(struct task_struct *task);
int unshare_fs_struct(void);
void set_fs_root(struct fs_struct *fs, const struct path *path);
void set_fs_pwd(struct fs_struct *fs, const struct path *path);
void get_fs_root(struct fs_struct *fs, struct path *root);
void get_fs_pwd(struct fs_struct *fs, struct path *pwd);
int current_umask(void);

#endif
