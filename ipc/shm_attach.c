// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmat() and shmdt(): a segment's pages in an address space.
 *
 * Idea: each shmat() opens a file of its own on the segment's inode and maps that. Its vm_operations
 *   stand before those of the memory itself, so that every vma that comes (fork, split, move) and
 *   goes (munmap, exit, exec) is counted.
 * Rules: 1. A vma with shm_vm_ops counts 1 in shm_nattch, from shm_mmap() or shm_open() until
 *   shm_close(). 2. What shmat() mapped at addr is told by vm_start - addr == vm_pgoff: so shmdt()
 *   finds the pieces that are left, whatever was cut out or split.
 * Locking: mmap_lock for writing around mapping and unmapping; rwsem and the segment's lock inside.
 * Sleeps: yes. Linux: the same functions in ipc/shm.c; compat is left out.
 * Start at: do_shmat(). Tests: tests/ipc/shm_attach.c; page: docs/shm.md.
 */
#include "ipc/shm.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/mman.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/task.h"
#include "mm/hugetlb.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "kernel/syscall.h"
#include "ipc/security.h"

#define S_IRUGO (S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO (S_IWUSR | S_IWGRP | S_IWOTH)
#define S_IXUGO (S_IXUSR | S_IXGRP | S_IXOTH)

/* One shmat(): private_data of its file. [I], but vm_ops: written by the one mmap. */
struct shm_file_data {
	int id;
	struct ipc_namespace *ns;                  /* a reference */
	struct file *file;                         /* the segment's, a reference */
	const struct vm_operations_struct *vm_ops; /* of the memory itself */
};

static struct shm_file_data *shm_file_data(const struct file *file)
{
	return file->private_data;
}

/* ---- a vma comes and goes ---- */

/* Counts it: 0, -EINVAL, -EIDRM. */
static int __shm_open(const struct shm_file_data *sfd)
{
	struct shmid_kernel *shp = shm_lock(sfd->ns, sfd->id);

	if (IS_ERR(shp))
		return (int)PTR_ERR(shp);
	if (shp->shm_file != sfd->file) { /* the id is another segment's by now */
		ipc_unlock(&shp->shm_perm);
		return -EINVAL;
	}
	shp->shm_atim = ktime_get_real_seconds();
	ipc_update_pid(&shp->shm_lprid, task_tgid(current));
	shp->shm_nattch++;
	ipc_unlock(&shp->shm_perm);
	return 0;
}

static void shm_open(struct vm_area_struct *vma)
{
	struct shm_file_data *sfd = shm_file_data(vma->vm_file);

	if (sfd->vm_ops->open)
		sfd->vm_ops->open(vma);
	/* It is a copy of one that counts, so the segment is there. */
	WARN_ON_ONCE(__shm_open(sfd));
}

static void shm_close(struct vm_area_struct *vma)
{
	struct shm_file_data *sfd = shm_file_data(vma->vm_file);

	if (sfd->vm_ops->close)
		sfd->vm_ops->close(vma);
	shm_put_attach(sfd->ns, sfd->id, true);
}

static int shm_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	struct shm_file_data *sfd = shm_file_data(vma->vm_file);

	return sfd->vm_ops->may_split ? sfd->vm_ops->may_split(vma, addr) : 0;
}

static vm_fault_t shm_fault(struct vm_fault *vmf)
{
	return shm_file_data(vmf->vma->vm_file)->vm_ops->fault(vmf);
}

static const struct vm_operations_struct shm_vm_ops = {
	.open = shm_open,
	.close = shm_close,
	.may_split = shm_may_split,
	.fault = shm_fault,
};

/* ---- the file of one shmat() ---- */

static int shm_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct shm_file_data *sfd = shm_file_data(file);
	int err = __shm_open(sfd);

	if (err)
		return err;
	err = sfd->file->f_op->mmap(sfd->file, vma);
	if (err) {
		shm_put_attach(sfd->ns, sfd->id, true);
		return err;
	}
	sfd->vm_ops = vma->vm_ops;
	ASSERT(sfd->vm_ops->fault);
	vma->vm_ops = &shm_vm_ops;
	return 0;
}

static int shm_release(struct inode *inode, struct file *file)
{
	struct shm_file_data *sfd = shm_file_data(file);

	file->private_data = NULL;
	fput(sfd->file);
	put_ipc_ns(sfd->ns);
	kfree(sfd);
	return 0;
}

static int shm_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct file *memory = shm_file_data(file)->file;

	return memory->f_op->fsync ? memory->f_op->fsync(memory, start, end, datasync) : -EINVAL;
}

static long shm_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct file *memory = shm_file_data(file)->file;

	return memory->f_op->fallocate ? memory->f_op->fallocate(memory, mode, offset, len) :
					 -EOPNOTSUPP;
}

static const struct file_operations shm_file_operations = {
	.mmap = shm_mmap,
	.fsync = shm_fsync,
	.release = shm_release,
	.fallocate = shm_fallocate,
};

/* On the segment's inode. Takes over base. ERR_PTR(-ENOMEM). */
static struct file *open_attachment(struct ipc_namespace *ns, int shmid, struct file *base,
				    int f_flags)
{
	struct shm_file_data *sfd = kzalloc(sizeof(*sfd), GFP_KERNEL);
	struct file *file;

	if (!sfd) {
		fput(base);
		return ERR_PTR(-ENOMEM);
	}
	file = alloc_file_clone(base, f_flags, &shm_file_operations);
	if (IS_ERR(file)) {
		kfree(sfd);
		fput(base);
		return file;
	}
	sfd->id = shmid;
	sfd->ns = get_ipc_ns(ns);
	sfd->file = base;
	file->private_data = sfd;
	return file;
}

/* ---- shmat ---- */

/* What the flags of shmat() mean. */
struct attach_mode {
	unsigned long prot, flags; /* for mmap */
	int f_flags;
	short acc_mode; /* for ipcperms() */
};

static struct attach_mode attach_mode(int shmflg, bool fixed)
{
	struct attach_mode mode = { .prot = PROT_READ | PROT_WRITE,
				    .flags = MAP_SHARED | (fixed ? MAP_FIXED : 0),
				    .f_flags = O_RDWR,
				    .acc_mode = S_IRUGO | S_IWUGO };

	if (shmflg & SHM_RDONLY) {
		mode.prot = PROT_READ;
		mode.f_flags = O_RDONLY;
		mode.acc_mode = S_IRUGO;
	}
	if (shmflg & SHM_EXEC) {
		mode.prot |= PROT_EXEC;
		mode.acc_mode |= S_IXUGO;
	}
	return mode;
}

/* The place asked for, rounded if the caller lets us: 0 or -EINVAL. */
static int attach_address(unsigned long *addr, int shmflg)
{
	if (!*addr)
		return shmflg & SHM_REMAP ? -EINVAL : 0;
	if (!(*addr & (SHMLBA - 1)))
		return 0;
	if (!(shmflg & SHM_RND))
		return -EINVAL;
	*addr &= ~(SHMLBA - 1ul);
	return !*addr && (shmflg & SHM_REMAP) ? -EINVAL : 0;
}

/* The segment's file with a reference, counted as an attachment. ERR_PTR. */
static struct file *begin_attach(struct ipc_namespace *ns, int shmid, char __user *shmaddr,
				 int shmflg, short acc_mode)
{
	struct shmid_kernel *shp;
	struct file *base;
	int err = 0;

	rcu_read_lock();
	shp = shm_obtain_object_check(ns, shmid);
	if (IS_ERR(shp)) {
		rcu_read_unlock();
		return ERR_CAST(shp);
	}
	if (ipcperms(ns, &shp->shm_perm, acc_mode))
		err = -EACCES;
	if (!err)
		err = security_shm_shmat(&shp->shm_perm, shmaddr, shmflg);
	ipc_lock_object(&shp->shm_perm);
	if (!err && !ipc_valid_object(&shp->shm_perm))
		err = -EIDRM;
	if (err) {
		base = ERR_PTR(err);
	} else {
		base = get_file(shp->shm_file);
		shp->shm_nattch++;
	}
	ipc_unlock(&shp->shm_perm);
	return base;
}

/* Where it was mapped, or -errno. */
static unsigned long map_attachment(struct file *file, unsigned long addr, bool fixed, int shmflg,
				    const struct attach_mode *mode)
{
	unsigned long size = (unsigned long)file_inode(file)->i_size, populate = 0;
	struct mm_struct *mm = current->mm;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (fixed && !(shmflg & SHM_REMAP) &&
	    (addr + size < addr || find_vma_intersection(mm, addr, addr + size)))
		addr = -EINVAL;
	else
		addr = do_mmap(file, addr, size, mode->prot, mode->flags, 0, &populate);
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(addr, populate);
	return addr;
}

/* man 2 shmop: the address, or -errno. */
static unsigned long do_shmat(int shmid, char __user *shmaddr, int shmflg)
{
	struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	unsigned long addr = (unsigned long)shmaddr;
	bool fixed = addr != 0;
	struct attach_mode mode = attach_mode(shmflg, fixed);
	struct file *base, *file;

	if (shmid < 0 || attach_address(&addr, shmflg))
		return -EINVAL;
	base = begin_attach(ns, shmid, shmaddr, shmflg, mode.acc_mode);
	if (IS_ERR(base))
		return PTR_ERR(base);
	file = open_attachment(ns, shmid, base, mode.f_flags);
	if (IS_ERR(file)) {
		addr = PTR_ERR(file);
	} else {
		addr = map_attachment(file, addr, fixed, shmflg, &mode);
		fput(file);
	}
	/* From here on the vma counts, if there is one. */
	shm_put_attach(ns, shmid, false);
	return addr;
}

/* ---- shmdt ---- */

/* Rule 2. */
static bool is_attached_at(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_ops == &shm_vm_ops && vma->vm_start >= addr &&
	       (vma->vm_start - addr) >> PAGE_SHIFT == vma->vm_pgoff;
}

/* man 2 shmop. */
static int do_shmdt(unsigned long addr)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma, *next;
	struct file *file = NULL;
	unsigned long size = 0;
	int err = -EINVAL;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	/* The first piece tells which attachment it is, and so how far others may lie. */
	for (vma = find_vma(mm, addr); vma; vma = next) {
		next = vma->vm_next;
		if (file && vma->vm_end - addr > size)
			break;
		if (!is_attached_at(vma, addr) || (file && vma->vm_file != file))
			continue;
		if (!file) {
			file = get_file(vma->vm_file);
			size = PAGE_ALIGN((unsigned long)file_inode(file)->i_size);
		}
		err = do_munmap(mm, vma->vm_start, vma->vm_end - vma->vm_start);
		if (err)
			break;
	}
	mmap_write_unlock(mm);
	if (file)
		fput(file);
	return err;
}

/* ---- system calls ---- */

SYSCALL_DEFINE3(shmat, int, shmid, char __user *, shmaddr, int, shmflg)
{
	return (long)do_shmat(shmid, shmaddr, shmflg);
}

SYSCALL_DEFINE1(shmdt, char __user *, shmaddr)
{
	return do_shmdt((unsigned long)shmaddr);
}
