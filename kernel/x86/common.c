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

void do_syscall_64(struct pt_regs *regs, unsigned long nr);
void return_to_user(struct pt_regs *regs);

/* Everything that has to happen before user mode; comes back with interrupts off and none left. */
void exit_to_user_mode_loop(struct pt_regs *regs)
{
	unsigned long work;

	while ((work = READ_ONCE(current->thread_info.flags) & _TIF_WORK_MASK)) {
		if (work == _TIF_NEED_FPU_LOAD) {
			switch_fpu_return();
			return;
		}
		local_irq_enable();
		if (work & _TIF_NEED_RESCHED)
			schedule();
		if (work & _TIF_NOTIFY_RESUME)
			clear_tsk_thread_flag(current, TIF_NOTIFY_RESUME);
		if (work & _TIF_SIGPENDING)
			do_signal(regs);
		local_irq_disable();
	}
}

void return_to_user(struct pt_regs *regs)
{
	local_irq_disable();
	if (unlikely(READ_ONCE(current->thread_info.flags) & _TIF_WORK_MASK))
		exit_to_user_mode_loop(regs);
	lockdep_sys_exit();
}

void do_syscall_64(struct pt_regs *regs, unsigned long nr)
{
	if (likely(nr < NR_SYSCALLS))
		regs->ax = sys_call_table[nr](regs);
	return_to_user(regs);
}
