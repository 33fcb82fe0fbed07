// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX message queues, what is decided: which message comes next, how large a queue may be and what
 * it is charged. Pure: no locks, no sleep, no user memory; tests/unit/test_mqueue_core.c runs it on
 * the host.
 *
 * Data:
 *	msg_tree (by priority)          7 ◀── msg_tree_rightmost
 *	                             ╱     msg_list ▶ msg_msg ▶ msg_msg …	oldest first
 *	                           3
 *	                             msg_list ▶ msg_msg …
 *	node_cache ▶ node ▶ node …						unused
 * Rules: 1. Every node in the tree has a message. 2. msg_tree_rightmost is the node of the highest
 *   priority. 3. A node that was made stays the queue's until the queue ends: so there are never more
 *   than mq_maxmsg, which is what mq_attr_bytes() charges for, and a queue in use allocates none.
 * Linux: msg_insert(), msg_get() in ipc/mqueue.c (which caches one node). Start at: msg_tree_get().
 */
#include "ipc/mqueue_core.h"

#include "kernel/lib/bug.h"

void msg_tree_init(struct posix_msg_tree *tree)
{
	tree->msg_tree = RB_ROOT;
	tree->msg_tree_rightmost = NULL;
	INIT_LIST_HEAD(&tree->node_cache);
}

/* A node of this priority, linked at the place that was found. NULL: node_cache is empty. */
static struct posix_msg_tree_node *msg_tree_add(struct posix_msg_tree *tree, int priority,
						struct rb_node *parent, struct rb_node **link)
{
	struct posix_msg_tree_node *leaf;

	if (list_empty(&tree->node_cache))
		return NULL;
	leaf = list_first_entry(&tree->node_cache, struct posix_msg_tree_node, msg_list);
	list_del(&leaf->msg_list);
	INIT_LIST_HEAD(&leaf->msg_list);
	leaf->priority = priority;
	/* Highest: to the right of the one that was. */
	if (!parent || (parent == tree->msg_tree_rightmost && link == &parent->rb_right))
		tree->msg_tree_rightmost = &leaf->rb_node;
	rb_link_node(&leaf->rb_node, parent, link);
	rb_insert_color(&leaf->rb_node, &tree->msg_tree);
	return leaf;
}

bool msg_tree_insert(struct posix_msg_tree *tree, struct msg_msg *msg)
{
	struct rb_node **link = &tree->msg_tree.rb_node, *parent = NULL;
	struct posix_msg_tree_node *leaf;
	int priority = (int)msg->m_type;

	while (*link) {
		parent = *link;
		leaf = rb_entry(parent, struct posix_msg_tree_node, rb_node);
		if (leaf->priority == priority)
			goto found;
		link = priority < leaf->priority ? &parent->rb_left : &parent->rb_right;
	}
	leaf = msg_tree_add(tree, priority, parent, link);
	if (!leaf)
		return false;
found:
	list_add_tail(&msg->m_list, &leaf->msg_list);
	return true;
}

struct msg_msg *msg_tree_get(struct posix_msg_tree *tree)
{
	struct rb_node *node = tree->msg_tree_rightmost;
	struct posix_msg_tree_node *leaf;
	struct msg_msg *msg;

	if (!node)
		return NULL;
	leaf = rb_entry(node, struct posix_msg_tree_node, rb_node);
	ASSERT(!list_empty(&leaf->msg_list) && !node->rb_right); /* rules 1, 2 */
	msg = list_first_entry(&leaf->msg_list, struct msg_msg, m_list);
	list_del(&msg->m_list);
	if (list_empty(&leaf->msg_list)) {
		tree->msg_tree_rightmost = rb_prev(node);
		rb_erase(node, &tree->msg_tree);
		list_add(&leaf->msg_list, &tree->node_cache);
	}
	return msg;
}

bool mq_attr_ok(const struct mq_attr *attr, unsigned int msg_max, unsigned int msgsize_max)
{
	return attr->mq_maxmsg > 0 && attr->mq_maxmsg <= (long)msg_max && attr->mq_msgsize > 0 &&
	       attr->mq_msgsize <= (long)msgsize_max;
}

/* At most 65536 * 2^24 and little more: no overflow. */
unsigned long mq_attr_bytes(const struct mq_attr *attr)
{
	unsigned long messages = (unsigned long)attr->mq_maxmsg;

	return messages * ((unsigned long)attr->mq_msgsize + sizeof(struct msg_msg)) +
	       min(messages, (unsigned long)MQ_PRIO_MAX) * sizeof(struct posix_msg_tree_node);
}
