// SPDX-License-Identifier: GPL-2.0-only
/*
 * News that comes between looking and sleeping: a signal against epoll_pwait, signalfd and poll; a
 * child's end, stop or continue against every way to wait for it. Each race is run with many
 * different delays; nothing may be lost, nothing be told twice.
 * Spec: SIG-042 SIG-046 SIG-066 SIG-079 EXIT-008
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define ROUNDS 30

static volatile int usr1, chld;

static void count(int sig)
{
	if (sig == SIGCHLD)
		chld++;
	else
		usr1++;
}

static pid_t signal_from_child(int round)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		dawdle(round);
		_exit(kill(parent, SIGUSR1) != 0);
	}
	return pid;
}

static pid_t exiting_child(int round)
{
	pid_t pid = fork();

	if (!pid) {
		dawdle(round);
		_exit(7);
	}
	return pid;
}

/* ---- a signal; SIGUSR1 is blocked outside the call ---- */

static int epoll_pwait_sleeps(int round)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), before = usr1, ret;
	pid_t pid = signal_from_child(round);
	struct epoll_event event;
	uint64_t none = 0;

	ret = failed_with(syscall(SYS_epoll_pwait, ep, &event, 1, -1, &none, 8), EINTR);
	close(ep);
	return ret && usr1 == before + 1 && waitpid(pid, NULL, 0) == pid;
}

static int signalfd_of_usr1(int flags)
{
	uint64_t set = BIT(SIGUSR1);

	return (int)syscall(SYS_signalfd4, -1, &set, 8, flags | SFD_CLOEXEC);
}

static int signalfd_reads(int round)
{
	struct signalfd_siginfo info;
	int fd = signalfd_of_usr1(0), ret;
	pid_t pid = signal_from_child(round);

	ret = read(fd, &info, sizeof(info)) == sizeof(info) && info.ssi_pid == (uint32_t)pid;
	close(fd);
	return ret && waitpid(pid, NULL, 0) == pid;
}

static int signalfd_polled(int round)
{
	struct signalfd_siginfo info;
	struct pollfd p = { .fd = signalfd_of_usr1(SFD_NONBLOCK), .events = POLLIN };
	pid_t pid = signal_from_child(round);
	int ret = poll(&p, 1, -1) == 1 && read(p.fd, &info, sizeof(info)) == sizeof(info);

	close(p.fd);
	return ret && waitpid(pid, NULL, 0) == pid;
}

static int signalfd_in_epoll(int round)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int fd = signalfd_of_usr1(SFD_NONBLOCK), ep = epoll_create1(EPOLL_CLOEXEC);
	struct signalfd_siginfo info;
	pid_t pid;
	int ret;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	pid = signal_from_child(round);
	ret = epoll_wait(ep, &event, 1, -1) == 1 && read(fd, &info, sizeof(info)) == sizeof(info);
	close(ep);
	close(fd);
	return ret && waitpid(pid, NULL, 0) == pid;
}

/* ---- a child ends ---- */

/* Who has seen SIGCHLD finds the zombie. */
static int sigtimedwait_of_chld(int round)
{
	struct timespec ts = { 20, 0 };
	uint64_t set = BIT(SIGCHLD);
	siginfo_t info;
	pid_t pid;
	int status;

	raw_mask(BIT(SIGCHLD));
	pid = exiting_child(round);
	if (syscall(SYS_rt_sigtimedwait, &set, &info, &ts, 8) != SIGCHLD || info.si_pid != pid ||
	    info.si_code != CLD_EXITED || info.si_status != 7)
		return 0;
	raw_mask(0);
	return waitpid(pid, &status, WNOHANG) == pid && status == 7 << 8;
}

static int chld_in_signalfd(int round)
{
	uint64_t set = BIT(SIGCHLD);
	struct signalfd_siginfo info;
	int fd, ret;
	pid_t pid;

	raw_mask(BIT(SIGCHLD));
	fd = (int)syscall(SYS_signalfd4, -1, &set, 8, SFD_CLOEXEC);
	pid = exiting_child(round);
	ret = read(fd, &info, sizeof(info)) == sizeof(info) && info.ssi_pid == (uint32_t)pid;
	close(fd);
	raw_mask(0);
	return ret && waitpid(pid, NULL, WNOHANG) == pid;
}

static int epoll_pwait_of_chld(int round)
{
	int before = chld, ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;
	uint64_t none = 0;
	pid_t pid;

	raw_mask(BIT(SIGCHLD));
	pid = exiting_child(round);
	while (chld == before)
		syscall(SYS_epoll_pwait, ep, &event, 1, -1, &none, 8);
	raw_mask(0);
	close(ep);
	return waitpid(pid, NULL, WNOHANG) == pid;
}

static int pselect_of_chld(int round)
{
	sigset_t none;
	int before = chld;
	pid_t pid;

	sigemptyset(&none);
	raw_mask(BIT(SIGCHLD));
	pid = exiting_child(round);
	while (chld == before)
		pselect(0, NULL, NULL, NULL, NULL, &none);
	raw_mask(0);
	return waitpid(pid, NULL, WNOHANG) == pid;
}

/* A look with WNOWAIT leaves it to the next one. */
static int waitid_leaves_it(int round)
{
	siginfo_t first = { 0 }, second = { 0 };
	pid_t pid = exiting_child(round);

	return waitid(P_PID, (id_t)pid, &first, WEXITED | WNOWAIT) == 0 && first.si_pid == pid &&
	       waitid(P_ALL, 0, &second, WEXITED | WNOHANG) == 0 && second.si_pid == pid &&
	       second.si_status == 7 && failed_with(waitpid(pid, NULL, 0), ECHILD);
}

static pid_t shared_child;

static void *waits_for_shared(void *arg)
{
	long ret = waitpid(shared_child, NULL, 0);

	(void)arg;
	return (void *)(ret < 0 ? -(long)errno : ret);
}

/* Two threads wait for one child: one gets it, the other learns that there is none. */
static int two_waiters(int round)
{
	pthread_t threads[2];
	void *got[2] = { NULL, NULL };

	shared_child = exiting_child(round);
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, waits_for_shared, NULL))
			return 0;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &got[i]);
	return (got[0] == (void *)(long)shared_child && got[1] == (void *)-(long)ECHILD) ||
	       (got[1] == (void *)(long)shared_child && got[0] == (void *)-(long)ECHILD);
}

static int thread_round;

static void *forks_and_goes(void *arg)
{
	(void)arg;
	shared_child = exiting_child(thread_round);
	dawdle(ROUNDS - thread_round);
	return NULL;
}

/* The thread that forked goes: its child is the process's, before and after. */
static int forking_thread_goes(int round)
{
	pthread_t thread;
	int ret;

	thread_round = round;
	shared_child = 0;
	if (pthread_create(&thread, NULL, forks_and_goes, NULL))
		return 0;
	while (!__atomic_load_n(&shared_child, __ATOMIC_SEQ_CST))
		sched_yield();
	ret = waitpid(shared_child, NULL, 0) == shared_child;
	pthread_join(thread, NULL);
	return ret && failed_with(waitpid(-1, NULL, 0), ECHILD);
}

/* SA_NOCLDWAIT: wait() sleeps until all have gone, and finds nobody. */
static int nobody_to_wait_for(int round)
{
	struct sigaction sa = { .sa_handler = count, .sa_flags = SA_NOCLDWAIT | SA_RESTART };
	struct sigaction old;
	int before = chld, ret = 1;
	pid_t pids[3];

	sigaction(SIGCHLD, &sa, &old);
	for (int i = 0; i < 3; i++)
		pids[i] = exiting_child(round + i);
	ret = failed_with(waitpid(-1, NULL, 0), ECHILD);
	/* The last one may still be leaving the lists. */
	for (int i = 0; i < 3; i++)
		for (int n = 0; kill(pids[i], 0) == 0 && n < 10000; n++)
			pause_ms(1);
	for (int i = 0; i < 3; i++)
		ret &= failed_with(kill(pids[i], 0), ESRCH);
	sigaction(SIGCHLD, &old, NULL);
	return ret && chld > before;
}

/* ---- a child stops and continues ---- */

/* Each change is told to exactly one call. */
static int stop_and_continue(int round)
{
	int go[2], status, ret;
	pid_t pid;
	char c;

	if (pipe(go))
		return 0;
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 3; i++) {
			dawdle(round + i);
			raise(SIGSTOP);
			/* A stop of now would take the news of the continue away. */
			if (read(go[0], &c, 1) != 1)
				_exit(1);
		}
		_exit(9);
	}
	ret = pid > 0;
	for (int i = 0; i < 3; i++) {
		ret &= waitpid(pid, &status, WUNTRACED) == pid && status == (SIGSTOP << 8 | 0x7f);
		ret &= waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0;
		kill(pid, SIGCONT);
		ret &= waitpid(pid, &status, WCONTINUED) == pid && status == 0xffff;
		ret &= waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0;
		ret &= write(go[1], "x", 1) == 1;
	}
	ret &= waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid && status == 9 << 8;
	close(go[0]);
	close(go[1]);
	return ret;
}

/* ---- a wake-up that is meant for an earlier sleep ---- */

#define SLEEPERS 16
#define SLEEPS   60

enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE };

static int word;
static volatile int sleepers, early;

/* The time may be up while the waker has us on its list already: its wake-up hits the next sleep. */
static void *sleeps_twice(void *arg)
{
	struct timespec brief = { 0, 200000 }, longer = { 0, 300000 };
	uint64_t set = BIT(SIGUSR2);

	for (int i = 0; i < SLEEPS; i++) {
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &brief);
		if (!failed_with(syscall(SYS_rt_sigtimedwait, &set, NULL, &longer, 8), EAGAIN))
			__atomic_add_fetch(&early, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_sub_fetch(&sleepers, 1, __ATOMIC_SEQ_CST);
	return arg;
}

static int late_wakeups(void)
{
	pthread_t threads[SLEEPERS];
	int n;

	sleepers = SLEEPERS;
	for (n = 0; n < SLEEPERS && !pthread_create(&threads[n], NULL, sleeps_twice, NULL); n++)
		;
	__atomic_sub_fetch(&sleepers, SLEEPERS - n, __ATOMIC_SEQ_CST);
	while (sleepers) {
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, SLEEPERS);
		usleep(50);
	}
	while (n)
		pthread_join(threads[--n], NULL);
	if (early)
		printf("# %d times\n", early);
	return !early;
}

static const struct race {
	const char *promise;
	int (*try)(int round);
	int masked; /* SIGUSR1 is blocked outside the call */
} races[] = {
	{ "SIG-079: a signal against epoll_pwait", epoll_pwait_sleeps, 1 },
	{ "SIG-066: a signal against read() of a signalfd", signalfd_reads, 1 },
	{ "SIG-066: a signal against poll() of a signalfd", signalfd_polled, 1 },
	{ "SIG-066: a signal against epoll_wait() of a signalfd", signalfd_in_epoll, 1 },
	{ "SIGCHLD against sigtimedwait", sigtimedwait_of_chld, 0 },
	{ "SIGCHLD against a signalfd", chld_in_signalfd, 0 },
	{ "SIGCHLD against epoll_pwait", epoll_pwait_of_chld, 0 },
	{ "SIGCHLD against pselect", pselect_of_chld, 0 },
	{ "waitid() with WNOWAIT leaves the zombie", waitid_leaves_it, 0 },
	{ "two threads wait for one child", two_waiters, 0 },
	{ "EXIT-008: the thread that forked ends", forking_thread_goes, 0 },
	{ "SIG-042: wait() of children that vanish", nobody_to_wait_for, 0 },
	{ "SIG-046: each stop and continue is reported once", stop_and_continue, 0 },
};

int main(void)
{
	struct sigaction sa = { .sa_handler = count, .sa_flags = SA_RESTART };

	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGCHLD, &sa, NULL);
	for (unsigned int r = 0; r < sizeof(races) / sizeof(races[0]); r++) {
		int good = 0;

		raw_mask(races[r].masked ? BIT(SIGUSR1) : 0);
		/* A SIGCHLD must not end the call that is tried. */
		signal(SIGCHLD, SIG_DFL);
		if (!races[r].masked)
			sigaction(SIGCHLD, &sa, NULL);
		alarm(60); /* a lost wake-up ends the program instead of hanging it */
		for (int round = 0; round < ROUNDS; round++)
			good += races[r].try(round);
		alarm(0);
		ok(good == ROUNDS, "%s: %d of %d", races[r].promise, good, ROUNDS);
	}
	raw_mask(~0ul); /* no other signal ends it */
	if (on_conduit())
		ok(late_wakeups(), "only a signal or the time ends sigtimedwait");
	else
		skip("a late wake-up ends sigtimedwait with EINTR");
	return ktap_done();
}
