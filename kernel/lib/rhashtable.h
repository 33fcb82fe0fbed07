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
#include "kernel/lib/types.h"

struct bucket_table;

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

struct rhashtable {
	struct bucket_table *tbl; /* published by RCU */
	unsigned int nelems;
	struct rhashtable_params p;
};

/* 0 or -ENOMEM, -EINVAL. */
int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params);
/* The object with this key, or NULL. Inside rcu_read_lock(). */
void *rhashtable_lookup_fast(struct rhashtable *ht, const void *key);
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

#endif
