/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw calls on POSIX message queues, and children that sleep in them. */
#ifndef TESTS_IPC_MQ_H
#define TESTS_IPC_MQ_H

#include "tests/ipc/msg.h"

#include <poll.h>
#include <sys/resource.h>

/* As the kernel lays it out. */
struct raw_mq_attr {
	long flags, maxmsg, msgsize, curmsgs, reserved[4];
};

#define ATTR(maxmsg, msgsize) (&(struct raw_mq_attr){ 0, (maxmsg), (msgsize), 0, { 0 } })

/* The name without a slash. */
static inline int q_open(const char *name, int oflag, int mode, const struct raw_mq_attr *attr)
{
	return (int)syscall(SYS_mq_open, name, oflag, mode, attr);
}

static inline int q_unlink(const char *name)
{
	return (int)syscall(SYS_mq_unlink, name);
}

static inline int q_timedsend(int q, const void *text, size_t len, unsigned int prio,
			      const struct timespec *until)
{
	return (int)syscall(SYS_mq_timedsend, q, text, len, prio, until);
}

static inline long q_timedreceive(int q, void *text, size_t len, unsigned int *prio,
				  const struct timespec *until)
{
	return syscall(SYS_mq_timedreceive, q, text, len, prio, until);
}

static inline int q_send(int q, const void *text, size_t len, unsigned int prio)
{
	return q_timedsend(q, text, len, prio, NULL);
}

static inline long q_receive(int q, void *text, size_t len, unsigned int *prio)
{
	return q_timedreceive(q, text, len, prio, NULL);
}

static inline int q_getsetattr(int q, const struct raw_mq_attr *new, struct raw_mq_attr *old)
{
	return (int)syscall(SYS_mq_getsetattr, q, new, old);
}

static inline int q_notify(int q, const struct sigevent *event)
{
	return (int)syscall(SYS_mq_notify, q, event);
}

static inline long q_curmsgs(int q)
{
	struct raw_mq_attr attr;

	return q_getsetattr(q, NULL, &attr) ? -1 : attr.curmsgs;
}

/* A fresh, empty queue without a name. */
static inline int q_new(long maxmsg, long msgsize, int oflag)
{
	int q = q_open("fresh", O_CREAT | O_EXCL | O_RDWR | oflag, 0666, ATTR(maxmsg, msgsize));

	if (q < 0 || q_unlink("fresh")) {
		perror("# mq_open");
		exit(98);
	}
	return q;
}

/* A second open description of the same queue, whether or not it has a name. */
static inline int q_reopen(int q, int oflag)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", q);
	return open(path, oflag | O_CLOEXEC);
}

static inline int send_byte(int q, char byte, unsigned int prio)
{
	return q_send(q, &byte, 1, prio);
}

/* The first byte of the next message, 0 for an empty one, or -1. */
static inline int take_byte(int q)
{
	char text[8192] = "";
	long n = q_receive(q, text, sizeof(text), NULL);

	return n < 0 ? -1 : n ? (unsigned char)text[0] : 0;
}

/* CLOCK_REALTIME in so many milliseconds. */
static inline struct timespec in_ms(long ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += ms % 1000 * 1000000;
	ts.tv_sec += ms / 1000 + ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

/* A child that receives: exits with the first byte, or 128 + errno. It sleeps when this returns. */
static inline pid_t sleeping_receiver(int q)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int byte = take_byte(q);

		_exit(byte < 0 ? 128 + errno : byte & 0x7f);
	}
	if (!asleep(pid))
		ok(0, "a receiver sleeps");
	return pid;
}

/* A child that sends one byte: exits with 0 or errno. It sleeps when this returns. */
static inline pid_t sleeping_sender(int q, char byte, unsigned int prio)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(send_byte(q, byte, prio) ? errno : 0);
	}
	if (!asleep(pid))
		ok(0, "a sender sleeps");
	return pid;
}

/* Names of its own, that go with the test. */
static inline void own_namespace(void)
{
	if (unshare(CLONE_NEWIPC)) {
		perror("# unshare");
		exit(98);
	}
}

#endif
