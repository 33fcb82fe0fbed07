// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcs: shows System V message queues, shared memory segments and semaphore sets.
 *
 * Options and output are those of util-linux, byte for byte (tests/host/ipc_programs compares). Where that reads
 * /proc/sysvipc, this one asks with the system calls alone: they tell as much.
 * Files: ipcs_msg.c, ipcs_shm.c, ipcs_sem.c print one kind each, ipcs_format.c what they share.
 * Start at: main(). See docs/ipc.md.
 */
#include <errno.h>
#include <stdio.h>
#include "user/ipcs.h"
#include "user/lib/numbers.h"
#include "user/lib/options.h"

#define OPTION_HUMAN 256

enum unit unit;

static const struct option_name names[] = {
	{ 'i', "id", VALUE_REQUIRED },
	{ 'q', "queues", VALUE_NONE },
	{ 'm', "shmems", VALUE_NONE },
	{ 's', "semaphores", VALUE_NONE },
	{ 'a', "all", VALUE_NONE },
	{ 't', "time", VALUE_NONE },
	{ 'p', "pid", VALUE_NONE },
	{ 'c', "creator", VALUE_NONE },
	{ 'l', "limits", VALUE_NONE },
	{ 'u', "summary", VALUE_NONE },
	{ OPTION_HUMAN, "human", VALUE_NONE },
	{ 'b', "bytes", VALUE_NONE },
	{ 'h', "help", VALUE_NONE },
	{ 'V', "version", VALUE_NONE },
	{ 0, NULL, VALUE_NONE },
};

static int help(void)
{
	puts("usage: ipcs [-qmsa] [-tpclu] [-b | --human]\n"
	     "       ipcs -q|-m|-s -i id\n"
	     "\n"
	     "Shows message queues, shared memory segments and semaphore sets.\n"
	     "\n"
	     " -i, --id ID       all about the one with this id\n"
	     " -q, --queues      message queues\n"
	     " -m, --shmems      shared memory segments\n"
	     " -s, --semaphores  semaphore sets\n"
	     " -a, --all         all three (so it is without any of these)\n"
	     "\n"
	     "The last of these counts:\n"
	     " -t, --time        when used and changed last\n"
	     " -p, --pid         by whom made and used last\n"
	     " -c, --creator     creators and owners\n"
	     " -l, --limits      the namespace's limits\n"
	     " -u, --summary     how many there are and what they hold\n"
	     "\n"
	     "     --human       sizes as 1.5M\n"
	     " -b, --bytes       sizes in bytes\n"
	     " -h, --help        this text\n"
	     " -V, --version     which program this is");
	return 0;
}

static void show(const struct facility *f, int what)
{
	switch (what) {
	case 't':
		return f->times();
	case 'p':
		return f->pids();
	case 'c':
		return f->creators();
	case 'l':
		return f->limits();
	case 'u':
		return f->summary();
	default:
		return f->list();
	}
}

static int show_one(const struct facility *f, int id)
{
	f->details(id);
	return 0;
}

/* Returns what @text says, or ends the program's reading of options with an error. */
static int parse_id(const char *text, int *id)
{
	int error = parse_int(text, id);

	if (error)
		fprintf(stderr, "ipcs: failed to parse id argument: '%s'%s%s\n", text,
			error == ERANGE ? ": " : "", error == ERANGE ? error_text(error) : "");
	return error;
}

int main(int argc, char **argv)
{
	const struct facility *facilities[] = { &queues, &segments, &semaphore_sets }, *one = NULL;
	const char letters[] = "qms";
	int option, what = 0, by_id = 0, id = 0, count = 0, wanted[3] = { 0 };
	struct options o;

	start_options(&o, "ipcs", names, argv);
	while ((option = next_option(&o)) != -1) {
		switch (option) {
		case 'i':
			by_id = 1;
			if (parse_id(o.value, &id))
				return 1;
			break;
		case 'h':
			return help();
		case 'V':
			return puts("ipcs from Conduit") < 0;
		case 'b':
			unit = UNIT_BYTES;
			break;
		case OPTION_HUMAN:
			unit = UNIT_HUMAN;
			break;
		case 'q':
		case 'm':
		case 's':
		case 'a':
			for (int i = 0; i < 3; i++)
				wanted[i] |= option == 'a' || option == letters[i];
			break;
		default:
			what = option;
		}
	}
	for (int i = 0; i < 3; i++) {
		count += wanted[i];
		if (wanted[i])
			one = facilities[i];
	}
	if (by_id && count == 1)
		return show_one(one, id);
	if (by_id) {
		fprintf(stderr, "ipcs: when using an ID, a single resource must be specified\n");
		return 1;
	}
	for (int i = 0; i < 3; i++)
		if (wanted[i] || !count)
			show(facilities[i], what);
	printf("\n");
	return 0;
}
