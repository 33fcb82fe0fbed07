// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors: the table that leads from small numbers to open files.
 *
 * Idea: look-ups take no lock. The arrays hang off files->fdt; a table that has become too small is
 * replaced by a larger copy and freed after an RCU grace period. A task that shares its table with
 * nobody does not even take a reference to the file (fdget()).
 *
 * Data:  task->files -> files_struct.fdt -> fdtable { fd[], open_fds, close_on_exec }
 *
 * Rules: 1. A bit in open_fds without a file in fd[]: the number is taken, its open is under way.
 *        2. All numbers below next_fd are taken.
 * Locking: file_lock for every change; readers RCU: fget() takes a reference unless the count is 0,
 * then looks again whether the slot still holds that file (a struct file's memory may be reused).
 * Linux: fs/file.c. Start at: __fget_files, alloc_fd.
 */
#include "fs/file.h"
#include "fs/internal.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/syscall.h"
#include "kernel/uapi/resource.h"
#include "mm/slab.h"

unsigned int sysctl_nr_open = 1024 * 1024;
static struct kmem_cache *files_cachep;

struct files_struct init_files = {
	.count = ATOMIC_INIT(1),
	.fdt = &init_files.fdtab,
	.fdtab = {
		.max_fds = NR_OPEN_DEFAULT,
		.fd = &init_files.fd_array[0],
		.close_on_exec = init_files.close_on_exec_init,
		.open_fds = init_files.open_fds_init,
	},
	.file_lock = __SPIN_LOCK_UNLOCKED(init_files.file_lock),
};

/* ---- tables ---- */

static void free_fdtable(struct fdtable *fdt)
{
	kvfree(fdt->fd);
	kvfree(fdt->open_fds);
	kfree(fdt);
}

static void free_fdtable_rcu(struct rcu_head *rcu)
{
	free_fdtable(container_of(rcu, struct fdtable, rcu));
}

/* Room for at least nr descriptors; bitmaps are one allocation. NULL when out of memory. */
static struct fdtable *alloc_fdtable(unsigned int nr)
{
	struct fdtable *fdt;
	size_t longs;

	nr = max(nr, 2u * NR_OPEN_DEFAULT);
	nr = 1u << (32 - __builtin_clz(nr - 1));
	longs = nr / BITS_PER_LONG;
	fdt = kmalloc(sizeof(*fdt), GFP_KERNEL_ACCOUNT);
	if (!fdt)
		return NULL;
	fdt->max_fds = nr;
	fdt->fd = kvcalloc(nr, sizeof(struct file *), GFP_KERNEL_ACCOUNT);
	fdt->open_fds = kvcalloc(2 * longs, sizeof(long), GFP_KERNEL_ACCOUNT);
	fdt->close_on_exec = fdt->open_fds + longs;
	if (!fdt->fd || !fdt->open_fds) {
		free_fdtable(fdt);
		return NULL;
	}
	return fdt;
}

static void copy_fdtable(struct fdtable *to, const struct fdtable *from)
{
	size_t bytes = from->max_fds / 8;

	memcpy(to->fd, from->fd, from->max_fds * sizeof(struct file *));
	memcpy(to->open_fds, from->open_fds, bytes);
	memcpy(to->close_on_exec, from->close_on_exec, bytes);
}

/*
 * Makes room for nr; caller holds file_lock, which is dropped and taken again when there is
 * something to do (result 1). 0: there was room. -EMFILE, -ENOMEM.
 */
static int expand_files(struct files_struct *files, unsigned int nr)
{
	struct fdtable *fdt = files->fdt, *new;

	if (nr < fdt->max_fds)
		return 0;
	if (nr >= sysctl_nr_open)
		return -EMFILE;
	spin_unlock(&files->file_lock);
	new = alloc_fdtable(nr + 1);
	spin_lock(&files->file_lock);
	if (!new)
		return -ENOMEM;
	fdt = files->fdt;
	if (nr < fdt->max_fds) { /* another thread was faster */
		free_fdtable(new);
		return 1;
	}
	copy_fdtable(new, fdt);
	rcu_assign_pointer(files->fdt, new);
	if (fdt != &files->fdtab)
		call_rcu(&fdt->rcu, free_fdtable_rcu);
	return 1;
}

static unsigned int count_open_files(const struct fdtable *fdt)
{
	unsigned int i;

	for (i = fdt->max_fds / BITS_PER_LONG; i > 0; i--) {
		if (fdt->open_fds[i - 1])
			break;
	}
	return i * BITS_PER_LONG;
}

static struct files_struct *alloc_files(void)
{
	struct files_struct *files = kmem_cache_alloc(files_cachep, GFP_KERNEL_ACCOUNT);

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->file_lock);
	files->next_fd = 0;
	files->fdtab = (struct fdtable){
		.max_fds = NR_OPEN_DEFAULT,
		.fd = files->fd_array,
		.close_on_exec = files->close_on_exec_init,
		.open_fds = files->open_fds_init,
	};
	files->fdt = &files->fdtab;
	return files;
}

struct files_struct *dup_fd(struct files_struct *old)
{
	struct files_struct *files = alloc_files();
	struct fdtable *new, *fdt;
	unsigned int nr, i;

	if (!files)
		return ERR_PTR(-ENOMEM);
	new = &files->fdtab;
	spin_lock(&old->file_lock);
	while ((nr = count_open_files(old->fdt)) > new->max_fds) {
		spin_unlock(&old->file_lock);
		if (new != &files->fdtab)
			free_fdtable(new);
		new = alloc_fdtable(nr);
		if (!new) {
			kmem_cache_free(files_cachep, files);
			return ERR_PTR(-ENOMEM);
		}
		spin_lock(&old->file_lock);
	}
	fdt = old->fdt;
	memcpy(new->open_fds, fdt->open_fds, nr / 8);
	memcpy(new->close_on_exec, fdt->close_on_exec, nr / 8);
	memset(new->fd, 0, new->max_fds * sizeof(struct file *));
	for (i = find_next_bit(fdt->open_fds, nr, 0); i < nr;
	     i = find_next_bit(fdt->open_fds, nr, i + 1)) {
		struct file *file = fdt->fd[i];

		if (file)
			get_file(file);
		else
			__clear_bit(i, new->open_fds); /* rule 1: an open under way is not copied */
		new->fd[i] = file;
	}
	files->next_fd = old->next_fd;
	spin_unlock(&old->file_lock);

	memset(new->open_fds + nr / BITS_PER_LONG, 0, (new->max_fds - nr) / 8);
	memset(new->close_on_exec + nr / BITS_PER_LONG, 0, (new->max_fds - nr) / 8);
	/* Numbers that were not copied are free below next_fd. */
	files->next_fd = min(files->next_fd,
			     (unsigned int)find_next_zero_bit(new->open_fds, new->max_fds, 0));
	files->fdt = new;
	return files;
}

/* Nobody else has the table any more. */
static void close_files(struct files_struct *files)
{
	struct fdtable *fdt = files->fdt;
	unsigned int i, j;

	for (i = 0; i < fdt->max_fds / BITS_PER_LONG; i++) {
		unsigned long set = fdt->open_fds[i];

		for (j = i * BITS_PER_LONG; set; j++, set >>= 1) {
			if (!(set & 1) || !fdt->fd[j])
				continue;
			filp_close(fdt->fd[j], files);
			cond_resched();
		}
	}
	if (fdt != &files->fdtab)
		free_fdtable(fdt);
}

static void files_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(files_cachep, container_of(rcu, struct files_struct, fdtab.rcu));
}

void put_files_struct(struct files_struct *files)
{
	if (files && atomic_dec_and_test(&files->count)) {
		close_files(files);
		/* fget_task() of others may still be reading. */
		call_rcu(&files->fdtab.rcu, files_free_rcu);
	}
}

void exit_files(struct task_struct *task)
{
	struct files_struct *files = task->files;

	if (files) {
		task_lock(task);
		task->files = NULL;
		task_unlock(task);
		put_files_struct(files);
	}
}

int unshare_fd(unsigned long unshare_flags, struct files_struct **new_files)
{
	struct files_struct *files = current->files;

	*new_files = NULL;
	if (!(unshare_flags & CLONE_FILES) || !files || atomic_read(&files->count) == 1)
		return 0;
	files = dup_fd(files);
	if (IS_ERR(files))
		return (int)PTR_ERR(files);
	*new_files = files;
	return 0;
}

int unshare_files(void)
{
	struct files_struct *old = current->files, *copy;
	int error = unshare_fd(CLONE_FILES, &copy);

	if (error || !copy)
		return error;
	task_lock(current);
	current->files = copy;
	task_unlock(current);
	put_files_struct(old);
	return 0;
}

void do_close_on_exec(struct files_struct *files)
{
	struct fdtable *fdt;
	unsigned int i;

	spin_lock(&files->file_lock);
	for (i = 0;; i++) {
		unsigned int fd = i * BITS_PER_LONG;
		unsigned long set;

		fdt = files->fdt;
		if (fd >= fdt->max_fds)
			break;
		set = fdt->close_on_exec[i];
		if (!set)
			continue;
		fdt->close_on_exec[i] = 0;
		for (; set; fd++, set >>= 1) {
			struct file *file;

			if (!(set & 1))
				continue;
			file = fdt->fd[fd];
			if (!file)
				continue;
			rcu_assign_pointer(fdt->fd[fd], NULL);
			__clear_bit(fd, fdt->open_fds);
			files->next_fd = min(files->next_fd, fd);
			spin_unlock(&files->file_lock);
			filp_close(file, files);
			spin_lock(&files->file_lock);
			fdt = files->fdt;
		}
	}
	spin_unlock(&files->file_lock);
}

/* ---- numbers ---- */

/* The lowest free number in [start, end). */
static int alloc_fd(unsigned int start, unsigned int end, unsigned int flags)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;
	unsigned int fd;
	int error;

	spin_lock(&files->file_lock);
repeat:
	fdt = files->fdt;
	fd = max(start, files->next_fd);
	if (fd < fdt->max_fds)
		fd = (unsigned int)find_next_zero_bit(fdt->open_fds, fdt->max_fds, fd);
	error = -EMFILE;
	if (fd >= end)
		goto out;
	error = expand_files(files, fd);
	if (error < 0)
		goto out;
	if (error)
		goto repeat;
	if (start <= files->next_fd)
		files->next_fd = fd + 1;
	__set_bit(fd, fdt->open_fds);
	if (flags & O_CLOEXEC)
		__set_bit(fd, fdt->close_on_exec);
	else
		__clear_bit(fd, fdt->close_on_exec);
	ASSERT(!fdt->fd[fd]); /* rule 1 */
	error = (int)fd;
out:
	spin_unlock(&files->file_lock);
	return error;
}

int get_unused_fd_flags(unsigned int flags)
{
	return alloc_fd(0, (unsigned int)min(rlimit(RLIMIT_NOFILE), 0x7ffffffful), flags);
}

/* Caller holds file_lock. */
static void __put_unused_fd(struct files_struct *files, unsigned int fd)
{
	__clear_bit(fd, files->fdt->open_fds);
	__clear_bit(fd, files->fdt->close_on_exec);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	__put_unused_fd(files, fd);
	spin_unlock(&files->file_lock);
}

void fd_install(unsigned int fd, struct file *file)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	ASSERT(!files->fdt->fd[fd]);
	rcu_assign_pointer(files->fdt->fd[fd], file);
	spin_unlock(&files->file_lock);
}

int receive_fd(struct file *file, unsigned int o_flags)
{
	int fd = get_unused_fd_flags(o_flags);

	if (fd >= 0)
		fd_install((unsigned int)fd, get_file(file));
	return fd;
}

/* Takes the file out of its slot; caller holds file_lock. NULL when there is none. */
static struct file *pick_file(struct files_struct *files, unsigned int fd)
{
	struct fdtable *fdt = files->fdt;
	struct file *file;

	if (fd >= fdt->max_fds)
		return NULL;
	file = fdt->fd[fd];
	if (file) {
		rcu_assign_pointer(fdt->fd[fd], NULL);
		__put_unused_fd(files, fd);
	}
	return file;
}

int close_fd(unsigned int fd)
{
	struct files_struct *files = current->files;
	struct file *file;

	spin_lock(&files->file_lock);
	file = pick_file(files, fd);
	spin_unlock(&files->file_lock);
	return file ? filp_close(file, files) : -EBADF;
}

bool get_close_on_exec(unsigned int fd)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;
	bool res;

	rcu_read_lock();
	fdt = rcu_dereference(files->fdt);
	res = fd < fdt->max_fds && test_bit(fd, fdt->close_on_exec);
	rcu_read_unlock();
	return res;
}

void set_close_on_exec(unsigned int fd, int flag)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	if (fd < files->fdt->max_fds) {
		if (flag)
			__set_bit(fd, files->fdt->close_on_exec);
		else
			__clear_bit(fd, files->fdt->close_on_exec);
	}
	spin_unlock(&files->file_lock);
}

int f_dupfd(unsigned int from, struct file *file, unsigned int flags)
{
	unsigned long nofile = rlimit(RLIMIT_NOFILE);
	int fd;

	if (from >= nofile)
		return -EINVAL;
	fd = alloc_fd(from, (unsigned int)min(nofile, 0x7ffffffful), flags);
	if (fd >= 0)
		fd_install((unsigned int)fd, get_file(file));
	return fd;
}

/* ---- look-up ---- */

/* With a reference. O_PATH files count as absent when mask says so. */
static struct file *__fget_files(struct files_struct *files, unsigned int fd, fmode_t mask)
{
	struct file *file;

	rcu_read_lock();
	for (;;) {
		file = lookup_fd_raw(files, fd);
		if (!file)
			break;
		if (!atomic_long_inc_not_zero(&file->f_count))
			continue;
		if (likely(file == lookup_fd_raw(files, fd))) {
			if (!(file->f_mode & mask))
				break;
			rcu_read_unlock();
			fput(file);
			return NULL;
		}
		rcu_read_unlock();
		fput(file);
		rcu_read_lock();
	}
	rcu_read_unlock();
	return file;
}

struct file *fget(unsigned int fd)
{
	return __fget_files(current->files, fd, FMODE_PATH);
}

struct file *fget_raw(unsigned int fd)
{
	return __fget_files(current->files, fd, 0);
}

/* As __fget_files(), under a spinlock: a file to be given back comes in *stale, and -EAGAIN. */
static struct file *fget_locked(struct files_struct *files, unsigned int fd, struct file **stale)
{
	struct file *file;

	rcu_read_lock();
	file = lookup_fd_raw(files, fd);
	if (file && !atomic_long_inc_not_zero(&file->f_count)) {
		file = ERR_PTR(-EAGAIN);
	} else if (file && file != lookup_fd_raw(files, fd)) {
		*stale = file;
		file = ERR_PTR(-EAGAIN);
	}
	rcu_read_unlock();
	return file;
}

/*
 * Under the lock, so that what the caller did before is seen by whoever takes the descriptor away
 * afterwards; a look-up without it might pass that by.
 */
bool fd_leads_to(unsigned int fd, const struct file *file)
{
	struct files_struct *files = current->files;
	bool res;

	spin_lock(&files->file_lock);
	res = fd < files->fdt->max_fds && files->fdt->fd[fd] == file;
	spin_unlock(&files->file_lock);
	return res;
}

struct file *fget_task(struct task_struct *task, unsigned int fd)
{
	struct file *file, *stale;

	do {
		stale = file = NULL;
		task_lock(task);
		if (task->files)
			file = fget_locked(task->files, fd, &stale);
		task_unlock(task);
		if (stale)
			fput(stale);
	} while (IS_ERR(file));
	return file;
}

/* The file's mode at *fd or, with next, at the first one behind it. */
static bool __task_fd_mode(struct task_struct *task, unsigned int *fd, bool next, fmode_t *mode)
{
	struct files_struct *files;
	struct file *file = NULL;
	struct fdtable *fdt;

	task_lock(task);
	files = task->files;
	if (files) {
		spin_lock(&files->file_lock);
		fdt = files->fdt;
		while (next && *fd < fdt->max_fds && !fdt->fd[*fd])
			++*fd;
		if (*fd < fdt->max_fds)
			file = fdt->fd[*fd];
		if (file)
			*mode = file->f_mode;
		spin_unlock(&files->file_lock);
	}
	task_unlock(task);
	return file;
}

bool task_next_fd(struct task_struct *task, unsigned int *fd, fmode_t *mode)
{
	return __task_fd_mode(task, fd, true, mode);
}

bool task_fd_mode(struct task_struct *task, unsigned int fd, fmode_t *mode)
{
	return __task_fd_mode(task, &fd, false, mode);
}

struct fd fdget_shared(struct files_struct *files, unsigned int fd, fmode_t mask)
{
	struct file *file = __fget_files(files, fd, mask);

	return (struct fd){ file, file ? FDPUT_FPUT : 0 };
}

void files_struct_init(void)
{
	files_cachep = KMEM_CACHE(files_struct, SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT);
}

/* ---- system calls ---- */

static int do_dup2(struct files_struct *files, struct file *file, unsigned int fd,
		   unsigned int flags)
{
	struct fdtable *fdt = files->fdt;
	struct file *tofree = fdt->fd[fd];

	/* Rule 1: somebody's open is about to use this number. */
	if (!tofree && test_bit(fd, fdt->open_fds)) {
		spin_unlock(&files->file_lock);
		return -EBUSY;
	}
	get_file(file);
	rcu_assign_pointer(fdt->fd[fd], file);
	__set_bit(fd, fdt->open_fds);
	if (flags & O_CLOEXEC)
		__set_bit(fd, fdt->close_on_exec);
	else
		__clear_bit(fd, fdt->close_on_exec);
	spin_unlock(&files->file_lock);
	if (tofree)
		filp_close(tofree, files);
	return (int)fd;
}

static int ksys_dup3(unsigned int oldfd, unsigned int newfd, int flags)
{
	struct files_struct *files = current->files;
	struct file *file;
	int error;

	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	if (oldfd == newfd)
		return -EINVAL;
	if (newfd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	spin_lock(&files->file_lock);
	error = expand_files(files, newfd);
	file = lookup_fd_raw(files, oldfd);
	if (!file) {
		error = -EBADF;
		goto fail;
	}
	if (error < 0) {
		if (error == -EMFILE)
			error = -EBADF;
		goto fail;
	}
	return do_dup2(files, file, newfd, (unsigned int)flags);
fail:
	spin_unlock(&files->file_lock);
	return error;
}

SYSCALL_DEFINE3(dup3, unsigned int, oldfd, unsigned int, newfd, int, flags)
{
	return ksys_dup3(oldfd, newfd, flags);
}

SYSCALL_DEFINE2(dup2, unsigned int, oldfd, unsigned int, newfd)
{
	if (oldfd == newfd) {
		struct fd f = fdget_raw(oldfd);

		if (!f.file)
			return -EBADF;
		fdput(f);
		return oldfd;
	}
	return ksys_dup3(oldfd, newfd, 0);
}

SYSCALL_DEFINE1(dup, unsigned int, fildes)
{
	struct file *file = fget_raw(fildes);
	int fd;

	if (!file)
		return -EBADF;
	fd = get_unused_fd_flags(0);
	if (fd >= 0)
		fd_install((unsigned int)fd, file);
	else
		fput(file);
	return fd;
}

static void range_cloexec(struct files_struct *files, unsigned int fd, unsigned int max_fd)
{
	spin_lock(&files->file_lock);
	max_fd = min(max_fd, files->fdt->max_fds - 1);
	for (; fd <= max_fd; fd++) {
		if (test_bit(fd, files->fdt->open_fds))
			__set_bit(fd, files->fdt->close_on_exec);
	}
	spin_unlock(&files->file_lock);
}

static void range_close(struct files_struct *files, unsigned int fd, unsigned int max_fd)
{
	spin_lock(&files->file_lock);
	for (;; fd++) {
		struct fdtable *fdt = files->fdt;
		struct file *file;

		fd = (unsigned int)find_next_bit(fdt->open_fds, fdt->max_fds, fd);
		if (fd >= fdt->max_fds || fd > max_fd)
			break;
		file = pick_file(files, fd);
		if (!file)
			continue;
		spin_unlock(&files->file_lock);
		filp_close(file, files);
		cond_resched();
		spin_lock(&files->file_lock);
	}
	spin_unlock(&files->file_lock);
}

SYSCALL_DEFINE3(close_range, unsigned int, fd, unsigned int, max_fd, unsigned int, flags)
{
	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
		return -EINVAL;
	if (fd > max_fd)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		int error = unshare_files();

		if (error)
			return error;
	}
	if (flags & CLOSE_RANGE_CLOEXEC)
		range_cloexec(current->files, fd, max_fd);
	else
		range_close(current->files, fd, max_fd);
	return 0;
}

SYSCALL_DEFINE1(close, unsigned int, fd)
{
	int ret = close_fd(fd);

	/* The descriptor is gone: a restart would close a stranger's. */
	if (unlikely(ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
		     ret == -ERESTART_RESTARTBLOCK))
		ret = -EINTR;
	return ret;
}
