// SPDX-License-Identifier: GPL-2.0-only
/*
 * DEBUG builds: after each change of an address space, are list, tree, gaps and sums what the rules
 * of mm/vma.c say? Large address spaces are left out: the check looks at every area.
 * Linux: mm/mmap.c (validate_mm).
 */
#ifdef CONFIG_DEBUG
#include "mm/internal.h"
#include "kernel/lib/printk.h"

#define VALIDATE_MAX 200 /* areas */

static unsigned long checked_gap(struct rb_node *rb, unsigned int *nodes)
{
	struct vm_area_struct *vma;
	unsigned long gap, start, floor;

	if (!rb)
		return 0;
	vma = rb_entry(rb, struct vm_area_struct, vm_rb);
	(*nodes)++;
	start = vm_start_gap(vma);
	floor = vma->vm_prev ? vma->vm_prev->vm_end : 0;
	gap = start > floor ? start - floor : 0;
	gap = max(gap, checked_gap(rb->rb_left, nodes));
	gap = max(gap, checked_gap(rb->rb_right, nodes));
	BUG_ON(gap != vma->rb_subtree_gap);
	return gap;
}

/* mmap_lock held for writing. */
void validate_mm(struct mm_struct *mm)
{
	unsigned long total = 0, locked = 0, end = 0;
	struct vm_area_struct *prev = NULL;
	unsigned int listed = 0, nodes = 0;

	if (mm->map_count > VALIDATE_MAX)
		return;
	for (struct vm_area_struct *vma = mm->mmap; vma; prev = vma, vma = vma->vm_next) {
		BUG_ON(vma->vm_mm != mm || vma->vm_prev != prev);
		BUG_ON(vma->vm_start >= vma->vm_end || vma->vm_start < end);
		BUG_ON((vma->vm_start | vma->vm_end) & ~PAGE_MASK);
		BUG_ON(vma->vm_file && list_empty(&vma->shared));
		listed++;
		end = vma->vm_end;
		total += vma_pages(vma);
		if (vma->vm_flags & VM_LOCKED)
			locked += vma_pages(vma);
	}
	checked_gap(mm->mm_rb.rb_node, &nodes);
	BUG_ON((int)listed != mm->map_count || nodes != listed);
	BUG_ON(mm->highest_vm_end != end);
	BUG_ON(mm->total_vm != total || mm->locked_vm != locked);
}
#endif
