/* SPDX-License-Identifier: GPL-2.0-only */
/* POSIX message queues as user space sees them (man 7 mq_overview, man 2 mq_getsetattr). */
#ifndef CONDUIT_UAPI_MQUEUE_H
#define CONDUIT_UAPI_MQUEUE_H

#define MQ_PRIO_MAX 32768 /* priorities are 0 … 32767, higher first */

struct mq_attr {
	long mq_flags;   /* O_NONBLOCK of the open description */
	long mq_maxmsg;  /* messages that the queue holds */
	long mq_msgsize; /* bytes in the longest */
	long mq_curmsgs; /* messages in it now */
	long __reserved[4];
};

_Static_assert(sizeof(struct mq_attr) == 64, "ABI");

/* What SIGEV_THREAD registers: 32 bytes that go to a netlink socket, the last saying why. */
#define NOTIFY_COOKIE_LEN 32
#define NOTIFY_WOKENUP    1 /* in its last byte: a message came */
#define NOTIFY_REMOVED    2 /* … the registration ended otherwise */

/* The limits of a new IPC namespace: /proc/sys/fs/mqueue. */
#define DFLT_QUEUESMAX  256
#define DFLT_MSG        10
#define DFLT_MSGMAX     10
#define DFLT_MSGSIZE    8192
#define DFLT_MSGSIZEMAX 8192

/* The ranges of those limits; the upper ends hold for everybody. */
#define MIN_MSGMAX      1
#define HARD_MSGMAX     65536
#define MIN_MSGSIZEMAX  128
#define HARD_MSGSIZEMAX (16 * 1024 * 1024)

#endif
