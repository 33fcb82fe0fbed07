/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw calls on shared-memory segments. */
#ifndef TESTS_IPC_SHM_H
#define TESTS_IPC_SHM_H

#include "tests/ipc/ipc_test.h"

#include <sys/resource.h>
#include <sys/shm.h>

#define SHM_DEST_BIT   01000
#define SHM_LOCKED_BIT 02000

struct raw_shmid_ds {
	int key;
	unsigned int uid, gid, cuid, cgid, mode;
	unsigned short seq, pad;
	unsigned long unused1, unused2;
	unsigned long segsz;
	long atime, dtime, ctime;
	int cpid, lpid;
	unsigned long nattch, unused4, unused5;
};

static inline int get_segment(int key, size_t size, int flags)
{
	return (int)syscall(SYS_shmget, key, size, flags);
}

static inline int new_segment(size_t size)
{
	int id = get_segment(IPC_PRIVATE, size, 0600);

	if (id < 0) {
		perror("# shmget");
		exit(98);
	}
	return id;
}

/* The address, or NULL and errno. */
static inline char *attach(int id, const void *addr, int flags)
{
	long ret = syscall(SYS_shmat, id, addr, flags);

	return ret == -1 ? NULL : (char *)ret;
}

static inline int no_attach(int id, const void *addr, int flags, int error)
{
	return !attach(id, addr, flags) && errno == error;
}

static inline int detach(const void *addr)
{
	return (int)syscall(SYS_shmdt, addr);
}

static inline int segment_ctl(int id, int cmd, void *arg)
{
	return (int)syscall(SYS_shmctl, id, cmd, arg);
}

static inline int rm_segment(int id)
{
	return segment_ctl(id, IPC_RMID, NULL);
}

static inline struct raw_shmid_ds segment_stat(int id)
{
	struct raw_shmid_ds ds = { 0 };

	segment_ctl(id, IPC_STAT, &ds);
	return ds;
}

static inline long attached(int id)
{
	struct raw_shmid_ds ds;

	return segment_ctl(id, IPC_STAT, &ds) ? -1 : (long)ds.nattch;
}

#endif
