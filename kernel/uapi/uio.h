/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors of buffers (man 2 readv). */
#ifndef CONDUIT_UAPI_UIO_H
#define CONDUIT_UAPI_UIO_H

struct iovec {
	void *iov_base;
	unsigned long iov_len;
};

#define UIO_FASTIOV 8
#define UIO_MAXIOV  1024

/* preadv2(2) */
#define RWF_HIPRI     0x01
#define RWF_DSYNC     0x02
#define RWF_SYNC      0x04
#define RWF_NOWAIT    0x08
#define RWF_APPEND    0x10
#define RWF_SUPPORTED 0x1f

#endif
