/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Red-black trees: balanced binary trees whose nodes lie inside the user's structs.
 *
 * The user walks down by comparing keys, links the new node with rb_link_node() where the walk
 * ended, and calls rb_insert_color(), which restores the balance; so no comparison function is
 * needed. A tree can be augmented: each node then carries something computed from its own value
 * and its children's (the largest gap in the subtree), kept up to date by an update function.
 * Pure: no lock. Linux: include/linux/rbtree.h, rbtree_augmented.h (here with one callback).
 */
#ifndef CONDUIT_LIB_RBTREE_H
#define CONDUIT_LIB_RBTREE_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

struct rb_node {
	unsigned long __rb_parent_color; /* address of the parent; bit 0 set: black */
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __aligned(sizeof(long));

struct rb_root {
	struct rb_node *rb_node;
};

/* Knows its first node as well. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT        ((struct rb_root){ NULL })
#define RB_ROOT_CACHED ((struct rb_root_cached){ { NULL }, NULL })

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                                                           \
	({                                                                                         \
		__typeof__(ptr) __rb_ptr = (ptr);                                                  \
		__rb_ptr ? rb_entry(__rb_ptr, type, member) : NULL;                                \
	})

#define RB_EMPTY_ROOT(root) (!READ_ONCE((root)->rb_node))
/* A node that is its own parent is in no tree. */
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

static inline struct rb_node *rb_parent(const struct rb_node *node)
{
	return (struct rb_node *)(node->__rb_parent_color & ~1ul);
}

/* Recomputes what node carries from its own value and its children's: true when it has changed. */
typedef bool (*rb_update_t)(struct rb_node *node);

/* link: the pointer (in parent, or the root's) at which the walk down ended. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent; /* red */
	node->rb_left = node->rb_right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
/* What node carries must be that of an empty subtree (0 for a maximum of sizes). */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root, rb_update_t update);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root, rb_update_t update);
/* node's own value changed: update it and those above, as far as they change too. */
void rb_propagate(struct rb_node *node, rb_update_t update);
/* new takes victim's place; their keys must be the same. */
void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root);

/* In order; NULL at the ends. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* Children before parents: for freeing a whole tree. */
struct rb_node *rb_first_postorder(const struct rb_root *root);
struct rb_node *rb_next_postorder(const struct rb_node *node);

#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)                                  \
	for (pos = rb_entry_safe(rb_first_postorder(root), __typeof__(*pos), field);               \
	     pos && ({                                                                             \
		     n = rb_entry_safe(rb_next_postorder(&pos->field), __typeof__(*pos), field);   \
		     1;                                                                            \
	     });                                                                                   \
	     pos = n)

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *root)
{
	return root->rb_leftmost;
}

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
}

/* ---- with a comparison function, for cold paths; equal nodes stay in order of arrival ---- */

static __always_inline void rb_add(struct rb_node *node, struct rb_root *tree,
				   bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, tree);
}

static __always_inline void rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
					  bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (less(node, parent)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(node, parent, link);
	rb_insert_color_cached(node, tree, leftmost);
}

static __always_inline struct rb_node *rb_find(const void *key, const struct rb_root *tree,
					       int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node;

	while (node) {
		int c = cmp(key, node);

		if (c == 0)
			return node;
		node = c < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

#endif
