// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of the calls that send or prepare signals fails once: a queued signal is refused
 * with EAGAIN, kill() delivers all the same, SigQ counts what is queued, and nothing is lost.
 * Spec: SIG-019 SIG-056 SIG-065 SIG-069
 */
#define _GNU_SOURCE
#include <sys/signalfd.h>
#include "tests/fail_nth.h"
#include "tests/kernel/child.h"

#define RT 40

static uint64_t set = BIT(SIGUSR1) | BIT(RT);

/* Queued signals of this user, from /proc/self/status. */
static int sigq(void)
{
	char text[4096], *line;

	if (read_file("/proc/self/status", text, sizeof(text)) <= 0)
		return -1;
	line = strstr(text, "\nSigQ:");
	return line ? atoi(line + 6) : -1;
}

static long take_signal(siginfo_t *info)
{
	struct timespec now = { 0, 0 };

	return syscall(SYS_rt_sigtimedwait, &set, info, &now, 8);
}

static void take_all(long ret, void *arg)
{
	siginfo_t info;

	while (take_signal(&info) > 0)
		;
}

static long do_sigqueue(void *arg)
{
	union sigval value = { .sival_int = 7 };

	return sigqueue(getpid(), (int)(long)arg, value);
}

static long do_tgkill(void *arg)
{
	return syscall(SYS_tgkill, getpid(), gettid(), (int)(long)arg);
}

static long do_kill(void *arg)
{
	return kill(getpid(), (int)(long)arg);
}

static long do_pidfd_send_signal(void *arg)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0), saved;
	siginfo_t info = { .si_signo = RT, .si_code = SI_QUEUE };
	long ret;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_pidfd_send_signal, fd, RT, &info, 0);
	saved = errno;
	close(fd);
	errno = saved;
	return ret;
}

static long do_signalfd(void *arg)
{
	return syscall(SYS_signalfd4, -1, &set, 8, SFD_CLOEXEC);
}

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

static timer_t made;

static long do_timer_create(void *arg)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RT };

	return syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &made);
}

static void delete_timer(long ret, void *arg)
{
	syscall(SYS_timer_delete, made);
}

/* kill() has nothing to report: the signal comes, with or without its siginfo. */
static void test_kill_delivers(int sig)
{
	int fd = fail_nth_open(), came = 1, known = 0, unknown = 0;

	for (unsigned int n = 1; n <= 8; n++) {
		siginfo_t info = { 0 };
		int fired;
		long ret;

		fail_nth_set(fd, n);
		ret = kill(getpid(), sig);
		fired = fail_nth_fired(fd);
		came &= !ret && take_signal(&info) == sig && info.si_code == SI_USER;
		if (fired)
			unknown += info.si_pid == 0;
		else
			known += info.si_pid == getpid();
	}
	ok(came, "SIG-019: kill(%d) delivers whatever allocation fails", sig);
	ok(unknown + known == 8 && known, "kill(%d) without an entry shows no sender (%d of 8)",
	   sig, unknown);
	close(fd);
}

int main(void)
{
	int before;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	raw_mask(set);
	before = sigq();
	ok(fail_nth_walk("sigqueue of a real-time signal", do_sigqueue, take_all, (void *)RT,
			 EAGAIN, 0) > 0,
	   "SIG-056: sigqueue() of a real-time signal allocates");
	fail_nth_walk("sigqueue of a standard signal", do_sigqueue, take_all, (void *)SIGUSR1,
		      EAGAIN, 0);
	fail_nth_walk("tgkill", do_tgkill, take_all, (void *)RT, EAGAIN, 0);
	fail_nth_walk("kill", do_kill, take_all, (void *)RT, 0);
	fail_nth_walk("pidfd_send_signal", do_pidfd_send_signal, take_all, NULL, EAGAIN, ENOMEM,
		      ENFILE, 0);
	ok(sigq() == before, "SIG-069: SigQ is as before");
	test_kill_delivers(SIGUSR1);
	test_kill_delivers(RT);
	fail_nth_walk("signalfd4", do_signalfd, close_it, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("timer_create", do_timer_create, delete_timer, NULL, EAGAIN, ENOMEM, 0);
	ok(sigq() == before, "SIG-069: SigQ is as before timers, too");
	return ktap_done();
}
