/* SPDX-License-Identifier: GPL-2.0-only */
/* System V IPC, what its three kinds have in common (man 7 sysvipc). */
#ifndef CONDUIT_UAPI_IPC_H
#define CONDUIT_UAPI_IPC_H

#define IPC_PRIVATE 0

/* flags of the get calls, beside the nine mode bits */
#define IPC_CREAT  01000
#define IPC_EXCL   02000
#define IPC_NOWAIT 04000

/* commands of the ctl calls */
#define IPC_RMID 0
#define IPC_SET  1
#define IPC_STAT 2
#define IPC_INFO 3

struct ipc64_perm {
	int key;
	unsigned int uid, gid;
	unsigned int cuid, cgid;
	unsigned int mode;
	unsigned short seq;
	unsigned short __pad2;
	unsigned long __unused1, __unused2;
};

_Static_assert(sizeof(struct ipc64_perm) == 48, "struct ipc64_perm is ABI");
_Static_assert(__builtin_offsetof(struct ipc64_perm, seq) == 24, "struct ipc64_perm is ABI");

#endif
