// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a path back to its text: /proc/<pid>/fd, maps, mounts, and getcwd(2).
 *
 * Idea: walk from the dentry up to the root and across mount points, writing names from the end of
 * the buffer to its front.
 * Rules: 1. A removed name is followed by " (deleted)". 2. What is not below the caller's root is
 * shown from the root of its own mount tree; getcwd(2) puts "(unreachable)" in front.
 * Locking: rename_lock and mount_lock are held against writers, so names and parents stand still.
 * Linux: fs/d_path.c. Start at: d_path, prepend_path.
 */
#include <stdarg.h>
#include "fs/dcache.h"
#include "fs/fs_struct.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

/* Text grows towards lower addresses; len < 0: it did not fit. */
struct prepend_buffer {
	char *buf;
	int len;
};

static void prepend(struct prepend_buffer *p, const char *str, int len)
{
	p->len -= len;
	if (p->len >= 0) {
		p->buf -= len;
		memcpy(p->buf, str, len);
	}
}

static char *extract_string(struct prepend_buffer *p)
{
	return p->len >= 0 ? p->buf : ERR_PTR(-ENAMETOOLONG);
}

static void prepend_name(struct prepend_buffer *p, const struct dentry *dentry)
{
	prepend(p, dentry->d_name.name, (int)dentry->d_name.len);
	prepend(p, "/", 1);
}

/* What prepend_path() met at the upper end. */
enum path_end {
	PATH_AT_ROOT,  /* the given root */
	PATH_AT_TOP,   /* the top of the mount tree, which is not below root */
	PATH_DETACHED, /* an unmounted file system, or a dentry outside any tree */
};

static enum path_end prepend_path(const struct path *path, const struct path *root,
				  struct prepend_buffer *p)
{
	struct mount *mnt = real_mount(path->mnt);
	const struct dentry *dentry = path->dentry;

	while (dentry != root->dentry || &mnt->mnt != root->mnt) {
		if (dentry == mnt->mnt.mnt_root) {
			if (mnt->mnt_parent == mnt)
				return mnt->mnt_attached ? PATH_AT_TOP : PATH_DETACHED;
			dentry = mnt->mnt_mountpoint;
			mnt = mnt->mnt_parent;
			continue;
		}
		if (IS_ROOT(dentry))
			return PATH_DETACHED;
		prepend_name(p, dentry);
		dentry = dentry->d_parent;
	}
	return PATH_AT_ROOT;
}

static enum path_end prepend_path_locked(const struct path *path, const struct path *root,
					 struct prepend_buffer *p)
{
	struct prepend_buffer start;
	enum path_end end;

	read_seqlock_excl(&rename_lock);
	read_seqlock_excl(&mount_lock);
	if (d_unlinked(path->dentry))
		prepend(p, " (deleted)", 10);
	start = *p;
	end = prepend_path(path, root, p);
	if (p->len == start.len)
		prepend(p, "/", 1);
	read_sequnlock_excl(&mount_lock);
	read_sequnlock_excl(&rename_lock);
	return end;
}

char *d_path(const struct path *path, char *buf, int buflen)
{
	struct prepend_buffer p = { buf + buflen, buflen };
	const struct dentry *dentry = path->dentry;
	struct path root;

	if (dentry->d_op && dentry->d_op->d_dname &&
	    (!IS_ROOT(dentry) || dentry != path->mnt->mnt_root))
		return dentry->d_op->d_dname(path->dentry, buf, buflen);

	prepend(&p, "", 1);
	get_fs_root(current->fs, &root);
	prepend_path_locked(path, &root, &p);
	path_put(&root);
	return extract_string(&p);
}

char *d_absolute_path(const struct path *path, char *buf, int buflen)
{
	struct prepend_buffer p = { buf + buflen, buflen };
	struct path nowhere = { NULL, NULL };

	prepend(&p, "", 1);
	if (prepend_path_locked(path, &nowhere, &p) == PATH_DETACHED)
		return ERR_PTR(-EINVAL);
	return extract_string(&p);
}

char *dentry_path_raw(struct dentry *dentry, char *buf, int buflen)
{
	struct prepend_buffer p = { buf + buflen, buflen };

	prepend(&p, "", 1);
	read_seqlock_excl(&rename_lock);
	if (IS_ROOT(dentry))
		prepend(&p, "/", 1);
	for (; !IS_ROOT(dentry); dentry = dentry->d_parent)
		prepend_name(&p, dentry);
	read_sequnlock_excl(&rename_lock);
	return extract_string(&p);
}

char *dynamic_dname(char *buffer, int buflen, const char *fmt, ...)
{
	char temp[64];
	va_list args;
	int size;

	va_start(args, fmt);
	size = vsnprintf(temp, sizeof(temp), fmt, args) + 1;
	va_end(args);
	if (size > (int)sizeof(temp) || size > buflen)
		return ERR_PTR(-ENAMETOOLONG);
	return memcpy(buffer + buflen - size, temp, size);
}

/* Names of shared memory's files: they have no directory, and are never "there". */
char *simple_dname(struct dentry *dentry, char *buffer, int buflen)
{
	struct prepend_buffer p = { buffer + buflen, buflen };

	prepend(&p, " (deleted)", 11);
	prepend_name(&p, dentry);
	return extract_string(&p);
}

SYSCALL_DEFINE2(getcwd, char __user *, buf, unsigned long, size)
{
	char *page = kmalloc(PATH_MAX, GFP_KERNEL);
	struct prepend_buffer p = { page + PATH_MAX, PATH_MAX };
	struct path root, pwd;
	long ret;

	if (!page)
		return -ENOMEM;
	get_fs_root(current->fs, &root);
	get_fs_pwd(current->fs, &pwd);
	if (d_unlinked(pwd.dentry)) {
		ret = -ENOENT;
		goto out;
	}
	prepend(&p, "", 1);
	if (prepend_path_locked(&pwd, &root, &p) != PATH_AT_ROOT)
		prepend(&p, "(unreachable)", 13);
	ret = -ENAMETOOLONG;
	if (p.len < 0)
		goto out;
	ret = PATH_MAX - p.len;
	if ((unsigned long)ret > size)
		ret = -ERANGE;
	else if (copy_to_user(buf, p.buf, ret))
		ret = -EFAULT;
out:
	path_put(&pwd);
	path_put(&root);
	kfree(page);
	return ret;
}
