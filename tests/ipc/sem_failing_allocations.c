// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of semget, semop, semctl, unshare and setns fails once: -ENOMEM, nothing lost,
 * nothing changed.
 * Spec: EXIT-016
 */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include "tests/ipc/sem.h"

static int big, many_values;
static unsigned short values[300];

static long do_semget(void *arg)
{
	return syscall(SYS_semget, 0x6661696c, 5, IPC_CREAT | IPC_EXCL | 0600);
}

static long do_semget_large(void *arg)
{
	return syscall(SYS_semget, IPC_PRIVATE, 500, 0600);
}

static void remove_set(long id, void *arg)
{
	rm_set((int)id);
}

static long do_semop_undo(void *arg)
{
	return sem_ops(big, OP(0, 1, SEM_UNDO), OP(200, 2, SEM_UNDO));
}

/* Back to no list: the next call allocates again. */
static void drop_undo(long ret, void *arg)
{
	unshare(CLONE_SYSVSEM);
}

static long do_semop_many(void *arg)
{
	static struct sembuf sops[100];

	for (int i = 0; i < 100; i++)
		sops[i] = OP(i, 0, 0);
	return raw_semop(many_values, sops, 100);
}

static long do_getall(void *arg)
{
	return raw_semctl(big, 0, GETALL, (unsigned long)values);
}

static long do_setall(void *arg)
{
	return raw_semctl(big, 0, SETALL, (unsigned long)values);
}

static void nothing(long ret, void *arg)
{
}

static int old_ns;

static long do_unshare(void *arg)
{
	return unshare(CLONE_NEWIPC);
}

static void go_back(long ret, void *arg)
{
	setns(old_ns, CLONE_NEWIPC);
}

static int other_ns;

static long do_setns(void *arg)
{
	return setns(other_ns, CLONE_NEWIPC);
}

int main(void)
{
	unsigned int before[10], after[10];

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	old_ns = open("/proc/self/ns/ipc", O_RDONLY);
	unshare(CLONE_NEWIPC);
	other_ns = open("/proc/self/ns/ipc", O_RDONLY);
	setns(old_ns, 0);
	big = new_set(300);
	many_values = new_set(100);
	raw_semctl(0, 0, SEM_INFO, (unsigned long)before);

	fail_nth_walk("semget", do_semget, remove_set, NULL, ENOMEM, 0);
	fail_nth_walk("semget of many", do_semget_large, remove_set, NULL, ENOMEM, 0);
	fail_nth_walk("semop with SEM_UNDO", do_semop_undo, drop_undo, NULL, ENOMEM, 0);
	fail_nth_walk("semop of many", do_semop_many, nothing, NULL, ENOMEM, 0);
	fail_nth_walk("GETALL", do_getall, nothing, NULL, ENOMEM, 0);
	fail_nth_walk("SETALL", do_setall, nothing, NULL, ENOMEM, 0);
	fail_nth_walk("unshare(CLONE_NEWIPC)", do_unshare, go_back, NULL, ENOMEM, 0);
	fail_nth_walk("setns", do_setns, go_back, NULL, ENOMEM, 0);

	raw_semctl(0, 0, SEM_INFO, (unsigned long)after);
	ok(before[7] == after[7] && before[9] == after[9], "EXIT-016: counters are as before");
	ok(get_value(big, 0) == 0 && get_value(big, 200) == 0, "EXIT-016: values too");
	rm_set(big);
	rm_set(many_values);
	return ktap_done();
}
