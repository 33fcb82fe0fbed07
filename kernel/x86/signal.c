/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's part of signals: the frame on the user stack, the way back, restart of interrupted
 * calls.
 *
 * Idea: to run a handler the task's user registers are saved in a frame on the user stack and
 *   changed so that it returns to user mode at the handler's entry, as if called by the restorer.
 *   The restorer calls rt_sigreturn(), which puts the registers back.
 *
 *	interrupted sp ->  …
 *	                   128 bytes that the ABI lets a leaf function use (red zone)
 *	                   FPU state, 64-byte aligned
 *	                   struct siginfo
 *	                   struct ucontext: registers, mask, alternate stack
 *	handler's sp ->    pretcode, the restorer's address        (sp + 8 is a multiple of 16)
 *
 * Rules: 1. A frame comes back from user space: every field is checked or harmless. Only the
 *   arithmetic flags are taken, CS and SS must be the user's, IP below TASK_SIZE or canonical
 *   enough to fault in user mode. 2. A frame that cannot be written or read ends in SIGSEGV.
 * Locking: only the task's own state. Sleeps: user memory.
 * Linux: arch/x86/kernel/signal.c, signal_64.c.
 * Start at: do_signal(), __setup_rt_frame(). Tests: tests/kernel/sig_frame.c.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/sigcontext.h"
#include "kernel/lib/string.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/elf.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/ptrace.h"
#include "kernel/x86/thread.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

#define RED_ZONE 128

#define NR_restart_syscall 219

/* The flags that a program can change anyway. */
#define FIX_EFLAGS                                                                                 \
	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | X86_EFLAGS_SF |           \
	 X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | X86_EFLAGS_RF)

unsigned long get_sigframe_size(void)
{
	/* Frame, FPU area, and what aligning them may cost. */
	unsigned long size = sizeof(struct rt_sigframe) + fpu_user_frame_size() + 64 + 16;

	return (size + 15) & ~15ul;
}

/*
 * Where the frame goes: NULL when it would leave the alternate stack. *fpstate: the FPU area.
 */
static struct rt_sigframe __user *get_sigframe(const struct k_sigaction *ka,
					       const struct pt_regs *regs, void __user **fpstate)
{
	unsigned long sp = regs->sp - RED_ZONE, top;
	/* By the stack pointer itself: within a red zone of the end is still on the stack. */
	bool nested = on_sig_stack(regs->sp), entering = false;

	if (ka->sa.sa_flags & SA_ONSTACK) {
		top = sigaltstack_entry(regs->sp);
		if (top) {
			sp = top;
			entering = true;
		}
	}
	sp = (sp - fpu_user_frame_size()) & ~63ul;
	*fpstate = (void __user *)sp;
	sp -= sizeof(struct rt_sigframe);
	/* As after a call: sp + 8 is a multiple of 16. */
	sp = (sp & ~15ul) - 8;
	if ((nested || entering) && !__on_sig_stack(sp))
		return NULL;
	return (struct rt_sigframe __user *)sp;
}

static void fill_sigcontext(struct sigcontext *sc, const struct pt_regs *regs, void __user *fpstate,
			    unsigned long mask)
{
	memset(sc, 0, sizeof(*sc));
	sc->r8 = regs->r8;
	sc->r9 = regs->r9;
	sc->r10 = regs->r10;
	sc->r11 = regs->r11;
	sc->r12 = regs->r12;
	sc->r13 = regs->r13;
	sc->r14 = regs->r14;
	sc->r15 = regs->r15;
	sc->di = regs->di;
	sc->si = regs->si;
	sc->bp = regs->bp;
	sc->bx = regs->bx;
	sc->dx = regs->dx;
	sc->ax = regs->ax;
	sc->cx = regs->cx;
	sc->sp = regs->sp;
	sc->ip = regs->ip;
	sc->flags = regs->flags;
	sc->cs = (unsigned short)regs->cs;
	sc->ss = (unsigned short)regs->ss;
	sc->err = current->thread.error_code;
	sc->trapno = current->thread.trap_nr;
	sc->oldmask = mask;
	sc->cr2 = current->thread.cr2;
	sc->fpstate = fpstate;
}

/* 0, or -EFAULT when the user stack cannot take the frame. */
static int __setup_rt_frame(struct ksignal *ksig, struct pt_regs *regs)
{
	sigset_t *set = sigmask_to_save();
	struct rt_sigframe __user *frame;
	struct rt_sigframe kframe;
	void __user *fpstate;

	/* There is no other way to come back. */
	if (!(ksig->ka.sa.sa_flags & SA_RESTORER))
		return -EFAULT;
	frame = get_sigframe(&ksig->ka, regs, &fpstate);
	if (!frame || !access_ok(frame, sizeof(*frame)) || fpu_save_to_user(fpstate))
		return -EFAULT;

	kframe.pretcode = (char *)ksig->ka.sa.sa_restorer;
	kframe.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	if (fpu_xfeatures)
		kframe.uc.uc_flags |= UC_FP_XSTATE;
	kframe.uc.uc_link = NULL;
	memset(&kframe.uc.uc_stack, 0, sizeof(kframe.uc.uc_stack));
	fill_sigcontext(&kframe.uc.uc_mcontext, regs, fpstate, set->sig[0]);
	kframe.uc.uc_sigmask = *set;
	kframe.info = ksig->info;
	if (copy_to_user(frame, &kframe, sizeof(kframe)) ||
	    save_altstack(&frame->uc.uc_stack, regs->sp))
		return -EFAULT;

	regs->di = (unsigned long)ksig->sig;
	regs->ax = 0; /* for a handler without prototype: no vector arguments */
	regs->si = (unsigned long)&frame->info;
	regs->dx = (unsigned long)&frame->uc;
	regs->ip = (unsigned long)ksig->ka.sa.sa_handler;
	regs->sp = (unsigned long)frame;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	return 0;
}

/* An interrupted call that a handler follows: restart it afterwards, or -EINTR? */
static void restart_for_handler(struct pt_regs *regs, unsigned long sa_flags)
{
	switch ((long)regs->ax) {
	case -ERESTART_RESTARTBLOCK:
	case -ERESTARTNOHAND:
		regs->ax = (unsigned long)-EINTR;
		break;
	case -ERESTARTSYS:
		if (!(sa_flags & SA_RESTART)) {
			regs->ax = (unsigned long)-EINTR;
			break;
		}
		fallthrough;
	case -ERESTARTNOINTR:
		regs->ax = regs->orig_ax;
		regs->ip -= 2; /* back onto the SYSCALL instruction */
		break;
	default:
		break;
	}
}

/* No handler runs: the call goes on as if nothing had happened. */
static void restart_without_handler(struct pt_regs *regs)
{
	switch ((long)regs->ax) {
	case -ERESTARTNOHAND:
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
		regs->ax = regs->orig_ax;
		regs->ip -= 2;
		break;
	case -ERESTART_RESTARTBLOCK:
		regs->ax = NR_restart_syscall;
		regs->ip -= 2;
		break;
	default:
		break;
	}
}

/* orig_ax: the number of the call that we return from, -1 after an interrupt or fault. */
static bool in_syscall(const struct pt_regs *regs)
{
	return (int)regs->orig_ax != -1;
}

static void handle_signal(struct ksignal *ksig, struct pt_regs *regs)
{
	int failed;

	if (in_syscall(regs)) {
		restart_for_handler(regs, ksig->ka.sa.sa_flags);
		/* A second frame on top must not restart the same call again. */
		regs->orig_ax = -1ul;
	}
	failed = __setup_rt_frame(ksig, regs);
	if (!failed) {
		/* The ABI wants DF clear at a function's entry; no single step into the handler. */
		regs->flags &= ~(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
		fpu_reset_current();
	}
	signal_setup_done(failed, ksig);
}

void do_signal(struct pt_regs *regs)
{
	struct ksignal ksig;

	if (get_signal(&ksig)) {
		handle_signal(&ksig, regs);
		return;
	}
	if (in_syscall(regs))
		restart_without_handler(regs);
	restore_saved_sigmask();
}

/* ---- the way back ---- */

static bool restore_sigcontext(struct pt_regs *regs, const struct sigcontext *sc)
{
	/* 32-bit code segments and the kernel's own are nothing to return to. */
	if ((sc->cs | 3) != __USER_CS || (sc->ss | 3) != __USER_DS)
		return false;
	/* Not canonical: IRET would fault in the kernel instead of in the program. */
	if ((long)(sc->ip << 16) >> 16 != (long)sc->ip)
		return false;
	regs->r8 = sc->r8;
	regs->r9 = sc->r9;
	regs->r10 = sc->r10;
	regs->r11 = sc->r11;
	regs->r12 = sc->r12;
	regs->r13 = sc->r13;
	regs->r14 = sc->r14;
	regs->r15 = sc->r15;
	regs->di = sc->di;
	regs->si = sc->si;
	regs->bp = sc->bp;
	regs->bx = sc->bx;
	regs->dx = sc->dx;
	regs->ax = sc->ax;
	regs->cx = sc->cx;
	regs->sp = sc->sp;
	regs->ip = sc->ip;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	regs->flags = (regs->flags & ~FIX_EFLAGS) | (sc->flags & FIX_EFLAGS);
	regs->orig_ax = -1ul; /* no restart of what is returned to */
	set_tsk_thread_flag(current, TIF_REGS_CHANGED);
	return fpu_restore_from_user(sc->fpstate) == 0;
}

SYSCALL_DEFINE0(rt_sigreturn)
{
	struct pt_regs *regs = current_pt_regs();
	/* The handler's return has popped pretcode. */
	struct rt_sigframe __user *frame = (struct rt_sigframe __user *)(regs->sp - sizeof(long));
	struct ucontext uc;

	current->restart_block.fn = do_no_restart_syscall;
	if (copy_from_user(&uc, &frame->uc, sizeof(uc)))
		goto bad;
	set_current_blocked(&uc.uc_sigmask);
	if (!restore_sigcontext(regs, &uc.uc_mcontext))
		goto bad;
	if (restore_altstack(&frame->uc.uc_stack, regs->sp))
		goto bad;
	return (long)regs->ax;
bad:
	force_sig(SIGSEGV);
	return 0;
}
