// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/net: the network as the process sees it; /proc/net leads to one's own.
 *
 * Idea: there is one network for all, so each of these directories shows the same entries, which
 *   the protocols put there with proc_create_net_seq().
 * Locking: none of its own. Linux: fs/proc/proc_net.c (there each network namespace has its own).
 * Start at: proc_tgid_net_lookup. Tests: tests/ipc/unix_proc.c.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "fs/libfs.h"

static struct proc_dir_entry proc_net = {
	.name = "net",
	.mode = S_IFDIR | 0555,
	.nlink = 2,
	.ino = PROC_NET_INO,
	.parent = &proc_root,
	.subdir = LIST_HEAD_INIT(proc_net.subdir),
	.next = LIST_HEAD_INIT(proc_net.next),
};

struct proc_dir_entry *proc_create_net_seq(const char *name, umode_t mode,
					   const struct seq_operations *ops)
{
	return proc_create_seq(name, mode, &proc_net, ops);
}

static struct dentry *proc_tgid_net_lookup(struct inode *dir, struct dentry *dentry,
					   unsigned int flags)
{
	return proc_lookup_de(dir, dentry, &proc_net);
}

static int proc_tgid_net_readdir(struct file *file, struct dir_context *ctx)
{
	if (!dir_emit_dots(file, ctx))
		return 0;
	proc_readdir_entries(ctx, &proc_net);
	return 0;
}

const struct inode_operations proc_net_inode_operations = {
	.lookup = proc_tgid_net_lookup,
	.getattr = pid_getattr,
	.setattr = proc_setattr,
};

const struct file_operations proc_net_operations = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate_shared = proc_tgid_net_readdir,
};

static int proc_net_init(void)
{
	return proc_symlink("net", NULL, "self/net") ? 0 : -ENOMEM;
}
fs_initcall(proc_net_init);
