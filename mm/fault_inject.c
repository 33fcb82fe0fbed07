// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection, DEBUG builds only: an allocation that would succeed is made to fail.
 *
 * Idea: two ways to say which one.
 *
 *	/proc/thread-self/fail-nth    write N: the N-th allocation that this task makes from now on
 *	                              fails, once. Read: 0 when that has happened, else what is left.
 *	failslab=N[,T]                on the command line: of the allocations of tasks with 1 in
 *	fail_page_alloc=N[,T]         /proc/<pid>/make-it-fail (children inherit it) every N-th
 *	                              fails, T times (once if not given)
 *
 * With fail_verbose on the command line each failure prints where it struck.
 * An allocation counts where a subsystem asks for it: a kmem_cache_alloc() or kmalloc() is one,
 * whether it comes from a CPU's stack or needs a new slab; so are alloc_pages(), a page table, a
 * kernel stack, even when a cached one is at hand. So the same call counts the same from run to run.
 * Rules: 1. Requests that may sleep and GFP_ATOMIC ones count; those of interrupts, with GFP_NOWAIT or
 *    with __GFP_NOFAIL do not. 2. fail-nth goes before make-it-fail. 3. A page for user data
 *    (mm/fault.c) counts too; its failure lets the instruction run again, and then it succeeds.
 * Why DEBUG only: the question stands in front of the fastest path of all allocations, where it
 *    would be a load and a branch of some thirty instructions.
 * Locking: fail_nth is the task's own (a write through /proc from outside may be lost); the counters
 *    are atomic. Sleeps: no.
 * Linux: lib/fault-inject.c, mm/failslab.c. There, atomic allocations and sleeping ones of pages are
 *    exempt unless asked for, and failslab= takes interval, probability, space and times.
 * Tests: tests/fail_nth.h, tests/mm/fault_injection.c.
 */
#ifdef CONFIG_DEBUG
#include "mm/fault_inject.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/printk.h"
#include "kernel/x86/atomic.h"
#include "kernel/x86/processor.h"

/* [A] atomic, [I] set at boot */
struct fault_attr {
	const char *name; /* [I] of the word on the command line */
	int interval;     /* [I] every so many-th; 0: none */
	atomic_t count;   /* [A] since the last failure */
	atomic_t times;   /* [A] failures still to come */
};

static struct fault_attr fault_attrs[NR_FAULT_KINDS] = {
	[FAIL_SLAB] = { .name = "failslab" },
	[FAIL_PAGE_ALLOC] = { .name = "fail_page_alloc" },
};
static bool fail_verbose; /* [I] */

void fault_inject_setup(const char *cmdline)
{
	for (int kind = 0; kind < NR_FAULT_KINDS; kind++) {
		struct fault_attr *attr = &fault_attrs[kind];
		char text[32], *at = text;
		int times = 1;

		if (cmdline_find_option(cmdline, attr->name, text, sizeof(text)) <= 0)
			continue;
		if (get_option(&at, &attr->interval) == 2)
			get_option(&at, &times);
		atomic_set(&attr->times, times);
	}
	fail_verbose = cmdline_find_option_bool(cmdline, "fail_verbose");
}

/* make-it-fail: is this one an N-th, and are there failures left? */
static bool interval_is_over(struct fault_attr *attr)
{
	if (attr->interval <= 0 || atomic_read(&attr->times) <= 0 ||
	    atomic_add_return(1, &attr->count) % attr->interval)
		return false;
	return atomic_add_return(-1, &attr->times) >= 0;
}

bool __should_fail(enum fault_kind kind, size_t size)
{
	unsigned int nth = READ_ONCE(current->fail_nth);

	if (nth) { /* rule 2 */
		WRITE_ONCE(current->fail_nth, nth - 1);
		if (nth > 1)
			return false;
	} else if (!current->make_it_fail || !interval_is_over(&fault_attrs[kind])) {
		return false;
	}
	if (fail_verbose) {
		pr_info("%s: an allocation of %lu bytes fails, %s[%d]\n", fault_attrs[kind].name,
			size, current->comm, current->pid);
		dump_stack();
	}
	return true;
}
#endif
