/* SPDX-License-Identifier: GPL-2.0-only */
/* Which page tables a CPU has loaded: mm/mmu_context.c. */
#ifndef CONDUIT_MM_MMU_CONTEXT_H
#define CONDUIT_MM_MMU_CONTEXT_H

#include "mm/mm.h"

DECLARE_PER_CPU(struct mm_struct *, loaded_mm);

void leave_mm(struct mm_struct *mm);

#endif
