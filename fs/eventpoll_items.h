/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of epoll and the items in them. For fs/eventpoll.c and fs/eventpoll_nesting.c only; what the
 * locks mean and in which order they are taken stands in the former.
 */
#ifndef CONDUIT_FS_EVENTPOLL_ITEMS_H
#define CONDUIT_FS_EVENTPOLL_ITEMS_H

#include "kernel/uapi/eventpoll.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/wait.h"
#include "fs/fs.h"

struct eventpoll;

/* One place in one wait queue. [M] ep->mtx; whead: also POLLFREE */
struct eppoll_entry {
	struct eppoll_entry *next; /* [M] in epitem.pwqlist */
	struct epitem *base;       /* [I] */
	struct wait_queue_entry wait;
	struct wait_queue_head *whead; /* NULL once the queue has gone away by itself */
};

/* A watched descriptor. [M] ep->mtx, [L] ep->lock, [I] never changes */
struct epitem {
	struct rb_node rbn;           /* [M] in ep->rbr */
	struct list_head rdllink;     /* [L] in ep->rdllist, or in a reporter's own list */
	struct epitem *next;          /* [L] in ep->ovflist */
	struct file *file;            /* [I] not referenced */
	int fd;                       /* [I] the number it had */
	struct eppoll_entry *pwqlist; /* [M] */
	struct eventpoll *ep;         /* [I] referenced */
	struct list_head fllink;      /* [f_lock] in file->f_ep_links */
	struct list_head reflink; /* [ep_refs_lock] in refs of the set that it watches, if any */
	struct epoll_event event; /* [M] for writing, read in callbacks */
};

/* [M] mtx, [L] lock, [I] never changes, [N] epnested_mutex */
struct eventpoll {
	struct mutex mtx;
	unsigned int nests;   /* [poll_wait.lock] sets below in the wake-up that is going on */
	wait_queue_head_t wq; /* sleepers in epoll_wait() */
	wait_queue_head_t poll_wait; /* pollers of the epoll file itself */
	struct list_head rdllist;    /* [L] */
	spinlock_t lock;
	struct epitem *ovflist;       /* [L] */
	struct rb_root rbr;           /* [M] */
	refcount_t refcount;          /* the file and the items */
	struct list_head refs;        /* [ep_refs_lock] items of other sets that watch this one */
	u64 gen_below, gen_above;     /* [N] when nesting was looked at last … */
	int depth_below, depth_above; /* [N] … and what was found */
};

extern const struct file_operations eventpoll_fops;

static inline bool is_file_epoll(const struct file *file)
{
	return file->f_op == &eventpoll_fops;
}

/* ---- eventpoll_nesting.c ---- */

extern struct mutex
	epnested_mutex; /* whoever puts a set into another, or a file into one that is in others */
extern spinlock_t ep_refs_lock;

/* May target be put into ep? 0 or -ELOOP. epnested_mutex held. */
int ep_loop_check(struct eventpoll *ep, struct eventpoll *target);
/*
 * epi is linked, with its file and its set: -EINVAL if a file's wake-up would take too many ways now.
 * epnested_mutex and the set's mtx held.
 */
int ep_check_paths(struct epitem *epi);

#endif
