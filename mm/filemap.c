// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache, and the faults of file mappings that are served from it.
 *
 * Idea: an address_space maps offsets to pages. read(), write() and faults all go through
 * read_mapping_page() or its locked sibling: look the page up; if it is missing, put a new one in,
 * locked, fill it, unlock. For ramfs and tmpfs a page is never dropped to save memory: it is the
 * only copy.
 * Rules: 1. page->mapping and ->index are set exactly while the page is in i_pages, which holds one
 *    reference. 2. A page comes and goes with its page lock and tree_lock held. 3. A page without
 *    PG_uptodate has never been filled; only who holds its lock may look inside.
 * Locking: page lock, then tree_lock (innermost).
 * Sleeps: all but find_get_page() and friends.
 * Linux: mm/filemap.c. Start at: read_mapping_page(), filemap_fault().
 */
#include "mm/backing.h"
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/wait.h"

/* ---- the page lock: sleepers of all pages share a few queues ---- */

#define PAGE_WAIT_TABLE_SIZE 64

static struct wait_queue_head page_wait_table[PAGE_WAIT_TABLE_SIZE];

static struct wait_queue_head *page_waitqueue(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return &page_wait_table[(pfn ^ (pfn >> 6)) % PAGE_WAIT_TABLE_SIZE];
}

/* For the condition of a wait: the flag first, so unlock_page() sees it or has unlocked already. */
static bool trylock_page_or_wait(struct page *page)
{
	set_bit(PG_waiters, &page->flags);
	smp_mb();
	return trylock_page(page);
}

static bool page_unlocked_or_wait(struct page *page)
{
	set_bit(PG_waiters, &page->flags);
	smp_mb();
	return !PageLocked(page);
}

void __lock_page(struct page *page)
{
	wait_event(*page_waitqueue(page), trylock_page_or_wait(page));
}

void wait_on_page_locked(struct page *page)
{
	if (PageLocked(page))
		wait_event(*page_waitqueue(page), page_unlocked_or_wait(page));
}

void unlock_page(struct page *page)
{
	ASSERT(PageLocked(page));
	clear_bit(PG_locked, &page->flags);
	smp_mb();
	if (unlikely(PageFlag(page, PG_waiters))) {
		clear_bit(PG_waiters, &page->flags); /* who goes on waiting sets it again */
		wake_up_all(page_waitqueue(page));
	}
}

void pagecache_init(void)
{
	for (int i = 0; i < PAGE_WAIT_TABLE_SIZE; i++)
		init_waitqueue_head(&page_wait_table[i]);
}

/* ---- the mapping ---- */

void address_space_init_once(struct address_space *mapping)
{
	memset(mapping, 0, sizeof(*mapping));
	xa_init(&mapping->i_pages);
	spin_lock_init(&mapping->tree_lock);
	init_rwsem(&mapping->i_mmap_rwsem);
	INIT_LIST_HEAD(&mapping->i_mmap);
}

void mapping_init(struct address_space *mapping, struct inode *host,
		  const struct address_space_operations *a_ops, gfp_t gfp_mask)
{
	address_space_init_once(mapping);
	mapping->host = host;
	mapping->a_ops = a_ops;
	mapping->gfp_mask = gfp_mask;
}

struct page *find_get_page(struct address_space *mapping, pgoff_t index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = xa_load(&mapping->i_pages, index);
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

struct page *find_lock_page(struct address_space *mapping, pgoff_t index)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);

		if (!page)
			return NULL;
		lock_page(page);
		if (likely(page->mapping == mapping && page->index == index))
			return page;
		unlock_page(page); /* truncated meanwhile */
		put_page(page);
	}
}

unsigned int find_get_pages(struct address_space *mapping, pgoff_t *index, pgoff_t end,
			    unsigned int nr, struct page **pages)
{
	unsigned long at = *index;
	unsigned int found = 0;

	spin_lock(&mapping->tree_lock);
	while (found < nr && at <= end) {
		struct page *page = xa_find(&mapping->i_pages, &at, end, XA_PRESENT);

		if (!page)
			break;
		get_page(page);
		pages[found++] = page;
		if (!++at)
			break;
	}
	spin_unlock(&mapping->tree_lock);
	if (found)
		*index = pages[found - 1]->index + 1;
	return found;
}

pgoff_t page_cache_next_present(struct address_space *mapping, pgoff_t index)
{
	unsigned long at = index;
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = xa_find(&mapping->i_pages, &at, ~0ul, XA_PRESENT);
	spin_unlock(&mapping->tree_lock);
	return page ? at : ~0ul;
}

pgoff_t page_cache_next_hole(struct address_space *mapping, pgoff_t index)
{
	spin_lock(&mapping->tree_lock);
	while (xa_load(&mapping->i_pages, index))
		index++;
	spin_unlock(&mapping->tree_lock);
	return index;
}

int add_to_page_cache_locked(struct page *page, struct address_space *mapping, pgoff_t index,
			     gfp_t gfp)
{
	void *old;
	int err;

	ASSERT(!page->mapping);
	__set_bit(PG_locked, &page->flags);
	get_page(page);
	page->mapping = mapping;
	page->index = index;
	spin_lock(&mapping->tree_lock);
	if (xa_load(&mapping->i_pages, index)) {
		err = -EEXIST;
	} else {
		old = xa_store(&mapping->i_pages, index, page, gfp & ~__GFP_RECLAIM);
		err = xa_err(old);
	}
	if (!err)
		mapping->nrpages++;
	spin_unlock(&mapping->tree_lock);
	if (err) {
		page->mapping = NULL;
		put_page(page);
		__clear_bit(PG_locked, &page->flags);
		return err;
	}
	inc_node_page_state(NR_FILE_PAGES);
	return 0;
}

void delete_from_page_cache(struct page *page)
{
	struct address_space *mapping = page->mapping;

	ASSERT(PageLocked(page) && mapping); /* rule 2 */
	spin_lock(&mapping->tree_lock);
	xa_erase(&mapping->i_pages, page->index);
	page->mapping = NULL;
	mapping->nrpages--;
	spin_unlock(&mapping->tree_lock);
	dec_node_page_state(NR_FILE_PAGES);
	if (mapping->a_ops && mapping->a_ops->freepage)
		mapping->a_ops->freepage(mapping, 1);
	put_page(page);
}

/* ---- getting a page ---- */

/* Makes a locked page's content valid. */
static int fill_page(struct page *page, struct file *file)
{
	const struct address_space_operations *a_ops = page->mapping->a_ops;

	if (a_ops && a_ops->readpage)
		return a_ops->readpage(file, page);
	clear_highpage(page);
	SetPageUptodate(page);
	return 0;
}

/* A new page at index: locked, with a reference, not up to date. ERR_PTR(-EEXIST), (-ENOMEM). */
static struct page *new_cache_page(struct address_space *mapping, pgoff_t index)
{
	struct page *page = alloc_page(mapping->gfp_mask);
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	err = add_to_page_cache_locked(page, mapping, index, mapping->gfp_mask);
	if (err) {
		put_page(page);
		return ERR_PTR(err);
	}
	return page;
}

/* The page at index, made if missing, locked. */
static struct page *find_or_create_page(struct address_space *mapping, pgoff_t index)
{
	for (;;) {
		struct page *page = find_lock_page(mapping, index);

		if (page)
			return page;
		page = new_cache_page(mapping, index);
		if (page != ERR_PTR(-EEXIST))
			return page;
	}
}

struct page *read_mapping_page(struct address_space *mapping, pgoff_t index, struct file *file)
{
	struct page *page;
	int err;

	if (mapping->a_ops && mapping->a_ops->getpage) {
		err = mapping->a_ops->getpage(mapping, index, false, &page);
		return err ? ERR_PTR(err) : page;
	}
	page = find_get_page(mapping, index);
	if (page && PageUptodate(page))
		return page;
	if (page)
		put_page(page);
	page = find_or_create_page(mapping, index);
	if (IS_ERR(page) || PageUptodate(page)) {
		if (!IS_ERR(page))
			unlock_page(page);
		return page;
	}
	err = fill_page(page, file);
	unlock_page(page);
	if (err) {
		put_page(page);
		return ERR_PTR(err);
	}
	return page;
}

struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index,
					 bool overwrites, struct file *file)
{
	struct page *page;
	int err;

	for (;;) {
		if (!mapping->a_ops || !mapping->a_ops->getpage) {
			page = find_or_create_page(mapping, index);
			if (IS_ERR(page))
				return page;
			break;
		}
		err = mapping->a_ops->getpage(mapping, index, true, &page);
		if (err)
			return ERR_PTR(err);
		lock_page(page);
		if (likely(page->mapping == mapping))
			break;
		unlock_page(page);
		put_page(page);
	}
	if (!overwrites && !PageUptodate(page)) {
		err = fill_page(page, file);
		if (err) {
			unlock_page(page);
			put_page(page);
			return ERR_PTR(err);
		}
	}
	return page;
}

/* ---- faults ---- */

/* Pages of the file, the last one counted if it is partial. */
static pgoff_t pages_of(struct address_space *mapping)
{
	return (mapping_size(mapping) + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* The page of the file, locked: past its end there is none (SIGBUS). */
vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = file_mapping(vmf->vma->vm_file);
	struct page *page;

	for (;;) {
		if (unlikely(vmf->pgoff >= pages_of(mapping)))
			return VM_FAULT_SIGBUS;
		page = read_mapping_page(mapping, vmf->pgoff, vmf->vma->vm_file);
		if (IS_ERR(page))
			return PTR_ERR(page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		lock_page(page);
		if (likely(page->mapping == mapping))
			break;
		unlock_page(page);
		put_page(page);
	}
	if (unlikely(vmf->pgoff >= pages_of(mapping))) { /* truncated while the page was found */
		unlock_page(page);
		put_page(page);
		return VM_FAULT_SIGBUS;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

/*
 * Pages [start, end] of the file that are there already, into the table of vmf->pmd. Where a fault
 * was, the next one is near: this saves it. No page lock is needed, since a page cannot leave the
 * cache while tree_lock is held, and truncate unmaps once more after taking it out.
 */
void filemap_map_pages(struct vm_fault *vmf, pgoff_t start, pgoff_t end)
{
	struct vm_area_struct *vma = vmf->vma;
	struct address_space *mapping = file_mapping(vma->vm_file);
	unsigned long first = vmf->address - ((vmf->pgoff - start) << PAGE_SHIFT);
	pgoff_t behind = pages_of(mapping);
	void *pages[FAULT_AROUND_PAGES];
	spinlock_t *ptl;
	unsigned int nr;
	int mapped = 0;
	pte_t *pte;

	ASSERT(end - start < FAULT_AROUND_PAGES);
	if (vmf->pgoff >= behind)
		return;
	end = min(end, behind - 1);
	spin_lock(&mapping->tree_lock);
	nr = xa_extract(&mapping->i_pages, pages, start, end, FAULT_AROUND_PAGES, XA_PRESENT);
	pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, first, &ptl);
	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = pages[i];
		pte_t *at = pte + (page->index - start);

		if (!PageUptodate(page) || !pte_none(*at))
			continue;
		get_page(page);
		mapped++;
		set_pte(at, pfn_pte(page_to_pfn(page), vma->vm_page_prot));
	}
	table_add_pages(ptl, mapped);
	spin_unlock(ptl);
	spin_unlock(&mapping->tree_lock);
	if (mapped)
		add_mm_counter(vma->vm_mm, mm_counter(pages[0]), mapped);
}

const struct vm_operations_struct generic_file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

/* ---- who has it mapped ---- */

bool mapping_mapped(struct address_space *mapping)
{
	return !list_empty(&mapping->i_mmap);
}

bool mapping_writably_mapped(const struct address_space *mapping)
{
	return atomic_read(&mapping->i_mmap_writable) > 0;
}

/* i_mmap_writable counts up for writable mappings, down for those who deny them; never both. */
int mapping_map_writable(struct address_space *mapping)
{
	int old = atomic_read(&mapping->i_mmap_writable);

	do {
		if (old < 0)
			return -EPERM;
	} while (!atomic_try_cmpxchg(&mapping->i_mmap_writable, &old, old + 1));
	return 0;
}

void mapping_unmap_writable(struct address_space *mapping)
{
	atomic_dec(&mapping->i_mmap_writable);
}

int mapping_deny_writable(struct address_space *mapping)
{
	int old = atomic_read(&mapping->i_mmap_writable);

	do {
		if (old > 0)
			return -EBUSY;
	} while (!atomic_try_cmpxchg(&mapping->i_mmap_writable, &old, old - 1));
	return 0;
}

void mapping_allow_writable(struct address_space *mapping)
{
	atomic_inc(&mapping->i_mmap_writable);
}
