/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw calls on message queues, and children that sleep in them. */
#ifndef TESTS_IPC_MSG_H
#define TESTS_IPC_MSG_H

#include "tests/ipc/ipc_test.h"

#include <limits.h>
#include <sys/msg.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif
#ifndef MSG_EXCEPT
#define MSG_EXCEPT 020000
#endif
#define MSG_STAT_ANY_CMD 13

struct raw_msqid_ds {
	int key;
	unsigned int uid, gid, cuid, cgid, mode;
	unsigned short seq, pad;
	unsigned long unused1, unused2;
	long stime, rtime, ctime;
	unsigned long cbytes, qnum, qbytes;
	int lspid, lrpid;
	unsigned long unused4, unused5;
};

struct message {
	long type;
	char text[8192];
};

static inline int new_queue(int mode)
{
	int id = (int)syscall(SYS_msgget, IPC_PRIVATE, mode);

	if (id < 0) {
		perror("# msgget");
		exit(98);
	}
	return id;
}

static inline int queue_ctl(int id, int cmd, void *arg)
{
	return (int)syscall(SYS_msgctl, id, cmd, arg);
}

static inline int rm_queue(int id)
{
	return queue_ctl(id, IPC_RMID, NULL);
}

static inline struct raw_msqid_ds queue_stat(int id)
{
	struct raw_msqid_ds ds = { 0 };

	queue_ctl(id, IPC_STAT, &ds);
	return ds;
}

static inline long raw_send(int id, const void *msg, size_t len, int flags)
{
	return syscall(SYS_msgsnd, id, msg, len, flags);
}

static inline long raw_receive(int id, void *msg, size_t len, long type, int flags)
{
	return syscall(SYS_msgrcv, id, msg, len, type, flags);
}

static inline long send_text(int id, long type, const char *text, int flags)
{
	struct message msg = { .type = type };

	memcpy(msg.text, text, strlen(text));
	return raw_send(id, &msg, strlen(text), flags);
}

/* The type received, or -1. */
static inline long take_type(int id, long type, int flags)
{
	struct message msg;

	return raw_receive(id, &msg, sizeof(msg.text), type, flags | IPC_NOWAIT) < 0 ? -1 :
										       msg.type;
}

static inline int set_qbytes(int id, unsigned long qbytes)
{
	struct raw_msqid_ds ds = queue_stat(id);

	ds.qbytes = qbytes;
	return queue_ctl(id, IPC_SET, &ds);
}

/* A child that receives: exits with the first byte of the text, or 200 - errno as errno + 128. */
static inline pid_t spawn_receiver(int id, size_t len, long type, int flags)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct message msg = { 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(raw_receive(id, &msg, len, type, flags) >= 0 ? msg.text[0] & 0x7f :
								     128 + errno);
	}
	return pid;
}

/* A child that sends: exits with 0 or errno. */
static inline pid_t spawn_sender(int id, long type, const char *text)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(send_text(id, type, text, 0) == 0 ? 0 : errno);
	}
	return pid;
}

/*
 * Is it asleep? Between fork() and the call it may sleep on a page fault only for an instant, so
 * the state has to stay.
 */
static inline int asleep(pid_t pid)
{
	for (int i = 0; i < 5; i++) {
		if (!eventually(state_of(pid) == 'S'))
			return 0;
		usleep(2000);
	}
	return 1;
}

#endif
