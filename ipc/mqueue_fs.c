// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mqueue file system: POSIX message queues as inodes, their names as files in one directory.
 *
 * Idea: every IPC namespace has one super block, and an internal mount of it for mq_open(). mount(2)
 *   of type "mqueue" shows the super block of the caller's namespace, usually at /dev/mqueue. A queue
 *   lives as any file: while it has a name or somebody has it open.
 * Data:  ipc_namespace.mq_mnt ─▶ vfsmount ─▶ super_block ─s_fs_info─▶ ipc_namespace, NULL: it is gone
 * Rules: 1. Mounts and files can outlive the namespace; the super block then belongs to nobody, and
 *   nothing can be made in it. 2. A queue is charged, to its maker's user and in its namespace's
 *   count, from before its inode exists to after its last use: mq_charge(), mq_uncharge().
 * Locking: mq_lock for s_fs_info, what it leads to (under it the namespace stays) and all charges;
 *   info->lock for a queue; names are the VFS's: i_rwsem of the root. mq_lock is innermost.
 * Linux: ipc/mqueue.c (which takes references to the namespace through s_fs_info).
 * Start at: mqueue_mount(), mqueue_create_attr(). Tests: tests/ipc/mq_fs.c; page: docs/mqueue.md.
 */
#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/poll.h"
#include "ipc/mqueue.h"
#include "ipc/msg.h"
#include "ipc/namespace.h"

#define MQUEUE_MAGIC 0x19800202
#define DIRENT_SIZE  20 /* what a name counts in its directory's size */
#define FILENT_SIZE  80 /* the size of a queue: its status text */

static DEFINE_SPINLOCK(mq_lock);
static struct kmem_cache *mqueue_inode_cachep;
static struct file_system_type mqueue_fs_type;
static const struct inode_operations mqueue_dir_inode_operations, mqueue_file_inode_operations;

/* ---- what a queue costs ---- */

/*
 * wanted NULL: the namespace's defaults. *attr says what the queue gets. 0; -EACCES: the namespace is
 * gone; -ENOSPC: it has too many queues; -EINVAL; -EMFILE: RLIMIT_MSGQUEUE.
 */
static int mq_charge(struct super_block *sb, struct user_struct *user, const struct mq_attr *wanted,
		     struct mq_attr *attr)
{
	struct ipc_namespace *ns;
	unsigned long bytes;
	bool fits;
	int ret;

	memset(attr, 0, sizeof(*attr));
	spin_lock(&mq_lock);
	ns = sb->s_fs_info;
	ret = -EACCES;
	if (!ns)
		goto out;
	ret = -ENOSPC;
	if (ns->mq_queues_count >= READ_ONCE(ns->mq_queues_max) && !capable(CAP_SYS_RESOURCE))
		goto out;
	attr->mq_maxmsg = wanted ? wanted->mq_maxmsg : min(ns->mq_msg_max, ns->mq_msg_default);
	attr->mq_msgsize = wanted ? wanted->mq_msgsize :
				    min(ns->mq_msgsize_max, ns->mq_msgsize_default);
	ret = -EINVAL;
	if (capable(CAP_SYS_RESOURCE))
		fits = mq_attr_ok(attr, HARD_MSGMAX, HARD_MSGSIZEMAX);
	else
		fits = mq_attr_ok(attr, ns->mq_msg_max, ns->mq_msgsize_max);
	if (!fits)
		goto out;
	ret = -EMFILE;
	bytes = (unsigned long)atomic_long_read(&user->mq_bytes) + mq_attr_bytes(attr);
	if (bytes > rlimit(RLIMIT_MSGQUEUE))
		goto out;
	atomic_long_set(&user->mq_bytes, (long)bytes);
	ns->mq_queues_count++;
	ret = 0;
out:
	spin_unlock(&mq_lock);
	return ret;
}

static void mq_uncharge(struct super_block *sb, struct user_struct *user,
			const struct mq_attr *attr)
{
	struct ipc_namespace *ns;

	spin_lock(&mq_lock);
	ns = sb->s_fs_info;
	if (ns)
		ns->mq_queues_count--;
	atomic_long_sub((long)mq_attr_bytes(attr), &user->mq_bytes);
	ASSERT(atomic_long_read(&user->mq_bytes) >= 0);
	spin_unlock(&mq_lock);
}

/* ---- inodes ---- */

static struct inode *mqueue_alloc_inode(struct super_block *sb)
{
	struct mqueue_inode_info *ei = kmem_cache_alloc(mqueue_inode_cachep, GFP_KERNEL_ACCOUNT);

	return ei ? &ei->vfs_inode : NULL;
}

static void mqueue_free_inode(struct inode *inode)
{
	kmem_cache_free(mqueue_inode_cachep, MQUEUE_I(inode));
}

/* The last user of a queue without a name: its messages go. */
static void mqueue_evict_inode(struct inode *inode)
{
	struct mqueue_inode_info *info = MQUEUE_I(inode);
	struct posix_msg_tree_node *leaf, *next;
	struct msg_msg *msg;

	if (S_ISDIR(inode->i_mode))
		return;
	/* Nobody can find it: no lock. */
	ASSERT(list_empty(&info->e_wait_q[SEND]) && list_empty(&info->e_wait_q[RECV]));
	while ((msg = msg_tree_get(&info->msg_tree)))
		free_msg(msg);
	list_for_each_entry_safe (leaf, next, &info->msg_tree.node_cache, msg_list)
		kfree(leaf);
	remove_notification(info); /* of one that left without closing: its table is shared */
	mq_uncharge(inode->i_sb, info->user, &info->attr);
	free_uid(info->user);
}

/* Directory or queue by mode; NULL when out of memory. */
static struct inode *mqueue_new_inode(struct super_block *sb, umode_t mode)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode->i_mode = mode;
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	return inode;
}

/* A queue with these attributes, charged already: ERR_PTR(-ENOMEM). */
static struct inode *mqueue_get_inode(struct super_block *sb, umode_t mode,
				      const struct mq_attr *attr)
{
	struct inode *inode = mqueue_new_inode(sb, mode);
	struct mqueue_inode_info *info;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_op = &mqueue_file_inode_operations;
	inode->i_fop = &mqueue_file_operations;
	inode->i_size = FILENT_SIZE;
	info = MQUEUE_I(inode);
	spin_lock_init(&info->lock);
	init_waitqueue_head(&info->wait_q);
	INIT_LIST_HEAD(&info->e_wait_q[SEND]);
	INIT_LIST_HEAD(&info->e_wait_q[RECV]);
	msg_tree_init(&info->msg_tree);
	info->qsize = 0;
	info->notify_owner = NULL;
	info->notify_cookie = NULL;
	info->attr = *attr;
	info->user = get_uid(current_user());
	return inode;
}

/* ---- the directory ---- */

static void note_change(struct inode *dir)
{
	dir->i_atime = dir->i_mtime = dir->i_ctime = current_time(dir);
}

int mqueue_create_attr(struct dentry *dentry, umode_t mode, void *arg)
{
	struct inode *dir = d_inode(dentry->d_parent), *inode;
	struct mq_attr attr;
	int error = mq_charge(dir->i_sb, current_user(), arg, &attr);

	if (error)
		return error;
	inode = mqueue_get_inode(dir->i_sb, mode, &attr);
	if (IS_ERR(inode)) {
		mq_uncharge(dir->i_sb, current_user(), &attr);
		return (int)PTR_ERR(inode);
	}
	dir->i_size += DIRENT_SIZE;
	note_change(dir);
	d_instantiate(dentry, inode);
	dget(dentry); /* the name's: fs/libfs.c */
	return 0;
}

/* open(O_CREAT) in a mounted one. */
static int mqueue_create(struct inode *dir, struct dentry *dentry, umode_t mode, bool excl)
{
	return mqueue_create_attr(dentry, mode, NULL);
}

static int mqueue_unlink(struct inode *dir, struct dentry *dentry)
{
	note_change(dir);
	dir->i_size -= DIRENT_SIZE;
	drop_nlink(d_inode(dentry));
	dput(dentry);
	return 0;
}

static const struct inode_operations mqueue_dir_inode_operations = {
	.lookup = simple_lookup,
	.create = mqueue_create,
	.unlink = mqueue_unlink,
};

static const struct inode_operations mqueue_file_inode_operations = {
	.setattr = simple_setattr,
};

/* ---- a queue as a file ---- */

/* The text is of now, also when it is read in parts. */
static ssize_t mqueue_read_file(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct inode *inode = file_inode(file);
	struct mqueue_inode_info *info = MQUEUE_I(inode);
	char text[FILENT_SIZE];
	int type = 0, signo = 0;
	ssize_t ret;

	spin_lock(&info->lock);
	if (info->notify_owner) {
		type = info->notify.sigev_notify;
		signo = type == SIGEV_SIGNAL ? info->notify.sigev_signo : 0;
	}
	snprintf(text, sizeof(text), "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
		 info->qsize, type, signo, pid_nr(info->notify_owner));
	spin_unlock(&info->lock);
	ret = simple_read_from_buffer(buf, count, pos, text, strlen(text));
	if (ret > 0)
		inode->i_atime = inode->i_ctime = current_time(inode);
	return ret;
}

static unsigned int mqueue_poll_file(struct file *file, poll_table *wait)
{
	struct mqueue_inode_info *info = MQUEUE_I(file_inode(file));
	unsigned int events = 0;

	poll_wait(file, &info->wait_q, wait);
	spin_lock(&info->lock);
	if (info->attr.mq_curmsgs)
		events |= EPOLLIN | EPOLLRDNORM;
	if (info->attr.mq_curmsgs < info->attr.mq_maxmsg)
		events |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock(&info->lock);
	return events;
}

const struct file_operations mqueue_file_operations = {
	.flush = mqueue_flush_file,
	.poll = mqueue_poll_file,
	.read = mqueue_read_file,
	.llseek = generic_file_llseek,
};

/* ---- super blocks and mounts ---- */

static const struct super_operations mqueue_super_ops = {
	.alloc_inode = mqueue_alloc_inode,
	.free_inode = mqueue_free_inode,
	.evict_inode = mqueue_evict_inode,
	.statfs = simple_statfs,
};

static int mqueue_fill_super(struct super_block *sb, void *data)
{
	struct inode *root;

	sb->s_magic = MQUEUE_MAGIC;
	sb->s_op = &mqueue_super_ops;
	sb->s_flags |= SB_NOEXEC | SB_NODEV;
	sb->s_fs_info = data;
	root = mqueue_new_inode(sb, S_IFDIR | S_ISVTX | S_IRWXUGO);
	if (!root)
		return -ENOMEM;
	inc_nlink(root); /* for its own "." */
	root->i_size = 2 * DIRENT_SIZE;
	root->i_op = &mqueue_dir_inode_operations;
	root->i_fop = &simple_dir_operations;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

/* From mq_init_ns(), data is the new namespace; from mount(2), the caller's has its super block. */
static struct dentry *mqueue_mount(struct file_system_type *type, int flags, const char *dev_name,
				   void *data)
{
	struct vfsmount *mnt;

	if (flags & SB_KERNMOUNT)
		return mount_nodev(type, flags, data, mqueue_fill_super);
	mnt = current->nsproxy->ipc_ns->mq_mnt;
	atomic_inc(&mnt->mnt_sb->s_active);
	return dget(mnt->mnt_root);
}

static struct file_system_type mqueue_fs_type = {
	.name = "mqueue",
	.fs_flags = FS_USERNS_MOUNT,
	.mount = mqueue_mount,
	.kill_sb = kill_litter_super,
};

int mq_init_ns(struct ipc_namespace *ns)
{
	ns->mq_queues_count = 0;
	ns->mq_queues_max = DFLT_QUEUESMAX;
	ns->mq_msg_max = DFLT_MSGMAX;
	ns->mq_msgsize_max = DFLT_MSGSIZEMAX;
	ns->mq_msg_default = DFLT_MSG;
	ns->mq_msgsize_default = DFLT_MSGSIZE;
	ns->mq_mnt = kern_mount_data(&mqueue_fs_type, ns);
	return PTR_ERR_OR_ZERO(ns->mq_mnt);
}

void mq_exit_ns(struct ipc_namespace *ns)
{
	spin_lock(&mq_lock);
	ns->mq_mnt->mnt_sb->s_fs_info = NULL; /* rule 1 */
	spin_unlock(&mq_lock);
	kern_unmount(ns->mq_mnt);
}

static int init_mqueue_fs(void)
{
	int error;

	mqueue_inode_cachep = kmem_cache_create("mqueue_inode_cache",
						sizeof(struct mqueue_inode_info), 0,
						SLAB_PANIC | SLAB_ACCOUNT, NULL);
	error = register_filesystem(&mqueue_fs_type);
	return error ? error : mq_init_ns(&init_ipc_ns);
}
device_initcall(init_mqueue_fs);
