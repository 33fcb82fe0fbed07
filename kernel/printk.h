/* SPDX-License-Identifier: GPL-2.0-only */
/* The log's side towards main.c and panic.c; printing itself is kernel/lib/printk.h. */
#ifndef CONDUIT_PRINTK_H
#define CONDUIT_PRINTK_H

#include "kernel/lib/types.h"

/* Takes console=, quiet and loglevel= from the command line. */
void printk_init(const char *cmdline);

/* Set when the other CPUs have been stopped wherever they were: printing waits for no lock. */
extern bool printk_panicking;

#endif
