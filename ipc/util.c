// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common half of System V IPC: from a key to an object, from an id to an object, and who may.
 *
 * Idea: programs that share nothing agree on a key; the kernel answers with an id. Ids are made so
 *   that a stale one is noticed: the low 15 bits are an index, the rest counts how often indices
 *   started anew, and indices are handed out in a circle, so that a removed id stays unused long.
 * Data:
 *	ipc_ids ─┬─ key_ht     key   ─▶ object	(a hash table that grows with its content)
 *	         └─ ipcs_idr   index ─▶ object	(a radix tree)
 * Rules: 1. An object in ipcs_idr has deleted == false and holds the table's reference. 2. It is in
 *   key_ht exactly when its key is not IPC_PRIVATE. 3. in_use counts ipcs_idr; max_idx is its
 *   highest index. 4. An object is freed a grace period after its last reference.
 * Locking: creating and removing hold ids->rwsem for writing. Looking up by id takes no lock: RCU
 *   keeps the memory, the object's lock then says whether it is still alive.
 * Sleeps: ipcget() and what holds rwsem; the look-ups do not.
 * Linux: ipc/util.c; compat and the audit calls are left out, and so is user_namespace.
 * Start at: ipcget(), ipc_obtain_object_check(). Tests: tests/ipc/ipc_*.c; page: docs/ipc.md.
 */
#include "ipc/util.h"

#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "mm/gfp.h"
#include "ipc/security.h"

static const struct rhashtable_params ipc_kht_params = {
	.key_len = sizeof(int),
	.key_offset = offsetof(struct kern_ipc_perm, key),
	.head_offset = offsetof(struct kern_ipc_perm, khtnode),
	.automatic_shrinking = true,
	.insert_gfp = GFP_KERNEL,
};

int ipc_init_ids(struct ipc_ids *ids)
{
	ids->in_use = 0;
	ids->seq = 0;
	init_rwsem(&ids->rwsem);
	idr_init(&ids->ipcs_idr);
	ids->max_idx = -1;
	ids->last_idx = -1;
	ids->next_id = -1;
	return rhashtable_init(&ids->key_ht, &ipc_kht_params);
}

void ipc_destroy_ids(struct ipc_ids *ids)
{
	ASSERT(!ids->in_use);
	idr_destroy(&ids->ipcs_idr);
	rhashtable_destroy(&ids->key_ht);
}

/* ---- an object's place in the tables ---- */

/* The one with this key, locked and inside rcu_read_lock(), or NULL. rwsem held for writing. */
static struct kern_ipc_perm *ipc_findkey(struct ipc_ids *ids, int key)
{
	struct kern_ipc_perm *perm;

	rcu_read_lock();
	perm = rhashtable_lookup_fast(&ids->key_ht, &key, ipc_kht_params);
	if (!perm) {
		rcu_read_unlock();
		return NULL;
	}
	ipc_lock_object(perm);
	return perm;
}

/*
 * Takes the next index of the circle, which widens with the number of objects, and works out the
 * id. The slot stays NULL, so nobody finds the object yet. The index, -ENOSPC or -ENOMEM.
 */
static int ipc_idr_alloc(struct ipc_ids *ids, struct kern_ipc_perm *new)
{
	int wanted = READ_ONCE(ids->next_id);
	int end, idx;

	if (wanted < 0) {
		end = clamp(ids->in_use * 3 / 2, ipc_min_cycle, ipc_mni);
		idx = idr_alloc_cyclic(&ids->ipcs_idr, NULL, 0, end, GFP_KERNEL);
		if (idx < 0)
			return idx;
		if (idx <= ids->last_idx && ++ids->seq >= ipcid_seq_max())
			ids->seq = 0;
		ids->last_idx = idx;
		new->seq = ids->seq;
	} else {
		/* Somebody restores a saved world, ids and all: /proc/sys/kernel/…_next_id. */
		WRITE_ONCE(ids->next_id, -1);
		idx = idr_alloc(&ids->ipcs_idr, NULL, ipcid_to_idx(wanted), ipc_mni, GFP_KERNEL);
		if (idx < 0)
			return idx;
		new->seq = ipcid_to_seqx(wanted);
	}
	new->id = (int)(new->seq << IPCMNI_SHIFT) + idx;
	return idx;
}

int ipc_addid(struct ipc_ids *ids, struct kern_ipc_perm *new, int limit)
{
	int idx;

	rwsem_assert_held_write(&ids->rwsem);
	refcount_set(&new->refcount, 1);
	if (ids->in_use >= min(limit, ipc_mni))
		return -ENOSPC;
	idx = ipc_idr_alloc(ids, new);
	if (idx < 0)
		return idx;
	new->cuid = new->uid = current_euid();
	new->cgid = new->gid = current_egid();
	new->deleted = false;
	spin_lock_init(&new->lock);
	if (new->key != IPC_PRIVATE)
		rhashtable_insert_fast(&ids->key_ht, &new->khtnode);
	ids->in_use++;
	ids->max_idx = max(ids->max_idx, idx);

	ipc_lock_object(new);
	rcu_read_lock();
	idr_replace(&ids->ipcs_idr, new, idx);
	return idx;
}

/* The highest index in use below limit, or -1: one bit of it after the other. */
static int ipc_search_maxidx(struct ipc_ids *ids, int limit)
{
	int low = 0; /* nothing in use at or above low + 2 * step */

	if (!ids->in_use)
		return -1;
	for (int step = IPCMNI / 2; step; step /= 2) {
		int idx = low + step;

		if (idx < limit && idr_get_next(&ids->ipcs_idr, &idx) && idx < limit)
			low += step;
	}
	return low;
}

void ipc_rmid(struct ipc_ids *ids, struct kern_ipc_perm *perm)
{
	int idx = ipcid_to_idx(perm->id);

	rwsem_assert_held_write(&ids->rwsem);
	ipc_assert_locked_object(perm);
	WARN_ON_ONCE(idr_remove(&ids->ipcs_idr, idx) != perm);
	if (perm->key != IPC_PRIVATE)
		WARN_ON_ONCE(rhashtable_remove_fast(&ids->key_ht, &perm->khtnode));
	ids->in_use--;
	perm->deleted = true;
	if (idx == ids->max_idx)
		ids->max_idx = ipc_search_maxidx(ids, idx);
}

void ipc_set_key_private(struct ipc_ids *ids, struct kern_ipc_perm *perm)
{
	rwsem_assert_held_write(&ids->rwsem);
	ipc_assert_locked_object(perm);
	if (perm->key != IPC_PRIVATE)
		WARN_ON_ONCE(rhashtable_remove_fast(&ids->key_ht, &perm->khtnode));
	perm->key = IPC_PRIVATE;
}

/* ---- references ---- */

bool ipc_rcu_getref(struct kern_ipc_perm *perm)
{
	return refcount_inc_not_zero(&perm->refcount);
}

void ipc_rcu_putref(struct kern_ipc_perm *perm, void (*func)(struct rcu_head *head))
{
	if (refcount_dec_and_test(&perm->refcount))
		call_rcu(&perm->rcu, func);
}

/* ---- looking up by id ---- */

struct kern_ipc_perm *ipc_obtain_object_idr(struct ipc_ids *ids, int id)
{
	struct kern_ipc_perm *perm = idr_find(&ids->ipcs_idr, ipcid_to_idx(id));

	return perm ? perm : ERR_PTR(-EINVAL);
}

struct kern_ipc_perm *ipc_obtain_object_check(struct ipc_ids *ids, int id)
{
	struct kern_ipc_perm *perm = ipc_obtain_object_idr(ids, id);

	if (!IS_ERR(perm) && ipc_checkid(perm, id))
		return ERR_PTR(-EINVAL);
	return perm;
}

/* ---- who may ---- */

/* When the owner's bits do not say yes: out of line, so that the usual case calls nothing. */
static noinline int ipcperms_else(struct kern_ipc_perm *perm, short flag, int requested, bool owner)
{
	int granted = perm->mode;

	if (owner)
		granted >>= 6;
	else if (in_group_p(perm->cgid) || in_group_p(perm->gid))
		granted >>= 3;
	if ((requested & ~granted & 07) && !capable(CAP_IPC_OWNER))
		return -1;
	return security_ipc_permission(perm, flag);
}

int ipcperms(struct ipc_namespace *ns, struct kern_ipc_perm *perm, short flag)
{
	uid_t euid = current_euid();
	int requested = (flag >> 6) | (flag >> 3) | flag;
	bool owner = euid == perm->cuid || euid == perm->uid;

	if (likely(owner && !(requested & ~(perm->mode >> 6) & 07)))
		return security_ipc_permission(perm, flag);
	return ipcperms_else(perm, flag, requested, owner);
}

struct kern_ipc_perm *ipcctl_obtain_check(struct ipc_namespace *ns, struct ipc_ids *ids, int id,
					  int cmd, struct ipc64_perm *perm, int extra_perm)
{
	struct kern_ipc_perm *ipcp = ipc_obtain_object_check(ids, id);
	uid_t euid = current_euid();

	rwsem_assert_held_write(&ids->rwsem);
	if (IS_ERR(ipcp))
		return ipcp;
	if (euid == ipcp->cuid || euid == ipcp->uid || capable(CAP_SYS_ADMIN))
		return ipcp;
	return ERR_PTR(-EPERM);
}

int ipc_update_perm(struct ipc64_perm *in, struct kern_ipc_perm *out)
{
	ipc_assert_locked_object(out);
	if (in->uid == (uid_t)-1 || in->gid == (gid_t)-1)
		return -EINVAL;
	out->uid = in->uid;
	out->gid = in->gid;
	out->mode = (out->mode & ~0777) | (in->mode & 0777);
	return 0;
}

void kernel_to_ipc64_perm(struct kern_ipc_perm *in, struct ipc64_perm *out)
{
	out->key = in->key;
	out->uid = in->uid;
	out->gid = in->gid;
	out->cuid = in->cuid;
	out->cgid = in->cgid;
	out->mode = in->mode;
	out->seq = (unsigned short)in->seq;
}

/* ---- the get calls ---- */

/* IPC_PRIVATE: always a new one. */
static int ipcget_new(struct ipc_namespace *ns, struct ipc_ids *ids, const struct ipc_ops *ops,
		      struct ipc_params *params)
{
	int err;

	down_write(&ids->rwsem);
	err = ops->getnew(ns, params);
	up_write(&ids->rwsem);
	return err;
}

static int ipc_check_perms(struct ipc_namespace *ns, struct kern_ipc_perm *perm,
			   const struct ipc_ops *ops, struct ipc_params *params)
{
	int err;

	if (ipcperms(ns, perm, (short)params->flg))
		return -EACCES;
	err = ops->associate(perm, params->flg);
	return err ? err : perm->id;
}

/* There is one with the key; it is locked. */
static int ipcget_existing(struct ipc_namespace *ns, struct kern_ipc_perm *perm,
			   const struct ipc_ops *ops, struct ipc_params *params)
{
	int err = 0;

	if ((params->flg & IPC_CREAT) && (params->flg & IPC_EXCL))
		return -EEXIST;
	if (ops->more_checks)
		err = ops->more_checks(perm, params);
	return err ? err : ipc_check_perms(ns, perm, ops, params);
}

/*
 * rwsem is held for writing from the search to the insertion, so two callers with one new key get
 * one object.
 */
static int ipcget_public(struct ipc_namespace *ns, struct ipc_ids *ids, const struct ipc_ops *ops,
			 struct ipc_params *params)
{
	struct kern_ipc_perm *perm;
	int err;

	down_write(&ids->rwsem);
	perm = ipc_findkey(ids, params->key);
	if (perm) {
		err = ipcget_existing(ns, perm, ops, params);
		ipc_unlock(perm);
	} else {
		err = params->flg & IPC_CREAT ? ops->getnew(ns, params) : -ENOENT;
	}
	up_write(&ids->rwsem);
	return err;
}

int ipcget(struct ipc_namespace *ns, struct ipc_ids *ids, const struct ipc_ops *ops,
	   struct ipc_params *params)
{
	if (params->key == IPC_PRIVATE)
		return ipcget_new(ns, ids, ops, params);
	return ipcget_public(ns, ids, ops, params);
}
