/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the "newc" form of cpio archives (man 5 cpio): pure, also compiled and tested on the host.
 */
#ifndef CONDUIT_FS_CPIO_H
#define CONDUIT_FS_CPIO_H

#include "kernel/lib/types.h"

/* One member; name and data point into the archive. */
struct cpio_entry {
	unsigned long ino, mode, uid, gid, nlink, mtime, body_len, dev_major, dev_minor;
	unsigned long rdev_major, rdev_minor;
	const char *name;       /* ends with 0 inside the archive */
	unsigned long name_len; /* without the 0 */
	const u8 *body;
};

enum cpio_status {
	CPIO_ENTRY,   /* *entry is filled in */
	CPIO_TRAILER, /* end of one archive; another may follow */
	CPIO_END,     /* nothing but zeroes follows */
	CPIO_BAD,     /* not an archive, or cut off */
};

/*
 * Looks at the next member at buf[*pos]; *pos moves behind it. Nothing outside buf[0 … len) is read,
 * whatever the archive says.
 */
enum cpio_status cpio_next(const u8 *buf, size_t len, size_t *pos, struct cpio_entry *entry);

#endif
