// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dining philosophers: five people, five forks between them, and two forks are needed to eat.
 *
 *     philosophers [MEALS]      each takes both forks in one semop(): all eat
 *     philosophers -d [-k]      each takes the left one, then the right one: a deadlock. -k keeps it
 *
 * Idea: a fork is a semaphore, 1 on the table and 0 in a hand. A semop() with two operations does both
 * or neither, so nobody ever holds one fork and waits for the other. One at a time, everybody may hold
 * a fork that his neighbour waits for; -d makes that certain with a sixth semaphore, at which all
 * wait until everyone has his left fork. main() sees the deadlock in the same numbers as ipcs does: five
 * processes wait, and nobody is left to wake one.
 * Start at: main(), then eat_politely() and eat_greedily(). The page: docs/demos.md.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEATS             5
#define HAVE_NO_LEFT_FORK SEATS /* the sixth semaphore: so many */

static int set;

static int left(int seat)
{
	return seat;
}

static int right(int seat)
{
	return (seat + 1) % SEATS;
}

/* Returns 0 when the table has been taken away. */
static int change(int semaphore, int by)
{
	struct sembuf one = { semaphore, by, 0 };

	return semop(set, &one, 1) == 0;
}

static int eat_politely(int seat)
{
	struct sembuf take[] = { { left(seat), -1, 0 }, { right(seat), -1, 0 } };
	struct sembuf put[] = { { left(seat), 1, 0 }, { right(seat), 1, 0 } };

	return semop(set, take, 2) == 0 && semop(set, put, 2) == 0;
}

static int eat_greedily(int seat)
{
	return change(left(seat), -1) && change(HAVE_NO_LEFT_FORK, -1) &&
	       change(HAVE_NO_LEFT_FORK, 0) && change(right(seat), -1) && change(left(seat), 1) &&
	       change(right(seat), 1);
}

static void dine(int seat, int meals, int (*eat)(int seat))
{
	int eaten = 0;

	while (eaten < meals && eat(seat))
		eaten++;
	if (eaten < meals)
		printf("philosopher %d has not eaten: %s\n", seat,
		       errno == EIDRM ? "the table was taken away" : strerror(errno));
	else
		printf("philosopher %d has eaten %d times\n", seat, eaten);
	fflush(stdout);
	_exit(eaten < meals);
}

/* Everybody sleeps on his right fork, which its owner cannot put down. */
static void wait_for_deadlock(void)
{
	int waiting;

	do {
		sched_yield();
		waiting = 0;
		for (int fork = 0; fork < SEATS; fork++)
			waiting += semctl(set, fork, GETNCNT);
	} while (waiting < SEATS);
	printf("deadlock\n");
	for (int seat = 0; seat < SEATS; seat++)
		printf("fork %d: %d on the table, %d waiting for it, in philosopher %d's left "
		       "hand\n",
		       left(seat), semctl(set, left(seat), GETVAL),
		       semctl(set, left(seat), GETNCNT), seat);
}

int main(int argc, char **argv)
{
	int greedy = argc > 1 && !strcmp(argv[1], "-d"), keep = argc > 2 && !strcmp(argv[2], "-k");
	int meals = !greedy && argc > 1 ? atoi(argv[1]) : 100, hungry = 0, status;
	unsigned short values[SEATS + 1] = { 1, 1, 1, 1, 1, [HAVE_NO_LEFT_FORK] = SEATS };

	set = semget(IPC_PRIVATE, SEATS + 1, 0600);
	if (set < 0 || semctl(set, 0, SETALL, values) < 0) {
		perror("semaphores");
		return 1;
	}
	for (int seat = 0; seat < SEATS; seat++)
		if (fork() == 0)
			dine(seat, meals, greedy ? eat_greedily : eat_politely);
	if (greedy) {
		wait_for_deadlock();
		if (keep)
			printf("look with: ipcs -s -i %d; end it with: ipcrm -s %d\n", set, set);
		fflush(stdout);
		if (!keep)
			semctl(set, 0, IPC_RMID);
	}
	while (wait(&status) > 0)
		hungry += status != 0;
	printf("%d of %d philosophers have eaten\n", SEATS - hungry, SEATS);
	semctl(set, 0, IPC_RMID);
	return greedy ? hungry != SEATS : hungry != 0;
}
