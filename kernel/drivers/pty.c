// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unix98 pseudo-terminals: two terminals back to back.
 *
 * Idea: what is written to one end is received by the other. The slave looks to its programs like
 * any terminal; the master belongs to a terminal emulator, script(1) or a shell tool, and its line
 * discipline is set to pass everything through. Opening /dev/ptmx makes a pair and the node
 * /dev/pts/N; closing the master hangs the slave up.
 *
 *	emulator ◀─ read ─ master's input ◀── slave's output ◀─ write ─ shell
 *	         ── write ─▶ slave's input (echo goes back) ── read ─▶
 *
 * Rules:
 *  1. Both structs stay until both ends are closed; then they go together. A session's reference
 *     may hold the slave longer; so the slave holds its master.
 *  2. TTY_OTHER_CLOSED is set on a master when the last file of its slave closes, and cleared when
 *     it is opened again; on a slave when the master closes, for good.
 * Locking: tty_mutex for open and close. Writing takes the other end's lock, never both.
 * Linux: drivers/tty/pty.c. man 7 pty. Start at: ptmx_open().
 */
#include "kernel/drivers/tty.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/signal.h"
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/poll.h"

#define NR_UNIX98_PTYS 4096

static struct tty_driver ptm_driver, pts_driver;
static struct tty_struct *pts_ttys[NR_UNIX98_PTYS];

/* ---- data ---- */

/*
 * A master may write before its slave is opened, and after it was closed. Stopped or not: whoever
 * found room before Ctrl-S came may fill it.
 */
static size_t pty_write(struct tty_struct *tty, const u8 *buf, size_t count)
{
	return tty_receive(tty->link, buf, count);
}

static size_t pty_write_room(struct tty_struct *tty)
{
	if (tty->flow.stopped)
		return 0;
	return tty_receive_room(tty->link);
}

/* A reader at this end has made room for the other's writers. */
static void pty_unthrottle(struct tty_struct *tty)
{
	if (tty->link)
		tty_wakeup(tty->link);
}

/* Nothing is under way: what this end wrote is the other's input already, and stays there. */
static void pty_flush_buffer(struct tty_struct *tty)
{
	tty_packet_status(tty, TIOCPKT_FLUSHWRITE, 0);
}

/* ---- opening and closing ---- */

static int pty_open(struct tty_struct *tty, struct file *file)
{
	if (tty->driver->subtype == PTY_TYPE_MASTER)
		return 0;
	if (test_bit(TTY_OTHER_CLOSED, &tty->flags) || test_bit(TTY_PTY_LOCK, &tty->flags))
		return -EIO;
	clear_bit(TTY_OTHER_CLOSED, &tty->link->flags);
	return 0;
}

static void pts_cleanup(struct tty_struct *slave)
{
	tty_kref_put(slave->link);
}

/* Both ends are closed: the pair goes. tty_mutex held. */
static void free_pair(struct tty_struct *master, struct tty_struct *slave)
{
	pts_ttys[slave->index] = NULL;
	devpts_kill_index(slave->index);
	tty_kref_put(slave);
	tty_kref_put(master);
}

/* The last file of one end has closed. tty_mutex held; dropped meanwhile for a hang-up. */
static void pty_close(struct tty_struct *tty, struct file *file)
{
	struct tty_struct *other = tty->link;

	if (tty->count)
		return;
	set_bit(TTY_OTHER_CLOSED, &other->flags);
	if (tty->driver->subtype == PTY_TYPE_MASTER) {
		devpts_pty_kill(tty->driver_data);
		mutex_unlock(&tty_mutex);
		tty_vhangup(other);
		mutex_lock(&tty_mutex);
		/* Only now: until here the slave's last close leaves the pair to us. */
		tty->driver_data = NULL;
		if (!other->count)
			free_pair(tty, other);
		return;
	}
	wake_up_interruptible_poll(&other->read_wait, POLLIN | POLLHUP);
	wake_up_interruptible_poll(&other->write_wait, POLLOUT);
	if (!other->count && !other->driver_data)
		free_pair(other, tty);
}

/* ---- ioctls of the master ---- */

static int set_lock(struct tty_struct *master, int __user *p)
{
	int value;

	if (get_user(value, p))
		return -EFAULT;
	if (value)
		set_bit(TTY_PTY_LOCK, &master->link->flags);
	else
		clear_bit(TTY_PTY_LOCK, &master->link->flags);
	return 0;
}

static int set_packet(struct tty_struct *master, int __user *p)
{
	int value;

	if (get_user(value, p))
		return -EFAULT;
	spin_lock_irq(&master->link->ctrl.lock);
	master->link->ctrl.pktstatus = 0;
	master->ctrl.packet = value != 0;
	spin_unlock_irq(&master->link->ctrl.lock);
	return 0;
}

/* TIOCSIG: as if the key was typed, without the key. */
static int send_signal(struct tty_struct *master, unsigned long sig)
{
	struct pid *pgrp;

	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	pgrp = tty_get_pgrp(master->link);
	if (pgrp)
		kill_pgrp(pgrp, (int)sig, 1);
	put_pid(pgrp);
	return 0;
}

/* TIOCGPTPEER: a descriptor of the slave, whatever is mounted where. */
static int open_peer(struct tty_struct *master, int flags)
{
	struct file *file;
	int fd;

	if (flags & ~(O_ACCMODE | O_NOCTTY | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	fd = get_unused_fd_flags(flags);
	if (fd < 0)
		return fd;
	file = devpts_open_peer(master->driver_data, flags);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return (int)PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

static int ptm_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	int __user *p = (int __user *)arg;

	switch (cmd) {
	case TIOCSPTLCK:
		return set_lock(tty, p);
	case TIOCGPTLCK:
		return put_user((int)test_bit(TTY_PTY_LOCK, &tty->link->flags), p);
	case TIOCPKT:
		return set_packet(tty, p);
	case TIOCGPKT:
		return put_user((int)tty->ctrl.packet, p);
	case TIOCGPTN:
		return put_user(tty->index, (unsigned int __user *)p);
	case TIOCGPTPEER:
		return open_peer(tty, (int)arg);
	case TIOCSIG:
		return send_signal(tty, arg);
	}
	return -ENOIOCTLCMD;
}

static const struct tty_operations ptm_ops = {
	.open = pty_open,
	.close = pty_close,
	.write = pty_write,
	.write_room = pty_write_room,
	.flush_buffer = pty_flush_buffer,
	.unthrottle = pty_unthrottle,
	.ioctl = ptm_ioctl,
};

static const struct tty_operations pts_ops = {
	.open = pty_open,
	.close = pty_close,
	.write = pty_write,
	.write_room = pty_write_room,
	.flush_buffer = pty_flush_buffer,
	.unthrottle = pty_unthrottle,
	.cleanup = pts_cleanup,
};

/* ---- /dev/ptmx ---- */

/* A pair with nobody's files yet. tty_mutex held. */
static struct tty_struct *make_pair(int index)
{
	struct tty_struct *master = alloc_tty_struct(&ptm_driver, index), *slave;

	if (IS_ERR(master))
		return master;
	slave = alloc_tty_struct(&pts_driver, index);
	if (IS_ERR(slave)) {
		tty_kref_put(master);
		return slave;
	}
	master->link = slave;
	slave->link = tty_kref_get(master);
	set_bit(TTY_PTY_LOCK, &slave->flags);
	set_bit(TTY_OTHER_CLOSED, &slave->flags); /* until the master is open */
	return master;
}

int ptmx_open(struct inode *inode, struct file *file)
{
	struct tty_struct *master;
	struct dentry *dentry;
	int index, error;

	nonseekable_open(inode, file);
	mutex_lock(&tty_mutex);
	index = devpts_new_index();
	if (index < 0) {
		error = index;
		goto unlock;
	}
	master = make_pair(index);
	if (IS_ERR(master)) {
		error = (int)PTR_ERR(master);
		goto free_index;
	}
	error = tty_add_file(master, file);
	if (error)
		goto free_pair;
	dentry = devpts_pty_new(index);
	if (IS_ERR(dentry)) {
		error = (int)PTR_ERR(dentry);
		goto del_file;
	}
	master->driver_data = dentry;
	master->count = 1;
	pts_ttys[index] = master->link;
	clear_bit(TTY_OTHER_CLOSED, &master->link->flags);
	mutex_unlock(&tty_mutex);
	return 0;

del_file:
	tty_del_file(file);
free_pair:
	tty_kref_put(master->link);
	tty_kref_put(master);
free_index:
	devpts_kill_index(index);
unlock:
	mutex_unlock(&tty_mutex);
	return error;
}

static struct tty_driver ptm_driver = {
	.driver_name = "pty_master",
	.name = "ptm",
	.major = UNIX98_PTY_MASTER_MAJOR,
	.num = NR_UNIX98_PTYS,
	.type = TTY_DRIVER_TYPE_PTY,
	.subtype = PTY_TYPE_MASTER,
	.ops = &ptm_ops,
	.init_termios = { .c_cflag = B38400 | CS8 | CREAD,
			  .c_ispeed = 38400,
			  .c_ospeed = 38400,
			  .c_cc = { [VMIN] = 1 } },
};

static struct tty_driver pts_driver = {
	.driver_name = "pty_slave",
	.name = "pts/",
	.major = UNIX98_PTY_SLAVE_MAJOR,
	.num = NR_UNIX98_PTYS,
	.type = TTY_DRIVER_TYPE_PTY,
	.subtype = PTY_TYPE_SLAVE,
	.ops = &pts_ops,
	.ttys = pts_ttys,
};

static int pty_init(void)
{
	pts_driver.init_termios = tty_std_termios;
	pts_driver.init_termios.c_cflag = B38400 | CS8 | CREAD;
	return tty_register_driver(&pts_driver, false);
}
device_initcall(pty_init);
