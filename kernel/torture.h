/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Torture: kernel threads that use a primitive as hard as they can and check what it promises.
 * Started by a kernel parameter (rcutorture=SECONDS, locktorture=SECONDS), never otherwise.
 */
#ifndef CONDUIT_KERNEL_TORTURE_H
#define CONDUIT_KERNEL_TORTURE_H

#include "kernel/lib/types.h"

struct task_struct;

#define TORTURE_THREADS 24

/* One kind of torture. */
struct torture {
	const char *name;                      /* also the kernel parameter's */
	int (*start)(struct torture *torture); /* starts threads: torture_thread(). 0 or -errno */
	/* After the last thread has ended: prints figures, returns how many errors there were. */
	unsigned long (*report)(struct torture *torture);
	struct task_struct *threads[TORTURE_THREADS];
	unsigned int nr_threads;
};

/* Runs the torture in the background if its parameter is there. From an initcall. */
int torture_init(struct torture *torture);
/* One more thread; fn loops until torture_must_stop() and returns 0. 0 or -errno. */
int torture_thread(struct torture *torture, int (*fn)(void *data), void *data);
/* Also lets others run, and sleeps now and then. state: of the caller's generator, not 0. */
bool torture_must_stop(u32 *state);
u32 torture_random(u32 *state);

#endif
