// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcrm: removes System V objects by id or key, with util-linux's options -m -M -q -Q -s -S.
 * Start at: main(). See docs/ipc.md.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static int get_id(int kind, key_t key)
{
	if (kind == 'q')
		return msgget(key, 0);
	return kind == 'm' ? shmget(key, 0, 0) : semget(key, 0, 0);
}

static int remove_id(int kind, int id)
{
	if (kind == 'q')
		return msgctl(id, IPC_RMID, NULL);
	return kind == 'm' ? shmctl(id, IPC_RMID, NULL) : semctl(id, 0, IPC_RMID);
}

static int complain(int by_key, const char *arg)
{
	const char *what = by_key ? "key" : "id";

	if (errno == EACCES || errno == EPERM)
		fprintf(stderr, "ipcrm: permission denied for %s (%s)\n", what, arg);
	else if (errno == EIDRM)
		fprintf(stderr, "ipcrm: already removed %s (%s)\n", what, arg);
	else
		fprintf(stderr, "ipcrm: invalid %s (%s)\n", what, arg);
	return 1;
}

static int remove_one(int option, const char *arg)
{
	int by_key = option < 'a', kind = by_key ? option - 'A' + 'a' : option, id;
	char *end;

	errno = EINVAL;
	id = (int)strtoul(arg, &end, 0);
	if (!*arg || *end)
		return complain(by_key, arg);
	if (by_key && (id == IPC_PRIVATE || (id = get_id(kind, id)) < 0))
		return complain(by_key, arg);
	return remove_id(kind, id) < 0 ? complain(by_key, arg) : 0;
}

int main(int argc, char **argv)
{
	int option, failed = 0;

	while ((option = getopt(argc, argv, "m:M:q:Q:s:S:")) != -1)
		failed |= option == '?' ? 1 : remove_one(option, optarg);
	if (argc == 1 || optind < argc) {
		fprintf(stderr, "ipcrm: bad usage\n");
		return 1;
	}
	return failed;
}
