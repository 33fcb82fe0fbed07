/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory in pieces: caches of equal objects, and kmalloc() on top of them.
 * Every function that takes gfp without __GFP_RECLAIM may be called from interrupts; so may every
 * function that frees. Implemented in mm/slab.c, the string helpers in mm/util.c.
 * Linux: include/linux/slab.h.
 */
#ifndef CONDUIT_MM_SLAB_H
#define CONDUIT_MM_SLAB_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/err.h"
#include "mm/gfp.h"

struct kmem_cache;
struct seq_file;

#define SLAB_HWCACHE_ALIGN 0x01u /* start objects on a cache line */
#define SLAB_PANIC         0x02u /* creation must not fail */
#define SLAB_TYPESAFE_BY_RCU                                                                       \
	0x04u                 /* slab pages go back only after a grace period: an object may
				      be reused at once, but is always an object of this cache */
#define SLAB_ACCOUNT    0x08u /* objects are made for user space */
#define SLAB_POISON     0x10u /* DEBUG */
#define SLAB_RED_ZONE   0x20u /* DEBUG */
#define SLAB_STORE_USER 0x40u /* DEBUG: remember who allocated and freed */

/*
 * The constructor runs once for each object when its slab is made, not at each allocation; objects
 * must be freed in constructed state. Returns NULL on failure unless SLAB_PANIC.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *));
/* All objects must have been freed. */
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp) __must_check;
void kmem_cache_free(struct kmem_cache *cache, void *object);
size_t kmem_cache_size(struct kmem_cache *cache);

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

#define KMEM_CACHE(__struct, __flags)                                                              \
	kmem_cache_create(#__struct, sizeof(struct __struct), __alignof__(struct __struct),        \
			  (__flags), NULL)

/* Object sizes of kmalloc(): 8 … 8192 and 96, 192; more comes in whole pages. */
#define KMALLOC_MAX_CACHE_SIZE 8192ul
#define KMALLOC_MAX_SIZE       (PAGE_SIZE << (MAX_ORDER - 1))
#define KMALLOC_MIN_SIZE       8
#define NR_KMALLOC_CACHES      14
#define ZERO_SIZE_PTR          ((void *)16)
#define ZERO_OR_NULL_PTR(x)    ((unsigned long)(x) <= 16)

extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_CACHES];

/* Which cache serves a size in 1 … KMALLOC_MAX_CACHE_SIZE: 0 = 96, 1 = 192, n = 2^n bytes. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= 8)
		return 3;
	if (size > 64 && size <= 96)
		return 0;
	if (size > 128 && size <= 192)
		return 1;
	return 64 - __builtin_clzl(size - 1);
}

void *__kmalloc(size_t size, gfp_t gfp) __must_check;

/*
 * size bytes, aligned to 16 (to 64 when size is a multiple of 64). NULL on failure. 0 bytes gives a
 * pointer that must not be used but may be freed.
 */
static __always_inline void *__must_check kmalloc(size_t size, gfp_t gfp)
{
#ifndef CONFIG_DEBUG /* there the exact size is remembered */
	if (__builtin_constant_p(size) && size && size <= KMALLOC_MAX_CACHE_SIZE)
		return kmem_cache_alloc(kmalloc_caches[kmalloc_index(size)], gfp);
#endif
	return __kmalloc(size, gfp);
}

static inline void *__must_check kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

static inline void *__must_check kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return __kmalloc(bytes, gfp);
}

static inline void *__must_check kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

void *krealloc(const void *p, size_t new_size, gfp_t gfp) __must_check;
/* NULL is allowed. */
void kfree(const void *p);
/* Clears it first. */
void kfree_sensitive(const void *p);
/* What is really there behind p. */
size_t ksize(const void *p);

/* kmalloc(), or vmalloc() when it is large: freed with kvfree(). May sleep. */
void *kvmalloc(size_t size, gfp_t gfp) __must_check;
void kvfree(const void *p);

static inline void *__must_check kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *__must_check kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kvmalloc(bytes, gfp);
}

static inline void *__must_check kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

/* Copies in fresh memory: mm/util.c. NULL when out of memory. */
char *kstrdup(const char *s, gfp_t gfp) __must_check;
char *kstrndup(const char *s, size_t max, gfp_t gfp) __must_check;
void *kmemdup(const void *src, size_t len, gfp_t gfp) __must_check;
void *kmemdup_nul(const char *s, size_t len, gfp_t gfp) __must_check;
char *kasprintf(gfp_t gfp, const char *fmt, ...) __must_check __attribute__((format(printf, 2, 3)));
/* From user space: ERR_PTR(-ENOMEM), (-EFAULT), for strings also (-EINVAL) when longer than n. */
void *memdup_user(const void __user *src, size_t len) __must_check;
void *memdup_user_nul(const void __user *src, size_t len) __must_check;
char *strndup_user(const char __user *s, long n) __must_check;

/* Called by mem_init(): from here on everything above works. */
void kmem_cache_init(void);
/* Short of memory: gives slabs without objects in use back to the page allocator. Sleeps. */
void kmem_cache_shrink_all(void);

#ifdef CONFIG_DEBUG
/* Has anybody written to an object that is free? Reports it. Other CPUs stand still. Sleeps. */
void kmem_cache_check_all(void);
/* Each object of the cache that is in use. Nothing else moves: power-off. */
void kmem_cache_walk(struct kmem_cache *cache, void (*fn)(void *object));
#endif

/* One line of /proc/slabinfo. */
struct slabinfo {
	const char *name;
	unsigned long active_objs, num_objs, active_slabs, num_slabs;
	unsigned int object_size, objects_per_slab, pages_per_slab;
};

/* The index-th cache, false behind the last. */
bool slabinfo_get(unsigned int index, struct slabinfo *info);

#endif
