// SPDX-License-Identifier: GPL-2.0-only
/* Looking up function names. See ksyms.h. */
#include "kernel/x86/ksyms.h"
#include "kernel/lib/vsnprintf.h"

extern const char _stext[], _etext[];

const char *ksyms_lookup(unsigned long addr, unsigned long *offset)
{
	unsigned int low = 0, high = ksyms_count;
	u32 at;

	if (addr < (unsigned long)_stext || addr >= (unsigned long)_etext || !ksyms_count)
		return NULL;
	at = addr - (unsigned long)_stext;
	while (low + 1 < high) {
		unsigned int middle = (low + high) / 2;

		if (ksyms_offsets[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	if (ksyms_offsets[low] > at)
		return NULL;
	*offset = at - ksyms_offsets[low];
	return ksyms_names + ksyms_name_offsets[low];
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
