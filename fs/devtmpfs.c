// SPDX-License-Identifier: GPL-2.0-only
/*
 * devtmpfs: /dev, filled by the drivers themselves.
 *
 * Idea: one file system of ramfs's inodes, made before the first driver starts and mounted nowhere
 * at first. Drivers put nodes into it with devtmpfs_create_node(); every mount of the type shows it.
 * Locking: the directories' i_rwsem. Linux: drivers/base/devtmpfs.c (a thread does the work there).
 * Start at: devtmpfs_create_node.
 */
#include "fs/dcache.h"
#include "fs/init.h"
#include "fs/internal.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/uapi/mount.h"
#include "kernel/lib/err.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"

static struct vfsmount *devtmpfs_mnt;

static const struct super_operations devtmpfs_ops = {
	.statfs = simple_statfs,
	.free_inode = ramfs_free_inode,
};

static int devtmpfs_fill_super(struct super_block *sb, void *data)
{
	sb->s_flags &= ~(unsigned long)SB_KERNMOUNT; /* it is for users, too */
	sb->s_magic = TMPFS_MAGIC;
	sb->s_op = &devtmpfs_ops;
	sb->s_root = d_make_root(ramfs_get_inode(sb, NULL, S_IFDIR | 0755, 0));
	return sb->s_root ? 0 : -ENOMEM;
}

static struct dentry *devtmpfs_mount_fs(struct file_system_type *type, int flags,
					const char *dev_name, void *data)
{
	return mount_single(type, flags, data, devtmpfs_fill_super);
}

static struct file_system_type devtmpfs_fs_type = {
	.name = "devtmpfs",
	.mount = devtmpfs_mount_fs,
	.kill_sb = kill_litter_super,
};

/* The directory that name's last component belongs in, made where missing; *name moves there. */
static struct dentry *devtmpfs_parent(const char **name)
{
	struct dentry *dir = dget(devtmpfs_mnt->mnt_root);
	const char *slash;

	while ((slash = strchr(*name, '/'))) {
		struct inode *inode = d_inode(dir);
		struct dentry *child;
		int error = 0;

		down_write(&inode->i_rwsem);
		child = lookup_one_len(*name, dir, (int)(slash - *name));
		if (!IS_ERR(child) && d_is_negative(child))
			error = vfs_mkdir(inode, child, 0755);
		up_write(&inode->i_rwsem);
		dput(dir);
		if (IS_ERR(child))
			return child;
		if (error) {
			dput(child);
			return ERR_PTR(error);
		}
		dir = child;
		*name = slash + 1;
	}
	return dir;
}

int devtmpfs_create_node(const char *name, umode_t mode, dev_t dev)
{
	struct dentry *dir = devtmpfs_parent(&name), *dentry;
	struct inode *inode;
	int error;

	if (IS_ERR(dir))
		return (int)PTR_ERR(dir);
	if (!(mode & S_IALLUGO))
		mode |= 0600;
	if (!(mode & S_IFMT))
		mode |= S_IFCHR;
	inode = d_inode(dir);
	down_write(&inode->i_rwsem);
	dentry = lookup_one_len(name, dir, (int)strlen(name));
	error = PTR_ERR_OR_ZERO(dentry);
	if (!error) {
		error = vfs_mknod(inode, dentry, mode, dev);
		if (!error)
			d_inode(dentry)->i_uid = d_inode(dentry)->i_gid = 0;
		dput(dentry);
	}
	up_write(&inode->i_rwsem);
	dput(dir);
	return error;
}

int devtmpfs_delete_node(const char *name)
{
	struct dentry *dir = devtmpfs_parent(&name), *dentry;
	int error;

	if (IS_ERR(dir))
		return (int)PTR_ERR(dir);
	down_write(&d_inode(dir)->i_rwsem);
	dentry = lookup_one_len(name, dir, (int)strlen(name));
	error = PTR_ERR_OR_ZERO(dentry);
	if (!error) {
		error = vfs_unlink(d_inode(dir), dentry);
		dput(dentry);
	}
	up_write(&d_inode(dir)->i_rwsem);
	dput(dir);
	return error;
}

/* Over /dev of the root file system, made if the ramdisk did not bring it. */
int __init devtmpfs_mount(void)
{
	struct path path;
	struct dentry *dentry = kern_path_create(AT_FDCWD, "/dev", &path, LOOKUP_DIRECTORY);

	if (!IS_ERR(dentry)) {
		vfs_mkdir(d_inode(path.dentry), dentry, 0755);
		done_path_create(&path, dentry);
	}
	return do_mount("devtmpfs", "/dev", "devtmpfs", MS_SILENT, NULL);
}

void __init devtmpfs_init(void)
{
	register_filesystem(&devtmpfs_fs_type);
	devtmpfs_mnt = kern_mount(&devtmpfs_fs_type);
	if (IS_ERR(devtmpfs_mnt))
		panic("cannot make devtmpfs (%ld)", PTR_ERR(devtmpfs_mnt));
}
