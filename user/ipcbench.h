/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipcbench's own interface: what a benchmark is and what it may call. See user/ipcbench.c.
 */
#ifndef USER_IPCBENCH_H
#define USER_IPCBENCH_H

#include <stdatomic.h>

struct benchmark {
	const char *name;
	void (*run)(long ops, long parameter);
	long ops;       /* how many operations one repetition times */
	long parameter; /* sleepers, objects, descriptors, bytes: what the name's number says */
};

/* Each family of benchmarks ends with a line whose name is NULL. */
extern const struct benchmark basic_benchmarks[], stream_benchmarks[], task_benchmarks[],
	memory_benchmarks[], sysv_benchmarks[];

/* The timed part lies between these; stop_clock() may be called by another process or thread. */
void start_clock(void);
void stop_clock(void);

/* Ends the benchmark's process with errno as its result when @result is negative. */
long must(long result);

/* Starts child(argument) in a process that ends when it returns, or with the benchmark. */
int spawn(void (*child)(long argument), long argument);

/* Have a System V object removed when the benchmark is over. @kind: 'q', 's' or 'm'. */
int remove_later(int kind, int id);

/* Waits until process @pid sleeps (/proc/<pid>/stat says S). */
void wait_until_asleep(int pid);

#endif
