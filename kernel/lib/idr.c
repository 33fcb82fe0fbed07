// SPDX-License-Identifier: GPL-2.0-only
/*
 * idr: ids for pointers.
 *
 * Idea: the radix tree of xarray.c's nodes with marks[0] used as the set of slots that are full: in
 * a leaf the ids that are taken (so an id may be taken with a NULL pointer), above it the children
 * in which every id is. The lowest free id is then found by looking for a clear bit on the way
 * down. node->count counts taken ids in a leaf, children above.
 *
 * Locking: changes under the user's lock; readers under RCU (see xarray.c).
 * Linux: lib/idr.c. Tests: tests/unit/test_idr.c. Start at: alloc_range().
 */
#include "kernel/lib/idr.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/xarray.h"

#define IDR_MAX 0x7ffffffful

static unsigned int slot_of(const struct xa_node *node, unsigned long id)
{
	return id >> node->shift & XA_CHUNK_MASK;
}

static unsigned long max_id(const struct xa_node *node)
{
	unsigned int bits = node->shift + XA_CHUNK_SHIFT;

	return bits >= 32 ? 0xfffffffful : (1ul << bits) - 1;
}

static bool is_full(const struct xa_node *node)
{
	return node->marks[0] == ~0ul;
}

static __always_inline struct xa_node *find_leaf(const struct idr *idr, unsigned long id)
{
	struct xa_node *node = READ_ONCE(idr->top);

	if (!node || id > max_id(node))
		return NULL;
	while (node && node->shift)
		node = READ_ONCE(node->slots[slot_of(node, id)]);
	return node;
}

/* ---- taking an id ---- */

/* Makes the tree high enough for the id. */
static int grow(struct idr *idr, unsigned long id, gfp_t gfp)
{
	while (!idr->top || id > max_id(idr->top)) {
		struct xa_node *node = xa_node_alloc(gfp), *old = idr->top;

		if (!node)
			return -ENOMEM;
		if (old) {
			node->shift = old->shift + XA_CHUNK_SHIFT;
			node->slots[0] = old;
			node->count = 1;
			node->marks[0] = is_full(old);
			old->parent = node;
		} else {
			while (id > max_id(node))
				node->shift += XA_CHUNK_SHIFT;
		}
		__atomic_store_n(&idr->top, node, __ATOMIC_RELEASE);
	}
	return 0;
}

/* The lowest free id at or above id in the tree as high as it is; more than its last: none. */
static unsigned long find_free(const struct idr *idr, unsigned long id)
{
	const struct xa_node *node = idr->top;

	if (!node || id > max_id(node))
		return id;
	for (;;) {
		unsigned int want = slot_of(node, id);
		unsigned int slot = find_next_zero_bit(node->marks, XA_CHUNK_SIZE, want);

		if (slot != want) /* at the first id of that slot, or of what follows the node */
			id = (id & ~max_id(node)) + ((unsigned long)slot << node->shift);
		if (slot == XA_CHUNK_SIZE) {
			node = idr->top;
			if (id > max_id(node))
				return id;
			continue; /* from the top: the neighbours above say whether they are full */
		}
		if (!node->shift || !node->slots[slot])
			return id;
		node = node->slots[slot];
	}
}

/* Marks slot taken in the leaf, and in those above as far as they have become full. */
static void mark_taken(struct xa_node *leaf, unsigned int slot)
{
	__set_bit(slot, leaf->marks);
	leaf->count++;
	while (is_full(leaf) && leaf->parent) {
		__set_bit(leaf->offset, leaf->parent->marks);
		leaf = leaf->parent;
	}
}

/* Frees the nodes that hold nothing, upwards from node. */
static void free_empty(struct idr *idr, struct xa_node *node)
{
	while (node && !node->count) {
		struct xa_node *parent = node->parent;

		if (!parent) {
			WRITE_ONCE(idr->top, NULL);
		} else {
			WRITE_ONCE(parent->slots[node->offset], NULL);
			parent->count--;
		}
		xa_node_free_rcu(node);
		node = parent;
	}
}

static struct xa_node *make_leaf(struct idr *idr, unsigned long id, gfp_t gfp)
{
	struct xa_node *node, *child;

	if (grow(idr, id, gfp))
		return NULL;
	for (node = idr->top; node->shift; node = child) {
		unsigned int slot = slot_of(node, id);

		child = node->slots[slot];
		if (child)
			continue;
		child = xa_node_alloc(gfp);
		if (!child) {
			free_empty(idr, node);
			return NULL;
		}
		child->shift = node->shift - XA_CHUNK_SHIFT;
		child->offset = slot;
		child->parent = node;
		__atomic_store_n(&node->slots[slot], child, __ATOMIC_RELEASE);
		node->count++;
	}
	return node;
}

/* The lowest free id in [start, max], or -ENOSPC, -ENOMEM. Ids without idr_base. */
static long alloc_range(struct idr *idr, void *ptr, unsigned long start, unsigned long max,
			gfp_t gfp)
{
	unsigned long id = find_free(idr, start);
	struct xa_node *leaf;

	if (id > max)
		return -ENOSPC;
	leaf = make_leaf(idr, id, gfp);
	if (!leaf)
		return -ENOMEM;
	ASSERT(!test_bit(id & XA_CHUNK_MASK, leaf->marks));
	__atomic_store_n(&leaf->slots[id & XA_CHUNK_MASK], ptr, __ATOMIC_RELEASE);
	mark_taken(leaf, id & XA_CHUNK_MASK);
	return id;
}

int idr_alloc_u32(struct idr *idr, void *ptr, u32 *id, unsigned long max, gfp_t gfp)
{
	unsigned int base = idr->idr_base;
	unsigned long start = *id > base ? *id - base : 0;
	long got;

	if (max < base)
		return -ENOSPC;
	got = alloc_range(idr, ptr, start, max - base, gfp);
	if (got < 0)
		return (int)got;
	*id = got + base;
	return 0;
}

int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = start;
	int error;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	error = idr_alloc_u32(idr, ptr, &id, end > 0 ? (unsigned long)end - 1 : IDR_MAX, gfp);
	return error ? error : (int)id;
}

int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	unsigned long max = end > 0 ? (unsigned long)end - 1 : IDR_MAX;
	u32 id = idr->idr_next;
	int error;

	if ((int)id < start)
		id = start;
	error = idr_alloc_u32(idr, ptr, &id, max, gfp);
	if (error == -ENOSPC && id > (u32)start) {
		id = start;
		error = idr_alloc_u32(idr, ptr, &id, max, gfp);
	}
	if (error)
		return error;
	WRITE_ONCE(idr->idr_next, id + 1);
	return (int)id;
}

/* ---- looking up, replacing, freeing ---- */

void *idr_find(const struct idr *idr, unsigned long id)
{
	struct xa_node *leaf = find_leaf(idr, id - idr->idr_base);

	return leaf ? READ_ONCE(leaf->slots[(id - idr->idr_base) & XA_CHUNK_MASK]) : NULL;
}

void *idr_remove(struct idr *idr, unsigned long id)
{
	struct xa_node *leaf, *node;
	unsigned int slot;
	void *old;

	id -= idr->idr_base;
	leaf = find_leaf(idr, id);
	slot = id & XA_CHUNK_MASK;
	if (!leaf || !test_bit(slot, leaf->marks))
		return NULL;
	old = leaf->slots[slot];
	WRITE_ONCE(leaf->slots[slot], NULL);
	/* What was full no longer is, nor what is above. */
	for (node = leaf; node; slot = node->offset, node = node->parent) {
		bool was_full = is_full(node);

		__clear_bit(slot, node->marks);
		if (!was_full)
			break;
	}
	leaf->count--;
	free_empty(idr, leaf);
	return old;
}

void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	struct xa_node *leaf;
	unsigned int slot;
	void *old;

	id -= idr->idr_base;
	leaf = find_leaf(idr, id);
	slot = id & XA_CHUNK_MASK;
	if (!leaf || !test_bit(slot, leaf->marks))
		return ERR_PTR(-ENOENT);
	old = leaf->slots[slot];
	__atomic_store_n(&leaf->slots[slot], ptr, __ATOMIC_RELEASE);
	return old;
}

/* First non-NULL pointer at or above *id, without idr_base. */
static void *next_entry(const struct idr *idr, unsigned long *id)
{
	for (;;) {
		const struct xa_node *node = READ_ONCE(idr->top);
		void *entry;

		if (!node || *id > max_id(node))
			return NULL;
		while ((entry = READ_ONCE(node->slots[slot_of(node, *id)])) && node->shift)
			node = entry;
		if (entry)
			return entry;
		/* Nothing below this slot: from the top again, for the id behind it. */
		*id = (*id | ((1ul << node->shift) - 1)) + 1;
	}
}

void *idr_get_next(const struct idr *idr, int *id)
{
	unsigned long next = *id > (int)idr->idr_base ? *id - idr->idr_base : 0;
	void *entry = next_entry(idr, &next);

	if (entry)
		*id = next + idr->idr_base;
	return entry;
}

int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data)
{
	void *entry;
	int id, ret;

	idr_for_each_entry (idr, entry, id) {
		ret = fn(id, entry, data);
		if (ret)
			return ret;
	}
	return 0;
}

bool idr_is_empty(const struct idr *idr)
{
	return !READ_ONCE(idr->top);
}

static void destroy_node(struct xa_node *node)
{
	unsigned int slot;

	for (slot = 0; node->shift && slot < XA_CHUNK_SIZE; slot++) {
		if (node->slots[slot])
			destroy_node(node->slots[slot]);
	}
	xa_node_free_rcu(node);
}

void idr_destroy(struct idr *idr)
{
	struct xa_node *top = idr->top;

	WRITE_ONCE(idr->top, NULL);
	if (top)
		destroy_node(top);
}
