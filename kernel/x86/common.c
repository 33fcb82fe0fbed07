// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls in, user mode out: the C side of entry.asm.
 * Linux: arch/x86/entry/common.c, kernel/entry/common.c.
 * Start at: do_syscall_64.
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/traps.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

bool do_syscall_64(struct pt_regs *regs, unsigned long nr);
bool return_to_user(struct pt_regs *regs);

/*
 * Everything that has to happen before user mode; comes back with interrupts off and none left.
 * True: it may have changed the user's registers.
 */
bool exit_to_user_mode_loop(struct pt_regs *regs)
{
	bool changed = false;
	unsigned long work;

	for (;;) {
		work = READ_ONCE(current->thread_info.flags);
		if (!(work & (_TIF_NEED_RESCHED | _TIF_SIGPENDING)))
			break;
		local_irq_enable();
		if (work & _TIF_NEED_RESCHED)
			schedule();
		if (work & _TIF_SIGPENDING) {
			do_signal(regs);
			changed = true;
		}
		local_irq_disable();
	}
	if (work & _TIF_REGS_CHANGED) {
		clear_tsk_thread_flag(current, TIF_REGS_CHANGED);
		changed = true;
	}
	if (work & _TIF_NEED_FPU_LOAD)
		switch_fpu_return();
	return changed;
}

bool return_to_user(struct pt_regs *regs)
{
	bool changed = false;

	local_irq_disable();
	if (unlikely(READ_ONCE(current->thread_info.flags) & _TIF_WORK_MASK))
		changed = exit_to_user_mode_loop(regs);
	lockdep_sys_exit();
	return changed;
}

/*
 * True: the task does not simply go on behind its SYSCALL instruction, and SYSRET, which restores
 * less than IRET does, is not enough.
 */
bool do_syscall_64(struct pt_regs *regs, unsigned long nr)
{
	if (likely(nr < NR_SYSCALLS))
		regs->ax = sys_call_table[nr](regs);
	return return_to_user(regs);
}
