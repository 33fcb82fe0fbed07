// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process leaves behind, with everything at once: semaphore adjustments, attached memory,
 * descriptors, places in wait queues; and what stays.
 * Spec: EXIT-001, EXIT-002, EXIT-003, EXIT-004, EXIT-008, EXIT-009, EXIT-011, EXIT-016
 */
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

#include <pthread.h>

static int set, queue, segment;

/* ---- one victim that has it all ---- */

/* Holds 3 of semaphore 0, the segment and the pipe's end; then sleeps in msgrcv(). */
static pid_t start_victim(int end)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct message msg;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (sem_ops(set, OP(0, -3, SEM_UNDO)) || !attach(segment, NULL, 0) ||
		    write(end, "x", 1) != 1)
			_exit(1);
		raw_receive(queue, &msg, 100, 5, 0);
		_exit(2);
	}
	return pid;
}

static void test_victim(void)
{
	int p[2];
	char c;
	pid_t pid;

	set_value(set, 0, 10);
	if (pipe(p))
		return;
	pid = start_victim(p[1]);
	close(p[1]);
	ok(read(p[0], &c, 1) == 1 && asleep(pid) && get_value(set, 0) == 7 &&
		   attached(segment) == 1,
	   "EXIT-001: a process holds and sleeps");
	kill(pid, SIGKILL);
	ok(read(p[0], &c, 1) == 0 && get_value(set, 0) == 10 && attached(segment) == 0,
	   "EXIT-001 EXIT-004: killed: end of file, and then all is given back");
	ok(eventually(state_of(pid) == 'Z') && get_value(set, 0) == 10 && attached(segment) == 0 &&
		   raw_semctl(set, 0, GETPID, 0) == pid,
	   "EXIT-002: a zombie holds nothing");
	send_text(queue, 5, "for nobody", 0);
	ok(queue_stat(queue).qnum == 1 && queue_stat(queue).lrpid == 0,
	   "EXIT-003: a message is not given to the dead");
	take_type(queue, 5, 0);
	ok(result_of(pid) == 1000 + SIGKILL, "EXIT-001: that was all it did");
	close(p[0]);
}

/* Whoever sees the pipe's end sees the rest, without waiting for the child. */
static void test_order(void)
{
	int fine = 1;

	set_value(set, 0, 10);
	for (int round = 0; round < 40; round++) {
		int p[2];
		pid_t pid;
		char c;

		if (pipe(p))
			break;
		pid = fork();
		if (pid == 0) {
			if (sem_ops(set, OP(0, -1, SEM_UNDO)) || !attach(segment, NULL, 0))
				_exit(1);
			if (round & 1)
				_exit(0);
			kill(getpid(), SIGKILL);
		}
		close(p[1]);
		fine &= read(p[0], &c, 1) == 0 && get_value(set, 0) == 10 && attached(segment) == 0;
		close(p[0]);
		fine &= result_of(pid) == (round & 1 ? 0 : 1000 + SIGKILL);
	}
	ok(fine, "EXIT-004: 40 times: memory and semaphores before files");
}

/* ---- wait queues ---- */

static void test_wait_queues(void)
{
	pid_t sender, other;

	set_value(set, 1, 0);
	sender = spawn(set, OP(1, -1, SEM_UNDO));
	other = spawn(set, OP(1, -1, 0));
	ok(eventually(ncnt(set, 1) == 2), "EXIT-003: two sleep in semop()");
	put_end(sender);
	ok(ncnt(set, 1) == 1, "EXIT-003: GETNCNT drops");
	sem_ops(set, OP(1, 1, 0));
	ok(result_of(other) == 0 && get_value(set, 1) == 0, "EXIT-003: the other gets it");

	set_qbytes(queue, 10);
	send_text(queue, 1, "0123456789", 0);
	sender = spawn_sender(queue, 2, "never");
	ok(asleep(sender), "EXIT-003: a sender sleeps");
	put_end(sender);
	ok(take_type(queue, 0, 0) == 1 && take_type(queue, 0, 0) == -1 &&
		   queue_stat(queue).qnum == 0 && queue_stat(queue).cbytes == 0,
	   "EXIT-003: what it wanted to send never appears");
	set_qbytes(queue, 1000);
}

/* ---- sleeping everywhere ---- */

static int pipe_ends[2];

static void sleep_in(int where)
{
	static char much[1 << 20];
	struct message msg = { .type = 1 };
	sigset_t none;

	switch (where) {
	case 0:
		sem_ops(set, OP(1, -1, SEM_UNDO));
		break;
	case 1:
		sem_ops(set, OP(1, -1, 0), OP(0, 0, 0));
		break;
	case 2:
		raw_receive(queue, &msg, 100, 77, 0);
		break;
	case 3:
		for (;;)
			raw_send(queue, &msg, 100, 0);
	case 4:
		read(pipe_ends[0], much, 1);
		break;
	case 5:
		for (;;)
			write(pipe_ends[1], much, sizeof(much));
	case 6:
		sigemptyset(&none);
		sigsuspend(&none);
		break;
	case 7:
		syscall(SYS_semtimedop, set, (&OP(1, -1, 0)), 1,
			(&(struct timespec){ .tv_sec = 1000 }));
		break;
	}
}

static void test_kill(void)
{
	static const char *const names[] = {
		"semop() on one semaphore", "semop() on several", "msgrcv()",     "msgsnd()",
		"read() of a pipe",         "write() to a pipe",  "sigsuspend()", "semtimedop()"
	};

	for (int where = 0; where < 8; where++) {
		double begin;
		pid_t pid;

		if (pipe(pipe_ends))
			return;
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sleep_in(where);
			_exit(1);
		}
		if (!asleep(pid))
			ok(0, "EXIT-011: a child sleeps");
		begin = seconds();
		kill(pid, SIGKILL);
		ok(result_of(pid) == 1000 + SIGKILL && seconds() - begin < LONG_MS / 1000,
		   "EXIT-011: SIGKILL ends %s", names[where]);
		close(pipe_ends[0]);
		close(pipe_ends[1]);
	}
	while (take_type(queue, 0, 0) >= 0)
		;
}

/* ---- threads ---- */

static int go[2];

static void *last_thread(void *arg)
{
	char c;

	if (read(go[0], &c, 1) != 1)
		_exit(1);
	_exit(9);
}

static void test_leader(void)
{
	int p[2], status;
	pthread_t thread;
	pid_t pid;
	char c;

	if (pipe(go) || pipe(p))
		return;
	set_value(set, 0, 10);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(go[1]);
		if (sem_ops(set, OP(0, -4, SEM_UNDO)) || !attach(segment, NULL, 0) ||
		    pthread_create(&thread, NULL, last_thread, NULL))
			_exit(1);
		syscall(SYS_exit, 3);
	}
	close(p[1]);
	ok(eventually(state_of(pid) == 'Z') && waitpid(pid, &status, WNOHANG) == 0,
	   "EXIT-008: the main thread alone has ended");
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	ok(get_value(set, 0) == 6 && attached(segment) == 1 && read(p[0], &c, 1) == -1 &&
		   errno == EAGAIN,
	   "EXIT-008: adjustments, attachments and descriptors stay");
	ok(write(go[1], "x", 1) == 1 && result_of(pid) == 9 && get_value(set, 0) == 10 &&
		   attached(segment) == 0 && read(p[0], &c, 1) == 0,
	   "EXIT-008: until the last thread ends; the status is the last one's");
	close(p[0]);
	close(go[0]);
	close(go[1]);
}

/* ---- what stays, and what must not ---- */

static int make_all(void)
{
	int ids[3] = { (int)syscall(SYS_semget, 0xe817, 1, IPC_CREAT | 0600),
		       (int)syscall(SYS_msgget, 0xe817, IPC_CREAT | 0600),
		       get_segment(0xe817, 4096, IPC_CREAT | 0600) };
	char *p = attach(ids[2], NULL, 0);

	if (p)
		strcpy(p, "stays");
	return set_value(ids[0], 0, 42) || send_text(ids[1], 6, "stays", 0) || !p;
}

static void test_objects_stay(void)
{
	int made = in_child(make_all) == 0, s = (int)syscall(SYS_semget, 0xe817, 0, 0),
	    q = (int)syscall(SYS_msgget, 0xe817, 0), m = get_segment(0xe817, 0, 0);
	char *p = attach(m, NULL, 0);

	ok(made && get_value(s, 0) == 42 && take_type(q, 0, 0) == 6 && p && !strcmp(p, "stays"),
	   "EXIT-009: a set, a queue and a segment outlive who made them, with their contents");
	detach(p);
	rm_set(s);
	rm_queue(q);
	rm_segment(m);
}

static struct numbers {
	int max[3];
	long sem[10]; /* struct seminfo */
	long msg[8];  /* struct msginfo */
	long shm[6];  /* struct shm_info */
} before, after;

static void count(struct numbers *n)
{
	memset(n, 0, sizeof(*n));
	n->max[0] = (int)raw_semctl(0, 0, SEM_INFO, (unsigned long)n->sem);
	n->max[1] = queue_ctl(0, MSG_INFO, n->msg);
	n->max[2] = segment_ctl(0, SHM_INFO, n->shm);
}

static long free_kib(void)
{
	char line[128];
	long kib = -1;
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && kib < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "MemFree: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

#define ROUNDS 3000

static int use_and_remove(void)
{
	int s = new_set(3), q = new_queue(0600), m = new_segment(12345), fine = 1;
	char *p = attach(m, NULL, 0);

	fine &= sem_ops(s, OP(0, 2, SEM_UNDO), OP(2, 1, 0)) == 0;
	fine &= send_text(q, 1, "gone with its queue", 0) == 0;
	if (p)
		p[0] = p[12344] = 1;
	fine &= rm_set(s) == 0 && rm_queue(q) == 0 && rm_segment(m) == 0 && detach(p) == 0;
	return fine;
}

static void test_level(void)
{
	long kib;
	int fine = 1;

	for (int i = 0; i < 100; i++) /* caches fill */
		use_and_remove();
	count(&before);
	kib = free_kib();
	for (int i = 0; i < ROUNDS; i++)
		fine &= use_and_remove();
	count(&after);
	ok(fine && !memcmp(&before, &after, sizeof(before)),
	   "EXIT-016: after %d sets, queues and segments all counters are as before", ROUNDS);
	/* One page lost in each round would be 12 MiB. Freed memory may wait for RCU. */
	ok(eventually(kib - free_kib() < 4096), "EXIT-016: and free memory is level");
}

int main(void)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("no IPC namespace of its own");
	set = new_set(2);
	queue = new_queue(0600);
	segment = new_segment(8192);
	test_victim();
	test_order();
	test_wait_queues();
	test_kill();
	test_leader();
	test_objects_stay();
	test_level();
	rm_set(set);
	rm_queue(queue);
	rm_segment(segment);
	return ktap_done();
}
