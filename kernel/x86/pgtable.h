/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Four-level page tables: pgd -> pud -> pmd -> pte, 512 entries of 8 bytes each.
 * An entry is a physical address and flag bits (Intel SDM volume 3, 4.5; AMD volume 2, 5.3).
 * Linux: arch/x86/include/asm/pgtable.h (which calls our pgd-to-pud step p4d as well).
 */
#ifndef CONDUIT_X86_PGTABLE_H
#define CONDUIT_X86_PGTABLE_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/x86/page.h"

#define _PAGE_PRESENT  (1ul << 0)
#define _PAGE_RW       (1ul << 1)
#define _PAGE_USER     (1ul << 2)
#define _PAGE_PWT      (1ul << 3)
#define _PAGE_PCD      (1ul << 4)
#define _PAGE_ACCESSED (1ul << 5)
#define _PAGE_DIRTY    (1ul << 6)
#define _PAGE_PSE      (1ul << 7) /* a 2 MiB or 1 GiB page */
#define _PAGE_GLOBAL   (1ul << 8)
#define _PAGE_SPECIAL  (1ul << 9)  /* software: no struct page reference belongs to it */
#define _PAGE_PROTNONE (1ul << 10) /* software: mapped, but no access at all */
#define _PAGE_NX       (1ul << 63)

#define PTE_PFN_MASK 0x000ffffffffff000ul

typedef struct {
	unsigned long pte;
} pte_t;
typedef struct {
	unsigned long pmd;
} pmd_t;
typedef struct {
	unsigned long pud;
} pud_t;
typedef struct {
	unsigned long pgd;
} pgd_t;
typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define PTRS_PER_PTE 512
#define PMD_SHIFT    21
#define PUD_SHIFT    30
#define PGDIR_SHIFT  39
#define PMD_SIZE     (1ul << PMD_SHIFT)
#define PMD_MASK     (~(PMD_SIZE - 1))
#define PUD_SIZE     (1ul << PUD_SHIFT)
#define PUD_MASK     (~(PUD_SIZE - 1))
#define PGDIR_SIZE   (1ul << PGDIR_SHIFT)
#define PGDIR_MASK   (~(PGDIR_SIZE - 1))

#define __pte(x)      ((pte_t){ (x) })
#define __pmd(x)      ((pmd_t){ (x) })
#define __pud(x)      ((pud_t){ (x) })
#define __pgd(x)      ((pgd_t){ (x) })
#define __pgprot(x)   ((pgprot_t){ (x) })
#define pte_val(x)    ((x).pte)
#define pmd_val(x)    ((x).pmd)
#define pud_val(x)    ((x).pud)
#define pgd_val(x)    ((x).pgd)
#define pgprot_val(x) ((x).pgprot)

/* The NX bit, or 0 when the CPU lacks it: set in early start-up. */
extern unsigned long __supported_nx;

#define __PP               _PAGE_PRESENT
#define PAGE_NONE          __pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_READONLY      __pgprot(__PP | _PAGE_USER | _PAGE_ACCESSED | __supported_nx)
#define PAGE_READONLY_EXEC __pgprot(__PP | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_SHARED        __pgprot(__PP | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | __supported_nx)
#define PAGE_SHARED_EXEC   __pgprot(__PP | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_COPY          PAGE_READONLY
#define PAGE_COPY_EXEC     PAGE_READONLY_EXEC
#define PAGE_KERNEL                                                                                \
	__pgprot(__PP | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL | __supported_nx)
#define PAGE_KERNEL_RO  __pgprot(__PP | _PAGE_ACCESSED | _PAGE_GLOBAL | __supported_nx)
#define PAGE_KERNEL_ROX __pgprot(__PP | _PAGE_ACCESSED | _PAGE_GLOBAL)
#define PAGE_KERNEL_IO  __pgprot(pgprot_val(PAGE_KERNEL) | _PAGE_PCD | _PAGE_PWT)
#define _PAGE_TABLE     (__PP | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)

extern pgd_t swapper_pg_dir[512]; /* the kernel's own tables; every mm shares its upper half */

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte((pfn << PAGE_SHIFT) | pgprot_val(prot));
}

static inline unsigned long pte_pfn(pte_t pte)
{
	return (pte_val(pte) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

static inline unsigned long pte_flags(pte_t pte)
{
	return pte_val(pte) & ~PTE_PFN_MASK;
}

static inline bool pte_none(pte_t pte)
{
	return !pte_val(pte);
}

static inline bool pte_present(pte_t pte)
{
	return pte_val(pte) & (_PAGE_PRESENT | _PAGE_PROTNONE);
}

static inline bool pte_write(pte_t pte)
{
	return pte_val(pte) & _PAGE_RW;
}

static inline bool pte_dirty(pte_t pte)
{
	return pte_val(pte) & _PAGE_DIRTY;
}

static inline bool pte_young(pte_t pte)
{
	return pte_val(pte) & _PAGE_ACCESSED;
}

static inline bool pte_exec(pte_t pte)
{
	return !(pte_val(pte) & _PAGE_NX);
}

static inline bool pte_special(pte_t pte)
{
	return pte_val(pte) & _PAGE_SPECIAL;
}

static inline pte_t pte_mkwrite(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_RW);
}

static inline pte_t pte_wrprotect(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_RW);
}

static inline pte_t pte_mkdirty(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_DIRTY);
}

static inline pte_t pte_mkclean(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_DIRTY);
}

static inline pte_t pte_mkyoung(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_ACCESSED);
}

static inline pte_t pte_mkold(pte_t pte)
{
	return __pte(pte_val(pte) & ~_PAGE_ACCESSED);
}

static inline pte_t pte_mkspecial(pte_t pte)
{
	return __pte(pte_val(pte) | _PAGE_SPECIAL);
}

/* New protection, same frame and the hardware's own bits. */
static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	unsigned long keep = PTE_PFN_MASK | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL |
			     _PAGE_PCD | _PAGE_PWT;

	return __pte((pte_val(pte) & keep) | (pgprot_val(prot) & ~PTE_PFN_MASK));
}

static inline bool pte_same(pte_t a, pte_t b)
{
	return pte_val(a) == pte_val(b);
}

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(ptep->pte, pte_val(pte));
}

static inline pte_t ptep_get(pte_t *ptep)
{
	return __pte(READ_ONCE(ptep->pte));
}

/* Takes the entry away and returns it with the accessed and dirty bits that the CPU set. */
static inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	return __pte(__atomic_exchange_n(&ptep->pte, 0ul, __ATOMIC_SEQ_CST));
}

static inline void pte_clear(pte_t *ptep)
{
	set_pte(ptep, __pte(0));
}

#define __PGTABLE_LEVEL(x, X)                                                                      \
	static inline bool x##_none(x##_t v)                                                       \
	{                                                                                          \
		return !v.x;                                                                       \
	}                                                                                          \
	static inline bool x##_present(x##_t v)                                                    \
	{                                                                                          \
		return v.x & _PAGE_PRESENT;                                                        \
	}                                                                                          \
	static inline bool x##_leaf(x##_t v)                                                       \
	{                                                                                          \
		return (v.x & (_PAGE_PSE | _PAGE_PRESENT)) == (_PAGE_PSE | _PAGE_PRESENT);         \
	}                                                                                          \
	static inline unsigned long x##_page_vaddr(x##_t v)                                        \
	{                                                                                          \
		return (unsigned long)__va(v.x & PTE_PFN_MASK);                                    \
	}                                                                                          \
	static inline unsigned long x##_pfn(x##_t v)                                               \
	{                                                                                          \
		return (v.x & PTE_PFN_MASK) >> PAGE_SHIFT;                                         \
	}                                                                                          \
	static inline void set_##x(x##_t *p, x##_t v)                                              \
	{                                                                                          \
		WRITE_ONCE(p->x, v.x);                                                             \
	}                                                                                          \
	static inline void x##_clear(x##_t *p)                                                     \
	{                                                                                          \
		WRITE_ONCE(p->x, 0);                                                               \
	}                                                                                          \
	/* Hangs a lower table, given by its physical address, into the entry. */                  \
	static inline void x##_populate_phys(x##_t *p, phys_addr_t table)                          \
	{                                                                                          \
		WRITE_ONCE(p->x, table | _PAGE_TABLE);                                             \
	}

__PGTABLE_LEVEL(pmd, PMD)
__PGTABLE_LEVEL(pud, PUD)
__PGTABLE_LEVEL(pgd, PGD)

#define pte_index(a) (((a) >> PAGE_SHIFT) & 511)
#define pmd_index(a) (((a) >> PMD_SHIFT) & 511)
#define pud_index(a) (((a) >> PUD_SHIFT) & 511)
#define pgd_index(a) (((a) >> PGDIR_SHIFT) & 511)

static inline pgd_t *pgd_offset_pgd(pgd_t *pgd, unsigned long addr)
{
	return pgd + pgd_index(addr);
}

#define pgd_offset(mm, addr) pgd_offset_pgd((mm)->pgd, addr)
#define pgd_offset_k(addr)   pgd_offset_pgd(swapper_pg_dir, addr)

static inline pud_t *pud_offset(pgd_t *pgd, unsigned long addr)
{
	return (pud_t *)pgd_page_vaddr(*pgd) + pud_index(addr);
}

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long addr)
{
	return (pmd_t *)pud_page_vaddr(*pud) + pmd_index(addr);
}

static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long addr)
{
	return (pte_t *)pmd_page_vaddr(*pmd) + pte_index(addr);
}

/* The next boundary of the level, or end if that comes first. */
static inline unsigned long __addr_end(unsigned long addr, unsigned long end, unsigned long size)
{
	unsigned long boundary = (addr + size) & ~(size - 1);

	return boundary - 1 < end - 1 ? boundary : end;
}

#define pgd_addr_end(addr, end) __addr_end(addr, end, PGDIR_SIZE)
#define pud_addr_end(addr, end) __addr_end(addr, end, PUD_SIZE)
#define pmd_addr_end(addr, end) __addr_end(addr, end, PMD_SIZE)

/* CR3: loads page tables; entries that are not global leave the TLB. */
static inline void write_cr3(unsigned long cr3)
{
	__asm__ __volatile__("mov %0, %%cr3" : : "r"(cr3) : "memory");
}

static inline unsigned long read_cr3(void)
{
	unsigned long cr3;

	__asm__ __volatile__("mov %%cr3, %0" : "=r"(cr3));
	return cr3;
}

#endif
