/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of boot that fs/ takes, in this order; kernel/main.c calls them. */
#ifndef CONDUIT_FS_INIT_H
#define CONDUIT_FS_INIT_H

#include "kernel/lib/types.h"

/*
 * Before the initcalls, once kmalloc() works and current is a task with init_fs and init_files:
 * caches, the root file system, the kernel's tmpfs, devtmpfs without a place yet.
 */
void vfs_caches_init(void);
/* Fills the root file system: 0, or -EINVAL when some of it made no sense (the rest is there). */
int unpack_initramfs(const void *start, size_t len);
/* Mounts devtmpfs on /dev: 0 or -errno. */
int devtmpfs_mount(void);

#endif
