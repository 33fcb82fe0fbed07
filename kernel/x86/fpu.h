/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x87, SSE and AVX registers of user programs. The kernel itself never touches them.
 *
 * Idea: a task's registers are saved when it is switched out, and loaded only on its way back to
 * user mode (TIF_NEED_FPU_LOAD), and not even then when nobody has used the CPU's registers since.
 * Linux: arch/x86/kernel/fpu/core.c.
 */
#ifndef CONDUIT_X86_FPU_H
#define CONDUIT_X86_FPU_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

struct task_struct;

/* Stands behind the task_struct, 64-byte aligned, fpu_state_size bytes of state. */
struct fpu {
	int last_cpu;             /* whose registers hold this state, -1 none */
	u8 state[] __aligned(64); /* FXSAVE or XSAVE format */
};

extern unsigned int fpu_state_size; /* bytes of the XSAVE or FXSAVE area */
extern u64 fpu_xfeatures;           /* XCR0, or 0 when only FXSAVE is there */

/* Finds the format and size; on every CPU. */
void fpu_init_cpu(void);
/* The switch: saves prev's registers if they are loaded. Interrupts off. */
void switch_fpu(struct task_struct *prev, struct task_struct *next, int cpu);
/* Before user mode: loads current's registers. Interrupts off. */
void switch_fpu_return(void);
/* current's registers into its memory, where they stay valid. */
void fpu_sync_current(void);
/* A fresh program starts with the initial state. */
void fpu_reset_current(void);

/* Signal frames. Size of the user area; magic numbers and header as Linux lays them out. */
unsigned int fpu_user_frame_size(void);
/* 0 or -EFAULT. buf is 64-byte aligned user memory. */
int fpu_save_to_user(void __user *buf);
/* 0, or -EFAULT or -EINVAL for a frame that the CPU would refuse. NULL: initial state. */
int fpu_restore_from_user(void __user *buf);
/* The x87/SSE exception's si_code for SIGFPE. */
int fpu_exception_code(bool simd);

#endif
