// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a pipe: pipe(2), opening FIFOs, size and limits, the end.
 *
 * Idea: a pipe_inode_info hangs from an inode, i_pipe. pipe() makes an inode of pipefs, a file
 * system that nobody can mount, with two files; a FIFO's inode belongs to any file system and gets
 * its pipe with the first open. Opening /proc/<pid>/fd/<n> of either comes to fifo_open() too.
 *
 * A FIFO's open waits for its partner by the partner's *counter of opens*, not by the number that
 * are open: a partner who opens and closes before the sleeper runs has still met it.
 *
 * Rules: 1. files counts the struct files and the opens under way; who takes it to 0 frees the pipe.
 * 2. readers and writers count files by mode; a file open for both counts in both. 3. the user who
 * made the pipe is charged nr_accounted slots until the end.
 * Locking: inode->i_lock for i_pipe and files, the mutex for everything else; mutex outside i_lock.
 * Sleeps: fifo_open(), on rd_wait (an opening reader) and wr_wait (an opening writer).
 * Linux: fs/pipe.c. Start at: do_pipe2, fifo_open. man 2 pipe, man 7 pipe, man 7 fifo.
 * Tests: tests/fs/pipe_size.c, fifo_*.c.
 */
#include "fs/pipe.h"

#include "kernel/uapi/fcntl.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/string.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/libfs.h"
#include "fs/mount.h"
#include "fs/proc/sysctl.h"
#include "kernel/syscall.h"

#define PIPEFS_MAGIC        0x50495045
#define O_NOTIFICATION_PIPE O_EXCL

unsigned int pipe_max_size = 1048576;
unsigned long pipe_user_pages_hard;
unsigned long pipe_user_pages_soft = PIPE_DEF_BUFFERS * 1024;

static struct vfsmount *pipe_mnt;

/* ---- limits ---- */

/* Charges the difference; what the user has now. */
static unsigned long account_pipe_buffers(struct user_struct *user, unsigned long old,
					  unsigned long new)
{
	return atomic_long_add_return(new - old, &user->pipe_bufs);
}

static bool too_many_pipe_buffers_soft(unsigned long user_bufs)
{
	unsigned long limit = READ_ONCE(pipe_user_pages_soft);

	return limit && user_bufs > limit;
}

static bool too_many_pipe_buffers_hard(unsigned long user_bufs)
{
	unsigned long limit = READ_ONCE(pipe_user_pages_hard);

	return limit && user_bufs > limit;
}

static bool pipe_is_unprivileged_user(void)
{
	return !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

/* ---- making and freeing ---- */

struct pipe_inode_info *alloc_pipe_info(void)
{
	unsigned long slots = PIPE_DEF_BUFFERS, max_size = READ_ONCE(pipe_max_size), user_bufs;
	struct user_struct *user = get_uid(current_user());
	struct pipe_inode_info *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL_ACCOUNT);

	if (!pipe)
		goto out_free_uid;
	if (slots * PAGE_SIZE > max_size && !capable(CAP_SYS_RESOURCE))
		slots = max_size >> PAGE_SHIFT;
	user_bufs = account_pipe_buffers(user, 0, slots);
	if (too_many_pipe_buffers_soft(user_bufs) && pipe_is_unprivileged_user()) {
		user_bufs = account_pipe_buffers(user, slots, PIPE_MIN_DEF_BUFFERS);
		slots = PIPE_MIN_DEF_BUFFERS;
	}
	if (too_many_pipe_buffers_hard(user_bufs) && pipe_is_unprivileged_user())
		goto out_revert_acct;
	pipe->bufs = kcalloc(slots, sizeof(*pipe->bufs), GFP_KERNEL_ACCOUNT);
	if (!pipe->bufs)
		goto out_revert_acct;

	mutex_init(&pipe->mutex);
	init_waitqueue_head(&pipe->rd_wait);
	init_waitqueue_head(&pipe->wr_wait);
	pipe->r_counter = pipe->w_counter = 1;
	pipe->max_usage = pipe->ring_size = pipe->nr_accounted = slots;
	pipe->user = user;
	return pipe;

out_revert_acct:
	account_pipe_buffers(user, slots, 0);
	kfree(pipe);
out_free_uid:
	free_uid(user);
	return NULL;
}

/* Nobody else can see it any more. */
void free_pipe_info(struct pipe_inode_info *pipe)
{
	for (; pipe->tail != pipe->head; pipe->tail++)
		pipe_buf_release(pipe, pipe_buf(pipe, pipe->tail));
	for (unsigned int i = 0; i < ARRAY_SIZE(pipe->tmp_page); i++)
		if (pipe->tmp_page[i])
			put_page(pipe->tmp_page[i]);
	account_pipe_buffers(pipe->user, pipe->nr_accounted, 0);
	free_uid(pipe->user);
	kvfree(pipe->bufs);
	kfree(pipe);
}

void put_pipe_info(struct inode *inode, struct pipe_inode_info *pipe)
{
	bool last;

	spin_lock(&inode->i_lock);
	ASSERT(pipe->files > 0);
	last = --pipe->files == 0;
	if (last)
		inode->i_pipe = NULL;
	spin_unlock(&inode->i_lock);
	if (last)
		free_pipe_info(pipe);
}

/* The inode's pipe with one more user, made if need be; NULL when out of memory. */
static struct pipe_inode_info *inode_get_pipe(struct inode *inode)
{
	struct pipe_inode_info *pipe, *new = NULL;

	for (;;) {
		spin_lock(&inode->i_lock);
		if (!inode->i_pipe)
			inode->i_pipe = new;
		pipe = inode->i_pipe;
		if (pipe)
			pipe->files++;
		spin_unlock(&inode->i_lock);
		if (new &&new != pipe)
			free_pipe_info(new);
		if (pipe)
			return pipe;
		new = alloc_pipe_info();
		if (!new)
			return NULL;
	}
}

/* ---- opening ---- */

/*
 * Until the partner's counter moves: 0, or -ERESTARTSYS. Called and returns with the mutex held.
 * Not exclusive: one partner meets all who wait.
 */
static int wait_for_partner(struct pipe_inode_info *pipe, wait_queue_head_t *wq,
			    unsigned int *counter)
{
	unsigned int seen = *counter;
	int ret;

	mutex_unlock(&pipe->mutex);
	ret = wait_event_interruptible(*wq, READ_ONCE(*counter) != seen);
	mutex_lock(&pipe->mutex);
	return *counter != seen ? 0 : ret;
}

static int fifo_open_reader(struct file *file, struct pipe_inode_info *pipe, bool is_pipe)
{
	WRITE_ONCE(pipe->r_counter, pipe->r_counter + 1);
	WRITE_ONCE(pipe->readers, pipe->readers + 1);
	if (pipe->readers == 1)
		wake_up_interruptible_all(&pipe->wr_wait);
	if (is_pipe || pipe->writers)
		return 0;
	if (file->f_flags & O_NONBLOCK) {
		/* Not hung up until a writer has come and gone: pipe_poll(). */
		file->f_version = pipe->w_counter;
		return 0;
	}
	if (wait_for_partner(pipe, &pipe->rd_wait, &pipe->w_counter)) {
		WRITE_ONCE(pipe->readers, pipe->readers - 1);
		if (!pipe->readers)
			wake_up_interruptible_all(&pipe->wr_wait);
		return -ERESTARTSYS;
	}
	return 0;
}

static int fifo_open_writer(struct file *file, struct pipe_inode_info *pipe, bool is_pipe)
{
	if (!is_pipe && (file->f_flags & O_NONBLOCK) && !pipe->readers)
		return -ENXIO;
	WRITE_ONCE(pipe->w_counter, pipe->w_counter + 1);
	WRITE_ONCE(pipe->writers, pipe->writers + 1);
	if (pipe->writers == 1)
		wake_up_interruptible_all(&pipe->rd_wait);
	if (is_pipe || pipe->readers)
		return 0;
	if (wait_for_partner(pipe, &pipe->wr_wait, &pipe->r_counter)) {
		WRITE_ONCE(pipe->writers, pipe->writers - 1);
		if (!pipe->writers)
			wake_up_interruptible_all(&pipe->rd_wait);
		return -ERESTARTSYS;
	}
	return 0;
}

/* O_RDWR, which POSIX leaves open: never waits, and is its own partner. */
static void fifo_open_both(struct pipe_inode_info *pipe)
{
	WRITE_ONCE(pipe->r_counter, pipe->r_counter + 1);
	WRITE_ONCE(pipe->w_counter, pipe->w_counter + 1);
	WRITE_ONCE(pipe->readers, pipe->readers + 1);
	WRITE_ONCE(pipe->writers, pipe->writers + 1);
	if (pipe->readers == 1 || pipe->writers == 1) {
		wake_up_interruptible_all(&pipe->rd_wait);
		wake_up_interruptible_all(&pipe->wr_wait);
	}
}

int fifo_open(struct inode *inode, struct file *file)
{
	bool is_pipe = inode->i_sb->s_magic == PIPEFS_MAGIC;
	struct pipe_inode_info *pipe = inode_get_pipe(inode);
	int ret = 0;

	if (!pipe)
		return -ENOMEM;
	file->private_data = pipe;
	file->f_version = 0;
	stream_open(inode, file);
	mutex_lock(&pipe->mutex);
	switch (file->f_mode & (FMODE_READ | FMODE_WRITE)) {
	case FMODE_READ:
		ret = fifo_open_reader(file, pipe, is_pipe);
		break;
	case FMODE_WRITE:
		ret = fifo_open_writer(file, pipe, is_pipe);
		break;
	case FMODE_READ | FMODE_WRITE:
		fifo_open_both(pipe);
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&pipe->mutex);
	if (ret)
		put_pipe_info(inode, pipe);
	return ret;
}

/* ---- size ---- */

struct pipe_inode_info *get_pipe_info(struct file *file, bool for_splice)
{
	return file->f_op == &pipefifo_fops ? file->private_data : NULL;
}

/* 0, -EBUSY when what is queued does not fit, -ENOMEM. Mutex held. */
int pipe_resize_ring(struct pipe_inode_info *pipe, unsigned int nr_slots)
{
	unsigned int used = pipe_occupancy(pipe->head, pipe->tail);
	struct pipe_buffer *bufs;

	if (nr_slots < used + pipe->reserved)
		return -EBUSY;
	bufs = kvcalloc(nr_slots, sizeof(*bufs), GFP_KERNEL_ACCOUNT);
	if (!bufs)
		return -ENOMEM;
	for (unsigned int i = 0; i < used; i++)
		bufs[i] = *pipe_buf(pipe, pipe->tail + i);
	swap(pipe->bufs, bufs);
	kvfree(bufs);
	WRITE_ONCE(pipe->ends.head_tail, ((union pipe_index){ .head = used }).head_tail);
	pipe->ring_size = nr_slots;
	WRITE_ONCE(pipe->max_usage, nr_slots - pipe->reserved);
	/* There may be more room, and who looked at the old max_usage looks again. */
	wake_up_interruptible(&pipe->rd_wait);
	wake_up_interruptible(&pipe->wr_wait);
	return 0;
}

static long pipe_set_size(struct pipe_inode_info *pipe, unsigned long arg)
{
	unsigned long size = round_pipe_size(arg), slots = size >> PAGE_SHIFT, user_bufs;
	int ret;

	if (!slots)
		return -EINVAL;
	if (slots > pipe->ring_size && size > READ_ONCE(pipe_max_size) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	user_bufs = account_pipe_buffers(pipe->user, pipe->nr_accounted, slots);
	ret = -EPERM;
	if (slots > pipe->ring_size &&
	    (too_many_pipe_buffers_hard(user_bufs) || too_many_pipe_buffers_soft(user_bufs)) &&
	    pipe_is_unprivileged_user())
		goto out_revert_acct;
	ret = pipe_resize_ring(pipe, slots);
	if (ret)
		goto out_revert_acct;
	pipe->nr_accounted = slots;
	return size;

out_revert_acct:
	account_pipe_buffers(pipe->user, slots, pipe->nr_accounted);
	return ret;
}

long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = get_pipe_info(file, false);
	long ret;

	if (!pipe)
		return -EBADF;
	mutex_lock(&pipe->mutex);
	switch (cmd) {
	case F_SETPIPE_SZ:
		ret = pipe_set_size(pipe, (unsigned int)arg);
		break;
	case F_GETPIPE_SZ:
		ret = pipe->ring_size * PAGE_SIZE;
		break;
	default:
		ret = -EINVAL;
	}
	mutex_unlock(&pipe->mutex);
	return ret;
}

void pipe_double_lock(struct pipe_inode_info *a, struct pipe_inode_info *b)
{
	ASSERT(a != b);
	if (a > b)
		swap(a, b);
	mutex_lock(&a->mutex);
	mutex_lock_nested(&b->mutex, 1);
}

/* ---- pipefs and pipe(2) ---- */

static struct inode *get_pipe_inode(void)
{
	struct inode *inode = new_inode(pipe_mnt->mnt_sb);
	struct pipe_inode_info *pipe;

	if (!inode)
		return NULL;
	pipe = alloc_pipe_info();
	if (!pipe) {
		iput(inode);
		return NULL;
	}
	pipe->files = 2;
	pipe->readers = pipe->writers = 1;
	inode->i_pipe = pipe;
	inode->i_ino = get_next_ino();
	inode->i_fop = &pipefifo_fops;
	inode->i_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	return inode;
}

/* files[0] is to read, files[1] to write; not yet in any table. */
int create_pipe_files(struct file **files, int flags)
{
	struct inode *inode;
	struct file *file;

	if (flags & O_NOTIFICATION_PIPE)
		return -ENOPKG;
	inode = get_pipe_inode();
	if (!inode)
		return -ENFILE;
	file = alloc_file_pseudo(inode, pipe_mnt, "", O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)),
				 &pipefifo_fops);
	if (IS_ERR(file)) {
		free_pipe_info(inode->i_pipe);
		inode->i_pipe = NULL;
		iput(inode);
		return PTR_ERR(file);
	}
	file->private_data = inode->i_pipe;
	file->f_version = 0;
	files[0] = alloc_file_clone(file, O_RDONLY | (flags & O_NONBLOCK), &pipefifo_fops);
	if (IS_ERR(files[0])) {
		put_pipe_info(inode, inode->i_pipe); /* the missing end's */
		fput(file);
		return PTR_ERR(files[0]);
	}
	files[0]->private_data = inode->i_pipe;
	files[0]->f_version = 0;
	files[1] = file;
	stream_open(inode, files[0]);
	stream_open(inode, files[1]);
	return 0;
}

/* Two files and two free descriptors, which are not connected yet. */
static int __do_pipe_flags(int *fd, struct file **files, int flags)
{
	int error, fdr, fdw;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_NOTIFICATION_PIPE))
		return -EINVAL;
	error = create_pipe_files(files, flags);
	if (error)
		return error;
	error = fdr = get_unused_fd_flags(flags);
	if (fdr < 0)
		goto err_read_pipe;
	error = fdw = get_unused_fd_flags(flags);
	if (fdw < 0)
		goto err_fdr;
	fd[0] = fdr;
	fd[1] = fdw;
	return 0;

err_fdr:
	put_unused_fd(fdr);
err_read_pipe:
	fput(files[0]);
	fput(files[1]);
	return error;
}

static int do_pipe2(int __user *fildes, int flags)
{
	struct file *files[2];
	int fd[2];
	int error = __do_pipe_flags(fd, files, flags);

	if (error)
		return error;
	if (unlikely(copy_to_user(fildes, fd, sizeof(fd)))) {
		fput(files[0]);
		fput(files[1]);
		put_unused_fd(fd[0]);
		put_unused_fd(fd[1]);
		return -EFAULT;
	}
	fd_install(fd[0], files[0]);
	fd_install(fd[1], files[1]);
	return 0;
}

SYSCALL_DEFINE2(pipe2, int __user *, fildes, int, flags)
{
	return do_pipe2(fildes, flags);
}

SYSCALL_DEFINE1(pipe, int __user *, fildes)
{
	return do_pipe2(fildes, 0);
}

static char *pipefs_dname(struct dentry *dentry, char *buffer, int buflen)
{
	return dynamic_dname(buffer, buflen, "pipe:[%lu]", d_inode(dentry)->i_ino);
}

static const struct dentry_operations pipefs_dentry_operations = {
	.d_dname = pipefs_dname,
};

static const struct super_operations pipefs_ops = {
	.statfs = simple_statfs,
};

static struct dentry *pipefs_mount(struct file_system_type *type, int flags, const char *dev_name,
				   void *data)
{
	return mount_pseudo(type, PIPEFS_MAGIC, &pipefs_ops, &pipefs_dentry_operations);
}

static struct file_system_type pipe_fs_type = {
	.name = "pipefs",
	.mount = pipefs_mount,
	.kill_sb = kill_anon_super,
};

/* What is written is rounded up to a ring's size. */
static int proc_dopipe_max_size(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
				loff_t *ppos)
{
	unsigned int size = READ_ONCE(pipe_max_size);
	struct ctl_table copy = *ctl;
	int ret;

	copy.data = &size;
	ret = proc_douintvec(&copy, write, buffer, lenp, ppos);
	if (ret || !write)
		return ret;
	size = round_pipe_size(size);
	if (!size)
		return -EINVAL;
	WRITE_ONCE(pipe_max_size, size);
	return 0;
}

static const struct ctl_table pipe_table[] = {
	{ "pipe-max-size", &pipe_max_size, sizeof(pipe_max_size), 0644, proc_dopipe_max_size },
	{ "pipe-user-pages-hard", &pipe_user_pages_hard, sizeof(pipe_user_pages_hard), 0644,
	  proc_doulongvec_minmax },
	{ "pipe-user-pages-soft", &pipe_user_pages_soft, sizeof(pipe_user_pages_soft), 0644,
	  proc_doulongvec_minmax },
};

static int init_pipe_fs(void)
{
	int error = register_filesystem(&pipe_fs_type);

	if (error)
		return error;
	pipe_mnt = kern_mount(&pipe_fs_type);
	if (IS_ERR(pipe_mnt))
		return PTR_ERR(pipe_mnt);
	return register_sysctl("fs", pipe_table, ARRAY_SIZE(pipe_table));
}
fs_initcall(init_pipe_fs);
