/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The security hooks of System V IPC: places where a policy may say no after the mode bits said
 * yes. Each hook returns 0 or -EACCES (or another -errno, which the call returns).
 *
 * Off (the default) there is no policy: a hook is one test of a variable that never changes, which
 * the processor predicts. The policy is chosen at boot by security=NAME: ipc/security.c.
 * A hook runs with the object locked or inside rcu_read_lock(): it does not sleep.
 * Linux: include/linux/security.h, security/security.c.
 */
#ifndef CONDUIT_IPC_SECURITY_H
#define CONDUIT_IPC_SECURITY_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

struct kern_ipc_perm;
struct msg_msg;
struct sembuf;
struct task_struct;

/* A policy. A hook that is NULL says yes. */
struct ipc_security_ops {
	const char *name;
	/* Every check of mode bits, after they said yes; flag as for ipcperms(). */
	int (*ipc_permission)(struct kern_ipc_perm *perm, short flag);

	int (*msg_queue_alloc)(struct kern_ipc_perm *msq); /* a new one: its security is NULL */
	void (*msg_queue_free)(struct kern_ipc_perm *msq);
	int (*msg_queue_associate)(struct kern_ipc_perm *msq, int msqflg);
	int (*msg_queue_msgctl)(struct kern_ipc_perm *msq, int cmd); /* NULL object: *_INFO */
	int (*msg_queue_msgsnd)(struct kern_ipc_perm *msq, struct msg_msg *msg, int msqflg);
	/* target: the receiver, which is not the caller when a sender hands over. */
	int (*msg_queue_msgrcv)(struct kern_ipc_perm *msq, struct msg_msg *msg,
				struct task_struct *target, long type, int mode);

	int (*shm_alloc)(struct kern_ipc_perm *shp);
	void (*shm_free)(struct kern_ipc_perm *shp);
	int (*shm_associate)(struct kern_ipc_perm *shp, int shmflg);
	int (*shm_shmctl)(struct kern_ipc_perm *shp, int cmd);
	int (*shm_shmat)(struct kern_ipc_perm *shp, char *shmaddr, int shmflg);

	int (*sem_alloc)(struct kern_ipc_perm *sma);
	void (*sem_free)(struct kern_ipc_perm *sma);
	int (*sem_associate)(struct kern_ipc_perm *sma, int semflg);
	int (*sem_semctl)(struct kern_ipc_perm *sma, int cmd);
	int (*sem_semop)(struct kern_ipc_perm *sma, struct sembuf *sops, unsigned int nsops,
			 int alter);
};

/* NULL: no policy. Set once at boot. Defined in ipc/security.c. */
extern const struct ipc_security_ops *ipc_security_ops;

/* Implemented in kernel/main.c. */
const char *saved_command_line(void);

#define call_ipc_hook(hook, ...)                                                                   \
	(unlikely(ipc_security_ops) && ipc_security_ops->hook ?                                    \
		 ipc_security_ops->hook(__VA_ARGS__) :                                             \
		 0)
#define call_ipc_void_hook(hook, ...)                                                              \
	do {                                                                                       \
		if (unlikely(ipc_security_ops) && ipc_security_ops->hook)                          \
			ipc_security_ops->hook(__VA_ARGS__);                                       \
	} while (0)

#define security_ipc_permission(perm, flag) call_ipc_hook(ipc_permission, perm, flag)

#define security_msg_queue_alloc(msq)            call_ipc_hook(msg_queue_alloc, msq)
#define security_msg_queue_free(msq)             call_ipc_void_hook(msg_queue_free, msq)
#define security_msg_queue_associate(msq, flg)   call_ipc_hook(msg_queue_associate, msq, flg)
#define security_msg_queue_msgctl(msq, cmd)      call_ipc_hook(msg_queue_msgctl, msq, cmd)
#define security_msg_queue_msgsnd(msq, msg, flg) call_ipc_hook(msg_queue_msgsnd, msq, msg, flg)
#define security_msg_queue_msgrcv(msq, msg, target, type, mode)                                    \
	call_ipc_hook(msg_queue_msgrcv, msq, msg, target, type, mode)

#define security_shm_alloc(shp)            call_ipc_hook(shm_alloc, shp)
#define security_shm_free(shp)             call_ipc_void_hook(shm_free, shp)
#define security_shm_associate(shp, flg)   call_ipc_hook(shm_associate, shp, flg)
#define security_shm_shmctl(shp, cmd)      call_ipc_hook(shm_shmctl, shp, cmd)
#define security_shm_shmat(shp, addr, flg) call_ipc_hook(shm_shmat, shp, addr, flg)

#define security_sem_alloc(sma)          call_ipc_hook(sem_alloc, sma)
#define security_sem_free(sma)           call_ipc_void_hook(sem_free, sma)
#define security_sem_associate(sma, flg) call_ipc_hook(sem_associate, sma, flg)
#define security_sem_semctl(sma, cmd)    call_ipc_hook(sem_semctl, sma, cmd)
#define security_sem_semop(sma, sops, nsops, alter)                                                \
	call_ipc_hook(sem_semop, sma, sops, nsops, alter)

#endif
