// SPDX-License-Identifier: GPL-2.0-only
/*
 * All System V calls through the C library, in musl's way and (tests/ipc/libc_calls_glibc.c) in glibc's:
 * musl's semop() is the call of that name, glibc's is semtimedop() without a limit.
 */
#define _GNU_SOURCE
#include <sys/msg.h>
#include <sys/shm.h>
#include "tests/ipc/ipc_test.h"

#ifdef __GLIBC__
#define LIBRARY  "glibc"
#define SEMOP_IS SYS_semtimedop
#else
#define LIBRARY  "musl"
#define SEMOP_IS SYS_semop
#endif

union argument { /* the library leaves it to its user to declare it */
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

static int set;

static int sleep_in_semop(void)
{
	return semop(set, &OP(2, -1, 0), 1) ? errno : 0;
}

/* The number of the call in which a child sleeps that has called semop(). */
static long number_of_semop(void)
{
	time_t deadline = time(NULL) + LONG_MS / 1000;
	pid_t child = fork();
	char path[40];
	long number;

	if (child == 0)
		_exit(sleep_in_semop());
	while (semctl(set, 2, GETNCNT) != 1 && time(NULL) < deadline)
		sched_yield();
	snprintf(path, sizeof(path), "/proc/%d/syscall", child);
	/* It has counted itself before it sleeps: until it does the file says "running". */
	do
		number = read_number(path);
	while (number == 0 && time(NULL) < deadline);
	semop(set, &OP(2, 1, 0), 1);
	return result_of(child) ? -1 : number;
}

static void test_semaphores(void)
{
	unsigned short values[3] = { 1, 2, 3 }, read_back[3];
	struct timespec soon = { 0, 1000 };
	struct semid_ds ds;
	struct seminfo info;
	int highest;

	set = semget(0x11bc, 3, IPC_CREAT | IPC_EXCL | 0600);
	ok(set >= 0 && semget(0x11bc, 3, 0) == set, LIBRARY ": semget");
	ok(semctl(set, 0, SETALL, (union argument){ .array = values }) == 0 &&
		   semctl(set, 0, GETALL, (union argument){ .array = read_back }) == 0 &&
		   !memcmp(values, read_back, sizeof(values)),
	   LIBRARY ": semctl SETALL and GETALL");
	ok(semctl(set, 2, SETVAL, (union argument){ .val = 0 }) == 0 && semctl(set, 2, GETVAL) == 0,
	   LIBRARY ": semctl SETVAL and GETVAL");
	ok(semop(set, (struct sembuf[]){ OP(0, 1, SEM_UNDO), OP(1, -2, 0) }, 2) == 0 &&
		   semctl(set, 0, GETVAL) == 2 && semctl(set, 1, GETVAL) == 0 &&
		   semctl(set, 1, GETPID) == getpid(),
	   LIBRARY ": semop of two");
	ok(failed_with(semop(set, &OP(1, -1, IPC_NOWAIT), 1), EAGAIN),
	   LIBRARY ": semop, IPC_NOWAIT");
	ok(failed_with(semtimedop(set, &OP(1, -1, 0), 1, &soon), EAGAIN) &&
		   semtimedop(set, &OP(1, 1, 0), 1, NULL) == 0,
	   LIBRARY ": semtimedop with a limit and without");
	ok(number_of_semop() == SEMOP_IS, LIBRARY ": semop is system call %d", SEMOP_IS);
	ok(semctl(set, 0, IPC_STAT, (union argument){ .buf = &ds }) == 0 && ds.sem_nsems == 3 &&
		   (ds.sem_perm.mode & 0777) == 0600 && ds.sem_otime >= ds.sem_ctime,
	   LIBRARY ": semctl IPC_STAT");
	ds.sem_perm.mode = 0640;
	ok(semctl(set, 0, IPC_SET, (union argument){ .buf = &ds }) == 0,
	   LIBRARY ": semctl IPC_SET");
	highest = semctl(0, 0, SEM_INFO, (union argument){ .info = &info });
	ok(highest >= 0 && info.semusz == 1 && info.semaem == 3, LIBRARY ": semctl SEM_INFO");
	ok(semctl(highest, 0, SEM_STAT_ANY, (union argument){ .buf = &ds }) == set &&
		   (ds.sem_perm.mode & 0777) == 0640,
	   LIBRARY ": semctl SEM_STAT_ANY");
	ok(semctl(set, 0, IPC_RMID) == 0 && failed_with(semop(set, &OP(0, 1, 0), 1), EINVAL),
	   LIBRARY ": semctl IPC_RMID");
}

static void test_messages(void)
{
	struct {
		long type;
		char text[16];
	} message = { 5, "text" };
	struct msqid_ds ds;
	struct msginfo info;
	int queue = msgget(0x11bc, IPC_CREAT | IPC_EXCL | 0600);

	ok(queue >= 0 && msgget(0x11bc, 0) == queue, LIBRARY ": msgget");
	ok(msgsnd(queue, &message, 5, 0) == 0, LIBRARY ": msgsnd");
	ok(msgctl(queue, IPC_STAT, &ds) == 0 && ds.msg_qnum == 1 && ds.msg_cbytes == 5 &&
		   ds.msg_lspid == getpid() && ds.msg_stime,
	   LIBRARY ": msgctl IPC_STAT");
	ds.msg_qbytes = 4;
	ok(msgctl(queue, IPC_SET, &ds) == 0 &&
		   failed_with(msgsnd(queue, &message, 5, IPC_NOWAIT), EAGAIN),
	   LIBRARY ": msgctl IPC_SET");
	ok(msgctl(0, MSG_INFO, (struct msqid_ds *)&info) >= 0 && info.msgpool == 1 &&
		   info.msgtql == 5,
	   LIBRARY ": msgctl MSG_INFO");
	message.type = 0;
	message.text[0] = 0;
	ok(msgrcv(queue, &message, sizeof(message.text), -9, 0) == 5 && message.type == 5 &&
		   !strcmp(message.text, "text"),
	   LIBRARY ": msgrcv");
	ok(failed_with(msgrcv(queue, &message, sizeof(message.text), 0, IPC_NOWAIT), ENOMSG),
	   LIBRARY ": msgrcv, IPC_NOWAIT");
	ok(msgctl(queue, IPC_RMID, NULL) == 0, LIBRARY ": msgctl IPC_RMID");
}

static void test_shared_memory(void)
{
	int segment = shmget(0x11bc, 5000, IPC_CREAT | IPC_EXCL | 0600);
	struct shmid_ds ds;
	struct shm_info
		info; /* the first field, an int, is how many; the libraries name it differently */
	char *at;

	ok(segment >= 0 && shmget(0x11bc, 0, 0) == segment, LIBRARY ": shmget");
	at = shmat(segment, NULL, 0);
	ok(at != (void *)-1 && at[4999] == 0 && (at[4999] = 1), LIBRARY ": shmat");
	ok(shmctl(segment, IPC_STAT, &ds) == 0 && ds.shm_segsz == 5000 && ds.shm_nattch == 1 &&
		   ds.shm_cpid == getpid() && ds.shm_atime,
	   LIBRARY ": shmctl IPC_STAT");
	ok(shmctl(0, SHM_INFO, (struct shmid_ds *)&info) >= 0 && *(int *)&info == 1 &&
		   info.shm_tot == 2 && info.shm_rss == 1,
	   LIBRARY ": shmctl SHM_INFO");
	ds.shm_perm.mode = 0644;
	ok(shmctl(segment, IPC_SET, &ds) == 0 && shmctl(segment, SHM_LOCK, NULL) == 0 &&
		   shmctl(segment, IPC_STAT, &ds) == 0 && (ds.shm_perm.mode & 0777) == 0644,
	   LIBRARY ": shmctl IPC_SET and SHM_LOCK");
	ok(shmdt(at) == 0 && failed_with(shmdt(at), EINVAL), LIBRARY ": shmdt");
	ok(shmctl(segment, IPC_RMID, NULL) == 0, LIBRARY ": shmctl IPC_RMID");
}

int main(void)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("needs to make a namespace");
	test_semaphores();
	test_messages();
	test_shared_memory();
	return ktap_done();
}
