// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits of POSIX message queues in /proc/sys/fs/mqueue, for each IPC namespace its own.
 *
 * Idea: as ipc_sysctl.c does, a handler moves the table's pointer into the namespace of the caller.
 * Rule: a limit is looked at when a queue is made; lowering it does not touch what exists.
 * Locking: none: one word each. Linux: ipc/mq_sysctl.c. Start at: mq_sysctls.
 * Tests: tests/ipc/mq_limits.c; page: docs/mqueue.md.
 */
#include "kernel/uapi/mqueue.h"
#include "kernel/lib/init.h"
#include "kernel/sched/task.h"
#include "fs/proc/sysctl.h"
#include "ipc/namespace.h"

static const int msg_max_limit_min = MIN_MSGMAX, msg_max_limit_max = HARD_MSGMAX;
static const int msg_maxsize_limit_min = MIN_MSGSIZEMAX, msg_maxsize_limit_max = HARD_MSGSIZEMAX;

static int proc_mq_dointvec_minmax(const struct ctl_table *ctl, int write, char *buffer,
				   size_t *lenp, loff_t *ppos)
{
	struct ctl_table entry = *ctl;

	entry.data = (char *)current->nsproxy->ipc_ns + ((char *)ctl->data - (char *)&init_ipc_ns);
	return proc_dointvec_minmax(&entry, write, buffer, lenp, ppos);
}

static const struct ctl_table mq_sysctls[] = {
	{ "queues_max", &init_ipc_ns.mq_queues_max, sizeof(int), 0644, proc_mq_dointvec_minmax },
	{ "msg_max", &init_ipc_ns.mq_msg_max, sizeof(int), 0644, proc_mq_dointvec_minmax,
	  &msg_max_limit_min, &msg_max_limit_max },
	{ "msgsize_max", &init_ipc_ns.mq_msgsize_max, sizeof(int), 0644, proc_mq_dointvec_minmax,
	  &msg_maxsize_limit_min, &msg_maxsize_limit_max },
	{ "msg_default", &init_ipc_ns.mq_msg_default, sizeof(int), 0644, proc_mq_dointvec_minmax,
	  &msg_max_limit_min, &msg_max_limit_max },
	{ "msgsize_default", &init_ipc_ns.mq_msgsize_default, sizeof(int), 0644,
	  proc_mq_dointvec_minmax, &msg_maxsize_limit_min, &msg_maxsize_limit_max },
};

static int mq_sysctl_init(void)
{
	return register_sysctl("fs/mqueue", mq_sysctls, ARRAY_SIZE(mq_sysctls));
}
device_initcall(mq_sysctl_init);
