/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each real user id uses of the machine, over all its processes (struct user_struct).
 *
 * Idea: one object per uid that any credential names, found through a small hash table and gone
 *   with its last reference.
 * Locking: uidhash_lock (interrupts off: a queued signal may give its reference back from an
 *   interrupt) protects the table; a reference is taken from the table only under it, and the last
 *   one is dropped under it, so no look-up finds a dying object.
 * Sleeps: alloc_uid() allocates.
 * Linux: kernel/user.c; per-namespace counts (ucounts) are left out.
 */
#include "kernel/sched/cred.h"

#include "kernel/lib/list.h"
#include "kernel/locking/spinlock.h"
#include "mm/slab.h"
#include "kernel/fork.h"

#define UIDHASH_BITS 7
#define UIDHASH_SIZE (1u << UIDHASH_BITS)

/* Always here: init's, the kernel threads'. */
struct user_struct root_user = {
	.count = REFCOUNT_INIT(1),
	.uid = 0,
	.processes = ATOMIC_INIT(1),
};

static struct hlist_head uidhash_table[UIDHASH_SIZE];
static DEFINE_SPINLOCK(uidhash_lock);

static struct hlist_head *uidhashentry(uid_t uid)
{
	return &uidhash_table[((uid >> UIDHASH_BITS) + uid) & (UIDHASH_SIZE - 1)];
}

/* Takes a reference; uidhash_lock held. */
static struct user_struct *uid_hash_find(uid_t uid)
{
	struct user_struct *user;

	hlist_for_each_entry (user, uidhashentry(uid), uidhash_node) {
		if (user->uid == uid) {
			refcount_inc(&user->count);
			return user;
		}
	}
	return NULL;
}

struct user_struct *get_uid(struct user_struct *user)
{
	refcount_inc(&user->count);
	return user;
}

void free_uid(struct user_struct *user)
{
	unsigned long flags;

	if (!user || !refcount_dec_and_lock_irqsave(&user->count, &uidhash_lock, &flags))
		return;
	hlist_del(&user->uidhash_node);
	spin_unlock_irqrestore(&uidhash_lock, flags);
	kfree(user);
}

struct user_struct *alloc_uid(uid_t uid)
{
	struct user_struct *user, *new;

	spin_lock_irq(&uidhash_lock);
	user = uid_hash_find(uid);
	spin_unlock_irq(&uidhash_lock);
	if (user)
		return user;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	new->uid = uid;
	refcount_set(&new->count, 1);

	/* Somebody may have made it meanwhile. */
	spin_lock_irq(&uidhash_lock);
	user = uid_hash_find(uid);
	if (!user) {
		hlist_add_head(&new->uidhash_node, uidhashentry(uid));
		user = new;
		new = NULL;
	}
	spin_unlock_irq(&uidhash_lock);
	kfree(new);
	return user;
}

void __init uid_cache_init(void)
{
	hlist_add_head(&root_user.uidhash_node, uidhashentry(0));
}
