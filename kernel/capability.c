/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capabilities: root's power in pieces, and what setuid calls and exec do to them.
 *
 * Idea: five sets in a cred. effective is what counts now, permitted what may be made effective,
 *   inheritable and ambient what passes exec, bset (bounding) what exec may grant at most. Uid 0
 *   is special only here: leaving it drops capabilities, exec as it grants them, unless securebits
 *   say otherwise.
 *
 *	exec:  permitted' = (inheritable & file_inh) | (file_perm & bset) | ambient'
 *	       effective' = file_effective ? permitted' : ambient'
 *	       ambient'   = (setuid or setgid program) ? 0 : ambient
 *	Files carry no capabilities here; for root file_inh and file_perm count as full.
 *
 * Rules: effective is a subset of permitted; ambient of permitted and of inheritable.
 * Locking: works on the caller's own or not yet installed cred; another task's under RCU.
 * Linux: security/commoncap.c and kernel/capability.c; file capabilities and user namespaces are
 *   left out. Start at: cap_bprm_creds_from_file(). man 7 capabilities.
 */
#include "kernel/capability.h"

#include "kernel/lib/bug.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "fs/binfmt.h"
#include "kernel/syscall.h"

/* What fsuid 0 stands for. */
#define CAP_FS_SET                                                                                 \
	(1ull << CAP_CHOWN | 1ull << CAP_MKNOD | 1ull << CAP_DAC_OVERRIDE |                        \
	 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_FOWNER | 1ull << CAP_FSETID |                   \
	 1ull << CAP_LINUX_IMMUTABLE | 1ull << CAP_MAC_OVERRIDE)

static bool issecure(const struct cred *cred, unsigned int bit)
{
	return cred->securebits & bit;
}

bool capable(int cap)
{
	if (!(current_cred()->cap_effective & cap_mask(cap)))
		return false;
	current->flags |= PF_SUPERPRIV;
	return true;
}

bool has_capability(struct task_struct *task, int cap)
{
	bool has;

	rcu_read_lock();
	has = rcu_dereference(task->real_cred)->cap_effective & cap_mask(cap);
	rcu_read_unlock();
	return has;
}

void cap_emulate_setxuid(struct cred *new, const struct cred *old)
{
	bool was_root = !old->uid || !old->euid || !old->suid;
	bool is_root = !new->uid || !new->euid || !new->suid;

	if (issecure(old, SECBIT_NO_SETUID_FIXUP))
		return;
	if (was_root && !is_root) {
		if (!issecure(old, SECBIT_KEEP_CAPS)) {
			new->cap_permitted = 0;
			new->cap_effective = 0;
		}
		/* Ambient capabilities are for programs that know nothing of them: drop them. */
		new->cap_ambient = 0;
	}
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

void cap_emulate_setfsuid(struct cred *new, const struct cred *old)
{
	if (issecure(old, SECBIT_NO_SETUID_FIXUP))
		return;
	if (!old->fsuid && new->fsuid)
		new->cap_effective &= ~CAP_FS_SET;
	if (old->fsuid && !new->fsuid)
		new->cap_effective |= new->cap_permitted &CAP_FS_SET;
}

void cap_bprm_creds_from_file(struct linux_binprm *bprm)
{
	const struct cred *old = current_cred();
	struct cred *new = bprm->cred;
	bool is_setid = new->euid != old->uid || new->egid != old->gid;
	bool effective = false;

	/* No file capabilities: only root gets anything from the file. */
	new->cap_permitted = 0;
	if (!issecure(old, SECBIT_NOROOT)) {
		if (!new->euid || !new->uid)
			new->cap_permitted = old->cap_bset | old->cap_inheritable;
		effective = !new->euid;
	}

	/* no_new_privs, or others could pull the floor away: it runs, but without the gain. */
	if ((current->no_new_privs || bprm->unsafe_share) &&
	    (is_setid || (new->cap_permitted & ~old->cap_permitted))) {
		if (current->no_new_privs || !capable(CAP_SETUID)) {
			new->euid = new->uid;
			new->egid = new->gid;
		}
		new->cap_permitted &= old->cap_permitted;
	}
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;

	if (is_setid)
		new->cap_ambient = 0;
	new->cap_permitted |= new->cap_ambient;
	new->cap_effective = effective ? new->cap_permitted : new->cap_ambient;
	new->securebits &= ~SECBIT_KEEP_CAPS;

	bprm->secureexec = is_setid ||
			   (new->uid && (effective || (new->cap_permitted & ~new->cap_ambient)));
}

/* prctl(PR_CAP_AMBIENT, …) */
static long cap_prctl_ambient(unsigned long op, unsigned long cap, unsigned long arg4,
			      unsigned long arg5)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (op == PR_CAP_AMBIENT_CLEAR_ALL) {
		if (cap | arg4 | arg5)
			return -EINVAL;
		new = prepare_creds();
		if (!new)
			return -ENOMEM;
		new->cap_ambient = 0;
		return commit_creds(new);
	}
	if (((!cap_valid((int)cap)) | (cap >> 31) | arg4 | arg5))
		return -EINVAL;
	if (op == PR_CAP_AMBIENT_IS_SET)
		return !!(old->cap_ambient & cap_mask((int)cap));
	if (op != PR_CAP_AMBIENT_RAISE && op != PR_CAP_AMBIENT_LOWER)
		return -EINVAL;
	if (op == PR_CAP_AMBIENT_RAISE &&
	    (!(old->cap_permitted & old->cap_inheritable & cap_mask((int)cap)) ||
	     issecure(old, SECBIT_NO_CAP_AMBIENT_RAISE)))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (op == PR_CAP_AMBIENT_RAISE)
		new->cap_ambient |= cap_mask((int)cap);
	else
		new->cap_ambient &= ~cap_mask((int)cap);
	return commit_creds(new);
}

static long cap_prctl_drop(unsigned long cap)
{
	struct cred *new;

	if (!(current_cred()->cap_effective & cap_mask(CAP_SETPCAP)))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_bset &= ~cap_mask((int)cap);
	return commit_creds(new);
}

static long cap_prctl_set_securebits(unsigned long bits)
{
	const struct cred *old = current_cred();
	struct cred *new;
	unsigned int locked = old->securebits & SECURE_ALL_LOCKS;

	/* A locked bit stays, a lock stays, no unknown bit, and it takes CAP_SETPCAP. */
	if (((locked >> 1) & (old->securebits ^ bits)) || (locked & ~bits) ||
	    (bits & ~(unsigned long)(SECURE_ALL_LOCKS | SECURE_ALL_BITS)) || !capable(CAP_SETPCAP))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->securebits = (unsigned int)bits;
	return commit_creds(new);
}

static long cap_prctl_set_keepcaps(unsigned long on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (issecure(current_cred(), SECBIT_KEEP_CAPS_LOCKED))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (on)
		new->securebits |= SECBIT_KEEP_CAPS;
	else
		new->securebits &= ~SECBIT_KEEP_CAPS;
	return commit_creds(new);
}

long cap_task_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
		    unsigned long arg5)
{
	switch (option) {
	case PR_CAPBSET_READ:
		if (arg2 > CAP_LAST_CAP)
			return -EINVAL;
		return !!(current_cred()->cap_bset & cap_mask((int)arg2));
	case PR_CAPBSET_DROP:
		return cap_prctl_drop(arg2);
	case PR_SET_SECUREBITS:
		return cap_prctl_set_securebits(arg2);
	case PR_GET_SECUREBITS:
		return current_cred()->securebits;
	case PR_GET_KEEPCAPS:
		return !!issecure(current_cred(), SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return cap_prctl_set_keepcaps(arg2);
	case PR_CAP_AMBIENT:
		return cap_prctl_ambient(arg2, arg3, arg4, arg5);
	default:
		return -ENOSYS;
	}
}

/* What a header's version means: words per set, or -EINVAL after telling the caller ours. */
static int cap_validate_magic(struct __user_cap_header_struct __user *header, unsigned int *words)
{
	unsigned int version;

	if (get_user(version, &header->version))
		return -EFAULT;
	switch (version) {
	case _LINUX_CAPABILITY_VERSION_1:
		*words = 1;
		return 0;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		*words = 2;
		return 0;
	default:
		if (put_user(_LINUX_CAPABILITY_VERSION_3, &header->version))
			return -EFAULT;
		return -EINVAL;
	}
}

SYSCALL_DEFINE2(capget, struct __user_cap_header_struct __user *, header,
		struct __user_cap_data_struct __user *, dataptr)
{
	struct __user_cap_data_struct data[2];
	struct task_struct *target;
	const struct cred *cred;
	unsigned int words, i;
	int ret, pid;

	ret = cap_validate_magic(header, &words);
	/* A NULL dataptr only asks for the version. */
	if (ret || !dataptr)
		return dataptr ? ret : (ret == -EINVAL ? 0 : ret);
	if (get_user(pid, &header->pid))
		return -EFAULT;
	if (pid < 0)
		return -EINVAL;

	rcu_read_lock();
	target = pid ? find_task_by_pid(pid) : current;
	if (!target) {
		rcu_read_unlock();
		return -ESRCH;
	}
	cred = rcu_dereference(target->real_cred);
	for (i = 0; i < 2; i++) {
		data[i].effective = (u32)(cred->cap_effective >> (32 * i));
		data[i].permitted = (u32)(cred->cap_permitted >> (32 * i));
		data[i].inheritable = (u32)(cred->cap_inheritable >> (32 * i));
	}
	rcu_read_unlock();
	return copy_to_user(dataptr, data, words * sizeof(data[0])) ? -EFAULT : 0;
}

static int cap_capset(struct cred *new, kernel_cap_t effective, kernel_cap_t inheritable,
		      kernel_cap_t permitted)
{
	const struct cred *old = current_cred();

	if (!(old->cap_effective & cap_mask(CAP_SETPCAP)) &&
	    (inheritable & ~(old->cap_inheritable | old->cap_permitted)))
		return -EPERM;
	if (inheritable & ~(old->cap_inheritable | old->cap_bset))
		return -EPERM;
	if (permitted & ~old->cap_permitted)
		return -EPERM;
	if (effective & ~permitted)
		return -EPERM;
	new->cap_effective = effective;
	new->cap_inheritable = inheritable;
	new->cap_permitted = permitted;
	new->cap_ambient &= permitted &inheritable;
	return 0;
}

SYSCALL_DEFINE2(capset, struct __user_cap_header_struct __user *, header,
		const struct __user_cap_data_struct __user *, dataptr)
{
	struct __user_cap_data_struct data[2] = { 0 };
	struct cred *new;
	unsigned int words;
	int ret, pid;

	ret = cap_validate_magic(header, &words);
	if (ret)
		return ret;
	if (get_user(pid, &header->pid))
		return -EFAULT;
	/* Only the caller's own. */
	if (pid && pid != current->pid)
		return -EPERM;
	if (copy_from_user(data, dataptr, words * sizeof(data[0])))
		return -EFAULT;

	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	ret = cap_capset(new, (data[0].effective | (u64)data[1].effective << 32) & CAP_FULL_SET,
			 (data[0].inheritable | (u64)data[1].inheritable << 32) & CAP_FULL_SET,
			 (data[0].permitted | (u64)data[1].permitted << 32) & CAP_FULL_SET);
	if (ret) {
		abort_creds(new);
		return ret;
	}
	return commit_creds(new);
}
