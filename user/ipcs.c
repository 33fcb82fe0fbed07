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
#include <stdlib.h>
#include <string.h>
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

static const struct facility *const facilities[] = { &queues, &segments, &semaphore_sets };
static const char letters[] = "qms"; /* their options */
#define FACILITIES 3

struct request {
	int wanted[FACILITIES], wanted_count;
	int what; /* the letter of -t, -p, -c, -l or -u; 0: the list */
	int by_id, id;
};

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

static void parse_id(const char *text, struct request *r)
{
	int error = parse_int(text, &r->id);

	r->by_id = 1;
	if (error) {
		fprintf(stderr, "ipcs: failed to parse id argument: '%s'%s%s\n", text,
			error == ERANGE ? ": " : "", error == ERANGE ? error_text(error) : "");
		exit(1);
	}
}

static void parse_options(struct request *r, char **argv)
{
	struct options o;
	int option;

	start_options(&o, "ipcs", names, argv);
	while ((option = next_option(&o)) != -1) {
		if (option == 'i')
			parse_id(o.value, r);
		else if (option == 'h')
			exit(help());
		else if (option == 'V')
			exit(puts("ipcs from Conduit") < 0);
		else if (option == 'b')
			unit = UNIT_BYTES;
		else if (option == OPTION_HUMAN)
			unit = UNIT_HUMAN;
		else if (option != 'a' && !strchr(letters, option))
			r->what = option;
		for (int i = 0; i < FACILITIES; i++)
			r->wanted[i] |= option == 'a' || option == letters[i];
	}
	for (int i = 0; i < FACILITIES; i++)
		r->wanted_count += r->wanted[i];
}

int main(int argc, char **argv)
{
	struct request r = { .what = 0 };

	parse_options(&r, argv);
	if (r.by_id && r.wanted_count != 1) {
		fprintf(stderr, "ipcs: when using an ID, a single resource must be specified\n");
		return 1;
	}
	for (int i = 0; i < FACILITIES; i++) {
		if (r.wanted_count && !r.wanted[i])
			continue;
		if (r.by_id)
			facilities[i]->details(r.id);
		else
			show(facilities[i], r.what);
	}
	if (!r.by_id)
		printf("\n");
	return 0;
}
