// SPDX-License-Identifier: GPL-2.0-only
/*
 * tmpfs: ramfs with limits. Names are the dentry cache, content is shared memory (mm/shmem.c), so
 * mount options bound both pages and inodes.
 *
 * Data:  super_block.s_fs_info -> tmpfs_sb_info { shmem_space, inode count, options }
 *        tmpfs_inode { shmem_inode info; struct inode vfs_inode }
 * Rules: 1. An inode counts against nr_inodes from its making to its end. 2. Seals (memfd) are
 *        looked at under the inode's i_rwsem by everything that changes content or size.
 * Locking: sbinfo->lock for the count of free inodes and the options; the VFS's for the rest.
 * Linux: mm/shmem.c. Left out: swap, huge pages, xattrs, quotas, export.
 * Start at: tmpfs_get_inode, tmpfs_fill_super. Files of the kernel's own mount are in memfd.c.
 */
#include "fs/tmpfs.h"
#include "fs/dcache.h"
#include "fs/internal.h"
#include "fs/libfs.h"
#include "fs/seq_file.h"
#include "fs/uio.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/uapi/resource.h"
#include "mm/backing.h"
#include "mm/mm.h"
#include "mm/slab.h"

static struct kmem_cache *tmpfs_inode_cache;
static const struct inode_operations tmpfs_dir_inode_operations, tmpfs_inode_operations,
	tmpfs_special_inode_operations;

static inline struct tmpfs_sb_info *TMPFS_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static unsigned long default_max_blocks(void)
{
	return totalram_pages() / 2;
}

/* What a name counts in its directory's size, for the eye only. */
#define BOGO_DIRENT_SIZE 20
/* Longer bodies of symlinks are shown as a page. */
#define SHORT_SYMLINK_LEN 128

/* ---- inodes ---- */

static int reserve_inode(struct tmpfs_sb_info *sbinfo)
{
	int error = 0;

	if (!sbinfo->max_inodes)
		return 0;
	spin_lock(&sbinfo->lock);
	if (sbinfo->free_inodes)
		sbinfo->free_inodes--;
	else
		error = -ENOSPC;
	spin_unlock(&sbinfo->lock);
	return error;
}

static void unreserve_inode(struct tmpfs_sb_info *sbinfo)
{
	if (!sbinfo->max_inodes)
		return;
	spin_lock(&sbinfo->lock);
	sbinfo->free_inodes++;
	spin_unlock(&sbinfo->lock);
}

static struct inode *tmpfs_alloc_inode(struct super_block *sb)
{
	struct tmpfs_inode *ti = kmem_cache_alloc(tmpfs_inode_cache, GFP_KERNEL_ACCOUNT);

	return ti ? &ti->vfs_inode : NULL;
}

static void tmpfs_free_inode(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	kmem_cache_free(tmpfs_inode_cache, TMPFS_I(inode));
}

static void tmpfs_evict_inode(struct inode *inode)
{
	struct shmem_inode *info = &TMPFS_I(inode)->info;

	if (S_ISREG(inode->i_mode)) {
		truncate_inode_pages_final(inode->i_mapping);
		shmem_unacct_size(info->flags, inode->i_size);
	}
	unreserve_inode(TMPFS_SB(inode->i_sb));
}

struct inode *tmpfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
			      dev_t dev, unsigned long flags)
{
	struct tmpfs_sb_info *sbinfo = TMPFS_SB(sb);
	struct inode *inode;

	if (reserve_inode(sbinfo))
		return ERR_PTR(-ENOSPC);
	inode = new_inode(sb);
	if (!inode) {
		unreserve_inode(sbinfo);
		return ERR_PTR(-ENOMEM);
	}
	inode->i_ino = get_next_ino();
	inode_init_owner(inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	shmem_mapping_init(inode->i_mapping, inode, &TMPFS_I(inode)->info, &sbinfo->space, flags);
	TMPFS_I(inode)->info.seals = F_SEAL_SEAL;
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &tmpfs_inode_operations;
		inode->i_fop = &tmpfs_file_operations;
		break;
	case S_IFDIR:
		inc_nlink(inode); /* for its own "." */
		inode->i_size = 2 * BOGO_DIRENT_SIZE;
		inode->i_op = &tmpfs_dir_inode_operations;
		inode->i_fop = &simple_dir_operations;
		break;
	case S_IFLNK:
		inode->i_op = &simple_symlink_inode_operations;
		break;
	default:
		inode->i_op = &tmpfs_special_inode_operations;
		init_special_inode(inode, inode->i_mode, dev);
		break;
	}
	return inode;
}

/* ---- directories ---- */

/* Every name is charged as an inode, so that hard links cannot fill memory either. */
static int tmpfs_add_name(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	d_instantiate(dentry, inode);
	dget(dentry);
	dir->i_size += BOGO_DIRENT_SIZE;
	dir->i_mtime = dir->i_ctime = current_time(dir);
	return 0;
}

static int tmpfs_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	return tmpfs_add_name(dir, dentry,
			      tmpfs_get_inode(dir->i_sb, dir, mode, dev, VM_NORESERVE));
}

static int tmpfs_create(struct inode *dir, struct dentry *dentry, umode_t mode, bool excl)
{
	return tmpfs_mknod(dir, dentry, mode | S_IFREG, 0);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int error = tmpfs_mknod(dir, dentry, mode | S_IFDIR, 0);

	if (!error)
		inc_nlink(dir);
	return error;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *dentry, const char *body)
{
	struct inode *inode = tmpfs_get_inode(dir->i_sb, dir, S_IFLNK | S_IRWXUGO, 0, VM_NORESERVE);

	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	inode->i_link = kstrdup(body, GFP_KERNEL_ACCOUNT);
	if (!inode->i_link) {
		iput(inode);
		return -ENOMEM;
	}
	inode->i_size = (loff_t)strlen(body);
	if (inode->i_size >= SHORT_SYMLINK_LEN)
		inode->i_blocks = PAGE_SIZE >> 9;
	return tmpfs_add_name(dir, dentry, inode);
}

static int tmpfs_tmpfile(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct inode *inode = tmpfs_get_inode(dir->i_sb, dir, mode, 0, VM_NORESERVE);

	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	set_nlink(inode, 0);
	d_instantiate(dentry, inode);
	return 0;
}

static int tmpfs_link(struct dentry *old_dentry, struct inode *dir, struct dentry *dentry)
{
	/* The first name of an O_TMPFILE inode is paid for. */
	if (d_inode(old_dentry)->i_nlink) {
		int error = reserve_inode(TMPFS_SB(dir->i_sb));

		if (error)
			return error;
	}
	dir->i_size += BOGO_DIRENT_SIZE;
	return simple_link(old_dentry, dir, dentry);
}

static int tmpfs_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);

	if (inode->i_nlink > 1 && !S_ISDIR(inode->i_mode))
		unreserve_inode(TMPFS_SB(inode->i_sb));
	dir->i_size -= BOGO_DIRENT_SIZE;
	return simple_unlink(dir, dentry);
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	int error = simple_rmdir(dir, dentry);

	if (!error)
		dir->i_size -= BOGO_DIRENT_SIZE;
	return error;
}

static int tmpfs_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
			struct dentry *new_dentry, unsigned int flags)
{
	struct inode *target = d_inode(new_dentry);
	bool extra_name = target && !S_ISDIR(target->i_mode) && target->i_nlink > 1 &&
			  !(flags & RENAME_EXCHANGE);
	int error = simple_rename(old_dir, old_dentry, new_dir, new_dentry, flags);

	if (!error && extra_name)
		unreserve_inode(TMPFS_SB(target->i_sb));
	if (!error && !(flags & RENAME_EXCHANGE)) {
		old_dir->i_size -= BOGO_DIRENT_SIZE;
		if (!target)
			new_dir->i_size += BOGO_DIRENT_SIZE;
	}
	return error;
}

/* ---- attributes ---- */

static int tmpfs_setattr(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	struct shmem_inode *info = &TMPFS_I(inode)->info;
	int error = setattr_prepare(dentry, attr);

	if (error)
		return error;
	if (S_ISREG(inode->i_mode) && (attr->ia_valid & ATTR_SIZE)) {
		loff_t old = inode->i_size, new = attr->ia_size;

		if ((new < old && (info->seals & F_SEAL_SHRINK)) ||
		    (new > old && (info->seals & F_SEAL_GROW)))
			return -EPERM;
		if (new > old) {
			error = shmem_acct_size(info->flags, new - old);
			if (error)
				return error;
		}
		WRITE_ONCE(inode->i_size, new);
		if (new < old)
			shmem_unacct_size(info->flags, old - new);
		/* Also when the size stays: pages behind it, from fallocate(), go. */
		if (new <= old && inode->i_mapping->nrpages)
			truncate_pagecache(inode->i_mapping, new);
	}
	setattr_copy(inode, attr);
	return 0;
}

static int tmpfs_getattr(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);

	generic_fillattr(inode, stat);
	stat->blocks = (u64)atomic_long_read(&TMPFS_I(inode)->info.alloced) << (PAGE_SHIFT - 9);
	return 0;
}

/* ---- file content ---- */

/* Rule 2. A sealed file may be written up to the last whole page of its size. */
static ssize_t check_write_seals(const struct shmem_inode *info, struct kiocb *iocb,
				 struct iov_iter *from)
{
	struct inode *inode = iocb->ki_filp->f_mapping->host;
	loff_t end = iocb->ki_pos + (loff_t)iov_iter_count(from);

	if (info->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if ((info->seals & F_SEAL_GROW) && end > inode->i_size) {
		loff_t allowed = ALIGN_DOWN(inode->i_size, (loff_t)PAGE_SIZE);

		if (iocb->ki_pos >= allowed)
			return -EPERM;
		iov_iter_truncate(from, (size_t)(allowed - iocb->ki_pos));
	}
	return 0;
}

static ssize_t tmpfs_file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file->f_mapping->host;
	const struct shmem_inode *info = &TMPFS_I(inode)->info;
	ssize_t ret;

	down_write(&inode->i_rwsem);
	ret = generic_write_checks(iocb, from);
	if (ret > 0) {
		ret = 0;
		if (unlikely(info->seals & ~(unsigned int)F_SEAL_SEAL))
			ret = check_write_seals(info, iocb, from);
		if (!ret)
			ret = file_remove_privs(file);
		if (!ret) {
			file_update_time(file);
			ret = generic_perform_write(iocb, from);
		}
	}
	up_write(&inode->i_rwsem);
	return ret;
}

static int tmpfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned int seals = TMPFS_I(file_inode(file))->info.seals;

	if ((seals & F_SEAL_FUTURE_WRITE) && (vma->vm_flags & VM_SHARED)) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vma->vm_flags &= ~VM_MAYWRITE;
	}
	file_accessed(file);
	vma->vm_ops = &shmem_vm_ops;
	return 0;
}

static long tmpfs_punch_hole(struct inode *inode, loff_t offset, loff_t len)
{
	if (TMPFS_I(inode)->info.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	shmem_truncate_range(inode->i_mapping, offset, offset + len - 1);
	return 0;
}

/* Pages for the whole range, all or none as far as the mount's limit goes. */
static long tmpfs_preallocate(struct inode *inode, int mode, loff_t offset, loff_t len)
{
	struct tmpfs_sb_info *sbinfo = TMPFS_SB(inode->i_sb);
	pgoff_t index = (pgoff_t)offset >> PAGE_SHIFT;
	pgoff_t end = (pgoff_t)(offset + len + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long max = sbinfo->space.max_blocks, limit = rlimit(RLIMIT_FSIZE);

	if (!(mode & FALLOC_FL_KEEP_SIZE) && offset + len > inode->i_size) {
		if (limit != RLIM_INFINITY && (unsigned long)(offset + len) > limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		if (TMPFS_I(inode)->info.seals & F_SEAL_GROW)
			return -EPERM;
	}
	if (max && end - index > max)
		return -ENOSPC;
	for (; index < end; index++) {
		struct page *page;
		int error = signal_pending(current) ? -EINTR : 0;

		if (!error)
			error = shmem_getpage(inode->i_mapping, index, &page, SGP_CACHE);
		if (error)
			return error;
		put_page(page);
		cond_resched();
	}
	if (!(mode & FALLOC_FL_KEEP_SIZE) && offset + len > inode->i_size)
		WRITE_ONCE(inode->i_size, offset + len);
	return 0;
}

static long tmpfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file_inode(file);
	long error;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	down_write(&inode->i_rwsem);
	if (mode & FALLOC_FL_PUNCH_HOLE)
		error = tmpfs_punch_hole(inode, offset, len);
	else
		error = tmpfs_preallocate(inode, mode, offset, len);
	if (!error) { /* as after a write */
		error = file_remove_privs(file);
		inode->i_mtime = inode->i_ctime = current_time(inode);
	}
	up_write(&inode->i_rwsem);
	return error;
}

const struct file_operations tmpfs_file_operations = {
	.llseek = generic_file_llseek,
	.read_iter = generic_file_read_iter,
	.write_iter = tmpfs_file_write_iter,
	.splice_read = filemap_splice_read,
	.splice_write = iter_file_splice_write,
	.mmap = tmpfs_mmap,
	.fsync = noop_fsync,
	.fallocate = tmpfs_fallocate,
};

static const struct inode_operations tmpfs_inode_operations = {
	.setattr = tmpfs_setattr,
	.getattr = tmpfs_getattr,
};

static const struct inode_operations tmpfs_special_inode_operations = {
	.setattr = tmpfs_setattr,
};

static const struct inode_operations tmpfs_dir_inode_operations = {
	.create = tmpfs_create,
	.lookup = simple_lookup,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.symlink = tmpfs_symlink,
	.mkdir = tmpfs_mkdir,
	.rmdir = tmpfs_rmdir,
	.mknod = tmpfs_mknod,
	.rename = tmpfs_rename,
	.setattr = tmpfs_setattr,
	.tmpfile = tmpfs_tmpfile,
};

/* ---- the mount ---- */

/* What the options say; set bits tell which were given. */
struct tmpfs_options {
	unsigned long blocks, inodes;
	umode_t mode;
	uid_t uid;
	gid_t gid;
	bool has_blocks, has_inodes, has_mode, has_uid, has_gid;
};

static int parse_size(const char *value, unsigned long *blocks)
{
	char *rest;
	unsigned long long size = memparse(value, &rest);

	if (rest == value)
		return -EINVAL;
	if (*rest == '%') {
		size = size * totalram_pages() / 100 * PAGE_SIZE;
		rest++;
	}
	if (*rest)
		return -EINVAL;
	*blocks = DIV_ROUND_UP(size, PAGE_SIZE);
	return 0;
}

static int parse_one(const char *key, char *value, struct tmpfs_options *opt)
{
	unsigned long n;
	char *rest;

	if (!value)
		return -EINVAL;
	if (!strcmp(key, "size")) {
		opt->has_blocks = true;
		return parse_size(value, &opt->blocks);
	}
	if (!strcmp(key, "nr_blocks") || !strcmp(key, "nr_inodes")) {
		n = memparse(value, &rest);
		if (rest == value || *rest)
			return -EINVAL;
		if (key[3] == 'b') {
			opt->has_blocks = true;
			opt->blocks = n;
		} else {
			opt->has_inodes = true;
			opt->inodes = n;
		}
		return 0;
	}
	if (!strcmp(key, "mode")) {
		if (kstrtoul(value, 8, &n))
			return -EINVAL;
		opt->mode = n & 07777;
		opt->has_mode = true;
		return 0;
	}
	if (!strcmp(key, "uid") || !strcmp(key, "gid")) {
		if (kstrtoul(value, 10, &n) || n >= 0xffffffff)
			return -EINVAL;
		if (key[0] == 'u') {
			opt->uid = (uid_t)n;
			opt->has_uid = true;
		} else {
			opt->gid = (gid_t)n;
			opt->has_gid = true;
		}
		return 0;
	}
	/* Of no meaning without swap, NUMA and huge pages. */
	if (!strcmp(key, "huge") || !strcmp(key, "mpol"))
		return 0;
	return -EINVAL;
}

static int tmpfs_parse_options(char *text, struct tmpfs_options *opt)
{
	char *word;

	while ((word = strsep(&text, ","))) {
		char *value;
		int error;

		if (!*word || !strcmp(word, "inode64") || !strcmp(word, "inode32"))
			continue;
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		error = parse_one(word, value, opt);
		if (error)
			return error;
	}
	return 0;
}

static int tmpfs_remount(struct super_block *sb, int *flags, char *data)
{
	struct tmpfs_sb_info *sbinfo = TMPFS_SB(sb);
	struct tmpfs_options opt = { 0 };
	unsigned long inodes_used;
	int error = tmpfs_parse_options(data, &opt);

	if (error)
		return error;
	spin_lock(&sbinfo->lock);
	inodes_used = sbinfo->max_inodes - sbinfo->free_inodes;
	error = -EINVAL; /* below what is in use, or between "no limit" and a limit */
	if (opt.has_blocks && opt.blocks &&
	    (!sbinfo->space.max_blocks ||
	     (unsigned long)atomic_long_read(&sbinfo->space.used_blocks) > opt.blocks))
		goto out;
	if (opt.has_inodes && opt.inodes && (!sbinfo->max_inodes || opt.inodes < inodes_used))
		goto out;
	if (opt.has_inodes && !opt.inodes && sbinfo->max_inodes)
		goto out;
	error = 0;
	if (opt.has_blocks)
		WRITE_ONCE(sbinfo->space.max_blocks, opt.blocks);
	if (opt.has_inodes && opt.inodes) {
		sbinfo->max_inodes = opt.inodes;
		sbinfo->free_inodes = opt.inodes - inodes_used;
	}
out:
	spin_unlock(&sbinfo->lock);
	return error;
}

static int tmpfs_show_options(struct seq_file *m, struct dentry *root)
{
	const struct tmpfs_sb_info *sbinfo = TMPFS_SB(root->d_sb);

	if (sbinfo->space.max_blocks != default_max_blocks())
		seq_printf(m, ",size=%luk", sbinfo->space.max_blocks << (PAGE_SHIFT - 10));
	if (sbinfo->max_inodes != default_max_blocks())
		seq_printf(m, ",nr_inodes=%lu", sbinfo->max_inodes);
	if (sbinfo->mode != (0777 | S_ISVTX))
		seq_printf(m, ",mode=%03o", sbinfo->mode);
	if (sbinfo->uid)
		seq_printf(m, ",uid=%u", sbinfo->uid);
	if (sbinfo->gid)
		seq_printf(m, ",gid=%u", sbinfo->gid);
	return 0;
}

static int tmpfs_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct tmpfs_sb_info *sbinfo = TMPFS_SB(dentry->d_sb);
	unsigned long max = sbinfo->space.max_blocks;
	unsigned long used = (unsigned long)atomic_long_read(&sbinfo->space.used_blocks);

	buf->f_type = TMPFS_MAGIC;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = NAME_MAX;
	if (max) {
		buf->f_blocks = max;
		buf->f_bavail = buf->f_bfree = max > used ? max - used : 0;
	}
	if (sbinfo->max_inodes) {
		buf->f_files = sbinfo->max_inodes;
		buf->f_ffree = sbinfo->free_inodes;
	}
	return 0;
}

static void tmpfs_put_super(struct super_block *sb)
{
	kfree(sb->s_fs_info);
	sb->s_fs_info = NULL;
}

static const struct super_operations tmpfs_ops = {
	.alloc_inode = tmpfs_alloc_inode,
	.free_inode = tmpfs_free_inode,
	.evict_inode = tmpfs_evict_inode,
	.put_super = tmpfs_put_super,
	.statfs = tmpfs_statfs,
	.remount_fs = tmpfs_remount,
	.show_options = tmpfs_show_options,
};

static int tmpfs_fill_super(struct super_block *sb, void *data)
{
	struct tmpfs_options opt = {
		.mode = 0777 | S_ISVTX,
		.uid = current_fsuid(),
		.gid = current_fsgid(),
	};
	struct tmpfs_sb_info *sbinfo;
	struct inode *root;
	int error;

	/* The kernel's own mount has no limits: what is in it is limited elsewhere. */
	if (!(sb->s_flags & SB_KERNMOUNT))
		opt.blocks = opt.inodes = default_max_blocks();
	error = tmpfs_parse_options(data, &opt);
	if (error)
		return error;
	sbinfo = kzalloc(sizeof(*sbinfo), GFP_KERNEL);
	if (!sbinfo)
		return -ENOMEM;
	spin_lock_init(&sbinfo->lock);
	sbinfo->space.max_blocks = opt.blocks;
	sbinfo->max_inodes = sbinfo->free_inodes = opt.inodes;
	sbinfo->mode = opt.mode;
	sbinfo->uid = opt.uid;
	sbinfo->gid = opt.gid;
	sb->s_fs_info = sbinfo;
	sb->s_magic = TMPFS_MAGIC;
	sb->s_op = &tmpfs_ops;
	root = tmpfs_get_inode(sb, NULL, S_IFDIR | opt.mode, 0, VM_NORESERVE);
	if (IS_ERR(root))
		return (int)PTR_ERR(root);
	root->i_uid = opt.uid;
	root->i_gid = opt.gid;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct dentry *tmpfs_mount(struct file_system_type *type, int flags, const char *dev_name,
				  void *data)
{
	return mount_nodev(type, flags, data, tmpfs_fill_super);
}

struct file_system_type tmpfs_fs_type = {
	.name = "tmpfs",
	.fs_flags = FS_USERNS_MOUNT,
	.mount = tmpfs_mount,
	.kill_sb = kill_litter_super,
};

void __init tmpfs_init(void)
{
	tmpfs_inode_cache = kmem_cache_create("tmpfs_inode_cache", sizeof(struct tmpfs_inode), 0,
					      SLAB_PANIC | SLAB_ACCOUNT, NULL);
	register_filesystem(&tmpfs_fs_type);
}
