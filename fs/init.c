// SPDX-License-Identifier: GPL-2.0-only
/* The start of the file systems: caches first, then the root is mounted. */
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/mount.h"

void vfs_caches_init(void)
{
	names_init();
	dcache_init();
	inode_init();
	files_init();
	files_struct_init();
	mnt_init();
}
