// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcbench: signals, processes, threads, futexes, context switches and the scheduler.
 * Start at: task_benchmarks.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/ipcbench.h"

/* musl-gcc sees no linux/futex.h. */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

static void ignore_it(int signal)
{
}

static void signal_self(long ops, long unused)
{
	int pid = getpid();

	signal(SIGUSR1, ignore_it);
	start_clock();
	for (long i = 0; i < ops; i++)
		must(kill(pid, SIGUSR1));
	stop_clock();
}

static void block(sigset_t *set, int signal)
{
	sigemptyset(set);
	sigaddset(set, signal);
	must(sigprocmask(SIG_BLOCK, set, NULL));
}

static void answer_signals(long ops)
{
	sigset_t set;

	block(&set, SIGUSR1);
	for (long i = 0; i < ops; i++) {
		must(sigwaitinfo(&set, NULL));
		must(kill(getppid(), SIGUSR1));
	}
}

static void signal_pingpong(long ops, long unused)
{
	sigset_t set;
	int pid;

	block(&set, SIGUSR1);
	pid = spawn(answer_signals, ops + 1);
	for (long i = 0; i <= ops; i++) {
		if (i == 1)
			start_clock();
		must(kill(pid, SIGUSR1));
		must(sigwaitinfo(&set, NULL));
	}
	stop_clock();
}

/* Rounds of @depth signals queued and then taken: one operation is one signal. */
static void signal_queue(long ops, long depth)
{
	union sigval value = { 0 };
	sigset_t set;

	block(&set, SIGRTMIN);
	start_clock();
	for (long i = 0; i < ops; i += depth) {
		for (long k = 0; k < depth; k++)
			must(sigqueue(getpid(), SIGRTMIN, value));
		for (long k = 0; k < depth; k++)
			must(sigwaitinfo(&set, NULL));
	}
	stop_clock();
}

static void fork_exit_wait(long ops, long with_exec)
{
	char *arguments[] = { "/proc/self/exe", "-l", "null", NULL };

	start_clock();
	for (long i = 0; i < ops; i++) {
		int pid = must(fork()), status;

		if (pid == 0 && with_exec) {
			dup2(must(syscall(SYS_open, "/dev/null", 1)), 1);
			must(execv(arguments[0], arguments));
		}
		if (pid == 0)
			_exit(0);
		must(waitpid(pid, &status, 0));
	}
	stop_clock();
}

static void *return_at_once(void *argument)
{
	return argument;
}

/* pthread calls return the error. */
static void must_be_zero(int error)
{
	errno = error;
	must(error ? -1 : 0);
}

static void thread_create_join(long ops, long unused)
{
	pthread_t thread;

	start_clock();
	for (long i = 0; i < ops; i++) {
		must_be_zero(pthread_create(&thread, NULL, return_at_once, NULL));
		must_be_zero(pthread_join(thread, NULL));
	}
	stop_clock();
}

static atomic_int *turn;

/* Waits until it is @mine's turn, then gives the turn to the other. */
static void take_turn(int mine)
{
	while (atomic_load(turn) != mine)
		if (syscall(SYS_futex, turn, FUTEX_WAIT, !mine, NULL, NULL, 0) < 0 &&
		    errno != EAGAIN)
			must(-1);
	atomic_store(turn, !mine);
	must(syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0));
}

static void answer_turns(long ops)
{
	for (long i = 0; i < ops; i++)
		take_turn(1);
}

static void futex_pingpong(long ops, long unused)
{
	turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(turn == MAP_FAILED ? -1 : 0);
	spawn(answer_turns, ops + 1);
	for (long i = 0; i <= ops; i++) {
		if (i == 1)
			start_clock();
		take_turn(0);
	}
	/* The last answer is part of the last round trip. */
	while (atomic_load(turn) != 0)
		syscall(SYS_futex, turn, FUTEX_WAIT, 1, NULL, NULL, 0);
	stop_clock();
}

static int ring[96][2]; /* process i reads ring[i] and writes ring[i + 1] */
static long ring_size;

static void pass_on(long member)
{
	char token;

	for (;;) {
		must(read(ring[member][0], &token, 1));
		must(write(ring[(member + 1) % ring_size][1], &token, 1));
	}
}

/* One operation is one process's turn: a switch with a read and a write of one byte. */
static void context_switch(long ops, long size)
{
	char token = 0;

	ring_size = size;
	for (long i = 0; i < size; i++)
		must(pipe(ring[i]));
	for (long i = 1; i < size; i++)
		spawn(pass_on, i);
	for (long i = -size; i < ops; i += size) {
		if (i >= 0 && i < size)
			start_clock();
		must(write(ring[1][1], &token, 1));
		must(read(ring[0][0], &token, 1));
	}
	stop_clock();
}

static atomic_int started, ended;
static int gate[2], over[2];
static long yields;

static void *yield_often(void *all)
{
	char byte;

	atomic_fetch_add(&started, 1);
	must(read(gate[0], &byte, 1));
	for (long i = 0; i < yields; i++)
		sched_yield();
	if (atomic_fetch_add(&ended, 1) + 1 == (long)all) {
		stop_clock();
		must(write(over[1], "x", 1));
	}
	return NULL;
}

/* @tasks threads, all runnable, yield in turn; one operation is one yield. */
static void runnable_tasks(long ops, long tasks)
{
	pthread_attr_t attributes;
	pthread_t thread;
	char *bytes = calloc(tasks, 1);

	yields = (ops + tasks - 1) / tasks;
	must(bytes ? 0 : -1);
	must(pipe(gate));
	must(pipe(over));
	pthread_attr_init(&attributes);
	must_be_zero(pthread_attr_setstacksize(&attributes, 16384));
	for (long i = 0; i < tasks; i++)
		must_be_zero(pthread_create(&thread, &attributes, yield_often, (void *)tasks));
	while (atomic_load(&started) < tasks)
		sched_yield();
	start_clock();
	must(write(gate[1], bytes, tasks));
	must(read(over[0], bytes, 1));
}

const struct benchmark task_benchmarks[] = {
	{ "signal_self", signal_self, 10000, 0 },
	{ "signal_pingpong", signal_pingpong, 2000, 0 },
	{ "signal_queue", signal_queue, 10000, 100 },
	{ "fork_exit_wait", fork_exit_wait, 200, 0 },
	{ "fork_exec_wait", fork_exit_wait, 100, 1 },
	{ "thread_create_join", thread_create_join, 500, 0 },
	{ "futex_pingpong", futex_pingpong, 2000, 0 },
	{ "ring_2", context_switch, 4000, 2 },
	{ "ring_8", context_switch, 4000, 8 },
	{ "ring_24", context_switch, 4800, 24 },
	{ "ring_96", context_switch, 4800, 96 },
	{ "runnable_10", runnable_tasks, 20000, 10 },
	{ "runnable_100", runnable_tasks, 20000, 100 },
	{ "runnable_1000", runnable_tasks, 20000, 1000 },
	{ "runnable_5000", runnable_tasks, 50000, 5000 },
	{ NULL, NULL, 0, 0 },
};
