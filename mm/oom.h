/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When no page is left: kill the process that frees most. Implemented in mm/oom.c.
 * Linux: mm/oom_kill.c.
 */
#ifndef CONDUIT_MM_OOM_H
#define CONDUIT_MM_OOM_H

#include "kernel/lib/types.h"

struct task_struct;

#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

#define OOM_NEVER (-(long)(~0ul >> 1) - 1) /* the score of what must not be killed */

/*
 * Chooses and kills (SIGKILL, reserves opened) unless a victim is still on its way out. True when
 * it is worth trying again; false when there is nobody to kill. Sleeps.
 */
bool out_of_memory(unsigned int order);

/* Pages that killing it would free, shifted by oom_score_adj; OOM_NEVER when it must not die. */
long oom_badness(struct task_struct *task, unsigned long totalpages);

/* A page fault could not be served: kill somebody or, failing that, the faulting task. */
void pagefault_out_of_memory(void);

/* An OOM victim has given up its memory: called at the end of exit_mm(). */
void exit_oom_victim(void);

#endif
