/* SPDX-License-Identifier: GPL-2.0-only */
/* System V message queues (man 2 msgop, man 2 msgctl). */
#ifndef CONDUIT_UAPI_MSG_H
#define CONDUIT_UAPI_MSG_H

#include "kernel/uapi/ipc.h"

#define MSG_STAT     11
#define MSG_INFO     12
#define MSG_STAT_ANY 13

/* msgrcv flags */
#define MSG_NOERROR 010000 /* cut a message that is too long */
#define MSG_EXCEPT  020000 /* any type but this */
#define MSG_COPY    040000 /* msgtyp is a position, the message stays */

struct msgbuf {
	long mtype;
	char mtext[1];
};

struct msqid64_ds {
	struct ipc64_perm msg_perm;
	long msg_stime, msg_rtime, msg_ctime;
	unsigned long msg_cbytes, msg_qnum, msg_qbytes;
	int msg_lspid, msg_lrpid;
	unsigned long __unused4, __unused5;
};

struct msginfo {
	int msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql;
	unsigned short msgseg;
};

/* The limits of a new namespace, and those that never change. */
#define MSGMNI  32000 /* queues */
#define MSGMAX  8192  /* bytes in one message */
#define MSGMNB  16384 /* bytes in one queue */
#define MSGPOOL (MSGMNI * MSGMNB / 1024)
#define MSGTQL  MSGMNB
#define MSGMAP  MSGMNB
#define MSGSSZ  16
#define MSGSEG  0xffff

_Static_assert(sizeof(struct msqid64_ds) == 120, "struct msqid64_ds is ABI");
_Static_assert(sizeof(struct msginfo) == 32, "struct msginfo is ABI");

#endif
