// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path walk: from a string to a (mount, dentry).
 *
 * Idea: take one component after the other. A name is looked up in the dentry cache and, if it is
 * not there, by the file system. A symlink's body is walked in place of its name; what stood behind
 * it waits in a frame. "..", mount points and magic links have their own steps.
 *
 * The walk is done twice at most. First in RCU mode (LOOKUP_RCU): no reference is taken and no lock,
 * all objects stay readable until the RCU read side ends. At the end references are taken, and they
 * count only if meanwhile nothing was renamed and nothing mounted (sequences of rename_lock and
 * mount_lock). Whatever needs to sleep, or fails that check, gives -ECHILD, and the walk starts again
 * in the ordinary mode, where nd->path, nd->root and the frames hold references.
 *
 * Rules: 1. An error found in RCU mode counts only if the sequences stand; complete_walk() and
 *        terminate_walk() see to it. 2. At most MAXSYMLINKS links per walk: -ELOOP. 3. A file
 *        system whose names are all in the cache (simple_lookup) needs no call to say "no".
 * Locking: in ordinary mode lookup_slow() takes the directory's i_rwsem for writing.
 * Linux: fs/namei.c. Left out: automounts, RCU to ordinary mode in the middle with frames open.
 * Start at: link_path_walk, walk_component. Its users: path_lookup.c (plain look-ups), namei_open.c,
 * namei_change.c.
 */
#include "fs/namei.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/fs_struct.h"
#include "fs/internal.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/namei_internal.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

/* ---- references ---- */

void path_get(const struct path *path)
{
	mntget(path->mnt);
	dget(path->dentry);
}

void path_put(const struct path *path)
{
	dput(path->dentry);
	mntput(path->mnt);
}

void set_nameidata(struct nameidata *nd, int dfd, struct filename *name, const struct path *root)
{
	nd->dfd = dfd;
	nd->name = name;
	nd->stack = nd->internal;
	nd->depth = 0;
	nd->path = (struct path){ NULL, NULL };
	nd->root_preset = root != NULL;
	nd->root = root ? *root : (struct path){ NULL, NULL };
}

void end_nameidata(struct nameidata *nd)
{
	if (unlikely(nd->stack != nd->internal))
		kfree(nd->stack);
}

static inline bool sequences_stand(const struct nameidata *nd)
{
	return !read_seqretry(&rename_lock, nd->rename_seq) &&
	       !read_seqretry(&mount_lock, nd->mount_seq);
}

static bool legitimize_path(struct nameidata *nd)
{
	if (!atomic_inc_not_zero(&real_mount(nd->path.mnt)->mnt_count))
		return false;
	if (!atomic_inc_not_zero(&nd->path.dentry->d_count)) {
		rcu_read_unlock();
		nd->flags &= ~LOOKUP_RCU;
		mntput(nd->path.mnt);
		return false;
	}
	return true;
}

/*
 * RCU mode ends. On failure the walk is over: nothing is held. The root is forgotten, it would have
 * no references; unless the caller gave it, it is found again.
 */
bool try_to_unlazy(struct nameidata *nd)
{
	bool ok;

	if (nd->depth || (nd->flags & LOOKUP_IS_SCOPED))
		goto fail;
	ok = legitimize_path(nd);
	if (ok && sequences_stand(nd)) {
		rcu_read_unlock();
		nd->flags &= ~LOOKUP_RCU;
		if (!nd->root_preset)
			nd->root = (struct path){ NULL, NULL };
		return true;
	}
	if (nd->flags & LOOKUP_RCU) {
		rcu_read_unlock();
		nd->flags &= ~LOOKUP_RCU;
		if (ok)
			path_put(&nd->path);
	}
	goto forget;
fail:
	rcu_read_unlock();
	nd->flags &= ~LOOKUP_RCU;
forget:
	nd->depth = 0;
	nd->path = (struct path){ NULL, NULL };
	if (!nd->root_preset)
		nd->root = (struct path){ NULL, NULL };
	return false;
}

int complete_walk(struct nameidata *nd)
{
	if (nd->flags & LOOKUP_RCU) {
		nd->depth = 0;
		if (unlikely(nd->flags & LOOKUP_IS_SCOPED)) {
			/* root is nd's own or the caller's: without references in RCU mode */
			nd->flags &= ~LOOKUP_IS_SCOPED;
			if (!try_to_unlazy(nd))
				return -ECHILD;
			return 0;
		}
		if (!try_to_unlazy(nd))
			return -ECHILD;
	}
	return 0;
}

static void put_frame(struct nameidata *nd, struct link_frame *frame)
{
	if (!(nd->flags & LOOKUP_RCU))
		path_put(&frame->link);
}

void pop_link(struct nameidata *nd)
{
	put_frame(nd, &nd->stack[--nd->depth]);
}

/* Lets everything go. In RCU mode an error that may be due to a change becomes -ECHILD: rule 1. */
void terminate_walk(struct nameidata *nd)
{
	if (nd->flags & LOOKUP_RCU) {
		rcu_read_unlock();
		nd->flags &= ~LOOKUP_RCU;
		nd->depth = 0;
	} else {
		while (nd->depth)
			pop_link(nd);
		if (nd->path.dentry)
			path_put(&nd->path);
		if (nd->root.dentry && !nd->root_preset)
			path_put(&nd->root);
	}
	nd->path = (struct path){ NULL, NULL };
	if (!nd->root_preset)
		nd->root = (struct path){ NULL, NULL };
}

/* ---- where it starts ---- */

static void set_root(struct nameidata *nd)
{
	struct fs_struct *fs = current->fs;

	if (nd->root.dentry)
		return;
	if (nd->flags & LOOKUP_RCU) {
		unsigned int seq;

		do {
			seq = read_seqcount_begin(&fs->seq);
			nd->root = fs->root;
		} while (read_seqcount_retry(&fs->seq, seq));
	} else {
		get_fs_root(fs, &nd->root);
	}
}

static int nd_jump_root(struct nameidata *nd)
{
	if (unlikely(nd->flags & LOOKUP_BENEATH))
		return -EXDEV;
	set_root(nd);
	if (unlikely(nd->flags & LOOKUP_NO_XDEV) && nd->path.mnt && nd->path.mnt != nd->root.mnt)
		return -EXDEV;
	if (!(nd->flags & LOOKUP_RCU)) {
		path_get(&nd->root);
		if (nd->path.dentry)
			path_put(&nd->path);
	}
	nd->path = nd->root;
	nd->inode = d_inode(nd->path.dentry);
	return 0;
}

static int start_at_cwd(struct nameidata *nd)
{
	struct fs_struct *fs = current->fs;

	if (nd->flags & LOOKUP_RCU) {
		unsigned int seq;

		do {
			seq = read_seqcount_begin(&fs->seq);
			nd->path = fs->pwd;
		} while (read_seqcount_retry(&fs->seq, seq));
	} else {
		get_fs_pwd(fs, &nd->path);
	}
	return 0;
}

static int start_at_fd(struct nameidata *nd, const char *name)
{
	struct fd f;

	/* Giving back a reference might end the file, which sleeps: not in RCU mode. */
	if ((nd->flags & LOOKUP_RCU) && atomic_read(&current->files->count) > 1)
		return -ECHILD;
	f = fdget_raw((unsigned int)nd->dfd);
	if (!f.file)
		return -EBADF;
	if (*name && !d_is_dir(f.file->f_path.dentry)) {
		fdput(f);
		return -ENOTDIR;
	}
	nd->path = f.file->f_path;
	if (!(nd->flags & LOOKUP_RCU))
		path_get(&nd->path);
	fdput(f);
	return 0;
}

const char *path_init(struct nameidata *nd, unsigned int flags)
{
	const char *s = nd->name->name;
	int error;

	nd->flags = flags;
	nd->depth = 0;
	nd->total_link_count = 0;
	nd->last_type = LAST_ROOT;
	nd->last = (struct qstr){ 0, 0, "" };
	if (!*s && !(flags & LOOKUP_EMPTY)) {
		nd->flags &= ~LOOKUP_RCU;
		return ERR_PTR(-ENOENT);
	}
	if (flags & LOOKUP_RCU)
		rcu_read_lock();
	nd->rename_seq = read_seqbegin(&rename_lock);
	nd->mount_seq = read_seqbegin(&mount_lock);

	if (nd->root_preset) {
		nd->path = nd->root;
		if (!(flags & LOOKUP_RCU))
			path_get(&nd->path);
		nd->inode = d_inode(nd->path.dentry);
		return s;
	}
	if (*s == '/' && !(flags & LOOKUP_IN_ROOT)) {
		error = nd_jump_root(nd);
		return error ? ERR_PTR(error) : s;
	}
	error = nd->dfd == AT_FDCWD ? start_at_cwd(nd) : start_at_fd(nd, s);
	if (error)
		return ERR_PTR(error);
	nd->inode = d_inode(nd->path.dentry);
	if (unlikely(flags & LOOKUP_IS_SCOPED)) {
		nd->root = nd->path;
		if (!(flags & LOOKUP_RCU))
			path_get(&nd->root);
	}
	return s;
}

/* ---- one component ---- */

/* The walk goes on at path, whose references (outside RCU mode) become nd's. */
static void path_to_nameidata(struct nameidata *nd, const struct path *path)
{
	if (!(nd->flags & LOOKUP_RCU)) {
		dput(nd->path.dentry);
		if (nd->path.mnt != path->mnt)
			mntput(nd->path.mnt);
	}
	nd->path = *path;
	nd->inode = d_inode(path->dentry);
}

/*
 * Down to the root of whatever is mounted on path. path->mnt is nd->path.mnt without a reference of
 * its own at first; when it changes, it has one (outside RCU mode).
 */
static int traverse_mounts(struct nameidata *nd, struct path *path)
{
	while (unlikely(d_mountpoint(path->dentry))) {
		if (nd->flags & LOOKUP_RCU) {
			struct mount *mnt = __lookup_mnt(path->mnt, path->dentry);

			if (!mnt)
				break;
			path->mnt = &mnt->mnt;
			path->dentry = mnt->mnt.mnt_root;
		} else {
			struct vfsmount *mnt = lookup_mnt(path->mnt, path->dentry);

			if (!mnt)
				break;
			dput(path->dentry);
			if (path->mnt != nd->path.mnt)
				mntput(path->mnt);
			path->mnt = mnt;
			path->dentry = dget(mnt->mnt_root);
		}
		if (unlikely(nd->flags & LOOKUP_NO_XDEV))
			return -EXDEV;
	}
	return 0;
}

static void drop_step(struct nameidata *nd, const struct path *path)
{
	if (nd->flags & LOOKUP_RCU)
		return;
	dput(path->dentry);
	if (path->mnt != nd->path.mnt)
		mntput(path->mnt);
}

/* Makes room for one more frame. */
static int reserve_frame(struct nameidata *nd)
{
	struct link_frame *stack;

	if (nd->depth < EMBEDDED_LEVELS || nd->stack != nd->internal)
		return 0;
	if (nd->flags & LOOKUP_RCU)
		return -ECHILD;
	stack = kmalloc_array(MAXSYMLINKS, sizeof(*stack), GFP_KERNEL);
	if (!stack)
		return -ENOMEM;
	memcpy(stack, nd->internal, sizeof(nd->internal));
	nd->stack = stack;
	return 0;
}

/* A magic link: the file system itself says where it leads. link's references are consumed. */
static int follow_jump_link(struct nameidata *nd, const struct path *link, struct inode *inode)
{
	struct path target;
	int error;

	if (nd->flags & LOOKUP_RCU)
		return -ECHILD;
	error = -ELOOP;
	if (nd->flags & LOOKUP_NO_MAGICLINKS)
		goto out;
	error = inode->i_op->jump_link(link->dentry, inode, &target);
	if (error)
		goto out;
	error = -EXDEV;
	if ((nd->flags & LOOKUP_IS_SCOPED) ||
	    ((nd->flags & LOOKUP_NO_XDEV) && target.mnt != nd->path.mnt)) {
		path_put(&target);
		goto out;
	}
	path_put(&nd->path);
	nd->path = target;
	nd->inode = d_inode(target.dentry);
	error = 0;
out:
	path_put(link);
	return error;
}

int sysctl_protected_symlinks = 1;

/*
 * protected_symlinks: in a sticky directory that all may write to (/tmp), a link at the end of a path
 * is followed only for its owner, or when the directory's owner made it.
 */
static int may_follow_link(struct nameidata *nd, const struct inode *inode)
{
	if (!READ_ONCE(sysctl_protected_symlinks) || current_fsuid() == inode->i_uid)
		return 0;
	if ((nd->dir_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH))
		return 0;
	return nd->dir_uid == inode->i_uid ? 0 : -EACCES;
}

/* link is a symlink to follow: its body, with a frame pushed (rest still to be set), or NULL. */
static const char *pick_link(struct nameidata *nd, struct path *link, struct inode *inode,
			     bool trailing)
{
	struct link_frame *frame;
	const char *body;
	int error;

	if (!(nd->flags & LOOKUP_RCU) && link->mnt == nd->path.mnt)
		mntget(link->mnt); /* from here on link has references of its own */
	error = -ELOOP;
	if (nd->total_link_count++ >= MAXSYMLINKS || (nd->flags & LOOKUP_NO_SYMLINKS) ||
	    (link->mnt->mnt_flags & MNT_NOSYMFOLLOW))
		goto fail;
	error = reserve_frame(nd);
	if (error)
		goto fail;
	error = trailing ? may_follow_link(nd, inode) : 0;
	if (error)
		goto fail;
	touch_atime(link);
	if (inode->i_op->jump_link)
		return ERR_PTR(follow_jump_link(nd, link, inode));
	body = READ_ONCE(inode->i_link);
	if (!body) {
		error = -ECHILD;
		if (nd->flags & LOOKUP_RCU)
			goto fail;
		error = -EINVAL;
		if (!inode->i_op->get_link)
			goto fail;
		body = inode->i_op->get_link(link->dentry, inode);
		error = (int)PTR_ERR(body);
		if (IS_ERR(body))
			goto fail;
	}
	if (*body == '/') {
		error = nd_jump_root(nd);
		if (error)
			goto fail;
		while (*++body == '/')
			;
	}
	if (!*body) {
		if (!(nd->flags & LOOKUP_RCU))
			path_put(link);
		return NULL;
	}
	frame = &nd->stack[nd->depth++];
	frame->link = *link;
	frame->rest = "";
	return body;
fail:
	if (!(nd->flags & LOOKUP_RCU))
		path_put(link);
	return ERR_PTR(error);
}

/* dentry (with a reference outside RCU mode, consumed) is the next step. */
const char *step_into(struct nameidata *nd, struct dentry *dentry, bool trailing)
{
	struct path path = { nd->path.mnt, dentry };
	struct inode *inode;
	int error = traverse_mounts(nd, &path);

	inode = d_inode(path.dentry);
	if (!error && unlikely(!inode))
		error = -ENOENT;
	if (unlikely(error)) {
		drop_step(nd, &path);
		return ERR_PTR(error);
	}
	if (likely(!S_ISLNK(inode->i_mode)) || (trailing && !(nd->flags & LOOKUP_FOLLOW))) {
		path_to_nameidata(nd, &path);
		return NULL;
	}
	return pick_link(nd, &path, inode, trailing);
}

/* Is every name of the directory in the cache, so that a miss is an answer? Rule 3. */
static inline bool dcache_is_complete(const struct inode *dir)
{
	return dir->i_op->lookup == simple_lookup;
}

struct dentry *lookup_fast(struct nameidata *nd)
{
	struct dentry *dentry, *parent = nd->path.dentry;

	if (nd->flags & LOOKUP_RCU) {
		dentry = __d_lookup_rcu(parent, &nd->last);
		if (likely(dentry && !(dentry->d_flags & DCACHE_OP_REVALIDATE)))
			return dentry;
		if (!dentry && dcache_is_complete(nd->inode) && nd->last.len <= NAME_MAX)
			return ERR_PTR(-ENOENT);
		return ERR_PTR(-ECHILD);
	}
	dentry = d_lookup(parent, &nd->last);
	if (dentry && (dentry->d_flags & DCACHE_OP_REVALIDATE)) {
		int valid = dentry->d_op->d_revalidate(dentry, nd->flags);

		if (unlikely(valid <= 0)) {
			if (!valid)
				d_invalidate(dentry);
			dput(dentry);
			return valid ? ERR_PTR(valid) : NULL;
		}
	}
	return dentry;
}

struct dentry *lookup_locked(const struct qstr *name, struct dentry *base, unsigned int flags)
{
	struct inode *dir = d_inode(base);
	struct dentry *dentry = d_lookup(base, name), *other;

	if (dentry) {
		if (!(dentry->d_flags & DCACHE_OP_REVALIDATE))
			return dentry;
		if (dentry->d_op->d_revalidate(dentry, flags) > 0)
			return dentry;
		d_invalidate(dentry);
		dput(dentry);
	}
	if (unlikely(dir->i_flags & S_DEAD))
		return ERR_PTR(-ENOENT);
	if (unlikely(!dir->i_op->lookup))
		return ERR_PTR(-ENOTDIR);
	dentry = d_alloc(base, name);
	if (unlikely(!dentry))
		return ERR_PTR(-ENOMEM);
	other = dir->i_op->lookup(dir, dentry, flags);
	if (unlikely(other)) {
		dput(dentry);
		dentry = other;
	}
	return dentry;
}

static struct dentry *lookup_slow(const struct qstr *name, struct dentry *dir, unsigned int flags)
{
	struct inode *inode = d_inode(dir);
	struct dentry *dentry;

	down_write(&inode->i_rwsem);
	dentry = lookup_locked(name, dir, flags);
	up_write(&inode->i_rwsem);
	return dentry;
}

/* One level up, across the root of a mount; stays where it is at the walk's root. */
static struct dentry *follow_dotdot(struct nameidata *nd, struct path *path)
{
	set_root(nd);
	*path = nd->path;
	while (!path_equal(path, &nd->root)) {
		struct mount *mnt = real_mount(path->mnt);

		if (path->dentry != path->mnt->mnt_root)
			return READ_ONCE(path->dentry->d_parent);
		if (mnt->mnt_parent == mnt)
			return NULL;
		if (nd->flags & LOOKUP_NO_XDEV)
			return ERR_PTR(-EXDEV);
		path->dentry = mnt->mnt_mountpoint;
		path->mnt = &mnt->mnt_parent->mnt;
	}
	return (nd->flags & LOOKUP_BENEATH) ? ERR_PTR(-EXDEV) : NULL;
}

/*
 * "..": parents and mounts are read under RCU in both modes. Outside RCU mode the references are
 * taken before the read side ends; if one is not to be had, or a sequence changed, once more.
 */
static const char *step_dotdot(struct nameidata *nd)
{
	struct path path;
	struct dentry *parent;
	int error;

	if (nd->flags & LOOKUP_RCU) {
		parent = follow_dotdot(nd, &path);
		if (IS_ERR(parent))
			return ERR_CAST(parent);
		if (parent)
			path.dentry = parent;
		error = traverse_mounts(nd, &path);
		if (error)
			return ERR_PTR(error);
		nd->path = path;
		nd->inode = d_inode(path.dentry);
		return nd->inode ? NULL : ERR_PTR(-ECHILD);
	}
	set_root(nd);
	for (;;) {
		unsigned int seq = read_seqbegin(&mount_lock);
		bool got = false;

		rcu_read_lock();
		parent = follow_dotdot(nd, &path);
		if (IS_ERR(parent)) {
			rcu_read_unlock();
			return ERR_CAST(parent);
		}
		if (parent)
			path.dentry = parent;
		if (atomic_inc_not_zero(&real_mount(path.mnt)->mnt_count)) {
			got = atomic_inc_not_zero(&path.dentry->d_count);
			if (!got) {
				rcu_read_unlock();
				mntput(path.mnt);
				continue;
			}
		}
		rcu_read_unlock();
		if (got && !read_seqretry(&mount_lock, seq))
			break;
		if (got)
			path_put(&path);
	}
	path_put(&nd->path);
	nd->path = path;
	/* What is mounted on the directory above covers it. */
	dget(path.dentry);
	error = traverse_mounts(nd, &path);
	if (error) {
		drop_step(nd, &path);
		return ERR_PTR(error);
	}
	path_to_nameidata(nd, &path);
	return NULL;
}

const char *handle_dots(struct nameidata *nd)
{
	const char *s;

	if (nd->last_type != LAST_DOTDOT)
		return NULL;
	s = step_dotdot(nd);
	/* A directory that was moved away in the middle could let ".." out of the scope. */
	if (!s && unlikely(nd->flags & LOOKUP_IS_SCOPED) && !sequences_stand(nd))
		return ERR_PTR(-EAGAIN);
	return s;
}

const char *walk_component(struct nameidata *nd, bool trailing)
{
	struct dentry *dentry;

	if (unlikely(nd->last_type != LAST_NORM))
		return handle_dots(nd);
	dentry = lookup_fast(nd);
	if (unlikely(!dentry))
		dentry = lookup_slow(&nd->last, nd->path.dentry, nd->flags);
	if (IS_ERR(dentry))
		return ERR_CAST(dentry);
	return step_into(nd, dentry, trailing);
}

/* ---- a whole path ---- */

/* May the current directory be searched? */
static inline int may_lookup(struct nameidata *nd)
{
	if ((nd->flags & LOOKUP_RCU) && nd->inode->i_op->permission)
		return -ECHILD;
	return inode_permission(nd->inode, MAY_EXEC);
}

/* Takes the next component off name, whose first character is not '/'; returns what follows. */
static const char *next_component(struct nameidata *nd, const char *name)
{
	const char *p = name;
	u64 hash = name_hash_init(nd->path.dentry);

	do {
		hash = name_hash_step(hash, (unsigned char)*p++);
	} while (*p && *p != '/');
	nd->last = (struct qstr){ name_hash_end(hash), (u32)(p - name), name };
	nd->last_type = LAST_NORM;
	if (unlikely(name[0] == '.')) {
		if (nd->last.len == 1)
			nd->last_type = LAST_DOT;
		else if (nd->last.len == 2 && name[1] == '.')
			nd->last_type = LAST_DOTDOT;
	}
	while (*p == '/')
		p++;
	return p;
}

/*
 * Walks name up to its last component, which is left in nd->last for the caller: he knows whether
 * to look it up, make it or take it away. The frame of a link at the end stays open (rest "").
 */
int link_path_walk(const char *name, struct nameidata *nd)
{
	nd->last_type = LAST_ROOT;
	while (*name == '/')
		name++;
	if (!*name)
		return 0;
	for (;;) {
		const char *body;
		bool frame_ends;
		int error = may_lookup(nd);

		if (unlikely(error))
			return error;
		name = next_component(nd, name);
		frame_ends = !*name;
		if (frame_ends && (nd->depth == 0 || (nd->depth == 1 && !*nd->stack[0].rest))) {
			nd->dir_mode = nd->inode->i_mode;
			nd->dir_uid = nd->inode->i_uid;
			return 0;
		}

		if (unlikely(frame_ends)) {
			/* The link's last name is about to be walked, then its body is done with. */
			struct link_frame done = nd->stack[nd->depth - 1];

			name = done.rest;
			nd->depth--;
			body = walk_component(nd, false);
			if (!(nd->flags & LOOKUP_RCU))
				path_put(&done.link);
		} else {
			body = walk_component(nd, false);
		}
		if (unlikely(body)) {
			if (IS_ERR(body))
				return (int)PTR_ERR(body);
			nd->stack[nd->depth - 1].rest = name;
			name = body;
			continue;
		}
		if (unlikely(!S_ISDIR(nd->inode->i_mode)))
			return -ENOTDIR;
	}
}

/* An error in RCU mode may come from a change in the middle: then the walk does not count. */
int walk_error(struct nameidata *nd, int error)
{
	if (unlikely(error) && (nd->flags & LOOKUP_RCU) && error != -ECHILD && !sequences_stand(nd))
		return -ECHILD;
	return error;
}
