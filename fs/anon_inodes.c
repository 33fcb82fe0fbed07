// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files without a place in any tree that are all methods and no content: eventfd, epoll, timerfd,
 * signalfd, pidfd. They share one inode of a file system that nobody can mount; /proc/<pid>/fd
 * shows them as "anon_inode:[eventfd]", the name that was given here.
 *
 * Rule: the shared inode cannot be opened anew (-ENXIO): a second file would have no private_data.
 * Linux: fs/anon_inodes.c. Start at: anon_inode_getfile.
 */
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/libfs.h"
#include "fs/mount.h"

#define ANON_INODE_FS_MAGIC 0x09041934

static struct vfsmount *anon_inode_mnt;
static struct inode *anon_inode_inode; /* [I] */

static char *anon_inodefs_dname(struct dentry *dentry, char *buffer, int buflen)
{
	return dynamic_dname(buffer, buflen, "anon_inode:%s", dentry->d_name.name);
}

static const struct dentry_operations anon_inodefs_dentry_operations = {
	.d_dname = anon_inodefs_dname,
};

static const struct super_operations anon_inodefs_ops = {
	.statfs = simple_statfs,
};

static struct dentry *anon_inodefs_mount(struct file_system_type *type, int flags,
					 const char *dev_name, void *data)
{
	return mount_pseudo(type, ANON_INODE_FS_MAGIC, &anon_inodefs_ops,
			    &anon_inodefs_dentry_operations);
}

static struct file_system_type anon_inode_fs_type = {
	.name = "anon_inodefs",
	.mount = anon_inodefs_mount,
	.kill_sb = kill_anon_super,
};

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags)
{
	struct file *file;

	ihold(anon_inode_inode);
	file = alloc_file_pseudo(anon_inode_inode, anon_inode_mnt, name,
				 flags & (O_ACCMODE | O_NONBLOCK), fops);
	if (IS_ERR(file))
		iput(anon_inode_inode);
	else
		file->private_data = priv;
	return file;
}

/* The descriptor, or -errno; priv stays the caller's on failure. */
int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	int fd = get_unused_fd_flags(flags);
	struct file *file;

	if (fd < 0)
		return fd;
	file = anon_inode_getfile(name, fops, priv, flags);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

static int anon_inode_init(void)
{
	anon_inode_mnt = kern_mount(&anon_inode_fs_type);
	if (IS_ERR(anon_inode_mnt))
		return PTR_ERR(anon_inode_mnt);
	anon_inode_inode = new_inode(anon_inode_mnt->mnt_sb);
	if (!anon_inode_inode)
		return -ENOMEM;
	anon_inode_inode->i_ino = get_next_ino();
	/* No type bits: stat(2) shows 0600 and nothing else, as on Linux. */
	anon_inode_inode->i_mode = S_IRUSR | S_IWUSR;
	anon_inode_inode->i_atime = anon_inode_inode->i_mtime = anon_inode_inode->i_ctime =
		current_time(anon_inode_inode);
	return 0;
}
fs_initcall(anon_inode_init);
