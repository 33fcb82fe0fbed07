// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reaching user pages from the kernel without going through the current address space: exec's
 * new stack, /proc/<pid>/cmdline, futexes, mlock and MAP_POPULATE.
 *
 * Idea: look the pte up; when it does not allow the access, do what the CPU would cause
 * (handle_mm_fault()) and look again.
 * Locking: mmap_lock for reading, ptl while a pte is read.
 * Linux: mm/gup.c, mm/memory.c (access_remote_vm).
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"

/* The page if the pte allows the access as it is, with a reference; NULL: a fault is needed. */
static struct page *follow_page(struct vm_area_struct *vma, unsigned long address, bool write,
				bool force)
{
	unsigned long addr = address;
	struct page *page = NULL;
	spinlock_t *ptl;
	pmd_t *pmd;
	pte_t *pte;

	if (is_vm_hugetlb_page(vma))
		return hugetlb_follow_page(vma, address, write);
	pmd = pmd_next(vma->vm_mm, &addr, address + 1);
	if (!pmd)
		return NULL;
	pte = pte_offset_map_lock(vma->vm_mm, pmd, address, &ptl);
	if (!pte_none(*pte) && !(vma->vm_flags & VM_PFNMAP)) {
		page = pfn_to_page(pte_pfn(*pte));
		/* FOLL_FORCE writes to what is this process's own copy, writable or not. */
		if (write && (!pmd_write(*pmd) || (!pte_write(*pte) && !(force && PageAnon(page) &&
									 page_count(page) == 1))))
			page = NULL;
		else
			get_page(page);
	}
	spin_unlock(ptl);
	return page;
}

/* Does the vma let these FOLL_* in? -EFAULT when not. */
static int check_vma_flags(struct vm_area_struct *vma, unsigned int gup_flags)
{
	unsigned long flags = vma->vm_flags;

	if (flags & (VM_IO | VM_PFNMAP))
		return -EFAULT;
	if (gup_flags & FOLL_WRITE) {
		if (flags & VM_WRITE)
			return 0;
		if (!(gup_flags & FOLL_FORCE) || (flags & (VM_SHARED | VM_MAYWRITE)) != VM_MAYWRITE)
			return -EFAULT;
		return 0;
	}
	if (flags & VM_READ)
		return 0;
	return (gup_flags & FOLL_FORCE) && (flags & VM_MAYREAD) ? 0 : -EFAULT;
}

static int fault_error(vm_fault_t fault)
{
	return fault & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
}

static struct page *get_user_page(struct vm_area_struct *vma, unsigned long address,
				  unsigned int gup_flags)
{
	bool write = gup_flags & FOLL_WRITE, force = gup_flags & FOLL_FORCE;

	for (;;) {
		struct page *page = follow_page(vma, address, write, force);
		vm_fault_t fault;

		if (page)
			return page;
		if (gup_flags & FOLL_NOFAULT)
			return ERR_PTR(-EFAULT);
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
		fault = handle_mm_fault(vma, address,
					FAULT_FLAG_REMOTE | (write ? FAULT_FLAG_WRITE : 0), NULL);
		if (fault & VM_FAULT_ERROR)
			return ERR_PTR(fault_error(fault));
	}
}

long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages)
{
	struct vm_area_struct *vma = NULL;
	unsigned long done = 0;
	int err = 0;

	start &= PAGE_MASK;
	while (done < nr_pages) {
		struct page *page;

		if (!vma || start >= vma->vm_end) {
			vma = find_vma(mm, start);
			if (vma && start < vma->vm_start && expand_stack(vma, start))
				vma = NULL;
			err = vma ? check_vma_flags(vma, gup_flags) : -EFAULT;
			if (err)
				break;
		}
		page = get_user_page(vma, start, gup_flags);
		if (IS_ERR(page)) {
			err = PTR_ERR(page);
			break;
		}
		if (pages)
			pages[done] = page;
		else
			put_page(page);
		done++;
		start += PAGE_SIZE;
		cond_resched();
	}
	return done ? (long)done : err;
}

long get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			 struct page **pages)
{
	struct mm_struct *mm = current->mm;
	long got;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	got = get_user_pages_remote(mm, start, nr_pages, gup_flags, pages);
	mmap_read_unlock(mm);
	return got;
}

int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len,
		     unsigned int gup_flags)
{
	int done = 0;

	if (mmap_read_lock_killable(mm))
		return 0;
	while (done < len) {
		int offset = addr & ~PAGE_MASK, chunk = min(len - done, (int)PAGE_SIZE - offset);
		struct page *page;
		char *at;

		if (get_user_pages_remote(mm, addr, 1, gup_flags, &page) != 1)
			break;
		at = (char *)page_address(page) + offset;
		if (gup_flags & FOLL_WRITE)
			memcpy(at, (char *)buf + done, chunk);
		else
			memcpy((char *)buf + done, at, chunk);
		put_page(page);
		done += chunk;
		addr += chunk;
	}
	mmap_read_unlock(mm);
	return done;
}

int access_process_vm(struct task_struct *task, unsigned long addr, void *buf, int len,
		      unsigned int gup_flags)
{
	struct mm_struct *mm = get_task_mm(task);
	int done;

	if (!mm)
		return 0;
	done = access_remote_vm(mm, addr, buf, len, gup_flags);
	mmput(mm);
	return done;
}

int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags)
{
	long got;

	got = get_user_pages_remote(mm, address, 1, fault_flags & FAULT_FLAG_WRITE ? FOLL_WRITE : 0,
				    NULL);
	return got == 1 ? 0 : -EFAULT;
}

int futex_backing(unsigned long address, bool write, struct address_space **mapping, pgoff_t *pgoff)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = -EFAULT;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	vma = vma_lookup(mm, address);
	if (vma && !check_vma_flags(vma, write ? FOLL_WRITE : 0)) {
		err = 0;
		*mapping = NULL;
		if ((vma->vm_flags & VM_MAYSHARE) && vma->vm_file) {
			*mapping = file_mapping(vma->vm_file);
			*pgoff = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
		}
	}
	mmap_read_unlock(mm);
	return err;
}

/* Faults in [addr, addr + len) of current; what cannot be is left out. MAP_POPULATE, mlock(). */
void mm_populate(unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = current->mm;
	unsigned long end = addr + len;

	while (addr < end && !fatal_signal_pending(current)) {
		struct vm_area_struct *vma;
		unsigned long stop;
		unsigned int flags = 0;

		mmap_read_lock(mm);
		vma = find_vma_intersection(mm, addr, end);
		if (!vma) {
			mmap_read_unlock(mm);
			return;
		}
		addr = max(addr, vma->vm_start);
		stop = min(end, vma->vm_end);
		/* Private writable memory gets its own pages at once; shared pages stay clean. */
		if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
			flags = FOLL_WRITE;
		else if (!(vma->vm_flags & VM_READ))
			flags = FOLL_FORCE;
		if (!(vma->vm_flags & VM_LOCKONFAULT) && (vma->vm_flags & VM_ACCESS_FLAGS))
			get_user_pages_remote(mm, addr, (stop - addr) >> PAGE_SHIFT, flags, NULL);
		addr = stop;
		mmap_read_unlock(mm);
	}
}
