/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The signal frame of x86-64: what a handler finds on its stack and rt_sigreturn() reads back.
 */
#ifndef CONDUIT_UAPI_SIGCONTEXT_H
#define CONDUIT_UAPI_SIGCONTEXT_H

#include "kernel/uapi/signal.h"

/* uc_mcontext: 256 bytes. */
struct sigcontext {
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15;
	unsigned long di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	unsigned short cs, gs, fs, ss;
	unsigned long err, trapno, oldmask, cr2;
	void *fpstate; /* FXSAVE or XSAVE area, 64-byte aligned, or NULL */
	unsigned long reserved1[8];
};

struct ucontext {
	unsigned long uc_flags; /* UC_* */
	struct ucontext *uc_link;
	stack_t uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask; /* last, so that it could grow */
};

#define UC_FP_XSTATE         0x1 /* fpstate is in XSAVE format */
#define UC_SIGCONTEXT_SS     0x2 /* ss is saved and restored */
#define UC_STRICT_RESTORE_SS 0x4

struct rt_sigframe {
	char *pretcode; /* return address of the handler: SA_RESTORER's */
	struct ucontext uc;
	struct siginfo info;
};

/* The last 48 bytes of the FXSAVE part of a frame's FPU state: what follows it. */
#define FP_XSTATE_MAGIC1      0x46505853u
#define FP_XSTATE_MAGIC2      0x46505845u
#define FP_XSTATE_MAGIC2_SIZE 4

struct _fpx_sw_bytes {
	unsigned int magic1;
	unsigned int extended_size; /* with the closing magic2 */
	unsigned long long xfeatures;
	unsigned int xstate_size;
	unsigned int padding[7];
};

_Static_assert(sizeof(struct _fpx_sw_bytes) == 48, "ABI");
_Static_assert(sizeof(struct sigcontext) == 256, "ABI");
_Static_assert(sizeof(struct ucontext) == 304, "ABI");
_Static_assert(__builtin_offsetof(struct rt_sigframe, info) == 312, "ABI");

#endif
