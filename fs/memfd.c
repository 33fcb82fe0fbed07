// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of shared memory without a path: MAP_SHARED | MAP_ANONYMOUS, System V segments,
 * memfd_create(2) and its seals. All live in one tmpfs mount that hangs nowhere.
 *
 * Locking: seals are read and set under the inode's i_rwsem.
 * Linux: mm/memfd.c, mm/shmem.c (shmem_file_setup). Start at: __shmem_file_setup, memfd_add_seals.
 */
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/tmpfs.h"
#include "kernel/lib/err.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"
#include "kernel/x86/uaccess.h"
#include "mm/backing.h"
#include "mm/mm.h"
#include "mm/slab.h"

static struct vfsmount *shm_mnt;

static struct file *__shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	struct inode *inode;
	struct file *file;

	if (size < 0 || size > MAX_LFS_FILESIZE)
		return ERR_PTR(-EINVAL);
	if (shmem_acct_size(flags, size))
		return ERR_PTR(-ENOMEM);
	inode = tmpfs_get_inode(shm_mnt->mnt_sb, NULL, S_IFREG | S_IRWXUGO, 0,
				flags & VM_NORESERVE);
	if (IS_ERR(inode)) {
		shmem_unacct_size(flags, size);
		return ERR_CAST(inode);
	}
	inode->i_size = size; /* from here on the inode's end gives the pages back */
	clear_nlink(inode);
	file = alloc_file_pseudo(inode, shm_mnt, name, O_RDWR, &tmpfs_file_operations);
	if (IS_ERR(file))
		iput(inode);
	return file;
}

struct file *shmem_file_setup(const char *name, loff_t size, unsigned long flags)
{
	return __shmem_file_setup(name, size, flags);
}

struct file *shmem_kernel_file_setup(const char *name, loff_t size, unsigned long flags)
{
	return __shmem_file_setup(name, size, flags);
}

int shmem_zero_setup(struct vm_area_struct *vma)
{
	struct file *file = __shmem_file_setup("dev/zero", (loff_t)(vma->vm_end - vma->vm_start),
					       vma->vm_flags);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	if (vma->vm_file)
		fput(vma->vm_file);
	vma->vm_file = file;
	vma->vm_ops = &shmem_vm_ops;
	return 0;
}

/* ---- seals ---- */

#define F_ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

static unsigned int *memfd_file_seals_ptr(struct file *file)
{
	if (file->f_op == &tmpfs_file_operations)
		return &TMPFS_I(file_inode(file))->info.seals;
	return NULL;
}

static long memfd_add_seals(struct file *file, unsigned int seals)
{
	struct inode *inode = file_inode(file);
	unsigned int *file_seals;
	long error;

	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~(unsigned int)F_ALL_SEALS)
		return -EINVAL;
	down_write(&inode->i_rwsem);
	error = -EINVAL;
	file_seals = memfd_file_seals_ptr(file);
	if (!file_seals)
		goto out;
	error = -EPERM;
	if (*file_seals & F_SEAL_SEAL)
		goto out;
	if ((seals & F_SEAL_WRITE) && !(*file_seals & F_SEAL_WRITE)) {
		/* Nobody may have a writable mapping, and nobody gets one any more. */
		error = mapping_deny_writable(file->f_mapping);
		if (error)
			goto out;
	}
	*file_seals |= seals;
	error = 0;
out:
	up_write(&inode->i_rwsem);
	return error;
}

long memfd_fcntl(struct file *file, unsigned int cmd, unsigned int arg)
{
	unsigned int *seals;

	if (cmd == F_ADD_SEALS)
		return memfd_add_seals(file, arg);
	seals = memfd_file_seals_ptr(file);
	return seals ? (long)*seals : -EINVAL;
}

/* ---- memfd_create(2) ---- */

#define MFD_NAME_PREFIX     "memfd:"
#define MFD_NAME_PREFIX_LEN (sizeof(MFD_NAME_PREFIX) - 1)
#define MFD_NAME_MAX_LEN    (NAME_MAX - MFD_NAME_PREFIX_LEN)

SYSCALL_DEFINE2(memfd_create, const char __user *, uname, unsigned int, flags)
{
	char name[NAME_MAX + 1] = MFD_NAME_PREFIX;
	struct file *file;
	long len;
	int fd;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	len = strncpy_from_user(name + MFD_NAME_PREFIX_LEN, uname, MFD_NAME_MAX_LEN + 1);
	if (len < 0)
		return len;
	if (len > (long)MFD_NAME_MAX_LEN)
		return -EINVAL;
	fd = get_unused_fd_flags((flags & MFD_CLOEXEC) ? O_CLOEXEC : 0);
	if (fd < 0)
		return fd;
	file = __shmem_file_setup(name, 0, VM_NORESERVE);
	if (IS_ERR(file)) {
		put_unused_fd((unsigned int)fd);
		return PTR_ERR(file);
	}
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE | FMODE_ATOMIC_POS;
	file->f_flags |= O_LARGEFILE;
	if (flags & MFD_ALLOW_SEALING)
		*memfd_file_seals_ptr(file) &= ~(unsigned int)F_SEAL_SEAL;
	fd_install((unsigned int)fd, file);
	return fd;
}

void __init shmem_init(void)
{
	tmpfs_init();
	shm_mnt = kern_mount(&tmpfs_fs_type);
	if (IS_ERR(shm_mnt))
		panic("cannot mount the kernel's tmpfs (%ld)", PTR_ERR(shm_mnt));
}
