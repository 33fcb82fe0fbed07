// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages: 2 MiB that one entry of a pmd table maps, from a pool of their own.
 *
 * Idea: the administrator sets the pool's size (/proc/sys/vm/nr_hugepages). Every mapping is of a
 * hugetlb file, one without a name for mmap(MAP_HUGETLB) and shmget(SHM_HUGETLB). Since the pool is
 * small and fixed, mmap() counts the pages that it may need (a reservation), so that it fails at
 * once rather than the program later at a touch.
 *
 *	total = free + in use          free >= reserved: promised, not handed out yet
 *	total = the administrator's + surplus (allocated when needed, up to nr_overcommit_hugepages,
 *	                              freed as soon as they are free)
 *
 *	file, shared      file->reserved: the page numbers counted, whoever maps them
 *	file, private     vma->vm_private_data: a resv_map of whoever called mmap(); it notes which of
 *	                  the pages promised have been handed out. A child after fork has none.
 *
 * Rules: 1. pool.free >= pool.reserved. 2. A page in the pool has no reference; one handed out is a
 *    compound page with PG_hugetlb, and its last put_page() comes back to free_huge_page(). 3. The
 *    page cache of a hugetlb file counts in huge pages. 4. A parent that must copy a page and finds
 *    the pool empty takes the page away from the children, who get SIGBUS.
 * Locking: mmap_lock, hugetlb_mutex (faults, reservations, page cache of all hugetlb files),
 * i_mmap_rwsem, mm->page_table_lock (entries), pool.lock (interrupts off).
 * Sleeps: all but free_huge_page(). Linux: mm/hugetlb.c (several sizes, NUMA, cgroups, migration).
 * Start at: hugetlb_fault(). Tests: tests/mm/huge_pages.c, tests/ipc/shm_hugetlb.c.
 */
#include "mm/hugetlb.h"
#include "mm/backing.h"
#include "mm/internal.h"
#include "mm/slab.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/locking/mutex.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/tlbflush.h"

/* All in huge pages. [L] lock */
static struct {
	spinlock_t lock;
	struct list_head list;    /* [L] free pages, by page->lru */
	unsigned long total;      /* [L] */
	unsigned long free;       /* [L] */
	unsigned long reserved;   /* [L] of free: promised */
	unsigned long surplus;    /* [L] of total: more than the administrator wants */
	unsigned long overcommit; /* [L] the most that surplus may be */
} pool = {
	.lock = __SPIN_LOCK_UNLOCKED(pool.lock),
	.list = LIST_HEAD_INIT(pool.list),
};

static DEFINE_MUTEX(hugetlb_mutex);

/* The pages promised to a private mapping, shared by the vmas that it is split into. */
struct resv_map {
	atomic_t refs;
	struct xarray used; /* [hugetlb_mutex] page numbers handed out */
};

/* ---- the pool ---- */

static struct page *new_huge_page(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ACCOUNT | __GFP_NORETRY |
						__GFP_NOFAIL,
					HUGETLB_ORDER);

	if (page) {
		__SetPageHugetlb(page);
		atomic_set(&page->_refcount, 0); /* rule 2 */
	}
	return page;
}

/* pool.lock held. */
static void pool_add(struct page *page)
{
	list_add(&page->lru, &pool.list);
	pool.total++;
	pool.free++;
}

/* pool.lock held: one free page leaves the pool for good, back to the page allocator. */
static void pool_remove_one(void)
{
	struct page *page = list_first_entry(&pool.list, struct page, lru);

	list_del(&page->lru);
	pool.total--;
	pool.free--;
	__ClearPageHugetlb(page);
	atomic_set(&page->_refcount, 1);
	put_page(page);
}

/* pool.lock held: what is more than wanted, free and not promised. */
static void trim_surplus(void)
{
	while (pool.surplus && pool.free > pool.reserved) {
		pool_remove_one();
		pool.surplus--;
	}
}

/* Surplus pages until so many are free and not promised: true. pool.lock held, dropped within. */
static bool grow_surplus(unsigned long wanted, unsigned long *flags)
{
	while (pool.free - pool.reserved < wanted) {
		struct page *page;

		if (pool.surplus >= pool.overcommit)
			return false;
		pool.surplus++;
		spin_unlock_irqrestore(&pool.lock, *flags);
		page = new_huge_page();
		spin_lock_irqsave(&pool.lock, *flags);
		if (!page) {
			pool.surplus--;
			return false;
		}
		pool_add(page);
	}
	return true;
}

/* Promises n pages: 0 or -ENOMEM. */
static int pool_reserve(unsigned long n)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&pool.lock, flags);
	if (grow_surplus(n, &flags))
		pool.reserved += n;
	else
		err = -ENOMEM;
	trim_surplus();
	spin_unlock_irqrestore(&pool.lock, flags);
	return err;
}

static void pool_unreserve(unsigned long n)
{
	unsigned long flags;

	spin_lock_irqsave(&pool.lock, flags);
	ASSERT(pool.reserved >= n);
	pool.reserved -= n;
	trim_surplus();
	spin_unlock_irqrestore(&pool.lock, flags);
}

/* A page out of the pool, promised before or not. NULL when there is none. */
static struct page *pool_take(bool promised)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool.lock, flags);
	if (promised || grow_surplus(1, &flags)) {
		ASSERT(pool.free >= pool.reserved); /* rule 1 */
		page = list_first_entry(&pool.list, struct page, lru);
		list_del(&page->lru);
		pool.free--;
		pool.reserved -= promised;
		atomic_set(&page->_refcount, 1);
	}
	spin_unlock_irqrestore(&pool.lock, flags);
	return page;
}

void free_huge_page(struct page *page)
{
	unsigned long flags;

	ASSERT(PageHead(page) && !atomic_read(&page->_refcount));
	spin_lock_irqsave(&pool.lock, flags);
	page->flags = 1ul << PG_head | 1ul << PG_hugetlb;
	page->mapping = NULL;
	list_add(&page->lru, &pool.list);
	pool.free++;
	trim_surplus();
	spin_unlock_irqrestore(&pool.lock, flags);
}

void hugetlb_get_numbers(struct hugetlb_numbers *numbers)
{
	unsigned long flags;

	spin_lock_irqsave(&pool.lock, flags);
	*numbers = (struct hugetlb_numbers){ pool.total, pool.free, pool.reserved, pool.surplus,
					     pool.overcommit };
	spin_unlock_irqrestore(&pool.lock, flags);
}

void hugetlb_set_overcommit(unsigned long count)
{
	WRITE_ONCE(pool.overcommit, count);
}

void hugetlb_set_pool(unsigned long count)
{
	unsigned long flags;

	spin_lock_irqsave(&pool.lock, flags);
	while (pool.surplus && pool.total - pool.surplus < count)
		pool.surplus--; /* what is there already */
	while (pool.total - pool.surplus < count) {
		struct page *page;

		spin_unlock_irqrestore(&pool.lock, flags);
		page = fatal_signal_pending(current) ? NULL : new_huge_page();
		spin_lock_irqsave(&pool.lock, flags);
		if (!page)
			break;
		pool_add(page);
	}
	while (pool.total - pool.surplus > count && pool.free > pool.reserved)
		pool_remove_one();
	if (pool.total - pool.surplus > count) /* in use or promised: goes when it is free */
		pool.surplus = pool.total - count;
	spin_unlock_irqrestore(&pool.lock, flags);
}

/* ---- reservations ---- */

/* The huge page of the file that address is in. */
static pgoff_t huge_index(const struct vm_area_struct *vma, unsigned long address)
{
	return ((address - vma->vm_start) >> HPAGE_SHIFT) + (vma->vm_pgoff >> HUGETLB_ORDER);
}

static struct hugetlb_file *file_of(struct address_space *mapping)
{
	return mapping->private_data;
}

/* hugetlb_mutex held. */
static int reserve_file_locked(struct address_space *mapping, pgoff_t from, pgoff_t to)
{
	struct xarray *reserved = &file_of(mapping)->reserved;
	unsigned long missing = 0;
	pgoff_t i;

	/* Each that is counted for a file is in the pool; no need to look at billions of others. */
	if (to - from > READ_ONCE(pool.total) + READ_ONCE(pool.overcommit))
		return -ENOMEM;
	for (i = from; i < to; i++)
		missing += !xa_load(reserved, i);
	if (pool_reserve(missing))
		return -ENOMEM;
	for (i = from; i < to; i++) {
		if (xa_load(reserved, i))
			continue;
		if (xa_is_err(xa_store(reserved, i, xa_mk_value(1), GFP_KERNEL)))
			break; /* those before stay counted for the file */
		missing--;
	}
	if (!missing)
		return 0;
	pool_unreserve(missing);
	return -ENOMEM;
}

int hugetlb_reserve_file(struct address_space *mapping, pgoff_t from, pgoff_t to)
{
	int err;

	mutex_lock(&hugetlb_mutex);
	err = reserve_file_locked(mapping, from, to);
	mutex_unlock(&hugetlb_mutex);
	return err;
}

static int reserve_private(struct vm_area_struct *vma)
{
	struct resv_map *map = kmalloc(sizeof(*map), GFP_KERNEL);

	if (!map)
		return -ENOMEM;
	if (pool_reserve((vma->vm_end - vma->vm_start) >> HPAGE_SHIFT)) {
		kfree(map);
		return -ENOMEM;
	}
	atomic_set(&map->refs, 1);
	xa_init(&map->used);
	vma->vm_private_data = map;
	return 0;
}

static void resv_map_put(struct resv_map *map)
{
	unsigned long index;
	void *entry;

	if (!atomic_dec_and_test(&map->refs))
		return;
	xa_for_each (&map->used, index, entry)
		xa_erase(&map->used, index);
	kfree(map);
}

/*
 * A page for one place of a file that has none yet (in the cache, or privately). hugetlb_mutex held.
 * NULL: there is none.
 */
static struct page *alloc_huge_page(struct vm_area_struct *vma, struct address_space *mapping,
				    pgoff_t index)
{
	struct resv_map *map = vma->vm_private_data;

	if (vma->vm_flags & VM_MAYSHARE)
		return pool_take(xa_load(&file_of(mapping)->reserved, index));
	if (!map || xa_load(&map->used, index))
		return pool_take(false);
	if (xa_is_err(xa_store(&map->used, index, xa_mk_value(1), GFP_KERNEL)))
		return NULL;
	return pool_take(true);
}

/* ---- areas ---- */

/* Split, or copied by fork: the promise was made to the parent alone. */
static void hugetlb_vm_open(struct vm_area_struct *vma)
{
	struct resv_map *map = vma->vm_private_data;

	if ((vma->vm_flags & VM_MAYSHARE) || !map)
		return;
	if (vma->vm_mm != current->mm)
		vma->vm_private_data = NULL;
	else
		atomic_inc(&map->refs);
}

/* What was promised for this range and never used goes back. */
static void hugetlb_vm_close(struct vm_area_struct *vma)
{
	struct resv_map *map = vma->vm_private_data;
	unsigned long unused = 0;

	if ((vma->vm_flags & VM_MAYSHARE) || !map)
		return;
	mutex_lock(&hugetlb_mutex);
	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += HPAGE_SIZE)
		unused += !xa_load(&map->used, huge_index(vma, addr));
	mutex_unlock(&hugetlb_mutex);
	pool_unreserve(unused);
	resv_map_put(map);
}

static int hugetlb_vm_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return addr & ~HPAGE_MASK ? -EINVAL : 0;
}

/* Never called: handle_mm_fault() asks for VM_HUGETLB first. */
static vm_fault_t hugetlb_vm_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct hugetlb_vm_ops = {
	.open = hugetlb_vm_open,
	.close = hugetlb_vm_close,
	.may_split = hugetlb_vm_may_split,
	.fault = hugetlb_vm_fault,
};

/* Its address tells a hugetlb file from others. */
const struct address_space_operations hugetlb_aops = { 0 };

bool is_file_hugepages(const struct file *file)
{
	return file_mapping(file)->a_ops == &hugetlb_aops;
}

int hugetlb_mmap(struct file *file, struct vm_area_struct *vma)
{
	pgoff_t from = vma->vm_pgoff >> HUGETLB_ORDER;
	pgoff_t to = from + ((vma->vm_end - vma->vm_start) >> HPAGE_SHIFT);
	int err;

	if ((vma->vm_pgoff & (PAGES_PER_HPAGE - 1)) ||
	    ((vma->vm_start | vma->vm_end) & ~HPAGE_MASK))
		return -EINVAL;
	vma->vm_flags |= VM_HUGETLB | VM_DONTEXPAND;
	vma->vm_ops = &hugetlb_vm_ops;
	if ((vma->vm_flags & VM_NORESERVE) || file_of(file_mapping(file))->by_shmget)
		return 0;
	if (vma->vm_flags & VM_MAYSHARE)
		err = hugetlb_reserve_file(file_mapping(file), from, to);
	else
		err = reserve_private(vma);
	if (err)
		vma->vm_ops = NULL;
	return err;
}

/* ---- the page cache ---- */

/* hugetlb_mutex held. With a reference, or NULL. */
static struct page *find_huge_page(struct address_space *mapping, pgoff_t index)
{
	struct page *page = xa_load(&mapping->i_pages, index);

	if (page)
		get_page(page);
	return page;
}

static int add_huge_page(struct address_space *mapping, pgoff_t index, struct page *page)
{
	/* Counted for the file from now on, however it came here. */
	if (xa_is_err(xa_store(&file_of(mapping)->reserved, index, xa_mk_value(1), GFP_KERNEL)))
		return -ENOMEM;
	if (xa_is_err(xa_store(&mapping->i_pages, index, page, GFP_KERNEL))) {
		xa_erase(&file_of(mapping)->reserved, index); /* the promise has been used up */
		return -ENOMEM;
	}
	get_page(page);
	page->mapping = mapping;
	page->index = index;
	mapping->nrpages++;
	return 0;
}

void hugetlb_truncate_final(struct address_space *mapping)
{
	struct xarray *reserved = &file_of(mapping)->reserved;
	unsigned long index, unused = 0;
	void *entry;

	mutex_lock(&hugetlb_mutex);
	xa_for_each (reserved, index, entry) {
		unused += !xa_load(&mapping->i_pages, index);
		xa_erase(reserved, index);
	}
	xa_for_each (&mapping->i_pages, index, entry) {
		struct page *page = entry;

		xa_erase(&mapping->i_pages, index);
		page->mapping = NULL;
		put_page(page);
	}
	mapping->nrpages = 0;
	mutex_unlock(&hugetlb_mutex);
	pool_unreserve(unused);
}

/* ---- entries ---- */

static void clear_huge_page(struct page *page)
{
	for (unsigned long i = 0; i < PAGES_PER_HPAGE; i++) {
		clear_highpage(page + i);
		cond_resched();
	}
}

static void copy_huge_page(struct page *to, struct page *from)
{
	for (unsigned long i = 0; i < PAGES_PER_HPAGE; i++) {
		copy_page(page_address(to + i), page_address(from + i));
		cond_resched();
	}
}

static pmd_t huge_pmd(struct vm_area_struct *vma, struct page *page, bool write)
{
	unsigned long value = page_to_phys(page) | pgprot_val(vma->vm_page_prot) | _PAGE_PSE;

	if (write && (vma->vm_flags & VM_WRITE))
		value |= _PAGE_RW | _PAGE_DIRTY;
	return __pmd(value);
}

static struct page *huge_pmd_page(pmd_t pmd)
{
	return pfn_to_page((pmd_val(pmd) & PTE_PFN_MASK) >> PAGE_SHIFT);
}

static void add_usage(struct mm_struct *mm, long huge_pages)
{
	atomic_long_add(huge_pages, &mm->hugetlb_usage);
}

/* hugetlb_mutex held, so the entry is still empty. The entry takes over the reference. */
static void map_huge_page(struct vm_area_struct *vma, pmd_t *pmd, struct page *page, bool write)
{
	spin_lock(&vma->vm_mm->page_table_lock);
	set_pmd(pmd, huge_pmd(vma, page, write));
	spin_unlock(&vma->vm_mm->page_table_lock);
	add_usage(vma->vm_mm, 1);
}

static vm_fault_t fault_missing(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd,
				bool write)
{
	struct address_space *mapping = file_mapping(vma->vm_file);
	pgoff_t index = huge_index(vma, addr);
	bool shared = vma->vm_flags & VM_MAYSHARE;
	struct page *page;

	if ((loff_t)index << HPAGE_SHIFT >= mapping_size(mapping))
		return VM_FAULT_SIGBUS;
	page = find_huge_page(mapping, index);
	if (!page) {
		page = alloc_huge_page(vma, mapping, index);
		if (!page)
			return VM_FAULT_SIGBUS;
		clear_huge_page(page);
		if (!shared) {
			__SetPageAnon(page);
		} else if (add_huge_page(mapping, index, page)) {
			put_page(page);
			return VM_FAULT_OOM;
		}
	}
	map_huge_page(vma, pmd, page, shared || PageAnon(page) ? write : false);
	return 0;
}

/* Rule 4. hugetlb_mutex held: other private areas of the file, without a promise, lose the page. */
static void take_from_children(struct vm_area_struct *vma, pgoff_t index)
{
	struct address_space *mapping = file_mapping(vma->vm_file);
	struct vm_area_struct *other;

	down_read(&mapping->i_mmap_rwsem);
	list_for_each_entry (other, &mapping->i_mmap, shared) {
		pgoff_t first = other->vm_pgoff >> HUGETLB_ORDER;
		unsigned long addr = other->vm_start + ((index - first) << HPAGE_SHIFT);
		struct mmu_gather tlb;

		if (other == vma || (other->vm_flags & VM_MAYSHARE) || other->vm_private_data ||
		    index < first || addr >= other->vm_end)
			continue;
		tlb_gather_mmu(&tlb, other->vm_mm);
		hugetlb_unmap_range(&tlb, other, addr, addr + HPAGE_SIZE, true);
		tlb_finish_mmu(&tlb);
	}
	up_read(&mapping->i_mmap_rwsem);
}

/* A write where the entry forbids it. hugetlb_mutex held. */
static vm_fault_t fault_write(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct address_space *mapping = file_mapping(vma->vm_file);
	struct mm_struct *mm = vma->vm_mm;
	struct page *page, *copy;
	bool reuse;

	spin_lock(&mm->page_table_lock);
	if (pmd_none(*pmd)) { /* taken away meanwhile */
		spin_unlock(&mm->page_table_lock);
		return 0;
	}
	page = huge_pmd_page(*pmd);
	reuse = (vma->vm_flags & VM_MAYSHARE) || (PageAnon(page) && page_count(page) == 1);
	if (reuse)
		set_pmd(pmd, huge_pmd(vma, page, true));
	else
		get_page(page);
	spin_unlock(&mm->page_table_lock);
	if (reuse)
		return 0;
	copy = alloc_huge_page(vma, mapping, huge_index(vma, addr));
	if (!copy && vma->vm_private_data) {
		take_from_children(vma, huge_index(vma, addr));
		put_page(page);
		/* Alone with it now, or madvise() has taken it: the instruction runs again and sees. */
		return page_count(page) <= 1 ? 0 : VM_FAULT_SIGBUS;
	}
	if (!copy) {
		put_page(page);
		return VM_FAULT_SIGBUS;
	}
	copy_huge_page(copy, page);
	__SetPageAnon(copy);
	spin_lock(&mm->page_table_lock);
	if (!pmd_none(*pmd)) {
		/* As in mm/fault.c: nobody writes before all have left the old page. */
		pmd_clear(pmd);
		flush_tlb_range(vma, addr, addr + HPAGE_SIZE);
		set_pmd(pmd, huge_pmd(vma, copy, true));
		copy = page;
	}
	spin_unlock(&mm->page_table_lock);
	put_page(copy);
	put_page(page);
	return 0;
}

vm_fault_t hugetlb_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	unsigned long addr = address & HPAGE_MASK;
	bool write = flags & FAULT_FLAG_WRITE;
	pmd_t *pmd = pmd_alloc_address(vma->vm_mm, addr);
	vm_fault_t ret = 0;

	if (!pmd)
		return VM_FAULT_OOM;
	mutex_lock(&hugetlb_mutex);
	ASSERT(pmd_none(*pmd) || pmd_huge(*pmd));
	if (pmd_none(*pmd))
		ret = fault_missing(vma, addr, pmd, write);
	else if (write && !(pmd_val(*pmd) & _PAGE_RW))
		ret = fault_write(vma, addr, pmd);
	mutex_unlock(&hugetlb_mutex);
	return ret;
}

void hugetlb_unmap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
			 unsigned long end, bool even_cows)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start;
	pmd_t *pmd;

	ASSERT(!((start | end) & ~HPAGE_MASK));
	while ((pmd = pmd_next(mm, &addr, end))) {
		struct page *page = NULL;

		spin_lock(&mm->page_table_lock);
		if (!pmd_none(*pmd)) {
			page = huge_pmd_page(*pmd);
			if (!even_cows && PageAnon(page))
				page = NULL;
			else
				pmd_clear(pmd);
		}
		spin_unlock(&mm->page_table_lock);
		if (page) {
			add_usage(mm, -1);
			tlb_remove_huge_page(tlb, page, addr);
		}
		addr += HPAGE_SIZE;
	}
}

/* fork. What the page cache has is found again by a fault; private pages are shared for reading. */
int hugetlb_copy_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	unsigned long addr = src->vm_start;
	pmd_t *from, *to;

	if (src->vm_flags & VM_MAYSHARE)
		return 0;
	while ((from = pmd_next(src->vm_mm, &addr, src->vm_end))) {
		to = pmd_alloc_address(dst->vm_mm, addr);
		if (!to)
			return -ENOMEM;
		spin_lock(&src->vm_mm->page_table_lock);
		if (!pmd_none(*from)) {
			pmd_t entry = __pmd(pmd_val(*from) & ~_PAGE_RW);

			get_page(huge_pmd_page(entry));
			set_pmd(from, entry);
			set_pmd(to, entry);
			add_usage(dst->vm_mm, 1);
		}
		spin_unlock(&src->vm_mm->page_table_lock);
		addr += HPAGE_SIZE;
	}
	return 0;
}

void hugetlb_change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	unsigned long addr = start;
	pmd_t *pmd;

	while ((pmd = pmd_next(vma->vm_mm, &addr, end))) {
		spin_lock(&vma->vm_mm->page_table_lock);
		if (!pmd_none(*pmd)) /* private pages: a write faults and is sorted out there */
			set_pmd(pmd, huge_pmd(vma, huge_pmd_page(*pmd), false));
		spin_unlock(&vma->vm_mm->page_table_lock);
		addr += HPAGE_SIZE;
	}
	flush_tlb_range(vma, start, end);
}

struct page *hugetlb_follow_page(struct vm_area_struct *vma, unsigned long address, bool write)
{
	unsigned long addr = address & HPAGE_MASK;
	pmd_t *pmd = pmd_next(vma->vm_mm, &addr, addr + HPAGE_SIZE);
	struct page *page = NULL;

	if (!pmd)
		return NULL;
	spin_lock(&vma->vm_mm->page_table_lock);
	if (!pmd_none(*pmd) && (!write || (pmd_val(*pmd) & _PAGE_RW))) {
		page = huge_pmd_page(*pmd) + ((address & ~HPAGE_MASK) >> PAGE_SHIFT);
		get_page(page);
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	return page;
}
