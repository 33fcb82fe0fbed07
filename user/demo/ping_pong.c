// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ping-pong: two processes take turns, once over each way in which one can wake another.
 *
 *     ping_pong [ROUNDS]
 *
 * Idea: prepare() before the fork; give() wakes the other player; take() sleeps until one is woken. All
 * else is the same for every way, so the figures compare: a round is two sleeps and two wake-ups.
 * Start at: play(), then give() and take() side by side. The page: docs/demos.md.
 */
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FUTEX_WAIT, FUTEX_WAKE }; /* of linux/futex.h, no header of the C library's */

enum way { PIPE, SOCKET, FIFO, EVENTFD, MQUEUE, SIGNAL, SEMAPHORE, MESSAGE, FUTEX, WAYS };
static const char *const names[] = { "pipe",   "socket", "FIFO", "eventfd", "mqueue",
				     "signal", "sem",    "msg",  "futex" };

static int line[2][2]; /* line[i] leads to player i: [0] is read, [1] is written */
static pid_t players[2];
static sigset_t usr1;
static int object;       /* the semaphore set's or the queue's id */
static atomic_int *turn; /* in shared memory: whose */

static int open_line(enum way way, int ends[2])
{
	if (way <= SOCKET)
		return way == PIPE ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	if (way == EVENTFD)
		return ends[0] = ends[1] = eventfd(0, 0);
	if (way == MQUEUE) {
		ends[0] = ends[1] = mq_open("/ping_pong", O_CREAT | O_RDWR, 0600,
					    &(struct mq_attr){ .mq_maxmsg = 1, .mq_msgsize = 8 });
		return mq_unlink("/ping_pong");
	}
	mkfifo("/tmp/ping_pong", 0600);
	ends[0] = ends[1] = open("/tmp/ping_pong", O_RDWR);
	return unlink("/tmp/ping_pong");
}

static int prepare(enum way way)
{
	switch (way) {
	case SIGNAL: /* a blocked signal waits until somebody asks for it */
		sigaddset(&usr1, SIGUSR1);
		return sigprocmask(SIG_BLOCK, &usr1, NULL);
	case SEMAPHORE: /* one for each player */
		return object = semget(IPC_PRIVATE, 2, 0600);
	case MESSAGE:
		return object = msgget(IPC_PRIVATE, 0600);
	case FUTEX:
		object = shmget(IPC_PRIVATE, sizeof(*turn), 0600);
		turn = shmat(object, NULL, 0);
		return shmctl(object, IPC_RMID, NULL); /* it goes with its last user */
	default:
		return open_line(way, line[0]) < 0 ? -1 : open_line(way, line[1]);
	}
}

static void give(enum way way, int me)
{
	long number = 1 + !me; /* a message's type, which is its address; an eventfd takes any */

	if (way <= EVENTFD) /* files */
		write(line[!me][1], &number, sizeof(number));
	else if (way == MQUEUE)
		mq_send(line[!me][1], (char *)&number, sizeof(number), 0);
	else if (way == SIGNAL)
		kill(players[!me], SIGUSR1);
	else if (way == SEMAPHORE)
		semop(object, &(struct sembuf){ !me, 1, 0 }, 1);
	else if (way == MESSAGE)
		msgsnd(object, &number, 0, 0);
	else if (atomic_exchange(turn, !me) == me)
		syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void take(enum way way, int me)
{
	long number;

	if (way <= EVENTFD)
		read(line[me][0], &number, sizeof(number));
	else if (way == MQUEUE)
		mq_receive(line[me][0], (char *)&number, sizeof(number), NULL);
	else if (way == SIGNAL)
		sigwaitinfo(&usr1, NULL);
	else if (way == SEMAPHORE)
		semop(object, &(struct sembuf){ me, -1, 0 }, 1);
	else if (way == MESSAGE)
		msgrcv(object, &number, 0, 1 + me, 0);
	else /* the kernel sleeps only if the turn is still the other's */
		while (*turn != me)
			syscall(SYS_futex, turn, FUTEX_WAIT, !me, NULL, NULL, 0);
}

static void play(enum way way, int rounds)
{
	struct timespec from, to;
	int me;

	players[0] = getpid();
	players[1] = fork();
	me = players[1] == 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int round = 0; round < rounds; round++) {
		if (me == 0)
			give(way, me);
		take(way, me);
		if (me == 1)
			give(way, me);
	}
	if (me == 1)
		_exit(0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	wait(NULL);
	printf("%-8s%d rounds, %.1f us each\n", names[way], rounds,
	       ((to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3) / rounds);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (enum way way = 0; way < WAYS; way++) {
		if (prepare(way) < 0)
			err(1, "%s", names[way]);
		play(way, argc > 1 ? atoi(argv[1]) : 1000);
		if (way == SEMAPHORE || way == MESSAGE)
			way == MESSAGE ? msgctl(object, IPC_RMID, NULL) :
					 semctl(object, 0, IPC_RMID);
	}
	return 0;
}
