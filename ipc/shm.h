/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared-memory segments in memory. Private to the files ipc/shm*.c; the story and the locking are
 * told in ipc/shm.c. Linux: ipc/shm.c.
 */
#ifndef CONDUIT_IPC_SHM_H
#define CONDUIT_IPC_SHM_H

#include "kernel/uapi/shm.h"
#include "kernel/lib/list.h"
#include "kernel/sched/ktime.h"
#include "ipc/pid.h"
#include "ipc/util.h"

struct file;
struct task_struct;
struct user_struct;
struct vm_operations_struct;

/*
 * One segment. [S] shm_perm.lock; [I] never changes once published; [C] shm_clist_lock;
 * [W] the kind's rwsem for writing, and [S].
 */
struct shmid_kernel {
	struct kern_ipc_perm shm_perm;         /* first: ipc/util.c */
	struct file *shm_file;                 /* [W] whose pages these are; NULL: destroyed */
	unsigned long shm_nattch;              /* [S] mapped pieces, and attaches under way */
	unsigned long shm_segsz;               /* [I] bytes, as asked for */
	time64_t shm_atim, shm_dtim, shm_ctim; /* [S] last attach, detach, change */
	struct pid *shm_cprid;                 /* [I] creator */
	struct pid *shm_lprid;                 /* [S] last attacher or detacher, or NULL */
	struct user_struct *mlock_user;        /* [S] whom SHM_LOCK is counted against, or NULL */
	struct task_struct *shm_creator;       /* [C] NULL when it has ended */
	struct list_head shm_clist;            /* [C] in the creator's sysvshm */
	struct ipc_namespace *ns;              /* [I] */
};

_Static_assert(offsetof(struct shmid_kernel, shm_perm) == 0, "found through its kern_ipc_perm");

static inline struct shmid_kernel *shm_of_perm(struct kern_ipc_perm *perm)
{
	return container_of(perm, struct shmid_kernel, shm_perm);
}

/* ---- shm.c ---- */

/* ERR_PTR(-EINVAL). Inside rcu_read_lock(). */
struct shmid_kernel *shm_obtain_object_check(struct ipc_namespace *ns, int id);
/* Locked and inside RCU, or ERR_PTR(-EINVAL, -EIDRM). */
struct shmid_kernel *shm_lock(struct ipc_namespace *ns, int id);
/* Nobody has it attached, and it is marked, or such segments are not kept. Locked. */
bool shm_may_destroy(const struct shmid_kernel *shp);
/* Its end, with what it held. rwsem for writing, locked inside RCU: unlocks both. Sleeps. */
void shm_destroy(struct ipc_namespace *ns, struct shmid_kernel *shp);
/* IPC_RMID: destroys it, or marks it for its last detach. The same locks, unlocks both. */
void do_shm_rmid(struct ipc_namespace *ns, struct kern_ipc_perm *ipcp);
/* One attachment less, and the end of the segment if that was what it waited for. Sleeps. */
void shm_put_attach(struct ipc_namespace *ns, int id, bool note);
/* Pages that it takes up; counted for SHM_LOCK too. */
unsigned long shm_pages(const struct shmid_kernel *shp);
/* Pages that exist. Locked, or rwsem held. */
unsigned long shm_rss(const struct shmid_kernel *shp);

/* ---- shm_ctl.c ---- */

/* SHM_LOCK is over, if it was on. Locked. */
void shm_unaccount_lock(struct shmid_kernel *shp);

#endif
