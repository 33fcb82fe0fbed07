// SPDX-License-Identifier: GPL-2.0-only
/*
 * Red-black trees.
 *
 * Idea: every node is red or black so that (1) the root is black, (2) a red node has no red child,
 * (3) every way from the root down to a missing child passes the same number of black nodes. Hence
 * no way is more than twice as long as another. A new node is red, which can break (2) only; taking
 * a black node out can break (3) only; each is repaired by repainting upwards and at most three
 * rotations (Cormen et al., Introduction to Algorithms, chapter 13).
 *
 *	      y                        x
 *	     / \    rotate_right(y)   / \
 *	    x   c   ------------->   a   y       the order a x b y c stays
 *	   / \      <-------------      / \
 *	  a   b     rotate_left(x)     b   c
 *
 * Augmented trees: a rotation changes what x and y carry and nothing above them.
 * Locking: the caller's. Linux: lib/rbtree.c. Tests: tests/unit/test_rbtree.c.
 */
#include "kernel/lib/rbtree.h"

static bool is_black(const struct rb_node *node)
{
	return !node || (node->__rb_parent_color & 1);
}

static bool is_red(const struct rb_node *node)
{
	return !is_black(node);
}

static void paint_black(struct rb_node *node)
{
	node->__rb_parent_color |= 1;
}

static void paint_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~1ul;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & 1);
}

static void paint_as(struct rb_node *node, const struct rb_node *model)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~1ul) | (model->__rb_parent_color & 1);
}

/* parent's (or the root's) pointer to old points to new now. */
static void change_child(struct rb_node *old, struct rb_node *new, struct rb_node *parent,
			 struct rb_root *root)
{
	if (!parent)
		root->rb_node = new;
	else if (parent->rb_left == old)
		parent->rb_left = new;
	else
		parent->rb_right = new;
}

static __always_inline void rotate_left(struct rb_node *x, struct rb_root *root, rb_update_t update)
{
	struct rb_node *y = x->rb_right, *parent = rb_parent(x);

	x->rb_right = y->rb_left;
	if (y->rb_left)
		set_parent(y->rb_left, x);
	y->rb_left = x;
	set_parent(y, parent);
	change_child(x, y, parent, root);
	set_parent(x, y);
	if (update) {
		update(x);
		update(y);
	}
}

static __always_inline void rotate_right(struct rb_node *y, struct rb_root *root,
					 rb_update_t update)
{
	struct rb_node *x = y->rb_left, *parent = rb_parent(y);

	y->rb_left = x->rb_right;
	if (x->rb_right)
		set_parent(x->rb_right, y);
	x->rb_right = y;
	set_parent(x, parent);
	change_child(y, x, parent, root);
	set_parent(y, x);
	if (update) {
		update(y);
		update(x);
	}
}

void rb_propagate(struct rb_node *node, rb_update_t update)
{
	while (node && update(node))
		node = rb_parent(node);
}

/* node is red, and so may be its parent. */
static __always_inline void insert_fix(struct rb_node *node, struct rb_root *root,
				       rb_update_t update)
{
	struct rb_node *parent, *grand, *uncle;

	while (is_red(parent = rb_parent(node))) {
		grand = rb_parent(parent); /* exists: the root is black */
		uncle = parent == grand->rb_left ? grand->rb_right : grand->rb_left;
		if (is_red(uncle)) { /* push the red one up */
			paint_black(parent);
			paint_black(uncle);
			paint_red(grand);
			node = grand;
			continue;
		}
		if (parent == grand->rb_left) {
			if (node == parent->rb_right) {
				rotate_left(parent, root, update);
				parent = node;
			}
			paint_black(parent);
			paint_red(grand);
			rotate_right(grand, root, update);
		} else {
			if (node == parent->rb_left) {
				rotate_right(parent, root, update);
				parent = node;
			}
			paint_black(parent);
			paint_red(grand);
			rotate_left(grand, root, update);
		}
		break;
	}
	paint_black(root->rb_node);
}

/* The way through node (may be NULL, a child of parent) has one black node too few. */
static __always_inline void erase_fix(struct rb_node *node, struct rb_node *parent,
				      struct rb_root *root, rb_update_t update)
{
	while (parent && is_black(node)) {
		bool left = node == parent->rb_left;
		struct rb_node *sibling = left ? parent->rb_right : parent->rb_left;
		struct rb_node *near, *far;

		if (is_red(sibling)) { /* make it black */
			paint_black(sibling);
			paint_red(parent);
			if (left)
				rotate_left(parent, root, update);
			else
				rotate_right(parent, root, update);
			sibling = left ? parent->rb_right : parent->rb_left;
		}
		near = left ? sibling->rb_left : sibling->rb_right;
		far = left ? sibling->rb_right : sibling->rb_left;
		if (is_black(near) && is_black(far)) { /* one too few on both sides: go up */
			paint_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (is_black(far)) {
			paint_black(near);
			paint_red(sibling);
			if (left)
				rotate_right(sibling, root, update);
			else
				rotate_left(sibling, root, update);
			far = sibling;
			sibling = near;
		}
		paint_as(sibling, parent);
		paint_black(parent);
		paint_black(far);
		if (left)
			rotate_left(parent, root, update);
		else
			rotate_right(parent, root, update);
		return;
	}
	if (node)
		paint_black(node);
}

static __always_inline void erase(struct rb_node *node, struct rb_root *root, rb_update_t update)
{
	struct rb_node *child, *parent = rb_parent(node), *next;
	bool black;

	if (!node->rb_left || !node->rb_right) {
		child = node->rb_left ? node->rb_left : node->rb_right;
		black = is_black(node);
		change_child(node, child, parent, root);
	} else {
		/* The next node in order, which has no left child, takes its place. */
		next = node->rb_right;
		while (next->rb_left)
			next = next->rb_left;
		child = next->rb_right;
		black = is_black(next);
		change_child(node, next, parent, root);
		parent = rb_parent(next);
		if (parent == node) {
			parent = next;
		} else {
			parent->rb_left = child;
			next->rb_right = node->rb_right;
			set_parent(next->rb_right, next);
		}
		next->rb_left = node->rb_left;
		set_parent(next->rb_left, next);
		next->__rb_parent_color = node->__rb_parent_color;
	}
	if (child)
		set_parent(child, parent);
	/* All the way: what took node's place carries what it had where it was. */
	for (struct rb_node *at = parent; update && at; at = rb_parent(at))
		update(at);
	if (black)
		erase_fix(child, parent, root, update);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	insert_fix(node, root, NULL);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	erase(node, root, NULL);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root, rb_update_t update)
{
	rb_propagate(node, update);
	insert_fix(node, root, update);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root, rb_update_t update)
{
	erase(node, root, update);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (victim->rb_left)
		set_parent(victim->rb_left, new);
	if (victim->rb_right)
		set_parent(victim->rb_right, new);
	change_child(victim, new, rb_parent(victim), root);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_right)
		node = node->rb_right;
	return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_right) {
		node = node->rb_right;
		while (node->rb_left)
			node = node->rb_left;
		return (struct rb_node *)node;
	}
	while ((parent = rb_parent(node)) && node == parent->rb_right)
		node = parent;
	return parent;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (node->rb_left) {
		node = node->rb_left;
		while (node->rb_right)
			node = node->rb_right;
		return (struct rb_node *)node;
	}
	while ((parent = rb_parent(node)) && node == parent->rb_left)
		node = parent;
	return parent;
}

static struct rb_node *deepest_first(const struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return (struct rb_node *)node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest_first(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = rb_parent(node);

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest_first(parent->rb_right);
	return parent;
}
