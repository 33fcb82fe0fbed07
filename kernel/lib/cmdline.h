/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's command line: words "name" or "name=value", values may be quoted "…". Words behind
 * "--" are for init. Pure: works on a string.
 */
#ifndef CONDUIT_LIB_CMDLINE_H
#define CONDUIT_LIB_CMDLINE_H

#include "kernel/lib/types.h"

/*
 * Copies the value of the last word with this name ("" when it has no '='). Returns the value's
 * whole length (buf holds size - 1 bytes of it), or -1 when the word is not there.
 */
int cmdline_find_option(const char *cmdline, const char *name, char *buf, size_t size);
bool cmdline_find_option_bool(const char *cmdline, const char *name);
/*
 * The index-th word with this name (console= may be given several times): as above.
 */
int cmdline_find_nth(const char *cmdline, const char *name, unsigned int index, char *buf,
		     size_t size);
/*
 * Splits in place: returns the next word, unquoted, or NULL; *value is behind its '=' or NULL.
 * *rest starts as the (writable) command line.
 */
char *next_arg(char **rest, char **value);
/* A number with the suffix K, M or G. */
unsigned long long memparse(const char *s, char **end);
/* A number from a list "1,2,3": 0 none, 1 the last, 2 a comma follows (stepped over). */
int get_option(char **s, int *value);

#endif
