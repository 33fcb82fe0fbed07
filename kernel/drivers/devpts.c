// SPDX-License-Identifier: GPL-2.0-only
/*
 * devpts: the file system on /dev/pts, with one node per open pseudo-terminal.
 *
 * There is one instance, made at boot; every mount shows it. A node belongs to whoever opened the
 * master; mount options gid= and mode= say group and permissions (man 4 pts).
 * Locking: the root directory's i_rwsem for nodes; tty_mutex for the numbers.
 * Linux: fs/devpts/inode.c; newinstance is accepted and shows the same instance.
 */
#include "kernel/drivers/tty.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/statfs.h"
#include "kernel/lib/err.h"
#include "kernel/lib/idr.h"
#include "kernel/lib/init.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/seq_file.h"

#define MAX_PTYS  4096
#define FIRST_INO 3 /* of pts 0; 1 is the root, 2 ptmx */

static struct vfsmount *devpts_mnt;
static DEFINE_IDA(indices); /* [tty_mutex] */

/* [devpts_mnt root's i_rwsem] mount options */
static struct {
	bool has_gid;
	gid_t gid;
	umode_t mode, ptmxmode;
} options = { .mode = 0600 };

int devpts_new_index(void)
{
	int index = ida_alloc_range(&indices, 0, MAX_PTYS - 1, GFP_KERNEL);

	return index == -ENOSPC ? -EIO : index;
}

void devpts_kill_index(int index)
{
	ida_free(&indices, index);
}

/* ---- nodes ---- */

static struct inode *make_inode(struct super_block *sb, unsigned long ino, umode_t mode, dev_t dev)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = ino;
	inode->i_uid = inode->i_gid = 0;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	inode->i_mode = mode;
	if (S_ISDIR(mode)) {
		inode->i_op = &simple_dir_inode_operations;
		inode->i_fop = &simple_dir_operations;
		set_nlink(inode, 2);
	} else {
		inode->i_op = &simple_file_inode_operations;
		init_special_inode(inode, mode, dev);
	}
	return inode;
}

/* A new name in root, referenced by the name itself. Root's i_rwsem held (or nobody else there). */
static struct dentry *add_node(struct dentry *root, const char *name, struct inode *inode)
{
	struct dentry *dentry;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	dentry = d_alloc_name(root, name);
	if (!dentry) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d_add(dentry, inode);
	return dentry;
}

struct dentry *devpts_pty_new(int index)
{
	struct dentry *root = devpts_mnt->mnt_root, *dentry, *stale;
	struct inode *inode;
	struct qstr q;
	char name[12];

	inode = make_inode(devpts_mnt->mnt_sb, FIRST_INO + index, S_IFCHR | options.mode,
			   MKDEV(UNIX98_PTY_SLAVE_MAJOR, index));
	if (inode) {
		inode->i_uid = current_fsuid();
		inode->i_gid = options.has_gid ? options.gid : current_fsgid();
	}
	q.len = snprintf(name, sizeof(name), "%d", index);
	q.name = name;
	down_write(&d_inode(root)->i_rwsem);
	/* Somebody may have looked for the name before it existed. */
	q.hash = full_name_hash(root, name, q.len);
	stale = d_lookup(root, &q);
	if (stale) {
		d_drop(stale);
		dput(stale);
	}
	dentry = add_node(root, name, inode);
	up_write(&d_inode(root)->i_rwsem);
	return dentry;
}

void devpts_pty_kill(struct dentry *dentry)
{
	struct dentry *root = devpts_mnt->mnt_root;

	down_write(&d_inode(root)->i_rwsem);
	drop_nlink(d_inode(dentry));
	d_delete(dentry);
	dput(dentry);
	up_write(&d_inode(root)->i_rwsem);
}

struct file *devpts_open_peer(struct dentry *dentry, int flags)
{
	struct path path = { devpts_mnt, dentry };

	return dentry_open(&path, flags, current_cred());
}

/* ---- the file system ---- */

static int parse_option(const char *word, const char *value)
{
	unsigned int number;

	if (!strcmp(word, "newinstance"))
		return 0;
	if (!value)
		return -EINVAL;
	if (kstrtouint(value, strstr(word, "mode") ? 8 : 10, &number))
		return -EINVAL;
	if (!strcmp(word, "gid")) {
		options.gid = number;
		options.has_gid = true;
	} else if (!strcmp(word, "mode")) {
		options.mode = number & 0777;
	} else if (!strcmp(word, "ptmxmode")) {
		options.ptmxmode = number & 0777;
	} else if (strcmp(word, "uid") && strcmp(word, "max")) {
		return -EINVAL;
	}
	return 0;
}

static int set_options(struct super_block *sb, char *text)
{
	struct dentry *ptmx;
	char *word;
	int error;

	while ((word = strsep(&text, ","))) {
		char *value = strchr(word, '=');

		if (!*word)
			continue;
		if (value)
			*value++ = 0;
		error = parse_option(word, value);
		if (error)
			return error;
	}
	ptmx = sb->s_fs_info;
	if (ptmx)
		d_inode(ptmx)->i_mode = S_IFCHR | options.ptmxmode;
	return 0;
}

static int devpts_remount(struct super_block *sb, int *flags, char *data)
{
	return set_options(sb, data);
}

static int devpts_show_options(struct seq_file *m, struct dentry *root)
{
	if (options.has_gid)
		seq_printf(m, ",gid=%u", options.gid);
	seq_printf(m, ",mode=%03o,ptmxmode=%03o", options.mode, options.ptmxmode);
	return 0;
}

static const struct super_operations devpts_ops = {
	.statfs = simple_statfs,
	.remount_fs = devpts_remount,
	.show_options = devpts_show_options,
};

static int devpts_fill_super(struct super_block *sb, void *data)
{
	struct dentry *ptmx;

	sb->s_flags &= ~(unsigned long)SB_KERNMOUNT; /* it is for users, too */
	sb->s_magic = DEVPTS_SUPER_MAGIC;
	sb->s_op = &devpts_ops;
	sb->s_root = d_make_root(make_inode(sb, 1, S_IFDIR | 0755, 0));
	if (!sb->s_root)
		return -ENOMEM;
	ptmx = add_node(sb->s_root, "ptmx",
			make_inode(sb, 2, S_IFCHR | options.ptmxmode, MKDEV(TTYAUX_MAJOR, 2)));
	if (IS_ERR(ptmx))
		return (int)PTR_ERR(ptmx);
	sb->s_fs_info = ptmx;
	return 0;
}

static struct dentry *devpts_mount(struct file_system_type *type, int flags, const char *dev_name,
				   void *data)
{
	struct dentry *root = mount_single(type, flags, NULL, devpts_fill_super);

	if (!IS_ERR(root)) {
		int error = set_options(root->d_sb, data);

		if (error)
			pr_info("devpts: bad mount options\n");
	}
	return root;
}

static struct file_system_type devpts_fs_type = {
	.name = "devpts",
	.mount = devpts_mount,
	.kill_sb = kill_litter_super,
};

static int devpts_init(void)
{
	int error = register_filesystem(&devpts_fs_type);

	if (error)
		return error;
	devpts_mnt = kern_mount(&devpts_fs_type);
	return PTR_ERR_OR_ZERO(devpts_mnt);
}
fs_initcall(devpts_init);
