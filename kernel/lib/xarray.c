// SPDX-License-Identifier: GPL-2.0-only
/*
 * xarray: a pointer per index, in a tree of 64-way nodes.
 *
 * Data: a node whose shift is s covers 64 << s indices; its slot for an index is (index >> s) & 63.
 * The tree is only as high as the largest index needs; a lone entry at index 0 needs no node.
 *
 *	xa_head ──▶ shift 6  [0][1]…       indices 0 … 4095
 *	               │   └────▶ NULL     nothing in 64 … 127
 *	               └─▶ shift 0 [0]…[63]
 *
 * Rules:
 *  1. A slot of a node with shift 0 holds an entry; of another node, a node (plain pointers: the
 *     level says which it is). xa_head tells a node from an entry by bit 1.
 *  2. A node in the tree has count > 0 used slots, and no node of the tree but the top one has only
 *     slot 0 as the whole tree's content (shrink).
 *  3. Bit n of marks[m] is set when slot n's entry, or any entry below slot n, has mark m.
 *
 * Locking: changes under the user's lock. Readers under RCU see each slot before or after a change;
 * a new node is published complete, and an old one is freed after a grace period with its slots
 * intact (so a reader that is inside still finds what was there).
 * Linux: lib/xarray.c. Tests: tests/unit/test_xarray.c.
 */
#include "kernel/lib/xarray.h"
#include "kernel/lib/alloc.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"

#define NODE_BIT 2ul

static struct kmem_cache *xa_node_cache;

void radix_tree_init(void)
{
	xa_node_cache = kmem_cache_create("radix_tree_node", sizeof(struct xa_node), 8, 0, NULL);
	BUG_ON(!xa_node_cache);
}

struct xa_node *xa_node_alloc(gfp_t gfp)
{
	struct xa_node *node = kmem_cache_alloc(xa_node_cache, gfp);

	if (node)
		memset(node, 0, sizeof(*node));
	return node;
}

static void xa_node_free(struct rcu_head *head)
{
	kmem_cache_free(xa_node_cache, container_of(head, struct xa_node, rcu));
}

void xa_node_free_rcu(struct xa_node *node)
{
	call_rcu(&node->rcu, xa_node_free);
}

static bool is_node(const void *head)
{
	return ((unsigned long)head & 3) == NODE_BIT;
}

static struct xa_node *to_node(const void *head)
{
	return (struct xa_node *)((unsigned long)head & ~NODE_BIT);
}

static void *from_node(const struct xa_node *node)
{
	return (void *)((unsigned long)node | NODE_BIT);
}

static unsigned int slot_of(const struct xa_node *node, unsigned long index)
{
	return index >> node->shift & XA_CHUNK_MASK;
}

/* The largest index below node. */
static unsigned long max_index(const struct xa_node *node)
{
	unsigned int bits = node->shift + XA_CHUNK_SHIFT;

	return bits >= BITS_PER_LONG ? ~0ul : (1ul << bits) - 1;
}

/* The leaf that covers the index, or NULL. head is a node. */
static struct xa_node *find_leaf(const void *head, unsigned long index)
{
	struct xa_node *node = to_node(head);

	if (index > max_index(node))
		return NULL;
	while (node && node->shift)
		node = READ_ONCE(node->slots[slot_of(node, index)]);
	return node;
}

void *xa_load(const struct xarray *xa, unsigned long index)
{
	void *head = READ_ONCE(xa->xa_head);
	struct xa_node *leaf;

	if (!is_node(head))
		return index == 0 ? head : NULL;
	leaf = find_leaf(head, index);
	return leaf ? READ_ONCE(leaf->slots[index & XA_CHUNK_MASK]) : NULL;
}

/* ---- growing and shrinking ---- */

/* A node on top of what is there; in an empty tree at once one that reaches the index. */
static int grow(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	struct xa_node *node = xa_node_alloc(gfp), *old;
	unsigned int mark;

	if (!node)
		return -ENOMEM;
	if (!xa->xa_head) {
		while (index > max_index(node))
			node->shift += XA_CHUNK_SHIFT;
	} else if (is_node(xa->xa_head)) {
		old = to_node(xa->xa_head);
		node->shift = old->shift + XA_CHUNK_SHIFT;
		for (mark = 0; mark < XA_MAX_MARKS; mark++)
			node->marks[mark] = old->marks[mark] != 0;
		node->slots[0] = old;
		node->count = 1;
		old->parent = node;
	} else {
		for (mark = 0; mark < XA_MAX_MARKS; mark++)
			node->marks[mark] = xa->xa_marks >> mark & 1;
		node->slots[0] = xa->xa_head;
		node->count = 1;
	}
	xa->xa_marks = 0;
	__atomic_store_n(&xa->xa_head, from_node(node), __ATOMIC_RELEASE);
	return 0;
}

/* Rule 2: takes unneeded nodes off the top. */
static void shrink(struct xarray *xa)
{
	while (is_node(xa->xa_head)) {
		struct xa_node *node = to_node(xa->xa_head);
		unsigned int mark;

		if (node->count > 1 || (node->count == 1 && !node->slots[0]))
			return;
		if (node->count && node->shift) {
			((struct xa_node *)node->slots[0])->parent = NULL;
			WRITE_ONCE(xa->xa_head, from_node(node->slots[0]));
		} else {
			for (mark = 0; mark < XA_MAX_MARKS; mark++)
				xa->xa_marks |= (node->marks[mark] & 1) << mark;
			WRITE_ONCE(xa->xa_head, node->slots[0]);
		}
		xa_node_free_rcu(node);
	}
}

/* Frees empty nodes from this leaf upwards. */
static void free_empty(struct xarray *xa, struct xa_node *node)
{
	while (node && !node->count) {
		struct xa_node *parent = node->parent;

		if (!parent) {
			WRITE_ONCE(xa->xa_head, NULL);
		} else {
			WRITE_ONCE(parent->slots[node->offset], NULL);
			parent->count--;
		}
		xa_node_free_rcu(node);
		node = parent;
	}
	shrink(xa);
}

/* The leaf for the index, made if needed; NULL when out of memory. */
static struct xa_node *make_leaf(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	struct xa_node *node, *child, *fresh = NULL;

	while (!is_node(xa->xa_head) || index > max_index(to_node(xa->xa_head))) {
		if (grow(xa, index, gfp))
			goto nomem;
	}
	for (node = to_node(xa->xa_head); node->shift; node = child) {
		unsigned int slot = slot_of(node, index);

		child = node->slots[slot];
		if (child)
			continue;
		child = xa_node_alloc(gfp);
		if (!child) {
			fresh = node;
			goto nomem;
		}
		child->shift = node->shift - XA_CHUNK_SHIFT;
		child->offset = slot;
		child->parent = node;
		__atomic_store_n(&node->slots[slot], child, __ATOMIC_RELEASE);
		node->count++;
	}
	return node;

nomem:
	/* Nodes made on the way are empty: nothing has changed in the end. */
	free_empty(xa, fresh);
	return NULL;
}

/* ---- marks ---- */

static void clear_marks_up(struct xa_node *node, unsigned int slot, xa_mark_t mark)
{
	while (node) {
		if (!test_bit(slot, &node->marks[mark]))
			return;
		__clear_bit(slot, &node->marks[mark]);
		if (node->marks[mark])
			return;
		slot = node->offset;
		node = node->parent;
	}
}

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_node *node;

	if (!xa_load(xa, index))
		return;
	if (!is_node(xa->xa_head)) {
		xa->xa_marks |= 1u << mark;
		return;
	}
	for (node = find_leaf(xa->xa_head, index); node; node = node->parent)
		__set_bit(slot_of(node, index), &node->marks[mark]);
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_node *leaf;

	if (!is_node(xa->xa_head)) {
		if (!index)
			xa->xa_marks &= ~(1u << mark);
		return;
	}
	leaf = find_leaf(xa->xa_head, index);
	if (leaf)
		clear_marks_up(leaf, index & XA_CHUNK_MASK, mark);
}

bool xa_get_mark(const struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	void *head = READ_ONCE(xa->xa_head);
	struct xa_node *leaf;

	if (!is_node(head))
		return index == 0 && (xa->xa_marks >> mark & 1);
	leaf = find_leaf(head, index);
	return leaf && test_bit(index & XA_CHUNK_MASK, &leaf->marks[mark]);
}

bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	void *head = READ_ONCE(xa->xa_head);

	return is_node(head) ? READ_ONCE(to_node(head)->marks[mark]) != 0 :
			       (xa->xa_marks >> mark & 1);
}

/* ---- changing ---- */

static void *erase(struct xarray *xa, unsigned long index)
{
	struct xa_node *leaf;
	unsigned int slot = index & XA_CHUNK_MASK;
	xa_mark_t mark;
	void *old;

	if (!is_node(xa->xa_head)) {
		old = index == 0 ? xa->xa_head : NULL;
		if (old) {
			WRITE_ONCE(xa->xa_head, NULL);
			xa->xa_marks = 0;
		}
		return old;
	}
	leaf = find_leaf(xa->xa_head, index);
	old = leaf ? leaf->slots[slot] : NULL;
	if (!old)
		return NULL;
	for (mark = 0; mark < XA_MAX_MARKS; mark++)
		clear_marks_up(leaf, slot, mark);
	WRITE_ONCE(leaf->slots[slot], NULL);
	leaf->count--;
	free_empty(xa, leaf->count ? NULL : leaf);
	return old;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_node *leaf;
	void *old;

	ASSERT(!is_node(entry));
	if (!entry)
		return erase(xa, index);
	if (!is_node(xa->xa_head) && index == 0) {
		old = xa->xa_head;
		__atomic_store_n(&xa->xa_head, entry, __ATOMIC_RELEASE);
		return old;
	}
	leaf = make_leaf(xa, index, gfp);
	if (!leaf)
		return ERR_PTR(-ENOMEM);
	old = leaf->slots[index & XA_CHUNK_MASK];
	__atomic_store_n(&leaf->slots[index & XA_CHUNK_MASK], entry, __ATOMIC_RELEASE);
	leaf->count += !old;
	return old;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	return erase(xa, index);
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (xa_load(xa, index))
		return -EBUSY;
	return xa_err(xa_store(xa, index, entry, gfp));
}

void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *found = xa_load(xa, index);

	if (found == old) {
		void *error = xa_store(xa, index, entry, gfp);

		if (xa_is_err(error))
			return error;
	}
	return found;
}

/* ---- searching ---- */

/* The first slot at or above slot that is worth a look, or 64. */
static unsigned int next_slot(const struct xa_node *node, unsigned int slot, xa_mark_t mark)
{
	if (mark < XA_MAX_MARKS)
		return find_next_bit(&node->marks[mark], XA_CHUNK_SIZE, slot);
	while (slot < XA_CHUNK_SIZE && !READ_ONCE(node->slots[slot]))
		slot++;
	return slot;
}

/*
 * Walks down to the index; where a slot is empty, the index moves to the next used slot's first
 * index, and where a node has no more, the walk begins again at the index behind it.
 */
void *xa_find(const struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t mark)
{
	unsigned long i = *index;
	void *head, *entry;

	while (i <= max) {
		struct xa_node *node;
		unsigned int slot;

		head = READ_ONCE(xa->xa_head);
		if (!is_node(head)) {
			if (i || !head || (mark < XA_MAX_MARKS && !(xa->xa_marks >> mark & 1)))
				return NULL;
			*index = 0;
			return head;
		}
		node = to_node(head);
		if (i > max_index(node))
			return NULL;
		for (;;) {
			slot = next_slot(node, slot_of(node, i), mark);
			if (slot != slot_of(node, i)) {
				unsigned long base = i & ~max_index(node);

				i = base + ((unsigned long)slot << node->shift);
				if (slot == XA_CHUNK_SIZE && i <= base)
					return NULL; /* wrapped: that was the last */
				if (slot == XA_CHUNK_SIZE || i > max)
					break;
			}
			entry = READ_ONCE(node->slots[slot]);
			if (!entry) { /* erased meanwhile: look once more from here */
				if (mark < XA_MAX_MARKS && ++i == 0)
					return NULL;
				break;
			}
			if (!node->shift) {
				*index = i;
				return entry;
			}
			node = entry;
		}
	}
	return NULL;
}

void *xa_find_after(const struct xarray *xa, unsigned long *index, unsigned long max,
		    xa_mark_t mark)
{
	unsigned long next = *index + 1;
	void *entry;

	if (!next)
		return NULL;
	entry = xa_find(xa, &next, max, mark);
	if (entry)
		*index = next;
	return entry;
}

/* Up to n entries behind *index in the same leaf, and up to max; *index is the last one looked at. */
static unsigned int extract_from_leaf(const struct xarray *xa, void **entries, unsigned long *index,
				      unsigned long max, unsigned int n)
{
	void *head = READ_ONCE(xa->xa_head);
	struct xa_node *leaf = is_node(head) ? find_leaf(head, *index) : NULL;
	unsigned long last = min(max, *index | XA_CHUNK_MASK);
	unsigned int found = 0;

	while (leaf && *index < last && found < n) {
		void *entry = READ_ONCE(leaf->slots[++*index & XA_CHUNK_MASK]);

		if (entry)
			entries[found++] = entry;
	}
	return found;
}

unsigned int xa_extract(const struct xarray *xa, void **entries, unsigned long start,
			unsigned long max, unsigned int n, xa_mark_t mark)
{
	unsigned long index = start;
	unsigned int found = 0;
	void *entry;

	if (!n)
		return 0;
	entry = xa_find(xa, &index, max, mark);
	while (entry) {
		entries[found++] = entry;
		if (mark == XA_PRESENT)
			found += extract_from_leaf(xa, entries + found, &index, max, n - found);
		if (found == n)
			break;
		entry = xa_find_after(xa, &index, max, mark);
	}
	return found;
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

void xa_destroy(struct xarray *xa)
{
	void *head = xa->xa_head;

	WRITE_ONCE(xa->xa_head, NULL);
	xa->xa_marks = 0;
	if (is_node(head))
		destroy_node(to_node(head));
}
