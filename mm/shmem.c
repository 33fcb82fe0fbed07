// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages of tmpfs and of shared memory.
 *
 * Idea: shared memory is a file without a name. Its pages live in the page cache like any file's
 * and nowhere else; this file makes them, counts them against the mount's limit (shmem_space) and
 * maps them. What is a file about it, inodes and names, is in fs/tmpfs.c.
 * Rules: 1. info->alloced == mapping->nrpages whenever no call is under way; the sum over all files
 *    of a mount is space->used_blocks. 2. Every page in the cache is up to date (zeroed when made)
 *    and marked PG_swapbacked.
 * Locking: atomics for the counters, else as mm/filemap.c. Sleeps: yes.
 * Linux: mm/shmem.c (without swap). Start at: shmem_getpage().
 */
#include "mm/shmem.h"
#include "mm/backing.h"
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"

static struct shmem_inode *shmem_info(struct address_space *mapping)
{
	return mapping->private_data;
}

/* ---- accounting ---- */

/* One page more for this file: 0 or -ENOSPC. */
static int shmem_charge(struct shmem_inode *info)
{
	struct shmem_space *space = info->space;
	unsigned long max = space ? READ_ONCE(space->max_blocks) : 0;

	if (space) {
		unsigned long used = atomic_long_add_return(1, &space->used_blocks);

		if (max && used > max) {
			atomic_long_dec(&space->used_blocks);
			return -ENOSPC;
		}
	}
	atomic_long_inc(&info->alloced);
	inc_node_page_state(NR_SHMEM);
	return 0;
}

static void shmem_uncharge(struct shmem_inode *info, unsigned long nr)
{
	if (info->space)
		atomic_long_sub(nr, &info->space->used_blocks);
	atomic_long_sub(nr, &info->alloced);
	mod_node_page_state(NR_SHMEM, -(long)nr);
}

static void shmem_freepage(struct address_space *mapping, unsigned long nr)
{
	shmem_uncharge(shmem_info(mapping), nr);
}

static long size_in_pages(loff_t size)
{
	return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

int shmem_acct_size(unsigned long flags, loff_t size)
{
	return flags & VM_NORESERVE ? 0 : security_vm_enough_memory_mm(NULL, size_in_pages(size));
}

void shmem_unacct_size(unsigned long flags, loff_t size)
{
	if (!(flags & VM_NORESERVE))
		vm_unacct_memory(size_in_pages(size));
}

/* ---- pages ---- */

/* A new zeroed page in the cache. ERR_PTR(-ENOSPC), (-ENOMEM), (-EEXIST): somebody was faster. */
static struct page *shmem_new_page(struct address_space *mapping, pgoff_t index)
{
	struct shmem_inode *info = shmem_info(mapping);
	struct page *page;
	int err;

	err = shmem_charge(info);
	if (err)
		return ERR_PTR(err);
	page = alloc_page(mapping->gfp_mask | __GFP_ZERO);
	if (!page) {
		shmem_uncharge(info, 1);
		return ERR_PTR(-ENOMEM);
	}
	__SetPageSwapBacked(page);
	__SetPageUptodate(page); /* rule 2 */
	err = add_to_page_cache_locked(page, mapping, index, mapping->gfp_mask);
	if (err) {
		put_page(page);
		shmem_uncharge(info, 1);
		return ERR_PTR(err);
	}
	unlock_page(page);
	return page;
}

int shmem_getpage(struct address_space *mapping, pgoff_t index, struct page **pagep,
		  enum sgp_type sgp)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);

		if (!page && sgp != SGP_READ) {
			page = shmem_new_page(mapping, index);
			if (page == ERR_PTR(-EEXIST))
				continue;
			if (IS_ERR(page))
				return PTR_ERR(page);
		}
		*pagep = page;
		return 0;
	}
}

static int shmem_aops_getpage(struct address_space *mapping, pgoff_t index, bool write,
			      struct page **pagep)
{
	return shmem_getpage(mapping, index, pagep, write ? SGP_WRITE : SGP_CACHE);
}

const struct address_space_operations shmem_aops = {
	.getpage = shmem_aops_getpage,
	.freepage = shmem_freepage,
};

/* A full mount is SIGBUS for who touches a hole through a mapping, as on Linux. */
const struct vm_operations_struct shmem_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

void shmem_mapping_init(struct address_space *mapping, struct inode *host, struct shmem_inode *info,
			struct shmem_space *space, unsigned long flags)
{
	mapping_init(mapping, host, &shmem_aops, GFP_HIGHUSER);
	info->space = space;
	atomic_long_set(&info->alloced, 0);
	info->flags = flags;
	info->seals = 0;
	info->reserved = 0;
	mapping->private_data = info;
}

void shmem_truncate_range(struct address_space *mapping, loff_t start, loff_t end)
{
	loff_t first = (start + PAGE_SIZE - 1) & PAGE_MASK;
	loff_t stop = end == -1 ? 0 : (end + 1) & PAGE_MASK;

	if (mapping_mapped(mapping) && (end == -1 || first < stop))
		unmap_mapping_range(mapping, first, end == -1 ? 0 : stop - first, end == -1);
	truncate_inode_pages_range(mapping, start, end);
	if (mapping_mapped(mapping) && (end == -1 || first < stop))
		unmap_mapping_range(mapping, first, end == -1 ? 0 : stop - first, end == -1);
}
