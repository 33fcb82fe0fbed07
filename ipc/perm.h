/* SPDX-License-Identifier: GPL-2.0-only */
/* What every System V object begins with. The functions are in ipc/util.h. */
#ifndef CONDUIT_IPC_PERM_H
#define CONDUIT_IPC_PERM_H

#include "kernel/lib/rhashtable.h"
#include "kernel/lib/types.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/spinlock.h"

/*
 * The head of every object. [L] lock, [W] rwsem of its kind for writing, [R] readable under RCU,
 * [I] never changes once published, [A] atomic.
 */
struct kern_ipc_perm {
	spinlock_t lock;
	bool deleted;              /* [L][W] written under both; it is in no table any more */
	int id;                    /* [I] */
	int key;                   /* [W][L] IPC_PRIVATE: in no hash table */
	uid_t uid, cuid;           /* [L]; cuid [I] */
	gid_t gid, cgid;           /* [L]; cgid [I] */
	umode_t mode;              /* [L] nine bits and SHM_DEST, SHM_LOCKED */
	unsigned long seq;         /* [I] */
	void *security;            /* the policy's: ipc/security.h */
	struct rhash_head khtnode; /* [W] in ipc_ids.key_ht */
	struct rcu_head rcu;
	refcount_t refcount; /* [A] the table's, and of sleepers; RCU readers need none */
};

#endif
