/* SPDX-License-Identifier: GPL-2.0-only */
/* System V semaphores (man 2 semop, man 2 semctl). */
#ifndef CONDUIT_UAPI_SEM_H
#define CONDUIT_UAPI_SEM_H

#include "kernel/uapi/ipc.h"

#define SEM_UNDO 0x1000 /* in sem_flg: take it back at exit */

#define GETPID       11
#define GETVAL       12
#define GETALL       13
#define GETNCNT      14
#define GETZCNT      15
#define SETVAL       16
#define SETALL       17
#define SEM_STAT     18
#define SEM_INFO     19
#define SEM_STAT_ANY 20

struct sembuf {
	unsigned short sem_num;
	short sem_op;
	short sem_flg;
};

struct semid64_ds {
	struct ipc64_perm sem_perm;
	long sem_otime;
	unsigned long __unused1;
	long sem_ctime;
	unsigned long __unused2;
	unsigned long sem_nsems;
	unsigned long __unused3, __unused4;
};

struct seminfo {
	int semmap, semmni, semmns, semmnu, semmsl;
	int semopm, semume, semusz, semvmx, semaem;
};

/* The limits of a new namespace, and those that never change. */
#define SEMMNI 32000 /* sets */
#define SEMMSL 32000 /* semaphores in one set */
#define SEMMNS (SEMMNI * SEMMSL)
#define SEMOPM 500   /* operations in one call */
#define SEMVMX 32767 /* largest value */
#define SEMAEM SEMVMX
#define SEMUME SEMOPM
#define SEMMNU SEMMNS
#define SEMMAP SEMMNS
#define SEMUSZ 20

_Static_assert(sizeof(struct sembuf) == 6, "struct sembuf is ABI");
_Static_assert(sizeof(struct semid64_ds) == 104, "struct semid64_ds is ABI");
_Static_assert(__builtin_offsetof(struct semid64_ds, sem_otime) == 48, "struct semid64_ds is ABI");
_Static_assert(__builtin_offsetof(struct semid64_ds, sem_ctime) == 64, "struct semid64_ds is ABI");
_Static_assert(__builtin_offsetof(struct semid64_ds, sem_nsems) == 80, "struct semid64_ds is ABI");
_Static_assert(sizeof(struct seminfo) == 40, "struct seminfo is ABI");

#endif
