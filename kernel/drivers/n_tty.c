// SPDX-License-Identifier: GPL-2.0-only
/*
 * N_TTY between the pure core (n_tty_core.c) and the world: locks, sleeping, user memory, signals.
 *
 * Idea: input comes in any context through tty_receive(): under tty->lock the core takes it, then,
 * without the lock, signals are sent, echo goes to the driver and readers are woken.
 * Output and echo share the driver. Whoever has set tty->out_busy may ask the driver for room and
 * fill it; a second one leaves its echo in the core's buffer, and the first sends it when done. The
 * first may have asked for room before the second made some: out_again tells it to ask once more.
 * So nobody waits for the driver with a lock held, and no byte is lost. Room may still shrink before
 * it is filled (a pty's reader changes its settings, TIOCSTI): what the driver does not take then
 * goes back to where it came from.
 *
 * Locking: tty->lock for the core; atomic_read_lock and atomic_write_lock make a read() and a
 * write() one piece. Sleeps: readers on read_wait, writers on write_wait.
 * Linux: drivers/tty/n_tty.c. Start at: n_tty_read(), tty_receive().
 */
#include "kernel/drivers/n_tty.h"
#include "kernel/drivers/tty.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/x86/barrier.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/signal.h"
#include "mm/slab.h"
#include "fs/fs.h"
#include "fs/poll.h"
#include "fs/uio.h"

_Static_assert(N_TTY_SIGINT == SIGINT && N_TTY_SIGQUIT == SIGQUIT && N_TTY_SIGTSTP == SIGTSTP,
	       "signal numbers of the core");

#define CHUNK      256 /* bytes on the stack at a time */
#define DECISECOND 100000000l

int n_tty_open(struct tty_struct *tty)
{
	struct n_tty *ld = kmalloc(sizeof(*ld), GFP_KERNEL);

	if (!ld)
		return -ENOMEM;
	n_tty_init(ld, &tty->termios);
	tty->disc_data = ld;
	return 0;
}

void n_tty_close(struct tty_struct *tty)
{
	kfree(tty->disc_data);
	tty->disc_data = NULL;
}

/* ---- output ---- */

/* The right to use the driver's room; false: somebody has it, and will send our echo too. */
static bool begin_output(struct tty_struct *tty)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&tty->lock, flags);
	mine = !tty->out_busy;
	tty->out_busy = true;
	spin_unlock_irqrestore(&tty->lock, flags);
	return mine;
}

/* The same for who does not wait: whoever has the right looks again before it gives it up. */
static bool begin_output_or_ask(struct tty_struct *tty)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&tty->lock, flags);
	mine = !tty->out_busy;
	if (!mine)
		tty->out_again = true;
	tty->out_busy = true;
	spin_unlock_irqrestore(&tty->lock, flags);
	return mine;
}

/* tty->lock held. False: somebody has asked for another look meanwhile. */
static bool end_output(struct tty_struct *tty)
{
	if (tty->out_again) {
		tty->out_again = false;
		return false;
	}
	tty->out_busy = false;
	return true;
}

/*
 * Echo that the driver did not take: it is still in the ring, if nobody threw it away meanwhile.
 * True: that was the end of this output.
 */
static bool put_back_echo(struct tty_struct *tty, size_t tail, size_t count)
{
	struct n_tty *ld = tty->disc_data;
	unsigned long flags;
	bool ended;

	spin_lock_irqsave(&tty->lock, flags);
	if (ld->echo_tail == tail && ld->echo_head - (tail - count) <= N_TTY_ECHO_SIZE)
		ld->echo_tail -= count;
	ended = end_output(tty);
	spin_unlock_irqrestore(&tty->lock, flags);
	return ended;
}

/* Sends echo as far as there is room. Gives up the right to output in the end. */
static void send_echoes_and_end_output(struct tty_struct *tty)
{
	struct n_tty *ld = tty->disc_data;
	unsigned long flags;
	u8 out[64];

	for (;;) {
		size_t room = tty->ops->write_room(tty), n, tail;
		bool ended = false;

		spin_lock_irqsave(&tty->lock, flags);
		n = tty->flow.stopped ? 0 : n_tty_echo_peek(ld, out, min(room, sizeof(out)));
		n_tty_echo_sent(ld, n);
		tail = ld->echo_tail;
		if (!n)
			ended = end_output(tty);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (n) {
			n -= tty->ops->write(tty, out, n);
			ended = n && put_back_echo(tty, tail, n);
		}
		if (ended)
			return;
	}
}

void n_tty_flush_echoes(struct tty_struct *tty)
{
	const struct n_tty *ld = tty->disc_data;

	/*
	 * A look without the lock: whoever adds echo calls this afterwards. Either it sees the room
	 * that we have made, or we see its echo; one that is being sent may yet come back.
	 */
	smp_mb();
	if ((READ_ONCE(ld->echo_tail) != READ_ONCE(ld->echo_head) || READ_ONCE(tty->out_busy)) &&
	    begin_output_or_ask(tty))
		send_echoes_and_end_output(tty);
}

/* Processes and sends what there is room for: how much of buf is done. Never sleeps. */
static size_t output_some(struct tty_struct *tty, const u8 *buf, size_t count)
{
	struct n_tty *ld = tty->disc_data;
	unsigned int column, canon_column;
	size_t room, used = 0, n, sent;
	unsigned long flags;
	u8 out[CHUNK];

	while (!begin_output(tty)) /* another CPU has it, and does not sleep with it */
		cpu_relax();
	room = min(tty->ops->write_room(tty), sizeof(out));
	spin_lock_irqsave(&tty->lock, flags);
	if (tty->flow.stopped)
		room = 0;
	column = ld->column;
	canon_column = ld->canon_column;
	n = n_tty_process_output(ld, buf, count, &used, out, room);
	spin_unlock_irqrestore(&tty->lock, flags);
	sent = n ? tty->ops->write(tty, out, n) : 0;
	if (sent < n) {
		/* How much of buf that was; of a byte that became two, both are sent again. */
		spin_lock_irqsave(&tty->lock, flags);
		ld->column = column;
		ld->canon_column = canon_column;
		n_tty_process_output(ld, buf, count, &used, out, sent);
		spin_unlock_irqrestore(&tty->lock, flags);
	}
	send_echoes_and_end_output(tty);
	return used;
}

void n_tty_send_char(struct tty_struct *tty, u8 c)
{
	while (!begin_output(tty))
		cpu_relax();
	if (tty->ops->write_room(tty))
		tty->ops->write(tty, &c, 1);
	send_echoes_and_end_output(tty);
}

ssize_t n_tty_write(struct tty_struct *tty, struct file *file, const u8 *buf, size_t count)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	size_t done = 0;
	ssize_t error = 0;

	if (tty->termios.c_lflag & TOSTOP) {
		error = tty_check_change(tty);
		if (error)
			return error;
	}
	add_wait_queue(&tty->write_wait, &wait);
	while (done < count) {
		size_t n;

		if (signal_pending(current)) {
			error = -ERESTARTSYS;
			break;
		}
		if (tty_hung_up_p(file)) {
			error = -EIO;
			break;
		}
		n = output_some(tty, buf + done, count - done);
		done += n;
		if (n || done == count)
			continue;
		if (file->f_flags & O_NONBLOCK) {
			error = -EAGAIN;
			break;
		}
		wait_woken(&wait, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	}
	remove_wait_queue(&tty->write_wait, &wait);
	return done ? (ssize_t)done : error;
}

/* ---- input ---- */

/* What the core has asked for while it held the lock. */
static void carry_out(struct tty_struct *tty, unsigned int signals, bool flush, bool start,
		      bool stop)
{
	struct pid *pgrp;
	int sig;

	if (flush) {
		if (tty->ops->flush_buffer)
			tty->ops->flush_buffer(tty);
		tty_packet_status(tty, TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE, 0);
	}
	if (start)
		tty_start(tty);
	if (stop)
		tty_stop(tty);
	if (!signals)
		return;
	pgrp = tty_get_pgrp(tty);
	for (sig = 1; pgrp && sig < 32; sig++) {
		if (signals >> sig & 1)
			kill_pgrp(pgrp, sig, 1);
	}
	put_pid(pgrp);
}

static size_t receive(struct tty_struct *tty, const u8 *buf, size_t count, bool is_break)
{
	struct n_tty *ld = tty->disc_data;
	unsigned int signals;
	bool flush, start, stop, available;
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	ld->stopped = tty->flow.stopped;
	ld->tco_stopped = tty->flow.tco_stopped;
	ld->signals = 0;
	ld->flush_output = ld->start = ld->stop = false;
	if (is_break)
		n_tty_break(ld);
	else
		count = n_tty_receive(ld, buf, count);
	signals = ld->signals;
	flush = ld->flush_output;
	start = ld->start;
	stop = ld->stop;
	available = n_tty_input_available(ld, 1);
	spin_unlock_irqrestore(&tty->lock, flags);

	carry_out(tty, signals, flush, start, stop);
	n_tty_flush_echoes(tty);
	if (available) {
		kill_fasync(&tty->fasync, SIGIO, POLL_IN);
		wake_up_interruptible_poll(&tty->read_wait, POLLIN | POLLRDNORM);
	}
	return count;
}

size_t tty_receive(struct tty_struct *tty, const u8 *buf, size_t count)
{
	return receive(tty, buf, count, false);
}

void tty_receive_break(struct tty_struct *tty)
{
	receive(tty, NULL, 0, true);
}

size_t tty_receive_room(struct tty_struct *tty)
{
	unsigned long flags;
	size_t room;

	spin_lock_irqsave(&tty->lock, flags);
	room = n_tty_room(tty->disc_data);
	spin_unlock_irqrestore(&tty->lock, flags);
	return room;
}

static bool input_available(struct tty_struct *tty, size_t at_least)
{
	unsigned long flags;
	bool available;

	spin_lock_irqsave(&tty->lock, flags);
	available = n_tty_input_available(tty->disc_data, at_least);
	spin_unlock_irqrestore(&tty->lock, flags);
	return available;
}

size_t n_tty_chars_available(struct tty_struct *tty)
{
	unsigned long flags;
	size_t n;

	spin_lock_irqsave(&tty->lock, flags);
	n = n_tty_input_count(tty->disc_data);
	spin_unlock_irqrestore(&tty->lock, flags);
	return n;
}

/* The reader has taken something, or input was thrown away: there is room again. */
static void made_room(struct tty_struct *tty)
{
	if (tty->ops->unthrottle)
		tty->ops->unthrottle(tty);
}

void n_tty_flush_buffer(struct tty_struct *tty)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	n_tty_reset(tty->disc_data);
	spin_unlock_irqrestore(&tty->lock, flags);
	made_room(tty);
	tty_packet_status(tty, TIOCPKT_FLUSHREAD, 0);
}

/* tty->lock is held. */
void n_tty_set_termios(struct tty_struct *tty, const struct ktermios *old)
{
	n_tty_mode_changed(tty->disc_data, old);
}

/* ---- reading ---- */

/*
 * Takes what is there, at most a line: bytes copied, or -EFAULT; *ended: the call is over.
 */
static ssize_t take_input(struct tty_struct *tty, struct iov_iter *to, bool *ended)
{
	size_t done = 0, n;
	u8 chunk[CHUNK];

	*ended = false;
	while (iov_iter_count(to) && !*ended) {
		enum n_tty_read_result result;
		unsigned long flags;

		spin_lock_irqsave(&tty->lock, flags);
		result = n_tty_take(tty->disc_data, chunk, min(iov_iter_count(to), sizeof(chunk)),
				    &n);
		spin_unlock_irqrestore(&tty->lock, flags);
		if (!copy_to_iter_full(chunk, n, to))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
		*ended = result == N_TTY_EOL;
		if (!n)
			break;
	}
	made_room(tty);
	return done;
}

/* A pty master in packet mode: the status byte, if there is news. */
static bool take_packet_status(struct tty_struct *tty, u8 *status)
{
	bool news = false;

	if (!tty->ctrl.packet || !tty->link)
		return false;
	spin_lock_irq(&tty->link->ctrl.lock);
	if (tty->link->ctrl.pktstatus) {
		*status = tty->link->ctrl.pktstatus;
		tty->link->ctrl.pktstatus = 0;
		news = true;
	}
	spin_unlock_irq(&tty->link->ctrl.lock);
	return news;
}

/* VMIN and VTIME as they are for this read. */
struct read_limits {
	size_t minimum;     /* return with so many */
	long first_timeout; /* ns to wait for the first byte */
	long next_timeout;  /* … for each further one */
};

static struct read_limits read_limits(const struct tty_struct *tty)
{
	struct read_limits limits = { 1, MAX_SCHEDULE_TIMEOUT, MAX_SCHEDULE_TIMEOUT };
	long time = tty->termios.c_cc[VTIME] * DECISECOND;

	if (tty->termios.c_lflag & ICANON)
		return limits;
	if (tty->termios.c_cc[VMIN]) {
		limits.minimum = tty->termios.c_cc[VMIN];
		if (time)
			limits.next_timeout = time;
	} else {
		limits.first_timeout = limits.next_timeout = time;
	}
	return limits;
}

/* Why a read that finds nothing ends: 0 to wait, 1 for end of file, or an error. */
static int nothing_to_read(struct tty_struct *tty, struct file *file, long timeout)
{
	if (test_bit(TTY_OTHER_CLOSED, &tty->flags))
		return -EIO;
	if (tty_hung_up_p(file) || !timeout)
		return 1;
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	if (signal_pending(current))
		return -ERESTARTSYS;
	return 0;
}

static int put_status(u8 status, struct iov_iter *to)
{
	return copy_to_iter_full(&status, 1, to) ? 0 : -EFAULT;
}

static ssize_t read_loop(struct tty_struct *tty, struct file *file, struct iov_iter *to)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	struct read_limits limits = read_limits(tty);
	long timeout = limits.first_timeout;
	size_t done = 0;
	int error = 0;
	u8 status;

	add_wait_queue(&tty->read_wait, &wait);
	while (iov_iter_count(to)) {
		bool ended;
		ssize_t n;

		/* What there is now is for those who opened the terminal after the hang-up. */
		if (tty_hung_up_p(file)) {
			error = test_bit(TTY_OTHER_CLOSED, &tty->flags) ? -EIO : 1;
			break;
		}
		if (!done && take_packet_status(tty, &status)) {
			error = put_status(status, to);
			done = !error;
			break;
		}
		if (!input_available(tty, 1)) {
			error = nothing_to_read(tty, file, timeout);
			if (error)
				break;
			timeout = wait_woken(&wait, TASK_INTERRUPTIBLE, timeout);
			continue;
		}
		if (tty->ctrl.packet && !done) {
			error = put_status(TIOCPKT_DATA, to);
			if (error)
				break;
			done = 1;
		}
		n = take_input(tty, to, &ended);
		if (n < 0) {
			error = (int)n;
			break;
		}
		done += n;
		if (ended || done >= limits.minimum || tty->ctrl.packet)
			break;
		timeout = limits.next_timeout;
	}
	remove_wait_queue(&tty->read_wait, &wait);
	return done || error == 1 ? (ssize_t)done : error;
}

ssize_t n_tty_read(struct tty_struct *tty, struct file *file, struct iov_iter *to)
{
	ssize_t ret = __tty_check_change(tty, SIGTTIN);

	if (ret || !iov_iter_count(to))
		return ret;
	if (file->f_flags & O_NONBLOCK) {
		if (!mutex_trylock(&tty->atomic_read_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&tty->atomic_read_lock)) {
		return -ERESTARTSYS;
	}
	ret = read_loop(tty, file, to);
	mutex_unlock(&tty->atomic_read_lock);
	return ret;
}

unsigned int n_tty_poll(struct tty_struct *tty, struct file *file, poll_table *wait)
{
	unsigned int mask = 0;
	size_t amount = 1;

	poll_wait(file, &tty->read_wait, wait);
	poll_wait(file, &tty->write_wait, wait);
	if (!(tty->termios.c_lflag & ICANON) && !tty->termios.c_cc[VTIME] &&
	    tty->termios.c_cc[VMIN])
		amount = tty->termios.c_cc[VMIN];
	if (input_available(tty, amount))
		mask |= POLLIN | POLLRDNORM;
	if (tty->ctrl.packet && tty->link && READ_ONCE(tty->link->ctrl.pktstatus))
		mask |= POLLPRI | POLLIN | POLLRDNORM;
	if (test_bit(TTY_OTHER_CLOSED, &tty->flags))
		mask |= POLLHUP;
	if (tty_hung_up_p(file))
		mask |= POLLHUP;
	if (!tty->flow.stopped && tty->ops->write_room(tty) > 0)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}
