// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc's super block and root directory: permanent entries first, then a directory for each
 * process; "self" and "thread-self", which lead each reader to itself.
 *
 * Data: every mount shows the same one super block (mount_single()).
 * Rule: dentries of what may vanish have d_revalidate (base.c); self's body depends on who asks, so
 * its dentry is good for the task that it was made for only.
 * Locking: none of its own. Linux: fs/proc/root.c, self.c, thread_self.c. Start at: proc_root_lookup.
 */
#include "fs/proc/internal.h"

#include "kernel/uapi/statfs.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "mm/slab.h"
#include "fs/libfs.h"

/* First readdir position of processes: above that of every permanent entry. */
#define FIRST_PROCESS_POS 256

static struct kmem_cache *proc_inode_cachep;

/* ---- inodes ---- */

static struct inode *proc_alloc_inode(struct super_block *sb)
{
	struct proc_inode *ei = kmem_cache_alloc(proc_inode_cachep, GFP_KERNEL_ACCOUNT);

	if (!ei)
		return NULL;
	ei->pde = NULL;
	ei->pid = NULL;
	ei->fd = 0;
	ei->entry = NULL;
	return &ei->vfs_inode;
}

static void proc_free_inode(struct inode *inode)
{
	/* Only self's body belongs to the inode. */
	if (S_ISLNK(inode->i_mode) && !PROC_I(inode)->pde && !PROC_I(inode)->entry)
		kfree(inode->i_link);
	kmem_cache_free(proc_inode_cachep, PROC_I(inode));
}

static void proc_evict_inode(struct inode *inode)
{
	put_pid(PROC_I(inode)->pid);
}

static const struct super_operations proc_sops = {
	.alloc_inode = proc_alloc_inode,
	.free_inode = proc_free_inode,
	.evict_inode = proc_evict_inode,
	.statfs = simple_statfs,
};

struct inode *proc_new_inode(struct super_block *sb)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	inode->i_blkbits = 10;
	return inode;
}

unsigned int name_to_int(const struct qstr *name)
{
	unsigned int n = 0;

	if (!name->len || (name->len > 1 && name->name[0] == '0'))
		return ~0u;
	for (u32 i = 0; i < name->len; i++) {
		unsigned int digit = (unsigned char)name->name[i] - '0';

		if (digit > 9 || n >= (~0u - 9) / 10)
			return ~0u;
		n = n * 10 + digit;
	}
	return n;
}

/* ---- self and thread-self ---- */

static int self_revalidate(struct dentry *dentry, unsigned int flags)
{
	return d_inode(dentry)->i_private == task_pid(current);
}

static const struct dentry_operations self_dentry_operations = {
	.d_revalidate = self_revalidate,
};

static const struct inode_operations self_inode_operations = {
	.get_link = simple_get_link,
	.setattr = proc_setattr,
};

static struct dentry *self_lookup(struct inode *dir, struct dentry *dentry, bool thread)
{
	struct inode *inode = proc_new_inode(dir->i_sb);
	char *body;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (thread)
		body = kasprintf(GFP_KERNEL_ACCOUNT, "%d/task/%d", current->tgid, current->pid);
	else
		body = kasprintf(GFP_KERNEL_ACCOUNT, "%d", current->tgid);
	if (!body) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	inode->i_ino = thread ? PROC_THREAD_SELF_INO : PROC_SELF_INO;
	inode->i_mode = S_IFLNK | 0777;
	inode->i_op = &self_inode_operations;
	inode->i_link = body;
	/* The pid keeps its address from being reused while the inode lives. */
	PROC_I(inode)->pid = get_pid(task_pid(current));
	inode->i_private = PROC_I(inode)->pid;
	dentry->d_op = &self_dentry_operations;
	dentry->d_flags |= DCACHE_OP_REVALIDATE;
	return d_splice_alias(inode, dentry);
}

/* ---- the root directory ---- */

static bool name_is(const struct dentry *dentry, const char *name)
{
	return dentry->d_name.len == strlen(name) &&
	       !memcmp(dentry->d_name.name, name, dentry->d_name.len);
}

static struct dentry *proc_root_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	unsigned int nr = name_to_int(&dentry->d_name);

	if (nr != ~0u)
		return proc_pid_lookup(dentry, nr);
	if (name_is(dentry, "self"))
		return self_lookup(dir, dentry, false);
	if (name_is(dentry, "thread-self"))
		return self_lookup(dir, dentry, true);
	return proc_lookup(dir, dentry, flags);
}

static int proc_root_readdir(struct file *file, struct dir_context *ctx)
{
	if (ctx->pos < FIRST_PROCESS_POS - 2) {
		if (!dir_emit_dots(file, ctx) || !proc_readdir_entries(ctx, &proc_root))
			return 0;
		ctx->pos = FIRST_PROCESS_POS - 2;
	}
	if (ctx->pos == FIRST_PROCESS_POS - 2) {
		if (!dir_emit(ctx, "self", 4, PROC_SELF_INO, DT_LNK))
			return 0;
		ctx->pos++;
	}
	if (ctx->pos == FIRST_PROCESS_POS - 1) {
		if (!dir_emit(ctx, "thread-self", 11, PROC_THREAD_SELF_INO, DT_LNK))
			return 0;
		ctx->pos++;
	}
	ctx->pos -= FIRST_PROCESS_POS;
	proc_pid_readdir(file, ctx);
	ctx->pos += FIRST_PROCESS_POS;
	return 0;
}

static const struct inode_operations proc_root_inode_operations = {
	.lookup = proc_root_lookup,
	.setattr = proc_setattr,
};

static const struct file_operations proc_root_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_root_readdir,
};

static int proc_fill_super(struct super_block *sb, void *data)
{
	struct inode *root;

	sb->s_blocksize = 1024;
	sb->s_magic = PROC_SUPER_MAGIC;
	sb->s_op = &proc_sops;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	root = proc_get_inode(sb, &proc_root);
	if (!root)
		return -ENOMEM;
	root->i_op = &proc_root_inode_operations;
	root->i_fop = &proc_root_operations;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct dentry *proc_mount(struct file_system_type *type, int flags, const char *dev_name,
				 void *data)
{
	return mount_single(type, flags, data, proc_fill_super);
}

static struct file_system_type proc_fs_type = {
	.name = "proc",
	.mount = proc_mount,
	.kill_sb = kill_anon_super,
};

static int proc_root_init(void)
{
	proc_inode_cachep = kmem_cache_create("proc_inode_cache", sizeof(struct proc_inode), 0,
					      SLAB_PANIC | SLAB_ACCOUNT, NULL);
	return register_filesystem(&proc_fs_type);
}
subsys_initcall(proc_root_init);
