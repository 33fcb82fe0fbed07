// SPDX-License-Identifier: GPL-2.0-only
/*
 * The permanent part of /proc: a tree of proc_dir_entry that the kernel's parts add to.
 *
 * Idea: the tree is independent of any mount; look-up makes an inode and a dentry for an entry when
 * somebody asks, and both go when nobody holds them.
 * Rules: entries are only added, never removed or changed, so a pointer to one stays good.
 * Locking: proc_subdir_lock protects the lists. Sleeps: only in allocations, outside the lock.
 * Linux: fs/proc/generic.c, inode.c. Left out: removal and what it needs. Start at: proc_lookup.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/locking/rwlock.h"
#include "mm/slab.h"
#include "fs/libfs.h"

static DEFINE_RWLOCK(proc_subdir_lock);
static unsigned long next_ino = 0x100; /* [proc_subdir_lock] below 2^24, where the tasks' begin */

struct proc_dir_entry proc_root = {
	.name = "/proc",
	.mode = S_IFDIR | 0555,
	.nlink = 2,
	.ino = PROC_ROOT_INO,
	.parent = &proc_root,
	.subdir = LIST_HEAD_INIT(proc_root.subdir),
	.next = LIST_HEAD_INIT(proc_root.next),
};

void *pde_data(const struct inode *inode)
{
	return PROC_I(inode)->pde->data;
}

static struct proc_dir_entry *find_entry_locked(struct proc_dir_entry *dir, const char *name,
						unsigned int len)
{
	struct proc_dir_entry *pde;

	list_for_each_entry (pde, &dir->subdir, next)
		if (strlen(pde->name) == len && !memcmp(pde->name, name, len))
			return pde;
	return NULL;
}

struct proc_dir_entry *proc_find_entry(struct proc_dir_entry *dir, const char *name,
				       unsigned int len)
{
	struct proc_dir_entry *pde;

	read_lock(&proc_subdir_lock);
	pde = find_entry_locked(dir, name, len);
	read_unlock(&proc_subdir_lock);
	return pde;
}

/* ---- adding ---- */

/* "sys/kernel/x" below *parent: moves *parent down, returns "x"; NULL when a directory is missing. */
static const char *resolve_parent(const char *name, struct proc_dir_entry **parent)
{
	const char *slash;

	if (!*parent)
		*parent = &proc_root;
	while ((slash = strchr(name, '/'))) {
		*parent = proc_find_entry(*parent, name, slash - name);
		if (!*parent || !S_ISDIR((*parent)->mode))
			return NULL;
		name = slash + 1;
	}
	return name;
}

/* A new entry, not yet in the tree; NULL also when the parent is missing. */
static struct proc_dir_entry *pde_alloc(const char *name, umode_t mode,
					struct proc_dir_entry *parent)
{
	struct proc_dir_entry *pde;

	name = resolve_parent(name, &parent);
	if (!name)
		return NULL;
	pde = kzalloc(sizeof(*pde), GFP_KERNEL);
	if (!pde)
		return NULL;
	pde->name = kstrdup(name, GFP_KERNEL);
	if (!pde->name) {
		kfree(pde);
		return NULL;
	}
	pde->mode = mode;
	pde->nlink = S_ISDIR(mode) ? 2 : 1;
	pde->parent = parent;
	INIT_LIST_HEAD(&pde->subdir);
	return pde;
}

/* Into the tree; if the name is taken the new entry goes and the old one is returned. */
static struct proc_dir_entry *pde_add(struct proc_dir_entry *pde)
{
	struct proc_dir_entry *old;

	write_lock(&proc_subdir_lock);
	old = find_entry_locked(pde->parent, pde->name, strlen(pde->name));
	if (!old) {
		pde->ino = next_ino++;
		list_add_tail(&pde->next, &pde->parent->subdir);
		if (S_ISDIR(pde->mode))
			pde->parent->nlink++;
	}
	write_unlock(&proc_subdir_lock);
	if (!old)
		return pde;
	kfree(pde->link_body);
	kfree(pde->name);
	kfree(pde);
	return old;
}

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *pde = pde_alloc(name, S_IFDIR | 0555, parent);

	return pde ? pde_add(pde) : NULL;
}

struct proc_dir_entry *proc_symlink(const char *name, struct proc_dir_entry *parent,
				    const char *body)
{
	struct proc_dir_entry *pde = pde_alloc(name, S_IFLNK | 0777, parent);

	if (!pde)
		return NULL;
	pde->link_body = kstrdup(body, GFP_KERNEL);
	if (!pde->link_body) {
		kfree(pde->name);
		kfree(pde);
		return NULL;
	}
	return pde_add(pde);
}

struct proc_dir_entry *proc_create_data(const char *name, umode_t mode,
					struct proc_dir_entry *parent,
					const struct file_operations *fops, void *data)
{
	struct proc_dir_entry *pde = pde_alloc(name, S_IFREG | (mode ? mode : 0444), parent);

	if (!pde)
		return NULL;
	pde->fops = fops;
	pde->data = data;
	return pde_add(pde);
}

static int proc_seq_open(struct inode *inode, struct file *file)
{
	return seq_open(file, PROC_I(inode)->pde->seq_ops);
}

static const struct file_operations proc_seq_fops = {
	.open = proc_seq_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = seq_release,
};

struct proc_dir_entry *proc_create_seq(const char *name, umode_t mode,
				       struct proc_dir_entry *parent,
				       const struct seq_operations *ops)
{
	struct proc_dir_entry *pde = pde_alloc(name, S_IFREG | (mode ? mode : 0444), parent);

	if (!pde)
		return NULL;
	pde->fops = &proc_seq_fops;
	pde->seq_ops = ops;
	return pde_add(pde);
}

static int proc_single_pde_open(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *pde = PROC_I(inode)->pde;

	return single_open(file, pde->single_show, pde->data);
}

static const struct file_operations proc_single_pde_fops = {
	.open = proc_single_pde_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = single_release,
};

struct proc_dir_entry *proc_create_single(const char *name, umode_t mode,
					  struct proc_dir_entry *parent,
					  int (*show)(struct seq_file *m, void *v))
{
	struct proc_dir_entry *pde = pde_alloc(name, S_IFREG | (mode ? mode : 0444), parent);

	if (!pde)
		return NULL;
	pde->fops = &proc_single_pde_fops;
	pde->single_show = show;
	return pde_add(pde);
}

/* ---- looking up ---- */

/* Truncation (a shell's ">") is nothing to do; modes and owners stay as they are. */
int proc_setattr(struct dentry *dentry, struct iattr *attr)
{
	if (attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID))
		return -EPERM;
	return setattr_prepare(dentry, attr);
}

static const struct inode_operations proc_file_inode_operations = {
	.setattr = proc_setattr,
};

static const struct inode_operations proc_dir_inode_operations = {
	.lookup = proc_lookup,
	.setattr = proc_setattr,
};

static int proc_readdir(struct file *file, struct dir_context *ctx)
{
	if (!dir_emit_dots(file, ctx))
		return 0;
	return proc_readdir_entries(ctx, PROC_I(file_inode(file))->pde);
}

static const struct file_operations proc_dir_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_readdir,
};

/* NULL when out of memory. */
struct inode *proc_get_inode(struct super_block *sb, struct proc_dir_entry *pde)
{
	struct inode *inode = proc_new_inode(sb);

	if (!inode)
		return NULL;
	PROC_I(inode)->pde = pde;
	inode->i_ino = pde->ino;
	inode->i_mode = pde->mode;
	set_nlink(inode, READ_ONCE(pde->nlink));
	if (S_ISDIR(pde->mode)) {
		inode->i_op = &proc_dir_inode_operations;
		inode->i_fop = &proc_dir_operations;
	} else if (S_ISLNK(pde->mode)) {
		inode->i_op = &simple_symlink_inode_operations;
		inode->i_link = pde->link_body;
		inode->i_size = strlen(pde->link_body);
	} else {
		inode->i_op = &proc_file_inode_operations;
		inode->i_fop = pde->fops;
	}
	return inode;
}

struct dentry *proc_lookup_de(struct inode *dir, struct dentry *dentry, struct proc_dir_entry *de)
{
	struct proc_dir_entry *pde = proc_find_entry(de, dentry->d_name.name, dentry->d_name.len);
	struct inode *inode;

	if (!pde)
		return ERR_PTR(-ENOENT);
	inode = proc_get_inode(dir->i_sb, pde);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	return d_splice_alias(inode, dentry);
}

struct dentry *proc_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	return proc_lookup_de(dir, dentry, PROC_I(dir)->pde);
}

static unsigned int pde_dt_type(const struct proc_dir_entry *pde)
{
	return (pde->mode >> 12) & 15;
}

/* From ctx->pos on, where position 2 is the first entry. 1 when all were told, else 0. */
int proc_readdir_entries(struct dir_context *ctx, struct proc_dir_entry *dir)
{
	loff_t skip = ctx->pos - 2;
	struct list_head *at;

	read_lock(&proc_subdir_lock);
	for (at = dir->subdir.next; at != &dir->subdir && skip > 0; skip--)
		at = at->next;
	while (at != &dir->subdir) {
		struct proc_dir_entry *pde = list_entry(at, struct proc_dir_entry, next);

		/* The actor writes to user memory and may sleep; entries never go away. */
		read_unlock(&proc_subdir_lock);
		if (!dir_emit(ctx, pde->name, strlen(pde->name), pde->ino, pde_dt_type(pde)))
			return 0;
		ctx->pos++;
		read_lock(&proc_subdir_lock);
		at = at->next;
	}
	read_unlock(&proc_subdir_lock);
	return 1;
}
