/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the kernel's functions, for backtraces and wait channels. The table is made from the
 * linked image by tools/ksyms and linked into the second pass; in the first it is empty.
 */
#ifndef CONDUIT_X86_KSYMS_H
#define CONDUIT_X86_KSYMS_H

#include "kernel/lib/types.h"

extern const unsigned int ksyms_count;
extern const u32 ksyms_offsets[];      /* ascending, from the start of .text */
extern const u32 ksyms_name_offsets[]; /* into ksyms_names */
extern const char ksyms_names[];

/* The function around an address, or NULL; *offset is how far in. */
const char *ksyms_lookup(unsigned long addr, unsigned long *offset);

#endif
