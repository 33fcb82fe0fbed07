// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions: a user program's become signals, a user access of the kernel goes to its fix-up, and
 * anything else of the kernel's is a bug.
 *
 * Rules: 1. interrupts come on again before anything that may sleep, if they were on;
 * 2. a table, not code, says which signal an exception means.
 * Linux: arch/x86/kernel/traps.c, arch/x86/mm/fault.c. Intel SDM volume 3, 6.15.
 * Start at: do_exception.
 */
#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/traps.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"

enum {
	VECTOR_DE = 0,
	VECTOR_DB = 1,
	VECTOR_NMI = 2,
	VECTOR_UD = 6,
	VECTOR_DF = 8,
	VECTOR_GP = 13,
	VECTOR_PF = 14,
	VECTOR_MF = 16,
	VECTOR_XM = 19
};

struct exception {
	const char *name;
	int signal;
	int code; /* SI_KERNEL: no address goes with it */
};

static const struct exception exceptions[32] = {
	[0] = { "divide error", SIGFPE, FPE_INTDIV },
	[1] = { "debug", SIGTRAP, TRAP_TRACE },
	[3] = { "int3", SIGTRAP, SI_KERNEL },
	[4] = { "overflow", SIGSEGV, SI_KERNEL },
	[5] = { "bounds", SIGSEGV, SI_KERNEL },
	[6] = { "invalid opcode", SIGILL, ILL_ILLOPN },
	[7] = { "device not available", SIGSEGV, SI_KERNEL },
	[9] = { "coprocessor segment overrun", SIGFPE, SI_KERNEL },
	[10] = { "invalid TSS", SIGSEGV, SI_KERNEL },
	[11] = { "segment not present", SIGBUS, SI_KERNEL },
	[12] = { "stack segment", SIGBUS, SI_KERNEL },
	[13] = { "general protection fault", SIGSEGV, SI_KERNEL },
	[14] = { "page fault", SIGSEGV, SEGV_MAPERR },
	[16] = { "x87 floating point", SIGFPE, FPE_FLTINV },
	[17] = { "alignment check", SIGBUS, BUS_ADRALN },
	[19] = { "SIMD floating point", SIGFPE, FPE_FLTINV },
};

extern const struct exception_table_entry __start_ex_table[], __stop_ex_table[];
void do_exception(struct pt_regs *regs, unsigned long vector);
void do_nmi(struct pt_regs *regs, unsigned int vector);
struct pt_regs *fixup_bad_iret(struct pt_regs *regs);

/* The table is small and a fault in the kernel rare: no sorting, a plain search. */
bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *e;

	for (e = __start_ex_table; e < __stop_ex_table; e++) {
		if ((unsigned long)&e->insn + e->insn == regs->ip) {
			regs->ip = (unsigned long)&e->fixup + e->fixup;
			return true;
		}
	}
	return false;
}

void die(const char *what, struct pt_regs *regs, long error_code)
{
	pr_emerg("kernel: %s, error code %#lx\n", what, error_code);
	show_regs(regs);
	panic("%s in the kernel", what);
}

static void user_exception(struct pt_regs *regs, unsigned long vector, unsigned long error_code)
{
	const struct exception *e = &exceptions[vector < 32 ? vector : 13];
	int code = e->code;

	current->thread.trap_nr = vector;
	current->thread.error_code = error_code;
	if (vector == VECTOR_DB) {
		unsigned long dr6;

		__asm__ __volatile__("mov %%db6, %0" : "=r"(dr6));
		__asm__ __volatile__("mov %0, %%db6" : : "r"(0xffff0ff0ul));
		code = (dr6 & (1ul << 14)) ? TRAP_TRACE : TRAP_HWBKPT;
	}
	local_irq_enable();
	if (vector == VECTOR_MF || vector == VECTOR_XM)
		code = fpu_exception_code(vector == VECTOR_XM);
	if (!e->signal || code == SI_KERNEL)
		force_sig(e->signal ? e->signal : SIGSEGV);
	else
		force_sig_fault(e->signal, code, (void __user *)regs->ip);
}

static void page_fault(struct pt_regs *regs, unsigned long error_code)
{
	unsigned long address = read_cr2();

	if (user_mode(regs)) {
		local_irq_enable();
		current->thread.trap_nr = VECTOR_PF;
		current->thread.error_code = error_code;
		current->thread.cr2 = address;
		if (do_user_addr_fault(regs, error_code, address))
			return;
		force_sig_fault(SIGSEGV, SEGV_MAPERR, (void __user *)address);
		return;
	}
	/* The kernel touches user memory only at places that have a fix-up. */
	if (address < TASK_SIZE && current->mm && !pagefault_disabled() &&
	    (regs->flags & X86_EFLAGS_IF)) {
		local_irq_enable();
		if (do_user_addr_fault(regs, error_code, address))
			return;
	}
	if (fixup_exception(regs))
		return;
	pr_emerg("kernel: cannot %s address %016lx\n",
		 error_code & X86_PF_INSTR ? "execute" :
		 error_code & X86_PF_WRITE ? "write to" :
					     "read from",
		 address);
	if (address < PAGE_SIZE)
		die("null pointer dereference", regs, error_code);
	die("page fault", regs, error_code);
}

/*
 * From entry.asm, interrupts off. regs->orig_ax holds the error code, or -1; it is -1 afterwards:
 * a signal delivered on the way out must not take the fault for a call that it could restart.
 */
void do_exception(struct pt_regs *regs, unsigned long vector)
{
	unsigned long error_code = regs->orig_ax == -1ul ? 0 : regs->orig_ax;

	regs->orig_ax = -1ul;
	if (vector == VECTOR_PF) {
		page_fault(regs, error_code);
		return;
	}
	if (user_mode(regs)) {
		user_exception(regs, vector, error_code);
		return;
	}
	if (vector == VECTOR_DB)
		return; /* a user's single step that ended in SYSCALL */
	if (vector != VECTOR_UD && fixup_exception(regs))
		return;
	die(vector < 32 && exceptions[vector].name ? exceptions[vector].name : "exception", regs,
	    (long)error_code);
}

/* Non-maskable interrupt and double fault, each on its own stack. */
void do_nmi(struct pt_regs *regs, unsigned int vector)
{
	unsigned long stack = (unsigned long)current->stack;
	unsigned long sp = regs->sp;

	if (vector != VECTOR_DF) {
		this_cpu_inc(nmi_depth);
		smp_nmi(regs);
		this_cpu_dec(nmi_depth);
		return;
	}
	if (sp < stack + 512 && sp >= stack - PAGE_SIZE)
		die("kernel stack overflow", regs, 0);
	die("double fault", regs, 0);
}

/*
 * iretq refused what it was to load: a user program, through rt_sigreturn(2), asked for a return
 * that cannot be. Builds the pt_regs of a fault in user mode at the top of the stack from the frame
 * that iretq left there and the registers, which are the user's already.
 */
struct pt_regs *fixup_bad_iret(struct pt_regs *regs)
{
	struct pt_regs *top = task_pt_regs(current);
	struct pt_regs fixed = *regs;
	const unsigned long *frame = (const unsigned long *)regs->sp;

	fixed.ip = frame[0];
	fixed.cs = frame[1] | 3;
	fixed.flags = frame[2];
	fixed.sp = frame[3];
	fixed.ss = frame[4] | 3;
	*top = fixed;
	return top;
}
