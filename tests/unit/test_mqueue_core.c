// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of messages against a sorted array, on random sequences; what a queue may be and costs.
 * links: ipc/mqueue_core.c
 */
#include "ipc/mqueue_core.h"

#include <assert.h>
#include <stdlib.h>

#define LENGTH 40
#define ROUNDS 300000

static struct msg_msg messages[LENGTH];
static struct msg_msg *model[LENGTH]; /* in the order in which they come */
static int queued;
static unsigned long rng = 11;

static unsigned int draw(unsigned int n)
{
	rng = rng * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)(rng >> 33) % n;
}

static int in_model(const struct msg_msg *msg)
{
	for (int i = 0; i < queued; i++)
		if (model[i] == msg)
			return 1;
	return 0;
}

static void insert(struct posix_msg_tree *tree, struct msg_msg *msg, int *nodes)
{
	int i = queued++;

	if (!msg_tree_insert(tree, msg)) {
		struct posix_msg_tree_node *leaf = malloc(sizeof(*leaf));

		++*nodes;
		list_add(&leaf->msg_list, &tree->node_cache);
		assert(msg_tree_insert(tree, msg));
	}
	for (; i > 0 && model[i - 1]->m_type < msg->m_type; i--)
		model[i] = model[i - 1];
	model[i] = msg;
}

static void test_order(unsigned int priorities)
{
	struct posix_msg_tree tree;
	struct posix_msg_tree_node *leaf, *next;
	int nodes = 0;

	msg_tree_init(&tree);
	assert(!msg_tree_get(&tree));
	for (int round = 0; round < ROUNDS; round++) {
		struct msg_msg *msg = &messages[draw(LENGTH)];

		if (!in_model(msg) && draw(2)) {
			msg->m_type = draw(priorities);
			insert(&tree, msg, &nodes);
		} else if (queued) {
			assert(msg_tree_get(&tree) == model[0]);
			queued--;
			for (int i = 0; i < queued; i++)
				model[i] = model[i + 1];
		} else {
			assert(!msg_tree_get(&tree));
		}
	}
	assert(nodes <= LENGTH && nodes <= (int)priorities); /* rule 3 of mqueue_core.c */
	for (int i = 0; queued; queued--, i++)
		assert(msg_tree_get(&tree) == model[i]);
	assert(!msg_tree_get(&tree) && !tree.msg_tree_rightmost && !tree.msg_tree.rb_node);
	list_for_each_entry_safe (leaf, next, &tree.node_cache, msg_list) {
		free(leaf);
		nodes--;
	}
	assert(!nodes);
}

static struct mq_attr attr_of(long maxmsg, long msgsize)
{
	return (struct mq_attr){ .mq_maxmsg = maxmsg, .mq_msgsize = msgsize };
}

static int may_be(long maxmsg, long msgsize)
{
	struct mq_attr attr = attr_of(maxmsg, msgsize);

	return mq_attr_ok(&attr, HARD_MSGMAX, HARD_MSGSIZEMAX);
}

static unsigned long bytes_of(long maxmsg, long msgsize)
{
	struct mq_attr attr = attr_of(maxmsg, msgsize);

	return mq_attr_bytes(&attr);
}

static void test_attributes(void)
{
	assert(may_be(1, 1) && may_be(HARD_MSGMAX, HARD_MSGSIZEMAX));
	assert(!may_be(0, 1) && !may_be(1, 0) && !may_be(-1, 1) && !may_be(1, -1));
	assert(!may_be(HARD_MSGMAX + 1, 1) && !may_be(1, HARD_MSGSIZEMAX + 1));
	assert(!may_be(1l << 32, 1) && !may_be(1, 1l << 32 | 1));
	assert(bytes_of(10, 8192) == 82880);
	assert(bytes_of(10, 100) == 10 * (100 + 48 + 48));
	assert(bytes_of(40000, 1) == 40000ul * 49 + 32768ul * 48);
	assert(bytes_of(HARD_MSGMAX, HARD_MSGSIZEMAX) == 65536ul * (16777216 + 48) + 32768ul * 48);
}

int main(void)
{
	test_order(1);
	test_order(3);
	test_order(MQ_PRIO_MAX);
	test_attributes();
	return 0;
}
