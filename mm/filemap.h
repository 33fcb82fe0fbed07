/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page cache: the pages of a file's content, found by offset. For ramfs and tmpfs it is the
 * storage itself. read(), write() and mmap() all see the same pages.
 *
 * Linux: include/linux/fs.h (struct address_space), pagemap.h.
 */
#ifndef CONDUIT_MM_FILEMAP_H
#define CONDUIT_MM_FILEMAP_H

#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/lib/xarray.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/rwsem.h"
#include "kernel/x86/atomic.h"
#include "mm/gfp.h"

struct address_space;
struct file;
struct inode;
struct vm_area_struct;
struct vm_fault;

struct address_space_operations {
	/*
	 * Fill a page that is not up to date: set PG_uptodate or return -errno. The page is locked
	 * and in the cache; the caller unlocks. NULL: a new page is a page of zeroes.
	 */
	int (*readpage)(struct file *file, struct page *page);
	/*
	 * Find or make the page at index for the caller (a fault, a write), with a reference,
	 * unlocked. NULL: the generic way. Shared memory has its own, which does the accounting.
	 */
	int (*getpage)(struct address_space *mapping, pgoff_t index, bool write,
		       struct page **pagep);
	/* A page leaves the cache: its space is free again. */
	void (*freepage)(struct address_space *mapping, unsigned long nr);
};

/*
 * Content of one object, in pages. [L] tree_lock, [M] i_mmap_rwsem, [I] never changes, [A] atomic.
 */
struct address_space {
	struct inode *host;       /* [I] whose content; mm/ never looks inside */
	struct xarray i_pages;    /* [L] index -> struct page */
	spinlock_t tree_lock;     /* innermost */
	unsigned long nrpages;    /* [L] */
	gfp_t gfp_mask;           /* [I] */
	atomic_t i_mmap_writable; /* [A] VM_SHARED mappings; < 0: denied (seals) */
	struct rw_semaphore i_mmap_rwsem;
	struct list_head i_mmap;                      /* [M] vmas that map it, by vma->shared */
	const struct address_space_operations *a_ops; /* [I] */
	void *private_data;                           /* the file system's */
};

/* Boot. */
void pagecache_init(void);

void address_space_init_once(struct address_space *mapping);
/* One new, empty mapping; a_ops may be NULL for plain memory. */
void mapping_init(struct address_space *mapping, struct inode *host,
		  const struct address_space_operations *a_ops, gfp_t gfp_mask);

/* With a reference, or NULL. Any context that may take tree_lock. */
struct page *find_get_page(struct address_space *mapping, pgoff_t index);
/* The same, locked, and still in the mapping. Sleeps. */
struct page *find_lock_page(struct address_space *mapping, pgoff_t index);
/* Up to nr pages at or behind *index, in order, each with a reference; moves *index on. */
unsigned int find_get_pages(struct address_space *mapping, pgoff_t *index, pgoff_t end,
			    unsigned int nr, struct page **pages);
/* Is there a page at or behind index? Its index, or ~0ul. For SEEK_DATA. */
pgoff_t page_cache_next_present(struct address_space *mapping, pgoff_t index);
/* The first index at or behind index without a page. For SEEK_HOLE. */
pgoff_t page_cache_next_hole(struct address_space *mapping, pgoff_t index);

/*
 * Put a new page (one reference, the caller's) into the cache, which takes its own reference; the
 * page comes back locked. 0, -EEXIST or -ENOMEM.
 */
int add_to_page_cache_locked(struct page *page, struct address_space *mapping, pgoff_t index,
			     gfp_t gfp);
/* Page locked. Takes it out and drops the cache's reference. */
void delete_from_page_cache(struct page *page);

/*
 * The page at index, with a reference, up to date and unlocked: looked up, or made and read. The
 * way in for faults and for read(). ERR_PTR on failure.
 */
struct page *read_mapping_page(struct address_space *mapping, pgoff_t index, struct file *file);
/*
 * The same for write(): locked, and up to date unless the caller said that it overwrites all of it
 * (then it must set PG_uptodate). ERR_PTR(-ENOMEM), ERR_PTR(-ENOSPC).
 */
struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index,
					 bool overwrites, struct file *file);

/*
 * Copying between user memory and the cache for files whose pages live in memory: what
 * generic_file_read_iter() and write_iter() do for one contiguous user buffer. The user page may
 * fault; no page is locked meanwhile. Returns bytes, or -errno when nothing was copied.
 */

/* Content from lstart on is gone: pages out of the cache, the rest of a partial page zeroed. */
void truncate_inode_pages(struct address_space *mapping, loff_t lstart);
/* The same for [lstart, lend] (lend inclusive, -1 = end): fallocate(PUNCH_HOLE). */
void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend);
/* inode is going away: every page out. */
void truncate_inode_pages_final(struct address_space *mapping);
/*
 * Takes [holebegin, holebegin + holelen) out of all page tables (holelen 0: to the end); even_cows:
 * private copies as well. Sleeps.
 */
void unmap_mapping_range(struct address_space *mapping, loff_t holebegin, loff_t holelen,
			 bool even_cows);
/*
 * After i_size went down to newsize: unmap, truncate, unmap again, so that no fault in between
 * keeps an old page. Caller holds the inode's i_rwsem for writing.
 */
void truncate_pagecache(struct address_space *mapping, loff_t newsize);

/* vm_operations of an ordinary file mapping. */
extern const struct vm_operations_struct generic_file_vm_ops;
unsigned int filemap_fault(struct vm_fault *vmf);
void filemap_map_pages(struct vm_fault *vmf, pgoff_t start, pgoff_t end);

/* Has anybody mapped it (shared and writable)? */
bool mapping_mapped(struct address_space *mapping);
bool mapping_writably_mapped(const struct address_space *mapping);
/* Seals: 0 or -EBUSY when there are writable mappings; then none can be made. */
int mapping_deny_writable(struct address_space *mapping);
void mapping_allow_writable(struct address_space *mapping);
int mapping_map_writable(struct address_space *mapping);
void mapping_unmap_writable(struct address_space *mapping);

#endif
