// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcrm: removes System V objects by id, by key, or all of a kind.
 *
 * Options and output are those of util-linux, the old form `ipcrm shm ID...` included. Each object is
 * removed when its option is read; -a waits until all options are known. See docs/ipc.md.
 * Start at: main(), then struct kind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include "user/lib/numbers.h"
#include "user/lib/options.h"

static const struct option_name names[] = {
	{ 'm', "shmem-id", VALUE_REQUIRED },
	{ 'M', "shmem-key", VALUE_REQUIRED },
	{ 'q', "queue-id", VALUE_REQUIRED },
	{ 'Q', "queue-key", VALUE_REQUIRED },
	{ 's', "semaphore-id", VALUE_REQUIRED },
	{ 'S', "semaphore-key", VALUE_REQUIRED },
	{ 'a', "all", VALUE_OPTIONAL },
	{ 'v', "verbose", VALUE_NONE },
	{ 'h', "help", VALUE_NONE },
	{ 'V', "version", VALUE_NONE },
	{ 0, NULL, VALUE_NONE },
};

static int verbose, failed;

static int find_segment(key_t key)
{
	return shmget(key, 0, 0);
}

static int remove_segment(int id)
{
	return shmctl(id, IPC_RMID, NULL);
}

static int last_segment(void)
{
	struct shm_info info;

	return shmctl(0, SHM_INFO, (struct shmid_ds *)&info);
}

static int segment_at(int index)
{
	struct shmid_ds ds;

	return shmctl(index, SHM_STAT, &ds);
}

static int find_set(key_t key)
{
	return semget(key, 0, 0);
}

static int remove_set(int id)
{
	return semctl(id, 0, IPC_RMID);
}

static int last_set(void)
{
	struct seminfo info;

	return semctl(0, 0, SEM_INFO, &info);
}

static int set_at(int index)
{
	struct semid_ds ds;

	return semctl(index, 0, SEM_STAT, &ds);
}

static int find_queue(key_t key)
{
	return msgget(key, 0);
}

static int remove_queue(int id)
{
	return msgctl(id, IPC_RMID, NULL);
}

static int last_queue(void)
{
	struct msginfo info;

	return msgctl(0, MSG_INFO, (struct msqid_ds *)&info);
}

static int queue_at(int index)
{
	struct msqid_ds ds;

	return msgctl(index, MSG_STAT, &ds);
}

/* What the system calls of the three kinds differ in. All of them return -1 with errno at an error. */
static const struct kind {
	char letter; /* its option, by id; the capital: by key */
	const char *word, *name;
	int (*find)(key_t key);
	int (*remove)(int id);
	int (*last)(void);    /* the highest index in use */
	int (*at)(int index); /* the id at an index; EACCES for objects that we may not read */
} kinds[] = {
	{ 'm', "shm", "shared memory segment", find_segment, remove_segment, last_segment,
	  segment_at },
	{ 's', "sem", "semaphore", find_set, remove_set, last_set, set_at },
	{ 'q', "msg", "message queue", find_queue, remove_queue, last_queue, queue_at },
};
#define KINDS ((int)(sizeof(kinds) / sizeof(*kinds)))

static const struct kind *kind_by_letter(int letter)
{
	for (int i = 0; i < KINDS; i++)
		if (kinds[i].letter == letter)
			return &kinds[i];
	return NULL;
}

static const struct kind *kind_by_word(const char *word)
{
	for (int i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i].word, word))
			return &kinds[i];
	return NULL;
}

static const char *reason(int error)
{
	if (error == EACCES || error == EPERM)
		return "permission denied for";
	return error == EIDRM ? "already removed" : "invalid";
}

static void remove_id(const struct kind *kind, int id, const char *named_by)
{
	if (verbose)
		printf("removing %s id `%d'\n", kind->name, id);
	if (kind->remove(id) == 0)
		return;
	fprintf(stderr, "ipcrm: %s %s (%d)\n", reason(errno), named_by, id);
	failed = 1;
}

static _Noreturn void unreadable(const char *text, int error)
{
	fprintf(stderr, "ipcrm: failed to parse argument: '%s'%s%s\n", text,
		error == ERANGE ? ": " : "", error == ERANGE ? error_text(error) : "");
	exit(1);
}

static void remove_by_id(const struct kind *kind, const char *text)
{
	int id, error = parse_int(text, &id);

	if (error)
		unreadable(text, error);
	remove_id(kind, id, "id");
}

static void remove_by_key(const struct kind *kind, const char *text)
{
	unsigned long number;
	char *end;
	key_t key;
	int id;

	errno = 0;
	number = strtoul(text, &end, 0);
	key = number;
	if (end == text || *end || errno)
		unreadable(text, errno == ERANGE ? ERANGE : EINVAL);
	/* Objects with the key 0 are private: no key leads to them. */
	if (key == IPC_PRIVATE) {
		fprintf(stderr, "ipcrm: illegal key (%s)\n", text);
		failed = 1;
		return;
	}
	id = kind->find(key);
	if (id < 0) {
		fprintf(stderr, "ipcrm: %s key (%s)\n", reason(errno), text);
		failed = 1;
		return;
	}
	remove_id(kind, id, "key");
}

static void remove_all(const struct kind *kind)
{
	int last = kind->last();

	for (int index = 0; index <= last; index++) {
		int id = kind->at(index);

		if (id >= 0)
			remove_id(kind, id, "id");
	}
}

/* The form of old: ipcrm shm ID... */
static int remove_listed(const struct kind *kind, char **ids)
{
	for (; *ids; ids++) {
		char *end;
		int id = strtoul(*ids, &end, 10);

		if (*end) {
			fprintf(stderr, "ipcrm: invalid id: %s\n", *ids);
			failed = 1;
		} else {
			remove_id(kind, id, "id");
		}
	}
	if (!failed)
		puts("resource(s) deleted");
	return failed;
}

static int help(void)
{
	puts("usage: ipcrm [options]\n"
	     "       ipcrm shm|msg|sem ID...\n"
	     "\n"
	     "Removes shared memory segments, message queues and semaphore sets.\n"
	     "\n"
	     " -m, --shmem-id ID        the segment with this id\n"
	     " -M, --shmem-key KEY      the segment with this key\n"
	     " -q, --queue-id ID        the queue with this id\n"
	     " -Q, --queue-key KEY      the queue with this key\n"
	     " -s, --semaphore-id ID    the set with this id\n"
	     " -S, --semaphore-key KEY  the set with this key\n"
	     " -a, --all[=shm|msg|sem]  all objects that we may read, or all of one kind\n"
	     " -v, --verbose            say what is being removed\n"
	     " -h, --help               this text\n"
	     " -V, --version            which program this is");
	return 0;
}

static void choose_all(const struct options *o, const struct kind **chosen)
{
	const struct kind *kind;

	if (!o->value) {
		for (int i = 0; i < KINDS; i++)
			chosen[i] = &kinds[i];
		return;
	}
	kind = kind_by_word(o->value);
	if (!kind) {
		fprintf(stderr, "ipcrm: unknown argument: %s\n", o->value);
		exit(1);
	}
	/* The last -a counts. */
	for (int i = 0; i < KINDS; i++)
		chosen[i] = kind == &kinds[i] ? kind : NULL;
}

int main(int argc, char **argv)
{
	const struct kind *all[KINDS] = { NULL };
	const struct kind *kind = argc > 1 ? kind_by_word(argv[1]) : NULL;
	struct options o;
	int option;

	start_options(&o, "ipcrm", names, argv);
	if (kind) {
		if (argc > 2)
			return remove_listed(kind, argv + 2);
		fprintf(stderr, "ipcrm: not enough arguments\n");
		try_help(&o);
	}
	while ((option = next_option(&o)) != -1) {
		if (option == 'v')
			verbose = 1;
		else if (option == 'a')
			choose_all(&o, all);
		else if (option == 'h')
			return help();
		else if (option == 'V')
			return puts("ipcrm from Conduit") < 0;
		else if ((kind = kind_by_letter(option)))
			remove_by_id(kind, o.value);
		else
			remove_by_key(kind_by_letter(option - 'A' + 'a'), o.value);
	}
	for (int i = 0; i < KINDS; i++)
		if (all[i])
			remove_all(all[i]);
	if (o.rest) {
		fprintf(stderr, "ipcrm: unknown argument: %s\n", argv[1]);
		try_help(&o);
	}
	return failed;
}
