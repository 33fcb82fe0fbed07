/* SPDX-License-Identifier: GPL-2.0-only */
/* The console of kernel messages on a serial port, by polling, from the first line on. */
#ifndef CONDUIT_X86_EARLY_CONSOLE_H
#define CONDUIT_X86_EARLY_CONSOLE_H

/* Registers ttyS0 … ttyS3, so far as console= names them. */
void early_console_init(void);

#endif
