/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a context switch asks of memory management. Implemented in mm/.
 */
#ifndef CONDUIT_SCHED_MM_SWITCH_H
#define CONDUIT_SCHED_MM_SWITCH_H

struct mm_struct;
struct task_struct;

/* Load next's page tables; prev may equal next. Interrupts off, rq lock held. */
void switch_mm_irqs_off(struct mm_struct *prev, struct mm_struct *next, struct task_struct *tsk);
/* A kernel thread or the idle task goes on with whatever page tables are loaded. */
void enter_lazy_tlb(struct mm_struct *mm, struct task_struct *tsk);
/* The page tables in use must not be freed under a lazy user: mmgrab() and mmdrop(). */
void mmgrab_lazy_tlb(struct mm_struct *mm);
void mmdrop_lazy_tlb(struct mm_struct *mm);

#endif
