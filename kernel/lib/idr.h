/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small integers that stand for pointers: process ids, IPC ids, tty numbers. A radix tree whose
 * nodes also know which subtrees are full, so the lowest free id is found in one walk down.
 *
 * Locking: the caller serialises changes; idr_find(), idr_get_next() and idr_for_each_entry() may
 * run beside them inside rcu_read_lock(). An id can be taken with a NULL pointer and filled later
 * by idr_replace().
 * Linux: include/linux/idr.h.
 */
#ifndef CONDUIT_LIB_IDR_H
#define CONDUIT_LIB_IDR_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

struct xa_node;

struct idr {
	struct xa_node *top;   /* NULL, or the root node */
	unsigned int idr_base; /* the lowest id */
	unsigned int idr_next; /* where idr_alloc_cyclic() goes on */
};

#define IDR_INIT_BASE(name, base)                                                                  \
	{                                                                                          \
		NULL, (base), 0                                                                    \
	}
#define IDR_INIT(name)   IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)

static inline void idr_init_base(struct idr *idr, int base)
{
	idr->top = NULL;
	idr->idr_base = base;
	idr->idr_next = 0;
}

static inline void idr_init(struct idr *idr)
{
	idr_init_base(idr, 0);
}

static inline unsigned int idr_get_cursor(const struct idr *idr)
{
	return READ_ONCE(idr->idr_next);
}

static inline void idr_set_cursor(struct idr *idr, unsigned int next)
{
	WRITE_ONCE(idr->idr_next, next);
}

/*
 * The lowest free id in [start, end); end <= 0: no upper limit. -ENOSPC when there is none,
 * -ENOMEM. Under a spinlock gfp is GFP_NOWAIT or GFP_ATOMIC.
 */
int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
/* The same, but first above the one given out last, then again from start. */
int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
/* Exactly *id if *id <= max is free, else the next free one, in *id: 0, -ENOSPC, -ENOMEM. */
int idr_alloc_u32(struct idr *idr, void *ptr, u32 *id, unsigned long max, gfp_t gfp);
void *idr_find(const struct idr *idr, unsigned long id);
/* Frees the id; returns its pointer. */
void *idr_remove(struct idr *idr, unsigned long id);
/* ERR_PTR(-ENOENT) when the id is not taken, else the old pointer. */
void *idr_replace(struct idr *idr, void *ptr, unsigned long id);
/* First non-NULL pointer at *id or above; sets *id. NULL: none. */
void *idr_get_next(const struct idr *idr, int *id);
/* Stops at the first fn that returns non-zero, with its value. */
int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data);
bool idr_is_empty(const struct idr *idr);
/* Frees the nodes; the idr can be used again. */
void idr_destroy(struct idr *idr);

#define idr_for_each_entry(idr, entry, id)                                                         \
	for (id = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; id++)
#define idr_for_each_entry_continue(idr, entry, id)                                                \
	for (; ((entry) = idr_get_next(idr, &(id))) != NULL; id++)

/*
 * Linux fills a per-CPU store here so that an allocation under a spinlock does not fail. Here the
 * page allocator's reserve for GFP_ATOMIC serves.
 */
static inline void idr_preload(gfp_t gfp)
{
}

static inline void idr_preload_end(void)
{
}

/* Numbers without pointers. */
struct ida {
	struct idr idr;
};

#define DEFINE_IDA(name) struct ida name = { IDR_INIT(name.idr) }

static inline void ida_init(struct ida *ida)
{
	idr_init(&ida->idr);
}

/* The lowest free number in [min, max]. The caller serialises. */
static inline int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	return idr_alloc(&ida->idr, NULL, min, max == ~0u ? 0 : max + 1, gfp);
}

static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, ~0u, gfp);
}

static inline void ida_free(struct ida *ida, unsigned int id)
{
	idr_remove(&ida->idr, id);
}

#endif
