// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages as memory: System V queues keep their text in pieces of at most a page.
 *
 * Data:
 *	msg_msg (48 bytes, up to 4048 of text) ─next─▶ msg_msgseg (8, up to 4088) ─next─▶ …
 * Idea: no allocation is ever larger than a page, and a small message takes only what it needs.
 * Locking: none: a message belongs to one task, or to the queue that holds it.
 * Sleeps: load_msg(), store_msg(). Linux: ipc/msgutil.c. Start at: load_msg().
 * Tests: tests/ipc/msg_operations.c; page: docs/msg.md.
 */
#include "ipc/msg.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

void free_msg(struct msg_msg *msg)
{
	struct msg_msgseg *seg = msg->next;

	kfree(msg);
	while (seg) {
		struct msg_msgseg *next = seg->next;

		kfree(seg);
		seg = next;
	}
}

/* All pieces, text not set. NULL when out of memory. */
static struct msg_msg *alloc_msg(size_t len)
{
	size_t piece = min(len, DATALEN_MSG);
	struct msg_msg *msg = kmalloc(sizeof(*msg) + piece, GFP_KERNEL_ACCOUNT);
	struct msg_msgseg **link;

	if (!msg)
		return NULL;
	msg->next = NULL;
	msg->security = NULL;
	msg->m_ts = len;
	link = &msg->next;
	for (len -= piece; len; len -= piece) {
		struct msg_msgseg *seg;

		piece = min(len, DATALEN_SEG);
		seg = kmalloc(sizeof(*seg) + piece, GFP_KERNEL_ACCOUNT);
		if (!seg) {
			free_msg(msg);
			return NULL;
		}
		seg->next = NULL;
		*link = seg;
		link = &seg->next;
	}
	return msg;
}

/* The next piece of at most left bytes: sets *text and returns its length. *seg moves on. */
static size_t next_piece(struct msg_msgseg **seg, void **text, size_t left)
{
	*text = *seg + 1;
	*seg = (*seg)->next;
	return min(left, DATALEN_SEG);
}

struct msg_msg *load_msg(const void __user *src, size_t len)
{
	struct msg_msg *msg = alloc_msg(len);
	struct msg_msgseg *seg;
	void *text;
	size_t piece;

	if (!msg)
		return ERR_PTR(-ENOMEM);
	seg = msg->next;
	text = msg + 1;
	for (piece = min(len, DATALEN_MSG);; piece = next_piece(&seg, &text, len)) {
		if (copy_from_user(text, src, piece)) {
			free_msg(msg);
			return ERR_PTR(-EFAULT);
		}
		src = (const char *)src + piece;
		len -= piece;
		if (!len)
			return msg;
	}
}

int store_msg(void __user *dest, struct msg_msg *msg, size_t len)
{
	struct msg_msgseg *seg = msg->next;
	void *text = msg + 1;
	size_t piece;

	ASSERT(len <= msg->m_ts);
	for (piece = min(len, DATALEN_MSG);; piece = next_piece(&seg, &text, len)) {
		if (copy_to_user(dest, text, piece))
			return -1;
		dest = (char *)dest + piece;
		len -= piece;
		if (!len)
			return 0;
	}
}

struct msg_msg *copy_msg(struct msg_msg *src, struct msg_msg *dst)
{
	struct msg_msgseg *from = src->next, *to = dst->next;
	size_t len = src->m_ts;

	if (src->m_ts > dst->m_ts)
		return ERR_PTR(-EINVAL);
	memcpy(dst + 1, src + 1, min(len, DATALEN_MSG));
	len -= min(len, DATALEN_MSG);
	for (; len; from = from->next, to = to->next) {
		memcpy(to + 1, from + 1, min(len, DATALEN_SEG));
		len -= min(len, DATALEN_SEG);
	}
	dst->m_type = src->m_type;
	dst->m_ts = src->m_ts;
	return dst;
}
