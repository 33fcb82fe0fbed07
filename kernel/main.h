/* SPDX-License-Identifier: GPL-2.0-only */
/* What the start leaves for later. */
#ifndef CONDUIT_MAIN_H
#define CONDUIT_MAIN_H

/* The kernel's command line: /proc/cmdline. */
const char *saved_command_line(void);

#endif
