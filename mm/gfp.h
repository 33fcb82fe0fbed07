/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages: struct page, one for each page frame of RAM, and the page allocator's interface.
 *
 * The array of struct page is mapped at VMEMMAP_START for real RAM only, so page_to_pfn() is an
 * address difference. All zero is a valid struct page of memory that is nobody's to free.
 * Linux: include/linux/gfp.h, mm_types.h (struct page), page-flags.h, vmstat.h.
 */
#ifndef CONDUIT_MM_GFP_H
#define CONDUIT_MM_GFP_H

#include "kernel/lib/types.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/list.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/page.h"
#include "kernel/x86/percpu.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/rcu.h"
#include "mm/stack_record.h"

struct address_space;
struct kmem_cache;
struct boot_info;

/* What an allocation may do. */
#define __GFP_RECLAIM  0x01u  /* may sleep (and, when nothing is left, call the OOM killer) */
#define __GFP_ZERO     0x02u  /* hand out zeroed memory */
#define __GFP_HIGH     0x04u  /* may use the reserve below the watermark */
#define __GFP_NOWARN   0x08u  /* failure is expected: say nothing */
#define __GFP_COMP     0x10u  /* a compound page: tail pages know their head */
#define __GFP_NORETRY  0x20u  /* fail rather than kill somebody */
#define __GFP_ACCOUNT  0x40u  /* for user space: leave the reserve to the kernel */
#define __GFP_NOFAIL   0x100u /* never made to fail by mm/fault_inject.c; may fail all the same */
#define __GFP_USERPAGE 0x80u  /* the page is for a user's data; OOM kill before failure */

#define GFP_ATOMIC           __GFP_HIGH
#define GFP_NOWAIT           0u
#define GFP_KERNEL           __GFP_RECLAIM
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER             (__GFP_RECLAIM | __GFP_ACCOUNT)
#define GFP_HIGHUSER         (GFP_USER | __GFP_USERPAGE)
#define GFP_HIGHUSER_MOVABLE GFP_HIGHUSER

#define MAX_ORDER 11 /* blocks have 2^0 … 2^(MAX_ORDER - 1) pages: up to 4 MiB */

/* page->flags */
enum pageflags {
	PG_locked,     /* lock_page(): content or place in the page cache is changing */
	PG_uptodate,   /* content is valid */
	PG_dirty,      /* written since read */
	PG_buddy,      /* free, head of a block of 2^order pages in the buddy lists */
	PG_slab,       /* head page of a slab */
	PG_head,       /* first page of a compound page of 2^order pages */
	PG_tail,       /* a later page of it */
	PG_anon,       /* private memory of a process */
	PG_swapbacked, /* shared memory or tmpfs */
	PG_table,      /* a page table */
	PG_waiters,    /* somebody sleeps for PG_locked */
	PG_mlocked,
	PG_hugetlb,   /* head of a huge page: mm/hugetlb.c */
	PG_leak_grey, /* mm/leak.c, at power-off only */
	PG_leak_black,
};

/*
 * One page frame. Who owns the page decides which member of each union is meant.
 * [Z] zone lock or the CPU's page list, [P] page lock and mapping->tree_lock, [S] slab's lock.
 */
struct page {
	unsigned long flags; /* PG_*, changed atomically */
	atomic_t _refcount;  /* 0 = free; get_page()/put_page() */
	union {
		u32 order;           /* [Z] of a free block, or of a compound page's head */
		struct {             /* [S] */
			u16 inuse;   /* objects handed out of this slab */
			u16 objects; /* objects it has room for */
		};
	};
	union {
		struct address_space *mapping; /* [P] page cache: whose; else NULL */
		struct kmem_cache *slab_cache; /* [S] */
		struct page *compound_head;    /* tail pages */
	};
	union {
		unsigned long index; /* [P] page cache: offset in pages */
		void *freelist;      /* [S] first free object */
	};
	union {
		struct list_head lru;     /* [Z] free lists; [S] list of partial slabs */
		spinlock_t ptl;           /* PG_table: lock of this page table */
		struct rcu_head rcu_head; /* a slab on its way out after a grace period */
	};
	unsigned long private; /* the owner's */
} __aligned(64);

#define vmemmap ((struct page *)VMEMMAP_START)

#define pfn_to_page(pfn)   (vmemmap + (pfn))
#define page_to_pfn(page)  ((unsigned long)((page)-vmemmap))
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) pfn_to_page((unsigned long)(phys) >> PAGE_SHIFT)
#define virt_to_page(addr) phys_to_page(__pa(addr))

/* All memory is in the direct map: there is no kmap(). */
static inline void *page_address(const struct page *page)
{
	return __va(page_to_phys(page));
}

static inline bool PageFlag(const struct page *page, enum pageflags flag)
{
	return READ_ONCE(page->flags) & (1ul << flag);
}

#define PAGE_FLAG_FUNCTIONS(Name, name)                                                            \
	static inline bool Page##Name(const struct page *page)                                     \
	{                                                                                          \
		return PageFlag(page, PG_##name);                                                  \
	}                                                                                          \
	static inline void SetPage##Name(struct page *page)                                        \
	{                                                                                          \
		set_bit(PG_##name, &page->flags);                                                  \
	}                                                                                          \
	static inline void ClearPage##Name(struct page *page)                                      \
	{                                                                                          \
		clear_bit(PG_##name, &page->flags);                                                \
	}                                                                                          \
	/* Only when nobody else can see the page. */                                              \
	static inline void __SetPage##Name(struct page *page)                                      \
	{                                                                                          \
		page->flags |= 1ul << PG_##name;                                                   \
	}                                                                                          \
	static inline void __ClearPage##Name(struct page *page)                                    \
	{                                                                                          \
		page->flags &= ~(1ul << PG_##name);                                                \
	}

PAGE_FLAG_FUNCTIONS(Locked, locked)
PAGE_FLAG_FUNCTIONS(Uptodate, uptodate)
PAGE_FLAG_FUNCTIONS(Dirty, dirty)
PAGE_FLAG_FUNCTIONS(Buddy, buddy)
PAGE_FLAG_FUNCTIONS(Slab, slab)
PAGE_FLAG_FUNCTIONS(Head, head)
PAGE_FLAG_FUNCTIONS(Tail, tail)
PAGE_FLAG_FUNCTIONS(Anon, anon)
PAGE_FLAG_FUNCTIONS(SwapBacked, swapbacked)
PAGE_FLAG_FUNCTIONS(Table, table)
PAGE_FLAG_FUNCTIONS(Mlocked, mlocked)
PAGE_FLAG_FUNCTIONS(Hugetlb, hugetlb)

static inline struct page *compound_head(struct page *page)
{
	return unlikely(PageTail(page)) ? page->compound_head : page;
}

static inline struct page *virt_to_head_page(const void *addr)
{
	return compound_head(virt_to_page(addr));
}

static inline unsigned int compound_order(const struct page *page)
{
	return PageHead(page) ? page->order : 0;
}

static inline int page_count(struct page *page)
{
	return atomic_read(&compound_head(page)->_refcount);
}

void __put_page(struct page *page);

#ifdef CONFIG_DEBUG
/* Prints who allocated and who freed the page. True. */
bool page_ref_report(struct page *page);
/* Is a reference to be dropped that does not exist? Then it was reported, and is not dropped. */
#define page_ref_underflows(page)                                                                  \
	(unlikely(atomic_read(&(page)->_refcount) <= 0) && page_ref_report(page))
#else
#define page_ref_underflows(page) false
#endif

/* The caller holds a reference already (or a lock that keeps one in place). */
static inline void get_page(struct page *page)
{
	page = compound_head(page);
	ASSERT(atomic_read(&page->_refcount) > 0);
	atomic_inc(&page->_refcount);
}

/* A reference to a page that may be on its way to being freed: false if it is. */
static inline bool get_page_unless_zero(struct page *page)
{
	return atomic_inc_not_zero(&page->_refcount);
}

static inline void put_page(struct page *page)
{
	page = compound_head(page);
	if (!page_ref_underflows(page) && atomic_dec_and_test(&page->_refcount))
		__put_page(page);
}

/*
 * 2^order pages in a row, or NULL. The caller owns the one reference. With __GFP_RECLAIM it may
 * sleep; without, it may be called with spinlocks held and from interrupts.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);

static inline struct page *alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}

static inline void __free_page(struct page *page)
{
	__free_pages(page, 0);
}

/* The same as addresses in the direct map; 0 on failure. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);

static inline unsigned long __get_free_page(gfp_t gfp)
{
	return __get_free_pages(gfp, 0);
}

static inline unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

static inline void free_page(unsigned long addr)
{
	free_pages(addr, 0);
}

/* Any size, rounded up to pages, surplus given back: physically contiguous. */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *virt, size_t size);

/* The smallest order of which a block holds size bytes. */
static inline unsigned int get_order(size_t size)
{
	return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

static inline void clear_highpage(struct page *page)
{
	clear_page(page_address(page));
}

/* A page that is always zero, mapped by reads of untouched private memory. Never counted. */
extern struct page *zero_page;

static inline bool is_zero_page(const struct page *page)
{
	return page == zero_page;
}

/* PG_locked as a sleeping lock. */
void __lock_page(struct page *page);
void unlock_page(struct page *page);
void wait_on_page_locked(struct page *page);

static inline bool trylock_page(struct page *page)
{
	return !test_and_set_bit(PG_locked, &page->flags);
}

static inline void lock_page(struct page *page)
{
	if (!trylock_page(page))
		__lock_page(page);
}

/* Counters for /proc/meminfo and /proc/vmstat, in pages unless said otherwise. */
enum node_stat_item {
	NR_FILE_PAGES, /* page cache, shared memory included */
	NR_SHMEM,      /* shared memory and tmpfs */
	NR_ANON_MAPPED,
	NR_FILE_MAPPED,
	NR_SLAB,
	NR_PAGETABLE,
	NR_KERNEL_STACK_KB,
	NR_VMALLOC,
	NR_MLOCK,
	NR_FREE_PAGES,
	PGFAULT, /* events */
	PGMAJFAULT,
	PGALLOC,
	PGFREE,
	OOM_KILL,
	NR_VM_STAT_ITEMS,
};

struct vm_event_state {
	long item[NR_VM_STAT_ITEMS];
};

DECLARE_PER_CPU(struct vm_event_state, vm_stat);

#define mod_node_page_state(nr, delta) this_cpu_add(vm_stat.item[nr], delta)
#define inc_node_page_state(nr)        this_cpu_add(vm_stat.item[nr], 1)
#define dec_node_page_state(nr)        this_cpu_add(vm_stat.item[nr], -1)
#define count_vm_event(nr)             this_cpu_add(vm_stat.item[nr], 1)

/* The sum over the CPUs; never below 0. */
unsigned long global_node_page_state(enum node_stat_item item);

unsigned long totalram_pages(void);
unsigned long nr_free_pages(void);                /* per-CPU lists included */
unsigned long si_mem_available(void);             /* what new programs could use */
unsigned long nr_free_blocks(unsigned int order); /* for /proc/buddyinfo */

/* Boot: from the memory map to a working alloc_pages(). Called once, before anything sleeps. */
void mem_init(const struct boot_info *boot_info);
/* Whole pages from the memory map before mem_init() is done; never freed. Zeroed. */
void *early_alloc(size_t size);
/* Gives a reserved range of RAM (the ramdisk, once unpacked) to the allocator. */
void free_reserved_area(void *start, void *end);

#ifdef CONFIG_DEBUG
/* Power-off: prints processes that nobody has ended. True when there are none. Sleeps. */
bool task_leak_report(void);
/* … and, the other CPUs being at rest, objects and pages that nothing points to any more. */
bool mm_leak_report(void);

/* One of them: of a slab cache (cache is its name) or, if cache is NULL, whole pages. */
struct leak_record {
	const char *cache;
	unsigned long addr, size;
	int refs;
	unsigned long flags;
	struct stack_record who; /* allocated it */
};

#define LEAK_RECORDS 40

/* The same now, in silence: the number found, at most LEAK_RECORDS; good until …_done(). */
unsigned int mm_leak_scan(const struct leak_record **found);
void mm_leak_scan_done(void);
int leak_record_print(const struct leak_record *record, char *buf, size_t size);
#endif

#endif
