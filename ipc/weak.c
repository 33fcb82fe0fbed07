// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for sem.c, msg.c and shm.c while they are being written. Goes away with them. */
#include "kernel/lib/compiler.h"
#include "ipc/ipc.h"
#include "ipc/util.h"
#include "kernel/uapi/msg.h"
#include "kernel/uapi/shm.h"

int __weak msg_init_ns(struct ipc_namespace *ns)
{
	ns->msg_ctlmax = MSGMAX;
	ns->msg_ctlmnb = MSGMNB;
	ns->msg_ctlmni = MSGMNI;
	return ipc_init_ids(&msg_ids(ns));
}

int __weak shm_init_ns(struct ipc_namespace *ns)
{
	ns->shm_ctlmax = SHMMAX;
	ns->shm_ctlall = SHMALL;
	ns->shm_ctlmni = SHMMNI;
	return ipc_init_ids(&shm_ids(ns));
}

void __weak msg_exit_ns(struct ipc_namespace *ns)
{
	ipc_destroy_ids(&msg_ids(ns));
}

void __weak shm_exit_ns(struct ipc_namespace *ns)
{
	ipc_destroy_ids(&shm_ids(ns));
}

void __weak exit_shm(struct task_struct *task)
{
}

void __weak shm_destroy_orphaned(struct ipc_namespace *ns)
{
}
