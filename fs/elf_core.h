/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an ELF file's headers must be for a loader to believe them. Pure; fs/exec_elf.c does the
 * mapping, tests/unit/test_elf_core.c the arithmetic at its edges.
 */
#ifndef CONDUIT_FS_ELF_CORE_H
#define CONDUIT_FS_ELF_CORE_H

#include "kernel/uapi/elf.h"
#include "kernel/lib/types.h"
#include "kernel/x86/page.h"

#define ELF_PAGESTART(v)  ((v)&PAGE_MASK)
#define ELF_PAGEOFFSET(v) ((v) & ~PAGE_MASK)

static inline bool bad_addr(unsigned long addr)
{
	return addr >= TASK_SIZE;
}

/* A 64-bit x86 program that can be run. */
bool elf_header_ok(const struct elf64_hdr *ex);
/* PROT_* of p_flags. */
unsigned long make_prot(unsigned int p_flags);
/* Bytes from the first page of the PT_LOADs to the end of the last, 0 if there is none. */
unsigned long total_mapping_size(const struct elf64_phdr *phdrs, int n);
/* The largest sensible p_align of the PT_LOADs, a page at least. */
unsigned long maximum_alignment(const struct elf64_phdr *phdrs, int n);
/* Is the segment, when it is loaded at addr, in user space, without wrapping? */
bool segment_ok(const struct elf64_phdr *phdr, unsigned long addr);

#endif
