// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slab caches: equal objects cut out of pages.
 *
 * Idea: a slab is a block of pages full of objects of one cache; its free objects form a list that
 * starts in page->freelist and runs through the objects themselves. Each CPU keeps a small stack of
 * free objects per cache (array_cache), so that most calls touch neither lock nor slab; objects
 * move between stack and slabs in batches.
 *
 *	kmem_cache -> cpu_cache[n] -> [obj obj obj …]       this CPU's, last in first out
 *	           -> partial -> slab -> slab               some objects free
 *	           -> full    -> slab                       none free (an object on a CPU's stack
 *	                                                    counts as in use here)
 *	page->freelist -> free object -> free object -> NULL
 *
 * Rules: 1. page->inuse objects of a slab are not on its list; inuse == objects exactly when the
 *    slab is in full. 2. At most MAX_EMPTY slabs without objects in use are kept. 3. A cache with a
 *    constructor or SLAB_TYPESAFE_BY_RCU keeps the list pointer behind the object, so that a free
 *    object stays intact.
 * Locking: cache->lock (interrupts off) for slabs, outside zone.lock; a CPU's stack needs
 * interrupts off only; slab_mutex for the list of caches.
 * Sleeps: allocation with __GFP_RECLAIM when pages are needed; create, destroy and shrink.
 * Linux: mm/slub.c (the per-CPU stacks are those of its former mm/slab.c).
 * Start at: kmem_cache_alloc(), kmem_cache_free().
 */
#include "mm/slab_internal.h"
#include "mm/fault_inject.h"
#include "mm/internal.h"
#include "mm/gfp.h"
#include "mm/vmalloc.h"
#include "kernel/lib/list.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rcu.h"

#define MAX_EMPTY      2
#define MAX_SLAB_ORDER 3
#define CPU_CACHE_MAX  32 /* entries of a CPU's stack for small objects */

LIST_HEAD(slab_caches); /* [slab_mutex] */
static DEFINE_MUTEX(slab_mutex);

/* The caches behind the caches. */
static struct kmem_cache cache_of_caches;
static struct kmem_cache cache_of_arrays;

/* [index] as kmalloc_index() numbers them; index 2 does not exist. */
struct kmem_cache *kmalloc_caches[NR_KMALLOC_CACHES];

/* ---- slabs; cache->lock held where a slab is in a list ---- */

static void **free_pointer(const struct kmem_cache *cache, void *object)
{
	return (void **)((char *)object + cache->offset);
}

static void *slab_object(const struct kmem_cache *cache, struct page *page, unsigned int i)
{
	return (char *)page_address(page) + i * (size_t)cache->size + cache->lead;
}

static struct page *new_slab(struct kmem_cache *cache, gfp_t gfp)
{
	unsigned int order = cache->order;
	gfp_t page_gfp = (gfp & ~__GFP_ZERO) | __GFP_COMP;
	struct page *page;
	void *next = NULL;

	if (cache->flags & SLAB_ACCOUNT)
		page_gfp |= __GFP_ACCOUNT;
	page = __alloc_pages(order ? page_gfp & ~__GFP_RECLAIM : page_gfp, order);
	if (!page && order) { /* not in one piece: as small as one object allows */
		order = get_order(cache->size);
		page = __alloc_pages(page_gfp, order);
	}
	if (!page)
		return NULL;
	page->slab_cache = cache;
	page->objects = (PAGE_SIZE << order) / cache->size;
	page->inuse = 0;
	page->private = order;
	__SetPageSlab(page);
	for (int i = page->objects - 1; i >= 0; i--) {
		void *object = slab_object(cache, page, i);

		if (cache->ctor)
			cache->ctor(object);
		slab_debug_new(cache, object);
		*free_pointer(cache, object) = next;
		next = object;
	}
	page->freelist = next;
	mod_node_page_state(NR_SLAB, 1l << order);
	return page;
}

static void free_slab(struct page *page)
{
	unsigned int order = page->private;

	mod_node_page_state(NR_SLAB, -(1l << order));
	__ClearPageSlab(page);
	page->slab_cache = NULL;
	__free_pages(page, order);
}

static void free_slab_rcu(struct rcu_head *head)
{
	free_slab(container_of(head, struct page, rcu_head));
}

/* An empty slab, in no list. */
static void discard_slab(struct kmem_cache *cache, struct page *page)
{
	cache->nr_slabs--;
	if (cache->flags & SLAB_TYPESAFE_BY_RCU)
		call_rcu(&page->rcu_head, free_slab_rcu);
	else
		free_slab(page);
}

static void *slab_take(struct kmem_cache *cache, struct page *page)
{
	void *object = page->freelist;

	ASSERT(object && page->inuse < page->objects); /* rule 1 */
	page->freelist = *free_pointer(cache, object);
	if (page->inuse++ == 0)
		cache->nr_empty--;
	if (page->inuse == page->objects)
		list_move(&page->lru, &cache->full);
	return object;
}

static void slab_put(struct kmem_cache *cache, void *object)
{
	struct page *page = virt_to_head_page(object);

	*free_pointer(cache, object) = page->freelist;
	page->freelist = object;
	if (page->inuse == page->objects)
		list_move(&page->lru, &cache->partial);
	if (--page->inuse)
		return;
	if (cache->nr_empty >= MAX_EMPTY) {
		list_del(&page->lru);
		discard_slab(cache, page);
	} else {
		cache->nr_empty++;
		list_move_tail(&page->lru, &cache->partial);
	}
}

/* ---- the CPUs' stacks ---- */

/* Makes this CPU's stack; without memory the cache works without one. */
static void make_cpu_cache(struct kmem_cache *cache, gfp_t gfp)
{
	struct array_cache *array;
	unsigned long flags;

	if (!cache->limit)
		return;
	array = kmem_cache_alloc(&cache_of_arrays, gfp & ~(__GFP_ZERO | __GFP_RECLAIM));
	if (!array)
		return;
	array->avail = 0;
	local_irq_save(flags);
	if (!cache->cpu_cache[smp_processor_id()]) {
		cache->cpu_cache[smp_processor_id()] = array;
		array = NULL;
	}
	local_irq_restore(flags);
	if (unlikely(array))
		kmem_cache_free(&cache_of_arrays, array);
}

/* This CPU's stack is empty: one object for the caller, some more for the stack. */
static void *alloc_slow(struct kmem_cache *cache, gfp_t gfp)
{
	struct array_cache *array;
	unsigned long flags;
	void *object;

	if (unlikely(!cache->cpu_cache[smp_processor_id()]))
		make_cpu_cache(cache, gfp);
	spin_lock_irqsave(&cache->lock, flags);
	while (list_empty(&cache->partial)) {
		struct page *page;

		spin_unlock_irqrestore(&cache->lock, flags);
		page = new_slab(cache, gfp);
		if (!page)
			return NULL;
		spin_lock_irqsave(&cache->lock, flags);
		list_add(&page->lru, &cache->partial);
		cache->nr_slabs++;
		cache->nr_empty++;
	}
	object = slab_take(cache, list_first_entry(&cache->partial, struct page, lru));
	array = cache->cpu_cache[smp_processor_id()];
	if (array) {
		unsigned int want = cache->limit / 2;

		while (array->avail < want && !list_empty(&cache->partial))
			array->entry[array->avail++] = slab_take(
				cache, list_first_entry(&cache->partial, struct page, lru));
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	return object;
}

/* Interrupts off. The nr objects at the bottom of the stack go back to their slabs. */
static void flush_cpu_cache(struct kmem_cache *cache, struct array_cache *array, unsigned int nr)
{
	spin_lock(&cache->lock);
	for (unsigned int i = 0; i < nr; i++)
		slab_put(cache, array->entry[i]);
	spin_unlock(&cache->lock);
	array->avail -= nr;
	memmove(array->entry, array->entry + nr, array->avail * sizeof(array->entry[0]));
}

static void free_slow(struct kmem_cache *cache, void *object)
{
	spin_lock(&cache->lock);
	slab_put(cache, object);
	spin_unlock(&cache->lock);
}

/* ---- objects ---- */

static __always_inline void *slab_alloc(struct kmem_cache *cache, gfp_t gfp, unsigned long caller)
{
	struct array_cache *array;
	unsigned long flags;
	void *object;

	if (should_fail(FAIL_SLAB, gfp, cache->object_size))
		return NULL;
	local_irq_save(flags);
	array = cache->cpu_cache[smp_processor_id()];
	if (likely(array && array->avail)) {
		object = array->entry[--array->avail];
		local_irq_restore(flags);
	} else {
		local_irq_restore(flags);
		object = alloc_slow(cache, gfp);
		if (unlikely(!object))
			return NULL;
	}
	slab_debug_alloc(cache, object, caller);
	if (gfp & __GFP_ZERO)
		memset(object, 0, cache->object_size);
	return object;
}

static __always_inline void slab_free(struct kmem_cache *cache, void *object, unsigned long caller)
{
	struct array_cache *array;
	unsigned long flags;

	if (!slab_debug_free(cache, object, caller))
		return;
	local_irq_save(flags);
	array = cache->cpu_cache[smp_processor_id()];
	if (unlikely(!array)) {
		free_slow(cache, object);
	} else {
		if (unlikely(array->avail == cache->limit))
			flush_cpu_cache(cache, array, (cache->limit + 1) / 2);
		array->entry[array->avail++] = object;
	}
	local_irq_restore(flags);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(cache, gfp, (unsigned long)__builtin_return_address(0));
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	ASSERT(virt_to_head_page(object)->slab_cache == cache);
	slab_free(cache, object, (unsigned long)__builtin_return_address(0));
}

size_t kmem_cache_size(struct kmem_cache *cache)
{
	return cache->object_size;
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	struct kmem_cache *cache;
	void *object;

	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return size > KMALLOC_MAX_SIZE ?
			       NULL :
			       (void *)__get_free_pages(gfp | __GFP_COMP, get_order(size));
	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	cache = kmalloc_caches[kmalloc_index(size)];
	object = slab_alloc(cache, gfp, (unsigned long)__builtin_return_address(0));
	if (object)
		slab_debug_kmalloc(cache, object, size);
	return object;
}

void kfree(const void *p)
{
	struct page *page;

	if (unlikely(ZERO_OR_NULL_PTR(p)))
		return;
	page = virt_to_head_page(p);
	if (likely(PageSlab(page)))
		slab_free(page->slab_cache, (void *)p, (unsigned long)__builtin_return_address(0));
	else
		put_page(page);
}

size_t ksize(const void *p)
{
	struct page *page;

	if (ZERO_OR_NULL_PTR(p))
		return 0;
	page = virt_to_head_page(p);
	return PageSlab(page) ? slab_debug_size(page->slab_cache, (void *)p) :
				PAGE_SIZE << compound_order(page);
}

void *krealloc(const void *p, size_t new_size, gfp_t gfp)
{
	size_t old_size = ksize(p);
	void *new;

	if (!new_size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (!ZERO_OR_NULL_PTR(p) && new_size <= old_size)
		return (void *)p;
	new = __kmalloc(new_size, gfp);
	if (new) {
		memcpy(new, p, old_size);
		kfree(p);
	}
	return new;
}

void kfree_sensitive(const void *p)
{
	if (!ZERO_OR_NULL_PTR(p))
		memset((void *)p, 0, ksize(p));
	kfree(p);
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	void *p = NULL;
	bool may_sleep = gfp & __GFP_RECLAIM; /* vmalloc() does */

	if (size <= 4 * KMALLOC_MAX_CACHE_SIZE || !may_sleep)
		p = __kmalloc(size, size > PAGE_SIZE ? gfp | __GFP_NORETRY : gfp);
	if (!p && size > PAGE_SIZE && may_sleep)
		p = gfp & __GFP_ZERO ? vzalloc(size) : vmalloc(size);
	return p;
}

void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}

/* ---- caches ---- */

/* Slabs large enough that they hold 8 objects or waste at most an eighth, up to MAX_SLAB_ORDER. */
static unsigned int slab_order(unsigned int size)
{
	unsigned int order = get_order(size);

	while (order < MAX_SLAB_ORDER) {
		size_t slab = PAGE_SIZE << order;

		if (slab / size >= 8 || (slab / size >= 4 && slab % size <= slab / 8))
			break;
		order++;
	}
	return order;
}

static void cache_setup(struct kmem_cache *cache, const char *name, size_t size, size_t align,
			unsigned int flags, void (*ctor)(void *))
{
	if (flags & SLAB_HWCACHE_ALIGN)
		align = max(align, size >= 64 ? (size_t)64 : (size_t)16);
	align = max(align, sizeof(void *));
	cache->name = name;
	cache->object_size = size;
	cache->flags = flags;
	cache->ctor = ctor;
	cache->size = ALIGN(size, sizeof(void *));
	if (ctor || (flags & SLAB_TYPESAFE_BY_RCU)) { /* rule 3 */
		cache->offset = cache->size;
		cache->size += sizeof(void *);
	}
	slab_debug_layout(cache);
	cache->lead = ALIGN(cache->lead, align);
	cache->size = ALIGN(cache->lead + cache->size, align);
	cache->order = slab_order(cache->size);
	cache->objects = (PAGE_SIZE << cache->order) / cache->size;
	if (!(flags & SLAB_NO_CPU_CACHE))
		cache->limit = size <= 512 ? CPU_CACHE_MAX : size <= PAGE_SIZE ? 8 : 4;
	spin_lock_init(&cache->lock);
	INIT_LIST_HEAD(&cache->partial);
	INIT_LIST_HEAD(&cache->full);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = kmem_cache_zalloc(&cache_of_caches, GFP_KERNEL);

	if (!cache) {
		if (flags & SLAB_PANIC)
			panic("no memory for the cache %s", name);
		return NULL;
	}
	cache_setup(cache, name, size, align, flags, ctor);
	mutex_lock(&slab_mutex);
	list_add_tail(&cache->list, &slab_caches);
	mutex_unlock(&slab_mutex);
	return cache;
}

/* This CPU's stack and all empty slabs are given back. */
static void cache_shrink(struct kmem_cache *cache)
{
	struct array_cache *array;
	struct page *page, *next;
	unsigned long flags;

	local_irq_save(flags);
	array = cache->cpu_cache[smp_processor_id()];
	if (array)
		flush_cpu_cache(cache, array, array->avail);
	spin_lock(&cache->lock);
	list_for_each_entry_safe (page, next, &cache->partial, lru) {
		if (page->inuse)
			continue;
		list_del(&page->lru);
		cache->nr_empty--;
		discard_slab(cache, page);
	}
	spin_unlock(&cache->lock);
	local_irq_restore(flags);
}

/* Nobody may use the cache any more, so the stacks of other CPUs can be emptied from here. */
void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	mutex_lock(&slab_mutex);
	list_del(&cache->list);
	mutex_unlock(&slab_mutex);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		struct array_cache *array = cache->cpu_cache[cpu];
		unsigned long flags;

		if (!array)
			continue;
		local_irq_save(flags);
		flush_cpu_cache(cache, array, array->avail);
		cache->cpu_cache[cpu] = NULL;
		local_irq_restore(flags);
		kmem_cache_free(&cache_of_arrays, array);
	}
	cache_shrink(cache);
	if (cache->flags & SLAB_TYPESAFE_BY_RCU)
		rcu_barrier();
	if (WARN_ON(cache->nr_slabs)) {
		pr_err("slab: cache %s destroyed with objects in use\n", cache->name);
		return;
	}
	kmem_cache_free(&cache_of_caches, cache);
}

void kmem_cache_shrink_all(void)
{
	struct kmem_cache *cache;

	if (!mutex_trylock(&slab_mutex))
		return;
	list_for_each_entry (cache, &slab_caches, list)
		cache_shrink(cache);
	mutex_unlock(&slab_mutex);
}

void kmem_cache_init(void)
{
	static const char *const names[NR_KMALLOC_CACHES] = {
		"kmalloc-96",   "kmalloc-192",  NULL,           "kmalloc-8",    "kmalloc-16",
		"kmalloc-32",   "kmalloc-64",   "kmalloc-128",  "kmalloc-256",  "kmalloc-512",
		"kmalloc-1024", "kmalloc-2048", "kmalloc-4096", "kmalloc-8192",
	};

	cache_setup(&cache_of_caches, "kmem_cache", sizeof(struct kmem_cache), 64,
		    SLAB_NO_CPU_CACHE, NULL);
	cache_setup(&cache_of_arrays, "array_cache",
		    sizeof(struct array_cache) + CPU_CACHE_MAX * sizeof(void *), 8,
		    SLAB_NO_CPU_CACHE, NULL);
	list_add_tail(&cache_of_caches.list, &slab_caches);
	list_add_tail(&cache_of_arrays.list, &slab_caches);
	for (unsigned int i = 0; i < NR_KMALLOC_CACHES; i++) {
		size_t size = i == 0 ? 96 : i == 1 ? 192 : 1ul << i;

		if (!names[i])
			continue;
		kmalloc_caches[i] = kmem_cache_create(names[i], size, size % 64 ? 16 : 64,
						      SLAB_PANIC, NULL);
	}
}

/* ---- numbers ---- */

static unsigned long objects_in_use(struct kmem_cache *cache, unsigned long *total)
{
	unsigned long used = 0, cached = 0, flags;
	struct page *page;

	*total = 0;
	spin_lock_irqsave(&cache->lock, flags);
	list_for_each_entry (page, &cache->partial, lru) {
		used += page->inuse;
		*total += page->objects;
	}
	list_for_each_entry (page, &cache->full, lru) {
		used += page->inuse;
		*total += page->objects;
	}
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		if (cache->cpu_cache[cpu])
			cached += READ_ONCE(cache->cpu_cache[cpu]->avail);
	spin_unlock_irqrestore(&cache->lock, flags);
	return used > cached ? used - cached : 0;
}

bool slabinfo_get(unsigned int index, struct slabinfo *info)
{
	struct kmem_cache *cache;
	bool found = false;

	mutex_lock(&slab_mutex);
	list_for_each_entry (cache, &slab_caches, list) {
		if (index--)
			continue;
		info->name = cache->name;
		info->active_objs = objects_in_use(cache, &info->num_objs);
		info->num_slabs = cache->nr_slabs;
		info->active_slabs = cache->nr_slabs - cache->nr_empty;
		info->object_size = cache->object_size;
		info->objects_per_slab = cache->objects;
		info->pages_per_slab = 1u << cache->order;
		found = true;
		break;
	}
	mutex_unlock(&slab_mutex);
	return found;
}
