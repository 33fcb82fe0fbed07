// SPDX-License-Identifier: GPL-2.0-only
/* Red-black trees against their rules and a plain set, through many random insertions and removals. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "kernel/lib/rbtree.h"

#define NODES 1000

struct item {
	struct rb_node rb;
	long key, max; /* max: largest key in the subtree */
	bool in;
};

static struct item items[NODES];
static struct rb_root root;

static struct item *item_of(struct rb_node *rb)
{
	return rb_entry(rb, struct item, rb);
}

static bool update_max(struct rb_node *rb)
{
	struct item *item = item_of(rb);
	long before = item->max;

	item->max = item->key;
	if (rb->rb_left && item_of(rb->rb_left)->max > item->max)
		item->max = item_of(rb->rb_left)->max;
	if (rb->rb_right && item_of(rb->rb_right)->max > item->max)
		item->max = item_of(rb->rb_right)->max;
	return item->max != before;
}

/* Number of black nodes on the way down; every rule holds below rb. */
static int check_subtree(struct rb_node *rb, struct rb_node *parent)
{
	bool black;
	long max;
	int left, right;

	if (!rb)
		return 1;
	black = rb->__rb_parent_color & 1;
	assert(rb_parent(rb) == parent);
	assert(black || (parent && (parent->__rb_parent_color & 1)));
	max = item_of(rb)->max;
	update_max(rb);
	assert(max == item_of(rb)->max);
	if (rb->rb_left)
		assert(item_of(rb->rb_left)->key < item_of(rb)->key);
	if (rb->rb_right)
		assert(item_of(rb->rb_right)->key > item_of(rb)->key);
	left = check_subtree(rb->rb_left, rb);
	right = check_subtree(rb->rb_right, rb);
	assert(left == right);
	return left + black;
}

static void check_tree(void)
{
	long forward = 0, backward = 0, postorder = 0, in = 0, last = -1;

	check_subtree(root.rb_node, NULL);
	for (struct rb_node *rb = rb_first(&root); rb; rb = rb_next(rb), forward++) {
		assert(item_of(rb)->key > last);
		last = item_of(rb)->key;
	}
	for (struct rb_node *rb = rb_last(&root); rb; rb = rb_prev(rb))
		backward++;
	for (struct rb_node *rb = rb_first_postorder(&root); rb; rb = rb_next_postorder(rb))
		postorder++;
	for (int i = 0; i < NODES; i++)
		in += items[i].in;
	assert(forward == in && backward == in && postorder == in);
}

static void insert(struct item *item)
{
	struct rb_node **link = &root.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	item->max = -1;
	rb_link_node(&item->rb, parent, link);
	rb_insert_augmented(&item->rb, &root, update_max);
}

int main(void)
{
	srand(1);
	for (int i = 0; i < NODES; i++)
		items[i].key = i;
	for (int round = 0; round < 50000; round++) {
		struct item *item = &items[rand() % NODES];

		if (item->in)
			rb_erase_augmented(&item->rb, &root, update_max);
		else
			insert(item);
		item->in = !item->in;
		if (round % 37 == 0 || round > 49000)
			check_tree();
	}
	puts("ok rbtree");
	return 0;
}
