/* SPDX-License-Identifier: GPL-2.0-only */
/* System V shared memory (man 2 shmget, man 2 shmop, man 2 shmctl). */
#ifndef CONDUIT_UAPI_SHM_H
#define CONDUIT_UAPI_SHM_H

#include "kernel/uapi/ipc.h"

#define SHM_LOCK     11
#define SHM_UNLOCK   12
#define SHM_STAT     13
#define SHM_INFO     14
#define SHM_STAT_ANY 15

/* shmget flags, beside the mode */
#define SHM_R          0400
#define SHM_W          0200
#define SHM_HUGETLB    04000
#define SHM_NORESERVE  010000
#define SHM_HUGE_SHIFT 26
#define SHM_HUGE_MASK  0x3f
#define SHM_HUGE_2MB   (21 << SHM_HUGE_SHIFT)

/* shmat flags */
#define SHM_RDONLY 010000
#define SHM_RND    020000 /* round the address down to SHMLBA */
#define SHM_REMAP  040000 /* replace what is mapped there */
#define SHM_EXEC   0100000

/* in the mode that IPC_STAT shows */
#define SHM_DEST   01000 /* goes away with the last detach */
#define SHM_LOCKED 02000

struct shmid64_ds {
	struct ipc64_perm shm_perm;
	unsigned long shm_segsz;
	long shm_atime, shm_dtime, shm_ctime;
	int shm_cpid, shm_lpid;
	unsigned long shm_nattch;
	unsigned long __unused4, __unused5;
};

struct shminfo64 {
	unsigned long shmmax, shmmin, shmmni, shmseg, shmall;
	unsigned long __unused1, __unused2, __unused3, __unused4;
};

struct shm_info {
	int used_ids;
	unsigned long shm_tot, shm_rss, shm_swp; /* pages */
	unsigned long swap_attempts, swap_successes;
};

/* The limits of a new namespace, and those that never change. */
#define SHMMIN 1
#define SHMMNI 4096
#define SHMMAX (~0ul - (1ul << 24)) /* bytes in one segment */
#define SHMALL (~0ul - (1ul << 24)) /* pages in all */
#define SHMSEG SHMMNI
#define SHMLBA 4096

_Static_assert(sizeof(struct shmid64_ds) == 112, "struct shmid64_ds is ABI");
_Static_assert(sizeof(struct shminfo64) == 72, "struct shminfo64 is ABI");
_Static_assert(sizeof(struct shm_info) == 48, "struct shm_info is ABI");

#endif
