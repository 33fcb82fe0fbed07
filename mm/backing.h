/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mm/ asks of an open file. struct file is opaque here: these are implemented in fs/mmap.c,
 * shmem_zero_setup() and the rest of shared memory's files in fs/tmpfs.c.
 */
#ifndef CONDUIT_MM_BACKING_H
#define CONDUIT_MM_BACKING_H

#include "kernel/lib/types.h"

struct address_space;
struct file;
struct inode;
struct mm_struct;
struct vm_area_struct;

/* get_file() of fs/fs.h, for those who cannot see struct file. */
struct file *file_get(struct file *file);
void fput(struct file *file);
/* The caller's descriptor as a reference, NULL when it is not open (or O_PATH). */
struct file *fget(unsigned int fd);

/*
 * A program's file is not written to while it runs: one deny for each mm. 0, or -ETXTBSY when it is
 * open for writing; cannot fail while the caller (exec, the parent) has a deny of its own.
 */
int file_deny_write(struct file *file);
void file_allow_write(struct file *file);

/* Whose pages a mapping of the file shows. */
struct address_space *file_mapping(const struct file *file);
/* i_size of the mapping's host, in bytes. Any context. */
loff_t mapping_size(const struct address_space *mapping);

/*
 * May the current task map the file with these PROT_* and MAP_* bits? 0, -EACCES (not open for it,
 * or append-only and shared writable), -EPERM (PROT_EXEC on a noexec mount) or -ENODEV (nothing to
 * map). Clears those VM_MAY* bits in *vm_flags that the open mode forbids later mprotect()s:
 * VM_MAYWRITE for a shared mapping of a file not open for writing (and then VM_SHARED too, keeping
 * VM_MAYSHARE: it behaves as private without writes), VM_MAYEXEC for noexec mounts.
 */
int file_may_map(struct file *file, unsigned long prot, unsigned long flags,
		 unsigned long *vm_flags);
/* file->f_op->mmap: sets vma->vm_ops, may change vm_flags. vma->vm_file is set already. */
int file_mmap(struct file *file, struct vm_area_struct *vma);
/* A shared mapping is about to be written to: mtime and ctime. May sleep. */
void file_map_written(struct file *file);
/* A mapping was read from or made: atime. */
void file_map_accessed(struct file *file);
/* msync(MS_SYNC): vfs_fsync_range(). */
int file_sync_range(struct file *file, loff_t start, loff_t end);
/* madvise(MADV_REMOVE): fallocate(PUNCH_HOLE | KEEP_SIZE). */
int file_punch_hole(struct file *file, loff_t start, loff_t len);
/* madvise(MADV_WILLNEED) and mincore(2): does the caller own the file or may write to it? */
bool file_can_mincore(struct file *file);

/*
 * Give an anonymous MAP_SHARED vma a file of shared memory (its name in maps is "/dev/zero
 * (deleted)"): sets vma->vm_file and vma->vm_ops. 0 or -ENOMEM.
 */
int shmem_zero_setup(struct vm_area_struct *vma);

#endif
