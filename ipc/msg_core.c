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

struct msg_msg *find_msg(struct list_head *messages, long type, enum search_mode mode)
{
	struct msg_msg *msg, *found = NULL;
	long position = 0;

	list_for_each_entry (msg, messages, m_list) {
		if (mode == SEARCH_NUMBER) {
			if (position++ == type)
				return msg;
			continue;
		}
		if (!testmsg(msg->m_type, type, mode))
			continue;
		if (mode != SEARCH_LESSEQUAL || msg->m_type == 1)
			return msg;
		found = msg; /* only a lower type is better */
		type = msg->m_type - 1;
	}
	return found;
}

bool msg_fits_inqueue(const struct msg_queue *msq, size_t msgsz)
{
	return msgsz + msq->q_cbytes <= msq->q_qbytes && 1 + msq->q_qnum <= msq->q_qbytes;
}
