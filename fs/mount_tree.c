// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of mounts.
 *
 * Idea: a mount covers a dentry of its parent mount. The path walk, whenever it comes to a dentry
 * with DCACHE_MOUNTED, asks the hash table (parent mount, dentry) -> mount and goes on there.
 *
 * Data:  mount_hashtable[parent, mountpoint] --mnt_hash--> struct mount --mnt_parent--> ...
 *        mount_list: all mounts of the tree in the order in which they were made
 *
 * Rules: 1. Being in the tree is one reference; a child holds one to its parent, one to its mount
 *        point. 2. A mount out of the tree is its own parent. 3. The tree may be deep: no recursion.
 * Locking: namespace_sem for everything that changes the tree > mount_lock for the hash and parents,
 * so that walks can read those under RCU and check its sequence.
 * Linux: fs/namespace.c. Start at: attach_mnt, __lookup_mnt, copy_tree. Tests: tests/fs/mounts.c.
 */
#include "fs/mount_tree.h"
#include "fs/dcache.h"
#include "kernel/lib/err.h"
#include "kernel/locking/rwsem.h"

#define MOUNT_HASH_BITS 6

seqlock_t mount_lock = __SEQLOCK_UNLOCKED(mount_lock);
DECLARE_RWSEM(namespace_sem);
LIST_HEAD(mount_list);
static struct hlist_head mount_hashtable[1 << MOUNT_HASH_BITS];

static inline struct hlist_head *m_hash(const struct vfsmount *mnt, const struct dentry *dentry)
{
	unsigned long hash = ((unsigned long)mnt >> 6) + ((unsigned long)dentry >> 6);

	return &mount_hashtable[(hash ^ (hash >> MOUNT_HASH_BITS)) & ((1 << MOUNT_HASH_BITS) - 1)];
}

/* ---- look-up ---- */

struct mount *__lookup_mnt(struct vfsmount *mnt, struct dentry *dentry)
{
	struct mount *p;

	hlist_for_each_entry_rcu (p, m_hash(mnt, dentry), mnt_hash) {
		if (&p->mnt_parent->mnt == mnt && p->mnt_mountpoint == dentry)
			return p;
	}
	return NULL;
}

struct vfsmount *lookup_mnt(struct vfsmount *mnt, struct dentry *dentry)
{
	struct mount *child;
	unsigned int seq;

	for (;;) {
		seq = read_seqbegin(&mount_lock);
		rcu_read_lock();
		child = __lookup_mnt(mnt, dentry);
		if (child && !atomic_inc_not_zero(&child->mnt_count)) {
			rcu_read_unlock();
			continue;
		}
		rcu_read_unlock();
		if (!read_seqretry(&mount_lock, seq))
			return child ? &child->mnt : NULL;
		if (child)
			mntput(&child->mnt);
	}
}

/* Is anything mounted on that dentry, through whichever mount? */
bool is_local_mountpoint(struct dentry *dentry)
{
	struct mount *mnt;
	bool found = false;

	if (likely(!d_mountpoint(dentry)))
		return false;
	down_read(&namespace_sem);
	list_for_each_entry (mnt, &mount_list, mnt_list) {
		if (mnt->mnt_mountpoint == dentry && mnt->mnt_parent != mnt) {
			found = true;
			break;
		}
	}
	up_read(&namespace_sem);
	return found;
}

/* ---- changes: namespace_sem held for writing ---- */

void attach_mnt(struct mount *mnt, struct mount *parent, struct dentry *mountpoint)
{
	mntget(&parent->mnt);
	spin_lock(&mountpoint->d_lock);
	mountpoint->d_flags |= DCACHE_MOUNTED;
	spin_unlock(&mountpoint->d_lock);
	write_seqlock(&mount_lock);
	mnt->mnt_parent = parent;
	mnt->mnt_mountpoint = dget(mountpoint);
	mnt->mnt_attached = true;
	hlist_add_head_rcu(&mnt->mnt_hash, m_hash(&parent->mnt, mountpoint));
	write_sequnlock(&mount_lock);
	list_add_tail(&mnt->mnt_child, &parent->mnt_mounts);
	list_add_tail(&mnt->mnt_list, &mount_list);
}

static void clear_mountpoint(struct dentry *mountpoint)
{
	struct mount *p;

	list_for_each_entry (p, &mount_list, mnt_list) {
		if (p->mnt_mountpoint == mountpoint && p->mnt_parent != p)
			return;
	}
	spin_lock(&mountpoint->d_lock);
	mountpoint->d_flags &= ~DCACHE_MOUNTED;
	spin_unlock(&mountpoint->d_lock);
}

void detach_mnt(struct mount *mnt, struct path *old)
{
	old->mnt = &mnt->mnt_parent->mnt;
	old->dentry = mnt->mnt_mountpoint;
	write_seqlock(&mount_lock);
	hlist_del_init_rcu(&mnt->mnt_hash);
	mnt->mnt_parent = mnt;
	mnt->mnt_mountpoint = mnt->mnt.mnt_root;
	mnt->mnt_attached = false;
	write_sequnlock(&mount_lock);
	list_del_init(&mnt->mnt_child);
	list_del_init(&mnt->mnt_list);
	clear_mountpoint(old->dentry);
}

/* A mount without children leaves the tree; drops and takes namespace_sem. */
static void umount_one(struct mount *mnt)
{
	struct path old;

	detach_mnt(mnt, &old);
	up_write(&namespace_sem);
	path_put(&old);
	mntput(&mnt->mnt);
	down_write(&namespace_sem);
}

void umount_children(struct mount *root)
{
	while (!list_empty(&root->mnt_mounts)) {
		struct mount *mnt = root;

		while (!list_empty(&mnt->mnt_mounts))
			mnt = list_first_entry(&mnt->mnt_mounts, struct mount, mnt_child);
		umount_one(mnt);
	}
}

/* The top first: where namespace_sem is dropped nobody else may find it in the tree any more. */
void umount_tree(struct mount *root)
{
	umount_one(root);
	umount_children(root);
}

/* The next mount of top's tree in a walk that visits parents first; NULL at its end. */
static struct mount *next_mnt(struct mount *mnt, struct mount *top)
{
	if (!list_empty(&mnt->mnt_mounts))
		return list_first_entry(&mnt->mnt_mounts, struct mount, mnt_child);
	for (; mnt != top; mnt = mnt->mnt_parent)
		if (!list_is_last(&mnt->mnt_child, &mnt->mnt_parent->mnt_mounts))
			return list_next_entry(mnt, mnt_child);
	return NULL;
}

int copy_tree(struct mount *old, struct dentry *below, struct mount *new)
{
	struct mount *child, *mnt, *from = old, *copy = new;

	list_for_each_entry (child, &old->mnt_mounts, mnt_child) {
		if (!is_subdir(child->mnt_mountpoint, below))
			continue;
		for (mnt = child; mnt; mnt = next_mnt(mnt, child)) {
			struct mount *parent;

			/* copy is that of from: up with both, to the one that mnt is mounted on. */
			for (; from != mnt->mnt_parent; from = from->mnt_parent)
				copy = copy->mnt_parent;
			parent = copy;
			copy = clone_mnt(mnt, mnt->mnt.mnt_root);
			if (IS_ERR(copy))
				return (int)PTR_ERR(copy);
			attach_mnt(copy, parent, mnt->mnt_mountpoint);
			from = mnt;
		}
	}
	return 0;
}
