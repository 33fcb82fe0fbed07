/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/sys: kernel parameters as files with one line of text. A table says where the value is and
 * which function turns text into it and back; the functions here serve most.
 *
 *	static const struct ctl_table table[] = {
 *		{"threads-max", &max_threads, sizeof(int), 0644, proc_dointvec_minmax, &one, &limit},
 *	};
 *	register_sysctl("kernel", table, ARRAY_SIZE(table));
 *
 * A value that differs from namespace to namespace has a handler of its own that copies the table's
 * entry, sets data to the caller's namespace and calls one of these.
 * Implemented in fs/proc/sysctl.c, the handlers in sysctl_text.c. Linux: include/linux/sysctl.h.
 */
#ifndef CONDUIT_FS_PROC_SYSCTL_H
#define CONDUIT_FS_PROC_SYSCTL_H

#include "kernel/lib/types.h"

struct ctl_table;

/*
 * Reads or writes ctl->data. buffer is kernel memory, for writes terminated by 0; *lenp bytes, on
 * return what was used; *ppos the position in the text. 0 or -errno; on failure nothing changed.
 */
typedef int (*proc_handler_t)(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			      loff_t *ppos);

struct ctl_table {
	const char *procname;
	void *data;
	int maxlen;   /* bytes at data: a vector has several numbers */
	umode_t mode; /* of type S_IFREG; 0 for owner bits means no access */
	proc_handler_t proc_handler;
	const void *extra1, *extra2; /* least and largest value, of data's type */
};

/* path is below /proc/sys; directories are made. 0 or -ENOMEM. table must stay. */
int register_sysctl(const char *path, const struct ctl_table *table, size_t entries);

int proc_dostring(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp, loff_t *ppos);
int proc_dointvec(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp, loff_t *ppos);
int proc_dointvec_minmax(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			 loff_t *ppos);
int proc_douintvec(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
		   loff_t *ppos);
int proc_douintvec_minmax(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			  loff_t *ppos);
int proc_doulongvec_minmax(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			   loff_t *ppos);

#endif
