// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel messages on the 16550s, by polling. The tty driver (kernel/drivers/serial.c) serves user
 * programs on the same ports by interrupt. 16550 data sheet.
 */
#include "kernel/lib/console.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/early_console.h"
#include "kernel/x86/io.h"

enum {
	UART_TX = 0,
	UART_IER = 1,
	UART_FCR = 2,
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
	UART_SCRATCH = 7
};

#define LSR_TX_EMPTY 0x20

#define TRIES 100000 /* then nobody reads at the other end */

/* [log_lock, which printk() holds] */
struct early_port {
	struct console console;
	u16 port;
	bool stuck; /* was not ready last time: a long message is not worth waiting for each byte */
};

static void put(struct early_port *p, u8 c)
{
	int tries = p->stuck ? 1 : TRIES;

	while (tries && !(inb(p->port + UART_LSR) & LSR_TX_EMPTY)) {
		cpu_relax();
		tries--;
	}
	p->stuck = !tries;
	outb(c, p->port + UART_TX);
}

static void early_write(struct console *console, const char *text, size_t length)
{
	struct early_port *port = container_of(console, struct early_port, console);

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			put(port, '\r');
		put(port, text[i]);
	}
}

static struct early_port ports[] = {
	{ { .name = "ttyS0", .write = early_write }, 0x3f8 },
	{ { .name = "ttyS1", .write = early_write }, 0x2f8 },
	{ { .name = "ttyS2", .write = early_write }, 0x3e8 },
	{ { .name = "ttyS3", .write = early_write }, 0x2e8 },
};

void early_console_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++) {
		u16 port = ports[i].port;

		outb(0x5a, port + UART_SCRATCH);
		if (inb(port + UART_SCRATCH) != 0x5a || !register_console(&ports[i].console))
			continue;
		outb(0x80, port + UART_LCR); /* 115200 baud, 8 data bits */
		outb(1, port + UART_TX);
		outb(0, port + UART_IER);
		outb(0x03, port + UART_LCR);
		outb(0x87, port + UART_FCR);
		outb(0x0b, port + UART_MCR);
	}
}
