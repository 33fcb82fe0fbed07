/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's part of a task: flags that entry code tests, and what a context switch saves.
 * Embedded in task_struct. Linux: arch/x86/include/asm/thread_info.h, processor.h.
 */
#ifndef CONDUIT_X86_THREAD_H
#define CONDUIT_X86_THREAD_H

#include "kernel/lib/types.h"

/* thread_info.flags, atomic bits. */
#define TIF_REGS_CHANGED    1 /* a call has changed the registers it returns with: leave by IRET */
#define TIF_SIGPENDING      2
#define TIF_NEED_RESCHED    3
#define TIF_SINGLESTEP      4
#define TIF_NEED_FPU_LOAD   14 /* FPU registers are not this task's: load before user mode */
#define TIF_MEMDIE          20 /* the OOM killer chose it: may dip into reserves */
#define TIF_RESTORE_SIGMASK 23 /* saved_sigmask is to come back */

#define _TIF_REGS_CHANGED    (1ul << TIF_REGS_CHANGED)
#define _TIF_SIGPENDING      (1ul << TIF_SIGPENDING)
#define _TIF_NEED_RESCHED    (1ul << TIF_NEED_RESCHED)
#define _TIF_NEED_FPU_LOAD   (1ul << TIF_NEED_FPU_LOAD)
#define _TIF_RESTORE_SIGMASK (1ul << TIF_RESTORE_SIGMASK)

/* Anything here makes the return to user mode take the slow way. */
#define _TIF_WORK_MASK                                                                             \
	(_TIF_REGS_CHANGED | _TIF_SIGPENDING | _TIF_NEED_RESCHED | _TIF_NEED_FPU_LOAD)

struct thread_info {
	unsigned long flags; /* TIF_* bits: entry.asm reads them at offset 0 of the task */
};

struct fpu;

/* [O] only the task itself, or the switch to and from it. */
struct thread_struct {
	unsigned long sp;      /* kernel stack pointer while it does not run */
	unsigned long sp0;     /* top of the kernel stack: pt_regs end here */
	unsigned long fsbase;  /* user FS base while it does not run: thread-local storage */
	unsigned long gsbase;  /* user GS base while it does not run */
	unsigned long cr2;     /* the last user fault's address */
	unsigned long trap_nr; /* … its vector, for signal frames */
	unsigned long error_code;
	struct fpu *fpu; /* behind the task_struct; NULL for kernel threads */
};

#endif
