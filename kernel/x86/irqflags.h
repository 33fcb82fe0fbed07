/* SPDX-License-Identifier: GPL-2.0-only */
/* Turning this CPU's interrupts off and on. Linux: arch/x86/include/asm/irqflags.h. */
#ifndef CONDUIT_X86_IRQFLAGS_H
#define CONDUIT_X86_IRQFLAGS_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#define X86_EFLAGS_IF (1ul << 9)

static __always_inline unsigned long local_save_flags(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfq; popq %0" : "=rm"(flags) : : "memory");
	return flags;
}

static __always_inline void local_irq_disable(void)
{
	__asm__ __volatile__("cli" ::: "memory");
}

static __always_inline void local_irq_enable(void)
{
	__asm__ __volatile__("sti" ::: "memory");
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = local_save_flags();

	local_irq_disable();
	return flags;
}

#define local_irq_save(flags) ((flags) = arch_local_irq_save())

static __always_inline void local_irq_restore(unsigned long flags)
{
	if (flags & X86_EFLAGS_IF)
		local_irq_enable();
}

static __always_inline bool irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

static __always_inline bool irqs_disabled(void)
{
	return irqs_disabled_flags(local_save_flags());
}

/* Waits for an interrupt; enables interrupts in the same step, so no wake-up is lost. */
static __always_inline void safe_halt(void)
{
	__asm__ __volatile__("sti; hlt" ::: "memory");
}

#endif
