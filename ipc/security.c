// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security policies for System V IPC: the one that is in force, and an example to replace in a lab.
 *
 * Idea: mode bits are the owner's to give; a policy is the administrator's. The example, "sameuser",
 *   keeps the objects of different users apart whatever their modes say: only a task whose real uid
 *   is the creator's gets through, root included, and nobody else can even send or attach.
 * Rules: 1. A hook runs after the mode bits said yes, so a policy can only take away. 2. It is
 *   chosen at boot (security=sameuser) and never changes.
 * Locking: none; hooks run with the object locked or inside rcu_read_lock() and look at its owner.
 * Linux: security/security.c and its modules (SELinux, Smack), which label objects instead.
 * Start at: sameuser_ops. Tests: tests/host/ipc_security; page: docs/ipc.md.
 */
#include "ipc/security.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "ipc/util.h"

const struct ipc_security_ops *ipc_security_ops;

/* ---- the example ---- */

static int sameuser(const struct kern_ipc_perm *perm)
{
	return perm && perm->cuid != current_uid() ? -EACCES : 0;
}

static int sameuser_permission(struct kern_ipc_perm *perm, short flag)
{
	return sameuser(perm);
}

static int sameuser_access(struct kern_ipc_perm *perm, int flag)
{
	return sameuser(perm);
}

static int sameuser_msgsnd(struct kern_ipc_perm *msq, struct msg_msg *msg, int msqflg)
{
	return sameuser(msq);
}

static int sameuser_shmat(struct kern_ipc_perm *shp, char *shmaddr, int shmflg)
{
	return sameuser(shp);
}

static int sameuser_semop(struct kern_ipc_perm *sma, struct sembuf *sops, unsigned int nsops,
			  int alter)
{
	return sameuser(sma);
}

static const struct ipc_security_ops sameuser_ops = {
	.name = "sameuser",
	.ipc_permission = sameuser_permission,
	.msg_queue_associate = sameuser_access,
	.msg_queue_msgctl = sameuser_access,
	.msg_queue_msgsnd = sameuser_msgsnd,
	.shm_associate = sameuser_access,
	.shm_shmctl = sameuser_access,
	.shm_shmat = sameuser_shmat,
	.sem_associate = sameuser_access,
	.sem_semctl = sameuser_access,
	.sem_semop = sameuser_semop,
};

/* ---- choosing ---- */

static const struct ipc_security_ops *const policies[] = { &sameuser_ops };

static int ipc_security_init(void)
{
	char name[16];

	if (cmdline_find_option(saved_command_line(), "security", name, sizeof(name)) <= 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
		if (!strcmp(policies[i]->name, name))
			ipc_security_ops = policies[i];
	if (!ipc_security_ops)
		pr_err("security=%s: no such policy\n", name);
	return 0;
}
core_initcall(ipc_security_init);
