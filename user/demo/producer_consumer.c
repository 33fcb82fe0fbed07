// SPDX-License-Identifier: GPL-2.0-only
/*
 * Producers and consumers: numbers go through a ring of eight places in shared memory.
 *
 *     producer_consumer [-s] [ITEMS [PRODUCERS [CONSUMERS]]]       -s: slowly, to watch with ipcs
 *
 * Idea: two semaphores count, FREE places and FILLED ones. A producer takes a free place and gives a
 * filled one, a consumer the other way round, and whoever finds none sleeps. They cannot be too fast
 * for each other. A third semaphore, LOCK, keeps two of one kind from using the same place.
 * One semop() does several things at once or none: "wait for a place and for the lock" is one call,
 * so that nobody sleeps for a place with the lock in his hand.
 * Start at: main(), then produce() and consume(). The page: docs/demos.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACES 8

enum { FREE, FILLED, LOCK, SEMAPHORES };

struct ring {
	long place[PLACES];
	int in, out;     /* the next place to fill, to empty */
	long taken, sum; /* what all consumers have had */
};

static struct ring *ring; /* shared by all; everything in it belongs to who holds LOCK */
static int set, slow;

/* Both or neither, now or after sleeping. It fails when somebody removes the set: ipcrm. */
static void do_both(struct sembuf *two)
{
	if (semop(set, two, 2) < 0) {
		perror("semop");
		exit(1);
	}
}

static void take_with_lock(int what)
{
	do_both((struct sembuf[]){ { what, -1, 0 }, { LOCK, -1, 0 } });
}

static void unlock_and_give(int what)
{
	do_both((struct sembuf[]){ { LOCK, 1, 0 }, { what, 1, 0 } });
}

static void produce(long first, long items, long step)
{
	for (long item = first; item <= items; item += step) {
		take_with_lock(FREE);
		ring->place[ring->in] = item;
		ring->in = (ring->in + 1) % PLACES;
		unlock_and_give(FILLED);
		if (slow)
			usleep(100000);
	}
}

/* Until it gets a 0. */
static void consume(void)
{
	long item;

	do {
		take_with_lock(FILLED);
		item = ring->place[ring->out];
		ring->out = (ring->out + 1) % PLACES;
		ring->sum += item;
		ring->taken += item != 0;
		unlock_and_give(FREE);
		if (slow)
			usleep(300000);
	} while (item);
}

/* The ring goes with its last user: removed now, gone at the last detach (or exit). */
static void make_ring(void)
{
	int segment = shmget(IPC_PRIVATE, sizeof(*ring), 0600);

	ring = shmat(segment, NULL, 0);
	if (segment < 0 || ring == (void *)-1) {
		perror("shared memory");
		exit(1);
	}
	shmctl(segment, IPC_RMID, NULL);
	memset(ring, 0, sizeof(*ring));
}

static void make_set(void)
{
	unsigned short values[SEMAPHORES] = { [FREE] = PLACES, [FILLED] = 0, [LOCK] = 1 };

	set = semget(IPC_PRIVATE, SEMAPHORES, 0600);
	if (set < 0 || semctl(set, 0, SETALL, values) < 0) {
		perror("semaphores");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	long items, producers, consumers;

	if (argc > 1 && !strcmp(argv[1], "-s")) {
		slow = 1;
		argc--;
		argv++;
	}
	items = argc > 1 ? atol(argv[1]) : 1000;
	producers = argc > 2 ? atol(argv[2]) : 2;
	consumers = argc > 3 ? atol(argv[3]) : 3;
	make_ring();
	make_set();
	if (slow)
		dprintf(1, "look with: ipcs; ipcs -s -i %d\n", set);
	for (long i = 0; i < producers + consumers; i++) {
		if (fork() == 0) {
			if (i < producers)
				produce(1 + i, items, producers);
			else
				consume();
			_exit(0);
		}
	}
	/* When every producer has ended, one 0 for each consumer. */
	for (long left = producers; left > 0; left--)
		wait(NULL);
	for (long i = 0; i < consumers; i++)
		produce(0, 0, 1);
	while (wait(NULL) > 0)
		;
	printf("%ld items by %ld producers, %ld taken by %ld consumers, their sum is %ld\n", items,
	       producers, ring->taken, consumers, ring->sum);
	semctl(set, 0, IPC_RMID);
	return ring->taken != items || ring->sum != items * (items + 1) / 2;
}
