/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors that stand for a process. For kernel/ only. */
#ifndef CONDUIT_PIDFD_H
#define CONDUIT_PIDFD_H

struct file;
struct pid;

/* The pid behind a pidfd, with a reference; ERR_PTR(-EBADF). *flags (or NULL) gets its O_NONBLOCK. */
struct pid *pidfd_get_pid(unsigned int fd, unsigned int *flags);
/*
 * Reserves a descriptor and makes the file; the caller does fd_install(), or put_unused_fd() and
 * fput(). The descriptor or -errno.
 */
int pidfd_prepare(struct pid *pid, unsigned int flags, struct file **file);

#endif
