/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel knows of its own functions, for backtraces and wait channels: their names, and in
 * builds without frame pointers where each of them keeps its return address. The tables are made
 * from the linked image by tools/ksyms and linked into the second pass; in the first they are empty.
 */
#ifndef CONDUIT_X86_KSYMS_H
#define CONDUIT_X86_KSYMS_H

#include "kernel/lib/types.h"

extern const unsigned int ksyms_count;
extern const u32 ksyms_offsets[];      /* ascending, from the start of .text */
extern const u32 ksyms_name_offsets[]; /* into ksyms_names */
extern const char ksyms_names[];

/*
 * Wherever the distance to the caller changes, as behind a push, one entry: the caller's stack
 * pointer is that many words above ours, and the return address the last of them. So the functions
 * that were called are found one after the other, without each of them maintaining a chain.
 */
extern const unsigned int unwind_count;
extern const u32 unwind_offsets[]; /* ascending, from the start of .text */
extern const u16 unwind_codes[];   /* 0: not known */

#define UNWIND_WORDS(code)   ((code)&0x7ff)
#define UNWIND_BP_SLOT(code) ((code) >> 11 & 0xf) /* words below: the caller's rbp; 0: unchanged */
#define UNWIND_FROM_BP(code) ((code)&0x8000)      /* count from rbp, not rsp */

/* The code for an instruction, 0 if there is none. */
u16 unwind_lookup(unsigned long addr);

/* The function around an address, or NULL; *offset is how far in. */
const char *ksyms_lookup(unsigned long addr, unsigned long *offset);

#endif
