/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting a program from the kernel. For kernel/ only. */
#ifndef CONDUIT_EXEC_H
#define CONDUIT_EXEC_H

/*
 * Replaces the calling task (made by user_mode_thread()) by a program. 0: the caller returns and so
 * goes to user mode; else -errno and nothing has happened.
 */
int kernel_execve(const char *filename, const char *const *argv, const char *const *envp);

#endif
