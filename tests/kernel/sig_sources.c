// SPDX-License-Identifier: GPL-2.0-only
/*
 * What siginfo says, by source: timers, limits, descriptors, the end of the parent, orphaned groups.
 * (Processes that send are in sig_kill_targets.c, faults in sig_faults.c, children in sig_stop.c.)
 * Spec: SIG-035 SIG-048 SIG-080 PIPE-039
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static siginfo_t got;
static volatile int runs;
static volatile pid_t taker;

static void record(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	if (!runs)
		got = *info;
	taker = (pid_t)syscall(SYS_gettid);
	runs++;
}

static void expect(int sig)
{
	struct sigaction sa = { .sa_sigaction = record, .sa_flags = SA_SIGINFO };

	sigfillset(&sa.sa_mask);
	memset(&got, 0xee, sizeof(got));
	runs = 0;
	sigaction(sig, &sa, NULL);
}

/* Is busy until a signal has come, for a minute at most, and in user mode for nearly all of it. */
static void burn(void)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		for (int i = 0; !runs && i < 10000000; i++)
			;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!runs && now.tv_sec - begin.tv_sec < 60);
}

/* Waits for it asleep, or, for timers of CPU time, busy. */
static int came(int sig, int busy)
{
	if (busy)
		burn();
	for (int i = 0; !runs && !busy && i < 20000; i++)
		pause_ms(1);
	signal(sig, SIG_IGN); /* a timer may go on */
	return runs && got.si_signo == sig && got.si_errno == 0;
}

static int by_kernel(void)
{
	return got.si_code == SI_KERNEL && got.si_pid == 0 && got.si_uid == 0;
}

static void test_itimers(void)
{
	struct itimerval it = { { 0, 0 }, { 0, 5000 } };

	expect(SIGALRM);
	alarm(1);
	ok(came(SIGALRM, 0) && by_kernel(), "SIG-035: alarm()");
	expect(SIGALRM);
	setitimer(ITIMER_REAL, &it, NULL);
	ok(came(SIGALRM, 0) && by_kernel(), "SIG-035: ITIMER_REAL");
	expect(SIGVTALRM);
	setitimer(ITIMER_VIRTUAL, &it, NULL);
	ok(came(SIGVTALRM, 1) && by_kernel(), "SIG-035: ITIMER_VIRTUAL");
	expect(SIGPROF);
	setitimer(ITIMER_PROF, &it, NULL);
	ok(came(SIGPROF, 1) && by_kernel(), "SIG-035: ITIMER_PROF");
}

static void test_posix_timers(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec once = { { 0, 0 }, { 0, 1000000 } }, often = { { 0, 1000000 }, { 0, 1 } };
	int timer = -1; /* the kernel's, not the library's */

	event.sigev_value.sival_ptr = (void *)0x1122334455667788ul;
	expect(SIGUSR1);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer);
	syscall(SYS_timer_settime, timer, 0, &once, NULL);
	ok(came(SIGUSR1, 0) && got.si_code == SI_TIMER && got.si_timerid == timer &&
		   got.si_overrun == 0 && got.si_value.sival_ptr == (void *)0x1122334455667788ul,
	   "SIG-035: a POSIX timer: its number and value");
	expect(SIGUSR1);
	raw_mask(BIT(SIGUSR1));
	syscall(SYS_timer_settime, timer, 0, &often, NULL);
	pause_ms(50);
	raw_mask(0);
	ok(came(SIGUSR1, 0) && got.si_code == SI_TIMER && got.si_overrun >= 10,
	   "SIG-035: and how often it expired meanwhile (%d)", got.si_overrun);
	syscall(SYS_timer_delete, timer);

	/* No sigevent: SIGALRM with the number as value. */
	expect(SIGALRM);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer);
	syscall(SYS_timer_settime, timer, 0, &once, NULL);
	ok(came(SIGALRM, 0) && got.si_code == SI_TIMER && got.si_value.sival_int == timer,
	   "SIG-035: by default SIGALRM with the timer's number");
	syscall(SYS_timer_delete, timer);
}

static volatile pid_t thread_tid;
static volatile int quit;

static void *sleeps(void *arg)
{
	thread_tid = (pid_t)syscall(SYS_gettid);
	while (!quit)
		pause_ms(1);
	return arg;
}

static void test_timer_of_thread(void)
{
	struct itimerspec once = { { 0, 0 }, { 0, 1000000 } };
	/* sigev_notify_thread_id, which libraries hide. */
	struct {
		void *value;
		int signo, notify, tid, pad[11];
	} event = { NULL, SIGUSR2, 4, 0, { 0 } };
	pthread_t thread;
	int timer;

	pthread_create(&thread, NULL, sleeps, NULL);
	while (!thread_tid)
		pause_ms(1);
	event.tid = thread_tid;
	expect(SIGUSR2);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer);
	syscall(SYS_timer_settime, timer, 0, &once, NULL);
	ok(came(SIGUSR2, 0) && got.si_code == SI_TIMER && taker == thread_tid,
	   "SIG-035: SIGEV_THREAD_ID: the thread takes it");
	syscall(SYS_timer_delete, timer);
	quit = 1;
	pthread_join(thread, NULL);
}

static void test_limits(void)
{
	struct rlimit size = { 1000, RLIM_INFINITY }, cpu = { 1, RLIM_INFINITY };
	char name[] = "/tmp/sig_sources.XXXXXX", buf[100] = "";
	int fd = mkstemp(name), status;
	pid_t pid;

	setrlimit(RLIMIT_FSIZE, &size);
	expect(SIGXFSZ);
	ok(pwrite(fd, buf, sizeof(buf), 950) == 50 && !runs, "SIGXFSZ: up to the limit");
	ok(failed_with(pwrite(fd, buf, sizeof(buf), 1000), EFBIG) && came(SIGXFSZ, 0) &&
		   got.si_code == SI_USER && got.si_pid == getpid(),
	   "SIG-035: SIGXFSZ comes as from oneself");
	expect(SIGXFSZ);
	ok(failed_with(ftruncate(fd, 1001), EFBIG) && came(SIGXFSZ, 0), "SIGXFSZ: of ftruncate");
	size.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &size);
	close(fd);
	unlink(name);

	pid = fork();
	if (!pid) {
		expect(SIGXCPU);
		setrlimit(RLIMIT_CPU, &cpu);
		_exit(came(SIGXCPU, 1) && by_kernel() ? 0 : 1);
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0,
	   "SIG-035: SIGXCPU comes from the kernel");
}

/* O_ASYNC: which descriptor, and what of. */
static void test_sigio(void)
{
	int p[2];
	char c;

	if (pipe(p))
		return;
	fcntl(p[0], F_SETOWN, getpid());
	fcntl(p[0], F_SETSIG, 40);
	fcntl(p[0], F_SETFL, O_ASYNC);
	expect(40);
	ok(write(p[1], "x", 1) == 1 && came(40, 0) && got.si_code == POLL_IN && got.si_fd == p[0] &&
		   (got.si_band & 1),
	   "F_SETSIG: POLL_IN of that descriptor");
	fcntl(p[0], F_SETSIG, 0);
	expect(SIGIO);
	ok(write(p[1], "x", 1) == 1 && came(SIGIO, 0) && by_kernel(),
	   "PIPE-039: O_ASYNC: a plain SIGIO, though something was there already");
	fcntl(p[0], F_SETFL, 0);
	fcntl(p[1], F_SETOWN, getpid());
	fcntl(p[1], F_SETSIG, 40);
	fcntl(p[1], F_SETFL, O_ASYNC);
	expect(40);
	ok(read(p[0], &c, 1) == 1 && came(40, 0) && got.si_code == POLL_OUT && got.si_fd == p[1] &&
		   (got.si_band & 4),
	   "PIPE-039: POLL_OUT of the other end, though it was not full");
	fcntl(p[1], F_SETFL, 0); /* the other end's closing would tell, too */
	close(p[0]);
	close(p[1]);
}

static int report[2];

/* Tells the parent's parent what it got. */
static void tell(int good)
{
	char c = good ? 'y' : 'n';

	_exit(write(report[1], &c, 1) != 1);
}

static int told(void)
{
	char c = '?';

	return read(report[0], &c, 1) == 1 && c == 'y';
}

static void test_parent_ends(void)
{
	pid_t pid = fork();

	if (!pid) {
		pid_t parent = getpid();

		if (!fork()) {
			expect(SIGUSR1);
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			if (getppid() != parent)
				tell(1); /* too late to try */
			kill(parent, SIGKILL);
			tell(came(SIGUSR1, 0) && got.si_code == SI_USER && got.si_pid == parent &&
			     got.si_uid == getuid());
		}
		for (;;)
			pause();
	}
	ok(told(), "SIG-080: the parent's end comes as from the parent");
	waitpid(pid, NULL, 0);
}

/* A stopped member, and the last parent in the session goes: HUP from the kernel. */
static void test_orphans(void)
{
	pid_t pid = fork();

	if (!pid) {
		pid_t child;
		int status;

		setsid();
		child = fork();
		if (!child) {
			setpgid(0, 0);
			expect(SIGHUP);
			raise(SIGSTOP);
			tell(came(SIGHUP, 0) && by_kernel());
		}
		waitpid(child, &status, WUNTRACED);
		_exit(0);
	}
	ok(told(), "SIG-048: SIGHUP of an orphaned group comes from the kernel");
	waitpid(pid, NULL, 0);
}

int main(void)
{
	if (pipe(report))
		return 1;
	test_itimers();
	test_posix_timers();
	test_timer_of_thread();
	test_limits();
	test_sigio();
	test_parent_ends();
	test_orphans();
	return ktap_done();
}
