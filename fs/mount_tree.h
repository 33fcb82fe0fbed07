/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing the tree of mounts. Implemented in fs/mount_tree.c, for fs/namespace.c only. The caller
 * holds namespace_sem for writing.
 */
#ifndef CONDUIT_FS_MOUNT_TREE_H
#define CONDUIT_FS_MOUNT_TREE_H

#include "fs/mount.h"
#include "fs/namei.h"

/* Takes over the caller's reference to mnt as the tree's. */
void attach_mnt(struct mount *mnt, struct mount *parent, struct dentry *mountpoint);
/*
 * Takes a mount out of the tree; the tree's reference becomes the caller's. The parent's and the
 * mount point's references go to *old, for path_put() without locks.
 */
void detach_mnt(struct mount *mnt, struct path *old);
/*
 * Takes all that is mounted below out of the tree (and itself); drops and takes namespace_sem. The
 * caller holds a reference of its own to root.
 */
void umount_children(struct mount *root);
void umount_tree(struct mount *root);
/*
 * Copies the mounts of old below that directory onto new, which is nowhere in the tree yet: what is
 * copied does not grow meanwhile. 0 or -ENOMEM; what has been copied then is for the caller to undo.
 */
int copy_tree(struct mount *old, struct dentry *below, struct mount *new);

/* Another mount of the same file system, showing the tree below root. namespace.c */
struct mount *clone_mnt(struct mount *old, struct dentry *root);

#endif
