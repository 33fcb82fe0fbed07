// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of an address space: made by exec (mm_alloc) or fork (dup_mm), ended by the last
 * mmput().
 *
 * Idea: two counts. mm_users counts those who use the mappings: threads, and readers of /proc for a
 * moment; when it reaches 0 everything mapped goes (exit_mmap). mm_count counts those who merely
 * have the page tables loaded or hold the pointer: all users together are one of them, each CPU on
 * which a kernel thread borrowed it (active_mm) another; at 0 the struct and its PGD go.
 * Rules: 1. exit_mmap() runs once, when nobody can fault in the mm any more. 2. A vma is linked
 *    into its file's i_mmap behind the one it was copied from, so that truncate, which walks
 *    forward, sees the source first and then whatever was copied from it in between.
 * Locking: dup_mm() holds the old mmap_lock for writing; the new mm is nobody else's yet, but its
 * vmas can be reached through i_mmap as soon as they are linked.
 * Sleeps: yes, all but mmdrop().
 * Linux: kernel/fork.c (dup_mmap, mmput), mm/mmap.c (exit_mmap).
 */
#include "mm/backing.h"
#include "mm/internal.h"
#include "mm/mmu_context.h"
#include "mm/slab.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/string.h"
#include "kernel/x86/tlbflush.h"
#include "kernel/sched/mm_switch.h"
#include "kernel/sched/task.h"

static struct kmem_cache *mm_cachep;

struct mm_struct init_mm = {
	.mm_rb = RB_ROOT,
	.mm_users = ATOMIC_INIT(2), /* never goes */
	.mm_count = ATOMIC_INIT(2), /* its own, and init_task.active_mm */
	.mmap_lock = __RWSEM_INITIALIZER(init_mm.mmap_lock),
	.page_table_lock = __SPIN_LOCK_UNLOCKED(init_mm.page_table_lock),
	.arg_lock = __SPIN_LOCK_UNLOCKED(init_mm.arg_lock),
	.task_size = TASK_SIZE,
};

static struct mm_struct *mm_new(void)
{
	struct mm_struct *mm = kmem_cache_zalloc(mm_cachep, GFP_KERNEL_ACCOUNT);

	if (!mm)
		return NULL;
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kmem_cache_free(mm_cachep, mm);
		return NULL;
	}
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	init_rwsem(&mm->mmap_lock);
	spin_lock_init(&mm->page_table_lock);
	spin_lock_init(&mm->arg_lock);
	mm->task_size = TASK_SIZE;
	return mm;
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = mm_new();

	if (mm)
		mm->mmap_base = STACK_TOP - STACK_GUARD_GAP;
	return mm;
}

/* ---- fork ---- */

/* What a child inherits beside the vmas. */
static void copy_mm_fields(struct mm_struct *mm, const struct mm_struct *old)
{
	mm->mmap_base = old->mmap_base;
	mm->task_size = old->task_size;
	mm->total_vm = old->total_vm;
	mm->data_vm = old->data_vm;
	mm->exec_vm = old->exec_vm;
	mm->stack_vm = old->stack_vm;
	mm->start_code = old->start_code;
	mm->end_code = old->end_code;
	mm->start_data = old->start_data;
	mm->end_data = old->end_data;
	mm->start_brk = old->start_brk;
	mm->brk = old->brk;
	mm->start_stack = old->start_stack;
	mm->arg_start = old->arg_start;
	mm->arg_end = old->arg_end;
	mm->env_start = old->env_start;
	mm->env_end = old->env_end;
	memcpy(mm->saved_auxv, old->saved_auxv, sizeof(mm->saved_auxv));
}

/* Rule 2. */
static void dup_vma_file(struct vm_area_struct *vma, struct vm_area_struct *orig)
{
	struct address_space *mapping = file_mapping(vma->vm_file);

	file_get(vma->vm_file);
	down_write(&mapping->i_mmap_rwsem);
	if (vma->vm_flags & VM_SHARED)
		atomic_inc(&mapping->i_mmap_writable);
	list_add(&vma->shared, &orig->shared);
	up_write(&mapping->i_mmap_rwsem);
}

/* One vma and its pages. 0 or -ENOMEM; a vma that was linked goes with mm. */
static int dup_vma(struct mm_struct *mm, struct vm_area_struct *orig)
{
	struct vm_area_struct *vma;
	int err = 0;

	if ((orig->vm_flags & VM_ACCOUNT) &&
	    security_vm_enough_memory_mm(current->mm, vma_pages(orig)))
		return -ENOMEM;
	vma = vm_area_dup(orig);
	if (!vma) {
		if (orig->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(orig));
		return -ENOMEM;
	}
	vma->vm_mm = mm;
	vma->vm_flags &= ~VM_LOCKED_MASK;
	if (vma->vm_file)
		dup_vma_file(vma, orig);
	vma_link_tree(mm, vma);
	if (vma->vm_flags & VM_WIPEONFORK)
		vma->has_anon = false;
	else
		err = copy_page_range(vma, orig);
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
	return err;
}

static int dup_mmap(struct mm_struct *mm, struct mm_struct *old)
{
	struct vm_area_struct *orig;
	int err = 0;

	if (mmap_write_lock_killable(old))
		return -EINTR;
	copy_mm_fields(mm, old);
	for (orig = old->mmap; orig && !err; orig = orig->vm_next) {
		if (orig->vm_flags & VM_DONTCOPY)
			vm_stat_account(mm, orig->vm_flags, -(long)vma_pages(orig));
		else
			err = dup_vma(mm, orig);
	}
	if (!err)
		validate_mm(mm);
	/* The parent must not go on writing to pages that are now shared. */
	flush_tlb_mm(old);
	mmap_write_unlock(old);
	return err;
}

struct mm_struct *dup_mm(struct task_struct *task, struct mm_struct *oldmm)
{
	struct mm_struct *mm = mm_new();

	if (!mm)
		return NULL;
	mm->exe_file = get_mm_exe_file(oldmm);
	if (mm->exe_file)
		WARN_ON(file_deny_write(mm->exe_file)); /* the parent has one */
	if (dup_mmap(mm, oldmm)) {
		mmput(mm);
		return NULL;
	}
	mm->hiwater_rss = get_mm_rss(mm);
	mm->hiwater_vm = mm->total_vm;
	return mm;
}

/* ---- exit ---- */

/*
 * All tables, by groups of vmas that may share tables of ptes: between the groups there are none.
 * An upper table that several groups use goes with the last of them, when all below it is gone.
 */
static void exit_pgtables(struct mmu_gather *tlb, struct mm_struct *mm)
{
	struct vm_area_struct *first = mm->mmap, *last;

	while (first) {
		for (last = first; last->vm_next; last = last->vm_next)
			if (last->vm_next->vm_start > last->vm_end + PMD_SIZE)
				break;
		free_pgtables(tlb, first->vm_start, last->vm_end, 0,
			      last->vm_next ? last->vm_next->vm_start : TASK_SIZE);
		first = last->vm_next;
	}
}

/* Rule 1. Nobody has it loaded from here on, so pages go back without flushing. */
static void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma = mm->mmap, *next;
	struct mmu_gather tlb;

	leave_mm(mm);
	if (!vma)
		return;
	tlb_gather_mmu_fullmm(&tlb, mm);
	for (; vma; vma = vma->vm_next) {
		unmap_page_range(&tlb, vma, vma->vm_start, vma->vm_end, true);
		if (vma->vm_file)
			vma_unlink_file(vma);
	}
	exit_pgtables(&tlb, mm);
	tlb_finish_mmu(&tlb);
	for (vma = mm->mmap; vma; vma = next) {
		next = vma->vm_next;
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory(vma_pages(vma));
		remove_vma(vma);
	}
	mm->mmap = NULL;
	mm->mm_rb = RB_ROOT;
	mm->map_count = 0;
}

void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	if (mm->exe_file) {
		file_allow_write(mm->exe_file);
		fput(mm->exe_file);
	}
	mm->exe_file = NULL;
	mmdrop(mm);
}

void __mmdrop(struct mm_struct *mm)
{
	ASSERT(mm != &init_mm);
	pgd_free(mm->pgd);
	kmem_cache_free(mm_cachep, mm);
}

/* The scheduler's names: a kernel thread borrows the page tables that are loaded. */
void mmgrab_lazy_tlb(struct mm_struct *mm)
{
	mmgrab(mm);
}

void mmdrop_lazy_tlb(struct mm_struct *mm)
{
	mmdrop(mm);
}

/* ---- looking from outside ---- */

struct mm_struct *get_task_mm(struct task_struct *task)
{
	struct mm_struct *mm;

	task_lock(task);
	mm = task->mm;
	if (mm) {
		if (task->flags & PF_KTHREAD)
			mm = NULL;
		else
			mmget(mm);
	}
	task_unlock(task);
	return mm;
}

void set_mm_exe_file(struct mm_struct *mm, struct file *file)
{
	struct file *old;

	if (file) {
		file_get(file);
		WARN_ON(file_deny_write(file)); /* exec has one already */
	}
	spin_lock(&mm->arg_lock);
	old = mm->exe_file;
	mm->exe_file = file;
	spin_unlock(&mm->arg_lock);
	if (old) {
		file_allow_write(old);
		fput(old);
	}
}

struct file *get_mm_exe_file(struct mm_struct *mm)
{
	struct file *file;

	spin_lock(&mm->arg_lock);
	file = mm->exe_file;
	if (file)
		file_get(file);
	spin_unlock(&mm->arg_lock);
	return file;
}

static int mm_cache_init(void)
{
	mm_cachep = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 64,
				      SLAB_PANIC | SLAB_ACCOUNT, NULL);
	return 0;
}
core_initcall(mm_cache_init);
