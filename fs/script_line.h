/* SPDX-License-Identifier: GPL-2.0-only */
/* How a script names its interpreter. Pure. */
#ifndef CONDUIT_FS_SCRIPT_LINE_H
#define CONDUIT_FS_SCRIPT_LINE_H

#include "kernel/lib/types.h"

#define BINPRM_BUF_SIZE 256 /* bytes of a file that a loader sees */

/* Finds name and argument (NULL if none) in buf and terminates both there. 0 or -ENOEXEC. */
int parse_script_line(char buf[BINPRM_BUF_SIZE], char **name, char **arg);

#endif
