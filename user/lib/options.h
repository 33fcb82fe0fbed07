/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command-line options, short (-m), long (--shmems) and abbreviated (--shm), in any order with
 * other arguments. musl's getopt_long() does the same but words its complaints otherwise than the
 * tools that students know, so programs that are compared with those use this one.
 */
#ifndef CONDUIT_USER_LIB_OPTIONS_H
#define CONDUIT_USER_LIB_OPTIONS_H

enum option_value { VALUE_NONE, VALUE_REQUIRED, VALUE_OPTIONAL };

struct option_name {
	int letter; /* what next_option() returns; above 255: there is no short form */
	const char *word;
	enum option_value value;
};

struct options {
	const char *program;
	const struct option_name *names; /* ends with letter 0 */
	char **argv;
	int at;              /* the argument looked at next */
	const char *cluster; /* what is left of -abc */
	const char *value;   /* of the option just returned, or NULL */
	int rest;            /* so many other arguments, moved to argv[1] and up */
};

/* Afterwards next_option() can be called. */
void start_options(struct options *o, const char *program, const struct option_name *names,
		   char **argv);

/* The next option's letter; -1 at the end. Ends the program with status 1 at a mistake. */
int next_option(struct options *o);

/* The line that follows every complaint about usage. Ends the program with status 1. */
_Noreturn void try_help(const struct options *o);

#endif
