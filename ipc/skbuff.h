/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Socket buffers: what was sent in one call (or a part of it) and waits in a receiver's queue.
 *
 * The bytes lie in one of three ways, by their number:
 *	up to SKB_INLINE	in the sk_buff itself: one allocation for a small message
 *	up to PAGE_SIZE		in one piece from kmalloc()
 *	more			in pages, of which there are pointers in the sk_buff or, for
 *				very large datagrams, in an array
 * Implemented in ipc/skbuff.c. Linux: include/linux/skbuff.h (made for networks: headroom, clones,
 * checksums are left out).
 */
#ifndef CONDUIT_IPC_SKBUFF_H
#define CONDUIT_IPC_SKBUFF_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/x86/page.h"

struct iov_iter;
struct page;
struct pid;
struct scm_fp_list;
struct sock;

#define SKB_INLINE 160
#define SKB_FRAGS  (SKB_INLINE / sizeof(struct page *))

/* What travels with the bytes; filled by unix_scm_to_skb(). */
struct unix_skb_parms {
	struct pid *pid;        /* the sender's thread group, a reference; NULL: not noted */
	struct scm_fp_list *fp; /* descriptors, or NULL */
	uid_t uid;
	gid_t gid;
	u32 consumed; /* [L] bytes that readers of a stream have had */
};

#define UNIXCB(skb) ((skb)->cb)

/* [L] the lock of the queue's socket, [I] set by the sender, never changes once queued */
struct sk_buff {
	struct list_head list; /* [L] */
	struct sock *sk;       /* [I] the sender: charged, and kept in memory by that */
	unsigned int len;      /* [I] bytes */
	unsigned int truesize; /* [I] charged */
	struct unix_skb_parms cb;
	char *head;            /* [I] the bytes in one piece; NULL: in pages */
	struct page **frags;   /* [I] frag_pages, or an array of its own */
	unsigned int nr_frags; /* [I] */
	union {
		char data[SKB_INLINE];
		struct page *frag_pages[SKB_FRAGS];
	};
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct sk_buff) == 256, "a small message fits into four cache lines");

/* A queue; the lock is that of the unix_sock around it. */
struct sk_buff_head {
	struct list_head list;
	u32 qlen;
	u32 queued; /* how many ever were: who waits for another one compares */
};

static inline void skb_queue_head_init(struct sk_buff_head *queue)
{
	INIT_LIST_HEAD(&queue->list);
	queue->qlen = 0;
	queue->queued = 0;
}

static inline bool skb_queue_empty(const struct sk_buff_head *queue)
{
	return list_empty(&queue->list);
}

/* Without the lock, for pollers and sleepers: true for sure only when nothing changes. */
static inline bool skb_queue_empty_lockless(const struct sk_buff_head *queue)
{
	return READ_ONCE(queue->list.next) == &queue->list;
}

static inline u32 skb_queue_len(const struct sk_buff_head *queue)
{
	return queue->qlen;
}

static inline u32 skb_queue_len_lockless(const struct sk_buff_head *queue)
{
	return READ_ONCE(queue->qlen);
}

/* The oldest, or NULL. */
static inline struct sk_buff *skb_peek(const struct sk_buff_head *queue)
{
	return list_empty(&queue->list) ? NULL :
					  list_first_entry(&queue->list, struct sk_buff, list);
}

/* The one behind skb, or NULL. */
static inline struct sk_buff *skb_peek_next(struct sk_buff *skb, const struct sk_buff_head *queue)
{
	return skb->list.next == &queue->list ? NULL : list_next_entry(skb, list);
}

static inline void __skb_queue_tail(struct sk_buff_head *queue, struct sk_buff *skb)
{
	list_add_tail(&skb->list, &queue->list);
	WRITE_ONCE(queue->qlen, queue->qlen + 1);
	WRITE_ONCE(queue->queued, queue->queued + 1);
}

static inline void __skb_unlink(struct sk_buff *skb, struct sk_buff_head *queue)
{
	WRITE_ONCE(queue->qlen, queue->qlen - 1);
	list_del(&skb->list);
}

static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *queue)
{
	struct sk_buff *skb = skb_peek(queue);

	if (skb)
		__skb_unlink(skb, queue);
	return skb;
}

/* All of from to the end of to. Both locked, or nobody else's. */
void skb_queue_splice_tail_init(struct sk_buff_head *from, struct sk_buff_head *to);

#define skb_queue_walk(queue, skb) list_for_each_entry (skb, &(queue)->list, list)

/* Room for len bytes, not charged to anybody. NULL: out of memory. */
struct sk_buff *alloc_skb(unsigned int len, gfp_t gfp);
/*
 * Its end: what it carries besides bytes is released and its sender gets the room back. Sleeps when
 * it carries descriptors; never under a lock.
 */
void kfree_skb(struct sk_buff *skb);
#define consume_skb kfree_skb
/* Frees all of a queue that nobody else sees. */
void __skb_queue_purge(struct sk_buff_head *queue);

/* Fills skb. 0 or -EFAULT. */
int skb_copy_datagram_from_iter(struct sk_buff *skb, struct iov_iter *from);
/* bytes from offset on. 0 or -EFAULT; then to stands where it stood. */
int skb_copy_datagram_iter(const struct sk_buff *skb, unsigned int offset, struct iov_iter *to,
			   unsigned int bytes);

#endif
