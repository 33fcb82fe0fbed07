// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks on slab objects, DEBUG builds only.
 *
 * Idea: room is added around each object. In front and behind stand red zones, whose value also
 * says whether the object is allocated; a freed object is filled with poison that must still be
 * there when it is handed out again; and two call chains tell who allocated and who freed it.
 *
 *	lead                 object_size
 *	[….red zone][ object ……………… ][red zone][list pointer][alloc record][free record]
 *
 * A bug is reported and, as far as possible, made harmless: a second kfree() is not carried out, an
 * overrun object is freed with new red zones.
 * Objects with a constructor or of a SLAB_TYPESAFE_BY_RCU cache are not poisoned: they keep their
 * content while free.
 * Linux: mm/slub.c (check_object and around).
 */
#ifdef CONFIG_DEBUG
#include "mm/slab_internal.h"
#include "mm/stack_record.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/task.h"

#define RED_INACTIVE 0xbbbbbbbbbbbbbbbbul
#define RED_ACTIVE   0xccccccccccccccccul
#define RED_CHANGING 0xaaaaaaaaaaaaaaaaul /* on the way from active to inactive */
#define RED_BYTE     0xcc
#define POISON_NEW   0x5a /* allocated, not written yet */
#define POISON_FREE  0x6b

enum leak_mark { UNMARKED, MARKED, SEARCHED };

struct track {
	struct stack_record who;
	int mark; /* enum leak_mark, in the record of the allocation */
	u32 size; /* … bytes that were asked for: behind them the red zone begins */
};

static unsigned long *left_zone(void *object)
{
	return (unsigned long *)object - 1;
}

static unsigned long *right_zone(const struct kmem_cache *cache, void *object)
{
	return (unsigned long *)((char *)object + ALIGN(cache->object_size, sizeof(long)));
}

/* 0: who allocated, 1: who freed. */
static struct track *track_of(const struct kmem_cache *cache, void *object, int which)
{
	return (struct track *)((char *)object + cache->offset + sizeof(void *)) + which;
}

static bool keeps_content(const struct kmem_cache *cache)
{
	return cache->ctor || (cache->flags & SLAB_TYPESAFE_BY_RCU);
}

void slab_debug_layout(struct kmem_cache *cache)
{
	size_t size = ALIGN(cache->object_size, sizeof(long)) + sizeof(long);

	cache->lead = sizeof(long);
	cache->offset = size;
	cache->size = size + sizeof(void *) + 2 * sizeof(struct track);
}

static void set_state(struct kmem_cache *cache, void *object, unsigned long zone)
{
	*left_zone(object) = zone;
	*right_zone(cache, object) = zone;
}

static void report(struct kmem_cache *cache, void *object, const char *what)
{
	struct track *alloc = track_of(cache, object, 0), *free = track_of(cache, object, 1);

	pr_emerg("slab: %s: %s, object %lx, size %u\n", cache->name, what, (unsigned long)object,
		 alloc->size ? alloc->size : cache->object_size);
	stack_record_print(&alloc->who, "slab", "allocated");
	stack_record_print(&free->who, "slab", "freed");
	dump_stack();
}

/* The eight bytes that contain p. */
static void show_bytes(void *object, const void *p)
{
	const unsigned long *word = (const void *)ALIGN_DOWN((unsigned long)p, sizeof(long));

	pr_emerg("slab: at offset %ld: %lx\n", (long)((char *)word - (char *)object), *word);
}

void slab_debug_new(struct kmem_cache *cache, void *object)
{
	set_state(cache, object, RED_INACTIVE);
	memset(track_of(cache, object, 0), 0, 2 * sizeof(struct track));
	if (!keeps_content(cache))
		memset(object, POISON_FREE, cache->object_size);
}

static void set_track(struct kmem_cache *cache, void *object, int which, unsigned long caller)
{
	struct track *track = track_of(cache, object, which);

	stack_record_save(&track->who, caller, 3);
	track->mark = UNMARKED;
	track->size = cache->object_size;
}

/* The object came from kmalloc(size): what is too much belongs to the red zone. */
void slab_debug_kmalloc(struct kmem_cache *cache, void *object, size_t size)
{
	track_of(cache, object, 0)->size = size;
	memset((char *)object + size, RED_BYTE, cache->object_size - size);
}

size_t slab_debug_size(struct kmem_cache *cache, void *object)
{
	return track_of(cache, object, 0)->size;
}

/* The first byte behind what was asked for that is not as it must be, or NULL. */
static void *overrun_at(struct kmem_cache *cache, void *object)
{
	u32 size = track_of(cache, object, 0)->size;
	void *bad;

	if (size < cache->object_size) {
		bad = memchr_inv((char *)object + size, RED_BYTE, cache->object_size - size);
		if (bad)
			return bad;
	}
	return *right_zone(cache, object) == RED_ACTIVE ? NULL : right_zone(cache, object);
}

/* What a free object must look like; else a report, and it is made so again. */
static void check_free_object(struct kmem_cache *cache, void *object)
{
	void *bad;

	if (*left_zone(object) != RED_INACTIVE || *right_zone(cache, object) != RED_INACTIVE) {
		report(cache, object, "overrun while free");
		show_bytes(object, left_zone(object));
		show_bytes(object, right_zone(cache, object));
		set_state(cache, object, RED_INACTIVE);
	}
	if (keeps_content(cache))
		return;
	bad = memchr_inv(object, POISON_FREE, cache->object_size);
	if (bad) {
		report(cache, object, "written to after it was freed");
		show_bytes(object, bad);
		memset(object, POISON_FREE, cache->object_size);
	}
}

void slab_debug_alloc(struct kmem_cache *cache, void *object, unsigned long caller)
{
	check_free_object(cache, object);
	set_state(cache, object, RED_ACTIVE);
	if (!keeps_content(cache))
		memset(object, POISON_NEW, cache->object_size);
	set_track(cache, object, 0, caller);
}

bool slab_debug_free(struct kmem_cache *cache, void *object, unsigned long caller)
{
	struct page *page = virt_to_head_page(object);
	size_t offset = (char *)object - (char *)page_address(page);
	unsigned long zone;
	void *bad;

	if (offset < cache->lead || (offset - cache->lead) % cache->size) {
		pr_emerg("slab: %s: freed in its middle: %lx by %pS\n", cache->name,
			 (unsigned long)object, (void *)caller);
		dump_stack();
		return false;
	}
	zone = xchg(left_zone(object), RED_CHANGING); /* of two CPUs one is the second */
	if (zone == RED_INACTIVE || zone == RED_CHANGING) {
		if (zone == RED_INACTIVE)
			*left_zone(object) = zone;
		report(cache, object, "freed twice");
		return false;
	}
	bad = overrun_at(cache, object);
	if (zone != RED_ACTIVE || bad) {
		report(cache, object, "overrun");
		if (zone != RED_ACTIVE)
			pr_emerg("slab: in front of it: %lx\n", zone);
		else
			show_bytes(object, bad);
	}
	set_track(cache, object, 1, caller);
	if (!keeps_content(cache))
		memset(object, POISON_FREE, cache->object_size);
	set_state(cache, object, RED_INACTIVE);
	return true;
}

/* ---- the leak report ---- */

int slab_leak_mark(struct page *page, unsigned long addr)
{
	struct kmem_cache *cache = page->slab_cache;
	size_t offset = addr - (unsigned long)page_address(page);
	unsigned int i = offset / cache->size;
	struct track *track;
	void *object;

	if (i >= page->objects)
		return 0;
	object = (char *)page_address(page) + i * (size_t)cache->size + cache->lead;
	track = track_of(cache, object, 0);
	if (*left_zone(object) != RED_ACTIVE || track->mark != UNMARKED)
		return 0;
	track->mark = MARKED;
	return 1;
}

static void each_object(unsigned long state,
			void (*fn)(struct kmem_cache *cache, void *object, void *data), void *data)
{
	struct kmem_cache *cache;
	struct page *page;

	list_for_each_entry (cache, &slab_caches, list) {
		struct list_head *lists[] = { &cache->partial, &cache->full };

		for (unsigned int l = 0; l < ARRAY_SIZE(lists); l++) {
			list_for_each_entry (page, lists[l], lru) {
				for (unsigned int i = 0; i < page->objects; i++) {
					void *object = (char *)page_address(page) +
						       i * (size_t)cache->size + cache->lead;

					if (*left_zone(object) == state)
						fn(cache, object, data);
				}
			}
		}
	}
}

static void check_free_one(struct kmem_cache *cache, void *object, void *data)
{
	check_free_object(cache, object);
}

static void check_used_one(struct kmem_cache *cache, void *object, void *data)
{
	void *bad = overrun_at(cache, object);

	if (!bad)
		return;
	report(cache, object, "overrun");
	show_bytes(object, bad);
	slab_debug_kmalloc(cache, object, track_of(cache, object, 0)->size);
	*right_zone(cache, object) = RED_ACTIVE;
}

static void check_all(void *unused)
{
	each_object(RED_INACTIVE, check_free_one, NULL);
}

void slab_debug_check_all(void)
{
	check_all(NULL);
	each_object(RED_ACTIVE, check_used_one, NULL);
}

struct cache_walk {
	struct kmem_cache *cache;
	void (*fn)(void *object);
};

static void walk_if_of(struct kmem_cache *cache, void *object, void *data)
{
	const struct cache_walk *walk = data;

	if (cache == walk->cache)
		walk->fn(object);
}

void kmem_cache_walk(struct kmem_cache *cache, void (*fn)(void *object))
{
	struct cache_walk walk = { cache, fn };

	each_object(RED_ACTIVE, walk_if_of, &walk);
}

/* Objects just being allocated have no sound records yet: only free ones are looked at. */
void kmem_cache_check_all(void)
{
	smp_hold_others(check_all, NULL);
}

typedef void (*walk_fn)(struct kmem_cache *cache, void *object);
typedef void (*report_fn)(struct kmem_cache *cache, void *object, const struct stack_record *who);

static void walk_one(struct kmem_cache *cache, void *object, void *data)
{
	struct track *track = track_of(cache, object, 0);

	if (track->mark != MARKED)
		return;
	track->mark = SEARCHED;
	((walk_fn)data)(cache, object);
}

void slab_leak_walk(walk_fn fn)
{
	each_object(RED_ACTIVE, walk_one, (void *)fn);
}

static void report_one(struct kmem_cache *cache, void *object, void *data)
{
	struct track *track = track_of(cache, object, 0);

	if (track->mark == UNMARKED)
		((report_fn)data)(cache, object, &track->who);
	track->mark = UNMARKED;
}

void slab_leak_report(report_fn fn)
{
	each_object(RED_ACTIVE, report_one, (void *)fn);
}
#endif
