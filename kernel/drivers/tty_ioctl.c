// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl(2) on terminals: settings, window size, flow, queues.
 *
 * Locking: termios under tty->lock, window size under winsize_mutex.
 * Linux: drivers/tty/tty_ioctl.c and tty_io.c. man 2 ioctl_tty. Start at: tty_ioctl().
 */
#include "kernel/drivers/tty.h"
#include "kernel/uapi/capability.h"
#include "kernel/uapi/errno.h"
#include "kernel/uapi/ioctls.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/signal.h"
#include "fs/fs.h"

/* ---- settings ---- */

/* c_cflag's code for a speed, in order of the codes. */
static const speed_t speeds[] = { 0,   50,   75,   110,  134,  150,  200,   300,
				  600, 1200, 1800, 2400, 4800, 9600, 19200, 38400 };
static const speed_t high_speeds[] = { 0,       57600,   115200,  230400,  460800,  500000,
				       576000,  921600,  1000000, 1152000, 1500000, 2000000,
				       2500000, 3000000, 3500000, 4000000 };

static void speed_from_cflag(struct ktermios *t)
{
	tcflag_t code = t->c_cflag & CBAUD;

	if (code == BOTHER)
		return;
	t->c_ospeed = code & BOTHER ? high_speeds[code & 15] : speeds[code & 15];
	t->c_ispeed = t->c_ospeed;
}

/* opt */
#define TERMIOS_FLUSH  1
#define TERMIOS_WAIT   2
#define TERMIOS_TERMIO 4
#define TERMIOS_OLD    8 /* struct termios rather than termios2 */

static void set_termios_now(struct tty_struct *tty, const struct ktermios *new)
{
	struct ktermios old;

	spin_lock_irq(&tty->lock);
	old = tty->termios;
	tty->termios = *new;
	n_tty_set_termios(tty, &old);
	spin_unlock_irq(&tty->lock);

	/* Without IXON nobody could type Ctrl-Q. */
	if (!(new->c_iflag &IXON) && (old.c_iflag & IXON))
		tty_start(tty);
	if (tty->link && tty->link->ctrl.packet) {
		bool was = (old.c_iflag & IXON) && old.c_cc[VSTOP] == 19 && old.c_cc[VSTART] == 17;
		bool is = (new->c_iflag &IXON) && new->c_cc[VSTOP] == 19 && new->c_cc[VSTART] == 17;

		if (was != is)
			tty_packet_status(tty, is ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP,
					  is ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP);
		if ((old.c_lflag | new->c_lflag) & EXTPROC)
			tty_packet_status(tty, TIOCPKT_IOCTL, 0);
	}
	if (tty->ops->set_termios)
		tty->ops->set_termios(tty, &old);
	/* Readers may now find bytes where they waited for a line. */
	wake_up_interruptible(&tty->read_wait);
	wake_up_interruptible(&tty->write_wait);
}

static int copy_termios_in(struct ktermios *t, const void __user *arg, int opt)
{
	struct termio old;

	if (!(opt & TERMIOS_TERMIO)) {
		size_t size = opt & TERMIOS_OLD ? sizeof(struct termios) : sizeof(struct termios2);

		return copy_from_user(t, arg, size) ? -EFAULT : 0;
	}
	if (copy_from_user(&old, arg, sizeof(old)))
		return -EFAULT;
	t->c_iflag = (t->c_iflag & ~0xffffu) | old.c_iflag;
	t->c_oflag = (t->c_oflag & ~0xffffu) | old.c_oflag;
	t->c_cflag = (t->c_cflag & ~0xffffu) | old.c_cflag;
	t->c_lflag = (t->c_lflag & ~0xffffu) | old.c_lflag;
	t->c_line = old.c_line;
	memcpy(t->c_cc, old.c_cc, NCC);
	return 0;
}

static int set_termios(struct tty_struct *tty, const void __user *arg, int opt)
{
	int ret = tty_check_change(tty);
	struct ktermios new;

	if (ret)
		return ret;
	spin_lock_irq(&tty->lock);
	new = tty->termios;
	spin_unlock_irq(&tty->lock);
	ret = copy_termios_in(&new, arg, opt);
	if (ret)
		return ret;
	speed_from_cflag(&new);
	if (opt & TERMIOS_FLUSH)
		n_tty_flush_buffer(tty);
	if (opt & TERMIOS_WAIT) {
		ret = tty_wait_until_sent(tty, MAX_SCHEDULE_TIMEOUT);
		if (ret)
			return ret;
	}
	set_termios_now(tty, &new);
	return 0;
}

static int get_termios(struct tty_struct *tty, void __user *arg, int opt)
{
	struct ktermios t;
	struct termio old;
	size_t size = opt & TERMIOS_OLD ? sizeof(struct termios) : sizeof(struct termios2);

	spin_lock_irq(&tty->lock);
	t = tty->termios;
	spin_unlock_irq(&tty->lock);
	if (!(opt & TERMIOS_TERMIO))
		return copy_to_user(arg, &t, size) ? -EFAULT : 0;
	memset(&old, 0, sizeof(old));
	old.c_iflag = t.c_iflag;
	old.c_oflag = t.c_oflag;
	old.c_cflag = t.c_cflag;
	old.c_lflag = t.c_lflag;
	old.c_line = t.c_line;
	memcpy(old.c_cc, t.c_cc, NCC);
	return copy_to_user(arg, &old, sizeof(old)) ? -EFAULT : 0;
}

/* ---- queues and flow ---- */

static int flush_queues(struct tty_struct *tty, unsigned long which)
{
	int ret = tty_check_change(tty);

	if (ret)
		return ret;
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH)
		n_tty_flush_buffer(tty);
	if (which != TCIFLUSH)
		tty_flush_output(tty);
	return 0;
}

static int set_flow(struct tty_struct *tty, unsigned long action)
{
	int ret = tty_check_change(tty);
	u8 c;

	if (ret)
		return ret;
	switch (action) {
	case TCOOFF:
		if (!tty->flow.tco_stopped) {
			tty->flow.tco_stopped = true;
			tty_stop(tty);
		}
		return 0;
	case TCOON:
		if (tty->flow.tco_stopped) {
			tty->flow.tco_stopped = false;
			tty_start(tty);
		}
		return 0;
	case TCIOFF:
	case TCION:
		c = tty->termios.c_cc[action == TCIOFF ? VSTOP : VSTART];
		if (c)
			n_tty_send_char(tty, c);
		return 0;
	default:
		return -EINVAL;
	}
}

/* tcdrain() (arg != 0) and tcsendbreak(). */
static int send_break(struct tty_struct *tty, bool really, unsigned long arg)
{
	int ret = tty_check_change(tty);

	if (ret)
		return ret;
	ret = tty_wait_until_sent(tty, MAX_SCHEDULE_TIMEOUT);
	if (ret || !really || !tty->ops->break_ctl)
		return ret;
	ret = tty->ops->break_ctl(tty, -1);
	if (!ret) {
		schedule_timeout_interruptible(arg ? arg * 100000000l : 250000000l);
		ret = tty->ops->break_ctl(tty, 0);
	}
	return ret;
}

/* TIOCSTI: as if typed. Only into one's own terminal, unless privileged. */
static int simulate_input(struct tty_struct *tty, u8 __user *p)
{
	u8 c;

	if (current->signal->tty != tty && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, p))
		return -EFAULT;
	tty_insert(tty, c);
	return 0;
}

/* ---- window size ---- */

static int get_winsize(struct tty_struct *tty, struct winsize __user *p)
{
	struct winsize ws;

	mutex_lock(&tty->winsize_mutex);
	ws = tty->winsize;
	mutex_unlock(&tty->winsize_mutex);
	return copy_to_user(p, &ws, sizeof(ws)) ? -EFAULT : 0;
}

/* The foreground group hears of it by SIGWINCH. On a pty both ends share the size. */
static int set_winsize(struct tty_struct *tty, struct tty_struct *real_tty,
		       const struct winsize __user *p)
{
	struct pid *pgrp, *link_pgrp = NULL;
	struct winsize ws;
	bool same;

	if (copy_from_user(&ws, p, sizeof(ws)))
		return -EFAULT;
	mutex_lock(&real_tty->winsize_mutex);
	same = !memcmp(&ws, &real_tty->winsize, sizeof(ws));
	real_tty->winsize = ws;
	mutex_unlock(&real_tty->winsize_mutex);
	if (same)
		return 0;
	if (real_tty->link) {
		mutex_lock(&real_tty->link->winsize_mutex);
		real_tty->link->winsize = ws;
		mutex_unlock(&real_tty->link->winsize_mutex);
		link_pgrp = tty_get_pgrp(real_tty->link);
	}
	pgrp = tty_get_pgrp(real_tty);
	if (pgrp)
		kill_pgrp(pgrp, SIGWINCH, 1);
	if (link_pgrp && link_pgrp != pgrp)
		kill_pgrp(link_pgrp, SIGWINCH, 1);
	put_pid(pgrp);
	put_pid(link_pgrp);
	return 0;
}

/* ---- dispatch ---- */

int tty_mode_ioctl(struct tty_struct *tty, struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case TCGETS:
		return get_termios(tty, p, TERMIOS_OLD);
	case TCGETS2:
		return get_termios(tty, p, 0);
	case TCGETA:
		return get_termios(tty, p, TERMIOS_TERMIO);
	case TCSETS:
		return set_termios(tty, p, TERMIOS_OLD);
	case TCSETSW:
		return set_termios(tty, p, TERMIOS_OLD | TERMIOS_WAIT);
	case TCSETSF:
		return set_termios(tty, p, TERMIOS_OLD | TERMIOS_WAIT | TERMIOS_FLUSH);
	case TCSETS2:
		return set_termios(tty, p, 0);
	case TCSETSW2:
		return set_termios(tty, p, TERMIOS_WAIT);
	case TCSETSF2:
		return set_termios(tty, p, TERMIOS_WAIT | TERMIOS_FLUSH);
	case TCSETA:
		return set_termios(tty, p, TERMIOS_TERMIO);
	case TCSETAW:
		return set_termios(tty, p, TERMIOS_TERMIO | TERMIOS_WAIT);
	case TCSETAF:
		return set_termios(tty, p, TERMIOS_TERMIO | TERMIOS_WAIT | TERMIOS_FLUSH);
	case TIOCGSOFTCAR:
		return put_user((tty->termios.c_cflag & CLOCAL) ? 1 : 0, (int __user *)p);
	}
	return -ENOIOCTLCMD;
}

/* On the terminal itself (a master's too). */
static int line_ioctl(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	int __user *p = (int __user *)arg;
	int value;

	switch (cmd) {
	case TCXONC:
		return set_flow(tty, arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCSBRK:
		return send_break(tty, !arg, 0);
	case TCSBRKP:
		return send_break(tty, true, arg);
	case TIOCSBRK:
	case TIOCCBRK:
		return tty->ops->break_ctl ? tty->ops->break_ctl(tty, cmd == TIOCSBRK ? -1 : 0) : 0;
	case TIOCSTI:
		return simulate_input(tty, (u8 __user *)arg);
	case TIOCINQ:
		return put_user((int)n_tty_chars_available(tty), p);
	case TIOCOUTQ:
		return put_user(tty->ops->chars_in_buffer ? (int)tty->ops->chars_in_buffer(tty) : 0,
				p);
	case TIOCEXCL:
		set_bit(TTY_EXCLUSIVE, &tty->flags);
		return 0;
	case TIOCNXCL:
		clear_bit(TTY_EXCLUSIVE, &tty->flags);
		return 0;
	case TIOCGEXCL:
		return put_user((int)test_bit(TTY_EXCLUSIVE, &tty->flags), p);
	case TIOCGETD:
		return put_user(N_TTY, p);
	case TIOCSETD:
		if (get_user(value, p))
			return -EFAULT;
		return value == N_TTY ? 0 : -EINVAL;
	case TIOCVHANGUP:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		tty_vhangup(tty);
		return 0;
	case TIOCGDEV:
		return put_user((unsigned int)new_encode_dev(tty_devnum(tty)),
				(unsigned int __user *)p);
	case TIOCMGET:
		return tty->ops->tiocmget ? put_user(tty->ops->tiocmget(tty), p) : -ENOTTY;
	case TIOCMSET:
	case TIOCMBIS:
	case TIOCMBIC:
		return tty->ops->tiocmget ? 0 : -ENOTTY;
	}
	return -ENOIOCTLCMD;
}

long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *tty = file_tty(file), *real_tty = tty;
	int ret;

	if (tty_hung_up_p(file))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	/* What a master's user sets is the slave's. */
	if (tty->driver->subtype == PTY_TYPE_MASTER)
		real_tty = tty->link;
	if (cmd == TIOCGWINSZ)
		return get_winsize(real_tty, (struct winsize __user *)arg);
	if (cmd == TIOCSWINSZ)
		return set_winsize(tty, real_tty, (const struct winsize __user *)arg);
	ret = tty_jobctrl_ioctl(tty, real_tty, file, cmd, arg);
	if (ret == -ENOIOCTLCMD)
		ret = tty_mode_ioctl(real_tty, file, cmd, arg);
	if (ret == -ENOIOCTLCMD && tty->ops->ioctl)
		ret = tty->ops->ioctl(tty, cmd, arg);
	if (ret == -ENOIOCTLCMD)
		ret = line_ioctl(tty, cmd, arg);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}
