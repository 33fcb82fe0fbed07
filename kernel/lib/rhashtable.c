// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resizable hash tables.
 *
 * Idea: an object has two links, and a table says which of them its chains use. To resize, a second
 * table is built through the other links while readers still walk the first; one store publishes
 * it. So readers need no lock, and whoever changes the table need not wait for them.
 *
 *	tbl ──▶ table, link 0:  [0]─▶ a ─▶ c      [1]─▶ b
 *	          becomes
 *	tbl ──▶ table, link 1:  [0]─▶ a  [1]─▶ b  [2]─▶ c  [3]
 *
 * Rules:
 *  1. A table of today uses one of the two links, the one before it the other. When the table is
 *     replaced again soon, a reader of the one before is led through chains that are being built
 *     for the next. It may then miss an object; so a reader who finds nothing looks whether its
 *     table is still today's, and else searches again. What it finds is right in any case.
 *  2. Changes go to the table of today only. An old reader may thus still see a removed object,
 *     which its owner frees after a grace period, or miss a new one, as if it had come earlier.
 * Locking: the caller's for changes. Tests: tests/unit/test_rhashtable.c.
 */
#include "kernel/lib/rhashtable.h"
#include "kernel/lib/alloc.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"

#define MIN_SIZE 16u

static struct bucket_table *alloc_table(unsigned int size, unsigned int link, gfp_t gfp)
{
	size_t bytes = sizeof(struct bucket_table) + size * sizeof(struct rhash_head *);
	struct bucket_table *tbl = kvmalloc(bytes, gfp);

	if (!tbl)
		return NULL;
	memset(tbl, 0, bytes);
	tbl->size = size;
	tbl->link = link;
	return tbl;
}

static const void *key_of(const struct rhashtable *ht, const struct rhash_head *head)
{
	return rht_key(&ht->p, head);
}

static struct rhash_head **bucket_for(const struct rhashtable *ht, struct bucket_table *tbl,
				      const void *key)
{
	return rht_bucket(&ht->p, tbl, key);
}

static unsigned int min_size(const struct rhashtable *ht)
{
	return ht->p.min_size ? (unsigned int)roundup_pow_of_two(ht->p.min_size) : MIN_SIZE;
}

int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params)
{
	if (!params->key_len)
		return -EINVAL;
	ht->p = *params;
	ht->nelems = 0;
	ht->tbl = alloc_table(min_size(ht), 0, ht->p.insert_gfp);
	return ht->tbl ? 0 : -ENOMEM;
}

static void link_in(const struct rhashtable *ht, struct bucket_table *tbl, struct rhash_head *head)
{
	struct rhash_head **bucket = bucket_for(ht, tbl, key_of(ht, head));

	WRITE_ONCE(head->next[tbl->link], *bucket);
	__atomic_store_n(bucket, head, __ATOMIC_RELEASE);
}

/* The old table's readers are gone. */
static void free_table(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct bucket_table, rcu));
}

/* To another size, if memory is there; else another time. */
static void resize(struct rhashtable *ht, unsigned int size, gfp_t gfp)
{
	struct bucket_table *old = ht->tbl, *new = alloc_table(size, !old->link, gfp);
	struct rhash_head *head;
	unsigned int i;

	if (!new)
		return;
	/* Old has long been published when links of the table before it change. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (i = 0; i < old->size; i++) {
		for (head = old->buckets[i]; head; head = head->next[old->link])
			link_in(ht, new, head);
	}
	__atomic_store_n(&ht->tbl, new, __ATOMIC_RELEASE);
	call_rcu(&old->rcu, free_table);
}

void rhashtable_insert_fast(struct rhashtable *ht, struct rhash_head *obj)
{
	link_in(ht, ht->tbl, obj);
	ht->nelems++;
	if (ht->nelems > ht->tbl->size / 4 * 3)
		resize(ht, (unsigned int)roundup_pow_of_two(ht->nelems * 2), ht->p.insert_gfp);
}

int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *obj)
{
	if (rhashtable_lookup_fast(ht, key_of(ht, obj), ht->p))
		return -EEXIST;
	rhashtable_insert_fast(ht, obj);
	return 0;
}

int rhashtable_remove_fast(struct rhashtable *ht, struct rhash_head *obj)
{
	struct bucket_table *tbl = ht->tbl;
	struct rhash_head **link = bucket_for(ht, tbl, key_of(ht, obj));

	while (*link && *link != obj)
		link = &(*link)->next[tbl->link];
	if (!*link)
		return -ENOENT;
	WRITE_ONCE(*link, obj->next[tbl->link]);
	ht->nelems--;
	if (ht->p.automatic_shrinking && tbl->size > min_size(ht) &&
	    ht->nelems < tbl->size / 10 * 3)
		resize(ht, tbl->size / 2, 0);
	return 0;
}

void rhashtable_for_each(struct rhashtable *ht, void (*fn)(void *obj, void *arg), void *arg)
{
	struct bucket_table *tbl = READ_ONCE(ht->tbl);
	struct rhash_head *head, *next;
	unsigned int i;

	for (i = 0; i < tbl->size; i++) {
		for (head = READ_ONCE(tbl->buckets[i]); head; head = next) {
			next = READ_ONCE(head->next[tbl->link]);
			fn(rht_object(&ht->p, head), arg);
		}
	}
}

void rhashtable_free_and_destroy(struct rhashtable *ht, void (*free_fn)(void *obj, void *arg),
				 void *arg)
{
	if (free_fn)
		rhashtable_for_each(ht, free_fn, arg);
	kvfree(ht->tbl);
	ht->tbl = NULL;
	ht->nelems = 0;
}
