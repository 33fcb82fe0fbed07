// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user stack: growth on demand, and the first filling by exec.
 *
 * Idea: a stack is an ordinary vma with VM_GROWSDOWN. A fault just below it extends it downwards,
 * as long as the limits allow it and STACK_GUARD_GAP bytes stay free above whatever lies below.
 * Rules: 1. Growth keeps the gap to the mapping below, whatever its kind. 2. Only the start of a
 *    vma changes while mmap_lock is held for reading, and only here, under page_table_lock.
 * Locking: mmap_lock for reading and page_table_lock.
 * Linux: mm/mmap.c (expand_downwards, acct_stack_growth), fs/exec.c (setup_arg_pages).
 */
#include "mm/internal.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/resource.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"

#define STACK_EXTRA (128ul << 10) /* what exec maps below the strings at once */

/* May vma have size bytes, grow of them new? Counts the new ones. */
static int acct_stack_growth(struct vm_area_struct *vma, unsigned long size, unsigned long grow)
{
	struct mm_struct *mm = vma->vm_mm;

	if (!may_expand_vm(mm, vma->vm_flags, grow))
		return -ENOMEM;
	if (size > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	if (mlock_future_check(mm, vma->vm_flags, grow << PAGE_SHIFT))
		return -ENOMEM;
	return security_vm_enough_memory_mm(mm, grow);
}

int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *prev = vma->vm_prev;
	unsigned long grow;
	int err = 0;

	address &= PAGE_MASK;
	if (!(vma->vm_flags & VM_GROWSDOWN) || address < mmap_min_addr)
		return -EPERM;
	/* Rule 1. A stack below is asked for its own gap instead. */
	if (prev && !(prev->vm_flags & VM_GROWSDOWN) && (prev->vm_flags & VM_ACCESS_FLAGS) &&
	    address < prev->vm_end + STACK_GUARD_GAP)
		return -ENOMEM;
	if (prev && address < prev->vm_end)
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (address < vma->vm_start) { /* else another thread was faster */
		grow = (vma->vm_start - address) >> PAGE_SHIFT;
		err = acct_stack_growth(vma, vma->vm_end - address, grow);
		if (!err) {
			if (vma->vm_flags & VM_LOCKED)
				mm->locked_vm += grow;
			vm_stat_account(mm, vma->vm_flags, grow);
			vma->vm_pgoff -= grow;
			vma_set_range(vma, address, vma->vm_end);
		}
	}
	spin_unlock(&mm->page_table_lock);
	return err;
}

/* ---- exec ---- */

struct vm_area_struct *exec_stack_create(struct mm_struct *mm, unsigned long top)
{
	struct vm_area_struct *vma;
	int err;

	vma = vm_area_alloc(mm);
	if (!vma)
		return ERR_PTR(-ENOMEM);
	vma->vm_end = top;
	vma->vm_start = top - PAGE_SIZE;
	vma->vm_flags = VM_STACK_DEFAULT_FLAGS;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	mmap_write_lock(mm);
	err = insert_vm_struct(mm, vma);
	if (!err) {
		mm->total_vm = mm->stack_vm = 1;
		mm->start_stack = top;
	}
	mmap_write_unlock(mm);
	if (err) {
		vm_area_free(vma);
		return ERR_PTR(err);
	}
	return vma;
}

/* The page of the new stack that contains pos, with a reference. */
static struct page *stack_page(struct mm_struct *mm, unsigned long pos)
{
	struct vm_area_struct *vma;
	struct page *page;
	long got = -ENOMEM;
	int err = 0;

	mmap_read_lock(mm);
	vma = find_vma(mm, pos);
	if (vma && pos < vma->vm_start)
		err = expand_stack(vma, pos);
	if (!err)
		got = get_user_pages_remote(mm, pos & PAGE_MASK, 1, FOLL_WRITE, &page);
	mmap_read_unlock(mm);
	if (err)
		return ERR_PTR(-E2BIG);
	return got == 1 ? page : ERR_PTR(-ENOMEM);
}

static int stack_write(struct mm_struct *mm, unsigned long pos, const void *from, size_t len,
		       bool user)
{
	while (len) {
		size_t offset = pos & ~PAGE_MASK, chunk = min(len, PAGE_SIZE - offset);
		struct page *page = stack_page(mm, pos);
		char *to;
		int err = 0;

		if (IS_ERR(page))
			return PTR_ERR(page);
		to = (char *)page_address(page) + offset;
		if (!user)
			memcpy(to, from, chunk);
		else if (copy_from_user(to, from, chunk))
			err = -EFAULT;
		put_page(page);
		if (err)
			return err;
		pos += chunk;
		from = (const char *)from + chunk;
		len -= chunk;
	}
	return 0;
}

int exec_stack_write(struct mm_struct *mm, unsigned long pos, const void *from, size_t len)
{
	return stack_write(mm, pos, from, len, false);
}

int exec_stack_write_user(struct mm_struct *mm, unsigned long pos, const void __user *from,
			  size_t len)
{
	return stack_write(mm, pos, (const void *)from, len, true);
}

int exec_stack_finish(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long vm_flags,
		      unsigned long rlim_stack)
{
	unsigned long size, start;

	mmap_write_lock(mm);
	vma->vm_flags = VM_STACK_DEFAULT_FLAGS | mm->def_flags | (vm_flags & VM_EXEC);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	change_protection(vma, vma->vm_start, vma->vm_end);
	size = vma->vm_end - vma->vm_start;
	start = vma->vm_start - STACK_EXTRA;
	if (size + STACK_EXTRA > (rlim_stack & PAGE_MASK))
		start = vma->vm_end - max(rlim_stack & PAGE_MASK, size);
	if (start < vma->vm_start && expand_stack(vma, start))
		vma = NULL;
	mmap_write_unlock(mm);
	return vma ? 0 : -EFAULT;
}
