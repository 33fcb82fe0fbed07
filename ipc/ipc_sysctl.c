// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits of System V IPC in /proc/sys/kernel, for each namespace its own.
 *
 * Idea: the table points into init_ipc_ns; a handler moves that pointer to the same place in the
 *   namespace of whoever reads or writes, and lets the ordinary handler do the rest.
 * Rules: 1. A limit is one word, read once by those it limits; lowering it does not touch what
 *   exists. 2. sem_ctls is written as four words, and only then is the fourth checked: that is what
 *   Linux does, and a program can see it.
 * Locking: none.
 * Linux: ipc/ipc_sysctl.c (which registers a directory for each namespace).
 * Start at: ipc_kern_table. Tests: tests/ipc/ipc_namespaces.c; page: docs/ipc.md.
 */
#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "fs/proc/sysctl.h"
#include "ipc/util.h"

static const int zero, one = 1, mni = IPCMNI, int_max = 0x7fffffff;

/* The entry as the caller's namespace has it. */
static struct ctl_table entry_of_caller(const struct ctl_table *ctl)
{
	struct ctl_table copy = *ctl;

	copy.data = (char *)current->nsproxy->ipc_ns + ((char *)ctl->data - (char *)&init_ipc_ns);
	return copy;
}

static int proc_ipc_dointvec_minmax(const struct ctl_table *ctl, int write, char *buffer,
				    size_t *lenp, loff_t *ppos)
{
	struct ctl_table entry = entry_of_caller(ctl);

	return proc_dointvec_minmax(&entry, write, buffer, lenp, ppos);
}

static int proc_ipc_doulongvec_minmax(const struct ctl_table *ctl, int write, char *buffer,
				      size_t *lenp, loff_t *ppos)
{
	struct ctl_table entry = entry_of_caller(ctl);

	return proc_doulongvec_minmax(&entry, write, buffer, lenp, ppos);
}

/* Switched on: segments that nobody has attached, and whose creator is gone, go now. */
static int proc_ipc_dointvec_minmax_orphans(const struct ctl_table *ctl, int write, char *buffer,
					    size_t *lenp, loff_t *ppos)
{
	int error = proc_ipc_dointvec_minmax(ctl, write, buffer, lenp, ppos);

	if (!error && write && current->nsproxy->ipc_ns->shm_rmid_forced)
		shm_destroy_orphaned(current->nsproxy->ipc_ns);
	return error;
}

static int proc_ipc_sem_dointvec(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
				 loff_t *ppos)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct ctl_table entry = entry_of_caller(ctl);
	int semmni = ns->sc_semmni;
	int error = proc_dointvec(&entry, write, buffer, lenp, ppos);

	if (!error && write && (ns->sc_semmni < 0 || ns->sc_semmni > IPCMNI)) {
		ns->sc_semmni = semmni;
		error = -ERANGE;
	}
	return error;
}

/* Once it scaled msgmni with memory; now it is always 0 and may be set to anything. */
static int proc_ipc_auto_msgmni(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
				loff_t *ppos)
{
	struct ctl_table entry = *ctl;
	int dummy = 0;

	entry.data = &dummy;
	return proc_dointvec_minmax(&entry, write, buffer, lenp, ppos);
}

/* Whoever restores a saved process may choose ids. */
static int proc_ipc_next_id(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			    loff_t *ppos)
{
	if (write && !capable(CAP_CHECKPOINT_RESTORE) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return proc_ipc_dointvec_minmax(ctl, write, buffer, lenp, ppos);
}

#define NS(field)     (&init_ipc_ns.field)
#define NEXT_ID(kind) (&init_ipc_ns.ids[kind].next_id)

static const struct ctl_table ipc_kern_table[] = {
	{ "shmmax", NS(shm_ctlmax), sizeof(long), 0644, proc_ipc_doulongvec_minmax },
	{ "shmall", NS(shm_ctlall), sizeof(long), 0644, proc_ipc_doulongvec_minmax },
	{ "shmmni", NS(shm_ctlmni), sizeof(int), 0644, proc_ipc_dointvec_minmax, &zero, &mni },
	{ "shm_rmid_forced", NS(shm_rmid_forced), sizeof(int), 0644,
	  proc_ipc_dointvec_minmax_orphans, &zero, &one },
	{ "msgmax", NS(msg_ctlmax), sizeof(int), 0644, proc_ipc_dointvec_minmax, &zero, &int_max },
	{ "msgmni", NS(msg_ctlmni), sizeof(int), 0644, proc_ipc_dointvec_minmax, &zero, &mni },
	{ "auto_msgmni", NULL, sizeof(int), 0644, proc_ipc_auto_msgmni, &zero, &one },
	{ "msgmnb", NS(msg_ctlmnb), sizeof(int), 0644, proc_ipc_dointvec_minmax, &zero, &int_max },
	{ "sem", NS(sem_ctls), sizeof(init_ipc_ns.sem_ctls), 0644, proc_ipc_sem_dointvec },
	{ "sem_next_id", NEXT_ID(IPC_SEM_IDS), sizeof(int), 0644, proc_ipc_next_id, &zero,
	  &int_max },
	{ "msg_next_id", NEXT_ID(IPC_MSG_IDS), sizeof(int), 0644, proc_ipc_next_id, &zero,
	  &int_max },
	{ "shm_next_id", NEXT_ID(IPC_SHM_IDS), sizeof(int), 0644, proc_ipc_next_id, &zero,
	  &int_max },
};

static int ipc_sysctl_init(void)
{
	return register_sysctl("kernel", ipc_kern_table, ARRAY_SIZE(ipc_kern_table));
}
device_initcall(ipc_sysctl_init);
