/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A CPU's set-up and a task's life on it: control registers, descriptor tables, the first
 * registers of threads and programs. Linux: arch/x86/include/asm/processor.h.
 */
#ifndef CONDUIT_X86_PROCESSOR_H
#define CONDUIT_X86_PROCESSOR_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/page.h"
#include "kernel/x86/ptrace.h"
#include "kernel/x86/thread.h"

struct task_struct;

/* Segment selectors, in the order that SYSCALL and SYSRET need. */
#define __KERNEL_CS 0x10
#define __KERNEL_DS 0x18
#define __USER32_CS 0x23
#define __USER_DS   0x2b
#define __USER_CS   0x33
#define GDT_TSS     0x40

#define X86_CR0_MP         (1ul << 1)
#define X86_CR0_EM         (1ul << 2)
#define X86_CR0_TS         (1ul << 3)
#define X86_CR0_NE         (1ul << 5)
#define X86_CR0_WP         (1ul << 16)
#define X86_CR0_AM         (1ul << 18)
#define X86_CR4_PGE        (1ul << 7)
#define X86_CR4_OSFXSR     (1ul << 9)
#define X86_CR4_OSXMMEXCPT (1ul << 10)
#define X86_CR4_UMIP       (1ul << 11)
#define X86_CR4_FSGSBASE   (1ul << 16)
#define X86_CR4_OSXSAVE    (1ul << 18)
#define X86_CR4_SMEP       (1ul << 20)
#define X86_CR4_SMAP       (1ul << 21)

#define X86_EFLAGS_CF    (1ul << 0)
#define X86_EFLAGS_FIXED (1ul << 1)
#define X86_EFLAGS_PF    (1ul << 2)
#define X86_EFLAGS_AF    (1ul << 4)
#define X86_EFLAGS_ZF    (1ul << 6)
#define X86_EFLAGS_SF    (1ul << 7)
#define X86_EFLAGS_TF    (1ul << 8)
#define X86_EFLAGS_DF    (1ul << 10)
#define X86_EFLAGS_OF    (1ul << 11)
#define X86_EFLAGS_IOPL  (3ul << 12)
#define X86_EFLAGS_NT    (1ul << 14)
#define X86_EFLAGS_RF    (1ul << 16)
#define X86_EFLAGS_AC    (1ul << 18)

static inline unsigned long read_cr0(void)
{
	unsigned long value;

	__asm__ __volatile__("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(unsigned long value)
{
	__asm__ __volatile__("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline unsigned long read_cr2(void)
{
	unsigned long value;

	__asm__ __volatile__("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline unsigned long read_cr4(void)
{
	unsigned long value;

	__asm__ __volatile__("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(unsigned long value)
{
	__asm__ __volatile__("mov %0, %%cr4" : : "r"(value) : "memory");
}

/* Control registers, GDT, TSS, IDT, SYSCALL registers, FPU of this CPU. */
void cpu_init(void);
/* Gives the first task its stack. */
void init_task_setup(void);
/* Patches stac and clac in where the CPU has SMAP; once, before user mode exists. */
void apply_alternatives(void);

/* The kernel stack's top while the task runs: for interrupts and SYSCALL from user mode. */
void update_task_stack(struct task_struct *task);

/* The registers that the task had in user mode. */
struct pt_regs *task_pt_regs(const struct task_struct *task);
#define current_pt_regs() task_pt_regs(current)
/* The first function of a sleeper outside the scheduler, or 0: /proc/<pid>/wchan. */
unsigned long get_wchan(struct task_struct *task);

/* Sleeps until the next interrupt; called and returns with interrupts off. */
void arch_cpu_idle(void);
void __noreturn machine_halt(void);
void __noreturn machine_restart(void);
/* Ends QEMU with the status (isa-debug-exit) or turns the power off by ACPI. */
void __noreturn machine_power_off(int status);

/* Prints the call chain from here, or from saved registers, with function names. */
void dump_stack(void);
void show_regs(const struct pt_regs *regs);
/* Fills addresses[] with return addresses, innermost first; returns how many. */
unsigned int stack_trace_save(unsigned long *addresses, unsigned int size, unsigned int skip);
unsigned int stack_trace_save_task(struct task_struct *task, unsigned long *addresses,
				   unsigned int size);

#endif
