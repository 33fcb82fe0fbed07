// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers and writers: many may read a record at once, but who writes is alone with it.
 *
 *     readers_writers [-w] [ROUNDS]        -w: a waiting writer goes before new readers
 *
 * Idea: no lock at all, but two numbers that say how many READERS and WRITERS are in. semop() can wait
 * until a semaphore is 0 and change others in the same step, so the rule stands there as one reads it:
 *
 *     a reader enters:  no writer is in;                one reader more
 *     a writer enters:  no writer and no reader is in;  one writer more
 *
 * There can always be some reader in, and a writer waits for ever. With -w a writer first says that
 * he is WAITING, and readers also wait until nobody is. Whoever dies inside is counted out by SEM_UNDO.
 * Start at: main(), then read_record() and write_record(). The page: docs/demos.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4 /* of each kind */
#define FIELDS    64

enum { READERS, WRITERS, WAITING, SEMAPHORES };

static struct record {
	volatile long field[FIELDS]; /* all the same, except while somebody writes */
	long writes;                 /* changed by the writer who is in */
	volatile int most_readers;   /* some reader saw so many in; for the eye */
} * record;

static int set, writers_first;

/* All or none. It fails when somebody removes the set: ipcrm. */
static void do_steps(struct sembuf *steps, int count)
{
	if (semop(set, steps, count) < 0) {
		perror("semop");
		exit(2);
	}
}

/* Waits until both @zero and @zero_too are 0, and adds 1 to @counter in the same moment. */
static void enter(int zero, int zero_too, int counter)
{
	do_steps((struct sembuf[]){ { zero, 0, 0 }, { zero_too, 0, 0 }, { counter, 1, SEM_UNDO } },
		 3);
}

static void change(int counter, int by)
{
	do_steps(&(struct sembuf){ counter, by, SEM_UNDO }, 1);
}

/* Returns 1 if the record was half written. */
static int read_record(void)
{
	int torn = 0, inside;

	enter(WRITERS, writers_first ? WAITING : WRITERS, READERS);
	inside = semctl(set, READERS, GETVAL);
	if (inside > record->most_readers)
		record->most_readers = inside;
	for (int i = 1; i < FIELDS; i++)
		torn |= record->field[i] != record->field[0];
	change(READERS, -1);
	return torn;
}

static void write_record(void)
{
	if (writers_first)
		change(WAITING, 1);
	enter(WRITERS, READERS, WRITERS);
	if (writers_first)
		change(WAITING, -1);
	for (int i = 0; i < FIELDS; i++)
		record->field[i]++;
	record->writes++;
	change(WRITERS, -1);
}

static void make_objects(void)
{
	int segment = shmget(IPC_PRIVATE, sizeof(*record), 0600);

	record = shmat(segment, NULL, 0);
	set = semget(IPC_PRIVATE, SEMAPHORES, 0600);
	if (record == (void *)-1 || set < 0) {
		perror("shared memory and semaphores");
		exit(1);
	}
	/* New segments and semaphores are all 0. The segment goes with its last user. */
	shmctl(segment, IPC_RMID, NULL);
}

int main(int argc, char **argv)
{
	int rounds, torn = 0, status;

	if (argc > 1 && !strcmp(argv[1], "-w")) {
		writers_first = 1;
		argc--;
		argv++;
	}
	rounds = argc > 1 ? atoi(argv[1]) : 500;
	make_objects();
	for (int i = 0; i < 2 * PROCESSES; i++) {
		if (fork() == 0) {
			int mine = 0;

			for (int round = 0; round < rounds; round++) {
				if (i % 2)
					write_record();
				else
					mine |= read_record();
			}
			_exit(mine);
		}
	}
	while (wait(&status) > 0)
		torn |= WEXITSTATUS(status) == 1;
	printf("%d reads while %ld writes happened, %s\n", PROCESSES * rounds, record->writes,
	       torn ? "and some saw half a write" : "and none saw half a write");
	printf("at most %d readers were seen in at once\n", record->most_readers);
	semctl(set, 0, IPC_RMID);
	return torn || record->writes != PROCESSES * rounds;
}
