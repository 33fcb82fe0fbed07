// SPDX-License-Identifier: GPL-2.0-only
/*
 * Terminals as files: open, read, write, poll, close; hanging up; the table of drivers.
 *
 * Data: a driver owns a range of minors. While at least one file of a terminal is open, its
 * tty_struct stands in driver->ttys[index]; the settings of a closed one wait in driver->termios.
 *
 *	file ──private_data──▶ tty_file_private ──▶ tty_struct ◀── driver->ttys[i]
 *	                         └ list: tty->tty_files       ◀── signal_struct.tty (reference)
 *
 * Rules:
 *  1. tty->count is the number of files; it and driver->ttys change under tty_mutex.
 *  2. A hung-up file works no more: reads give end of file, everything else -EIO.
 *  3. The struct is freed with its last reference: the table's, or that of somebody who just looks.
 *     Where the table gives it up, its session has given it up, too: no path leads to it any more,
 *     and the next to open the device gets another.
 * Locking: tty_mutex (sleeping, outermost), files_lock for tty_files.
 * Linux: drivers/tty/tty_io.c. Start at: tty_open().
 */
#include "kernel/drivers/tty.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/console.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/uapi/capability.h"
#include "kernel/signal.h"
#include "mm/slab.h"
#include "fs/fs.h"
#include "fs/poll.h"
#include "fs/uio.h"

DEFINE_MUTEX(tty_mutex);
LIST_HEAD(tty_drivers);
static DEFINE_SPINLOCK(files_lock);

const struct ktermios tty_std_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = { [VINTR] = 3,
		  [VQUIT] = 28,
		  [VERASE] = 127,
		  [VKILL] = 21,
		  [VEOF] = 4,
		  [VTIME] = 0,
		  [VMIN] = 1,
		  [VSWTC] = 0,
		  [VSTART] = 17,
		  [VSTOP] = 19,
		  [VSUSP] = 26,
		  [VEOL] = 0,
		  [VREPRINT] = 18,
		  [VDISCARD] = 15,
		  [VWERASE] = 23,
		  [VLNEXT] = 22,
		  [VEOL2] = 0 },
	.c_ispeed = 38400,
	.c_ospeed = 38400,
};

/* ---- the struct ---- */

struct tty_struct *alloc_tty_struct(struct tty_driver *driver, unsigned int index)
{
	struct tty_struct *tty = kzalloc(sizeof(*tty), GFP_KERNEL);

	if (!tty)
		return ERR_PTR(-ENOMEM);
	refcount_set(&tty->kref, 1);
	tty->driver = driver;
	tty->ops = driver->ops;
	tty->index = index;
	if (driver->subtype == PTY_TYPE_MASTER)
		strscpy(tty->name, "ptm", sizeof(tty->name));
	else
		snprintf(tty->name, sizeof(tty->name), "%s%u", driver->name,
			 index + driver->name_base);
	spin_lock_init(&tty->lock);
	spin_lock_init(&tty->ctrl.lock);
	mutex_init(&tty->winsize_mutex);
	mutex_init(&tty->atomic_write_lock);
	mutex_init(&tty->atomic_read_lock);
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	INIT_LIST_HEAD(&tty->tty_files);
	tty->termios = driver->init_termios;
	if (driver->termios && driver->termios[index].c_cflag)
		tty->termios = driver->termios[index];
	if (n_tty_open(tty)) {
		kfree(tty);
		return ERR_PTR(-ENOMEM);
	}
	return tty;
}

static void free_tty_struct(struct rcu_head *head)
{
	struct tty_struct *tty = container_of(head, struct tty_struct, rcu);

	n_tty_close(tty);
	kfree(tty);
}

struct tty_struct *tty_kref_get(struct tty_struct *tty)
{
	if (tty)
		refcount_inc(&tty->kref);
	return tty;
}

/* May be called with spinlocks held: the memory goes later. */
void tty_kref_put(struct tty_struct *tty)
{
	if (!tty || !refcount_dec_and_test(&tty->kref))
		return;
	if (tty->ops->cleanup)
		tty->ops->cleanup(tty);
	put_pid(tty->ctrl.pgrp);
	put_pid(tty->ctrl.session);
	call_rcu(&tty->rcu, free_tty_struct);
}

struct tty_struct *file_tty(struct file *file)
{
	return ((struct tty_file_private *)file->private_data)->tty;
}

bool tty_hung_up_p(struct file *file)
{
	return READ_ONCE(((struct tty_file_private *)file->private_data)->hung_up);
}

int tty_add_file(struct tty_struct *tty, struct file *file)
{
	struct tty_file_private *private = kzalloc(sizeof(*private), GFP_KERNEL);

	if (!private)
		return -ENOMEM;
	private->tty = tty;
	private->file = file;
	file->private_data = private;
	spin_lock(&files_lock);
	list_add(&private->list, &tty->tty_files);
	spin_unlock(&files_lock);
	return 0;
}

void tty_del_file(struct file *file)
{
	struct tty_file_private *private = file->private_data;

	spin_lock(&files_lock);
	list_del(&private->list);
	spin_unlock(&files_lock);
	file->private_data = NULL;
	kfree(private);
}

/* ---- flow ---- */

void tty_wakeup(struct tty_struct *tty)
{
	n_tty_flush_echoes(tty);
	if (wq_has_sleeper(&tty->write_wait))
		wake_up_interruptible_poll(&tty->write_wait, POLLOUT | POLLWRNORM);
}

static void set_stopped(struct tty_struct *tty, bool stopped)
{
	unsigned long flags;
	bool changed;

	spin_lock_irqsave(&tty->lock, flags);
	changed = tty->flow.stopped != stopped;
	tty->flow.stopped = stopped;
	spin_unlock_irqrestore(&tty->lock, flags);
	if (!changed)
		return;
	tty_packet_status(tty, stopped ? TIOCPKT_STOP : TIOCPKT_START,
			  stopped ? TIOCPKT_START : TIOCPKT_STOP);
	if (stopped && tty->ops->stop)
		tty->ops->stop(tty);
	if (!stopped && tty->ops->start)
		tty->ops->start(tty);
	if (!stopped)
		tty_wakeup(tty);
}

void tty_stop(struct tty_struct *tty)
{
	set_stopped(tty, true);
}

void tty_start(struct tty_struct *tty)
{
	if (!tty->flow.tco_stopped)
		set_stopped(tty, false);
}

void tty_packet_status(struct tty_struct *tty, unsigned char set, unsigned char clear)
{
	unsigned long flags;

	if (!tty->link || !tty->link->ctrl.packet)
		return;
	spin_lock_irqsave(&tty->ctrl.lock, flags);
	tty->ctrl.pktstatus = (tty->ctrl.pktstatus & ~clear) | set;
	spin_unlock_irqrestore(&tty->ctrl.lock, flags);
	wake_up_interruptible_poll(&tty->link->read_wait, POLLIN | POLLPRI);
}

int tty_wait_until_sent(struct tty_struct *tty, long timeout_ns)
{
	long ret;

	if (!tty->ops->chars_in_buffer)
		return 0;
	ret = wait_event_interruptible_timeout(tty->write_wait, !tty->ops->chars_in_buffer(tty),
					       timeout_ns);
	return ret < 0 ? (int)ret : 0;
}

void tty_flush_output(struct tty_struct *tty)
{
	if (tty->ops->flush_buffer)
		tty->ops->flush_buffer(tty);
	tty_wakeup(tty);
}

void tty_insert(struct tty_struct *tty, u8 c)
{
	/* A pty's other end may find less room than it was told: n_tty.c. */
	tty_receive(tty, &c, 1);
}

/* ---- hanging up ---- */

static void do_tty_hangup(struct tty_struct *tty, bool exit_session)
{
	struct tty_file_private *private;

	mutex_lock(&tty_mutex);
	set_bit(TTY_HUPPING, &tty->flags);
	spin_lock(&files_lock);
	list_for_each_entry (private, &tty->tty_files, list)
		WRITE_ONCE(private->hung_up, true);
	spin_unlock(&files_lock);
	set_bit(TTY_HUPPED, &tty->flags);

	tty_signal_session_leader(tty, exit_session);
	n_tty_flush_buffer(tty);
	tty->flow.tco_stopped = false;
	tty_start(tty);
	if (tty->ops->hangup)
		tty->ops->hangup(tty);
	/* Whoever opens the terminal next finds it as new. */
	if (tty->driver->type != TTY_DRIVER_TYPE_PTY) {
		struct ktermios old;

		spin_lock_irq(&tty->lock);
		old = tty->termios;
		tty->termios = tty->driver->init_termios;
		n_tty_set_termios(tty, &old);
		spin_unlock_irq(&tty->lock);
	}
	clear_bit(TTY_HUPPING, &tty->flags);
	mutex_unlock(&tty_mutex);
	wake_up_interruptible_poll(&tty->read_wait, POLLIN | POLLHUP);
	wake_up_interruptible_poll(&tty->write_wait, POLLOUT | POLLHUP);
	kill_fasync(&tty->fasync, SIGIO, POLL_HUP);
}

void tty_vhangup(struct tty_struct *tty)
{
	do_tty_hangup(tty, false);
}

void tty_vhangup_session(struct tty_struct *tty)
{
	do_tty_hangup(tty, true);
}

/* ---- open and close ---- */

static struct tty_driver *find_driver(dev_t dev, unsigned int *index)
{
	struct tty_driver *driver;

	list_for_each_entry (driver, &tty_drivers, tty_drivers) {
		if (driver->major == MAJOR(dev) && MINOR(dev) >= driver->minor_start &&
		    MINOR(dev) < driver->minor_start + driver->num) {
			*index = MINOR(dev) - driver->minor_start;
			return driver;
		}
	}
	return NULL;
}

/* /dev/console: the terminal that console= names, or else the first there is. */
static struct tty_driver *console_driver(unsigned int *index)
{
	const char *name = preferred_console();
	struct tty_driver *driver;
	char node[16];

	list_for_each_entry (driver, &tty_drivers, tty_drivers) {
		unsigned int i;

		if (driver->type == TTY_DRIVER_TYPE_PTY)
			continue;
		for (i = 0; i < driver->num; i++) {
			snprintf(node, sizeof(node), "%s%u", driver->name, i + driver->name_base);
			if (!strcmp(node, name) ||
			    (!strcmp(name, "tty0") && !strcmp(node, "tty1"))) {
				*index = i;
				return driver;
			}
		}
	}
	*index = 0;
	list_for_each_entry (driver, &tty_drivers, tty_drivers) {
		if (driver->type != TTY_DRIVER_TYPE_PTY)
			return driver;
	}
	return NULL;
}

/* The terminal that this device number means: with a reference, or ERR_PTR. tty_mutex held. */
static struct tty_struct *find_tty(dev_t dev)
{
	struct tty_driver *driver;
	struct tty_struct *tty;
	unsigned int index;

	if (dev == MKDEV(TTYAUX_MAJOR, 0)) {
		tty = get_current_tty();
		return tty ? tty : ERR_PTR(-ENXIO);
	}
	if (dev == MKDEV(TTYAUX_MAJOR, 1))
		driver = console_driver(&index);
	else if (dev == MKDEV(TTY_MAJOR, 0))
		driver = find_driver(MKDEV(TTY_MAJOR, 1), &index);
	else
		driver = find_driver(dev, &index);
	if (!driver)
		return ERR_PTR(-ENODEV);
	if (driver->ttys[index])
		return tty_kref_get(driver->ttys[index]);
	if (driver->type == TTY_DRIVER_TYPE_PTY)
		return ERR_PTR(-EIO); /* its master does not exist */
	tty = alloc_tty_struct(driver, index);
	if (!IS_ERR(tty))
		driver->ttys[index] = tty_kref_get(tty);
	return tty;
}

/* The last file is gone: out of the table, and nobody's controlling terminal. tty_mutex held. */
static void forget_tty(struct tty_struct *tty)
{
	struct tty_driver *driver = tty->driver;

	tty_clear_session(tty);
	if (driver->termios)
		driver->termios[tty->index] = tty->termios;
	if (driver->ttys && driver->ttys[tty->index] == tty) {
		driver->ttys[tty->index] = NULL;
		tty_kref_put(tty);
	}
}

/* May this open happen? tty_mutex held. */
static int may_open(struct tty_struct *tty)
{
	if (tty->driver->subtype == PTY_TYPE_MASTER)
		return -EIO; /* masters come from /dev/ptmx only */
	if (test_bit(TTY_EXCLUSIVE, &tty->flags) && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	return 0;
}

static int tty_open(struct inode *inode, struct file *file)
{
	dev_t dev = inode->i_rdev;
	struct tty_struct *tty;
	int error;

	nonseekable_open(inode, file);
	mutex_lock(&tty_mutex);
	tty = find_tty(dev);
	if (IS_ERR(tty)) {
		mutex_unlock(&tty_mutex);
		return (int)PTR_ERR(tty);
	}
	error = may_open(tty);
	if (!error)
		error = tty_add_file(tty, file);
	if (error)
		goto fail;
	clear_bit(TTY_HUPPED, &tty->flags);
	tty->count++;
	error = tty->ops->open ? tty->ops->open(tty, file) : 0;
	if (error) {
		tty->count--;
		tty_del_file(file);
		goto fail;
	}
	mutex_unlock(&tty_mutex);
	if (!(file->f_flags & O_NOCTTY) && dev != MKDEV(TTYAUX_MAJOR, 1) &&
	    dev != MKDEV(TTY_MAJOR, 0))
		tty_open_proc_set_tty(file, tty);
	tty_kref_put(tty); /* the table keeps it while count > 0 */
	return 0;

fail:
	if (!tty->count && tty->driver->type != TTY_DRIVER_TYPE_PTY)
		forget_tty(tty);
	mutex_unlock(&tty_mutex);
	tty_kref_put(tty);
	return error;
}

/* A file of the terminal closes. tty_mutex held. A pty may be gone afterwards. */
static void tty_close(struct tty_struct *tty, struct file *file)
{
	bool is_pty = tty->driver->type == TTY_DRIVER_TYPE_PTY;

	tty_fasync(-1, file, 0);
	tty->count--;
	tty_del_file(file);
	if (tty->ops->close)
		tty->ops->close(tty, file);
	if (!is_pty && !tty->count) {
		n_tty_flush_buffer(tty);
		forget_tty(tty);
	}
}

int tty_release(struct inode *inode, struct file *file)
{
	struct tty_struct *tty = file_tty(file);

	/* What was written still goes out. */
	if (READ_ONCE(tty->count) == 1 && !tty_hung_up_p(file) &&
	    tty->driver->type == TTY_DRIVER_TYPE_SERIAL)
		tty_wait_until_sent(tty, 30 * (long)NSEC_PER_SEC);
	mutex_lock(&tty_mutex);
	tty_close(tty, file);
	mutex_unlock(&tty_mutex);
	return 0;
}

/* ---- reading, writing, waiting ---- */

ssize_t tty_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;

	if (tty_hung_up_p(file))
		return 0;
	return n_tty_read(file_tty(file), file, to);
}

#define WRITE_CHUNK 2048

/* In pieces through kernel memory; one write() at a time. */
ssize_t tty_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct tty_struct *tty = file_tty(file);
	size_t done = 0, count = iov_iter_count(from);
	ssize_t ret = 0;
	u8 *chunk;

	if (tty_hung_up_p(file))
		return -EIO;
	chunk = kmalloc(min_t(size_t, max_t(size_t, count, 1), WRITE_CHUNK), GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;
	if (file->f_flags & O_NONBLOCK) {
		if (!mutex_trylock(&tty->atomic_write_lock))
			ret = -EAGAIN;
	} else if (mutex_lock_interruptible(&tty->atomic_write_lock)) {
		ret = -ERESTARTSYS;
	}
	if (ret) {
		kfree(chunk);
		return ret;
	}
	while (done < count) {
		size_t n = min_t(size_t, count - done, WRITE_CHUNK);

		if (!copy_from_iter_full(chunk, n, from)) {
			ret = -EFAULT;
			break;
		}
		ret = n_tty_write(tty, file, chunk, n);
		if (ret <= 0)
			break;
		done += ret;
		if ((size_t)ret < n)
			break;
		cond_resched();
	}
	mutex_unlock(&tty->atomic_write_lock);
	kfree(chunk);
	return done ? (ssize_t)done : ret;
}

unsigned int tty_poll(struct file *file, poll_table *wait)
{
	if (tty_hung_up_p(file))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	return n_tty_poll(file_tty(file), file, wait);
}

int tty_fasync(int fd, struct file *file, int on)
{
	int ret = fasync_helper(fd, file, on, &file_tty(file)->fasync);

	return ret < 0 ? ret : 0;
}

static const struct file_operations tty_fops = {
	.llseek = no_llseek,
	.read_iter = tty_read,
	.write_iter = tty_write,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = tty_poll,
	.unlocked_ioctl = tty_ioctl,
	.open = tty_open,
	.release = tty_release,
	.fasync = tty_fasync,
};

static const struct file_operations ptmx_fops = {
	.llseek = no_llseek,
	.read_iter = tty_read,
	.write_iter = tty_write,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = tty_poll,
	.unlocked_ioctl = tty_ioctl,
	.open = ptmx_open,
	.release = tty_release,
	.fasync = tty_fasync,
};

/* ---- registration ---- */

int tty_register_driver(struct tty_driver *driver, bool make_nodes)
{
	char name[16];
	unsigned int i;
	int error;

	error = register_chrdev_region_fops(driver->major, driver->minor_start, driver->num,
					    driver->driver_name, &tty_fops);
	if (error)
		return error;
	mutex_lock(&tty_mutex);
	list_add_tail(&driver->tty_drivers, &tty_drivers);
	mutex_unlock(&tty_mutex);
	for (i = 0; make_nodes && i < driver->num; i++) {
		snprintf(name, sizeof(name), "%s%u", driver->name, i + driver->name_base);
		devtmpfs_create_node(name, S_IFCHR | 0600,
				     MKDEV(driver->major, driver->minor_start + i));
	}
	return 0;
}

static int tty_init(void)
{
	int error;

	error = register_chrdev_region_fops(TTYAUX_MAJOR, 0, 2, "/dev/tty", &tty_fops);
	if (!error)
		error = register_chrdev_region_fops(TTYAUX_MAJOR, 2, 1, "/dev/ptmx", &ptmx_fops);
	if (!error)
		error = register_chrdev_region_fops(TTY_MAJOR, 0, 1, "/dev/vc/0", &tty_fops);
	if (error)
		return error;
	devtmpfs_create_node("tty", S_IFCHR | 0666, MKDEV(TTYAUX_MAJOR, 0));
	devtmpfs_create_node("console", S_IFCHR | 0600, MKDEV(TTYAUX_MAJOR, 1));
	devtmpfs_create_node("ptmx", S_IFCHR | 0666, MKDEV(TTYAUX_MAJOR, 2));
	devtmpfs_create_node("tty0", S_IFCHR | 0620, MKDEV(TTY_MAJOR, 0));
	return 0;
}
device_initcall(tty_init);
