/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of slab caches, and the checks of DEBUG builds (mm/slab_debug.c), which cost nothing
 * in others.
 */
#ifndef CONDUIT_MM_SLAB_INTERNAL_H
#define CONDUIT_MM_SLAB_INTERNAL_H

#include "mm/slab.h"

/* Free objects at hand for one CPU: a stack. Interrupts off. */
struct array_cache {
	unsigned int avail;
	void *entry[];
};

/*
 * [I] never changes, [L] lock, [S] slab_mutex, [C] the CPU itself with interrupts off.
 */
struct kmem_cache {
	const char *name;         /* [I] */
	unsigned int object_size; /* [I] what the user asked for */
	unsigned int size;        /* [I] from one object to the next */
	unsigned int offset;      /* [I] of the free-list pointer in a free object */
	unsigned int lead;        /* [I] DEBUG: bytes before the object */
	unsigned int flags;       /* [I] SLAB_* */
	unsigned int order;       /* [I] pages of a slab: 2^order */
	unsigned int objects;     /* [I] in such a slab */
	unsigned int limit;       /* [I] entries of an array_cache, 0: none are used */
	void (*ctor)(void *);     /* [I] */
	spinlock_t lock;
	struct list_head partial;               /* [L] slabs with free objects, by page->lru */
	struct list_head full;                  /* [L] slabs without */
	unsigned long nr_slabs;                 /* [L] */
	unsigned long nr_empty;                 /* [L] slabs in partial with no object in use */
	struct list_head list;                  /* [S] in slab_caches */
	struct array_cache *cpu_cache[NR_CPUS]; /* [C] made at the CPU's first allocation */
};

#define SLAB_NO_CPU_CACHE 0x100u /* serves the caches themselves */

extern struct list_head slab_caches;

struct stack_record;

#ifdef CONFIG_DEBUG
/* Adds the room that the checks need to cache->size, ->offset, ->lead. */
void slab_debug_layout(struct kmem_cache *cache);
/* A new slab's object: free. */
void slab_debug_new(struct kmem_cache *cache, void *object);
void slab_debug_alloc(struct kmem_cache *cache, void *object, unsigned long caller);
/* False: the object must not be freed (a report was printed). */
bool slab_debug_free(struct kmem_cache *cache, void *object, unsigned long caller);

/* For mm/leak.c. 1 when addr points into an object of this slab that had no mark, which it gets. */
int slab_leak_mark(struct page *page, unsigned long addr);
/* Calls fn for each marked object that was not handed to it before. */
void slab_leak_walk(void (*fn)(struct kmem_cache *cache, void *object));
/* Calls fn for each allocated object without a mark; clears the marks. */
void slab_leak_report(void (*fn)(struct kmem_cache *cache, void *object,
				 const struct stack_record *who));
/* Power-off: is every free object's poison and every other's red zone intact? Nothing moves. */
void slab_debug_check_all(void);
/* The object serves a kmalloc() of so many bytes; and how many that were. */
void slab_debug_kmalloc(struct kmem_cache *cache, void *object, size_t size);
size_t slab_debug_size(struct kmem_cache *cache, void *object);
#else
static inline void slab_debug_layout(struct kmem_cache *cache)
{
}

static inline void slab_debug_new(struct kmem_cache *cache, void *object)
{
}

static inline void slab_debug_alloc(struct kmem_cache *cache, void *object, unsigned long caller)
{
}

static inline void slab_debug_kmalloc(struct kmem_cache *cache, void *object, size_t size)
{
}

static inline size_t slab_debug_size(struct kmem_cache *cache, void *object)
{
	return cache->object_size;
}

static inline bool slab_debug_free(struct kmem_cache *cache, void *object, unsigned long caller)
{
	return true;
}
#endif

#endif
