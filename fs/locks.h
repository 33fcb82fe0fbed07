/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/locks; the rest of fs/locks.c is private to fs/ (internal.h). */
#ifndef CONDUIT_FS_LOCKS_H
#define CONDUIT_FS_LOCKS_H

struct seq_file;

int locks_show(struct seq_file *m);

#endif
