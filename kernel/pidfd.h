/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors that stand for a process. For kernel/ only; pidfd_prepare() is in sched/pid.h. */
#ifndef CONDUIT_PIDFD_H
#define CONDUIT_PIDFD_H

struct file;
struct pid;

/* The pid behind a pidfd, with a reference; ERR_PTR(-EBADF). *flags (or NULL) gets its O_NONBLOCK. */
struct pid *pidfd_get_pid(unsigned int fd, unsigned int *flags);

#endif
