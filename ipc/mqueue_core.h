/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A POSIX queue's messages in order, and the pure functions that work on them. Also compiled on the
 * host, for tests/unit/test_mqueue_core.c. Linux has all of this in ipc/mqueue.c.
 */
#ifndef CONDUIT_IPC_MQUEUE_CORE_H
#define CONDUIT_IPC_MQUEUE_CORE_H

#include "kernel/uapi/mqueue.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"
#include "ipc/msg_core.h"

/* The messages of one priority. [Q] the queue's lock */
struct posix_msg_tree_node {
	struct rb_node rb_node;    /* [Q] in msg_tree, by priority */
	struct list_head msg_list; /* [Q] oldest first; unused: in node_cache */
	int priority;              /* [Q] */
};

_Static_assert(sizeof(struct posix_msg_tree_node) == 48, "what RLIMIT_MSGQUEUE is charged");

/* All messages of a queue. [Q] the queue's lock */
struct posix_msg_tree {
	struct rb_root msg_tree;            /* [Q] posix_msg_tree_node, none of them empty */
	struct rb_node *msg_tree_rightmost; /* [Q] the highest priority, or NULL */
	struct list_head node_cache;        /* [Q] nodes that were used, to be used again */
};

void msg_tree_init(struct posix_msg_tree *tree);
/* Behind the others of its priority, m_type. False: that needs a node, and node_cache is empty. */
bool msg_tree_insert(struct posix_msg_tree *tree, struct msg_msg *msg);
/* Takes out the oldest message of the highest priority. NULL: there is none. */
struct msg_msg *msg_tree_get(struct posix_msg_tree *tree);

/* May a queue be so large? limits: msg_max and msgsize_max, or HARD_MSGMAX and HARD_MSGSIZEMAX. */
bool mq_attr_ok(const struct mq_attr *attr, unsigned int msg_max, unsigned int msgsize_max);
/* What it is charged for RLIMIT_MSGQUEUE: as if it were full of messages of different priorities. */
unsigned long mq_attr_bytes(const struct mq_attr *attr);

#endif
