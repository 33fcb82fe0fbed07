// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resizable hash tables.
 *
 * Idea: an object has two links, and a table says which of them its chains use. To resize, a second
 * table is built through the other links while readers still walk the first; one store publishes
 * it. Nobody ever sees a half-moved chain, so readers need no retry and no lock.
 *
 *	tbl ──▶ table, link 0:  [0]─▶ a ─▶ c      [1]─▶ b
 *	          becomes
 *	tbl ──▶ table, link 1:  [0]─▶ a  [1]─▶ b  [2]─▶ c  [3]
 *
 * Rules:
 *  1. The links of an old table stay as they are until its readers are gone (a grace period);
 *     only then is resizing 0 again and may the other links be used for another table.
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

struct bucket_table {
	unsigned int size; /* a power of two */
	unsigned int link; /* which of rhash_head.next */
	struct rcu_head rcu;
	struct rhashtable *ht;        /* to end its resizing */
	struct rhash_head *buckets[]; /* size */
};

static struct bucket_table *alloc_table(struct rhashtable *ht, unsigned int size, unsigned int link)
{
	size_t bytes = sizeof(struct bucket_table) + size * sizeof(struct rhash_head *);
	struct bucket_table *tbl = kvmalloc(bytes, 0);

	if (!tbl)
		return NULL;
	memset(tbl, 0, bytes);
	tbl->size = size;
	tbl->link = link;
	tbl->ht = ht;
	return tbl;
}

static void *object_of(const struct rhashtable *ht, const struct rhash_head *head)
{
	return (char *)head - ht->p.head_offset;
}

static const void *key_of(const struct rhashtable *ht, const struct rhash_head *head)
{
	return (char *)object_of(ht, head) + ht->p.key_offset;
}

static struct rhash_head **bucket_for(const struct rhashtable *ht, struct bucket_table *tbl,
				      const void *key)
{
	return &tbl->buckets[hash_bytes(key, ht->p.key_len, 0) & (tbl->size - 1)];
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
	ht->resizing = 0;
	ht->tbl = alloc_table(ht, min_size(ht), 0);
	return ht->tbl ? 0 : -ENOMEM;
}

void *rhashtable_lookup_fast(struct rhashtable *ht, const void *key)
{
	struct bucket_table *tbl = READ_ONCE(ht->tbl);
	struct rhash_head *head;

	for (head = READ_ONCE(*bucket_for(ht, tbl, key)); head;
	     head = READ_ONCE(head->next[tbl->link])) {
		if (!memcmp(key_of(ht, head), key, ht->p.key_len))
			return object_of(ht, head);
	}
	return NULL;
}

static void link_in(const struct rhashtable *ht, struct bucket_table *tbl, struct rhash_head *head)
{
	struct rhash_head **bucket = bucket_for(ht, tbl, key_of(ht, head));

	head->next[tbl->link] = *bucket;
	__atomic_store_n(bucket, head, __ATOMIC_RELEASE);
}

/* The old table's readers are gone. */
static void retire_table(struct rcu_head *rcu)
{
	struct bucket_table *tbl = container_of(rcu, struct bucket_table, rcu);

	__atomic_store_n(&tbl->ht->resizing, 0, __ATOMIC_RELEASE);
	kvfree(tbl);
}

/* To another size, if memory is there and rule 1 allows it; else another time. */
static void resize(struct rhashtable *ht, unsigned int size)
{
	struct bucket_table *old = ht->tbl, *new;
	struct rhash_head *head;
	unsigned int i;

	if (__atomic_load_n(&ht->resizing, __ATOMIC_ACQUIRE))
		return;
	new = alloc_table(ht, size, !old->link);
	if (!new)
		return;
	ht->resizing = 1;
	for (i = 0; i < old->size; i++) {
		for (head = old->buckets[i]; head; head = head->next[old->link])
			link_in(ht, new, head);
	}
	__atomic_store_n(&ht->tbl, new, __ATOMIC_RELEASE);
	call_rcu(&old->rcu, retire_table);
}

void rhashtable_insert_fast(struct rhashtable *ht, struct rhash_head *obj)
{
	link_in(ht, ht->tbl, obj);
	ht->nelems++;
	if (ht->nelems > ht->tbl->size / 4 * 3)
		resize(ht,
		       (unsigned int)roundup_pow_of_two(ht->nelems * 2)); /* may have had to wait */
}

int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *obj)
{
	if (rhashtable_lookup_fast(ht, key_of(ht, obj)))
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
		resize(ht, tbl->size / 2);
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
			fn(object_of(ht, head), arg);
		}
	}
}

void rhashtable_free_and_destroy(struct rhashtable *ht, void (*free_fn)(void *obj, void *arg),
				 void *arg)
{
	if (free_fn)
		rhashtable_for_each(ht, free_fn, arg);
	ASSERT(!ht->resizing);
	kvfree(ht->tbl);
	ht->tbl = NULL;
	ht->nelems = 0;
}
