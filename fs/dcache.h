/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dentry cache: names in directories and the tree that they form. Implemented in fs/dcache.c.
 *
 * A dentry with an inode is positive, one without is negative (the name is known not to exist).
 * A dentry lives while it is referenced: by its children, by open files and paths, and, in file
 * systems that live in memory, by one extra reference for as long as the name exists. The last
 * dput() frees it (after an RCU grace period); nothing lingers unreferenced.
 * Linux: include/linux/dcache.h (there unreferenced dentries stay on an LRU list).
 */
#ifndef CONDUIT_FS_DCACHE_H
#define CONDUIT_FS_DCACHE_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/list.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/seqlock.h"
#include "kernel/x86/atomic.h"
#include "fs/fs.h"

#define DNAME_INLINE_LEN 40

/*
 * [D] d_lock for writing, RCU for reading; [N] rename_lock for writing, RCU and a rename_lock
 * sequence for reading; [P] the parent's d_lock; [I] never changes; [A] atomic.
 */
struct dentry {
	unsigned int d_flags;           /* [D] DCACHE_* */
	atomic_t d_count;               /* [A] references; 0 = being freed */
	struct hlist_node d_hash;       /* [bucket lock] by parent and name; unhashed = deleted */
	struct dentry *d_parent;        /* [N] itself at the root; referenced */
	struct qstr d_name;             /* [N] d_iname or an allocated name */
	struct inode *d_inode;          /* [D] set once; NULL = negative */
	char d_iname[DNAME_INLINE_LEN]; /* [N] short names */
	spinlock_t d_lock;              /* parent before child */
	const struct dentry_operations *d_op; /* [I] */
	struct super_block *d_sb;             /* [I] */
	void *d_fsdata;                       /* the file system's */
	struct list_head d_child;             /* [P] in the parent's d_subdirs */
	struct list_head d_subdirs;           /* [D] children, by rising d_offset */
	u64 d_offset;              /* [P] position for readdir: never reused in its directory */
	u64 d_next_offset;         /* [D] of the next new child */
	struct hlist_node d_alias; /* [i_lock] in inode->i_dentry */
	struct rcu_head d_rcu;
};

#define DCACHE_MOUNTED       0x0001 /* something may be mounted here */
#define DCACHE_DISCONNECTED  0x0002 /* never had a name in a tree (pipes, sockets) */
#define DCACHE_CANT_MOUNT    0x0004 /* removed: no longer a mount point to be */
#define DCACHE_OP_REVALIDATE 0x0008

struct dentry_operations {
	/* Is a cached dentry still right? 0: forget it, look it up anew. May sleep. */
	int (*d_revalidate)(struct dentry *dentry, unsigned int flags);
	void (*d_release)(struct dentry *dentry);
	/* Text for d_path(), for objects without a place in a tree: "pipe:[12]". */
	char *(*d_dname)(struct dentry *dentry, char *buffer, int buflen);
};

/*
 * Offsets count down: new names come first, so a reader that makes or renames names while it reads
 * does not meet them again and again.
 */
#define DCACHE_LAST_OFFSET (1ull << 62)

/* Odd while a rename or a move changes names or parents. */
extern seqlock_t rename_lock;

#define QSTR_INIT(n, l)                                                                            \
	{                                                                                          \
		.name = (n), .len = (l)                                                            \
	}

u32 full_name_hash(const struct dentry *parent, const char *name, unsigned int len);

/* A new, unhashed, negative child with one reference; NULL when out of memory. */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name);
struct dentry *d_alloc_name(struct dentry *parent, const char *name);
/* For objects outside any tree; the name is for d_path() and d_dname(). */
struct dentry *d_alloc_pseudo(struct super_block *sb, const struct qstr *name);
/* The root of a file system; consumes the inode reference, also on failure (NULL). */
struct dentry *d_make_root(struct inode *root_inode);

/* Makes a negative dentry positive; consumes the inode reference. */
void d_instantiate(struct dentry *dentry, struct inode *inode);
/* The same (inode may be NULL) and hashes it. */
void d_add(struct dentry *dentry, struct inode *inode);
void d_rehash(struct dentry *dentry);
/* Takes it out of the hash: no look-up finds it any more. */
void d_drop(struct dentry *dentry);
/* The name is gone (after unlink or rmdir). Caller holds the parent's i_rwsem. */
void d_delete(struct dentry *dentry);
/* For ->lookup: d_add and NULL, or ERR_PTR(inode's). */
struct dentry *d_splice_alias(struct inode *inode, struct dentry *dentry);

/* With a reference, or NULL. */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);
/* The same without a reference; caller holds rcu_read_lock() and checks rename_lock itself. */
struct dentry *__d_lookup_rcu(const struct dentry *parent, const struct qstr *name);

/* dentry takes the place of target, which is dropped. Caller holds the directories' i_rwsem. */
void d_move(struct dentry *dentry, struct dentry *target);
void d_exchange(struct dentry *left, struct dentry *right);
/* The common ancestor check of rename: is child in the tree below (or equal to) parent? */
bool is_subdir(struct dentry *child, struct dentry *parent);
struct dentry *d_ancestor(struct dentry *parent, struct dentry *child);

void __dput_final(struct dentry *dentry);
/* Unhash and unpin everything at and below it, at the end of a file system that pins names. */
void d_genocide(struct dentry *root);
/* A directory whose children must go with it (a dead process in /proc): unhash all below. */
void d_invalidate(struct dentry *dentry);

static inline struct dentry *dget(struct dentry *dentry)
{
	if (dentry)
		atomic_inc(&dentry->d_count);
	return dentry;
}

static inline void dput(struct dentry *dentry)
{
	if (dentry && atomic_dec_and_test(&dentry->d_count))
		__dput_final(dentry);
}

struct dentry *dget_parent(struct dentry *dentry);

static inline bool d_unhashed(const struct dentry *dentry)
{
	return hlist_unhashed(&dentry->d_hash);
}

static inline bool d_unlinked(const struct dentry *dentry)
{
	return d_unhashed(dentry) && dentry != dentry->d_parent;
}

static inline struct inode *d_inode(const struct dentry *dentry)
{
	return READ_ONCE(dentry->d_inode);
}

static inline bool d_is_negative(const struct dentry *dentry)
{
	return !d_inode(dentry);
}

static inline bool d_is_positive(const struct dentry *dentry)
{
	return d_inode(dentry) != NULL;
}

static inline bool d_is_dir(const struct dentry *dentry)
{
	const struct inode *inode = d_inode(dentry);

	return inode && S_ISDIR(inode->i_mode);
}

static inline bool d_is_symlink(const struct dentry *dentry)
{
	const struct inode *inode = d_inode(dentry);

	return inode && S_ISLNK(inode->i_mode);
}

static inline bool d_mountpoint(const struct dentry *dentry)
{
	return dentry->d_flags & DCACHE_MOUNTED;
}

static inline bool IS_ROOT(const struct dentry *dentry)
{
	return dentry == dentry->d_parent;
}

/*
 * The text of a path, written to the end of buf: a pointer into buf or ERR_PTR(-ENAMETOOLONG).
 * " (deleted)" behind removed names; "(unreachable)" in front of what getcwd(2) cannot reach.
 */
char *d_path(const struct path *path, char *buf, int buflen);
char *d_absolute_path(const struct path *path, char *buf, int buflen);
char *dentry_path_raw(struct dentry *dentry, char *buf, int buflen);
/* For d_dname: formats into the end of buffer. */
char *dynamic_dname(char *buffer, int buflen, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
char *simple_dname(struct dentry *dentry, char *buffer, int buflen);

void dcache_init(void);

#ifdef CONFIG_DEBUG
/*
 * Power-off, the other CPUs being at rest: prints inodes with more references than names; nothing
 * else holds one for long. True when there are none.
 */
bool inode_leak_report(void);
#endif

#endif
