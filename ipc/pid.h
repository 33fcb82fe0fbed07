/* SPDX-License-Identifier: GPL-2.0-only */
/* Who used an object last: IPC_STAT shows pids of processes that may be long gone. */
#ifndef CONDUIT_IPC_PID_H
#define CONDUIT_IPC_PID_H

#include "kernel/sched/pid.h"

/* *slot keeps a reference to the pid, so that there is a number when the process is gone. */
static inline void ipc_update_pid(struct pid **slot, struct pid *pid)
{
	struct pid *old = *slot;

	if (old == pid)
		return;
	*slot = get_pid(pid);
	put_pid(old);
}

#endif
