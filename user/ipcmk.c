// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcmk: makes System V objects, each with a key picked at random, and prints their ids.
 *
 * Options and output are those of util-linux. See docs/ipc.md. Start at: main().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include "user/lib/numbers.h"
#include "user/lib/options.h"

static const struct option_name names[] = {
	{ 'M', "shmem", VALUE_REQUIRED }, { 'S', "semaphore", VALUE_REQUIRED },
	{ 'Q', "queue", VALUE_NONE },     { 'p', "mode", VALUE_REQUIRED },
	{ 'h', "help", VALUE_NONE },      { 'V', "version", VALUE_NONE },
	{ 0, NULL, VALUE_NONE },
};

static int mode = 0644;

static _Noreturn void fail(const char *what, int error)
{
	fflush(stdout);
	fprintf(stderr, "ipcmk: %s: %s\n", what, error_text(error));
	exit(1);
}

static key_t random_key(void)
{
	key_t key;

	if (getrandom(&key, sizeof(key), 0) != sizeof(key))
		fail("cannot get random bytes", errno);
	return key;
}

static void make_segment(uint64_t size)
{
	int id = shmget(random_key(), size, mode | IPC_CREAT);

	if (id < 0)
		fail("create share memory failed", errno);
	printf("Shared memory id: %d\n", id);
}

static void make_queue(void)
{
	int id = msgget(random_key(), mode | IPC_CREAT);

	if (id < 0)
		fail("create message queue failed", errno);
	printf("Message queue id: %d\n", id);
}

static void make_set(int semaphores)
{
	int id = semget(random_key(), semaphores, mode | IPC_CREAT);

	if (id < 0)
		fail("create semaphore failed", errno);
	printf("Semaphore id: %d\n", id);
}

static int help(void)
{
	puts("usage: ipcmk [-M size] [-S semaphores] [-Q] [-p mode]\n"
	     "\n"
	     "Makes a shared memory segment, a semaphore set, a message queue, or several of "
	     "them.\n"
	     "\n"
	     " -M, --shmem SIZE       a segment of SIZE bytes, or 4K, 4KiB (1024), 4KB (1000)\n"
	     " -S, --semaphore COUNT  a set of COUNT semaphores, all 0\n"
	     " -Q, --queue            a message queue\n"
	     " -p, --mode MODE        who may use them, octal (0644)\n"
	     " -h, --help             this text\n"
	     " -V, --version          which program this is");
	return 0;
}

static void parse_mode(const char *text)
{
	char *end;

	errno = 0;
	mode = strtoul(text, &end, 8);
	if (end == text || *end || errno)
		fail("failed to parse mode", errno == EINVAL ? 0 : errno);
	mode &= 0777;
}

static void parse_shmem(const char *text, uint64_t *size)
{
	int error = parse_size(text, size);

	if (error) {
		fprintf(stderr, "ipcmk: failed to parse size: '%s': %s\n", text, error_text(error));
		exit(1);
	}
}

static void parse_elements(const char *text, int *semaphores)
{
	int error = parse_int(text, semaphores);

	if (error) {
		fprintf(stderr, "ipcmk: failed to parse elements: '%s'%s%s\n", text,
			error == ERANGE ? ": " : "", error == ERANGE ? error_text(error) : "");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int option, semaphores = 0, wants_segment = 0, wants_queue = 0, wants_set = 0;
	uint64_t size = 0;
	struct options o;

	start_options(&o, "ipcmk", names, argv);
	while ((option = next_option(&o)) != -1) {
		if (option == 'M')
			parse_shmem(o.value, &size);
		else if (option == 'S')
			parse_elements(o.value, &semaphores);
		else if (option == 'p')
			parse_mode(o.value);
		else if (option == 'h')
			return help();
		else if (option == 'V')
			return puts("ipcmk from Conduit") < 0;
		wants_segment |= option == 'M';
		wants_queue |= option == 'Q';
		wants_set |= option == 'S';
	}
	if (!wants_segment && !wants_queue && !wants_set) {
		fprintf(stderr, "ipcmk: bad usage\n");
		try_help(&o);
	}
	if (wants_segment)
		make_segment(size);
	if (wants_queue)
		make_queue();
	if (wants_set)
		make_set(semaphores);
	return 0;
}
