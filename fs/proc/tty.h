/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc shows of terminals. Implemented in kernel/drivers/tty_jobctrl.c. */
#ifndef CONDUIT_FS_PROC_TTY_H
#define CONDUIT_FS_PROC_TTY_H

struct task_struct;

/* The controlling terminal's number as in stat(2) and its foreground group; 0 and -1: none. */
void proc_tty_info(struct task_struct *task, int *tty_nr, int *tpgid);

#endif
