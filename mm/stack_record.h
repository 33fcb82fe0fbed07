/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who did something, kept small: the call chain and the task, for reports of DEBUG builds.
 * Implemented in mm/stack_record.c. Linux: lib/stackdepot.c.
 */
#ifndef CONDUIT_MM_STACK_RECORD_H
#define CONDUIT_MM_STACK_RECORD_H

#include "kernel/lib/types.h"

#define RECORD_FRAMES 7

struct stack_record {
	u32 frame[RECORD_FRAMES]; /* lower halves: all code lies in the last 2 GiB; 0: none */
	int pid;
};

/* The chain of calls here, from the return address caller on, or without the skip innermost. */
void stack_record_save(struct stack_record *record, unsigned long caller, unsigned int skip);
/* Several lines, each after "slab: " or the like. */
void stack_record_print(const struct stack_record *record, const char *prefix, const char *what);
/* "f+0x12/0x40 < g+0x8/0x20, pid 7": the length. */
int stack_record_format(const struct stack_record *record, char *buf, size_t size);

#endif
