/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounts: where file systems hang in the tree. Implemented in fs/mount_tree.c and fs/namespace.c.
 * struct vfsmount is what a path carries; struct mount around it is the tree's business.
 * Linux: include/linux/mount.h, fs/mount.h (one mount namespace here, no propagation).
 */
#ifndef CONDUIT_FS_MOUNT_H
#define CONDUIT_FS_MOUNT_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/seqlock.h"
#include "kernel/x86/atomic.h"
#include "fs/fs.h"

struct vfsmount {
	struct dentry *mnt_root;    /* [I] referenced */
	struct super_block *mnt_sb; /* [I] active reference */
	int mnt_flags;              /* MNT_* */
};

#define MNT_NOSUID      0x01
#define MNT_NODEV       0x02
#define MNT_NOEXEC      0x04
#define MNT_NOATIME     0x08
#define MNT_NODIRATIME  0x10
#define MNT_RELATIME    0x20
#define MNT_READONLY    0x40
#define MNT_NOSYMFOLLOW 0x80
#define MNT_INTERNAL    0x4000 /* kern_mount(): not in the tree */
#define MNT_USER_SETTABLE_MASK                                                                     \
	(MNT_NOSUID | MNT_NODEV | MNT_NOEXEC | MNT_NOATIME | MNT_NODIRATIME | MNT_RELATIME |       \
	 MNT_READONLY | MNT_NOSYMFOLLOW)

/* [M] mount_lock for writing, RCU and its sequence for reading; [S] namespace_sem; [A] atomic */
struct mount {
	struct hlist_node mnt_hash;    /* [M] by parent mount and mount point */
	struct mount *mnt_parent;      /* [M] itself at the top or when not in the tree */
	struct dentry *mnt_mountpoint; /* [M] referenced */
	struct vfsmount mnt;
	atomic_t mnt_count;          /* [A] paths, children, being in the tree */
	atomic_t mnt_writers;        /* [A] files open for writing, changes under way */
	struct list_head mnt_mounts; /* [S] children */
	struct list_head mnt_child;  /* [S] */
	struct list_head mnt_list;   /* [S] in the order of mounting: /proc/mounts */
	const char *mnt_devname;     /* [I] */
	int mnt_id;                  /* [I] */
	bool mnt_attached;           /* [S] in the tree */
	int mnt_expiry_mark;         /* [A] a first umount2(MNT_EXPIRE) was here */
	struct rcu_head mnt_rcu;
};

static inline struct mount *real_mount(struct vfsmount *mnt)
{
	return container_of(mnt, struct mount, mnt);
}

/* Odd while the tree of mounts changes. */
extern seqlock_t mount_lock;
/* The list of mounts, for /proc/mounts and mountinfo: read side. */
extern struct rw_semaphore namespace_sem;
extern struct list_head mount_list;

static inline struct vfsmount *mntget(struct vfsmount *mnt)
{
	if (mnt)
		atomic_inc(&real_mount(mnt)->mnt_count);
	return mnt;
}

void mntput(struct vfsmount *mnt);

/* The mount on top of (mnt, dentry), with a reference, or NULL. */
struct vfsmount *lookup_mnt(struct vfsmount *mnt, struct dentry *dentry);
/* The same without a reference: caller holds rcu_read_lock() and checks mount_lock itself. */
struct mount *__lookup_mnt(struct vfsmount *mnt, struct dentry *dentry);
bool is_local_mountpoint(struct dentry *dentry);

/* 0, or -EROFS when the mount or its file system is read-only. */
int mnt_want_write(struct vfsmount *mnt);
int __mnt_want_write(struct vfsmount *mnt);
int mnt_want_write_file(struct file *file);
void mnt_drop_write(struct vfsmount *mnt);
void mnt_drop_write_file(struct file *file);
bool __mnt_is_readonly(const struct vfsmount *mnt);
/* Devices do not work, or programs are not run, from here. */
bool path_noexec(const struct path *path);
bool mnt_may_suid(const struct vfsmount *mnt);
bool may_open_dev(const struct path *path);

/* As mount(2), for the kernel's own start. */
int do_mount(const char *dev_name, const char *dir_name, const char *type, unsigned long flags,
	     void *data);
int path_mount(const char *dev_name, struct path *path, const char *type, unsigned long flags,
	       void *data);
void kern_unmount(struct vfsmount *mnt);
/* Mounts the root file system and makes it init_fs's root and working directory. */
void mnt_init(void);
/* All of the above and below, once, at boot. */
void vfs_caches_init(void);

/* Lines of /proc/<pid>/{mounts,mountinfo}; caller holds namespace_sem. */
int show_vfsmnt(struct seq_file *m, struct vfsmount *mnt);
int show_mountinfo(struct seq_file *m, struct vfsmount *mnt);

#endif
