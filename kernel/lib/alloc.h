/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernel/lib needs of memory management and of RCU, which stand above it. Implemented in
 * mm/slab.c and kernel/locking/rcu.c; the host tests supply their own.
 */
#ifndef CONDUIT_LIB_ALLOC_H
#define CONDUIT_LIB_ALLOC_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

struct kmem_cache;
struct rcu_head;

void *__kmalloc(size_t size, gfp_t gfp) __must_check;
void *kvmalloc(size_t size, gfp_t gfp) __must_check;
void kfree(const void *p);
void kvfree(const void *p);
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *));
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp) __must_check;
void kmem_cache_free(struct kmem_cache *cache, void *object);

/* Calls func(head) when all readers of today have left their read-side sections. */
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *));

#endif
