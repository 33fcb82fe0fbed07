/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table that grows and shrinks with its content and can be searched beside changes.
 *
 * Locking: the caller serialises changes (insert, remove, destroy) with a lock of its own; look-ups
 * need only rcu_read_lock(). A removed object is freed after a grace period.
 * Keys are key_len bytes at key_offset of the object.
 * Linux: include/linux/rhashtable.h (which has a lock per bucket and resizes in a worker).
 */
#ifndef CONDUIT_LIB_RHASHTABLE_H
#define CONDUIT_LIB_RHASHTABLE_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/alloc.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"
#include "kernel/lib/types.h"

/* In the object. One link for the table of today, one for the next: see rhashtable.c. */
struct rhash_head {
	struct rhash_head *next[2];
};

struct rhashtable_params {
	u16 key_len, key_offset, head_offset; /* bytes */
	u16 min_size;                         /* buckets; 0: the usual */
	bool automatic_shrinking;
	gfp_t insert_gfp; /* for growing when something is inserted; 0: may not sleep */
};

struct bucket_table {
	unsigned int size; /* a power of two */
	unsigned int link; /* which of rhash_head.next */
	struct rcu_head rcu;
	struct rhash_head *buckets[]; /* size */
};

struct rhashtable {
	struct bucket_table *tbl; /* published by RCU */
	unsigned int nelems;
	struct rhashtable_params p;
};

/* 0 or -ENOMEM, -EINVAL. */
int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params);
/* Without a look whether the key is there already. */
void rhashtable_insert_fast(struct rhashtable *ht, struct rhash_head *obj);
/* 0, or -EEXIST when an object has that key. */
int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *obj);
/* 0, or -ENOENT when it is not in the table. */
int rhashtable_remove_fast(struct rhashtable *ht, struct rhash_head *obj);
/* Every object, in no order; fn may not change the table. */
void rhashtable_for_each(struct rhashtable *ht, void (*fn)(void *obj, void *arg), void *arg);
/*
 * Nobody uses it any more: free_fn (may be NULL) gets each object.
 */
void rhashtable_free_and_destroy(struct rhashtable *ht, void (*free_fn)(void *obj, void *arg),
				 void *arg);

static inline void rhashtable_destroy(struct rhashtable *ht)
{
	rhashtable_free_and_destroy(ht, NULL, NULL);
}

static inline unsigned int rhashtable_count(const struct rhashtable *ht)
{
	return READ_ONCE(ht->nelems);
}

static inline void *rht_object(const struct rhashtable_params *p, const struct rhash_head *head)
{
	return (char *)head - p->head_offset;
}

static inline const void *rht_key(const struct rhashtable_params *p, const struct rhash_head *head)
{
	return (char *)head - p->head_offset + p->key_offset;
}

/* Most keys are a number of 32 bits: for them neither a call nor a loop. */
static inline struct rhash_head **rht_bucket(const struct rhashtable_params *p,
					     struct bucket_table *tbl, const void *key)
{
	u32 hash = p->key_len == sizeof(u32) ? jhash_1word(*(const u32 *)key, 0) :
					       hash_bytes(key, p->key_len, 0);

	return &tbl->buckets[hash & (tbl->size - 1)];
}

static inline bool rht_has_key(const struct rhashtable_params *p, const struct rhash_head *head,
			       const void *key)
{
	if (p->key_len == sizeof(u32))
		return *(const u32 *)rht_key(p, head) == *(const u32 *)key;
	return !memcmp(rht_key(p, head), key, p->key_len);
}

/*
 * The object with this key, or NULL. Inside rcu_read_lock(). Here, and with the table's parameters
 * as a constant, so that the compiler makes a loop for just this kind of key.
 */
static __always_inline void *rhashtable_lookup_fast(struct rhashtable *ht, const void *key,
						    const struct rhashtable_params params)
{
	struct bucket_table *tbl = READ_ONCE(ht->tbl), *searched;
	struct rhash_head *head;

	do {
		searched = tbl;
		for (head = READ_ONCE(*rht_bucket(&params, tbl, key)); head;
		     head = READ_ONCE(head->next[tbl->link])) {
			if (rht_has_key(&params, head, key))
				return rht_object(&params, head);
		}
		/* Rule 1 of rhashtable.c. Behind resize()'s fence: who met a link of its sees the table before it. */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		tbl = READ_ONCE(ht->tbl);
	} while (tbl != searched);
	return NULL;
}

#endif
