// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket buffers: memory for a message, and copying into and out of it.
 *
 * Idea: a sender makes the whole sk_buff and fills it before it takes any lock; queueing it is then
 * only a list operation. How the bytes lie is told in skbuff.h: the smaller the message, the fewer
 * allocations, and bulk goes in single pages, which are always to be had.
 *
 * Rules: 1. Memory is not zeroed: bytes beyond what was copied are never given out. 2. An sk_buff
 * that failed half-way is freed by kfree_skb() like any other.
 * Locking: none; an sk_buff belongs to who made it until it is queued, then see ipc/unix.h.
 * Sleeps: allocation and copies may; kfree_skb() may, when files go with it.
 * Linux: net/core/skbuff.c, net/core/datagram.c. Start at: alloc_skb.
 */
#include "ipc/skbuff.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "mm/gfp.h"
#include "mm/slab.h"
#include "fs/uio.h"
#include "ipc/scm.h"
#include "ipc/sock.h"

/* More nobody sends at once, however large SO_SNDBUFFORCE made the send buffer. */
#define SKB_MAX_LEN (4u << 20)

static struct kmem_cache *skbuff_cache;

void skb_queue_splice_tail_init(struct sk_buff_head *from, struct sk_buff_head *to)
{
	list_splice_tail_init(&from->list, &to->list);
	WRITE_ONCE(to->qlen, to->qlen + from->qlen);
	WRITE_ONCE(from->qlen, 0);
}

/* ---- memory ---- */

/* What kmalloc() really takes for it. */
static unsigned int kmalloc_size(unsigned int len)
{
	return len <= 192 ? 192 : 1u << kmalloc_index(len);
}

static bool alloc_head(struct sk_buff *skb, unsigned int len, gfp_t gfp)
{
	skb->head = kmalloc(len, gfp);
	skb->truesize += kmalloc_size(len);
	return skb->head;
}

static bool alloc_frags(struct sk_buff *skb, unsigned int len, gfp_t gfp)
{
	unsigned int nr = (unsigned int)DIV_ROUND_UP((size_t)len, PAGE_SIZE);

	skb->frags = skb->frag_pages;
	if (nr > SKB_FRAGS) {
		skb->frags = kvmalloc_array(nr, sizeof(*skb->frags), gfp);
		if (!skb->frags)
			return false;
	}
	skb->truesize += nr * PAGE_SIZE;
	while (skb->nr_frags < nr) {
		struct page *page = alloc_page(gfp);

		if (!page)
			return false;
		skb->frags[skb->nr_frags++] = page;
	}
	return true;
}

struct sk_buff *alloc_skb(unsigned int len, gfp_t gfp)
{
	struct sk_buff *skb;
	bool ok = true;

	if (unlikely(len > SKB_MAX_LEN))
		return NULL;
	skb = kmem_cache_alloc(skbuff_cache, gfp);
	if (unlikely(!skb))
		return NULL;
	skb->sk = NULL;
	skb->len = len;
	skb->truesize = sizeof(*skb);
	skb->cb = (struct unix_skb_parms){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
	skb->head = NULL;
	skb->frags = NULL;
	skb->nr_frags = 0;
	if (likely(len <= SKB_INLINE))
		skb->head = skb->data;
	else if (len <= PAGE_SIZE)
		ok = alloc_head(skb, len, gfp);
	else
		ok = alloc_frags(skb, len, gfp);
	if (likely(ok))
		return skb;
	kfree_skb(skb);
	return NULL;
}

static void free_frags(struct sk_buff *skb)
{
	for (unsigned int i = 0; i < skb->nr_frags; i++)
		put_page(skb->frags[i]);
	if (skb->frags != skb->frag_pages)
		kvfree(skb->frags);
}

void kfree_skb(struct sk_buff *skb)
{
	if (unlikely(UNIXCB(skb).pid || UNIXCB(skb).fp))
		unix_destruct_scm(skb);
	if (skb->frags)
		free_frags(skb);
	else if (skb->head != skb->data)
		kfree(skb->head);
	if (likely(skb->sk))
		sock_wfree(skb);
	kmem_cache_free(skbuff_cache, skb);
}

void __skb_queue_purge(struct sk_buff_head *queue)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(queue)))
		kfree_skb(skb);
}

/* ---- copying ---- */

int skb_copy_datagram_from_iter(struct sk_buff *skb, struct iov_iter *from)
{
	unsigned int left = skb->len;

	if (likely(skb->head))
		return copy_from_iter(skb->head, left, from) == left ? 0 : -EFAULT;
	for (unsigned int i = 0; left; i++) {
		unsigned int bytes = (unsigned int)min_t(size_t, left, PAGE_SIZE);

		if (copy_page_from_iter(skb->frags[i], 0, bytes, from) != bytes)
			return -EFAULT;
		left -= bytes;
	}
	return 0;
}

static int copy_frags_to_iter(const struct sk_buff *skb, unsigned int offset, struct iov_iter *to,
			      unsigned int bytes)
{
	unsigned int done = 0;

	while (done < bytes) {
		unsigned int start = offset + done;
		unsigned int in_page = start & (unsigned int)(PAGE_SIZE - 1);
		unsigned int want = (unsigned int)min_t(size_t, bytes - done, PAGE_SIZE - in_page);
		size_t got = copy_page_to_iter(skb->frags[start >> PAGE_SHIFT], in_page, want, to);

		done += (unsigned int)got;
		if (got != want) {
			iov_iter_revert(to, done);
			return -EFAULT;
		}
	}
	return 0;
}

int skb_copy_datagram_iter(const struct sk_buff *skb, unsigned int offset, struct iov_iter *to,
			   unsigned int bytes)
{
	ASSERT(offset + bytes <= skb->len);
	if (likely(skb->head))
		return copy_to_iter_full(skb->head + offset, bytes, to) ? 0 : -EFAULT;
	return copy_frags_to_iter(skb, offset, to, bytes);
}

static int skb_init(void)
{
	skbuff_cache = KMEM_CACHE(sk_buff, SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT);
	return 0;
}
core_initcall(skb_init);
