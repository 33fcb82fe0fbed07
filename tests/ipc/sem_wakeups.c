// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is woken, in which order, and with which result.
 * Spec: SEM-017 to SEM-026, SEM-036 to SEM-040, SEM-046, SEM-052, EXIT-003, EXIT-011, DESIGN-028,
 * DESIGN-030, DESIGN-032
 */
#include "tests/ipc/sem.h"

static int id;

static void reset(int a, int b, int c)
{
	set_value(id, 0, a);
	set_value(id, 1, b);
	set_value(id, 2, c);
}

/* Spawns and waits until it sleeps, counted at num. */
#define asleep_at(num, ...)                                                                        \
	({                                                                                         \
		int before = ncnt(id, num);                                                        \
		pid_t child = spawn(id, __VA_ARGS__);                                              \
		if (!eventually(ncnt(id, num) == before + 1))                                      \
			ok(0, "a child sleeps");                                                   \
		child;                                                                             \
	})

#define asleep_for_zero(num, ...)                                                                  \
	({                                                                                         \
		int before = zcnt(id, num);                                                        \
		pid_t child = spawn(id, __VA_ARGS__);                                              \
		if (!eventually(zcnt(id, num) == before + 1))                                      \
			ok(0, "a child sleeps");                                                   \
		child;                                                                             \
	})

static void test_pids(void)
{
	pid_t pid, me = getpid();

	reset(0, 0, 0);
	ok(raw_semctl(id, 0, GETPID, 0) == me, "SEM-017: SETVAL sets the pid");
	pid = spawn(id, OP(1, 0, 0));
	ok(result_of(pid) == 0 && raw_semctl(id, 1, GETPID, 0) == pid,
	   "SEM-017: so does a wait for 0, and the pid stays when the process is gone");
	pid = spawn(id, OP(0, 1, 0), OP(1, -1, IPC_NOWAIT));
	ok(result_of(pid) == EAGAIN && raw_semctl(id, 0, GETPID, 0) == me,
	   "SEM-017: failing does not");
	pid = asleep_at(2, OP(2, -1, 0));
	sem_ops(id, OP(2, 1, 0));
	ok(result_of(pid) == 0 && raw_semctl(id, 2, GETPID, 0) == pid,
	   "SEM-017: a sleeper whose call another completes is the last user");
}

static void test_counts(void)
{
	pid_t pid;

	reset(0, 0, 0);
	pid = asleep_at(0, OP(0, -1, 0), OP(1, -1, 0));
	ok(ncnt(id, 0) == 1 && ncnt(id, 1) == 0 && zcnt(id, 0) == 0,
	   "SEM-018: a sleeper counts at the first semaphore that stops it");
	set_value(id, 0, 1);
	ok(ncnt(id, 0) == 0 && ncnt(id, 1) == 1, "SEM-018: and elsewhere after a change");
	put_end(pid);
	ok(ncnt(id, 1) == 0, "EXIT-003: a killed sleeper is gone from the queue");
}

static void test_order(void)
{
	pid_t p[4];
	int fine = 1;

	reset(0, 0, 0);
	for (int i = 0; i < 4; i++)
		p[i] = asleep_at(0, OP(0, -1, 0));
	for (int i = 0; i < 4; i++) {
		sem_ops(id, OP(0, 1, 0));
		fine &= result_of(p[i]) == 0 && ncnt(id, 0) == 3 - i;
	}
	ok(fine, "SEM-019: equal requests are served in order of arrival");

	p[0] = asleep_at(0, OP(0, -2, 0));
	p[1] = asleep_at(0, OP(0, -1, 0));
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(p[1]) == 0 && ncnt(id, 0) == 1, "SEM-020: who can go on overtakes who cannot");
	p[1] = asleep_at(0, OP(0, -1, 0));
	p[2] = asleep_at(0, OP(0, -1, 0));
	sem_ops(id, OP(0, 3, 0));
	ok(result_of(p[0]) == 0 && result_of(p[1]) == 0 && ncnt(id, 0) == 1 &&
		   get_value(id, 0) == 0,
	   "SEM-021: the earliest first, then on with what is left");
	put_end(p[2]);
}

static void test_zero(void)
{
	pid_t p, q;

	reset(1, 3, 0);
	p = asleep_for_zero(0, OP(0, 0, 0));
	ok(sem_ops(id, OP(0, -1, 0), OP(0, 1, 0)) == 0 && zcnt(id, 0) == 1,
	   "SEM-022: a zero in the middle of an array does not count");
	ok(sem_ops(id, OP(0, -1, 0)) == 0 && result_of(p) == 0, "SEM-022: one at its end does");
	set_value(id, 0, 1);
	p = asleep_for_zero(0, OP(0, 0, 0));
	set_value(id, 0, 0);
	ok(result_of(p) == 0, "SEM-022: and so does SETVAL");
	set_value(id, 0, 2);
	p = asleep_for_zero(0, OP(0, 0, 0));
	q = asleep_at(0, OP(0, -3, 0));
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(p) == 0 && result_of(q) == 0,
	   "SEM-022: and a zero by completing another's call");
}

static void test_granting(void)
{
	pid_t p, q, r;

	reset(0, 0, 0);
	p = asleep_at(0, OP(0, -1, 0));
	sem_ops(id, OP(0, 1, 0));
	ok(get_value(id, 0) == 0 && failed_with(sem_ops(id, OP(0, -1, IPC_NOWAIT)), EAGAIN),
	   "SEM-023 DESIGN-028: the waker does the sleeper's operation");
	ok(result_of(p) == 0, "SEM-023: and the sleeper returns");

	p = asleep_at(0, OP(0, -1, 0), OP(1, -1, 0));
	q = asleep_at(0, OP(0, -1, 0));
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(q) == 0 && ncnt(id, 0) == 1,
	   "SEM-024: several operations asleep do not hold back single ones");
	/* p is still there, and now first. */
	q = asleep_at(0, OP(0, -1, 0));
	sem_ops(id, OP(1, 1, 0), OP(0, 1, 0));
	ok(result_of(p) == 0 && ncnt(id, 0) == 1,
	   "SEM-025: several first, then single: the first wins");
	put_end(q);
	reset(0, 0, 0);
	p = asleep_at(0, OP(0, -1, 0));
	q = asleep_at(0, OP(0, -1, 0), OP(1, -1, 0));
	sem_ops(id, OP(1, 1, 0), OP(0, 1, 0));
	ok(result_of(p) == 0 && ncnt(id, 0) == 1 && get_value(id, 1) == 1,
	   "SEM-025: single first: the same");
	put_end(q);

	reset(0, 0, 0);
	r = asleep_at(2, OP(2, -1, 0));
	q = asleep_at(1, OP(1, -1, 0), OP(2, 1, 0));
	p = asleep_at(0, OP(0, -1, 0), OP(1, 1, 0));
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(p) == 0 && result_of(q) == 0 && result_of(r) == 0,
	   "SEM-026 DESIGN-032: one post starts a chain, in whatever order they sleep");
	ok(get_value(id, 0) == 0 && get_value(id, 1) == 0 && get_value(id, 2) == 0,
	   "SEM-026: and nothing is left over");

	reset(1, 0, 0);
	p = asleep_for_zero(0, OP(0, 0, 0), OP(1, 1, 0));
	q = asleep_at(0, OP(0, -2, 0));
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(q) == 0 && eventually(has_ended(p)) && get_value(id, 1) == 1,
	   "SEM-022 SEM-026: a single operation that takes the last helps one that stood before "
	   "it");
	put_end(p);
}

static void on_signal(int sig)
{
}

/* A child with a handler for SIGUSR1 in semtimedop(); exits with errno, +100 when ts changed. */
static pid_t spawn_timed(struct sembuf op, int restart, int ignore)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct timespec ts = { 60, 5 };
		struct sigaction sa = { .sa_handler = ignore ? SIG_IGN : on_signal,
					.sa_flags = restart ? SA_RESTART : 0 };
		int ret;

		sigaction(SIGUSR1, &sa, NULL);
		ret = syscall(SYS_semtimedop, id, &op, 1, &ts) == 0 ? 0 : errno;
		_exit(ret + (ts.tv_sec != 60 || ts.tv_nsec != 5 ? 100 : 0));
	}
	return pid;
}

static void test_signals(void)
{
	pid_t p;

	reset(0, 0, 0);
	p = spawn_timed(OP(0, -1, 0), 1, 0);
	eventually(ncnt(id, 0) == 1);
	kill(p, SIGUSR1);
	ok(result_of(p) == EINTR && ncnt(id, 0) == 0,
	   "SEM-037: a handler ends the call, also with SA_RESTART; the timeout stays as it was");
	p = spawn_timed(OP(0, -1, 0), 0, 1);
	eventually(ncnt(id, 0) == 1);
	kill(p, SIGUSR1);
	kill(p, SIGCONT);
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(p) == 0, "SEM-038: ignored signals do not disturb");
	p = asleep_at(0, OP(0, -1, 0));
	kill(p, SIGSTOP);
	ok(eventually(ncnt(id, 0) == 0), "SEM-038: stopping takes the request from the queue");
	sem_ops(id, OP(0, 1, 0));
	ok(get_value(id, 0) == 1, "SEM-038: a post stays in the value");
	kill(p, SIGCONT);
	ok(result_of(p) == EINTR && get_value(id, 0) == 1,
	   "SEM-038: after SIGCONT the call is EINTR");
	set_value(id, 0, 0);
	p = asleep_at(0, OP(0, -1, 0));
	kill(p, SIGKILL);
	ok(result_of(p) == 1009 && ncnt(id, 0) == 0, "EXIT-011: SIGKILL ends a sleeper");
}

static void test_timeouts(void)
{
	struct sembuf op = OP(0, -1, 0);
	struct timespec ts = { 0, 100000000 }, zero = { 0, 0 };
	struct sembuf many[1] = { OP(0, 1, 0) };
	double start = seconds();
	int fine = 1;

	reset(0, 0, 0);
	ok(failed_with(syscall(SYS_semtimedop, id, &op, 1, &ts), EAGAIN) &&
		   seconds() - start >= 0.1 && ncnt(id, 0) == 0,
	   "SEM-039: EAGAIN after 100 ms");
	start = seconds();
	ok(failed_with(syscall(SYS_semtimedop, id, &op, 1, &zero), EAGAIN) &&
		   seconds() - start < LONG_MS / 1000,
	   "SEM-039: zero tries once");
	set_value(id, 0, 2);
	ok(syscall(SYS_semtimedop, id, &op, 1, &zero) == 0 &&
		   syscall(SYS_semtimedop, id, &op, 1, NULL) == 0,
	   "SEM-039: what can go on does not look at the time");
	for (int i = 0; i < 3; i++) {
		struct timespec bad[3] = { { -1, 0 }, { 0, -1 }, { 0, 1000000000 } };

		fine &= failed_with(syscall(SYS_semtimedop, id, many, 1, &bad[i]), EINVAL);
	}
	ok(fine && get_value(id, 0) == 0,
	   "SEM-040: a bad time is EINVAL also if the call could go on");
	ok(failed_with(syscall(SYS_semtimedop, id, (void *)8, 1000, (void *)8), EFAULT),
	   "SEM-040: an unreadable one is EFAULT before all else");
	ts.tv_nsec = -1;
	ok(failed_with(syscall(SYS_semtimedop, id, many, 1000, &ts), E2BIG),
	   "SEM-040: E2BIG comes before the range of the time");
}

static void test_removal(void)
{
	pid_t p[5];
	int fine = 1, other = new_set(3), saved = id;

	id = other;
	reset(1, 0, 0);
	p[0] = asleep_at(1, OP(1, -1, 0));
	p[1] = asleep_at(1, OP(0, -1, 0), OP(1, -1, 0));
	p[2] = asleep_at(1, OP(1, -1, SEM_UNDO));
	p[3] = asleep_for_zero(0, OP(0, 0, 0));
	p[4] = asleep_for_zero(0, OP(0, 0, 0), OP(2, 0, 0));
	ok(rm_set(id) == 0, "SEM-036: removing with sleepers");
	for (int i = 0; i < 5; i++)
		fine &= result_of(p[i]) == EIDRM;
	ok(fine, "SEM-036: all sleepers return EIDRM");
	ok(failed_with(get_value(id, 0), EINVAL) && failed_with(sem_ops(id, OP(0, 1, 0)), EINVAL),
	   "SEM-036: later calls are EINVAL");
	id = saved;
}

static void test_permission_at_entry(void)
{
	struct raw_semid_ds ds;
	pid_t p;

	if (geteuid()) {
		skip("SEM-046: needs root");
		return;
	}
	reset(0, 0, 0);
	stat_set(id, &ds);
	ds.mode = 0666;
	raw_semctl(id, 0, IPC_SET, (unsigned long)&ds);
	p = fork();
	if (p == 0) {
		if (setgid(1000) || setuid(1000))
			_exit(90);
		_exit(sem_ops(id, OP(0, -1, 0)) == 0 ? 0 : errno);
	}
	eventually(ncnt(id, 0) == 1);
	ds.mode = 0600;
	raw_semctl(id, 0, IPC_SET, (unsigned long)&ds);
	sem_ops(id, OP(0, 1, 0));
	ok(result_of(p) == 0 && get_value(id, 0) == 0,
	   "SEM-046: permission is asked for at entry only");
}

static void test_grant_beats_signal(void)
{
	int fine = 1;

	reset(0, 0, 0);
	for (int i = 0; i < 60; i++) {
		pid_t p = spawn_timed(OP(0, -1, 0), 0, 0);
		int got;

		eventually(ncnt(id, 0) == 1);
		sem_ops(id, OP(0, 1, 0));
		kill(p, SIGUSR1);
		got = result_of(p);
		fine &= got == 0 && get_value(id, 0) == 0;
	}
	ok(fine, "SEM-052 DESIGN-030: a call that was granted before a signal is never EINTR");
}

int main(void)
{
	id = new_set(3);
	test_pids();
	test_counts();
	test_order();
	test_zero();
	test_granting();
	test_signals();
	test_timeouts();
	test_removal();
	test_permission_at_entry();
	test_grant_beats_signal();
	rm_set(id);
	return ktap_done();
}
