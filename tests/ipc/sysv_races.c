// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphore sets, message queues and segments are removed and made anew all the time, while processes
 * sleep in them, are interrupted by signals and time-outs, end with adjustments to take back, and are
 * killed. Nobody sleeps on in what is removed, calls fail with the errors that fit, and in the end
 * nothing is left.
 * Spec: SEM-036 to SEM-040, EXIT-003, EXIT-011
 *
 * The number of a round as argument runs that one alone.
 */
#include "tests/ipc/ipc_test.h"

#include <sched.h>
#include <stdint.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <time.h>

#define ROUNDS      3
#define WORKERS     6
#define INTERRUPTED 3 /* of them: a signal would end a sleep that nobody else ends */
#define REMOVALS    250
#define EACH        2 /* objects of each kind */
#define SEMS        4
#define TEXT        4000 /* a queue holds four such messages */

static struct {
	volatile int stop, wrong;
	volatile int sem[EACH], msg[EACH], shm[EACH];
} * shared;

static uint64_t state;

static unsigned int pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static void nothing(int sig)
{
}

/* Of a call that may fail so. */
static void check(long ret, const char *what)
{
	if (ret >= 0 || errno == EIDRM || errno == EINVAL || errno == EINTR || errno == EAGAIN ||
	    errno == ENOMSG || errno == ERANGE)
		return;
	printf("# %s: %s\n", what, strerror(errno));
	shared->wrong = 1;
}

static void use_semaphores(void)
{
	static const short changes[] = { -1, -1, -2, 1, 1, 2, 0 };
	struct timespec soon = { 0, 1000000 };
	int n = 1 + (int)pick(3) / 2 * (int)pick(3), id = shared->sem[pick(EACH)];
	struct sembuf ops[4];

	for (int i = 0; i < n; i++) {
		ops[i].sem_num = (unsigned short)pick(SEMS);
		ops[i].sem_op = changes[pick(7)];
		ops[i].sem_flg = (short)((pick(4) ? 0 : SEM_UNDO) | (pick(8) ? 0 : IPC_NOWAIT));
	}
	check(semtimedop(id, ops, (size_t)n, pick(3) ? NULL : &soon), "semtimedop");
}

static void control_semaphores(void)
{
	int id = shared->sem[pick(EACH)];
	unsigned short values[SEMS] = { 0, 1, 2, 0 };

	switch (pick(5)) {
	case 0:
		check(raw_semctl(id, (int)pick(SEMS), SETVAL, pick(3)), "SETVAL");
		break;
	case 1:
		check(raw_semctl(id, 0, SETALL, (long)values), "SETALL");
		break;
	case 2:
		check(raw_semctl(id, 0, GETALL, (long)values), "GETALL");
		break;
	case 3:
		check(raw_semctl(id, (int)pick(SEMS), GETNCNT, 0), "GETNCNT");
		break;
	default:
		check(raw_semctl(id, (int)pick(SEMS), GETPID, 0), "GETPID");
	}
}

static void use_queue(void)
{
	static struct {
		long type;
		char text[TEXT];
	} m;
	int id = shared->msg[pick(EACH)], flags = pick(8) ? 0 : IPC_NOWAIT;

	if (pick(2)) {
		m.type = 1 + pick(3);
		check(msgsnd(id, &m, pick(4) ? TEXT : 1, flags), "msgsnd");
	} else {
		check(msgrcv(id, &m, TEXT, (long)pick(5) - 2, flags), "msgrcv");
	}
}

static void use_segment(void)
{
	char *at = shmat(shared->shm[pick(EACH)], NULL, 0);

	check(at == (void *)-1 ? -1 : 0, "shmat");
	if (at == (void *)-1)
		return;
	at[pick(4096)]++;
	check(pick(2) ? shmdt(at) : munmap(at, 4096), "shmdt");
}

static void use_something(void)
{
	switch (pick(8)) {
	case 0:
	case 1:
		use_semaphores();
		break;
	case 2:
		control_semaphores();
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		use_queue();
		break;
	default:
		use_segment();
	}
}

/* A process that ends in the midst of something, by itself or not. */
static void short_life(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (int i = 0; i < 3; i++)
			use_something();
		_exit(0);
	}
	if (pick(2))
		sched_yield();
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static pid_t start_worker(int round, int n)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(100); /* who sleeps for ever ends so */
	state = 0x9e3779b97f4a7c15ull * (uint64_t)(round * WORKERS + n + 1);
	while (!shared->stop) {
		if (pick(16))
			use_something();
		else
			short_life();
	}
	_exit(0);
}

static int make(int kind)
{
	static struct {
		long type;
		char text[TEXT];
	} m = { .type = 1 };
	int id;

	switch (kind) {
	case 0:
		return semget(IPC_PRIVATE, SEMS, 0600);
	case 1:
		id = msgget(IPC_PRIVATE, 0600);
		/* Full or empty: one half of those who come sleeps. */
		if (pick(2))
			while (!msgsnd(id, &m, TEXT, IPC_NOWAIT))
				;
		return id;
	default:
		return shmget(IPC_PRIVATE, 4096, 0600);
	}
}

static void remove_object(int kind, int id)
{
	if (kind == 0)
		check(semctl(id, 0, IPC_RMID), "removing a set");
	else if (kind == 1)
		check(msgctl(id, IPC_RMID, NULL), "removing a queue");
	else
		check(shmctl(id, IPC_RMID, NULL), "removing a segment");
}

static volatile int *place(int kind, unsigned int n)
{
	return kind == 0 ? &shared->sem[n] : kind == 1 ? &shared->msg[n] : &shared->shm[n];
}

/* Objects of all kinds, semaphores and bytes in queues, in the whole system. */
static long in_use(void)
{
	struct seminfo sem;
	struct msginfo msg;
	struct shm_info shm;

	semctl(0, 0, SEM_INFO, &sem);
	msgctl(0, MSG_INFO, (struct msqid_ds *)&msg);
	shmctl(0, SHM_INFO, (struct shmid_ds *)&shm);
	return sem.semusz + sem.semaem + msg.msgpool + msg.msgmap + msg.msgtql + shm.used_ids +
	       (long)shm.shm_tot;
}

static int round_is_well(int round)
{
	struct timespec pause_time = { 0, 500000 };
	long before = in_use();
	pid_t workers[WORKERS];
	int status, good = 0;

	shared->stop = shared->wrong = 0;
	state = 0x2545f4914f6cdd1dull * (uint64_t)(round + 1);
	for (int kind = 0; kind < 3; kind++)
		for (unsigned int n = 0; n < EACH; n++)
			*place(kind, n) = make(kind);
	for (int n = 0; n < WORKERS; n++)
		workers[n] = start_worker(round, n);
	for (int i = 0; i < REMOVALS; i++) {
		int kind = (int)pick(3), old;
		volatile int *id = place(kind, pick(EACH));

		nanosleep(&pause_time, NULL);
		kill(workers[pick(INTERRUPTED)], SIGUSR1);
		old = *id;
		*id = make(kind);
		remove_object(kind, old);
	}
	shared->stop = 1;
	for (int kind = 0; kind < 3; kind++)
		for (unsigned int n = 0; n < EACH; n++)
			remove_object(kind, *place(kind, n));
	for (int n = 0; n < WORKERS; n++)
		good += waitpid(workers[n], &status, 0) == workers[n] && status == 0;
	if (good != WORKERS)
		printf("# %d of %d came back\n", good, WORKERS);
	if (in_use() != before)
		printf("# in use: %ld, before: %ld\n", in_use(), before);
	return good == WORKERS && !shared->wrong && in_use() == before;
}

int main(int argc, char **argv)
{
	struct sigaction interrupt = { .sa_handler = nothing }; /* without SA_RESTART */
	int only = argc > 1 ? atoi(argv[1]) : -1;

	shared = shared_page();
	sigaction(SIGUSR1, &interrupt, NULL);
	for (int round = 0; round < ROUNDS; round++)
		if (only < 0 || round == only)
			ok(round_is_well(round),
			   "round %d: nobody sleeps on in what is removed, and nothing is left",
			   round);
	return ktap_done();
}
