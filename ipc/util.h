/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What semaphore sets, message queues and shared memory have in common: keys, ids, owners and
 * permissions. Each of the three structs begins with a struct kern_ipc_perm.
 *
 * An id is sequence * 32768 + index: the index finds the object, the sequence tells whether it is
 * still the same one.
 *
 * Looking up, the way of every call that has an id:
 *
 *	rcu_read_lock();
 *	perm = ipc_obtain_object_check(ids, id);	ERR_PTR(-EINVAL): no such object
 *	…permission…
 *	ipc_lock_object(perm);
 *	if (!ipc_valid_object(perm))			removed in between: -EIDRM
 *	…
 *	ipc_unlock_object(perm);
 *	rcu_read_unlock();
 *
 * To sleep in the middle, take ipc_rcu_getref() inside the RCU section, and check
 * ipc_valid_object() again after.
 * Lock order: ids->rwsem, then an object's lock. Implemented in ipc/util.c.
 * Linux: ipc/util.h, include/linux/ipc.h.
 */
#ifndef CONDUIT_IPC_UTIL_H
#define CONDUIT_IPC_UTIL_H

#include "kernel/uapi/ipc.h"
#include "kernel/lib/err.h"
#include "kernel/lib/types.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/spinlock.h"
#include "ipc/namespace.h"
#include "ipc/perm.h"

/* Sets of each kind, also with the largest limits: an index has 15 bits. */
#define IPCMNI_SHIFT  15
#define IPCMNI        (1 << IPCMNI_SHIFT)
#define ipc_mni       IPCMNI
#define ipc_min_cycle 64 /* indices before the lowest is used again */

#define ipcid_to_idx(id)  ((id) & (IPCMNI - 1))
#define ipcid_to_seqx(id) ((id) >> IPCMNI_SHIFT)
#define ipcid_seq_max()   (0x7fffffff >> IPCMNI_SHIFT)

/* What a get call asked for. */
struct ipc_params {
	int key;
	int flg;
	union {
		size_t size; /* shared memory */
		int nsems;   /* semaphores */
	} u;
};

/* What a get call does in its own kind. */
struct ipc_ops {
	/* Makes an object: its id or -errno. ids->rwsem held for writing. */
	int (*getnew)(struct ipc_namespace *ns, struct ipc_params *params);
	/* Last word on an existing one (the security policy): 0 or -errno. Object locked. */
	int (*associate)(struct kern_ipc_perm *perm, int flg);
	/* NULL, or: does an existing one fit what was asked for? 0 or -EINVAL. Object locked. */
	int (*more_checks)(struct kern_ipc_perm *perm, struct ipc_params *params);
};

/* msgget(), semget(), shmget(): finds or makes; the id or -errno. Sleeps. */
int ipcget(struct ipc_namespace *ns, struct ipc_ids *ids, const struct ipc_ops *ops,
	   struct ipc_params *params);

/* Empty tables. 0 or -ENOMEM. */
int ipc_init_ids(struct ipc_ids *ids);
/* All objects are gone. Sleeps. */
void ipc_destroy_ids(struct ipc_ids *ids);

/*
 * Publishes new, of which the caller has set key and mode: gives it owner, id and one reference.
 * Its index, with the object locked and inside rcu_read_lock(); or -ENOSPC (limit objects exist),
 * -ENOMEM. ids->rwsem held for writing.
 */
int ipc_addid(struct ipc_ids *ids, struct kern_ipc_perm *new, int limit);
/* Takes it out of both tables and marks it deleted. rwsem for writing and the object's lock held. */
void ipc_rmid(struct ipc_ids *ids, struct kern_ipc_perm *perm);
/* Only its key is forgotten. The same locks. */
void ipc_set_key_private(struct ipc_ids *ids, struct kern_ipc_perm *perm);

/* 0, or -1 when the caller may not do what flag's mode bits say (any of the three positions). */
int ipcperms(struct ipc_namespace *ns, struct kern_ipc_perm *perm, short flag);

/* By index alone / index and sequence; ERR_PTR(-EINVAL). Inside rcu_read_lock(). */
struct kern_ipc_perm *ipc_obtain_object_idr(struct ipc_ids *ids, int id);
struct kern_ipc_perm *ipc_obtain_object_check(struct ipc_ids *ids, int id);

/*
 * For IPC_SET, IPC_RMID: the object, not locked, if the caller owns it or has CAP_SYS_ADMIN;
 * ERR_PTR(-EINVAL), ERR_PTR(-EPERM). rwsem for writing, inside rcu_read_lock().
 */
struct kern_ipc_perm *ipcctl_obtain_check(struct ipc_namespace *ns, struct ipc_ids *ids, int id,
					  int cmd, struct ipc64_perm *perm, int extra_perm);
/* IPC_SET's owner and mode. 0 or -EINVAL. Object locked. */
int ipc_update_perm(struct ipc64_perm *in, struct kern_ipc_perm *out);
/* What IPC_STAT shows. out is cleared already. */
void kernel_to_ipc64_perm(struct kern_ipc_perm *in, struct ipc64_perm *out);

/* False when the last reference is on its way out: then the object is being removed. */
bool ipc_rcu_getref(struct kern_ipc_perm *perm);
/* The last one calls func(&perm->rcu) after a grace period. */
void ipc_rcu_putref(struct kern_ipc_perm *perm, void (*func)(struct rcu_head *head));

static inline void ipc_lock_object(struct kern_ipc_perm *perm)
{
	spin_lock(&perm->lock);
}

static inline void ipc_unlock_object(struct kern_ipc_perm *perm)
{
	spin_unlock(&perm->lock);
}

static inline void ipc_assert_locked_object(struct kern_ipc_perm *perm)
{
	lockdep_assert_held(&perm->lock);
}

static inline void ipc_unlock(struct kern_ipc_perm *perm)
{
	ipc_unlock_object(perm);
	rcu_read_unlock();
}

/* Not removed yet. Object locked. */
static inline bool ipc_valid_object(struct kern_ipc_perm *perm)
{
	return !perm->deleted;
}

static inline int ipc_checkid(const struct kern_ipc_perm *perm, int id)
{
	return ipcid_to_seqx(id) != perm->seq;
}

/* What IPC_INFO returns: the highest index, 0 when there is none. rwsem held. */
static inline int ipc_get_maxidx(const struct ipc_ids *ids)
{
	return ids->max_idx < 0 ? 0 : ids->max_idx;
}

/* The kinds of one namespace. */
#define sem_ids(ns) ((ns)->ids[IPC_SEM_IDS])
#define msg_ids(ns) ((ns)->ids[IPC_MSG_IDS])
#define shm_ids(ns) ((ns)->ids[IPC_SHM_IDS])

struct seq_file;

/*
 * /proc/sysvipc/<path>: the header line, then show() for each object, in order of the index; v is
 * its kern_ipc_perm, locked. From an initcall. Implemented in ipc/ipc_proc.c.
 */
void ipc_init_proc_interface(const char *path, const char *header, int ids,
			     int (*show)(struct seq_file *m, void *v));
/* The namespace that the file was opened in. */
struct ipc_namespace *ipc_seq_namespace(struct seq_file *m);

#endif
