/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls that read and change user and group ids of the calling task.
 *
 * Idea: real, effective, saved and file-system id. A privileged task (CAP_SETUID, CAP_SETGID) sets
 *   what it likes, another only moves between the ids that it has. -1 means "leave".
 * Locking: see kernel/cred.c; every call edits a copy and installs it.
 * Linux: kernel/sys.c. man 2 setuid, setreuid, setresuid, setfsuid.
 * Start at: setresuid. Tests: tests/kernel/credentials.c.
 */
#include "kernel/capability.h"

#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "kernel/syscall.h"

/* new->uid has changed: account the process to the new user. */
static int set_user(struct cred *new)
{
	struct user_struct *user = alloc_uid(new->uid);

	if (!user)
		return -EAGAIN;
	free_uid(new->user);
	new->user = user;
	return 0;
}

static int commit_uids(struct cred *new)
{
	const struct cred *old = current_cred();
	int ret;

	if (new->uid != old->uid) {
		ret = set_user(new);
		if (ret) {
			abort_creds(new);
			return ret;
		}
	}
	new->fsuid = new->euid;
	cap_emulate_setxuid(new, old);
	return commit_creds(new);
}

static int refuse(struct cred *new, int error)
{
	abort_creds(new);
	return error;
}

SYSCALL_DEFINE0(getuid)
{
	return current_uid();
}

SYSCALL_DEFINE0(geteuid)
{
	return current_euid();
}

SYSCALL_DEFINE0(getgid)
{
	return current_gid();
}

SYSCALL_DEFINE0(getegid)
{
	return current_egid();
}

SYSCALL_DEFINE1(setuid, uid_t, uid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (uid == (uid_t)-1)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETUID))
		new->suid = new->uid = uid;
	else if (uid != old->uid && uid != old->suid)
		return refuse(new, -EPERM);
	new->euid = uid;
	return commit_uids(new);
}

SYSCALL_DEFINE1(setgid, gid_t, gid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (gid == (gid_t)-1)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETGID))
		new->gid = new->egid = new->sgid = new->fsgid = gid;
	else if (gid == old->gid || gid == old->sgid)
		new->egid = new->fsgid = gid;
	else
		return refuse(new, -EPERM);
	return commit_creds(new);
}

SYSCALL_DEFINE2(setreuid, uid_t, ruid, uid_t, euid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	if (ruid != (uid_t)-1) {
		new->uid = ruid;
		if (ruid != old->uid && ruid != old->euid && !capable(CAP_SETUID))
			return refuse(new, -EPERM);
	}
	if (euid != (uid_t)-1) {
		new->euid = euid;
		if (euid != old->uid && euid != old->euid && euid != old->suid &&
		    !capable(CAP_SETUID))
			return refuse(new, -EPERM);
	}
	if (ruid != (uid_t)-1 || (euid != (uid_t)-1 && euid != old->uid))
		new->suid = new->euid;
	return commit_uids(new);
}

SYSCALL_DEFINE2(setregid, gid_t, rgid, gid_t, egid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	if (rgid != (gid_t)-1) {
		new->gid = rgid;
		if (rgid != old->gid && rgid != old->egid && !capable(CAP_SETGID))
			return refuse(new, -EPERM);
	}
	if (egid != (gid_t)-1) {
		new->egid = egid;
		if (egid != old->gid && egid != old->egid && egid != old->sgid &&
		    !capable(CAP_SETGID))
			return refuse(new, -EPERM);
	}
	if (rgid != (gid_t)-1 || (egid != (gid_t)-1 && egid != old->gid))
		new->sgid = new->egid;
	new->fsgid = new->egid;
	return commit_creds(new);
}

/* Pure: may a task without privilege take this id as one of its three? */
static bool is_one_of(uid_t id, uid_t a, uid_t b, uid_t c)
{
	return id == (uid_t)-1 || id == a || id == b || id == c;
}

SYSCALL_DEFINE3(setresuid, uid_t, ruid, uid_t, euid, uid_t, suid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	if ((!is_one_of(ruid, old->uid, old->euid, old->suid) ||
	     !is_one_of(euid, old->uid, old->euid, old->suid) ||
	     !is_one_of(suid, old->uid, old->euid, old->suid)) &&
	    !capable(CAP_SETUID))
		return refuse(new, -EPERM);
	if (ruid != (uid_t)-1)
		new->uid = ruid;
	if (euid != (uid_t)-1)
		new->euid = euid;
	if (suid != (uid_t)-1)
		new->suid = suid;
	return commit_uids(new);
}

SYSCALL_DEFINE3(setresgid, gid_t, rgid, gid_t, egid, gid_t, sgid)
{
	const struct cred *old = current_cred();
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	if ((!is_one_of(rgid, old->gid, old->egid, old->sgid) ||
	     !is_one_of(egid, old->gid, old->egid, old->sgid) ||
	     !is_one_of(sgid, old->gid, old->egid, old->sgid)) &&
	    !capable(CAP_SETGID))
		return refuse(new, -EPERM);
	if (rgid != (gid_t)-1)
		new->gid = rgid;
	if (egid != (gid_t)-1)
		new->egid = egid;
	if (sgid != (gid_t)-1)
		new->sgid = sgid;
	new->fsgid = new->egid;
	return commit_creds(new);
}

SYSCALL_DEFINE3(getresuid, uid_t __user *, ruid, uid_t __user *, euid, uid_t __user *, suid)
{
	const struct cred *cred = current_cred();

	if (put_user(cred->uid, ruid) || put_user(cred->euid, euid) || put_user(cred->suid, suid))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE3(getresgid, gid_t __user *, rgid, gid_t __user *, egid, gid_t __user *, sgid)
{
	const struct cred *cred = current_cred();

	if (put_user(cred->gid, rgid) || put_user(cred->egid, egid) || put_user(cred->sgid, sgid))
		return -EFAULT;
	return 0;
}

/* Both setfs calls return the old id and say nothing about failure. */
SYSCALL_DEFINE1(setfsuid, uid_t, uid)
{
	const struct cred *old = current_cred();
	uid_t old_fsuid = old->fsuid;
	struct cred *new;

	if (uid == (uid_t)-1 || uid == old_fsuid)
		return old_fsuid;
	if (uid != old->uid && uid != old->euid && uid != old->suid && !capable(CAP_SETUID))
		return old_fsuid;
	new = prepare_creds();
	if (!new)
		return old_fsuid;
	new->fsuid = uid;
	cap_emulate_setfsuid(new, old);
	commit_creds(new);
	return old_fsuid;
}

SYSCALL_DEFINE1(setfsgid, gid_t, gid)
{
	const struct cred *old = current_cred();
	gid_t old_fsgid = old->fsgid;
	struct cred *new;

	if (gid == (gid_t)-1 || gid == old_fsgid)
		return old_fsgid;
	if (gid != old->gid && gid != old->egid && gid != old->sgid && !capable(CAP_SETGID))
		return old_fsgid;
	new = prepare_creds();
	if (!new)
		return old_fsgid;
	new->fsgid = gid;
	commit_creds(new);
	return old_fsgid;
}
