/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An IPC namespace: one world of System V objects and POSIX message queues, with its own keys, ids,
 * names and limits. A task sees the one of current->nsproxy->ipc_ns. Implemented in ipc/namespace.c.
 * Linux: include/linux/ipc_namespace.h.
 */
#ifndef CONDUIT_IPC_NAMESPACE_H
#define CONDUIT_IPC_NAMESPACE_H

#include "kernel/lib/idr.h"
#include "kernel/lib/rhashtable.h"
#include "kernel/lib/types.h"
#include "kernel/locking/percpu_counter.h"
#include "kernel/locking/rwsem.h"
#include "kernel/sched/nsproxy.h"

struct kern_ipc_perm;
struct vfsmount;

/*
 * All objects of one kind. [W] rwsem, for writing to change, for reading to rely on; [R] also
 * readable under RCU; [A] any time, one word.
 */
struct ipc_ids {
	int in_use;                /* [W] objects */
	unsigned short seq;        /* [W] of the newest id */
	struct rw_semaphore rwsem; /* creating, removing, whole-table walks */
	struct idr ipcs_idr;       /* [W][R] index to object */
	int max_idx;               /* [W] the highest index in use, -1: none */
	int last_idx;              /* [W] the index given out last */
	int next_id;               /* [A] the id that the next object is to get, -1: any */
	struct rhashtable key_ht;  /* [W][R] key to object, without IPC_PRIVATE */
};

#define IPC_SEM_IDS 0
#define IPC_MSG_IDS 1
#define IPC_SHM_IDS 2

/*
 * The limits may change at any moment through /proc/sys: read once, with READ_ONCE().
 * [W] the rwsem of that kind, for writing; [A] one word or an atomic counter.
 */
struct ipc_namespace {
	struct ns_common ns; /* references, the number in /proc/<pid>/ns/ipc */
	struct ipc_ids ids[3];

	int sem_ctls[4]; /* [A] semmsl, semmns, semopm, semmni */
	int used_sems;   /* [W] semaphores in all sets */

	unsigned int msg_ctlmax;                /* [A] bytes in one message */
	unsigned int msg_ctlmnb;                /* [A] bytes in a queue at first */
	unsigned int msg_ctlmni;                /* [A] queues */
	struct percpu_counter percpu_msg_bytes; /* in all queues */
	struct percpu_counter percpu_msg_hdrs;

	size_t shm_ctlmax;     /* [A] bytes in one segment */
	size_t shm_ctlall;     /* [A] pages in all */
	unsigned long shm_tot; /* [W] pages in all */
	int shm_ctlmni;        /* [A] segments */
	int shm_rmid_forced;   /* [A] a segment goes when nobody has it attached */

	struct vfsmount *mq_mnt;         /* [I] the names of POSIX queues: ipc/mqueue_fs.c */
	unsigned int mq_queues_count;    /* [mq_lock] POSIX queues */
	unsigned int mq_queues_max;      /* [A] how many there may be */
	unsigned int mq_msg_max;         /* [A] messages in one */
	unsigned int mq_msgsize_max;     /* [A] bytes in one message */
	unsigned int mq_msg_default;     /* [A] for queues made without attributes */
	unsigned int mq_msgsize_default; /* [A] */
};

#define sc_semmsl sem_ctls[0]
#define sc_semmns sem_ctls[1]
#define sc_semopm sem_ctls[2]
#define sc_semmni sem_ctls[3]

/* The first one. Defined in ipc/namespace.c. */
extern struct ipc_namespace init_ipc_ns;

static inline struct ipc_namespace *get_ipc_ns(struct ipc_namespace *ns)
{
	refcount_inc(&ns->ns.count);
	return ns;
}

/* The last reference destroys it with all its objects. Sleeps. */
void put_ipc_ns(struct ipc_namespace *ns);
/* The same one with a reference, or, for CLONE_NEWIPC, an empty one. ERR_PTR(-ENOMEM). */
struct ipc_namespace *copy_ipcs(unsigned long flags, struct ipc_namespace *ns);

/*
 * What each kind does for a new and for a dying namespace. init: 0 or -ENOMEM. In exit every object
 * is removed: free_ipcs() walks them. Sleeps.
 */
int sem_init_ns(struct ipc_namespace *ns);
int msg_init_ns(struct ipc_namespace *ns);
int shm_init_ns(struct ipc_namespace *ns);
void sem_exit_ns(struct ipc_namespace *ns);
void msg_exit_ns(struct ipc_namespace *ns);
void shm_exit_ns(struct ipc_namespace *ns);

/* The same for POSIX queues, whose names and messages go when no mount and no file is left. */
int mq_init_ns(struct ipc_namespace *ns);
void mq_exit_ns(struct ipc_namespace *ns);

/* Segments without creator and attachments go: shm_rmid_forced was switched on. Sleeps. */
void shm_destroy_orphaned(struct ipc_namespace *ns);

/*
 * Calls free for every object, with ids->rwsem held for writing and the object locked inside
 * rcu_read_lock(); free unlocks both (as freeary(), freeque() do).
 */
void free_ipcs(struct ipc_namespace *ns, struct ipc_ids *ids,
	       void (*free)(struct ipc_namespace *ns, struct kern_ipc_perm *perm));

#endif
