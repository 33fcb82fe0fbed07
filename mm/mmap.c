// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap(2) and munmap(2): making and removing mappings.
 *
 * Idea: a mapping is only a promise, a vma; pages come with the first access (mm/fault.c). mmap()
 * checks the arguments, finds a place, makes room there, and links a vma or extends a neighbour.
 *
 *	address space, low to high:
 *	program | heap -> …                    … <- mappings | gap for the stack's growth | stack
 *	                                                      ^ mm->mmap_base
 *
 * New mappings go to the highest free place below mmap_base. There is no randomisation: the same
 * program gets the same addresses on every run.
 * Rules: 1. On failure nothing has changed, but for what MAP_FIXED had already removed (as on
 *    Linux). 2. VM_ACCOUNT vmas are counted in Committed_AS, page by page, until they go. 3.
 *    Nothing is mapped below mmap_min_addr or above task_size.
 * Locking: mmap_lock for writing; the file's i_mmap_rwsem inside.
 * Sleeps: yes. Linux: mm/mmap.c. Start at: do_mmap(), mmap_region(), do_munmap().
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "mm/slab.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/err.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"

int sysctl_max_map_count = DEFAULT_MAX_MAP_COUNT;
unsigned long mmap_min_addr = MMAP_MIN_ADDR;

/* Room that is kept for the stack below its top: the limit, within these bounds. */
#define STACK_ROOM_MIN (128ul << 20)
#define STACK_ROOM_MAX (TASK_SIZE / 6 * 5)

/* ---- accounting ---- */

/* Linux's VmData: private writable memory that is no stack. */
static bool is_data_mapping(unsigned long vm_flags)
{
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE;
}

static bool is_exec_mapping(unsigned long vm_flags)
{
	return (vm_flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC;
}

void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages)
{
	mm->total_vm += npages;
	if (is_exec_mapping(vm_flags))
		mm->exec_vm += npages;
	else if (vm_flags & VM_STACK)
		mm->stack_vm += npages;
	else if (is_data_mapping(vm_flags))
		mm->data_vm += npages;
}

bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages)
{
	if (mm->total_vm + npages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !is_data_mapping(vm_flags) ||
	       mm->data_vm + npages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}

bool accountable_mapping(struct file *file, unsigned long vm_flags)
{
	if (file && is_file_hugepages(file)) /* mm/hugetlb.c counts */
		return false;
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

int mlock_future_check(struct mm_struct *mm, unsigned long vm_flags, unsigned long len)
{
	unsigned long pages = mm->locked_vm + (len >> PAGE_SHIFT);

	if ((vm_flags & VM_LOCKED) && pages > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT &&
	    !capable(CAP_IPC_LOCK))
		return -EAGAIN;
	return 0;
}

/* A pte's bits by READ, WRITE, EXEC; private pages never start writable: they may be shared. */
pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	if (!(vm_flags & VM_ACCESS_FLAGS))
		return PAGE_NONE;
	if ((vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED))
		return vm_flags & VM_EXEC ? PAGE_SHARED_EXEC : PAGE_SHARED;
	return vm_flags & VM_EXEC ? PAGE_READONLY_EXEC : PAGE_READONLY;
}

/* ---- where ---- */

void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_rlimit)
{
	unsigned long room = clamp(stack_rlimit, STACK_ROOM_MIN, STACK_ROOM_MAX);

	mm->mmap_base = PAGE_ALIGN(STACK_TOP - STACK_GUARD_GAP - room);
}

/* Is [addr, addr + len) free, the guard gap of a stack above included? */
static bool range_is_free(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *prev, *vma = find_vma_prev(mm, addr, &prev);

	return addr >= mmap_min_addr && mm->task_size - len >= addr &&
	       (!vma || addr + len <= vm_start_gap(vma)) && (!prev || addr >= prev->vm_end);
}

/* get_unmapped_area() for a file in huge pages. */
static unsigned long get_unmapped_huge_area(struct mm_struct *mm, unsigned long addr,
					    unsigned long len, unsigned long flags)
{
	if ((len & ~HPAGE_MASK) || ((flags & MAP_FIXED) && (addr & ~HPAGE_MASK)))
		return -EINVAL;
	if (len > mm->task_size)
		return -ENOMEM;
	if (flags & MAP_FIXED)
		return addr > mm->task_size - len ? (unsigned long)-ENOMEM : addr;
	addr = ALIGN(addr, HPAGE_SIZE);
	if (addr && range_is_free(mm, addr, len))
		return addr;
	addr = unmapped_area_topdown(mm, len + HPAGE_SIZE - PAGE_SIZE, HPAGE_SIZE, mm->mmap_base);
	return (long)addr < 0 ? addr : ALIGN(addr, HPAGE_SIZE);
}

unsigned long get_unmapped_area(struct file *file, unsigned long addr, unsigned long len,
				unsigned long pgoff, unsigned long flags)
{
	struct mm_struct *mm = current->mm;

	if (file && is_file_hugepages(file))
		return get_unmapped_huge_area(mm, addr, len, flags);
	if (len > mm->task_size)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		if (addr > mm->task_size - len)
			return -ENOMEM;
		return addr & ~PAGE_MASK ? -EINVAL : addr;
	}
	if (addr) {
		addr = PAGE_ALIGN(addr);
		if (range_is_free(mm, addr, len))
			return addr;
	}
	if (flags & MAP_32BIT)
		return unmapped_area_bottomup(mm, len, 0x40000000, 0x80000000);
	addr = unmapped_area_topdown(mm, len, max(PAGE_SIZE, mmap_min_addr), mm->mmap_base);
	if ((long)addr < 0) /* full below: try what is left above */
		addr = unmapped_area_bottomup(mm, len, TASK_UNMAPPED_BASE, mm->task_size);
	return addr;
}

/* ---- munmap ---- */

/* The vmas from first on that lie below end, in the tree and the list no more; a list of them. */
static struct vm_area_struct *detach_vmas(struct mm_struct *mm, struct vm_area_struct *first,
					  unsigned long end)
{
	struct vm_area_struct *vma = first, *last = NULL, *next;

	for (; vma && vma->vm_start < end; vma = next) {
		next = vma->vm_next;
		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= vma_pages(vma);
		vma_unlink(mm, vma);
		if (last)
			last->vm_next = vma;
		last = vma;
	}
	last->vm_next = NULL;
	return first;
}

/* Pages, page tables, file lists: nothing can reach the detached range any more. */
static void unmap_region(struct mm_struct *mm, struct vm_area_struct *list,
			 struct vm_area_struct *prev, unsigned long start, unsigned long end)
{
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;
	struct mmu_gather tlb;

	update_hiwater(mm);
	tlb_gather_mmu(&tlb, mm);
	for (struct vm_area_struct *vma = list; vma; vma = vma->vm_next) {
		unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end, true);
		if (vma->vm_file)
			vma_unlink_file(vma);
	}
	free_pgtables(&tlb, start, end, prev ? prev->vm_end : 0, next ? next->vm_start : TASK_SIZE);
	tlb_finish_mmu(&tlb);
}

int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
	struct vm_area_struct *vma, *prev, *next;
	unsigned long end;
	int err;

	if ((start & ~PAGE_MASK) || start > mm->task_size || len > mm->task_size - start)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	end = start + len;
	if (!len)
		return -EINVAL;
	vma = find_vma_intersection(mm, start, end);
	if (!vma)
		return 0;
	if (unshare_range(mm, start, end, true))
		return -ENOMEM;
	if (start > vma->vm_start) {
		/* A hole in the middle makes one vma more. */
		if (end < vma->vm_end && mm->map_count >= sysctl_max_map_count)
			return -ENOMEM;
		err = split_vma(mm, vma, start, true);
		if (err)
			return err;
	}
	prev = vma->vm_prev;
	next = find_vma(mm, end - 1);
	if (next && next->vm_start < end && end < next->vm_end) {
		err = split_vma(mm, next, end, true);
		if (err)
			return err;
		if (next == vma) /* next kept the part behind end */
			vma = prev ? prev->vm_next : mm->mmap;
	}
	vma = detach_vmas(mm, vma, end);
	unmap_region(mm, vma, prev, start, end);
	for (; vma; vma = next) {
		next = vma->vm_next;
		vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(vma));
		remove_vma(vma);
	}
	return 0;
}

int vm_munmap(unsigned long start, size_t len)
{
	struct mm_struct *mm = current->mm;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_munmap(mm, start, len);
	validate_mm(mm);
	mmap_write_unlock(mm);
	return err;
}

/* ---- mmap ---- */

static unsigned long count_pages_in_range(struct mm_struct *mm, unsigned long start,
					  unsigned long end)
{
	unsigned long pages = 0;

	for (struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	     vma && vma->vm_start < end; vma = vma->vm_next)
		pages += (min(end, vma->vm_end) - max(start, vma->vm_start)) >> PAGE_SHIFT;
	return pages;
}

/* A new vma's backing: the file's mmap(), or shared memory. On failure vma is as before. */
static int attach_backing(struct vm_area_struct *vma, struct file *file)
{
	int err;

	if (!file)
		return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : 0;
	vma->vm_file = file_get(file);
	if (vma->vm_flags & VM_SHARED) {
		err = mapping_map_writable(file_mapping(file));
		if (err)
			goto put_file;
		mapping_unmap_writable(file_mapping(file)); /* vma_link_file() counts it */
	}
	err = file_mmap(file, vma);
	if (!err)
		return 0;
put_file:
	vma->vm_file = NULL;
	fput(file);
	return err;
}

/* The range and the flags are decided: make room, then a vma or a larger neighbour. */
static unsigned long mmap_region(struct file *file, unsigned long addr, unsigned long len,
				 unsigned long vm_flags, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma, *prev;
	unsigned long pages = len >> PAGE_SHIFT, end = addr + len;
	int err;

	if (!may_expand_vm(mm, vm_flags, pages)) {
		/* Replacing counts only what comes on top. */
		if (!may_expand_vm(mm, vm_flags, pages - count_pages_in_range(mm, addr, end)))
			return -ENOMEM;
	}
	err = do_munmap(mm, addr, len);
	if (err)
		return err;
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	if (accountable_mapping(file, vm_flags)) { /* rule 2 */
		if (security_vm_enough_memory_mm(mm, pages))
			return -ENOMEM;
		vm_flags |= VM_ACCOUNT;
	}
	find_vma_prev(mm, addr, &prev);
	/* Only after the file has seen a vma is known whether it may be joined: then see below. */
	if (!file && !(vm_flags & VM_SHARED)) {
		vma = vma_merge(mm, prev, addr, end, vm_flags, NULL, pgoff);
		if (vma)
			goto account;
	}
	vma = vm_area_alloc(mm);
	if (!vma) {
		err = -ENOMEM;
		goto unacct;
	}
	vma->vm_start = addr;
	vma->vm_end = end;
	vma->vm_flags = vm_flags;
	vma->vm_pgoff = pgoff;
	err = attach_backing(vma, file);
	if (err)
		goto free_vma;
	vma_set_page_prot(vma);
	vma_link(mm, vma);
account:
	vm_stat_account(mm, vm_flags, pages);
	if (vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	return addr;

free_vma:
	vm_area_free(vma);
unacct:
	if (vm_flags & VM_ACCOUNT)
		vm_unacct_memory(pages);
	return err;
}

/* PROT_* and MAP_* as VM_*. */
static unsigned long calc_vm_flags(unsigned long prot, unsigned long flags)
{
	unsigned long vm_flags = prot & (PROT_READ | PROT_WRITE | PROT_EXEC); /* the same bits */

	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm_flags |= VM_LOCKED;
	return vm_flags;
}

/* The flags that a file mapping knows; MAP_SHARED_VALIDATE refuses others. */
#define LEGACY_MAP_MASK                                                                            \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE |   \
	 MAP_UNINITIALIZED | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |           \
	 MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_32BIT | MAP_FIXED_NOREPLACE)

/* What kind of sharing, and whether the file allows it: completes *vm_flags. */
static int check_sharing(struct file *file, unsigned long prot, unsigned long flags,
			 unsigned long *vm_flags)
{
	unsigned long type = flags & MAP_TYPE;

	if (type == MAP_SHARED || (type == MAP_SHARED_VALIDATE && file)) {
		if (type == MAP_SHARED_VALIDATE && (flags & ~(LEGACY_MAP_MASK | MAP_TYPE)))
			return -EOPNOTSUPP;
		if (!file && (*vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
	} else if (type != MAP_PRIVATE) {
		return -EINVAL;
	}
	if (!file)
		return 0;
	if (*vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	return file_may_map(file, prot, flags, vm_flags);
}

unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long pgoff, unsigned long *populate)
{
	struct mm_struct *mm = current->mm;
	unsigned long vm_flags;
	int err;

	*populate = 0;
	if (!len)
		return -EINVAL;
	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	if (!(flags & MAP_FIXED)) { /* a hint */
		addr &= PAGE_MASK;
		if (addr && addr < mmap_min_addr)
			addr = PAGE_ALIGN(mmap_min_addr);
	}
	len = PAGE_ALIGN(len);
	if (!len)
		return -ENOMEM;
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	if (mm->map_count > sysctl_max_map_count)
		return -ENOMEM;
	addr = get_unmapped_area(file, addr, len, pgoff, flags);
	if (addr & ~PAGE_MASK)
		return addr;
	if (addr < mmap_min_addr && !capable(CAP_SYS_RAWIO)) /* rule 3 */
		return -EPERM;
	if ((flags & MAP_FIXED_NOREPLACE) && find_vma_intersection(mm, addr, addr + len))
		return -EEXIST;
	vm_flags = calc_vm_flags(prot, flags) | mm->def_flags | VM_MAYREAD | VM_MAYWRITE |
		   VM_MAYEXEC;
	if ((flags & MAP_LOCKED) && !rlimit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK))
		return -EPERM;
	err = mlock_future_check(mm, vm_flags, len);
	if (err)
		return err;
	err = check_sharing(file, prot, flags, &vm_flags);
	if (err)
		return err;
	if (!file)
		pgoff = vm_flags & VM_SHARED ? 0 : addr >> PAGE_SHIFT;
	if ((flags & MAP_NORESERVE) && sysctl_overcommit_memory != 2)
		vm_flags |= VM_NORESERVE;
	addr = mmap_region(file, addr, len, vm_flags, pgoff);
	if (!(addr & ~PAGE_MASK) &&
	    ((vm_flags & VM_LOCKED) || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE))
		*populate = len;
	return addr;
}

unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long offset)
{
	struct mm_struct *mm = current->mm;
	unsigned long populate, ret;

	if (offset & ~PAGE_MASK)
		return -EINVAL;
	if (offset + PAGE_ALIGN(len) < offset)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	ret = do_mmap(file, addr, len, prot, flags, offset >> PAGE_SHIFT, &populate);
	validate_mm(mm);
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(ret, populate);
	return ret;
}

SYSCALL_DEFINE6(mmap, unsigned long, addr, unsigned long, len, unsigned long, prot, unsigned long,
		flags, unsigned long, fd, unsigned long, off)
{
	struct file *file = NULL;
	unsigned long ret, populate;

	if (off & ~PAGE_MASK)
		return -EINVAL;
	if (flags & MAP_ANONYMOUS) {
		if (flags & MAP_HUGETLB) {
			len = ALIGN(len, HPAGE_SIZE);
			file = hugetlb_file_setup("anon_hugepage", len, VM_NORESERVE,
						  HUGETLB_ANONHUGE_INODE,
						  (flags >> MAP_HUGE_SHIFT) & MAP_HUGE_MASK);
			if (IS_ERR(file))
				return PTR_ERR(file);
		}
	} else {
		file = fget(fd);
		if (!file)
			return -EBADF;
		if (is_file_hugepages(file)) {
			len = ALIGN(len, HPAGE_SIZE);
		} else if (flags & MAP_HUGETLB) {
			fput(file);
			return -EINVAL;
		}
	}
	ret = -EINTR;
	if (!mmap_write_lock_killable(current->mm)) {
		ret = do_mmap(file, addr, len, prot, flags, off >> PAGE_SHIFT, &populate);
		validate_mm(current->mm);
		mmap_write_unlock(current->mm);
		if (populate)
			mm_populate(ret, populate);
	}
	if (file)
		fput(file);
	return ret;
}

SYSCALL_DEFINE2(munmap, unsigned long, addr, size_t, len)
{
	return vm_munmap(addr, len);
}
