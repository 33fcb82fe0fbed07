// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end: what the kernel says when it cannot go on, and warnings that are not yet the end.
 *
 * Rules: 1. only the first panic speaks; one inside it stops at once. 2. The last act is QEMU's exit
 * with the panic status, or halting, so that the message stays on the screen.
 * Linux: kernel/panic.c.
 */
#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/printk.h"
#include "kernel/reboot.h"
#include "kernel/sched/task.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"

#define EXIT_PANIC 0x12

unsigned long __stack_chk_guard = 0x5bd1e995c0ffee00ul;
void __noreturn __stack_chk_fail(void);

void panic(const char *fmt, ...)
{
	static char reason[256];
	static int panic_cpu = -1;
	int this_cpu = raw_smp_processor_id(), nobody = -1;
	va_list args;

	local_irq_disable();
	if (!__atomic_compare_exchange_n(&panic_cpu, &nobody, this_cpu, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
		if (panic_cpu == this_cpu)
			machine_power_off(EXIT_PANIC);
		machine_halt();
	}
	smp_send_stop(false);
	printk_panicking = true;
	va_start(args, fmt);
	vscnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	pr_emerg("Kernel panic: %s\n", reason);
	pr_emerg("CPU %d, task %s, pid %d\n", raw_smp_processor_id(), current->comm, current->pid);
	dump_stack();
	machine_power_off(EXIT_PANIC);
}

void bug_at(const char *file, int line, const char *what)
{
	panic("%s:%d: %s", file, line, what);
}

void warn_at(const char *file, int line, const char *what)
{
	pr_warn("warning: %s:%d: %s\n", file, line, what);
	dump_stack();
}

void __stack_chk_fail(void)
{
	/* The call is its function's last instruction: where it would return to is another's. */
	panic("stack smashed in %ps", (char *)__builtin_return_address(0) - 1);
}
