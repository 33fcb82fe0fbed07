// SPDX-License-Identifier: GPL-2.0-only
/*
 * Serial ports ttyS0 to ttyS3: 16550 UARTs at the PC's usual addresses.
 *
 * Idea: write() fills a ring and sets the transmitter going; its interrupt takes up to a FIFO's
 * worth each time and wakes writers when the ring has run low. Received bytes go to the line
 * discipline from the interrupt; when that has no room, the receive interrupt is switched off and
 * the bytes stay in the UART (whose other end then waits) until a reader makes room.
 *
 * Locking: port->lock, interrupts off, for ring and registers; nothing is called with it held.
 * Kernel messages go to the same UART by polling: kernel/x86/early_console.c.
 * Linux: drivers/tty/serial/8250/. Registers: National Semiconductor PC16550D.
 */
#include "kernel/drivers/tty.h"
#include "kernel/uapi/errno.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/io.h"
#include "kernel/x86/irq.h"
#include "kernel/locking/spinlock.h"
#include "fs/fs.h"

#define UART_TX  0 /* write: transmit */
#define UART_RX  0 /* read: receive */
#define UART_DLL 0 /* divisor latch while LCR_DLAB */
#define UART_DLM 1
#define UART_IER 1 /* interrupts wanted */
#define UART_IIR 2 /* read: interrupt's reason */
#define UART_FCR 2 /* write: FIFO control */
#define UART_LCR 3 /* line format */
#define UART_MCR 4 /* modem lines out */
#define UART_LSR 5 /* line status */
#define UART_MSR 6 /* modem lines in */
#define UART_SCR 7 /* scratch */

#define IER_RX    0x01
#define IER_TX    0x02
#define IIR_NONE  0x01
#define FCR_ON    0x87 /* enabled, both cleared, interrupt at 8 bytes or when no more come */
#define LCR_8N1   0x03
#define LCR_BREAK 0x40
#define LCR_DLAB  0x80
#define MCR_ON    0x0b /* DTR, RTS, OUT2 (lets interrupts through) */
#define LSR_DR    0x01
#define LSR_BI    0x10
#define LSR_THRE  0x20

#define NR_PORTS   4
#define ROUNDS_MAX 256 /* of serving all ports in one interrupt */
#define FIFO_SIZE  16
#define TX_ROUNDS  16
#define TX_SIZE    4096
#define TX_LOW     1024 /* so few left: writers go on */

/* [L] lock, [I] never changes, [M] tty_mutex */
struct uart_port {
	u16 base;     /* [I] I/O address */
	u8 irq;       /* [I] */
	bool present; /* [I] */
	spinlock_t lock;
	struct tty_struct *tty;  /* [L] while open */
	u8 ier;                  /* [L] what UART_IER holds */
	bool throttled;          /* [L] bytes are left in the UART */
	bool stopped;            /* [L] Ctrl-S */
	u8 break_seen;           /* [L] LSR_BI of a byte that is still in the UART */
	size_t tx_head, tx_tail; /* [L] free-running */
	u8 tx_ring[TX_SIZE];
};

static struct uart_port ports[NR_PORTS] = {
	{ .base = 0x3f8, .irq = 4, .lock = __SPIN_LOCK_UNLOCKED(lock) },
	{ .base = 0x2f8, .irq = 3, .lock = __SPIN_LOCK_UNLOCKED(lock) },
	{ .base = 0x3e8, .irq = 4, .lock = __SPIN_LOCK_UNLOCKED(lock) },
	{ .base = 0x2e8, .irq = 3, .lock = __SPIN_LOCK_UNLOCKED(lock) },
};

static u8 port_in(const struct uart_port *port, int reg)
{
	return inb(port->base + reg);
}

static void port_out(const struct uart_port *port, int reg, u8 value)
{
	outb(value, port->base + reg);
}

static void set_ier(struct uart_port *port, u8 ier)
{
	if (port->ier != ier) {
		port->ier = ier;
		port_out(port, UART_IER, ier);
	}
}

static size_t tx_count(const struct uart_port *port)
{
	return port->tx_head - port->tx_tail;
}

/* Reading it forgets a break, which receive() has yet to see. Lock held. */
static u8 read_lsr(struct uart_port *port)
{
	u8 lsr = port_in(port, UART_LSR) | port->break_seen;

	port->break_seen = lsr & LSR_BI;
	return lsr;
}

/* ---- sending ---- */

/*
 * Fills the FIFO if it is empty; asks for an interrupt while there is more. An emulated UART is
 * empty again at once, so it gets several fillings per interrupt. Lock held.
 */
static void send_some(struct uart_port *port)
{
	int round, n;

	/* With an empty ring somebody may still wait for the FIFO's last byte: serial_chars_in_buffer(). */
	if (port->stopped || (!tx_count(port) && (read_lsr(port) & LSR_THRE))) {
		set_ier(port, port->ier & ~IER_TX);
		return;
	}
	for (round = 0; round < TX_ROUNDS && tx_count(port); round++) {
		if (!(read_lsr(port) & LSR_THRE))
			break;
		for (n = 0; n < FIFO_SIZE && tx_count(port); n++)
			port_out(port, UART_TX, port->tx_ring[port->tx_tail++ % TX_SIZE]);
	}
	set_ier(port, port->ier | IER_TX);
}

static size_t serial_write(struct tty_struct *tty, const u8 *buf, size_t count)
{
	struct uart_port *port = tty->driver_data;
	unsigned long flags;
	size_t n = 0;

	spin_lock_irqsave(&port->lock, flags);
	while (n < count && tx_count(port) < TX_SIZE)
		port->tx_ring[port->tx_head++ % TX_SIZE] = buf[n++];
	if (!(port->ier & IER_TX))
		send_some(port);
	spin_unlock_irqrestore(&port->lock, flags);
	return n;
}

static size_t serial_write_room(struct tty_struct *tty)
{
	return TX_SIZE - tx_count(tty->driver_data);
}

static size_t serial_chars_in_buffer(struct tty_struct *tty)
{
	struct uart_port *port = tty->driver_data;
	unsigned long flags;
	size_t n;

	spin_lock_irqsave(&port->lock, flags);
	n = tx_count(port) + !(read_lsr(port) & LSR_THRE);
	spin_unlock_irqrestore(&port->lock, flags);
	return n;
}

static void serial_flush_buffer(struct tty_struct *tty)
{
	struct uart_port *port = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	port->tx_tail = port->tx_head;
	spin_unlock_irqrestore(&port->lock, flags);
}

/* Stopped or started. Of two that come at once the last one here sees what was decided last. */
static void serial_flow(struct tty_struct *tty)
{
	struct uart_port *port = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	port->stopped = READ_ONCE(tty->flow.stopped);
	send_some(port);
	spin_unlock_irqrestore(&port->lock, flags);
}

/* ---- receiving ---- */

static void serial_unthrottle(struct tty_struct *tty)
{
	struct uart_port *port = tty->driver_data;
	unsigned long flags;

	smp_mb(); /* the room comes first: receive() looks for it after it has set throttled */
	if (!port || !READ_ONCE(port->throttled))
		return;
	spin_lock_irqsave(&port->lock, flags);
	port->throttled = false;
	set_ier(port, port->ier | IER_RX); /* what is there interrupts at once */
	spin_unlock_irqrestore(&port->lock, flags);
}

/* Moves what has arrived to the line discipline, as far as that has room. */
static void receive(struct uart_port *port, struct tty_struct *tty)
{
	u8 buf[64];

	for (;;) {
		size_t room = tty_receive_room(tty), n = 0;
		bool is_break = false;
		unsigned long flags;
		u8 status = 0;

		spin_lock_irqsave(&port->lock, flags);
		while (n < min(room, sizeof(buf)) && !is_break) {
			status = read_lsr(port);
			if (!(status & LSR_DR))
				break;
			buf[n++] = port_in(port, UART_RX);
			is_break = status & LSR_BI;
			port->break_seen = 0;
		}
		if (!room) {
			port->throttled = true;
			set_ier(port, port->ier & ~IER_RX);
		}
		spin_unlock_irqrestore(&port->lock, flags);
		if (!room &&
		    tty_receive_room(tty)) /* a reader was faster: it has seen no throttled */
			serial_unthrottle(tty);
		n -= is_break; /* a break comes with a byte 0 */
		if (n)
			tty_receive(tty, buf, n);
		if (is_break)
			tty_receive_break(tty);
		else if (n < sizeof(buf))
			return;
	}
}

/* One look at a port: true if it had something. */
static bool serve(struct uart_port *port)
{
	struct tty_struct *tty;
	bool wake;
	u8 reason;

	if (!port->present)
		return false;
	reason = port_in(port, UART_IIR);
	if (reason & IIR_NONE)
		return false;
	spin_lock(&port->lock);
	tty = tty_kref_get(port->tty);
	send_some(port);
	wake = tx_count(port) < TX_LOW;
	spin_unlock(&port->lock);
	if (!tty) { /* nobody listens */
		while (port_in(port, UART_LSR) & LSR_DR)
			port_in(port, UART_RX);
		return true;
	}
	if (port->ier & IER_RX)
		receive(port, tty);
	if (wake)
		tty_wakeup(tty);
	tty_kref_put(tty);
	return true;
}

/*
 * The line is edge-triggered and still high: taking it down and up again makes the edge that brings
 * us back, so that a fast sender neither keeps the CPU here nor is forgotten.
 */
static void renew_interrupt(int irq)
{
	for (int i = 0; i < NR_PORTS; i++) {
		struct uart_port *port = &ports[i];

		if (port->irq != irq)
			continue;
		spin_lock(&port->lock);
		port_out(port, UART_IER, 0);
		spin_unlock(&port->lock);
	}
	for (int i = 0; i < NR_PORTS; i++) {
		struct uart_port *port = &ports[i];

		if (port->irq != irq)
			continue;
		spin_lock(&port->lock);
		port_out(port, UART_IER, port->ier);
		spin_unlock(&port->lock);
	}
}

/* Two ports may share an edge-triggered line: look until none has anything. */
static irqreturn_t serial_interrupt(int irq, void *dev)
{
	bool busy, handled = false;
	int i, rounds = 0;

	do {
		busy = false;
		for (i = 0; i < NR_PORTS; i++)
			busy |= ports[i].irq == irq && serve(&ports[i]);
		handled |= busy;
	} while (busy && ++rounds < ROUNDS_MAX);
	if (busy)
		renew_interrupt(irq);
	return handled ? IRQ_HANDLED : IRQ_NONE;
}

/* ---- open, close, settings ---- */

static void serial_set_termios(struct tty_struct *tty, const struct ktermios *old)
{
	struct uart_port *port = tty->driver_data;
	speed_t speed = tty->termios.c_ospeed;
	unsigned int divisor = speed && speed <= 115200 ? 115200 / speed : 1;
	unsigned long flags;

	if (old && old->c_ospeed == speed)
		return;
	spin_lock_irqsave(&port->lock, flags);
	port_out(port, UART_LCR, LCR_8N1 | LCR_DLAB);
	port_out(port, UART_DLL, divisor);
	port_out(port, UART_DLM, divisor >> 8);
	port_out(port, UART_LCR, LCR_8N1);
	spin_unlock_irqrestore(&port->lock, flags);
}

static int serial_open(struct tty_struct *tty, struct file *file)
{
	struct uart_port *port = &ports[tty->index];
	unsigned long flags;

	if (!port->present)
		return -EIO;
	if (tty->count > 1)
		return 0;
	tty->driver_data = port;
	serial_set_termios(tty, NULL);
	spin_lock_irqsave(&port->lock, flags);
	port->tty = tty;
	port->throttled = port->stopped = false;
	port->break_seen = 0;
	port_out(port, UART_MCR, MCR_ON);
	set_ier(port, IER_RX);
	spin_unlock_irqrestore(&port->lock, flags);
	return 0;
}

/* The terminal stays until an interrupt handler that has it is through (tty_kref). */
static void serial_close(struct tty_struct *tty, struct file *file)
{
	struct uart_port *port = tty->driver_data;
	unsigned long flags;

	if (tty->count)
		return;
	spin_lock_irqsave(&port->lock, flags);
	port->tty = NULL;
	port->tx_tail = port->tx_head;
	set_ier(port, 0);
	spin_unlock_irqrestore(&port->lock, flags);
}

static int serial_break_ctl(struct tty_struct *tty, int state)
{
	port_out(tty->driver_data, UART_LCR, LCR_8N1 | (state ? LCR_BREAK : 0));
	return 0;
}

static int serial_tiocmget(struct tty_struct *tty)
{
	u8 msr = port_in(tty->driver_data, UART_MSR);

	return TIOCM_DTR | TIOCM_RTS | (msr & 0x10 ? TIOCM_CTS : 0) | (msr & 0x20 ? TIOCM_DSR : 0) |
	       (msr & 0x80 ? TIOCM_CAR : 0);
}

static const struct tty_operations serial_ops = {
	.open = serial_open,
	.close = serial_close,
	.write = serial_write,
	.write_room = serial_write_room,
	.chars_in_buffer = serial_chars_in_buffer,
	.flush_buffer = serial_flush_buffer,
	.stop = serial_flow,
	.start = serial_flow,
	.hangup = serial_flush_buffer,
	.unthrottle = serial_unthrottle,
	.set_termios = serial_set_termios,
	.break_ctl = serial_break_ctl,
	.tiocmget = serial_tiocmget,
};

static struct tty_struct *serial_ttys[NR_PORTS];
static struct ktermios serial_termios[NR_PORTS];

static struct tty_driver serial_driver = {
	.driver_name = "ttyS",
	.name = "ttyS",
	.major = TTY_MAJOR,
	.minor_start = SERIAL_MINOR,
	.num = NR_PORTS,
	.type = TTY_DRIVER_TYPE_SERIAL,
	.ops = &serial_ops,
	.ttys = serial_ttys,
	.termios = serial_termios,
};

static void detect(struct uart_port *port)
{
	port_out(port, UART_SCR, 0x5a);
	if (port_in(port, UART_SCR) != 0x5a)
		return;
	port->present = true;
	port_out(port, UART_IER, 0);
	port_out(port, UART_FCR, FCR_ON);
	port_out(port, UART_LCR, LCR_8N1);
	port_out(port, UART_MCR, MCR_ON);
}

static int serial_init(void)
{
	char name[16];
	int i, error;

	serial_driver.init_termios = tty_std_termios;
	serial_driver.init_termios.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL;
	serial_driver.init_termios.c_ispeed = serial_driver.init_termios.c_ospeed = 115200;
	for (i = 0; i < NR_PORTS; i++)
		detect(&ports[i]);
	error = tty_register_driver(&serial_driver, false);
	if (error)
		return error;
	for (i = 0; i < NR_PORTS; i++) {
		if (!ports[i].present)
			continue;
		snprintf(name, sizeof(name), "ttyS%d", i);
		devtmpfs_create_node(name, S_IFCHR | 0600, MKDEV(TTY_MAJOR, SERIAL_MINOR + i));
	}
	if (ports[0].present || ports[2].present)
		error = request_irq(4, serial_interrupt, "ttyS", NULL);
	if (!error && (ports[1].present || ports[3].present))
		error = request_irq(3, serial_interrupt, "ttyS", NULL);
	return error;
}
device_initcall(serial_init);
