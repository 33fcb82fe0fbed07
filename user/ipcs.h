/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of ipcs share: user/ipcs.c chooses, one file per kind prints. */
#ifndef CONDUIT_USER_IPCS_H
#define CONDUIT_USER_IPCS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/types.h>
#include <time.h>

enum unit { UNIT_DEFAULT, UNIT_BYTES, UNIT_HUMAN };

/* One kind of object. The first six print a table of all objects; details() one object. */
struct facility {
	void (*list)(void);
	void (*times)(void);
	void (*pids)(void);
	void (*creators)(void);
	void (*limits)(void);
	void (*summary)(void);
	void (*details)(int id);
};

extern const struct facility queues, segments, semaphore_sets;
extern enum unit unit; /* in which sizes are printed */

/* user/ipcs_format.c: these return texts in static memory, good until called four times more. */
const char *user_name(uid_t uid);   /* the number where there is no name */
const char *full_time(time_t time); /* with weekday and year */
const char *short_time(time_t time);
const char *human(uint64_t bytes);

void print_creators(int id, const struct ipc_perm *perm);
void print_size_column(uint64_t bytes, int width);

/* "name (bytes) = N" or "name = 8K"; kilobytes is for UNIT_DEFAULT. */
void print_size_limit(const char *name, uint64_t bytes, int in_kilobytes);

_Noreturn void fail(const char *what);
void not_found(int id);

#endif
