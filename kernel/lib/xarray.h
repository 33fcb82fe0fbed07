/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An array of pointers with any unsigned long as index, stored as a tree of 64-way nodes: the page
 * cache's pages by offset. Three marks per entry can be searched for quickly.
 *
 * Locking: the caller serialises changes with a lock of its own; xa_load() and the xa_find family
 * may run beside a change inside rcu_read_lock(), since nodes are freed through RCU.
 * Entries are pointers aligned to 4, or small integers (xa_mk_value).
 * Linux: include/linux/xarray.h (whose own lock, and ranges, are left out).
 */
#ifndef CONDUIT_LIB_XARRAY_H
#define CONDUIT_LIB_XARRAY_H

#include "kernel/lib/bitops.h"
#include "kernel/lib/err.h"
#include "kernel/lib/types.h"

#define XA_CHUNK_SHIFT 6
#define XA_CHUNK_SIZE  (1ul << XA_CHUNK_SHIFT)
#define XA_CHUNK_MASK  (XA_CHUNK_SIZE - 1)
#define XA_MAX_MARKS   3

typedef unsigned int xa_mark_t;
#define XA_MARK_0  0u
#define XA_MARK_1  1u
#define XA_MARK_2  2u
#define XA_PRESENT 3u /* for searches: any entry */

/* A node: 64 entries, or 64 nodes one level down. Also idr.c's. */
struct xa_node {
	u8 shift;  /* 0: slots hold entries; else the slots' span is 1 << shift indices */
	u8 offset; /* which slot of the parent */
	u8 count;  /* slots in use */
	struct xa_node *parent;
	unsigned long marks[XA_MAX_MARKS]; /* bit n: slot n, or something below it, is marked */
	struct rcu_head rcu;
	void *slots[XA_CHUNK_SIZE];
};

struct xarray {
	void *xa_head;         /* NULL, the entry of index 0, or the top node | 2 */
	unsigned int xa_marks; /* bit m: the entry in xa_head has mark m */
};

#define XARRAY_INIT                                                                                \
	{                                                                                          \
		NULL, 0                                                                            \
	}
#define DEFINE_XARRAY(name) struct xarray name = XARRAY_INIT

static inline void xa_init(struct xarray *xa)
{
	xa->xa_head = NULL;
	xa->xa_marks = 0;
}

static inline bool xa_empty(const struct xarray *xa)
{
	return !READ_ONCE(xa->xa_head);
}

static inline void *xa_mk_value(unsigned long v)
{
	return (void *)(v << 1 | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

/* Errors that xa_store() returns in the place of an entry. */
static inline bool xa_is_err(const void *entry)
{
	return IS_ERR(entry);
}

static inline int xa_err(const void *entry)
{
	return IS_ERR(entry) ? (int)PTR_ERR(entry) : 0;
}

void *xa_load(const struct xarray *xa, unsigned long index);
/* Returns what was there; entry NULL erases (and never fails). ERR_PTR(-ENOMEM). */
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
/* Only where nothing is: 0, -EBUSY, -ENOMEM. */
int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
/* Replaces old by entry if it is there; returns what was there. */
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
bool xa_get_mark(const struct xarray *xa, unsigned long index, xa_mark_t mark);
/* Is any entry marked? */
bool xa_marked(const struct xarray *xa, xa_mark_t mark);

/* First entry with the mark (XA_PRESENT: any) in [*index, max]; sets *index. NULL: none. */
void *xa_find(const struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t mark);
/* The same in [*index + 1, max]. */
void *xa_find_after(const struct xarray *xa, unsigned long *index, unsigned long max,
		    xa_mark_t mark);
/* Up to n entries with the mark from start to max; returns how many. */
unsigned int xa_extract(const struct xarray *xa, void **entries, unsigned long start,
			unsigned long max, unsigned int n, xa_mark_t mark);

#define xa_for_each_range(xa, index, entry, start, last)                                           \
	for (index = (start), entry = xa_find(xa, &index, last, XA_PRESENT); entry;                \
	     entry = xa_find_after(xa, &index, last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) xa_for_each_range(xa, index, entry, start, ~0ul)
#define xa_for_each(xa, index, entry)              xa_for_each_range(xa, index, entry, 0, ~0ul)
#define xa_for_each_marked(xa, index, entry, mark)                                                 \
	for (index = 0, entry = xa_find(xa, &index, ~0ul, mark); entry;                            \
	     entry = xa_find_after(xa, &index, ~0ul, mark))

/* Frees the nodes, not what the entries point to. */
void xa_destroy(struct xarray *xa);

/* Nodes: for idr.c. Allocated zeroed; freed after a grace period, or at once if nobody saw it. */
struct xa_node *xa_node_alloc(gfp_t gfp);
void xa_node_free_rcu(struct xa_node *node);
/* Boot, once slab caches work and before the first store. */
void radix_tree_init(void);

#endif
