// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offsets of struct fields for the assembly files, as absolute symbols: the compiler knows the
 * layout, so nobody counts bytes by hand.
 */
#include "kernel/sched/task.h"

#define DEFINE_SYMBOL(name, value)                                                                 \
	__asm__(".globl " #name "\n\t.set " #name ", (%c0 << 16) + %c1"                            \
		:                                                                                  \
		: "i"((value) >> 16), "i"((value)&0xffff)) /* gcc prints no larger constants */

static void __used asm_offsets(void)
{
	DEFINE_SYMBOL(TASK_THREAD_SP, offsetof(struct task_struct, thread.sp));
}
