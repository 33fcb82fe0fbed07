// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mm/ wants to know of a file: the other side of mm/backing.h.
 *
 * Locking: none of its own. Linux: parts of mm/mmap.c and mm/filemap.c. Start at: file_may_map.
 */
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/dcache.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "kernel/lib/bug.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/uapi/mman.h"
#include "mm/backing.h"
#include "mm/mm.h"

struct file *file_get(struct file *file)
{
	return get_file(file);
}

int file_deny_write(struct file *file)
{
	return deny_write_access(file);
}

void file_allow_write(struct file *file)
{
	allow_write_access(file);
}

struct address_space *file_mapping(const struct file *file)
{
	return file->f_mapping;
}

loff_t mapping_size(const struct address_space *mapping)
{
	return READ_ONCE(mapping->host->i_size);
}

int file_may_map(struct file *file, unsigned long prot, unsigned long flags,
		 unsigned long *vm_flags)
{
	unsigned long type = flags & MAP_TYPE;

	if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE) {
		if ((prot & PROT_WRITE) && !(file->f_mode & FMODE_WRITE))
			return -EACCES;
		if ((file_inode(file)->i_flags & S_APPEND) && (file->f_mode & FMODE_WRITE))
			return -EACCES;
		if (!(file->f_mode & FMODE_WRITE))
			*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	}
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (path_noexec(&file->f_path)) {
		if (*vm_flags & VM_EXEC)
			return -EPERM;
		*vm_flags &= ~VM_MAYEXEC;
	}
	if (!file->f_op->mmap)
		return -ENODEV;
	return 0;
}

int file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return file->f_op->mmap(file, vma);
}

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	file_accessed(file);
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

void file_map_written(struct file *file)
{
	file_update_time(file);
}

void file_map_accessed(struct file *file)
{
	file_accessed(file);
}

int file_sync_range(struct file *file, loff_t start, loff_t end)
{
	return file->f_op->fsync ? file->f_op->fsync(file, start, end, 1) : -EINVAL;
}

int file_punch_hole(struct file *file, loff_t start, loff_t len)
{
	return vfs_fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, len);
}

bool file_can_mincore(struct file *file)
{
	return inode_owner_or_capable(file_inode(file)) ||
	       inode_permission(file_inode(file), MAY_WRITE) == 0;
}
