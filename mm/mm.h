/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address spaces: struct mm_struct, the areas (vm_area_struct) that it is made of, page faults,
 * and what exec, fork, exit, /proc and IPC need from them.
 *
 * Linux: include/linux/mm_types.h, mm.h.
 */
#ifndef CONDUIT_MM_MM_H
#define CONDUIT_MM_MM_H

#include "kernel/uapi/auxvec.h"
#include "kernel/uapi/mman.h"
#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/page.h"
#include "kernel/x86/pgtable.h"
#include "kernel/locking/rwsem.h"
#include "kernel/locking/spinlock.h"
#include "mm/gfp.h"
#include "mm/filemap.h"

struct file;
struct mm_struct;
struct pt_regs;
struct task_struct;
struct vm_fault;
struct vm_operations_struct;

/* vm_area_struct.vm_flags, Linux's bits */
#define VM_NONE        0x00000000ul
#define VM_READ        0x00000001ul
#define VM_WRITE       0x00000002ul
#define VM_EXEC        0x00000004ul
#define VM_SHARED      0x00000008ul
#define VM_MAYREAD     0x00000010ul /* mprotect() may set VM_READ … */
#define VM_MAYWRITE    0x00000020ul
#define VM_MAYEXEC     0x00000040ul
#define VM_MAYSHARE    0x00000080ul /* MAP_SHARED, also of a file that is not writable */
#define VM_GROWSDOWN   0x00000100ul /* a stack */
#define VM_PFNMAP      0x00000400ul /* page tables name frames without struct page */
#define VM_LOCKED      0x00002000ul
#define VM_IO          0x00004000ul
#define VM_SEQ_READ    0x00008000ul
#define VM_RAND_READ   0x00010000ul
#define VM_DONTCOPY    0x00020000ul /* not inherited by fork() */
#define VM_DONTEXPAND  0x00040000ul
#define VM_LOCKONFAULT 0x00080000ul
#define VM_ACCOUNT     0x00100000ul /* counts in Committed_AS */
#define VM_NORESERVE   0x00200000ul
#define VM_HUGETLB     0x00400000ul
#define VM_WIPEONFORK  0x02000000ul
#define VM_DONTDUMP    0x04000000ul
#define VM_MIXEDMAP    0x10000000ul
#define VM_HUGEPAGE    0x20000000ul
#define VM_NOHUGEPAGE  0x40000000ul
#define VM_STACK       VM_GROWSDOWN

#define VM_ACCESS_FLAGS        (VM_READ | VM_WRITE | VM_EXEC)
#define VM_LOCKED_MASK         (VM_LOCKED | VM_LOCKONFAULT)
#define VM_SPECIAL             (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)
#define VM_DATA_DEFAULT_FLAGS  (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define VM_STACK_DEFAULT_FLAGS (VM_DATA_DEFAULT_FLAGS | VM_GROWSDOWN | VM_ACCOUNT)

#define STACK_TOP             TASK_SIZE
#define STACK_GUARD_GAP       (256ul << PAGE_SHIFT) /* unmapped below a growing stack */
#define MMAP_MIN_ADDR         65536ul               /* /proc/sys/vm/mmap_min_addr */
#define TASK_UNMAPPED_BASE    (TASK_SIZE / 3)
#define DEFAULT_MAX_MAP_COUNT 65530
#define TASK_SIZE_MAX         TASK_SIZE

/*
 * One area of an address space: [vm_start, vm_end) with one protection and one backing.
 * All fields are protected by vm_mm->mmap_lock (written only with it held for writing), except
 * shared by the mapping's i_mmap_rwsem.
 */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct vm_area_struct *vm_next, *vm_prev; /* neighbours by address */
	struct rb_node vm_rb;                     /* in mm->mm_rb */
	unsigned long rb_subtree_gap;             /* largest gap before a vma in this subtree */
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;  /* for a pte of this area, write bit as it may be */
	unsigned long vm_flags; /* VM_* */
	unsigned long vm_pgoff; /* offset in vm_file, in pages; anonymous: address */
	struct file *vm_file;   /* or NULL; holds a reference */
	void *vm_private_data;
	bool has_anon; /* some page may be private: fork copies ptes */
	const struct vm_operations_struct *vm_ops;
	struct list_head shared; /* in mapping->i_mmap */
};

/* What a fault handler is told and what it answers with. */
struct vm_fault {
	struct vm_area_struct *vma;
	unsigned int flags;    /* FAULT_FLAG_* */
	pgoff_t pgoff;         /* page of the file */
	unsigned long address; /* page aligned */
	pmd_t *pmd;
	pte_t *pte;
	pte_t orig_pte;
	struct page *page; /* vm_ops->fault() puts its page here, with a reference */
};

#define FAULT_FLAG_WRITE         0x01u
#define FAULT_FLAG_INTERRUPTIBLE 0x200u
#define FAULT_FLAG_USER          0x40u
#define FAULT_FLAG_INSTRUCTION   0x100u
#define FAULT_FLAG_REMOTE        0x80u

typedef unsigned int vm_fault_t;

#define VM_FAULT_OOM     0x0001u
#define VM_FAULT_SIGBUS  0x0002u
#define VM_FAULT_MAJOR   0x0004u
#define VM_FAULT_SIGSEGV 0x0040u
#define VM_FAULT_NOPAGE  0x0100u /* the handler installed the pte itself */
#define VM_FAULT_LOCKED  0x0200u /* page is locked */
#define VM_FAULT_RETRY   0x0400u
#define VM_FAULT_ERROR   (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)

/* How a kind of mapping differs from anonymous memory. mmap_lock is held, for writing except in
 * fault, page_mkwrite and name. Any of them may be NULL. */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);  /* a vma was copied (fork, split, mremap) */
	void (*close)(struct vm_area_struct *vma); /* … goes away */
	int (*may_split)(struct vm_area_struct *vma, unsigned long addr);
	int (*mremap)(struct vm_area_struct *vma);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	/* Maps what is at hand of the file's pages [start, end], vmf->address' page among them. */
	void (*map_pages)(struct vm_fault *vmf, pgoff_t start, pgoff_t end);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf); /* first write to a shared page */
	const char *(*name)(struct vm_area_struct *vma);  /* for /proc/<pid>/maps */
};

enum mm_counter { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES, NR_MM_COUNTERS };

/*
 * An address space, shared by the threads of a process (and by vfork).
 * [M] mmap_lock, [P] page_table_lock, [A] atomic, [I] never changes, [X] set by exec.
 */
struct mm_struct {
	struct vm_area_struct *mmap;     /* [M] lowest vma; vm_next leads on */
	struct rb_root mm_rb;            /* [M] by address, augmented with gaps: mm/vma.c */
	struct vm_area_struct *vmacache; /* [M] found last: a hint, may be raced for by readers */
	pgd_t *pgd;                      /* [I] */
	unsigned long mmap_base;         /* [X] mappings are placed below, downwards */
	unsigned long task_size;         /* [X] */
	unsigned long highest_vm_end;    /* [M] */
	atomic_t mm_users;               /* [A] tasks (and /proc readers): mmput() */
	atomic_t mm_count;               /* [A] references to the struct: mmdrop() */
	int map_count;                   /* [M] number of vmas */
	spinlock_t page_table_lock;      /* making page tables; the ptes of a table: its ptl */
	struct rw_semaphore mmap_lock;
	unsigned long hiwater_rss, hiwater_vm;
	unsigned long total_vm, locked_vm, data_vm, exec_vm, stack_vm; /* [M] pages */
	unsigned long def_flags; /* [M] mlockall(MCL_FUTURE) */
	spinlock_t arg_lock;     /* the next eleven */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long saved_auxv[AT_VECTOR_SIZE]; /* [X] /proc/<pid>/auxv */
	atomic_long_t rss_stat[NR_MM_COUNTERS];   /* [A] pages */
	atomic_long_t pgtables_bytes;             /* [A] */
	atomic_long_t hugetlb_usage;              /* [A] huge pages */
	unsigned long flags;                      /* [A] MMF_* */
	u64 cpu_bitmap;             /* [A] CPUs that may have its translations cached */
	atomic_t tlb_flush_pending; /* [A] struct mmu_gathers under way */
	atomic_t membarrier_state;  /* [A] */
	struct file *exe_file;      /* [A] /proc/<pid>/exe: get_mm_exe_file() */
};

/* mm->flags bit numbers */
#define MMF_OOM_SKIP 21 /* killing it again frees nothing more */

/* The kernel's own address space: page tables that all others share in the upper half. */
extern struct mm_struct init_mm;

#define mmap_read_lock(mm)       down_read(&(mm)->mmap_lock)
#define mmap_read_trylock(mm)    down_read_trylock(&(mm)->mmap_lock)
#define mmap_read_unlock(mm)     up_read(&(mm)->mmap_lock)
#define mmap_write_lock(mm)      down_write(&(mm)->mmap_lock)
#define mmap_write_unlock(mm)    up_write(&(mm)->mmap_lock)
#define mmap_write_downgrade(mm) downgrade_write(&(mm)->mmap_lock)

/* A killed task does not wait: -EINTR. */
static inline int mmap_write_lock_killable(struct mm_struct *mm)
{
	return down_write_killable(&mm->mmap_lock);
}

static inline int mmap_read_lock_killable(struct mm_struct *mm)
{
	return down_read_killable(&mm->mmap_lock);
}

/* ---- life of an address space: mm/mm_init.c, mm/fork.c ---- */

/* Empty, one user, one reference. NULL when out of memory. */
struct mm_struct *mm_alloc(void);
/* fork(): a copy of current's, copy-on-write. NULL (-ENOMEM) on failure. */
struct mm_struct *dup_mm(struct task_struct *task, struct mm_struct *oldmm);
/* The last user gone: mappings and page tables go. May sleep. */
void mmput(struct mm_struct *mm);
void __mmdrop(struct mm_struct *mm);

static inline void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

static inline bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

static inline void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

static inline void mmdrop(struct mm_struct *mm)
{
	if (unlikely(atomic_dec_and_test(&mm->mm_count)))
		__mmdrop(mm);
}

/* The task's mm with a user reference, or NULL (kernel thread, exited). For /proc. */
struct mm_struct *get_task_mm(struct task_struct *task);
/* Also checks that the caller may look into it: ERR_PTR(-EACCES). */
void set_mm_exe_file(struct mm_struct *mm, struct file *file);
/* With a reference, or NULL. */
struct file *get_mm_exe_file(struct mm_struct *mm);

/*
 * Scheduler: load next's page tables. prev may equal next (threads). Interrupts are off.
 * next == NULL is not allowed: kernel threads keep the one they found (active_mm).
 */
void switch_mm_irqs_off(struct mm_struct *prev, struct mm_struct *next, struct task_struct *tsk);
void switch_mm(struct mm_struct *prev, struct mm_struct *next, struct task_struct *tsk);
void enter_lazy_tlb(struct mm_struct *mm, struct task_struct *tsk);
/* exec: current goes on in mm, which takes over the caller's user reference. */
void activate_mm(struct mm_struct *prev, struct mm_struct *next);

/* ---- areas: mm/vma.c ---- */

/* The first vma that ends above addr (it may start above too), or NULL. mmap_lock held. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
/* The vma that contains addr, or NULL. */
struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr);
/* The first vma that overlaps [start, end), or NULL. */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end);
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm);
struct vm_area_struct *vm_area_dup(struct vm_area_struct *orig);
void vm_area_free(struct vm_area_struct *vma);
/* A new vma with range, flags and backing set; its range must be free. 0 or -ENOMEM. */
int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

static inline bool vma_is_shared_writable(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SHARED | VM_WRITE)) == (VM_SHARED | VM_WRITE);
}

/* Names of /proc/<pid>/maps: "[heap]", "[stack]". */
static inline bool vma_is_initial_heap(const struct vm_area_struct *vma)
{
	return vma->vm_start <= vma->vm_mm->brk && vma->vm_end >= vma->vm_mm->start_brk;
}

static inline bool vma_is_initial_stack(const struct vm_area_struct *vma)
{
	return vma->vm_start <= vma->vm_mm->start_stack && vma->vm_end >= vma->vm_mm->start_stack;
}

/* The lowest address of a vma's range with its guard gap: what others must not touch. */
static inline unsigned long vm_start_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

/* ---- mappings: mm/mmap.c, mremap.c, brk.c ---- */

/*
 * The heart of mmap(2). mmap_lock held for writing. Returns the address or -errno; *populate is
 * set to the number of bytes to fault in once the lock is dropped (mm_populate()).
 */
unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long pgoff, unsigned long *populate);
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);
unsigned long get_unmapped_area(struct file *file, unsigned long addr, unsigned long len,
				unsigned long pgoff, unsigned long flags);
/* On current's mm, locks taken inside; offset in bytes. */
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long offset);
int vm_munmap(unsigned long start, size_t len);
/* Anonymous memory at a fixed place (bss); flags: VM_EXEC or 0. Takes the lock. */
int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags);
void mm_populate(unsigned long addr, unsigned long len);
/* Fit the layout of a new program to its stack limit: mmap_base. */
void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_rlimit);
/* Would npages more with these flags be within RLIMIT_AS and RLIMIT_DATA? */
bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages);
pgprot_t vm_get_page_prot(unsigned long vm_flags);

/* Sysctls of /proc/sys/vm. */
extern int sysctl_max_map_count;
extern unsigned long mmap_min_addr;
extern int sysctl_overcommit_memory;
extern int sysctl_overcommit_ratio;
unsigned long vm_commit_limit(void);     /* CommitLimit in pages */
unsigned long vm_memory_committed(void); /* Committed_AS in pages */

/* ---- the stack: mm/stack.c ---- */

/* Grow a VM_GROWSDOWN vma to contain address: 0 or -ENOMEM. mmap_lock held for reading suffices. */
int expand_stack(struct vm_area_struct *vma, unsigned long address);
/* exec: the new mm gets a stack of one page below top. Takes mm's lock. ERR_PTR(-ENOMEM). */
struct vm_area_struct *exec_stack_create(struct mm_struct *mm, unsigned long top);
/*
 * exec: copies len bytes to pos in the new mm's stack, which grows as needed. From the kernel or
 * from current's user space. 0, -EFAULT, -ENOMEM, -E2BIG (the stack could not grow).
 */
int exec_stack_write(struct mm_struct *mm, unsigned long pos, const void *from, size_t len);
int exec_stack_write_user(struct mm_struct *mm, unsigned long pos, const void __user *from,
			  size_t len);
/*
 * exec, strings are in place: gives the stack vm_flags (VM_EXEC or 0 beside the default) and
 * some room to grow at once, within RLIMIT_STACK. Takes mm's lock.
 */
int exec_stack_finish(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long vm_flags,
		      unsigned long rlim_stack);

/* ---- faults and access to other address spaces: mm/fault.c, mm/gup.c ---- */

/* mmap_lock held for reading; address may be anywhere in vma. VM_FAULT_*. */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs);

#define FOLL_WRITE   0x01u
#define FOLL_FORCE   0x10u /* as ptrace: whatever the protection, private mappings only */
#define FOLL_NOFAULT 0x20u

/* Pages behind [start, …), faulted in, each with a reference. The number, or -errno if none. */
long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages);
/* The same for the current task; takes mmap_lock itself. */
long get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			 struct page **pages);
/* Copies from or to another address space. Bytes done. Sleeps, takes mm's lock. */
int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len,
		     unsigned int gup_flags);
/* The same by task: 0 when it has no mm. */
int access_process_vm(struct task_struct *task, unsigned long addr, void *buf, int len,
		      unsigned int gup_flags);
/* Make user memory of current writable or readable now: 0 or -EFAULT. For futex. */
int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags);
/*
 * What a shared futex word or robust list sits in: with a shared mapping *mapping (a key that lives
 * as long as the caller's reference to the vma's file) and *pgoff, else *mapping = NULL.
 * 0 or -EFAULT. Sleeps.
 */
int futex_backing(unsigned long address, bool write, struct address_space **mapping,
		  pgoff_t *pgoff);

/* Map one page (with struct page) or raw frames into a vma from f_op->mmap. 0 or -errno. */
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot);

/* ---- numbers for /proc ---- */

static inline unsigned long get_mm_counter(struct mm_struct *mm, enum mm_counter counter)
{
	long value = atomic_long_read(&mm->rss_stat[counter]);

	return value < 0 ? 0 : value;
}

static inline unsigned long get_mm_rss(struct mm_struct *mm)
{
	return get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_ANONPAGES) +
	       get_mm_counter(mm, MM_SHMEMPAGES);
}

static inline unsigned long get_mm_hiwater_rss(struct mm_struct *mm)
{
	unsigned long rss = get_mm_rss(mm);

	return rss > mm->hiwater_rss ? rss : mm->hiwater_rss;
}

/* One vma's pages for smaps-like files: mmap_lock held. */
unsigned long vma_rss(struct vm_area_struct *vma);

#endif
