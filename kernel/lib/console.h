/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kernel messages go besides the ring buffer. Implemented in kernel/printk.c.
 * Linux: include/linux/console.h.
 */
#ifndef CONDUIT_LIB_CONSOLE_H
#define CONDUIT_LIB_CONSOLE_H

#include "kernel/lib/types.h"

struct console {
	const char *name; /* as in console=: "ttyS0", "tty0" */
	/* Writes by polling; any context, interrupts off, one caller at a time. */
	void (*write)(struct console *console, const char *text, size_t length);
	struct console *next;
};

/*
 * From now on messages go there too, if the command line's console= names it. true if it does: then
 * the console also is a candidate for /dev/console.
 */
bool register_console(struct console *console);
/* The last console= of the command line, "ttyS0" by default: what /dev/console is. */
const char *preferred_console(void);

#endif
