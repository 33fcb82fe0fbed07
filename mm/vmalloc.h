/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is contiguous in kernel addresses only, each piece with an unmapped page behind it
 * (and so before the next). Implemented in mm/vmalloc.c.
 * Linux: include/linux/vmalloc.h.
 */
#ifndef CONDUIT_MM_VMALLOC_H
#define CONDUIT_MM_VMALLOC_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"
#include "kernel/x86/page.h"

/* NULL on failure. All may sleep, also the freeing. */
void *vmalloc(size_t size) __must_check;
void *vzalloc(size_t size) __must_check;
/* For user space to fill: zeroed. */
void *vmalloc_user(size_t size) __must_check;
void vfree(const void *addr);

static inline bool is_vmalloc_addr(const void *p)
{
	unsigned long addr = (unsigned long)p;

	return addr >= VMALLOC_START && addr < VMALLOC_END;
}

struct page *vmalloc_to_page(const void *addr);

/*
 * A kernel stack of THREAD_SIZE bytes with guard pages: lowest address, or NULL. Freed stacks wait
 * in a small per-CPU cache, so both are short most of the time. Content is not cleared.
 * free_kernel_stack() does not sleep: the scheduler calls it for a dead task.
 */
void *alloc_kernel_stack(void) __must_check;
void free_kernel_stack(void *stack);
/* Does addr lie in a guard page of the vmalloc area? For the message of a stack overflow. */
bool is_vmalloc_guard(unsigned long addr);

/* Short of memory: cached stacks go back. Sleeps not, but waits for other CPUs. */
void vmalloc_purge(void);

#endif
