/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/kmsg. Implemented in fs/kmsg.c. */
#ifndef CONDUIT_FS_KMSG_H
#define CONDUIT_FS_KMSG_H

#include "fs/fs.h"

extern const struct file_operations kmsg_fops;

#endif
