// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leak report, DEBUG builds only: memory that is allocated and that nothing points to any more.
 *
 * Idea: as a garbage collector would. Starting from static data, per-CPU data and kernel stacks,
 * whatever word could be a pointer marks what it points into, and that is searched in its turn:
 *
 *	static data -> task list -> task_struct -> mm_struct -> page tables -> pages
 *	                                        -> kernel stack -> …
 *
 * An object without a mark has no owner: the last pointer to it was dropped before it was freed, or
 * a reference was counted once too often. So no subsystem has to say how many objects are in order.
 * Rules: 1. A word is taken for a pointer wherever it points inside an object; so a leak can be
 *    missed, but nothing in use is called one. 2. User data (anonymous and file pages) is not
 *    searched.
 * Locking: while it searches, other CPUs stand still and interrupts are off, so no list is being
 *    changed half-way; scan_mutex for the records. At power-off the other CPUs have been stopped.
 * Linux: mm/kmemleak.c. Here a scan is made at power-off (mm_leak_report()) and whenever
 *    /proc/kmemleak is read (mm_leak_scan()). Start at: leak_scan().
 */
#ifdef CONFIG_DEBUG
#include "mm/hugetlb.h"
#include "mm/internal.h"
#include "mm/slab_internal.h"
#include "mm/vmalloc.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/lib/string.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/smp.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"

/* For CPUs that the host does not let run. */
#define LAST_SWITCH_NS (10 * NSEC_PER_SEC)

extern char _sdata[], _end[], __per_cpu_start[], __per_cpu_end[];

static DEFINE_MUTEX(scan_mutex);
static unsigned long marked; /* objects and pages marked in this round */

/* PG_leak_grey: marked, not searched yet; PG_leak_black: done with. */
static bool page_is_marked(const struct page *page)
{
	return PageFlag(page, PG_leak_grey) || PageFlag(page, PG_leak_black);
}

static void mark_page(struct page *page, bool search)
{
	page = compound_head(page);
	if (page_is_marked(page) || PageSlab(page) || atomic_read(&page->_refcount) <= 0)
		return;
	if (PageAnon(page) || PageTable(page) || page->mapping) /* rule 2 */
		search = false;
	page->flags |= 1ul << (search ? PG_leak_grey : PG_leak_black);
	marked++;
}

/* A word that may point into the direct map. */
static void mark_direct(unsigned long addr)
{
	struct page *page;

	if (!ram_page_known((addr - PAGE_OFFSET) >> PAGE_SHIFT))
		return;
	page = virt_to_head_page((void *)addr);
	if (PageSlab(page))
		marked += slab_leak_mark(page, addr);
	else
		mark_page(page, true);
}

static void mark_stack(unsigned long addr)
{
	void *stack = kernel_stack_of(addr);

	for (unsigned long at = 0; stack && at < THREAD_SIZE; at += PAGE_SIZE) {
		struct page *page = vmalloc_to_page((char *)stack + at);

		if (page)
			mark_page(page, true);
	}
}

static void mark_word(unsigned long word)
{
	if (word >= VMEMMAP_START && word < VMEMMAP_START + (1ul << 40)) {
		unsigned long pfn = (word - VMEMMAP_START) / sizeof(struct page);

		if (ram_page_known(pfn))
			mark_page(pfn_to_page(pfn), true);
	} else if (is_vmalloc_addr((void *)word)) {
		mark_stack(word);
	} else if (word >= PAGE_OFFSET && word < VMALLOC_START) {
		mark_direct(word);
	}
}

static void search(const void *start, size_t size)
{
	for (const unsigned long *word = start; size >= sizeof(long); word++, size -= sizeof(long))
		mark_word(*word);
}

/* ---- page tables ---- */

static void mark_table(unsigned long entry)
{
	mark_page(phys_to_page(entry & PTE_PFN_MASK), false);
}

static void mark_mapped(unsigned long pfn)
{
	if (ram_page_known(pfn))
		mark_page(pfn_to_page(pfn), false);
}

/* The tables below one entry of a PGD and, if wanted, what they map: entries are no pointers. */
static void mark_pgd_entry(pgd_t *pgd, bool mapped)
{
	pud_t *pud;

	if (pgd_none(*pgd))
		return;
	mark_table(pgd_val(*pgd));
	pud = pud_offset(pgd, 0);
	for (unsigned int j = 0; j < PTRS_PER_PTE; j++, pud++) {
		pmd_t *pmd;

		if (pud_none(*pud))
			continue;
		mark_table(pud_val(*pud));
		pmd = pmd_offset(pud, 0);
		for (unsigned int k = 0; k < PTRS_PER_PTE; k++, pmd++) {
			pte_t *pte;

			if (pmd_none(*pmd))
				continue;
			if (pmd_huge(*pmd)) {
				mark_mapped(pmd_pfn(*pmd));
				continue;
			}
			mark_table(pmd_val(*pmd));
			pte = pte_offset_kernel(pmd, 0);
			for (unsigned int l = 0; mapped && l < PTRS_PER_PTE; l++, pte++)
				if (!pte_none(*pte))
					mark_mapped(pte_pfn(*pte));
		}
	}
}

static void mark_address_space(struct mm_struct *mm)
{
	for (unsigned int i = 0; mm->pgd && i < USER_PGDS; i++)
		mark_pgd_entry(mm->pgd + i, true);
}

/* ---- the rounds ---- */

/* slab_leak_walk() hands each newly marked object in. */
static void search_object(struct kmem_cache *cache, void *object)
{
	search(object, cache->object_size);
	if (!strcmp(cache->name, "mm_struct"))
		mark_address_space(object);
}

static void search_page(struct page *page)
{
	page->flags &= ~(1ul << PG_leak_grey);
	page->flags |= 1ul << PG_leak_black;
	search(page_address(page), PAGE_SIZE << compound_order(page));
}

static void each_known_page(void (*fn)(struct page *page))
{
	unsigned long pfn = 0;

	while ((pfn = next_known_pfn(pfn)) != ~0ul)
		fn(pfn_to_page(pfn++));
}

static void search_if_grey(struct page *page)
{
	if (PageFlag(page, PG_leak_grey))
		search_page(page);
}

static void mark_roots(void)
{
	search(_sdata, _end - _sdata);
	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++)
		search(__per_cpu_start + per_cpu_offset(cpu), __per_cpu_end - __per_cpu_start);
	each_vmalloc_page(mark_page);
	mark_pgd_entry(pgd_offset_k(VMALLOC_START), false);
	mark_page(zero_page, false);
}

/* ---- the report ---- */

static struct leak_record records[LEAK_RECORDS];
static unsigned int nr_records;
static unsigned long leaked_pages, leaked_objects;

static void report_page(struct page *page)
{
	if (atomic_read(&page->_refcount) > 0 && !PageSlab(page) && !PageTail(page) &&
	    !page_is_marked(page)) {
		const struct stack_record *who = page_allocated_by(page);

		leaked_pages++;
		if (nr_records < LEAK_RECORDS)
			records[nr_records++] = (struct leak_record){
				.addr = (unsigned long)page_address(page),
				.size = PAGE_SIZE << compound_order(page),
				.refs = atomic_read(&page->_refcount),
				.flags = page->flags,
				.who = who ? *who : (struct stack_record){ { 0 }, 0 },
			};
	}
	page->flags &= ~(1ul << PG_leak_grey | 1ul << PG_leak_black);
}

static void report_object(struct kmem_cache *cache, void *object, const struct stack_record *who)
{
	leaked_objects++;
	if (nr_records < LEAK_RECORDS)
		records[nr_records++] = (struct leak_record){
			.cache = cache->name,
			.addr = (unsigned long)object,
			.size = slab_debug_size(cache, object),
			.who = *who,
		};
}

/* Nothing moves meanwhile: other CPUs stand still, interrupts are off here. */
static void leak_scan(void *unused)
{
	__builtin_unwind_init(); /* registers to the stack, which is searched */
	leaked_pages = leaked_objects = nr_records = 0;
	mark_roots();
	do {
		marked = 0;
		slab_leak_walk(search_object);
		each_known_page(search_if_grey);
	} while (marked);
	slab_leak_report(report_object);
	each_known_page(report_page);
}

int leak_record_print(const struct leak_record *record, char *buf, size_t size)
{
	int len;

	if (record->cache)
		len = scnprintf(buf, size, "leak: %s %lx of %lu bytes", record->cache, record->addr,
				record->size);
	else
		len = scnprintf(buf, size, "leak: %lu bytes of pages at %lx, %d references",
				record->size, record->addr, record->refs);
	len += scnprintf(buf + len, size - len, ", allocated by ");
	len += stack_record_format(&record->who, buf + len, size - len);
	return len + scnprintf(buf + len, size - len, "\n");
}

static unsigned long leaked_tasks;

/* Those who ended but were not freed: somebody still counts on them although no list has them. */
static unsigned long count_leaked_tasks(bool tell)
{
	struct task_struct *task, *thread;
	unsigned long tasks = nr_cpu_ids - 1, leaked = 0; /* the other CPUs' idle tasks */
	struct slabinfo info;

	for_each_process_thread (task, thread) {
		tasks++;
		if (is_global_init(task) || (task->flags & PF_KTHREAD))
			continue;
		leaked++;
		if (tell)
			pr_err("leak: task %d (%s) is still there\n", thread->pid, thread->comm);
	}
	for (unsigned int i = 0; slabinfo_get(i, &info); i++) {
		if (strcmp(info.name, "task_struct") || info.active_objs <= tasks)
			continue;
		if (tell)
			pr_err("leak: %lu tasks, but %lu task_structs\n", tasks, info.active_objs);
		leaked += info.active_objs - tasks;
	}
	return leaked;
}

/*
 * A task that has been waited for may still be on its way out of its CPU: its last switch ends a
 * grace period, and what it gives back behind that switch waits for another. So more than one look.
 */
bool task_leak_report(void)
{
	ktime_t end = ktime_get() + LAST_SWITCH_NS;

	for (;;) {
		rcu_barrier(); /* what waits for readers is free after this */
		vmalloc_purge();
		leaked_tasks = count_leaked_tasks(false);
		if (!leaked_tasks || ktime_get() >= end)
			break;
		schedule_timeout_uninterruptible(NSEC_PER_MSEC);
	}
	if (leaked_tasks)
		leaked_tasks = count_leaked_tasks(true);
	return !leaked_tasks;
}

bool mm_leak_report(void)
{
	unsigned long flags;
	char line[512];

	local_irq_save(flags);
	slab_debug_check_all();
	leak_scan(NULL);
	local_irq_restore(flags);
	for (unsigned int i = 0; i < nr_records; i++) {
		leak_record_print(&records[i], line, sizeof(line));
		pr_err("%s", line);
	}
	if (leaked_pages || leaked_objects || leaked_tasks)
		pr_err("leak: %lu objects and %lu pages that nothing points to\n", leaked_objects,
		       leaked_pages);
	else
		pr_info("leak: none\n");
	return !leaked_pages && !leaked_objects;
}

unsigned int mm_leak_scan(const struct leak_record **found)
{
	mutex_lock(&scan_mutex);
	rcu_barrier();
	smp_hold_others(leak_scan, NULL);
	*found = records;
	return nr_records;
}

void mm_leak_scan_done(void)
{
	mutex_unlock(&scan_mutex);
}
#endif
