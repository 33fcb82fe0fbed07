// SPDX-License-Identifier: GPL-2.0-only
/*
 * membarrier(2): a memory barrier on every CPU that runs a thread of the caller's process (or of
 * any process), so that the other side of a rarely used protocol needs none.
 *
 * Idea: an interrupt is a full barrier for the CPU that takes it; so those CPUs that run a thread are
 * interrupted. A thread that is not running needs nothing: the switch to it orders everything.
 * Linux: kernel/sched/membarrier.c, where MEMBARRIER_CMD_GLOBAL waits for an RCU grace period.
 */
#include "mm/mm.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/x86/smp.h"
#include "kernel/sched/task.h"

#define COMMANDS                                                                                   \
	(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |                                 \
	 MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |             \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)

static void ipi_mb(void *unused)
{
	smp_mb();
}

static void barrier_on(u64 cpus)
{
	smp_mb();
	smp_call_function_many(cpus, ipi_mb, NULL);
	smp_mb();
}

SYSCALL_DEFINE3(membarrier, int, cmd, unsigned int, flags, int, cpu_id)
{
	atomic_t *state = &current->mm->membarrier_state;

	if (flags)
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_CMD_QUERY:
		return COMMANDS;
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
		atomic_or(cmd, state);
		return 0;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
		if (!(atomic_read(state) & MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
			return -EPERM;
		barrier_on(READ_ONCE(current->mm->cpu_bitmap));
		return 0;
	case MEMBARRIER_CMD_GLOBAL:
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
		barrier_on(~0ull);
		return 0;
	default:
		return -EINVAL;
	}
}
