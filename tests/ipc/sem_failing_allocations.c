// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of semget, semop, semtimedop and of each command of semctl fails once: -ENOMEM,
 * nothing lost, nothing changed.
 * Spec: EXIT-016, DESIGN-031
 */
#define _GNU_SOURCE
#include "tests/ipc/fail_counters.h"

#define BIG 300

static int big, many_values, to_remove;
static unsigned short values[BIG];
static const struct timespec soon = { 0, 1000000 };

static long do_semget(void *arg)
{
	return syscall(SYS_semget, 0x6661696c, 5, IPC_CREAT | IPC_EXCL | 0600);
}

static long do_semget_large(void *arg)
{
	return syscall(SYS_semget, IPC_PRIVATE, 500, 0600);
}

/* The hash table of keys grows and shrinks on the way. */
static long do_semget_often(void *arg)
{
	static int ids[16];
	long ret = 0;
	int n = 0, error;

	for (; ret >= 0 && n < 16; n++) {
		ret = syscall(SYS_semget, 0x1000 + n, 1, IPC_CREAT | IPC_EXCL | 0600);
		ids[n] = (int)ret;
	}
	error = errno;
	while (n--)
		if (ids[n] >= 0)
			rm_set(ids[n]);
	errno = error;
	return ret < 0 ? -1 : 0;
}

static long do_semget_existing(void *arg)
{
	long id = syscall(SYS_semget, 0x657869, 3, IPC_CREAT | 0600);

	return id;
}

static void remove_set(long id, void *arg)
{
	rm_set((int)id);
}

/* The values are as before, the undo list is gone: the next call allocates both again. */
static void drop_undo(long ret, void *arg)
{
	unshare(CLONE_SYSVSEM);
	set_value(big, 0, 0);
	set_value(big, 200, 0);
}

static long do_semop_undo(void *arg)
{
	return sem_ops(big, OP(0, 1, SEM_UNDO), OP(200, 2, SEM_UNDO));
}

static long do_semop_one_undo(void *arg)
{
	return sem_ops(big, OP(0, 1, SEM_UNDO));
}

static long do_semtimedop_undo(void *arg)
{
	return syscall(SYS_semtimedop, big, &OP(0, 1, SEM_UNDO), 1, &soon);
}

static long do_semtimedop(void *arg)
{
	return syscall(SYS_semtimedop, big, &OP(0, 0, 0), 1, &soon);
}

/* Sleeps until its time is up: then no allocation can be what fails. */
static long do_semtimedop_sleeping(void *arg)
{
	if (syscall(SYS_semtimedop, big, &OP(1, -1, 0), 1, &soon) == -1 && errno == EAGAIN)
		return 0;
	return -1;
}

static long do_semtimedop_sleeping_undo(void *arg)
{
	if (syscall(SYS_semtimedop, big, &OP(1, -1, SEM_UNDO), 1, &soon) == -1 && errno == EAGAIN)
		return 0;
	return -1;
}

static struct sembuf *zeros(void)
{
	static struct sembuf sops[100];

	for (int i = 0; i < 100; i++)
		sops[i] = OP(i, 0, 0);
	return sops;
}

static long do_semop_many(void *arg)
{
	return raw_semop(many_values, zeros(), 100);
}

static long do_semtimedop_many(void *arg)
{
	return syscall(SYS_semtimedop, many_values, zeros(), 100, &soon);
}

static union {
	struct raw_semid_ds ds;
	int info[10];
} buffer;

/* Commands that change nothing, or put in what was there. */
static const struct command {
	const char *name;
	int cmd;
	void *arg;
} commands[] = {
	{ "IPC_STAT", IPC_STAT, &buffer },
	{ "SEM_STAT", SEM_STAT, &buffer },
	{ "SEM_STAT_ANY", SEM_STAT_ANY, &buffer },
	{ "IPC_INFO", IPC_INFO, &buffer },
	{ "SEM_INFO", SEM_INFO, &buffer },
	{ "GETVAL", GETVAL, NULL },
	{ "GETPID", GETPID, NULL },
	{ "GETNCNT", GETNCNT, NULL },
	{ "GETZCNT", GETZCNT, NULL },
	{ "SETVAL", SETVAL, NULL },
	{ "GETALL", GETALL, values },
	{ "SETALL", SETALL, values },
};

static long do_command(void *arg)
{
	const struct command *c = arg;
	int by_index = c->cmd == SEM_STAT || c->cmd == SEM_STAT_ANY;

	return raw_semctl(by_index ? big & 32767 : big, 0, c->cmd, (unsigned long)c->arg);
}

static long do_ipc_set(void *arg)
{
	struct raw_semid_ds ds;

	if (stat_set(big, &ds))
		return -1;
	return raw_semctl(big, 0, IPC_SET, (unsigned long)&ds);
}

static long do_rmid(void *arg)
{
	return rm_set(to_remove);
}

static void make_again(long ret, void *arg)
{
	to_remove = new_set(3);
}

int main(void)
{
	char name[64];
	int existing;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	unshare(CLONE_NEWIPC);
	ipc_walk("EXIT-016: semget, the first of a namespace", do_semget, remove_set, NULL, ENOMEM,
		 0);
	existing = (int)do_semget_existing(NULL);
	big = new_set(BIG);
	many_values = new_set(100);
	to_remove = new_set(3);
	watched_set = big;

	ipc_walk("EXIT-016: semget", do_semget, remove_set, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: semget of many", do_semget_large, remove_set, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: semget, sixteen times", do_semget_often, NULL, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: semget of an existing one", do_semget_existing, NULL, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-031: semop with SEM_UNDO", do_semop_undo, drop_undo, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-031: semop of one with SEM_UNDO", do_semop_one_undo, drop_undo, NULL,
		 ENOMEM, 0);
	ipc_walk("DESIGN-031: semop of many", do_semop_many, NULL, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-031: semtimedop", do_semtimedop, NULL, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-031: semtimedop with SEM_UNDO", do_semtimedop_undo, drop_undo, NULL,
		 ENOMEM, 0);
	ipc_walk("DESIGN-031: semtimedop of many", do_semtimedop_many, NULL, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-031: semtimedop that sleeps", do_semtimedop_sleeping, NULL, NULL, ENOMEM,
		 0);
	ipc_walk("DESIGN-031: semtimedop that sleeps with SEM_UNDO", do_semtimedop_sleeping_undo,
		 drop_undo, NULL, ENOMEM, 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		snprintf(name, sizeof(name), "EXIT-016: semctl(%s)", commands[i].name);
		ipc_walk(name, do_command, NULL, (void *)&commands[i], ENOMEM, 0);
	}
	ipc_walk("EXIT-016: semctl(IPC_SET)", do_ipc_set, NULL, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: semctl(IPC_RMID)", do_rmid, make_again, NULL, ENOMEM, 0);

	rm_set(existing);
	rm_set(big);
	rm_set(many_values);
	rm_set(to_remove);
	return ktap_done();
}
