// SPDX-License-Identifier: GPL-2.0-only
/* ELF headers at the edges of 64-bit arithmetic. */
/* links: fs/elf_core.c */
#include <assert.h>
#include <string.h>
#include "fs/elf_core.h"
#include "kernel/uapi/mman.h"

static void headers(void)
{
	struct elf64_hdr eh = { .e_ident = "\177ELF\2\1\1",
				.e_type = ET_EXEC,
				.e_machine = EM_X86_64 };

	assert(elf_header_ok(&eh));
	eh.e_type = ET_DYN;
	assert(elf_header_ok(&eh));
	eh.e_type = 4; /* core file */
	assert(!elf_header_ok(&eh));
	eh.e_type = ET_EXEC;
	eh.e_ident[EI_CLASS] = 1;
	assert(!elf_header_ok(&eh));
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_machine = 3;
	assert(!elf_header_ok(&eh));
	assert(make_prot(PF_R | PF_X) == (PROT_READ | PROT_EXEC));
}

static void segments(void)
{
	struct elf64_phdr ph = { .p_filesz = 0x1000, .p_memsz = 0x2000 };

	assert(segment_ok(&ph, 0x400000));
	assert(segment_ok(&ph, TASK_SIZE - 0x2000));
	assert(!segment_ok(&ph, TASK_SIZE - 0x1fff));
	assert(!segment_ok(&ph, TASK_SIZE));
	assert(!segment_ok(&ph, ~0ul));
	ph.p_filesz = 0x2001; /* more in the file than in memory */
	assert(!segment_ok(&ph, 0x400000));
	ph.p_filesz = ph.p_memsz = ~0ul;
	assert(!segment_ok(&ph, 0x400000));
	ph.p_filesz = 0;
	ph.p_memsz = TASK_SIZE;
	assert(segment_ok(&ph, 0) && !segment_ok(&ph, 1));
}

static void sums(void)
{
	struct elf64_phdr ph[3] = {
		{ .p_type = PT_LOAD, .p_vaddr = 0x400123, .p_memsz = 0x10, .p_align = 0x1000 },
		{ .p_type = PT_NOTE, .p_vaddr = 0, .p_memsz = ~0ul, .p_align = 1ul << 40 },
		{ .p_type = PT_LOAD, .p_vaddr = 0x402000, .p_memsz = 0x345, .p_align = 0x200000 },
	};

	assert(total_mapping_size(ph, 3) == 0x2345);
	assert(total_mapping_size(ph, 1) == 0x133);
	assert(total_mapping_size(ph + 1, 1) == 0);
	assert(total_mapping_size(ph, 0) == 0);
	assert(maximum_alignment(ph, 3) == 0x200000);
	ph[2].p_align = 0x300000; /* no power of two: not believed */
	assert(maximum_alignment(ph, 3) == 0x1000);
	ph[2].p_align = 0;
	assert(maximum_alignment(ph, 3) == 0x1000);
}

int main(void)
{
	headers();
	segments();
	sums();
	return 0;
}
