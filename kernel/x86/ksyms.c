// SPDX-License-Identifier: GPL-2.0-only
/* Looking up function names. See ksyms.h. */
#include "kernel/x86/ksyms.h"
#include "kernel/lib/vsnprintf.h"

extern const char _stext[], _etext[];

/* The entry of an ascending table that addr belongs to, or -1. */
static int find(const u32 *offsets, unsigned int count, unsigned long addr)
{
	unsigned int low = 0, high = count;
	u32 at = addr - (unsigned long)_stext;

	if (addr < (unsigned long)_stext || addr >= (unsigned long)_etext || !count ||
	    offsets[0] > at)
		return -1;
	while (low + 1 < high) {
		unsigned int middle = (low + high) / 2;

		if (offsets[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return (int)low;
}

const char *ksyms_lookup(unsigned long addr, unsigned long *offset)
{
	int i = find(ksyms_offsets, ksyms_count, addr);

	if (i < 0)
		return NULL;
	*offset = addr - (unsigned long)_stext - ksyms_offsets[i];
	return ksyms_names + ksyms_name_offsets[i];
}

u16 unwind_lookup(unsigned long addr)
{
	int i = find(unwind_offsets, unwind_count, addr);

	return i < 0 ? 0 : unwind_codes[i];
}

/* For %pS and %ps: kernel/lib/vsnprintf.h. */
int sprint_symbol(char *buf, size_t size, unsigned long address, bool with_offset)
{
	unsigned long offset;
	const char *name = ksyms_lookup(address, &offset);

	if (!name)
		return 0;
	if (with_offset)
		return scnprintf(buf, size, "%s+%#lx", name, offset);
	return scnprintf(buf, size, "%s", name);
}
