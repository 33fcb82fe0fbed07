/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address space and page sizes.
 *
 *	0000000000000000 - 00007fffffffefff  user
 *	ffff888000000000 - ffffc87fffffffff  all physical memory, one to one (PAGE_OFFSET)
 *	ffffc90000000000 - ffffe8ffffffffff  vmalloc, kernel stacks, device registers
 *	ffffea0000000000 - ffffeaffffffffff  struct page array (vmemmap)
 *	ffffffff80000000 - ffffffff9fffffff  the kernel image, physical address 0 up
 *
 * The places are Linux's. Linux: Documentation/arch/x86/x86_64/mm.rst.
 */
#ifndef CONDUIT_X86_PAGE_H
#define CONDUIT_X86_PAGE_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#define PAGE_SHIFT  12
#define PAGE_SIZE   (1ul << PAGE_SHIFT)
#define PAGE_MASK   (~(PAGE_SIZE - 1))
#define HPAGE_SHIFT 21
#define HPAGE_SIZE  (1ul << HPAGE_SHIFT)
#define HPAGE_MASK  (~(HPAGE_SIZE - 1))

#define PAGE_OFFSET        0xffff888000000000ul
#define VMALLOC_START      0xffffc90000000000ul
#define VMALLOC_END        0xffffe8fffffffffful
#define VMEMMAP_START      0xffffea0000000000ul
#define __START_KERNEL_map 0xffffffff80000000ul

/* One page below the canonical hole: SYSRET must never see a return address in it. */
#define TASK_SIZE 0x00007ffffffff000ul
#define STACK_TOP TASK_SIZE

#define PAGE_ALIGN(addr)  ALIGN(addr, PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)

/* Physical address of an address in the direct map or the kernel image. */
static __always_inline phys_addr_t __phys_addr(unsigned long addr)
{
	return addr >= __START_KERNEL_map ? addr - __START_KERNEL_map : addr - PAGE_OFFSET;
}

#define __pa(x)        __phys_addr((unsigned long)(x))
#define __va(x)        ((void *)((unsigned long)(x) + PAGE_OFFSET))
#define __pa_symbol(x) ((phys_addr_t)((unsigned long)(x)-__START_KERNEL_map))

#define PFN_UP(x)   (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)

#define pfn_to_kaddr(pfn)  __va((pfn) << PAGE_SHIFT)
#define virt_to_pfn(kaddr) (__pa(kaddr) >> PAGE_SHIFT)

#ifdef CONFIG_DEBUG
#define THREAD_SIZE_ORDER 3
#else
#define THREAD_SIZE_ORDER 2
#endif
#define THREAD_SIZE (PAGE_SIZE << THREAD_SIZE_ORDER)

static inline void clear_page(void *page)
{
	unsigned long n = PAGE_SIZE / 8;

	__asm__ __volatile__("rep stosq" : "+c"(n), "+D"(page) : "a"(0ul) : "memory");
}

static inline void copy_page(void *to, const void *from)
{
	unsigned long n = PAGE_SIZE / 8;

	__asm__ __volatile__("rep movsq" : "+c"(n), "+D"(to), "+S"(from) : : "memory");
}

#endif
