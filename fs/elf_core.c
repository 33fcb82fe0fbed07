/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks and sums over an ELF file's headers. Nothing here trusts a field.
 * Linux: fs/binfmt_elf.c.
 */
#include "fs/elf_core.h"

#include "kernel/uapi/mman.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/string.h"

bool elf_header_ok(const struct elf64_hdr *ex)
{
	return !memcmp(ex->e_ident, ELFMAG, SELFMAG) && ex->e_ident[EI_CLASS] == ELFCLASS64 &&
	       (ex->e_type == ET_EXEC || ex->e_type == ET_DYN) && ex->e_machine == EM_X86_64;
}

unsigned long make_prot(unsigned int p_flags)
{
	return ((p_flags & PF_R) ? PROT_READ : 0) | ((p_flags & PF_W) ? PROT_WRITE : 0) |
	       ((p_flags & PF_X) ? PROT_EXEC : 0);
}

unsigned long total_mapping_size(const struct elf64_phdr *phdrs, int n)
{
	unsigned long min_addr = ~0ul, max_addr = 0;
	bool loads = false;
	int i;

	for (i = 0; i < n; i++) {
		if (phdrs[i].p_type != PT_LOAD)
			continue;
		min_addr = min(min_addr, ELF_PAGESTART(phdrs[i].p_vaddr));
		max_addr = max(max_addr, phdrs[i].p_vaddr + phdrs[i].p_memsz);
		loads = true;
	}
	return loads ? max_addr - min_addr : 0;
}

unsigned long maximum_alignment(const struct elf64_phdr *phdrs, int n)
{
	unsigned long alignment = PAGE_SIZE;
	int i;

	for (i = 0; i < n; i++) {
		unsigned long p_align = phdrs[i].p_align;

		if (phdrs[i].p_type == PT_LOAD && p_align && !(p_align & (p_align - 1)))
			alignment = max(alignment, p_align);
	}
	return alignment;
}

bool segment_ok(const struct elf64_phdr *phdr, unsigned long addr)
{
	return !bad_addr(addr) && phdr->p_filesz <= phdr->p_memsz && phdr->p_memsz <= TASK_SIZE &&
	       addr <= TASK_SIZE - phdr->p_memsz;
}
