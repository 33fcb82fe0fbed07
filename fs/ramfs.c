// SPDX-License-Identifier: GPL-2.0-only
/*
 * ramfs: files whose content is the page cache and whose names are the dentry cache. The root file
 * system, filled from the ramdisk (fs/initramfs.c), is one. It has no size limit.
 *
 * Locking: the VFS's; nothing of its own. Linux: fs/ramfs/inode.c. Start at: ramfs_get_inode.
 */
#include "fs/libfs.h"
#include "fs/internal.h"
#include "fs/seq_file.h"
#include "kernel/lib/err.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

static const struct inode_operations ramfs_dir_inode_operations;

const struct file_operations ramfs_file_operations = {
	.llseek = generic_file_llseek,
	.read_iter = generic_file_read_iter,
	.write_iter = generic_file_write_iter,
	.splice_read = filemap_splice_read,
	.splice_write = iter_file_splice_write,
	.mmap = generic_file_mmap,
	.fsync = noop_fsync,
};

struct inode *ramfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
			      dev_t dev)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode_init_owner(inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &simple_file_inode_operations;
		inode->i_fop = &ramfs_file_operations;
		break;
	case S_IFDIR:
		inode->i_op = &ramfs_dir_inode_operations;
		inode->i_fop = &simple_dir_operations;
		inc_nlink(inode); /* for its own "." */
		break;
	case S_IFLNK:
		inode->i_op = &simple_symlink_inode_operations;
		break;
	default:
		init_special_inode(inode, inode->i_mode, dev);
		break;
	}
	return inode;
}

static int ramfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	struct inode *inode = ramfs_get_inode(dir->i_sb, dir, mode, dev);

	if (!inode)
		return -ENOSPC;
	d_instantiate(dentry, inode);
	dget(dentry); /* the name's own reference */
	dir->i_mtime = dir->i_ctime = inode->i_ctime;
	return 0;
}

static int ramfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int error = ramfs_mknod(dir, dentry, mode | S_IFDIR, 0);

	if (!error)
		inc_nlink(dir);
	return error;
}

static int ramfs_create(struct inode *dir, struct dentry *dentry, umode_t mode, bool excl)
{
	return ramfs_mknod(dir, dentry, mode | S_IFREG, 0);
}

static int ramfs_symlink(struct inode *dir, struct dentry *dentry, const char *body)
{
	struct inode *inode = ramfs_get_inode(dir->i_sb, dir, S_IFLNK | S_IRWXUGO, 0);

	if (!inode)
		return -ENOSPC;
	inode->i_link = kstrdup(body, GFP_KERNEL_ACCOUNT);
	if (!inode->i_link) {
		iput(inode);
		return -ENOMEM;
	}
	inode->i_size = (loff_t)strlen(body);
	d_instantiate(dentry, inode);
	dget(dentry);
	dir->i_mtime = dir->i_ctime = inode->i_ctime;
	return 0;
}

static int ramfs_tmpfile(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct inode *inode = ramfs_get_inode(dir->i_sb, dir, mode, 0);

	if (!inode)
		return -ENOSPC;
	set_nlink(inode, 0);
	d_instantiate(dentry, inode);
	return 0;
}

/* The bodies of symlinks go with the inode, when no walk can be reading them any more. */
void ramfs_free_inode(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	free_inode_nonrcu(inode);
}

static const struct inode_operations ramfs_dir_inode_operations = {
	.create = ramfs_create,
	.lookup = simple_lookup,
	.link = simple_link,
	.unlink = simple_unlink,
	.symlink = ramfs_symlink,
	.mkdir = ramfs_mkdir,
	.rmdir = simple_rmdir,
	.mknod = ramfs_mknod,
	.rename = simple_rename,
	.tmpfile = ramfs_tmpfile,
};

static int ramfs_show_options(struct seq_file *m, struct dentry *root)
{
	umode_t mode = d_inode(root)->i_mode & S_IALLUGO;

	if (mode != 0755)
		seq_printf(m, ",mode=%o", mode);
	return 0;
}

static const struct super_operations ramfs_ops = {
	.statfs = simple_statfs,
	.free_inode = ramfs_free_inode,
	.show_options = ramfs_show_options,
};

/* "mode=0750,...": unknown options are ignored, as ramfs always did. */
static int ramfs_parse_mode(char *options, umode_t *mode)
{
	char *opt;

	while ((opt = strsep(&options, ","))) {
		unsigned long value;

		if (strncmp(opt, "mode=", 5))
			continue;
		if (kstrtoul(opt + 5, 8, &value))
			return -EINVAL;
		*mode = value & S_IALLUGO;
	}
	return 0;
}

static int ramfs_fill_super(struct super_block *sb, void *data)
{
	umode_t mode = 0755;
	int error = ramfs_parse_mode(data, &mode);

	if (error)
		return error;
	sb->s_magic = RAMFS_MAGIC;
	sb->s_op = &ramfs_ops;
	sb->s_root = d_make_root(ramfs_get_inode(sb, NULL, S_IFDIR | mode, 0));
	return sb->s_root ? 0 : -ENOMEM;
}

static struct dentry *ramfs_mount(struct file_system_type *type, int flags, const char *dev_name,
				  void *data)
{
	return mount_nodev(type, flags, data, ramfs_fill_super);
}

struct file_system_type ramfs_fs_type = {
	.name = "ramfs",
	.fs_flags = FS_USERNS_MOUNT,
	.mount = ramfs_mount,
	.kill_sb = kill_litter_super,
};

struct file_system_type rootfs_fs_type = {
	.name = "rootfs",
	.mount = ramfs_mount,
	.kill_sb = kill_litter_super,
};
