// SPDX-License-Identifier: GPL-2.0-only
/*
 * Namespaces as files: /proc/<pid>/ns/ipc leads here; an open one keeps its namespace alive, and
 * setns(2) joins it.
 *
 * Idea: following the link makes an inode that holds a reference to the namespace, in a file system
 *   that nobody can mount. The file has no content: it is a name to hold on to.
 * Rules: 1. The inode's number is the namespace's, so that two files can be compared by stat(2).
 * Locking: none; i_private is set before anyone sees the inode.
 * Sleeps: the last reference may destroy the namespace.
 * Linux: fs/nsfs.c (where one namespace has one dentry; its ioctls are left out).
 * Start at: ns_get_path. Tests: tests/ipc/ipc_namespaces.c.
 */
#include "fs/nsfs.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/statfs.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/sched/nsproxy.h"
#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/stat.h"

static struct vfsmount *nsfs_mnt; /* [I] */

static const struct file_operations ns_file_operations = {
	.llseek = NULL,
};

struct ns_common *get_proc_ns(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return inode->i_fop == &ns_file_operations ? inode->i_private : NULL;
}

static void nsfs_evict_inode(struct inode *inode)
{
	struct ns_common *ns = inode->i_private;

	if (ns)
		ns->ops->put(ns);
}

static char *ns_dname(struct dentry *dentry, char *buffer, int buflen)
{
	const struct ns_common *ns = d_inode(dentry)->i_private;

	return dynamic_dname(buffer, buflen, "%s:[%u]", ns->ops->name, ns->inum);
}

static const struct dentry_operations ns_dentry_operations = {
	.d_dname = ns_dname,
};

/* Takes over the reference to ns. NULL: out of memory, the reference is given back. */
static struct inode *nsfs_make_inode(struct ns_common *ns)
{
	struct inode *inode = new_inode(nsfs_mnt->mnt_sb);

	if (!inode) {
		ns->ops->put(ns);
		return NULL;
	}
	inode->i_ino = ns->inum;
	inode->i_mode = S_IFREG | S_IRUGO;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	inode->i_fop = &ns_file_operations;
	inode->i_private = ns;
	return inode;
}

int ns_get_path(struct path *path, struct task_struct *task, const struct proc_ns_operations *ops)
{
	struct qstr name = QSTR_INIT("", 0);
	struct ns_common *ns = ops->get(task);
	struct inode *inode;

	if (!ns)
		return -ENOENT;
	inode = nsfs_make_inode(ns);
	if (!inode)
		return -ENOMEM;
	path->dentry = d_alloc_pseudo(nsfs_mnt->mnt_sb, &name);
	if (!path->dentry) {
		iput(inode);
		return -ENOMEM;
	}
	path->mnt = mntget(nsfs_mnt);
	d_instantiate(path->dentry, inode);
	return 0;
}

static const struct super_operations nsfs_ops = {
	.statfs = simple_statfs,
	.evict_inode = nsfs_evict_inode,
};

static struct dentry *nsfs_mount(struct file_system_type *type, int flags, const char *dev_name,
				 void *data)
{
	return mount_pseudo(type, NSFS_MAGIC, &nsfs_ops, &ns_dentry_operations);
}

static struct file_system_type nsfs_type = {
	.name = "nsfs",
	.mount = nsfs_mount,
	.kill_sb = kill_anon_super,
};

static int nsfs_init(void)
{
	nsfs_mnt = kern_mount(&nsfs_type);
	return IS_ERR(nsfs_mnt) ? (int)PTR_ERR(nsfs_mnt) : 0;
}
fs_initcall(nsfs_init);
