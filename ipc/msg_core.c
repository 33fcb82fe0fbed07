// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message queues, what is decided: which message a receiver takes, and what fits. Pure: no locks,
 * no sleep, no user memory; tests/unit/test_msg_core.c runs it on the host.
 * Linux: the same names in ipc/msg.c. Start at: find_msg().
 */
#include "ipc/msg_core.h"

#define LONG_MAX ((long)(~0ul >> 1))
#define LONG_MIN (-LONG_MAX - 1)

enum search_mode convert_mode(long *msgtyp, int msgflg)
{
	if (msgflg & MSG_COPY)
		return SEARCH_NUMBER;
	if (*msgtyp == 0)
		return SEARCH_ANY;
	if (*msgtyp < 0) {
		*msgtyp = *msgtyp == LONG_MIN ? LONG_MAX : -*msgtyp;
		return SEARCH_LESSEQUAL;
	}
	return msgflg & MSG_EXCEPT ? SEARCH_NOTEQUAL : SEARCH_EQUAL;
}

bool testmsg(long msgtype, long type, enum search_mode mode)
{
	switch (mode) {
	case SEARCH_EQUAL:
		return msgtype == type;
	case SEARCH_NOTEQUAL:
		return msgtype != type;
	case SEARCH_LESSEQUAL:
		return msgtype <= type;
	default:
		return true; /* a position is counted by find_msg() */
	}
}

/* The lowest type up to limit; only a lower one is better than what was found. */
static struct msg_msg *find_lowest(struct list_head *messages, long limit)
{
	struct msg_msg *msg, *found = NULL;

	list_for_each_entry (msg, messages, m_list) {
		if (msg->m_type > limit)
			continue;
		found = msg;
		limit = msg->m_type - 1;
		if (!limit)
			break;
	}
	return found;
}

/* A loop of its own for each mode: what is asked of every message is one comparison. */
struct msg_msg *find_msg(struct list_head *messages, long type, enum search_mode mode)
{
	struct msg_msg *msg;

	switch (mode) {
	case SEARCH_ANY:
		return list_first_entry_or_null(messages, struct msg_msg, m_list);
	case SEARCH_EQUAL:
		list_for_each_entry (msg, messages, m_list)
			if (msg->m_type == type)
				return msg;
		return NULL;
	case SEARCH_NOTEQUAL:
		list_for_each_entry (msg, messages, m_list)
			if (msg->m_type != type)
				return msg;
		return NULL;
	case SEARCH_LESSEQUAL:
		return find_lowest(messages, type);
	case SEARCH_NUMBER:
		list_for_each_entry (msg, messages, m_list)
			if (type-- == 0)
				return msg;
		return NULL;
	}
	return NULL;
}

bool msg_fits_inqueue(const struct msg_queue *msq, size_t msgsz)
{
	return msgsz + msq->q_cbytes <= msq->q_qbytes && 1 + msq->q_qnum <= msq->q_qbytes;
}
