/* SPDX-License-Identifier: GPL-2.0-only */
/* eventfd: a counter to wait for. Implemented in fs/eventfd.c. Linux: include/linux/eventfd.h. */
#ifndef CONDUIT_FS_EVENTFD_H
#define CONDUIT_FS_EVENTFD_H

#include "kernel/uapi/fcntl.h"
#include "kernel/lib/types.h"

#define EFD_SEMAPHORE 1
#define EFD_CLOEXEC   O_CLOEXEC
#define EFD_NONBLOCK  O_NONBLOCK

/* The largest value that the counter may reach by writes. */
#define EVENTFD_MAX (~0ull - 1)

/* Would adding value stay in bounds? Pure. */
static inline bool eventfd_has_room(u64 count, u64 value)
{
	return ~0ull - count > value;
}

#endif
