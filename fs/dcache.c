// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dentry cache: the tree of names that path walks move along.
 *
 * Idea: a name below a directory is one struct dentry, found by hashing (parent, name). File systems
 * that live in memory keep their whole tree here and nowhere else.
 *
 * Data:  parent dentry --d_subdirs--> child --d_child--> child ...
 *        dentry_hashtable[hash(parent, name)] --d_hash--> dentry --d_inode--> inode
 *
 * Rules: 1. A dentry holds a reference to its parent, so a path to the root never breaks.
 *        2. d_inode changes once, from NULL to an inode. Removal unhashes; holders keep the inode.
 *        3. d_count 0 is final: look-ups take references with atomic_inc_not_zero() alone.
 *
 * Locking: rename_lock > parent's d_lock > child's d_lock > hash bucket lock; inode->i_lock is
 * innermost. Look-ups take none of them: they read the chains under RCU and repeat when the
 * sequence of rename_lock changed meanwhile, since a moving dentry may lead them astray.
 *
 * Sleeps: dput() may (the inode's end); nothing else here does.
 * Linux: fs/dcache.c, fs/d_path.c. Left out: the LRU of unreferenced dentries and its shrinker,
 * d_seq per dentry (rename_lock's sequence serves for all), aliases of directories, case folding.
 * Start at: d_lookup, d_alloc, __dput_final.
 */
#include "fs/dcache.h"
#include "fs/internal.h"
#include "kernel/uapi/statfs.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define DENTRY_HASH_BITS 11
#define DENTRY_LOCK_BITS 5

seqlock_t rename_lock = __SEQLOCK_UNLOCKED(rename_lock);

static struct kmem_cache *dentry_cache;
static struct hlist_head dentry_hashtable[1 << DENTRY_HASH_BITS];
/* One lock for every 64th bucket. */
static spinlock_t dentry_hash_lock[1 << DENTRY_LOCK_BITS];

static inline struct hlist_head *d_hash(u32 hash)
{
	return &dentry_hashtable[hash & ((1 << DENTRY_HASH_BITS) - 1)];
}

static inline spinlock_t *d_hash_lock(u32 hash)
{
	return &dentry_hash_lock[hash & ((1 << DENTRY_LOCK_BITS) - 1)];
}

u32 full_name_hash(const struct dentry *parent, const char *name, unsigned int len)
{
	u64 hash = name_hash_init(parent);

	while (len--)
		hash = name_hash_step(hash, (unsigned char)*name++);
	return name_hash_end(hash);
}

/* ---- look-up ---- */

static inline bool d_same_name(const struct dentry *dentry, const struct qstr *name)
{
	return READ_ONCE(dentry->d_name.len) == name->len &&
	       !memcmp(READ_ONCE(dentry->d_name.name), name->name, name->len);
}

struct dentry *__d_lookup_rcu(const struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry;

	hlist_for_each_entry_rcu (dentry, d_hash(name->hash), d_hash) {
		if (dentry->d_name.hash != name->hash || READ_ONCE(dentry->d_parent) != parent)
			continue;
		if (d_same_name(dentry, name))
			return dentry;
	}
	return NULL;
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry;
	unsigned int seq;

	do {
		seq = read_seqbegin(&rename_lock);
		rcu_read_lock();
		dentry = __d_lookup_rcu(parent, name);
		if (dentry && !atomic_inc_not_zero(&dentry->d_count))
			dentry = NULL; /* on its way out: as good as gone */
		rcu_read_unlock();
		if (dentry) {
			/* Found under the wrong name, if a rename came in between? */
			if (!read_seqretry(&rename_lock, seq))
				return dentry;
			dput(dentry);
			continue;
		}
	} while (read_seqretry(&rename_lock, seq));
	return NULL;
}

struct dentry *dget_parent(struct dentry *dentry)
{
	struct dentry *parent;

	rcu_read_lock();
	for (;;) {
		parent = READ_ONCE(dentry->d_parent);
		if (!atomic_inc_not_zero(&parent->d_count))
			continue;
		if (likely(parent == READ_ONCE(dentry->d_parent)))
			break;
		rcu_read_unlock();
		dput(parent);
		rcu_read_lock();
	}
	rcu_read_unlock();
	return parent;
}

/* ---- making ---- */

static struct dentry *__d_alloc(struct super_block *sb, const struct qstr *name)
{
	struct dentry *dentry = kmem_cache_alloc(dentry_cache, GFP_KERNEL_ACCOUNT);
	char *dname;

	if (!dentry)
		return NULL;
	dname = dentry->d_iname;
	if (name->len >= DNAME_INLINE_LEN) {
		dname = kmalloc(name->len + 1, GFP_KERNEL_ACCOUNT);
		if (!dname) {
			kmem_cache_free(dentry_cache, dentry);
			return NULL;
		}
	}
	memcpy(dname, name->name, name->len);
	dname[name->len] = '\0';
	dentry->d_name = (struct qstr){ name->hash, name->len, dname };
	dentry->d_flags = 0;
	atomic_set(&dentry->d_count, 1);
	INIT_HLIST_NODE(&dentry->d_hash);
	dentry->d_parent = dentry;
	dentry->d_inode = NULL;
	spin_lock_init(&dentry->d_lock);
	dentry->d_sb = sb;
	dentry->d_op = sb->s_d_op;
	if (dentry->d_op && dentry->d_op->d_revalidate)
		dentry->d_flags |= DCACHE_OP_REVALIDATE;
	dentry->d_fsdata = NULL;
	INIT_LIST_HEAD(&dentry->d_child);
	INIT_LIST_HEAD(&dentry->d_subdirs);
	dentry->d_next_offset = DCACHE_LAST_OFFSET;
	INIT_HLIST_NODE(&dentry->d_alias);
	return dentry;
}

static void d_link_child(struct dentry *dentry, struct dentry *parent)
{
	WRITE_ONCE(dentry->d_parent, parent);
	spin_lock(&parent->d_lock);
	dentry->d_offset = parent->d_next_offset--;
	list_add(&dentry->d_child, &parent->d_subdirs);
	spin_unlock(&parent->d_lock);
}

struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry = __d_alloc(parent->d_sb, name);

	if (!dentry)
		return NULL;
	dget(parent);
	d_link_child(dentry, parent);
	return dentry;
}

struct dentry *d_alloc_name(struct dentry *parent, const char *name)
{
	struct qstr q = QSTR_INIT(name, (u32)strlen(name));

	q.hash = full_name_hash(parent, name, q.len);
	return d_alloc(parent, &q);
}

struct dentry *d_alloc_pseudo(struct super_block *sb, const struct qstr *name)
{
	struct dentry *dentry = __d_alloc(sb, name);

	if (dentry)
		dentry->d_flags |= DCACHE_DISCONNECTED;
	return dentry;
}

struct dentry *d_make_root(struct inode *root_inode)
{
	static const struct qstr name = QSTR_INIT("/", 1);
	struct dentry *root;

	if (IS_ERR_OR_NULL(root_inode))
		return NULL;
	root = __d_alloc(root_inode->i_sb, &name);
	if (root)
		d_instantiate(root, root_inode);
	else
		iput(root_inode);
	return root;
}

void d_instantiate(struct dentry *dentry, struct inode *inode)
{
	ASSERT(!dentry->d_inode); /* rule 2 */
	if (!inode)
		return;
	spin_lock(&dentry->d_lock);
	spin_lock(&inode->i_lock);
	hlist_add_head(&dentry->d_alias, &inode->i_dentry);
	spin_unlock(&inode->i_lock);
	smp_store_release(&dentry->d_inode, inode);
	spin_unlock(&dentry->d_lock);
}

static void __d_rehash(struct dentry *dentry)
{
	spinlock_t *lock = d_hash_lock(dentry->d_name.hash);

	spin_lock(lock);
	hlist_add_head_rcu(&dentry->d_hash, d_hash(dentry->d_name.hash));
	spin_unlock(lock);
}

void d_rehash(struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	if (d_unhashed(dentry))
		__d_rehash(dentry);
	spin_unlock(&dentry->d_lock);
}

void d_add(struct dentry *dentry, struct inode *inode)
{
	d_instantiate(dentry, inode);
	d_rehash(dentry);
}

struct dentry *d_splice_alias(struct inode *inode, struct dentry *dentry)
{
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	d_add(dentry, inode);
	return NULL;
}

/* ---- taking away ---- */

static void __d_drop(struct dentry *dentry)
{
	if (!d_unhashed(dentry)) {
		spinlock_t *lock = d_hash_lock(dentry->d_name.hash);

		spin_lock(lock);
		hlist_del_init_rcu(&dentry->d_hash);
		spin_unlock(lock);
	}
}

void d_drop(struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	__d_drop(dentry);
	spin_unlock(&dentry->d_lock);
}

void d_delete(struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	dentry->d_flags |= DCACHE_CANT_MOUNT;
	__d_drop(dentry);
	spin_unlock(&dentry->d_lock);
}

static void dentry_free_rcu(struct rcu_head *head)
{
	struct dentry *dentry = container_of(head, struct dentry, d_rcu);

	if (dentry->d_name.name != dentry->d_iname)
		kfree(dentry->d_name.name);
	kmem_cache_free(dentry_cache, dentry);
}

/* Nobody has it any more: out of hash and tree, the inode let go, then the same for the parent. */
void __dput_final(struct dentry *dentry)
{
	while (dentry) {
		struct dentry *parent = dentry->d_parent;
		struct inode *inode = dentry->d_inode;

		ASSERT(list_empty(&dentry->d_subdirs)); /* rule 1 */
		d_drop(dentry);
		if (parent != dentry) {
			spin_lock(&parent->d_lock);
			list_del(&dentry->d_child);
			spin_unlock(&parent->d_lock);
		}
		if (inode) {
			spin_lock(&inode->i_lock);
			hlist_del_init(&dentry->d_alias);
			spin_unlock(&inode->i_lock);
		}
		if (dentry->d_op && dentry->d_op->d_release)
			dentry->d_op->d_release(dentry);
		if (inode)
			iput(inode);
		call_rcu(&dentry->d_rcu, dentry_free_rcu);
		if (parent == dentry || !atomic_dec_and_test(&parent->d_count))
			break;
		dentry = parent;
	}
}

/*
 * The children of root, one after the other, until none is left: each is unhashed and loses the
 * reference that its file system kept for it, its own children first.
 */
static struct dentry *first_hashed_child(struct dentry *parent)
{
	struct dentry *child, *found = NULL;

	spin_lock(&parent->d_lock);
	list_for_each_entry (child, &parent->d_subdirs, d_child) {
		if (!d_unhashed(child) && atomic_inc_not_zero(&child->d_count)) {
			found = child;
			break;
		}
	}
	spin_unlock(&parent->d_lock);
	return found;
}

/* Depth first without recursion: a directory is dropped once nothing hashed is below it. */
static void d_drop_tree(struct dentry *root, bool pinned)
{
	struct dentry *dentry = dget(root);

	for (;;) {
		struct dentry *child = first_hashed_child(dentry), *parent;
		bool positive;

		if (child) {
			dput(dentry);
			dentry = child;
			continue;
		}
		if (dentry == root)
			break;
		parent = dget_parent(dentry);
		positive = d_is_positive(dentry);
		d_delete(dentry);
		if (pinned && positive)
			dput(dentry);
		dput(dentry);
		dentry = parent;
	}
	dput(root);
}

void d_genocide(struct dentry *root)
{
	d_drop_tree(root, true);
}

void d_invalidate(struct dentry *dentry)
{
	d_drop_tree(dentry, false);
	if (!IS_ROOT(dentry))
		d_delete(dentry);
}

/* ---- moving ---- */

static void d_unlink_child(struct dentry *dentry)
{
	spin_lock(&dentry->d_parent->d_lock);
	list_del_init(&dentry->d_child);
	spin_unlock(&dentry->d_parent->d_lock);
}

static inline bool dname_external(const struct dentry *dentry)
{
	return dentry->d_name.name != dentry->d_iname;
}

static void swap_names(struct dentry *a, struct dentry *b)
{
	char inline_a[DNAME_INLINE_LEN], inline_b[DNAME_INLINE_LEN];
	struct qstr name_a = a->d_name, name_b = b->d_name;
	bool external_a = dname_external(a), external_b = dname_external(b);

	memcpy(inline_a, a->d_iname, sizeof(inline_a));
	memcpy(inline_b, b->d_iname, sizeof(inline_b));
	memcpy(a->d_iname, inline_b, sizeof(inline_b));
	memcpy(b->d_iname, inline_a, sizeof(inline_a));
	if (!external_b)
		name_b.name = a->d_iname;
	if (!external_a)
		name_a.name = b->d_iname;
	a->d_name = name_b;
	b->d_name = name_a;
}

/* The two change places; what readers see meanwhile they will not believe (rename_lock). */
static void __d_move(struct dentry *dentry, struct dentry *target, bool exchange)
{
	struct dentry *old_parent = dentry->d_parent, *new_parent = target->d_parent;

	write_seqlock(&rename_lock);
	d_drop(dentry);
	d_drop(target);
	d_unlink_child(dentry);
	d_unlink_child(target);
	swap_names(dentry, target);
	d_link_child(dentry, new_parent);
	d_link_child(target, old_parent);
	__d_rehash(dentry);
	if (exchange)
		__d_rehash(target);
	else
		target->d_flags |= DCACHE_CANT_MOUNT;
	write_sequnlock(&rename_lock);
}

void d_move(struct dentry *dentry, struct dentry *target)
{
	__d_move(dentry, target, false);
}

void d_exchange(struct dentry *left, struct dentry *right)
{
	__d_move(left, right, true);
}

/* The child of parent on the way to child, or NULL when child is not below it. */
struct dentry *d_ancestor(struct dentry *parent, struct dentry *child)
{
	struct dentry *p;

	for (p = child; !IS_ROOT(p); p = p->d_parent) {
		if (p->d_parent == parent)
			return p;
	}
	return NULL;
}

bool is_subdir(struct dentry *child, struct dentry *parent)
{
	unsigned int seq;
	bool result;

	if (child == parent)
		return true;
	rcu_read_lock();
	do {
		seq = read_seqbegin(&rename_lock);
		result = d_ancestor(parent, child) != NULL;
	} while (read_seqretry(&rename_lock, seq));
	rcu_read_unlock();
	return result;
}

void dcache_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dentry_hash_lock); i++)
		spin_lock_init(&dentry_hash_lock[i]);
	dentry_cache = KMEM_CACHE(dentry, SLAB_PANIC | SLAB_ACCOUNT);
}

/* ---- the leak report ---- */

#ifdef CONFIG_DEBUG
static unsigned long leaked_inodes;

/* Each inode is looked at once: by way of its first alias. */
static void check_inode_of(void *object)
{
	struct dentry *dentry = object, *alias;
	struct inode *inode = dentry->d_inode;
	int names = 0, refs;

	if (!inode || inode->i_dentry.first != &dentry->d_alias)
		return;
	if (inode->i_sb->s_magic == ANON_INODE_FS_MAGIC) /* one for all, and it stays */
		return;
	hlist_for_each_entry (alias, &inode->i_dentry, d_alias)
		names++;
	refs = atomic_read(&inode->i_count);
	if (refs <= names)
		return;
	leaked_inodes++;
	pr_err("leak: inode %lu of %s (%.*s): %d references, %d names\n", inode->i_ino,
	       inode->i_sb->s_type->name, (int)dentry->d_name.len,
	       (const char *)dentry->d_name.name, refs, names);
}

bool inode_leak_report(void)
{
	leaked_inodes = 0;
	kmem_cache_walk(dentry_cache, check_inode_of);
	return !leaked_inodes;
}
#endif
