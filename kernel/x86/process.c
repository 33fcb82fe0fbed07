// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task's life on the machine: its first registers, the switch to and from it, thread-local
 * storage, and the idle CPU.
 * Linux: arch/x86/kernel/process.c, process_64.c.
 */
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/msr.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/switch_to.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clone.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;

extern char boot_stack_top[];
void ret_from_fork(void);
struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next);
void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp);

struct pt_regs *task_pt_regs(const struct task_struct *task)
{
	return (struct pt_regs *)task->thread.sp0 - 1;
}

/* The first task runs on the boot stack: boot/start.asm. */
void init_task_setup(void)
{
	init_task.stack = (void *)((unsigned long)boot_stack_top - THREAD_SIZE);
	init_task.thread.sp0 = (unsigned long)boot_stack_top;
}

/* ---- FS and GS base: where user programs keep thread-local storage ---- */

static unsigned long read_user_fs(void)
{
	unsigned long base;

	if (!cpu_has(X86_FEATURE_FSGSBASE))
		return rdmsrl(MSR_FS_BASE);
	__asm__ __volatile__("rdfsbase %0" : "=r"(base));
	return base;
}

static void write_user_fs(unsigned long base)
{
	if (cpu_has(X86_FEATURE_FSGSBASE))
		__asm__ __volatile__("wrfsbase %0" : : "r"(base));
	else
		wrmsrl(MSR_FS_BASE, base);
}

/* While the kernel runs, the user's GS base waits in MSR_KERNEL_GS_BASE for swapgs. */
static void switch_segment_bases(struct task_struct *prev, struct task_struct *next)
{
	if (!(prev->flags & PF_KTHREAD)) {
		prev->thread.fsbase = read_user_fs();
		if (cpu_has(X86_FEATURE_FSGSBASE))
			prev->thread.gsbase = rdmsrl(MSR_KERNEL_GS_BASE);
	}
	if (next->flags & PF_KTHREAD)
		return;
	/* A kernel thread in between leaves the last user task's bases, so always load. */
	write_user_fs(next->thread.fsbase);
	wrmsrl(MSR_KERNEL_GS_BASE, next->thread.gsbase);
}

/* ---- the switch ---- */

/* From __switch_to_asm, on the new stack, interrupts off. */
struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
{
	switch_fpu(prev, next, raw_smp_processor_id());
	switch_segment_bases(prev, next);
	load_task_stack(next->thread.sp0);
	this_cpu_write(current_task, next);
	return prev;
}

/* ---- new tasks ---- */

int copy_thread(struct task_struct *child, const struct kernel_clone_args *args)
{
	struct thread_struct *thread = &child->thread;
	struct inactive_task_frame *frame;
	struct pt_regs *regs;

	thread->sp0 = (unsigned long)child->stack + THREAD_SIZE;
	regs = task_pt_regs(child);
	frame = (struct inactive_task_frame *)regs - 1;
	thread->sp = (unsigned long)frame;
	memset(frame, 0, sizeof(*frame));
	frame->ret_addr = (unsigned long)ret_from_fork;
	child->thread_info.flags |= _TIF_NEED_FPU_LOAD;
	if (args->fn) {
		memset(regs, 0, sizeof(*regs));
		regs->cs = __USER_CS;
		regs->ss = __USER_DS;
		regs->flags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
		regs->orig_ax = -1;
		frame->bx = (unsigned long)args->fn;
		frame->r12 = (unsigned long)args->fn_arg;
		thread->fsbase = thread->gsbase = 0;
		return 0;
	}
	*regs = *current_pt_regs();
	regs->ax = 0;
	if (args->stack)
		regs->sp = args->stack;
	thread->fsbase = read_user_fs();
	thread->gsbase = rdmsrl(MSR_KERNEL_GS_BASE);
	if (args->flags & 0x00080000) { /* CLONE_SETTLS */
		if (args->tls >= TASK_SIZE)
			return -EPERM;
		thread->fsbase = args->tls;
	}
	return 0;
}

void exit_thread(struct task_struct *task)
{
	/* The FPU state lies behind the task_struct and goes with it. */
}

/* The registers of a fresh program. fs/exec_elf.c calls it last. */
void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp)
{
	memset(regs, 0, sizeof(*regs));
	regs->ip = new_ip;
	regs->sp = new_sp;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	regs->flags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	regs->orig_ax = -1;
	set_tsk_thread_flag(current, TIF_REGS_CHANGED);
	current->thread.fsbase = 0;
	current->thread.gsbase = 0;
	write_user_fs(0);
	wrmsrl(MSR_KERNEL_GS_BASE, 0);
	fpu_reset_current();
}

void arch_cpu_idle(void)
{
	safe_halt();
	local_irq_disable();
}

/* arch_prctl(2): set or get the FS or GS base. */
SYSCALL_DEFINE2(arch_prctl, int, option, unsigned long, arg)
{
	switch (option) {
	case ARCH_SET_FS:
		if (arg >= TASK_SIZE)
			return -EPERM;
		local_irq_disable();
		current->thread.fsbase = arg;
		write_user_fs(arg);
		local_irq_enable();
		return 0;
	case ARCH_SET_GS:
		if (arg >= TASK_SIZE)
			return -EPERM;
		local_irq_disable();
		current->thread.gsbase = arg;
		wrmsrl(MSR_KERNEL_GS_BASE, arg);
		local_irq_enable();
		return 0;
	case ARCH_GET_FS:
		return put_user(read_user_fs(), (unsigned long __user *)arg);
	case ARCH_GET_GS:
		return put_user(rdmsrl(MSR_KERNEL_GS_BASE), (unsigned long __user *)arg);
	default:
		return -EINVAL;
	}
}
