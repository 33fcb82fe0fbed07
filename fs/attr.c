// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing an inode's attributes: who may, and what else changes with them.
 *
 * Rules: 1. Changing the owner takes CAP_CHOWN, or is giving one's own file to a group one is in.
 *        2. A change of owner, and a write, take the set-uid and set-gid bits away (the latter only
 *        from programs: with group execute) unless the writer has CAP_FSETID.
 *        3. ctime follows every change.
 * Locking: the inode's i_rwsem is held for writing by the callers of notify_change().
 * Linux: fs/attr.c. Start at: notify_change.
 */
#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/internal.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/uapi/resource.h"

static bool chown_ok(const struct inode *inode, uid_t uid)
{
	return (current_fsuid() == inode->i_uid && uid == inode->i_uid) || capable(CAP_CHOWN);
}

static bool chgrp_ok(const struct inode *inode, gid_t gid)
{
	return (current_fsuid() == inode->i_uid && (in_group_p(gid) || gid == inode->i_gid)) ||
	       capable(CAP_CHOWN);
}

/* Growing: within the process's and the file system's limits. 0, -EFBIG (and SIGXFSZ), -ETXTBSY. */
static int inode_newsize_ok(const struct inode *inode, loff_t size)
{
	if (size > inode->i_size) {
		unsigned long limit = rlimit(RLIMIT_FSIZE);

		if (limit != RLIM_INFINITY && (unsigned long)size > limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		if (size > inode->i_sb->s_maxbytes)
			return -EFBIG;
	}
	return 0;
}

int setattr_prepare(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	unsigned int valid = attr->ia_valid;

	if (valid & ATTR_SIZE) {
		int error = inode_newsize_ok(inode, attr->ia_size);

		if (error)
			return error;
	}
	if (valid & ATTR_FORCE)
		return 0;
	if ((valid & ATTR_UID) && !chown_ok(inode, attr->ia_uid))
		return -EPERM;
	if ((valid & ATTR_GID) && !chgrp_ok(inode, attr->ia_gid))
		return -EPERM;
	if (valid & ATTR_MODE) {
		gid_t gid = (valid & ATTR_GID) ? attr->ia_gid : inode->i_gid;

		if (!inode_owner_or_capable(inode))
			return -EPERM;
		if (!in_group_p(gid) && !capable(CAP_FSETID))
			attr->ia_mode &= ~S_ISGID;
	}
	if ((valid & (ATTR_MTIME_SET | ATTR_ATIME_SET)) && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

void setattr_copy(struct inode *inode, const struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;

	spin_lock(&inode->i_lock);
	if (valid & ATTR_UID)
		inode->i_uid = attr->ia_uid;
	if (valid & ATTR_GID)
		inode->i_gid = attr->ia_gid;
	if (valid & ATTR_ATIME)
		inode->i_atime = attr->ia_atime;
	if (valid & ATTR_MTIME)
		inode->i_mtime = attr->ia_mtime;
	if (valid & ATTR_CTIME)
		inode->i_ctime = attr->ia_ctime;
	spin_unlock(&inode->i_lock);
	if (valid & ATTR_MODE) {
		umode_t mode = attr->ia_mode;

		if (!in_group_p(inode->i_gid) && !capable(CAP_FSETID))
			mode &= ~S_ISGID;
		WRITE_ONCE(inode->i_mode, mode);
	}
}

/* The bits that rule 2 takes away: ATTR_KILL_*. */
unsigned int should_remove_suid(const struct inode *inode)
{
	umode_t mode = inode->i_mode;
	unsigned int kill = 0;

	if (mode & S_ISUID)
		kill = ATTR_KILL_SUID;
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		kill |= ATTR_KILL_SGID;
	if (unlikely(kill && S_ISREG(mode) && !capable(CAP_FSETID)))
		return kill;
	return 0;
}

int file_remove_privs(struct file *file)
{
	struct dentry *dentry = file->f_path.dentry;
	struct iattr attr = { 0 };
	unsigned int kill;

	if (likely(!(file_inode(file)->i_mode & (S_ISUID | S_ISGID))))
		return 0;
	kill = should_remove_suid(file_inode(file));
	if (!kill)
		return 0;
	attr.ia_valid = ATTR_FORCE | kill;
	return notify_change(dentry, &attr);
}

int notify_change(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	umode_t mode = inode->i_mode;
	unsigned int valid = attr->ia_valid;
	struct timespec64 now;

	if ((valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_ATIME_SET | ATTR_MTIME_SET)) &&
	    (inode->i_flags & (S_IMMUTABLE | S_APPEND)))
		return -EPERM;
	if ((valid & ATTR_MODE) && S_ISLNK(mode))
		return -EOPNOTSUPP;

	now = current_time(inode);
	attr->ia_ctime = now;
	if (!(valid & ATTR_ATIME_SET))
		attr->ia_atime = now;
	if (!(valid & ATTR_MTIME_SET))
		attr->ia_mtime = now;
	attr->ia_valid |= ATTR_CTIME;

	/* The bits to take away become an ordinary change of mode. */
	if (valid & ATTR_KILL_SUID) {
		if (mode & S_ISUID) {
			attr->ia_valid |= ATTR_MODE;
			attr->ia_mode = mode & ~S_ISUID;
		}
	}
	if (valid & ATTR_KILL_SGID) {
		if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
			if (!(attr->ia_valid & ATTR_MODE)) {
				attr->ia_valid |= ATTR_MODE;
				attr->ia_mode = mode;
			}
			attr->ia_mode &= ~S_ISGID;
		}
	}
	attr->ia_valid &= ~(ATTR_KILL_SUID | ATTR_KILL_SGID);
	if (!(attr->ia_valid & ~ATTR_FORCE))
		return 0;
	if (inode->i_op->setattr)
		return inode->i_op->setattr(dentry, attr);
	{
		int error = setattr_prepare(dentry, attr);

		if (!error)
			setattr_copy(inode, attr);
		return error;
	}
}
