// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcs: semaphore sets. SEM_STAT_ANY walks them all, whoever may read them.
 * Start at: next_set().
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/sem.h>
#include "user/ipcs.h"

/* The next set at or after *@index, which moves behind it; its id, or -1 at the end. */
static int next_set(int *index, struct semid_ds *ds)
{
	struct seminfo info;
	int last = semctl(0, 0, SEM_INFO, &info);

	while (*index <= last) {
		int id = semctl((*index)++, 0, SEM_STAT_ANY, ds);

		if (id >= 0)
			return id;
	}
	return -1;
}

static void list(void)
{
	struct semid_ds ds;
	int index = 0, id;

	printf("\n------ Semaphore Arrays --------\n");
	printf("%-10s %-10s %-10s %-10s %-10s\n", "key", "semid", "owner", "perms", "nsems");
	while ((id = next_set(&index, &ds)) >= 0)
		printf("0x%08x %-10d %-10.10s %-10o %-10lu\n", ds.sem_perm.__key, id,
		       user_name(ds.sem_perm.uid), ds.sem_perm.mode & 0777,
		       (unsigned long)ds.sem_nsems);
}

static void times(void)
{
	struct semid_ds ds;
	int index = 0, id;

	printf("\n------ Semaphore Operation/Change Times --------\n");
	printf("%-8s %-10s %-26s %-26s\n", "semid", "owner", "last-op", "last-changed");
	while ((id = next_set(&index, &ds)) >= 0)
		printf("%-8d %-10.10s  %-26s %-26s\n", id, user_name(ds.sem_perm.uid),
		       full_time(ds.sem_otime), full_time(ds.sem_ctime));
}

/* Every semaphore has its own last process: details() shows them. util-linux prints an empty line. */
static void pids(void)
{
	printf("\n");
}

static void creators(void)
{
	struct semid_ds ds;
	int index = 0, id;

	printf("\n------ Semaphore Arrays Creators/Owners --------\n");
	printf("%-10s %-10s %-10s %-10s %-10s %-10s\n", "semid", "perms", "cuid", "cgid", "uid",
	       "gid");
	while ((id = next_set(&index, &ds)) >= 0)
		print_creators(id, &ds.sem_perm);
}

static void limits(void)
{
	struct seminfo info;

	if (semctl(0, 0, IPC_INFO, &info) < 0)
		fail("semctl(IPC_INFO)");
	printf("\n------ Semaphore Limits --------\n");
	printf("max number of arrays = %d\n", info.semmni);
	printf("max semaphores per array = %d\n", info.semmsl);
	printf("max semaphores system wide = %d\n", info.semmns);
	printf("max ops per semop call = %d\n", info.semopm);
	printf("semaphore max value = %u\n", info.semvmx);
}

static void summary(void)
{
	struct seminfo info;

	/* SEM_INFO puts two counts where IPC_INFO has limits. */
	if (semctl(0, 0, SEM_INFO, &info) < 0)
		fail("semctl(SEM_INFO)");
	printf("\n------ Semaphore Status --------\n");
	printf("used arrays = %d\nallocated semaphores = %d\n", info.semusz, info.semaem);
}

static int ask(int id, int number, int command, const char *name)
{
	int answer = semctl(id, number, command);

	if (answer < 0)
		fail(name);
	return answer;
}

static void print_semaphore(int id, int number)
{
	int value = ask(id, number, GETVAL, "semctl(GETVAL)");
	int waiting_for_more = ask(id, number, GETNCNT, "semctl(GETNCNT)");
	int waiting_for_zero = ask(id, number, GETZCNT, "semctl(GETZCNT)");
	int pid = ask(id, number, GETPID, "semctl(GETPID)");

	printf("%-10d %-10d %-10d %-10d %-10d\n", number, value, waiting_for_more, waiting_for_zero,
	       pid);
}

static void print_details(int id, const struct semid_ds *ds)
{
	/* Those who may not read the set see nothing of it. */
	if (ds->sem_nsems)
		ask(id, 0, GETVAL, "semctl(GETVAL)");
	printf("\nSemaphore Array semid=%d\n", id);
	printf("uid=%u\t gid=%u\t cuid=%u\t cgid=%u\n", ds->sem_perm.uid, ds->sem_perm.gid,
	       ds->sem_perm.cuid, ds->sem_perm.cgid);
	printf("mode=%#o, access_perms=%#o\n", ds->sem_perm.mode, ds->sem_perm.mode & 0777);
	printf("nsems = %lu\notime = %-26s\nctime = %-26s\n", (unsigned long)ds->sem_nsems,
	       full_time(ds->sem_otime), full_time(ds->sem_ctime));
	printf("%-10s %-10s %-10s %-10s %-10s\n", "semnum", "value", "ncount", "zcount", "pid");
	for (unsigned long i = 0; i < ds->sem_nsems; i++)
		print_semaphore(id, i);
	printf("\n");
}

static void details(int wanted)
{
	struct semid_ds ds;
	int index = 0, id;

	while ((id = next_set(&index, &ds)) >= 0)
		if (id == wanted)
			return print_details(id, &ds);
	not_found(wanted);
}

const struct facility semaphore_sets = { list, times, pids, creators, limits, summary, details };
