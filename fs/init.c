// SPDX-License-Identifier: GPL-2.0-only
/* The first step of fs/ at boot. Linux: vfs_caches_init() in fs/dcache.c. */
#include "fs/init.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/tmpfs.h"

void __init vfs_caches_init(void)
{
	dcache_init();
	inode_init();
	files_init();
	files_struct_init();
	names_init();
	locks_init();
	mnt_init();
	shmem_init();
	devtmpfs_init();
}
