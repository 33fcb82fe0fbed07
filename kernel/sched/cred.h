/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Credentials: who a task is and what it may do. A struct cred is immutable once installed; a
 * change copies it (prepare_creds), edits the copy and installs that (commit_creds), so readers
 * of another task's cred need only RCU.
 *
 * Implemented in kernel/cred.c; the header is here because fs/ and ipc/ check permissions.
 * Linux: include/linux/cred.h, man 7 credentials, man 7 capabilities.
 */
#ifndef CONDUIT_SCHED_CRED_H
#define CONDUIT_SCHED_CRED_H

#include "kernel/lib/list.h"
#include "kernel/lib/types.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/rcu.h"
#include "kernel/x86/atomic.h"
#include "kernel/uapi/capability.h"

struct task_struct;

/* Supplementary groups, sorted, shared by the creds that have the same ones. */
struct group_info {
	refcount_t usage;
	int ngroups;
	gid_t gid[];
};

/* What one real uid uses, over all its processes. [A] atomic */
struct user_struct {
	refcount_t count;
	struct hlist_node uidhash_node;
	uid_t uid;
	atomic_t processes;          /* [A] tasks, for RLIMIT_NPROC */
	atomic_t sigpending;         /* [A] queued signals, for RLIMIT_SIGPENDING */
	atomic_long_t pipe_bufs;     /* [A] pages in pipe rings */
	atomic_long_t locked_shm;    /* [A] pages locked by SHM_LOCK and mlock */
	atomic_long_t mq_bytes;      /* [A] bytes in POSIX message queues */
	atomic_long_t unix_inflight; /* [A] descriptors inside socket messages */
};

typedef u64 kernel_cap_t;

struct cred {
	refcount_t usage;
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	unsigned int securebits;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
	struct user_struct *user;
	struct group_info *group_info;
	struct rcu_head rcu;
};

extern struct cred init_cred;
extern struct user_struct root_user;

#define current_cred()  (current->cred)
#define current_uid()   (current_cred()->uid)
#define current_euid()  (current_cred()->euid)
#define current_gid()   (current_cred()->gid)
#define current_egid()  (current_cred()->egid)
#define current_fsuid() (current_cred()->fsuid)
#define current_fsgid() (current_cred()->fsgid)
#define current_user()  (current_cred()->user)

/* Another task's cred: caller holds rcu_read_lock(). */
#define __task_cred(task) rcu_dereference((task)->cred)

struct cred *prepare_creds(void);   /* NULL when out of memory */
int commit_creds(struct cred *new); /* always 0; consumes the reference */
void abort_creds(struct cred *new);
const struct cred *get_cred(const struct cred *cred);
void put_cred(const struct cred *cred);
const struct cred *get_task_cred(struct task_struct *task);
/* For access(2): run with another cred for a moment. */
const struct cred *override_creds(const struct cred *new);
void revert_creds(const struct cred *old);

struct user_struct *alloc_uid(uid_t uid); /* finds or makes; NULL when out of memory */
struct user_struct *get_uid(struct user_struct *user);
void free_uid(struct user_struct *user);

/* Is the current task in that group (fsgid or supplementary / egid or supplementary)? */
bool in_group_p(gid_t gid);
bool in_egroup_p(gid_t gid);

/* Does the current task hold the capability? Sets PF_SUPERPRIV when it helped. */
bool capable(int cap);
bool has_capability(struct task_struct *task, int cap);

#endif
