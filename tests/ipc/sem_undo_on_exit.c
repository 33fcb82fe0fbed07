// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEM_UNDO: what a process took comes back when it ends, however it ends.
 * Spec: SEM-027 to SEM-036, SEM-050, EXIT-001, EXIT-002, EXIT-004, EXIT-008, EXIT-016, DESIGN-001,
 * DESIGN-034
 */
#define _GNU_SOURCE
#include <pthread.h>
#include "tests/ipc/sem.h"

static int id;

/* A child that has done the operations (undone at its end) and now waits to be killed. */
static pid_t holder(struct sembuf *sops, unsigned int n)
{
	int p[2];
	pid_t pid;
	char c = 'x';

	pipe(p);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = raw_semop(id, sops, n) == 0 ? 'y' : 'n';
		write(p[1], &c, 1);
		for (;;)
			pause();
	}
	read(p[0], &c, 1);
	close(p[0]);
	close(p[1]);
	return c == 'y' ? pid : (put_end(pid), -1);
}

#define hold(...)                                                                                  \
	holder((struct sembuf[]){ __VA_ARGS__ },                                                   \
	       sizeof((struct sembuf[]){ __VA_ARGS__ }) / sizeof(struct sembuf))

static void values(int a, int b)
{
	set_value(id, 0, a);
	set_value(id, 1, b);
}

static int two_and_one(void)
{
	return sem_ops(id, OP(0, -2, SEM_UNDO)) || sem_ops(id, OP(0, -1, 0));
}

static int adjustments_are_shorts(void)
{
	if (sem_ops(id, OP(0, 32767, SEM_UNDO)) || sem_ops(id, OP(0, -32767, 0)))
		return 1;
	if (sem_ops(id, OP(0, 1, SEM_UNDO)) || sem_ops(id, OP(0, -1, 0)))
		return 2; /* -32768 still fits */
	if (!failed_with(sem_ops(id, OP(0, 1, SEM_UNDO)), ERANGE) || get_value(id, 0) != 0)
		return 3;
	set_value(id, 0, 32767); /* makes the adjustment void */
	if (sem_ops(id, OP(0, -32767, SEM_UNDO)) || sem_ops(id, OP(0, 32767, 0)))
		return 4;
	if (!failed_with(sem_ops(id, OP(0, -1, SEM_UNDO)), ERANGE) || get_value(id, 0) != 32767)
		return 5;
	return 0;
}

static void test_simple(void)
{
	pid_t p;
	int bad;

	values(9, 9);
	in_child(two_and_one);
	ok(get_value(id, 0) == 8, "SEM-027: only what was done with SEM_UNDO comes back");
	p = hold(OP(0, -3, SEM_UNDO), OP(1, 2, SEM_UNDO));
	ok(get_value(id, 0) == 5 && get_value(id, 1) == 11, "SEM-027: while it lives nothing does");
	put_end(p);
	ok(get_value(id, 0) == 8 && get_value(id, 1) == 9, "SEM-027 EXIT-001: also after SIGKILL");
	ok(raw_semctl(id, 0, GETPID, 0) == p, "SEM-031: the dead process is the last user");
	values(0, 0);
	bad = in_child(adjustments_are_shorts);
	ok(bad == 0, "SEM-028: an adjustment outside -32768 … 32767 is ERANGE (%d)", bad);

	values(0, 0);
	p = hold(OP(0, 3, SEM_UNDO));
	sem_ops(id, OP(0, -2, 0));
	put_end(p);
	ok(get_value(id, 0) == 0, "SEM-029: undoing stops at 0 and never blocks");
	values(10, 0);
	p = hold(OP(0, -10, SEM_UNDO));
	sem_ops(id, OP(0, 32760, 0));
	put_end(p);
	ok(get_value(id, 0) == 32767, "SEM-029: and at 32767");
}

static void test_setting(void)
{
	unsigned short all[2] = { 4, 4 };
	pid_t p;

	values(5, 5);
	p = hold(OP(0, -2, SEM_UNDO), OP(1, -2, SEM_UNDO));
	set_value(id, 0, 7);
	put_end(p);
	ok(get_value(id, 0) == 7 && get_value(id, 1) == 5,
	   "SEM-030: SETVAL makes void what was to be undone on that semaphore");
	p = hold(OP(0, -2, SEM_UNDO), OP(1, -2, SEM_UNDO));
	raw_semctl(id, 0, SETALL, (unsigned long)all);
	put_end(p);
	ok(get_value(id, 0) == 4 && get_value(id, 1) == 4, "SEM-030: SETALL on all");
}

static void test_sleepers(void)
{
	struct raw_semid_ds before, after;
	pid_t p, q;

	values(1, 0);
	p = hold(OP(0, -1, SEM_UNDO));
	stat_set(id, &before);
	after_second(before.otime);
	q = spawn(id, OP(0, -1, 0));
	eventually(ncnt(id, 0) == 1);
	put_end(p);
	ok(result_of(q) == 0, "SEM-031: undoing wakes who can go on now");
	stat_set(id, &after);
	ok(after.otime > before.otime, "SEM-031: and is an operation for otime");

	/* Granted asleep, then killed. */
	values(0, 0);
	p = fork();
	if (p == 0) {
		sem_ops(id, OP(0, -1, SEM_UNDO));
		for (;;)
			pause();
	}
	eventually(ncnt(id, 0) == 1);
	sem_ops(id, OP(0, 1, 0));
	ok(get_value(id, 0) == 0, "SEM-032: a sleeper is granted its operation");
	put_end(p);
	ok(get_value(id, 0) == 1, "SEM-032: and its adjustment with it");
	values(0, 0);
	p = spawn(id, OP(0, -1, SEM_UNDO));
	eventually(ncnt(id, 0) == 1);
	put_end(p);
	ok(get_value(id, 0) == 0 && ncnt(id, 0) == 0,
	   "SEM-033 EXIT-003: killed asleep: nothing was taken, nothing comes back");
}

static int failing_leaves_nothing(void)
{
	if (!failed_with(sem_ops(id, OP(0, -1, SEM_UNDO), OP(1, -1, SEM_UNDO | IPC_NOWAIT)),
			 EAGAIN))
		return 1;
	return sem_ops(id, OP(0, -1, SEM_UNDO), OP(0, 1, SEM_UNDO)) != 0;
}

static int forks(void)
{
	if (sem_ops(id, OP(0, -1, SEM_UNDO)))
		return 1;
	if (fork() == 0)
		_exit(0);
	wait(NULL);
	return get_value(id, 0) == 4 ? 0 : 2;
}

static int execs(void)
{
	char arg[16];

	if (sem_ops(id, OP(0, -1, SEM_UNDO)))
		return 1;
	snprintf(arg, sizeof(arg), "%d", id);
	execl("/proc/self/exe", "sem_undo_on_exit", arg, NULL);
	return 3;
}

static void test_fork_and_exec(void)
{
	int bad;

	values(1, 0);
	ok(in_child(failing_leaves_nothing) == 0 && get_value(id, 0) == 1,
	   "SEM-033: failing leaves no adjustment, opposite ones cancel");
	values(5, 0);
	bad = in_child(forks);
	ok(bad == 0 && get_value(id, 0) == 5,
	   "SEM-034 DESIGN-001: a child has nothing to undo (%d)", bad);
	bad = in_child(execs);
	ok(bad == 4 && get_value(id, 0) == 5, "SEM-034: exec keeps adjustments (%d)", bad);
}

static void *takes(void *arg)
{
	return (void *)sem_ops(id, OP(0, -1, SEM_UNDO));
}

static int thread_takes(void)
{
	pthread_t t;
	void *ret;

	pthread_create(&t, NULL, takes, NULL);
	pthread_join(t, &ret);
	if (ret)
		return 1;
	usleep(20000); /* joined is not yet gone: give it the chance to be wrong */
	return get_value(id, 0) == 4 ? 0 : 2;
}

static int unshares(void)
{
	if (sem_ops(id, OP(0, -1, SEM_UNDO)) || get_value(id, 0) != 4)
		return 1;
	if (unshare(CLONE_SYSVSEM))
		return 2;
	return get_value(id, 0) == 5 ? 0 : 3;
}

static int sharer(void *arg)
{
	return sem_ops(id, OP(0, -1, SEM_UNDO)) ? 1 : 0;
}

static int shares_with_child(void)
{
	static char stack[65536];
	pid_t p = clone(sharer, stack + sizeof(stack), CLONE_SYSVSEM | SIGCHLD, NULL);

	if (result_of(p))
		return 1;
	return get_value(id, 0) == 4 ? 0 : 2;
}

static void *outlives(void *arg)
{
	char c;

	read(*(int *)arg, &c, 1);
	return NULL;
}

static void test_sharing(void)
{
	int bad, p[2];
	pid_t pid;

	values(5, 0);
	bad = in_child(thread_takes);
	ok(bad == 0, "SEM-035: a thread's end undoes nothing (%d)", bad);
	ok(get_value(id, 0) == 5, "SEM-035: the process's end does");
	bad = in_child(unshares);
	ok(bad == 0 && get_value(id, 0) == 5, "SEM-035: unshare(CLONE_SYSVSEM) undoes at once (%d)",
	   bad);
	bad = in_child(shares_with_child);
	ok(bad == 0 && get_value(id, 0) == 5, "SEM-035: processes may share too (%d)", bad);

	pipe(p);
	pid = fork();
	if (pid == 0) {
		pthread_t t;

		close(p[1]);
		sem_ops(id, OP(0, -1, SEM_UNDO));
		pthread_create(&t, NULL, outlives, &p[0]);
		syscall(SYS_exit, 0);
	}
	close(p[0]);
	ok(eventually(get_value(id, 0) == 4) && !has_ended(pid),
	   "EXIT-008: the main thread alone ends nothing");
	close(p[1]);
	result_of(pid);
	ok(get_value(id, 0) == 5, "EXIT-008: the last thread does");
}

static void test_removed_sets(void)
{
	int saved = id;
	pid_t p;

	id = new_set(2);
	values(5, 5);
	p = hold(OP(0, -1, SEM_UNDO));
	rm_set(id);
	put_end(p);
	ok(failed_with(get_value(id, 0), EINVAL), "SEM-036: adjustments go with the set");
	id = saved;
}

static void test_eof_comes_after(void)
{
	int fine = 1;

	values(3, 0);
	for (int i = 0; i < 40; i++) {
		int p[2];
		char c;
		pid_t pid;

		pipe(p);
		pid = fork();
		if (pid == 0) {
			sem_ops(id, OP(0, -3, SEM_UNDO));
			write(p[1], "x", 1);
			for (;;)
				pause();
		}
		close(p[1]);
		read(p[0], &c, 1);
		fine &= get_value(id, 0) == 0;
		kill(pid, SIGKILL);
		fine &= read(p[0], &c, 1) == 0 && get_value(id, 0) == 3;
		close(p[0]);
		waitpid(pid, NULL, 0);
	}
	ok(fine,
	   "SEM-050 EXIT-004: who sees the end of a dead process's pipe sees the value restored");
}

static void test_zombies(void)
{
	siginfo_t info;
	pid_t p;

	values(2, 0);
	p = hold(OP(0, -2, SEM_UNDO));
	kill(p, SIGKILL);
	waitid(P_PID, (id_t)p, &info, WEXITED | WNOWAIT);
	ok(get_value(id, 0) == 2, "EXIT-002: a zombie holds no adjustment");
	waitpid(p, NULL, 0);
}

static int round_trip(void)
{
	int set = new_set(5);

	return sem_ops(set, OP(0, 1, SEM_UNDO), OP(4, 2, SEM_UNDO)) || rm_set(set);
}

static void test_nothing_is_left(void)
{
	unsigned int before[10], after[10];
	int fine = 1;

	raw_semctl(0, 0, SEM_INFO, (unsigned long)before);
	for (int i = 0; i < 300; i++)
		fine &= in_child(round_trip) == 0;
	for (int i = 0; i < 3000; i++)
		fine &= round_trip() == 0;
	raw_semctl(0, 0, SEM_INFO, (unsigned long)after);
	ok(fine && before[7] == after[7] && before[9] == after[9],
	   "EXIT-016: counters are back after thousands of sets");
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return get_value(atoi(argv[1]), 0) == 4 ? 4 : 5;
	id = new_set(2);
	test_simple();
	test_setting();
	test_sleepers();
	test_fork_and_exec();
	test_sharing();
	test_removed_sets();
	test_eof_comes_after();
	test_zombies();
	test_nothing_is_left();
	rm_set(id);
	return ktap_done();
}
