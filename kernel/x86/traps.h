/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions, and the few calls that the machine makes upwards.
 */
#ifndef CONDUIT_X86_TRAPS_H
#define CONDUIT_X86_TRAPS_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/x86/ptrace.h"

/* Page fault error code (Intel SDM volume 3, 4.7). */
#define X86_PF_PROT  (1u << 0) /* the page is there; 0: it is not */
#define X86_PF_WRITE (1u << 1)
#define X86_PF_USER  (1u << 2)
#define X86_PF_RSVD  (1u << 3)
#define X86_PF_INSTR (1u << 4)

/*
 * A fault at a user address, from user mode or from a user access of the kernel. Interrupts are
 * on. True: it is dealt with (page mapped, or signal sent to a user-mode offender). False: the
 * kernel's access failed, the exception table is next. Implemented in mm/fault_entry.c.
 */
bool do_user_addr_fault(struct pt_regs *regs, unsigned int error_code, unsigned long address);

/* Jumps to the fix-up of a faulting kernel instruction; false if it has none. */
bool fixup_exception(struct pt_regs *regs);

/* A kernel bug: prints and panics. */
void __noreturn die(const char *what, struct pt_regs *regs, long error_code);

/* The slow way back to user mode: implemented in kernel/x86/common.c; interrupts are off. */
bool exit_to_user_mode_loop(struct pt_regs *regs);

#endif
