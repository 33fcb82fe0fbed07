// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount(2) and umount(2): making mounts, putting them into the tree (fs/mount_tree.c), taking them out.
 *
 * Rules: 1. mnt_count == 2 when only the tree and the caller of umount(2) have a mount without
 * children. 2. Becoming read-only: set the flag, then look for writers; writers count themselves,
 * then look at the flag. One of the two sees the other.
 * Locking: i_rwsem of a mount point > namespace_sem > mount_lock.
 * Sleeps: mntput() may. Linux: fs/namespace.c. Left out: mount namespaces, propagation, pivot_root.
 * Start at: path_mount, do_umount. Tests: tests/fs/mounts.c.
 */
#include "fs/mount.h"
#include "fs/mount_tree.h"
#include "fs/dcache.h"
#include "fs/fs_struct.h"
#include "fs/internal.h"
#include "fs/namei.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/locking/rwsem.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mount.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

static atomic_t last_mnt_id;

/* ---- making and freeing ---- */

static struct mount *alloc_vfsmnt(const char *name)
{
	struct mount *mnt = kzalloc(sizeof(*mnt), GFP_KERNEL);

	if (!mnt)
		return NULL;
	mnt->mnt_devname = kstrdup(name ? name : "none", GFP_KERNEL);
	if (!mnt->mnt_devname) {
		kfree(mnt);
		return NULL;
	}
	mnt->mnt_id = atomic_inc_return(&last_mnt_id);
	mnt->mnt_parent = mnt;
	atomic_set(&mnt->mnt_count, 1);
	INIT_HLIST_NODE(&mnt->mnt_hash);
	INIT_LIST_HEAD(&mnt->mnt_mounts);
	INIT_LIST_HEAD(&mnt->mnt_child);
	INIT_LIST_HEAD(&mnt->mnt_list);
	return mnt;
}

static void free_vfsmnt_rcu(struct rcu_head *head)
{
	struct mount *mnt = container_of(head, struct mount, mnt_rcu);

	kfree(mnt->mnt_devname);
	kfree(mnt);
}

void mntput(struct vfsmount *m)
{
	struct mount *mnt;

	if (!m)
		return;
	mnt = real_mount(m);
	if (!atomic_dec_and_test(&mnt->mnt_count))
		return;
	ASSERT(list_empty(&mnt->mnt_mounts) && !mnt->mnt_attached);
	dput(m->mnt_root);
	deactivate_super(m->mnt_sb);
	call_rcu(&mnt->mnt_rcu, free_vfsmnt_rcu);
}

static struct mount *vfs_kern_mount(struct file_system_type *type, int flags, const char *name,
				    void *data)
{
	struct mount *mnt = alloc_vfsmnt(name);
	struct dentry *root;

	if (!mnt)
		return ERR_PTR(-ENOMEM);
	root = type->mount(type, flags, name, data);
	if (IS_ERR(root)) {
		free_vfsmnt_rcu(&mnt->mnt_rcu);
		return ERR_CAST(root);
	}
	mnt->mnt.mnt_root = root;
	mnt->mnt.mnt_sb = root->d_sb;
	mnt->mnt_mountpoint = root;
	return mnt;
}

struct vfsmount *kern_mount_data(struct file_system_type *type, void *data)
{
	struct mount *mnt = vfs_kern_mount(type, SB_KERNMOUNT, type->name, data);

	if (IS_ERR(mnt))
		return ERR_CAST(mnt);
	mnt->mnt.mnt_flags = MNT_INTERNAL;
	return &mnt->mnt;
}

struct vfsmount *kern_mount(struct file_system_type *type)
{
	return kern_mount_data(type, NULL);
}

void kern_unmount(struct vfsmount *mnt)
{
	if (!IS_ERR_OR_NULL(mnt))
		mntput(mnt);
}

struct mount *clone_mnt(struct mount *old, struct dentry *root)
{
	struct mount *mnt = alloc_vfsmnt(old->mnt_devname);

	if (!mnt)
		return ERR_PTR(-ENOMEM);
	mnt->mnt.mnt_flags = old->mnt.mnt_flags & ~MNT_INTERNAL;
	atomic_inc(&old->mnt.mnt_sb->s_active);
	mnt->mnt.mnt_sb = old->mnt.mnt_sb;
	mnt->mnt.mnt_root = dget(root);
	mnt->mnt_mountpoint = root;
	return mnt;
}

/* ---- where to mount ---- */

/*
 * Takes the two locks under which something is put on *path: the mount point's i_rwsem, against its
 * removal, and namespace_sem. *path moves up to whatever is mounted there by then.
 */
static int lock_mount(struct path *path)
{
	for (;;) {
		struct inode *inode = d_inode(path->dentry);
		struct vfsmount *mnt;

		down_write(&inode->i_rwsem);
		if (unlikely(path->dentry->d_flags & DCACHE_CANT_MOUNT)) {
			up_write(&inode->i_rwsem);
			return -ENOENT;
		}
		down_write(&namespace_sem);
		mnt = d_mountpoint(path->dentry) ? lookup_mnt(path->mnt, path->dentry) : NULL;
		if (likely(!mnt))
			return 0;
		up_write(&namespace_sem);
		up_write(&inode->i_rwsem);
		path_put(path);
		path->mnt = mnt;
		path->dentry = dget(mnt->mnt_root);
	}
}

static void unlock_mount(const struct path *path)
{
	up_write(&namespace_sem);
	up_write(&d_inode(path->dentry)->i_rwsem);
}

/* Puts mnt on top of path, locked: 0 (the reference is the tree's now) or -errno. */
static int graft_tree(struct mount *mnt, const struct path *path)
{
	if (d_is_dir(path->dentry) != d_is_dir(mnt->mnt.mnt_root))
		return -ENOTDIR;
	if (!real_mount(path->mnt)->mnt_attached)
		return -EINVAL;
	attach_mnt(mnt, real_mount(path->mnt), path->dentry);
	return 0;
}

/* ---- reading and writing ---- */

bool __mnt_is_readonly(const struct vfsmount *mnt)
{
	return (READ_ONCE(mnt->mnt_flags) & MNT_READONLY) ||
	       (READ_ONCE(mnt->mnt_sb->s_flags) & SB_RDONLY);
}

int __mnt_want_write(struct vfsmount *mnt)
{
	atomic_inc(&real_mount(mnt)->mnt_writers); /* a full barrier: rule 2 */
	if (likely(!__mnt_is_readonly(mnt)))
		return 0;
	mnt_drop_write(mnt);
	return -EROFS;
}

int mnt_want_write(struct vfsmount *mnt)
{
	return __mnt_want_write(mnt);
}

void mnt_drop_write(struct vfsmount *mnt)
{
	atomic_dec(&real_mount(mnt)->mnt_writers);
}

/* A file open for writing is counted already. */
int mnt_want_write_file(struct file *file)
{
	return __mnt_want_write(file->f_path.mnt);
}

void mnt_drop_write_file(struct file *file)
{
	mnt_drop_write(file->f_path.mnt);
}

static int mnt_make_readonly(struct mount *mnt)
{
	mnt->mnt.mnt_flags |= MNT_READONLY;
	smp_mb(); /* rule 2 */
	if (atomic_read(&mnt->mnt_writers) > 0) {
		mnt->mnt.mnt_flags &= ~MNT_READONLY;
		return -EBUSY;
	}
	return 0;
}

bool path_noexec(const struct path *path)
{
	return (path->mnt->mnt_flags & MNT_NOEXEC) || (path->mnt->mnt_sb->s_flags & SB_NOEXEC);
}

bool mnt_may_suid(const struct vfsmount *mnt)
{
	return !(mnt->mnt_flags & MNT_NOSUID) && !(mnt->mnt_sb->s_flags & SB_NOSUID);
}

bool may_open_dev(const struct path *path)
{
	return !(path->mnt->mnt_flags & MNT_NODEV) && !(path->mnt->mnt_sb->s_flags & SB_NODEV);
}

/* ---- mount(2) ---- */

static int do_new_mount(const struct path *path, const char *fstype, int sb_flags, int mnt_flags,
			const char *name, void *data)
{
	struct file_system_type *type;
	struct path at = *path;
	struct mount *mnt;
	int error;

	if (!fstype)
		return -EINVAL;
	type = get_fs_type(fstype);
	if (!type)
		return -ENODEV;
	mnt = vfs_kern_mount(type, sb_flags, name, data);
	if (IS_ERR(mnt))
		return (int)PTR_ERR(mnt);
	mnt->mnt.mnt_flags = mnt_flags;
	path_get(&at);
	error = lock_mount(&at);
	if (!error) {
		if (mnt->mnt.mnt_sb->s_flags & SB_NOUSER)
			error = -EINVAL;
		else if (at.mnt->mnt_sb == mnt->mnt.mnt_sb && at.mnt->mnt_root == at.dentry)
			error = -EBUSY; /* the same once more on top of itself */
		else
			error = graft_tree(mnt, &at);
		unlock_mount(&at);
	}
	path_put(&at);
	if (error)
		mntput(&mnt->mnt);
	return error;
}

/* Caller has locked at; *failed gets the mount that is to be put after unlocking. */
static int bind_locked(const struct path *old, const struct path *at, bool recurse,
		       struct mount **failed)
{
	struct mount *mnt;
	int error = 0;

	if (!real_mount(old->mnt)->mnt_attached)
		return -EINVAL;
	mnt = clone_mnt(real_mount(old->mnt), old->dentry);
	if (IS_ERR(mnt))
		return (int)PTR_ERR(mnt);
	if (recurse)
		error = copy_tree(real_mount(old->mnt), old->dentry, mnt);
	if (!error)
		error = graft_tree(mnt, at);
	if (error) {
		umount_children(mnt);
		*failed = mnt;
	}
	return error;
}

static int do_loopback(const struct path *path, const char *old_name, bool recurse)
{
	struct path old, at = *path;
	struct mount *failed = NULL;
	int error;

	if (!old_name || !*old_name)
		return -EINVAL;
	error = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (error)
		return error;
	path_get(&at);
	error = lock_mount(&at);
	if (!error) {
		error = bind_locked(&old, &at, recurse, &failed);
		unlock_mount(&at);
	}
	if (failed)
		mntput(&failed->mnt);
	path_put(&at);
	path_put(&old);
	return error;
}

/* Caller has locked at; *detached gets the references of the old place. */
static int move_locked(const struct path *old, const struct path *at, struct path *detached)
{
	struct mount *mnt = real_mount(old->mnt), *p;
	int error;

	if (old->dentry != old->mnt->mnt_root || mnt->mnt_parent == mnt || !mnt->mnt_attached)
		return -EINVAL;
	if (d_is_dir(at->dentry) != d_is_dir(old->dentry))
		return -EINVAL;
	for (p = real_mount(at->mnt); p != mnt && p != p->mnt_parent; p = p->mnt_parent)
		;
	if (p == mnt)
		return -ELOOP; /* below itself */
	detach_mnt(mnt, detached);
	error = graft_tree(mnt, at);
	if (error)
		attach_mnt(mnt, real_mount(detached->mnt), detached->dentry);
	return error;
}

static int do_move_mount(const struct path *path, const char *old_name)
{
	struct path old, at = *path, detached = { NULL, NULL };
	int error;

	if (!old_name || !*old_name)
		return -EINVAL;
	error = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (error)
		return error;
	path_get(&at);
	error = lock_mount(&at);
	if (!error) {
		error = move_locked(&old, &at, &detached);
		unlock_mount(&at);
	}
	path_put(&detached);
	path_put(&at);
	path_put(&old);
	return error;
}

/* Every mount of the file system loses its writers, or none: -EBUSY. */
static int sb_prepare_remount_readonly(struct super_block *sb)
{
	struct mount *mnt;

	sb->s_flags |= SB_RDONLY;
	smp_mb(); /* rule 2 */
	list_for_each_entry (mnt, &mount_list, mnt_list) {
		if (mnt->mnt.mnt_sb == sb && atomic_read(&mnt->mnt_writers) > 0) {
			sb->s_flags &= ~(unsigned long)SB_RDONLY;
			return -EBUSY;
		}
	}
	return 0;
}

static int do_remount(const struct path *path, bool bind, int sb_flags, int mnt_flags, void *data)
{
	struct mount *mnt = real_mount(path->mnt);
	struct super_block *sb = path->mnt->mnt_sb;
	int error = 0;

	if (path->dentry != path->mnt->mnt_root || !mnt->mnt_attached)
		return -EINVAL;
	down_write(&namespace_sem);
	if (bind) {
		if ((mnt_flags & MNT_READONLY) && !(mnt->mnt.mnt_flags & MNT_READONLY))
			error = mnt_make_readonly(mnt);
	} else {
		bool was_readonly = sb->s_flags & SB_RDONLY;

		if ((sb_flags & SB_RDONLY) && !was_readonly)
			error = sb_prepare_remount_readonly(sb);
		if (!error) {
			error = do_remount_sb(sb, (unsigned long)sb_flags, data);
			if (error && !was_readonly)
				sb->s_flags &= ~(unsigned long)SB_RDONLY;
		}
	}
	if (!error)
		mnt->mnt.mnt_flags = (mnt->mnt.mnt_flags & ~MNT_USER_SETTABLE_MASK) | mnt_flags;
	up_write(&namespace_sem);
	return error;
}

static int mnt_flags_from_ms(unsigned long flags, const struct path *path)
{
	int mnt_flags = 0;

	if (!(flags & MS_NOATIME))
		mnt_flags |= MNT_RELATIME;
	if (flags & MS_NOSUID)
		mnt_flags |= MNT_NOSUID;
	if (flags & MS_NODEV)
		mnt_flags |= MNT_NODEV;
	if (flags & MS_NOEXEC)
		mnt_flags |= MNT_NOEXEC;
	if (flags & MS_NOATIME)
		mnt_flags |= MNT_NOATIME;
	if (flags & MS_NODIRATIME)
		mnt_flags |= MNT_NODIRATIME;
	if (flags & MS_STRICTATIME)
		mnt_flags &= ~(MNT_RELATIME | MNT_NOATIME);
	if (flags & MS_RDONLY)
		mnt_flags |= MNT_READONLY;
	if (flags & MS_NOSYMFOLLOW)
		mnt_flags |= MNT_NOSYMFOLLOW;
	/* A remount that says nothing about atime keeps what there was. */
	if ((flags & MS_REMOUNT) &&
	    !(flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME))) {
		const int atime = MNT_NOATIME | MNT_NODIRATIME | MNT_RELATIME;

		mnt_flags = (mnt_flags & ~atime) | (path->mnt->mnt_flags & atime);
	}
	return mnt_flags;
}

int path_mount(const char *dev_name, struct path *path, const char *type, unsigned long flags,
	       void *data)
{
	int mnt_flags, sb_flags;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(unsigned long)MS_MGC_MSK;
	if (data)
		((char *)data)[PAGE_SIZE - 1] = 0;
	if (flags & SB_NOUSER)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	mnt_flags = mnt_flags_from_ms(flags, path);
	sb_flags = (int)(flags & (SB_RDONLY | SB_SYNCHRONOUS | MS_DIRSYNC | MS_SILENT |
				  MS_POSIXACL | MS_LAZYTIME | MS_I_VERSION));
	if ((flags & (MS_REMOUNT | MS_BIND)) == (MS_REMOUNT | MS_BIND))
		return do_remount(path, true, 0, mnt_flags, NULL);
	if (flags & MS_REMOUNT)
		return do_remount(path, false, sb_flags, mnt_flags, data);
	if (flags & MS_BIND)
		return do_loopback(path, dev_name, flags & MS_REC);
	if (flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)) {
		/* Without mount namespaces every mount is private, and stays so. */
		if (path->dentry != path->mnt->mnt_root)
			return -EINVAL;
		return (flags & (MS_SHARED | MS_SLAVE | MS_UNBINDABLE)) ? -EINVAL : 0;
	}
	if (flags & MS_MOVE)
		return do_move_mount(path, dev_name);
	return do_new_mount(path, type, sb_flags, mnt_flags, dev_name, data);
}

int do_mount(const char *dev_name, const char *dir_name, const char *type, unsigned long flags,
	     void *data)
{
	struct path path;
	int error = kern_path(dir_name, LOOKUP_FOLLOW, &path);

	if (error)
		return error;
	error = path_mount(dev_name, &path, type, flags, data);
	path_put(&path);
	return error;
}

/* ---- umount(2) ---- */

static int do_umount(struct mount *mnt, const struct path *path, int flags)
{
	struct path root;
	bool is_root;
	int error = 0;

	get_fs_root(current->fs, &root);
	is_root = &mnt->mnt == root.mnt;
	path_put(&root);
	if (flags & MNT_EXPIRE) {
		if (is_root || (flags & (MNT_FORCE | MNT_DETACH)))
			return -EINVAL;
		if (atomic_read(&mnt->mnt_count) != 2)
			return -EBUSY;
		if (!xchg(&mnt->mnt_expiry_mark, 1))
			return -EAGAIN;
	}
	/* The root cannot go; it becomes read-only. */
	if (is_root && !(flags & MNT_DETACH))
		return do_remount(path, false, SB_RDONLY, mnt->mnt.mnt_flags, NULL);

	down_write(&namespace_sem);
	if (!mnt->mnt_attached || mnt->mnt_parent == mnt) {
		error = -EINVAL;
	} else if (flags & MNT_DETACH) {
		umount_tree(mnt);
	} else {
		struct path old = { NULL, NULL };

		error = -EBUSY;
		if (list_empty(&mnt->mnt_mounts)) {
			/* Rule 1. Walks that come later see the changed sequence. */
			write_seqlock(&mount_lock);
			smp_mb(); /* a walk counts itself, then looks at the sequence */
			if (atomic_read(&mnt->mnt_count) == 2) {
				hlist_del_init_rcu(&mnt->mnt_hash);
				error = 0;
			}
			write_sequnlock(&mount_lock);
		}
		if (!error) {
			detach_mnt(mnt, &old);
			up_write(&namespace_sem);
			path_put(&old);
			mntput(&mnt->mnt); /* the tree's; the caller has one still */
			return 0;
		}
	}
	up_write(&namespace_sem);
	return error;
}

SYSCALL_DEFINE2(umount2, char __user *, name, int, flags)
{
	struct path path;
	struct mount *mnt;
	int error;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	error = user_path_at(AT_FDCWD, name, (flags & UMOUNT_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, &path);
	if (error)
		return error;
	mnt = real_mount(path.mnt);
	if (!capable(CAP_SYS_ADMIN))
		error = -EPERM;
	else if (path.dentry != path.mnt->mnt_root || !mnt->mnt_attached)
		error = -EINVAL;
	/* Only the mount's own reference may be left for the busy check. */
	dput(path.dentry);
	if (!error) {
		path.dentry = path.mnt->mnt_root;
		error = do_umount(mnt, &path, flags);
	}
	mntput(path.mnt);
	return error;
}

static char *copy_mount_string(const char __user *s)
{
	return s ? strndup_user(s, PATH_MAX) : NULL;
}

/* A page of options; what lies behind unreadable addresses counts as 0. */
static void *copy_mount_options(const void __user *data)
{
	char *copy;
	unsigned long left;

	if (!data)
		return NULL;
	copy = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	left = copy_from_user(copy, data, PAGE_SIZE);
	if (left == PAGE_SIZE) {
		kfree(copy);
		return ERR_PTR(-EFAULT);
	}
	memset(copy + PAGE_SIZE - left, 0, left);
	return copy;
}

SYSCALL_DEFINE5(mount, char __user *, dev_name, char __user *, dir_name, char __user *, type,
		unsigned long, flags, void __user *, data)
{
	char *kernel_type, *kernel_dev;
	void *options;
	struct path path;
	long ret;

	kernel_type = copy_mount_string(type);
	ret = PTR_ERR(kernel_type);
	if (IS_ERR(kernel_type))
		goto out_type;
	kernel_dev = copy_mount_string(dev_name);
	ret = PTR_ERR(kernel_dev);
	if (IS_ERR(kernel_dev))
		goto out_dev;
	options = copy_mount_options(data);
	ret = PTR_ERR(options);
	if (IS_ERR(options))
		goto out_data;
	ret = user_path_at(AT_FDCWD, dir_name, LOOKUP_FOLLOW, &path);
	if (!ret) {
		ret = path_mount(kernel_dev, &path, kernel_type, flags, options);
		path_put(&path);
	}
	kfree(options);
out_data:
	kfree(kernel_dev);
out_dev:
	kfree(kernel_type);
out_type:
	return ret;
}

/* ---- the first mount ---- */

void mnt_init(void)
{
	struct mount *mnt;
	struct path root;

	register_filesystem(&ramfs_fs_type);
	register_filesystem(&rootfs_fs_type);
	mnt = vfs_kern_mount(&rootfs_fs_type, 0, "rootfs", NULL);
	if (IS_ERR(mnt))
		panic("cannot mount the root file system (%ld)", PTR_ERR(mnt));
	down_write(&namespace_sem);
	mnt->mnt_attached = true;
	list_add_tail(&mnt->mnt_list, &mount_list);
	up_write(&namespace_sem);
	root.mnt = &mnt->mnt;
	root.dentry = mnt->mnt.mnt_root;
	set_fs_root(&init_fs, &root);
	set_fs_pwd(&init_fs, &root);
}
