/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Huge pages: memory in pieces of 2 MiB from a pool that the administrator sets aside.
 * Implemented in mm/hugetlb.c (the pool, reservations, faults) and fs/hugetlbfs.c (the files).
 * Linux: include/linux/hugetlb.h.
 */
#ifndef CONDUIT_MM_HUGETLB_H
#define CONDUIT_MM_HUGETLB_H

#include "mm/filemap.h"
#include "mm/mm.h"

struct mmu_gather;

#define HUGETLB_ORDER   (HPAGE_SHIFT - PAGE_SHIFT)
#define PAGES_PER_HPAGE (1ul << HUGETLB_ORDER)

/* creat_flags of hugetlb_file_setup() */
#define HUGETLB_SHMFS_INODE    1 /* for shmget(): needs CAP_IPC_LOCK or the group */
#define HUGETLB_ANONHUGE_INODE 2 /* for mmap(MAP_HUGETLB) */

/*
 * A nameless file of size bytes, rounded up to whole huge pages. acctflag: VM_NORESERVE
 * to reserve nothing yet; page_size_log: 0 or HPAGE_SHIFT. ERR_PTR: -EINVAL (a page size that does
 * not exist), -EPERM, -ENOMEM (not enough pages in the pool). Implemented in fs/hugetlbfs.c.
 */
struct file *hugetlb_file_setup(const char *name, size_t size, unsigned long acctflag,
				int creat_flags, int page_size_log);
/* Do mappings of the file consist of huge pages? */
bool is_file_hugepages(const struct file *file);

static inline bool is_vm_hugetlb_page(const struct vm_area_struct *vma)
{
	return unlikely(vma->vm_flags & VM_HUGETLB);
}

/* An entry of a pmd table that maps a huge page, accessible or not. */
static inline bool pmd_huge(pmd_t pmd)
{
	return unlikely(pmd_val(pmd) & _PAGE_PSE);
}

/* ---- files: mapping->private_data of a hugetlb file ---- */

struct hugetlb_file {
	struct xarray reserved; /* [hugetlb_mutex] page numbers that are counted for the file */
	bool by_shmget;         /* [I] counted when it was made, or (SHM_NORESERVE) never */
};

extern const struct address_space_operations hugetlb_aops;

/* file_operations.mmap: sets vma->vm_ops, reserves pages. vma->vm_file is set. */
int hugetlb_mmap(struct file *file, struct vm_area_struct *vma);
/* Counts pages [from, to) for the file. 0 or -ENOMEM. */
int hugetlb_reserve_file(struct address_space *mapping, pgoff_t from, pgoff_t to);
/* The file goes: its pages and reservations go back. */
void hugetlb_truncate_final(struct address_space *mapping);

/* ---- what mm/ does differently for a vma with VM_HUGETLB ---- */

vm_fault_t hugetlb_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags);
void hugetlb_unmap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
			 unsigned long end, bool even_cows);
int hugetlb_copy_range(struct vm_area_struct *dst, struct vm_area_struct *src);
void hugetlb_change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* The 4 KiB piece at address with a reference, or NULL: a fault is needed. */
struct page *hugetlb_follow_page(struct vm_area_struct *vma, unsigned long address, bool write);
/* The last reference of a huge page is gone. Any context. */
void free_huge_page(struct page *page);

/* ---- the pool, in huge pages ---- */

struct hugetlb_numbers {
	unsigned long total, free, reserved, surplus, overcommit;
};

void hugetlb_get_numbers(struct hugetlb_numbers *numbers);
/* /proc/sys/vm: as many pages as can be had, up to count. Sleeps. */
void hugetlb_set_pool(unsigned long count);
void hugetlb_set_overcommit(unsigned long count);

#endif
