// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals and threads: who takes what, and that the process is one.
 * Spec: SIG-068 SIG-069 SIG-075 SIG-076 SIG-077 SIG-081
 */
#define _GNU_SOURCE
#include <pthread.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static volatile pid_t taker;
static volatile pid_t thread_tid;
static volatile int quit;

static void record(int sig)
{
	(void)sig;
	taker = (pid_t)syscall(SYS_gettid);
}

static void wait_taker(void)
{
	for (int i = 0; !taker && i < 10000; i++)
		pause_ms(1);
}

static void *sleeper(void *arg)
{
	(void)arg;
	thread_tid = (pid_t)syscall(SYS_gettid);
	while (!quit)
		pause_ms(1);
	return NULL;
}

static void *pauser(void *arg)
{
	(void)arg;
	thread_tid = (pid_t)syscall(SYS_gettid);
	for (;;)
		pause();
	return NULL;
}

static pthread_t start(void *(*fn)(void *))
{
	pthread_t thread;

	thread_tid = 0;
	pthread_create(&thread, NULL, fn, NULL);
	while (!thread_tid)
		pause_ms(1);
	return thread;
}

static void test_choice(void)
{
	pthread_t thread;
	pid_t me = getpid();

	signal(SIGUSR1, record);
	thread = start(sleeper);
	taker = 0;
	kill(me, SIGUSR1);
	ok(taker == me, "SIG-076: the main thread is preferred");
	taker = 0;
	syscall(SYS_tgkill, me, thread_tid, SIGUSR1);
	wait_taker();
	ok(taker == thread_tid, "SIG-076: tgkill() reaches its thread");
	raw_mask(BIT(SIGUSR1));
	taker = 0;
	kill(me, SIGUSR1);
	wait_taker();
	ok(taker == thread_tid && raw_pending() == 0,
	   "SIG-075: a thread that does not block it takes it");
	raw_mask(0);
	taker = 0;
	syscall(SYS_kill, thread_tid, SIGUSR1);
	wait_taker();
	ok(taker == thread_tid, "SIG-081: kill() by a thread's number: that one first");
	ok(failed_with(syscall(SYS_tgkill, thread_tid, thread_tid, 0), ESRCH),
	   "SIG-081: a thread is no group");
	quit = 1;
	pthread_join(thread, NULL);
}

static int tids[2];

static void two_threads(void)
{
	start(pauser);
	if (write(tids[1], (void *)&thread_tid, sizeof(pid_t)) < 0)
		_exit(1);
}

static void test_whole_process(void)
{
	pid_t pid, tid;
	int status;

	ok(pipe(tids) == 0, "a pipe");
	pid = start_child(two_threads);
	ok(read(tids[0], &tid, sizeof(tid)) == sizeof(tid), "a child with two threads");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	ok(thread_state(pid, pid) == 'T' && thread_state(pid, tid) == 'T',
	   "SIG-077: a stop stops all threads");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	syscall(SYS_tgkill, pid, tid, SIGTERM);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	   "SIG-077: a fatal signal to a thread ends the process");
}

static long sigq(void)
{
	char buf[4096], *p;

	read_file("/proc/self/status", buf, sizeof(buf));
	p = strstr(buf, "SigQ:");
	return p ? strtol(p + 5, NULL, 10) : -1;
}

static void test_proc(void)
{
	struct timespec now = { 0, 0 };
	uint64_t set = BIT(41);
	pid_t me = getpid();
	long before;

	raw_mask(BIT(SIGUSR2) | BIT(SIGHUP) | BIT(41));
	signal(SIGINT, SIG_IGN);
	kill(me, SIGUSR2);
	syscall(SYS_tgkill, me, me, SIGHUP);
	ok(status_set(me, "SigPnd:") == BIT(SIGHUP) && status_set(me, "ShdPnd:") == BIT(SIGUSR2),
	   "SIG-068: SigPnd and ShdPnd");
	ok(status_set(me, "SigBlk:") == (BIT(SIGUSR2) | BIT(SIGHUP) | BIT(41)) &&
		   (status_set(me, "SigIgn:") & BIT(SIGINT)) &&
		   (status_set(me, "SigCgt:") & BIT(SIGUSR1)),
	   "SIG-068: SigBlk, SigIgn and SigCgt");
	before = sigq();
	sigqueue(me, 41, (union sigval){ .sival_int = 1 });
	sigqueue(me, 41, (union sigval){ .sival_int = 2 });
	ok(sigq() == before + 2, "SIG-069: SigQ counts them");
	syscall(SYS_rt_sigtimedwait, &set, NULL, &now, 8);
	ok(sigq() == before + 1, "SIG-069: until they are taken");
	syscall(SYS_rt_sigtimedwait, &set, NULL, &now, 8);
	set = BIT(SIGUSR2) | BIT(SIGHUP);
	syscall(SYS_rt_sigtimedwait, &set, NULL, &now, 8);
	syscall(SYS_rt_sigtimedwait, &set, NULL, &now, 8);
	raw_mask(0);
}

int main(void)
{
	test_choice();
	test_whole_process();
	test_proc();
	return ktap_done();
}
