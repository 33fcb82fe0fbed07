// SPDX-License-Identifier: GPL-2.0-only
/*
 * The areas of an address space: finding, linking, cutting and joining them.
 *
 * Idea: vmas stand in a list by address and in a red-black tree by the same order. Each tree node
 * also knows the largest gap in front of any vma of its subtree, so that a free range is found in
 * one walk down, however many vmas there are.
 *
 *	mm->mmap -> [a) -> [b) -> [c)            vm_next, vm_prev
 *	mm->mm_rb:     b                          rb_subtree_gap(b) = largest of the gaps
 *	             /   \                        in front of a, b and c
 *	            a     c
 *
 * Neighbours that could be one vma are made one (same flags, same file, offsets that continue), so
 * that an address space does not crumble.
 * Rules: 1. vmas do not overlap and are not empty. 2. A vma with vm_ops->close is never joined with
 *    another: its owner counts opens and closes. 3. The range of a vma of a file changes only with
 *    the file's i_mmap_rwsem held for writing: truncate reads it there.
 * Locking: mmap_lock for writing where the tree changes (stack growth: see mm/stack.c), for reading
 * where it is read; i_mmap_rwsem inside it.
 * Linux: mm/mmap.c, mm/vma.c (with a maple tree since 6.1). Start at: find_vma(), vma_merge().
 */
#include "mm/backing.h"
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "mm/slab.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"

static struct kmem_cache *vm_area_cachep;

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kmem_cache_zalloc(vm_area_cachep, GFP_KERNEL_ACCOUNT);

	if (vma) {
		vma->vm_mm = mm;
		INIT_LIST_HEAD(&vma->shared);
	}
	return vma;
}

struct vm_area_struct *vm_area_dup(struct vm_area_struct *orig)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vm_area_cachep, GFP_KERNEL_ACCOUNT);

	if (vma) {
		*vma = *orig;
		INIT_LIST_HEAD(&vma->shared);
		vma->vm_next = vma->vm_prev = NULL;
	}
	return vma;
}

void vm_area_free(struct vm_area_struct *vma)
{
	kmem_cache_free(vm_area_cachep, vma);
}

/* ---- finding ---- */

static struct vm_area_struct *vma_of(struct rb_node *rb)
{
	return rb_entry(rb, struct vm_area_struct, vm_rb);
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = READ_ONCE(mm->vmacache), *best = NULL;
	struct rb_node *rb;

	if (likely(vma && vma->vm_start <= addr && addr < vma->vm_end))
		return vma;
	for (rb = mm->mm_rb.rb_node; rb;) {
		vma = vma_of(rb);
		if (vma->vm_end > addr) {
			best = vma;
			if (vma->vm_start <= addr)
				break;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	if (best)
		WRITE_ONCE(mm->vmacache, best);
	return best;
}

struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (vma)
		*prev = vma->vm_prev;
	else
		*prev = rb_entry_safe(rb_last(&mm->mm_rb), struct vm_area_struct, vm_rb);
	return vma;
}

/* ---- the tree ---- */

/* Free bytes in front of vma. */
static unsigned long vma_gap(struct vm_area_struct *vma)
{
	unsigned long start = vm_start_gap(vma), floor = vma->vm_prev ? vma->vm_prev->vm_end : 0;

	return start > floor ? start - floor : 0;
}

static bool update_gap(struct rb_node *rb)
{
	struct vm_area_struct *vma = vma_of(rb);
	unsigned long gap = vma_gap(vma), before = vma->rb_subtree_gap;

	if (rb->rb_left)
		gap = max(gap, vma_of(rb->rb_left)->rb_subtree_gap);
	if (rb->rb_right)
		gap = max(gap, vma_of(rb->rb_right)->rb_subtree_gap);
	vma->rb_subtree_gap = gap;
	return gap != before;
}

void vma_link_tree(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct rb_node **link = &mm->mm_rb.rb_node, *parent = NULL;
	struct vm_area_struct *prev = NULL;

	while (*link) {
		parent = *link;
		if (vma->vm_start < vma_of(parent)->vm_start) {
			link = &parent->rb_left;
		} else {
			prev = vma_of(parent);
			link = &parent->rb_right;
		}
	}
	vma->vm_prev = prev;
	vma->vm_next = prev ? prev->vm_next : mm->mmap;
	ASSERT(!prev || prev->vm_end <= vma->vm_start); /* rule 1 */
	ASSERT(!vma->vm_next || vma->vm_end <= vma->vm_next->vm_start);
	if (prev)
		prev->vm_next = vma;
	else
		mm->mmap = vma;
	vma->rb_subtree_gap = 0;
	rb_link_node(&vma->vm_rb, parent, link);
	rb_insert_augmented(&vma->vm_rb, &mm->mm_rb, update_gap);
	if (vma->vm_next) {
		vma->vm_next->vm_prev = vma;
		rb_propagate(&vma->vm_next->vm_rb, update_gap);
	} else {
		mm->highest_vm_end = vma->vm_end;
	}
	mm->map_count++;
}

void vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_link_tree(mm, vma);
	if (vma->vm_file)
		vma_link_file(vma);
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	rb_erase_augmented(&vma->vm_rb, &mm->mm_rb, update_gap);
	if (prev)
		prev->vm_next = next;
	else
		mm->mmap = next;
	if (next) {
		next->vm_prev = prev;
		rb_propagate(&next->vm_rb, update_gap);
	} else {
		mm->highest_vm_end = prev ? prev->vm_end : 0;
	}
	mm->map_count--;
	WRITE_ONCE(mm->vmacache, NULL);
}

void vma_set_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	ASSERT(start < end); /* rule 1 */
	if (vma->vm_start != start) {
		WRITE_ONCE(vma->vm_start, start);
		rb_propagate(&vma->vm_rb, update_gap);
	}
	if (vma->vm_end != end) {
		WRITE_ONCE(vma->vm_end, end);
		if (vma->vm_next)
			rb_propagate(&vma->vm_next->vm_rb, update_gap);
		else
			vma->vm_mm->highest_vm_end = end;
	}
}

/* ---- free ranges ---- */

/* The highest len free bytes in [low, high) in front of a vma of this subtree; 0: none. */
static unsigned long highest_gap(struct rb_node *rb, unsigned long len, unsigned long low,
				 unsigned long high)
{
	struct vm_area_struct *vma;
	unsigned long found, start, end;

	if (!rb || vma_of(rb)->rb_subtree_gap < len)
		return 0;
	vma = vma_of(rb);
	if (vma->vm_end < high) {
		found = highest_gap(rb->rb_right, len, low, high);
		if (found)
			return found;
	}
	start = max(low, vma->vm_prev ? vma->vm_prev->vm_end : 0);
	end = min(high, vm_start_gap(vma));
	if (end > start && end - start >= len)
		return end - len;
	return vma->vm_start > low ? highest_gap(rb->rb_left, len, low, high) : 0;
}

static unsigned long lowest_gap(struct rb_node *rb, unsigned long len, unsigned long low,
				unsigned long high)
{
	struct vm_area_struct *vma;
	unsigned long found, start, end;

	if (!rb || vma_of(rb)->rb_subtree_gap < len)
		return 0;
	vma = vma_of(rb);
	if (vma->vm_start > low) {
		found = lowest_gap(rb->rb_left, len, low, high);
		if (found)
			return found;
	}
	start = max(low, vma->vm_prev ? vma->vm_prev->vm_end : 0);
	end = min(high, vm_start_gap(vma));
	if (end > start && end - start >= len)
		return start;
	return vma->vm_end < high ? lowest_gap(rb->rb_right, len, low, high) : 0;
}

unsigned long unmapped_area_topdown(struct mm_struct *mm, unsigned long len, unsigned long low,
				    unsigned long high)
{
	unsigned long start = max(low, mm->highest_vm_end), found;

	if (high > start && high - start >= len)
		return high - len;
	found = highest_gap(mm->mm_rb.rb_node, len, low, high);
	return found ? found : -ENOMEM;
}

unsigned long unmapped_area_bottomup(struct mm_struct *mm, unsigned long len, unsigned long low,
				     unsigned long high)
{
	unsigned long start = max(low, mm->highest_vm_end);
	unsigned long found = lowest_gap(mm->mm_rb.rb_node, len, low, high);

	if (found)
		return found;
	return high > start && high - start >= len ? start : -ENOMEM;
}

/* ---- the file's side ---- */

void vma_link_file(struct vm_area_struct *vma)
{
	struct address_space *mapping = file_mapping(vma->vm_file);

	down_write(&mapping->i_mmap_rwsem);
	if (vma->vm_flags & VM_SHARED)
		atomic_inc(&mapping->i_mmap_writable);
	list_add_tail(&vma->shared, &mapping->i_mmap);
	up_write(&mapping->i_mmap_rwsem);
}

void vma_unlink_file(struct vm_area_struct *vma)
{
	struct address_space *mapping = file_mapping(vma->vm_file);

	if (list_empty(&vma->shared))
		return;
	down_write(&mapping->i_mmap_rwsem);
	if (vma->vm_flags & VM_SHARED)
		atomic_dec(&mapping->i_mmap_writable);
	list_del_init(&vma->shared);
	up_write(&mapping->i_mmap_rwsem);
}

/* Rule 3. */
static void lock_file_range(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		down_write(&file_mapping(vma->vm_file)->i_mmap_rwsem);
}

static void unlock_file_range(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		up_write(&file_mapping(vma->vm_file)->i_mmap_rwsem);
}

/* ---- inserting, removing ---- */

int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (find_vma_intersection(mm, vma->vm_start, vma->vm_end))
		return -ENOMEM;
	if ((vma->vm_flags & VM_ACCOUNT) && security_vm_enough_memory_mm(mm, vma_pages(vma)))
		return -ENOMEM;
	if (vma_is_anonymous(vma))
		vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma_link(mm, vma);
	return 0;
}

void remove_vma(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vm_area_free(vma);
}

/* ---- cutting and joining ---- */

static void move_start(struct vm_area_struct *vma, unsigned long start)
{
	vma->vm_pgoff += (long)(start - vma->vm_start) >> PAGE_SHIFT;
	vma_set_range(vma, start, vma->vm_end);
}

int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, bool new_below)
{
	struct vm_area_struct *new;
	int err;

	ASSERT(vma->vm_start < addr && addr < vma->vm_end);
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	if (is_vm_hugetlb_page(vma) && (addr & ~HPAGE_MASK)) /* also behind the vm_ops of shmat() */
		return -EINVAL;
	if (vma->vm_ops && vma->vm_ops->may_split) {
		err = vma->vm_ops->may_split(vma, addr);
		if (err)
			return err;
	}
	new = vm_area_dup(vma);
	if (!new)
		return -ENOMEM;
	if (new_below) {
		new->vm_end = addr;
	} else {
		new->vm_start = addr;
		new->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
	}
	if (new->vm_file) {
		file_get(new->vm_file);
		vma_link_file(new); /* before vma lets go of the range */
	}
	if (new->vm_ops &&new->vm_ops->open)
		new->vm_ops->open(new);
	lock_file_range(vma);
	if (new_below)
		move_start(vma, addr);
	else
		vma_set_range(vma, vma->vm_start, addr);
	unlock_file_range(vma);
	vma_link_tree(mm, new);
	return 0;
}

/* Pure: could vma, with these neighbours' properties, be part of one vma with them? */
static bool can_merge(const struct vm_area_struct *vma, unsigned long vm_flags,
		      const struct file *file, const void *private)
{
	if (vma->vm_flags != vm_flags || (vm_flags & VM_SPECIAL))
		return false;
	if (vma->vm_file != file || vma->vm_private_data != private)
		return false;
	return !vma->vm_ops || !vma->vm_ops->close; /* rule 2 */
}

/* … and does [start, …) at pgoff continue prev, or next continue […, end)? */
static bool continues(const struct vm_area_struct *prev, unsigned long start, unsigned long pgoff)
{
	return prev->vm_end == start && prev->vm_pgoff + vma_pages(prev) == pgoff;
}

static bool continued_by(const struct vm_area_struct *next, unsigned long start, unsigned long end,
			 unsigned long pgoff)
{
	return next->vm_start == end && next->vm_pgoff == pgoff + ((end - start) >> PAGE_SHIFT);
}

/* vma's end moves up to end, at the cost of the vma behind, which may vanish. */
static void grow_over(struct mm_struct *mm, struct vm_area_struct *vma,
		      struct vm_area_struct *behind, unsigned long end)
{
	vma->has_anon |= behind->has_anon;
	if (end == behind->vm_end) {
		struct file *file = behind->vm_file;

		lock_file_range(vma);
		vma_unlink(mm, behind);
		vma_set_range(vma, vma->vm_start, end);
		unlock_file_range(vma);
		if (file) {
			vma_unlink_file(behind);
			fput(file);
		}
		vm_area_free(behind);
	} else {
		lock_file_range(vma);
		move_start(behind, end);
		vma_set_range(vma, vma->vm_start, end);
		unlock_file_range(vma);
	}
}

struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev,
				 unsigned long start, unsigned long end, unsigned long vm_flags,
				 struct file *file, unsigned long pgoff)
{
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;
	bool with_prev = prev && can_merge(prev, vm_flags, file, NULL) &&
			 continues(prev, start, pgoff);
	bool with_next = next && can_merge(next, vm_flags, file, NULL) &&
			 continued_by(next, start, end, pgoff);

	if (with_prev && with_next) {
		grow_over(mm, prev, next, next->vm_end);
		return prev;
	}
	if (with_prev) {
		lock_file_range(prev);
		vma_set_range(prev, prev->vm_start, end);
		unlock_file_range(prev);
		return prev;
	}
	if (with_next) {
		lock_file_range(next);
		move_start(next, start);
		unlock_file_range(next);
		return next;
	}
	return NULL;
}

void vma_set_page_prot(struct vm_area_struct *vma)
{
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
}

/* vma's start moves down to start, at the cost of the vma before it, which stays. */
static void grow_down_over(struct vm_area_struct *vma, struct vm_area_struct *before,
			   unsigned long start)
{
	vma->has_anon |= before->has_anon;
	lock_file_range(vma);
	vma_set_range(before, before->vm_start, start);
	move_start(vma, start);
	unlock_file_range(vma);
}

struct vm_area_struct *vma_modify_flags(struct vm_area_struct *vma, unsigned long start,
					unsigned long end, unsigned long vm_flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;
	bool from_start = start == vma->vm_start, to_end = end == vma->vm_end;
	bool with_prev, with_next, closes = vma->vm_ops && vma->vm_ops->close;
	int err;

	if (vma->vm_flags == vm_flags)
		return vma;
	with_prev = from_start && prev && !closes && continues(prev, start, vma->vm_pgoff) &&
		    can_merge(prev, vm_flags, vma->vm_file, vma->vm_private_data);
	with_next = to_end && next && !closes &&
		    continued_by(next, vma->vm_start, end, vma->vm_pgoff) &&
		    can_merge(next, vm_flags, vma->vm_file, vma->vm_private_data);
	if (with_prev) {
		grow_over(mm, prev, vma, end);
		if (with_next)
			grow_over(mm, prev, next, next->vm_end);
		return prev;
	}
	if (with_next) {
		if (!from_start) {
			grow_down_over(next, vma, start);
			return next;
		}
		vma->vm_flags = vm_flags;
		vma_set_page_prot(vma);
		grow_over(mm, vma, next, next->vm_end);
		return vma;
	}
	if (!from_start) {
		err = split_vma(mm, vma, start, true);
		if (err)
			return ERR_PTR(err);
	}
	if (!to_end) {
		err = split_vma(mm, vma, end, false);
		if (err)
			return ERR_PTR(err);
	}
	vma->vm_flags = vm_flags;
	vma_set_page_prot(vma);
	return vma;
}

static int vma_cache_init(void)
{
	vm_area_cachep = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 8,
					   SLAB_PANIC | SLAB_ACCOUNT, NULL);
	return 0;
}
core_initcall(vma_cache_init);
