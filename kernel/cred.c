/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Credentials of tasks: copy, edit, install.
 *
 * Idea: a struct cred never changes once a task uses it, so it is shared by fork and read without
 *   locks. To change, a task copies its own (prepare_creds), edits the copy and installs it
 *   (commit_creds); only a task itself changes its credentials.
 * Rules: 1. A task holds two references: cred (what it acts as) and real_cred (what others see);
 *   they differ only inside override_creds(). 2. user->processes counts tasks by real_cred->user.
 * Locking: none; other tasks read under RCU, and a cred is freed after a grace period.
 * Sleeps: prepare_creds() allocates.
 * Linux: kernel/cred.c; keyrings, namespaces and security blobs are left out.
 * Start at: commit_creds(). Tests: tests/kernel/credentials.c.
 */
#include "kernel/sched/cred.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "kernel/capability.h"
#include "kernel/fork.h"

static struct group_info init_groups = {
	.usage = REFCOUNT_INIT(2),
};

struct cred init_cred = {
	.usage = REFCOUNT_INIT(4),
	.cap_permitted = CAP_FULL_SET,
	.cap_effective = CAP_FULL_SET,
	.cap_bset = CAP_FULL_SET,
	.user = &root_user,
	.group_info = &init_groups,
};

static struct kmem_cache *cred_jar;

/* A cred that nobody can find any more: the RCU callback. */
static void put_cred_rcu(struct rcu_head *rcu)
{
	struct cred *cred = container_of(rcu, struct cred, rcu);

	put_group_info(cred->group_info);
	free_uid(cred->user);
	kmem_cache_free(cred_jar, cred);
}

const struct cred *get_cred(const struct cred *cred)
{
	refcount_inc(&((struct cred *)cred)->usage);
	return cred;
}

void put_cred(const struct cred *_cred)
{
	struct cred *cred = (struct cred *)_cred;

	if (cred && refcount_dec_and_test(&cred->usage))
		call_rcu(&cred->rcu, put_cred_rcu);
}

const struct cred *get_task_cred(struct task_struct *task)
{
	const struct cred *cred;

	rcu_read_lock();
	do {
		cred = rcu_dereference(task->real_cred);
	} while (!refcount_inc_not_zero(&((struct cred *)cred)->usage));
	rcu_read_unlock();
	return cred;
}

struct cred *prepare_creds(void)
{
	const struct cred *old = current->cred;
	struct cred *new = kmem_cache_alloc(cred_jar, GFP_KERNEL);

	if (!new)
		return NULL;
	memcpy(new, old, sizeof(*new));
	refcount_set(&new->usage, 1);
	get_group_info(new->group_info);
	get_uid(new->user);
	return new;
}

void abort_creds(struct cred *new)
{
	put_cred(new);
}

static bool cred_cap_issubset(const struct cred *set, const struct cred *subset)
{
	return !(subset->cap_permitted & ~set->cap_permitted);
}

int commit_creds(struct cred *new)
{
	struct task_struct *task = current;
	const struct cred *old = task->real_cred;

	BUG_ON(task->cred != old);

	/* Whoever gained power must not be readable by, or die with, those who lack it. */
	if (old->euid != new->euid || old->egid != new->egid || old->fsuid != new->fsuid ||
	    old->fsgid != new->fsgid || !cred_cap_issubset(old, new)) {
		if (task->mm)
			task->dumpable = 0;
		task->pdeath_signal = 0;
		smp_wmb();
	}

	get_cred(new); /* one reference each for cred and real_cred */
	if (new->user != old->user)
		atomic_inc(&new->user->processes);
	rcu_assign_pointer(task->real_cred, new);
	rcu_assign_pointer(task->cred, new);
	if (new->user != old->user)
		atomic_dec(&old->user->processes);

	put_cred(old);
	put_cred(old);
	return 0;
}

const struct cred *override_creds(const struct cred *new)
{
	const struct cred *old = current->cred;

	get_cred(new);
	rcu_assign_pointer(current->cred, new);
	return old;
}

void revert_creds(const struct cred *old)
{
	const struct cred *override = current->cred;

	rcu_assign_pointer(current->cred, old);
	put_cred(override);
}

void copy_creds(struct task_struct *child)
{
	/* Both are the parent's effective cred: an override does not pass to the child. */
	child->cred = get_cred(current->cred);
	child->real_cred = get_cred(child->cred);
	atomic_inc(&child->cred->user->processes);
}

void exit_creds(struct task_struct *task)
{
	const struct cred *cred = task->real_cred;

	task->real_cred = NULL;
	put_cred(cred);
	cred = task->cred;
	task->cred = NULL;
	put_cred(cred);
}

void __init cred_init(void)
{
	cred_jar = kmem_cache_create("cred_jar", sizeof(struct cred), 0, SLAB_PANIC, NULL);
}
