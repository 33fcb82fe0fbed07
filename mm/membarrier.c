// SPDX-License-Identifier: GPL-2.0-only
/*
 * membarrier(2): a memory barrier on every CPU that runs a thread of the caller's process (or of
 * any process), so that the other side of a rarely used protocol needs none.
 *
 * Idea: after an RCU grace period every CPU has passed a point with a full barrier. On one CPU
 * nothing needs to be done: a switch orders everything.
 * Linux: kernel/sched/membarrier.c, which interrupts the CPUs instead of waiting for them.
 */
#include "mm/mm.h"
#include "kernel/syscall.h"
#include "kernel/uapi/errno.h"
#include "kernel/x86/percpu.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/task.h"

#define COMMANDS                                                                                   \
	(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |                                 \
	 MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |             \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)

static void barrier_everywhere(void)
{
	smp_mb();
	if (num_online_cpus() > 1)
		synchronize_rcu();
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
		barrier_everywhere();
		return 0;
	case MEMBARRIER_CMD_GLOBAL:
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
		barrier_everywhere();
		return 0;
	default:
		return -EINVAL;
	}
}
