// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plain look-ups: a path to its file, or to the directory of its last name; and readlink.
 *
 * Idea: each walk is tried without references first, then with (RETRY_WALK; fs/namei.c says why).
 * Locking: lookup_one_len() wants the directory's i_rwsem held for writing; the others take what
 * they need. Linux: fs/namei.c. Start at: filename_lookup, path_lookupat.
 */
#include "fs/namei.h"
#include "fs/dcache.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei_internal.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"

/* The last component of a plain look-up: NULL, or the body of a link to walk on with. */
static const char *lookup_last(struct nameidata *nd)
{
	struct link_frame done = { "", { NULL, NULL } };
	const char *s;

	if (nd->last_type == LAST_NORM && trailing_slash(&nd->last))
		nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	if (nd->depth)
		done = nd->stack[--nd->depth];
	s = walk_component(nd, true);
	if (done.link.dentry && !(nd->flags & LOOKUP_RCU))
		path_put(&done.link);
	return s;
}

int path_lookupat(struct nameidata *nd, unsigned int flags, struct path *path)
{
	const char *s = path_init(nd, flags);
	int error = IS_ERR(s) ? (int)PTR_ERR(s) : 0;

	while (!error) {
		error = link_path_walk(s, nd);
		if (error)
			break;
		s = lookup_last(nd);
		if (!s)
			break;
		error = IS_ERR(s) ? (int)PTR_ERR(s) : 0;
	}
	if (!error && (nd->flags & LOOKUP_DIRECTORY) && !S_ISDIR(nd->inode->i_mode))
		error = -ENOTDIR;
	error = walk_error(nd, error);
	if (!error)
		error = complete_walk(nd);
	if (!error) {
		*path = nd->path;
		nd->path = (struct path){ NULL, NULL };
	}
	terminate_walk(nd);
	return error;
}

int filename_lookup(int dfd, struct filename *name, unsigned int flags, struct path *path,
		    const struct path *root)
{
	struct nameidata nd;
	int error;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	set_nameidata(&nd, dfd, name, root);
	error = RETRY_WALK(flags, path_lookupat(&nd, walk_flags, path));
	end_nameidata(&nd);
	return error;
}

int kern_path(const char *name, unsigned int flags, struct path *path)
{
	struct filename *filename = getname_kernel(name);
	int error = filename_lookup(AT_FDCWD, filename, flags, path, NULL);

	putname(filename);
	return error;
}

int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path)
{
	struct path root = { mnt, dentry };
	struct filename *filename = getname_kernel(name);
	int error = filename_lookup(AT_FDCWD, filename, flags, path, &root);

	putname(filename);
	return error;
}

int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path)
{
	struct filename *filename = getname_flags(name, (int)flags);
	int error = filename_lookup(dfd, filename, flags, path, NULL);

	putname(filename);
	return error;
}

/* The directory of the last component, and that component. */
static int path_parentat(struct nameidata *nd, unsigned int flags, struct path *parent)
{
	const char *s = path_init(nd, flags);
	int error = IS_ERR(s) ? (int)PTR_ERR(s) : link_path_walk(s, nd);

	error = walk_error(nd, error);
	if (!error)
		error = complete_walk(nd);
	if (!error) {
		*parent = nd->path;
		nd->path = (struct path){ NULL, NULL };
	}
	terminate_walk(nd);
	return error;
}

int filename_parentat(int dfd, struct filename *name, unsigned int flags, struct path *parent,
		      struct qstr *last, enum last_type *type)
{
	struct nameidata nd;
	int error;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	set_nameidata(&nd, dfd, name, NULL);
	error = RETRY_WALK(flags, path_parentat(&nd, walk_flags, parent));
	if (!error) {
		*last = nd.last;
		*type = nd.last_type;
	}
	end_nameidata(&nd);
	return error;
}

struct dentry *lookup_one_len(const char *name, struct dentry *base, int len)
{
	struct qstr this = QSTR_INIT(name, (u32)len);
	int i, error;

	if (len <= 0 || (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return ERR_PTR(-EACCES);
	for (i = 0; i < len; i++) {
		if (name[i] == '/' || name[i] == '\0')
			return ERR_PTR(-EACCES);
	}
	error = inode_permission(d_inode(base), MAY_EXEC);
	if (error)
		return ERR_PTR(error);
	this.hash = full_name_hash(base, name, this.len);
	return lookup_locked(&this, base, 0);
}

/* ---- readlink ---- */

int readlink_copy(char __user *buffer, int buflen, const char *link)
{
	int len;

	if (IS_ERR(link))
		return (int)PTR_ERR(link);
	len = min((int)strlen(link), buflen);
	return copy_to_user(buffer, link, (unsigned long)len) ? -EFAULT : len;
}

int vfs_readlink(struct dentry *dentry, char __user *buffer, int buflen)
{
	struct inode *inode = d_inode(dentry);

	if (inode->i_op->readlink)
		return inode->i_op->readlink(dentry, buffer, buflen);
	if (inode->i_link)
		return readlink_copy(buffer, buflen, inode->i_link);
	if (!inode->i_op->get_link)
		return -EINVAL;
	return readlink_copy(buffer, buflen, inode->i_op->get_link(dentry, inode));
}
