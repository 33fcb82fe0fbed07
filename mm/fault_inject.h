/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault injection: making an allocation fail on purpose, so that a test can walk every failure path
 * of a call. DEBUG builds only: the test would stand on the fast path of every allocation.
 * Linux: include/linux/fault-inject.h, Documentation/fault-injection.
 */
#ifndef CONDUIT_MM_FAULT_INJECT_H
#define CONDUIT_MM_FAULT_INJECT_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/sched/task.h"
#include "kernel/x86/irq.h"
#include "mm/gfp.h"

enum fault_kind { FAIL_SLAB, FAIL_PAGE_ALLOC, NR_FAULT_KINDS };

#ifdef CONFIG_DEBUG
/* Counts this allocation of current; true: it is to fail. */
bool __should_fail(enum fault_kind kind, size_t size);
/* Boot: the words failslab=, fail_page_alloc= and fail_verbose of the command line. */
void fault_inject_setup(const char *cmdline);

/*
 * What the task asks for itself, asleep or under a lock (GFP_ATOMIC). An interrupt that comes in
 * between is not its doing.
 */
static inline bool should_fail(enum fault_kind kind, gfp_t gfp, size_t size)
{
	return unlikely(current->fail_nth || current->make_it_fail) &&
	       (gfp & (__GFP_RECLAIM | __GFP_HIGH)) && !(gfp & __GFP_NOFAIL) && !in_interrupt() &&
	       __should_fail(kind, size);
}
#else
static inline void fault_inject_setup(const char *cmdline)
{
}

static inline bool should_fail(enum fault_kind kind, gfp_t gfp, size_t size)
{
	return false;
}
#endif

#endif
