/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors: a task's table of open files. Implemented in fs/file.c, files in fs/file_table.c.
 * Linux: include/linux/fdtable.h, file.h.
 */
#ifndef CONDUIT_FS_FILE_H
#define CONDUIT_FS_FILE_H

#include "kernel/lib/types.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/compiler.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/x86/atomic.h"
#include "fs/fs.h"

struct task_struct;
struct vfsmount;

#define NR_OPEN_DEFAULT 64

/* The arrays; replaced as a whole when they must grow. Readers use RCU. */
struct fdtable {
	unsigned int max_fds;         /* [I] slots */
	struct file **fd;             /* [R] */
	unsigned long *close_on_exec; /* [L] bitmaps: FD_CLOEXEC */
	unsigned long *open_fds;      /* [L] numbers taken, also before fd_install() */
	struct rcu_head rcu;
};

/* [L] file_lock, [R] RCU for readers, [A] atomic */
struct files_struct {
	atomic_t count;       /* [A] tasks (and walkers) that share it */
	struct fdtable *fdt;  /* [L][R] */
	struct fdtable fdtab; /* the first one, embedded */
	spinlock_t file_lock;
	unsigned int next_fd; /* [L] no free number below */
	unsigned long close_on_exec_init[1];
	unsigned long open_fds_init[1];
	struct file *fd_array[NR_OPEN_DEFAULT];
};

extern struct files_struct init_files;
extern unsigned int sysctl_nr_open;   /* largest RLIMIT_NOFILE: /proc/sys/fs/nr_open */
extern unsigned long sysctl_file_max; /* /proc/sys/fs/file-max */
long get_nr_files(void);

/* fork, exit, exec, unshare. */
struct files_struct *dup_fd(struct files_struct *old); /* ERR_PTR on failure */
void exit_files(struct task_struct *task);
void put_files_struct(struct files_struct *files);
static inline void get_files_struct(struct files_struct *files)
{
	atomic_inc(&files->count);
}
int unshare_files(void); /* the caller's own copy: 0 or -ENOMEM */
int unshare_fd(unsigned long unshare_flags, struct files_struct **new_files);
void do_close_on_exec(struct files_struct *files);

/* A number for a file that is on its way: -EMFILE, -ENOMEM. flags: O_CLOEXEC. */
int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
/* Makes it visible; consumes the reference. */
void fd_install(unsigned int fd, struct file *file);
int receive_fd(struct file *file, unsigned int o_flags);
int close_fd(unsigned int fd);
int f_dupfd(unsigned int from, struct file *file, unsigned int flags);
bool get_close_on_exec(unsigned int fd);
void set_close_on_exec(unsigned int fd, int flag);

/* With a reference, or NULL; fget() does not give O_PATH files, fget_raw() does. */
struct file *fget(unsigned int fd);
struct file *fget_raw(unsigned int fd);
/* Another task's. */
struct file *fget_task(struct task_struct *task, unsigned int fd);
/*
 * Another task's next open descriptor at or behind *fd, or just fd: false when there is none. For
 * /proc/<pid>/fd, whose readers hold a directory's lock: without a reference, since the last one's end
 * is the release of the file, whatever locks that takes.
 */
bool task_next_fd(struct task_struct *task, unsigned int *fd, fmode_t *mode);
bool task_fd_mode(struct task_struct *task, unsigned int fd, fmode_t *mode);

/*
 * A descriptor for the length of a system call. When nobody shares the table, no reference is
 * needed: only the task itself could close the descriptor, and it is busy.
 */
struct fd {
	struct file *file;
	unsigned int flags;
};

#define FDPUT_FPUT       1u
#define FDPUT_POS_UNLOCK 2u

static inline struct file *lookup_fd_raw(struct files_struct *files, unsigned int fd)
{
	/* A table that nobody shares changes only by current's own hand. */
	struct fdtable *fdt = rcu_dereference_check(files->fdt, atomic_read(&files->count) == 1);

	if (unlikely(fd >= fdt->max_fds))
		return NULL;
	return rcu_dereference_check(fdt->fd[fd], atomic_read(&files->count) == 1);
}

struct fd fdget_shared(struct files_struct *files, unsigned int fd, fmode_t mask);

/* mask: files with one of these modes count as absent. */
static inline struct fd __fdget(unsigned int fd, fmode_t mask)
{
	struct files_struct *files = current->files;
	struct file *file;

	if (unlikely(atomic_read(&files->count) != 1))
		return fdget_shared(files, fd, mask);
	file = lookup_fd_raw(files, fd);
	if (file && unlikely(file->f_mode & mask))
		file = NULL;
	return (struct fd){ file, 0 };
}

static inline struct fd fdget(unsigned int fd)
{
	return __fdget(fd, FMODE_PATH);
}

static inline struct fd fdget_raw(unsigned int fd)
{
	return __fdget(fd, 0);
}

bool fd_leads_to(unsigned int fd, const struct file *file); /* ordered against close() */

/* With f_pos_lock, when the file needs it: POSIX wants reads and writes of one file to take turns. */
static inline struct fd fdget_pos(unsigned int fd)
{
	struct fd f = fdget(fd);

	if (f.file && (f.file->f_mode & FMODE_ATOMIC_POS) &&
	    atomic_long_read(&f.file->f_count) > 1) {
		f.flags |= FDPUT_POS_UNLOCK;
		mutex_lock(&f.file->f_pos_lock);
	}
	return f;
}

static inline void fdput(struct fd fd)
{
	if (fd.flags & FDPUT_FPUT)
		fput(fd.file);
}

static inline void fdput_pos(struct fd fd)
{
	if (fd.flags & FDPUT_POS_UNLOCK)
		mutex_unlock(&fd.file->f_pos_lock);
	fdput(fd);
}

/* New files. ERR_PTR(-ENFILE), (-ENOMEM). */
struct file *alloc_empty_file(int flags, const struct cred *cred);
/* For an inode outside any tree (pipe, socket, eventfd); consumes the inode on success only. */
struct file *alloc_file_pseudo(struct inode *inode, struct vfsmount *mnt, const char *name,
			       int flags, const struct file_operations *fops);
/* A second file on the same path: the other end of a pipe. */
struct file *alloc_file_clone(struct file *base, int flags, const struct file_operations *fops);
/* A file on one shared, nameless inode: "anon_inode:[eventfd]". fs/anon_inodes.c */
struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags);
int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags);

void files_init(void);

#endif
