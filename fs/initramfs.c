// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling the root file system from the ramdisk: one or several cpio archives, one after the other.
 *
 * Idea: each member becomes a name with its inode; the content of files is copied once, straight
 * into pages of the page cache. Members with the same inode number and more than one link become
 * hard links of the first.
 * Rules: 1. Later members win over earlier ones of the same name. 2. A member that cannot be made is
 * reported and skipped; an archive that makes no sense ends the work.
 * Locking: as any maker of names (fs/namei_change.c); nobody else runs yet.
 * Linux: init/initramfs.c. Left out: compression. Start at: unpack_initramfs.
 */
#include "fs/cpio.h"
#include "fs/dcache.h"
#include "fs/init.h"
#include "fs/internal.h"
#include "fs/namei.h"
#include "kernel/lib/err.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/slab.h"

/* The first name of an inode with several. */
struct cpio_link {
	struct cpio_link *next;
	unsigned long ino, dev_major, dev_minor;
	struct path path;
};

static struct cpio_link *cpio_links __initdata;

static void __init forget_links(void)
{
	while (cpio_links) {
		struct cpio_link *link = cpio_links;

		cpio_links = link->next;
		path_put(&link->path);
		kfree(link);
	}
}

static struct cpio_link *__init find_link(const struct cpio_entry *e)
{
	struct cpio_link *link;

	for (link = cpio_links; link; link = link->next) {
		if (link->ino == e->ino && link->dev_major == e->dev_major &&
		    link->dev_minor == e->dev_minor)
			return link;
	}
	return NULL;
}

static int __init remember_link(const struct cpio_entry *e, const struct path *path)
{
	struct cpio_link *link = kmalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return -ENOMEM;
	*link = (struct cpio_link){ cpio_links, e->ino, e->dev_major, e->dev_minor, *path };
	path_get(&link->path);
	cpio_links = link;
	return 0;
}

/* The file is new or emptied: its pages are made here, full of data from the start. */
static int __init write_body(struct inode *inode, const u8 *body, size_t len)
{
	pgoff_t index = 0;

	while (len) {
		size_t bytes = min(len, PAGE_SIZE);
		struct page *page = alloc_page(GFP_HIGHUSER);
		int error;

		if (!page)
			return -ENOMEM;
		if (bytes == PAGE_SIZE) {
			copy_page(page_address(page), body);
		} else {
			memcpy(page_address(page), body, bytes);
			memset(page_address(page) + bytes, 0, PAGE_SIZE - bytes);
		}
		__SetPageUptodate(page);
		error = add_to_page_cache_locked(page, inode->i_mapping, index, GFP_KERNEL);
		if (error) {
			put_page(page);
			return error;
		}
		unlock_page(page);
		put_page(page);
		inode->i_size += (loff_t)bytes;
		body += bytes;
		len -= bytes;
		index++;
	}
	return 0;
}

static int __init make_symlink(struct inode *dir, struct dentry *dentry, const struct cpio_entry *e)
{
	char *body;
	int error;

	if (!e->body_len || e->body_len >= PATH_MAX)
		return -EINVAL;
	body = kmemdup_nul((const char *)e->body, e->body_len, GFP_KERNEL);
	if (!body)
		return -ENOMEM;
	error = vfs_symlink(dir, dentry, body);
	kfree(body);
	return error;
}

static int __init make_node(struct inode *dir, struct dentry *dentry, const struct cpio_entry *e)
{
	umode_t mode = (umode_t)e->mode;

	switch (mode & S_IFMT) {
	case S_IFREG:
		return vfs_create(dir, dentry, mode, true);
	case S_IFDIR:
		return vfs_mkdir(dir, dentry, mode);
	case S_IFLNK:
		return make_symlink(dir, dentry, e);
	case S_IFCHR:
	case S_IFBLK:
		return vfs_mknod(
			dir, dentry, mode,
			MKDEV((dev_t)e->rdev_major & 0xfff, (dev_t)e->rdev_minor & 0xfffff));
	case S_IFIFO:
	case S_IFSOCK:
		return vfs_mknod(dir, dentry, mode, 0);
	default:
		return -EINVAL;
	}
}

static void __init set_attributes(struct inode *inode, const struct cpio_entry *e)
{
	inode->i_uid = (uid_t)e->uid;
	inode->i_gid = (gid_t)e->gid;
	if (!S_ISLNK(inode->i_mode))
		inode->i_mode = (umode_t)((inode->i_mode & S_IFMT) | (e->mode & S_IALLUGO));
	inode->i_mtime.tv_sec = (time64_t)e->mtime;
	inode->i_mtime.tv_nsec = 0;
	inode->i_atime = inode->i_mtime;
}

/* Something of that name is there already: a directory stays, anything else makes room. */
static int __init replace_existing(const struct cpio_entry *e, const char *name)
{
	struct filename *filename;
	struct path path;
	int error = kern_path(name, 0, &path);

	if (error)
		return error;
	if (d_is_dir(path.dentry)) {
		error = -EEXIST;
		if (S_ISDIR((umode_t)e->mode)) {
			set_attributes(d_inode(path.dentry), e);
			error = 1;
		}
		path_put(&path);
		return error;
	}
	path_put(&path);
	filename = getname_kernel(name);
	error = do_unlinkat(AT_FDCWD, filename);
	putname(filename);
	return error;
}

/* 0, or -errno for this member. */
static int __init make_entry(const struct cpio_entry *e)
{
	unsigned int flags = S_ISDIR((umode_t)e->mode) ? LOOKUP_DIRECTORY : 0;
	bool linked = e->nlink > 1 && !S_ISDIR((umode_t)e->mode);
	struct cpio_link *first = linked ? find_link(e) : NULL;
	struct dentry *dentry;
	struct inode *inode;
	struct path path;
	int error;

	dentry = kern_path_create(AT_FDCWD, e->name, &path, flags);
	if (dentry == ERR_PTR(-EEXIST)) {
		error = replace_existing(e, e->name);
		if (error)
			return error < 0 ? error : 0;
		dentry = kern_path_create(AT_FDCWD, e->name, &path, flags);
	}
	if (IS_ERR(dentry))
		return (int)PTR_ERR(dentry);
	if (first)
		error = vfs_link(first->path.dentry, d_inode(path.dentry), dentry);
	else
		error = make_node(d_inode(path.dentry), dentry, e);
	if (error)
		goto out;
	inode = d_inode(dentry);
	set_attributes(inode, e);
	if (S_ISREG(inode->i_mode) && e->body_len) {
		/* Of the names of one inode, one brings the content. */
		truncate_inode_pages(inode->i_mapping, 0);
		inode->i_size = 0;
		error = write_body(inode, e->body, e->body_len);
	}
	if (!error && linked && !first) {
		struct path made = { path.mnt, dentry };

		error = remember_link(e, &made);
	}
out:
	done_path_create(&path, dentry);
	return error;
}

/* "." and "" name the root itself. */
static bool __init is_root_name(const char *name)
{
	while (*name == '/')
		name++;
	return !name[0] || (name[0] == '.' && !name[strspn(name, "./")] && !strstr(name, ".."));
}

int __init unpack_initramfs(const void *start, size_t len)
{
	struct cpio_entry entry;
	size_t pos = 0;
	int result = 0;

	for (;;) {
		int error = 0;

		switch (cpio_next(start, len, &pos, &entry)) {
		case CPIO_END:
			forget_links();
			return result;
		case CPIO_TRAILER:
			forget_links();
			continue;
		case CPIO_BAD:
			pr_err("initramfs: no cpio archive at offset %zu of %zu\n", pos, len);
			forget_links();
			return -EINVAL;
		case CPIO_ENTRY:
			break;
		}
		if (!is_root_name(entry.name))
			error = make_entry(&entry);
		if (error) {
			pr_err("initramfs: %s: error %d\n", entry.name, error);
			result = -EINVAL;
		}
	}
}
