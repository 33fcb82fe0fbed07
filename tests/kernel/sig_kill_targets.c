// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill, tgkill, rt_sigqueueinfo: who is hit, who may, and what the receiver is told.
 * Spec: SIG-007 SIG-008 SIG-009 SIG-012 SIG-013 SIG-014 SIG-015 SIG-017 SIG-032 SIG-033 SIG-034
 */
#define _GNU_SOURCE
#include <limits.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static volatile sig_atomic_t runs;
static siginfo_t last;

static void record(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	last = *info;
	runs++;
}

static void test_existence(void)
{
	int status;
	pid_t pid;

	runs = 0;
	ok(kill(getpid(), 0) == 0 && runs == 0, "SIG-007: signal 0 only checks");
	ok(failed_with(kill(getpid(), 65), EINVAL) && failed_with(kill(getpid(), -1), EINVAL),
	   "SIG-008: bad numbers");
	pid = fork();
	if (!pid)
		_exit(0);
	reaches_state(pid, 'Z');
	ok(kill(pid, 0) == 0 && kill(pid, SIGTERM) == 0, "SIG-012: a zombie exists");
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status), "SIG-012: and its status stays");
	ok(failed_with(kill(pid, 0), ESRCH), "SIG-012: reaped, it does not");
	ok(failed_with(kill(pid, 200), ESRCH), "SIG-008: ESRCH before EINVAL");
	ok(failed_with(kill(-999999, 0), ESRCH) && failed_with(kill(INT_MIN, 0), ESRCH),
	   "SIG-009: unknown groups");
}

static void test_group(void)
{
	pid_t a = start_child(NULL), b = start_child(NULL);
	int sa, sb;

	ok(setpgid(a, a) == 0 && setpgid(b, a) == 0, "two children in a group of their own");
	ok(kill(-a, SIGTERM) == 0, "SIG-009: the group is signalled");
	waitpid(a, &sa, 0);
	waitpid(b, &sb, 0);
	ok(WIFSIGNALED(sa) && WTERMSIG(sa) == SIGTERM && WIFSIGNALED(sb) && WTERMSIG(sb) == SIGTERM,
	   "SIG-009: both died of it");
}

static void uids_1000_1001_1002(void)
{
	if (setresuid(1000, 1001, 1002))
		_exit(1);
}

static void uid_2000(void)
{
	if (setresuid(2000, 2000, 2000))
		_exit(1);
}

/* The result of kill(pid, sig) by a process with these ids: 0 or errno. */
static int kill_as(uid_t r, uid_t e, uid_t s, pid_t pid, int sig, int new_session)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (new_session)
			setsid();
		if (setresuid(r, e, s))
			_exit(99);
		_exit(kill(pid, sig) ? errno : 0);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void test_permission(void)
{
	pid_t t = start_child(uids_1000_1001_1002), u;

	ok(kill_as(1001, 1001, 1001, t, 0, 0) == EPERM, "SIG-013: the target's euid is irrelevant");
	ok(kill_as(1000, 1000, 1000, t, 0, 0) == 0, "SIG-013: its real uid counts");
	ok(kill_as(1002, 1002, 1002, t, 0, 0) == 0, "SIG-013: its saved uid, too");
	ok(kill_as(5, 6, 1000, t, 0, 0) == EPERM, "SIG-013: the sender's saved uid does not");
	ok(kill_as(1000, 7, 7, t, 0, 0) == 0, "SIG-013: the sender's real uid does");
	ok(kill_as(7, 7, 7, t, SIGCONT, 0) == 0, "SIG-014: SIGCONT within the session");
	ok(kill_as(7, 7, 7, t, SIGCONT, 1) == EPERM, "SIG-014: not from another session");

	u = start_child(uid_2000);
	setpgid(t, t);
	setpgid(u, t);
	ok(kill_as(2000, 2000, 2000, -t, 0, 0) == 0, "SIG-015: one permitted member is enough");
	ok(kill_as(7, 7, 7, -t, 0, 0) == EPERM, "SIG-015: none is EPERM");
	end_child(t);
	end_child(u);
}

/* Only 48 bytes of the 128 have a meaning. */
static void test_info_tail(void)
{
	static const int known[] = { SI_QUEUE, SI_TIMER, SI_TKILL, -60, SI_USER, SI_KERNEL };
	unsigned char tail[128] = { 0 };
	siginfo_t info;
	int taken = 1;

	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		memset(&info, 0x55, sizeof(info));
		memset(&last, 0x66, sizeof(last));
		info.si_code = known[i];
		taken &= syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info) == 0 &&
			 last.si_code == known[i] && last.si_pid == 0x55555555 &&
			 !memcmp((char *)&last + 48, tail, sizeof(last) - 48);
	}
	ok(taken, "SIG-034: what lies behind a known code's fields is not passed on");
	runs = 0;
	info.si_code = -100;
	ok(failed_with(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info), E2BIG) && !runs,
	   "SIG-034: behind an unknown code's it is E2BIG");
	info.si_code = 7; /* of SIGUSR1 nothing is known beyond the six of SIGPOLL */
	ok(failed_with(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &info), E2BIG),
	   "SIG-034: the same for a positive one");
	memset((char *)&info + 48, 0, sizeof(info) - 48);
	ok(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info) == 0 && last.si_code == 7,
	   "SIG-034: with nothing behind any code is good");
}

static void test_info(void)
{
	struct sigaction sa = { .sa_sigaction = record, .sa_flags = SA_SIGINFO };
	siginfo_t info;
	union sigval value;
	pid_t child, me = getpid();

	sigaction(SIGUSR1, &sa, NULL);
	runs = 0;
	child = fork();
	if (!child) {
		if (setresuid(1234, 0, 0))
			_exit(1);
		kill(me, SIGUSR1);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	ok(runs == 1 && last.si_code == SI_USER && last.si_pid == child && last.si_uid == 1234,
	   "SIG-032: kill tells pid and real uid");

	value.sival_ptr = (void *)0x1122334455667788ul;
	sigqueue(me, SIGUSR1, value);
	ok(last.si_code == SI_QUEUE && last.si_value.sival_ptr == value.sival_ptr &&
		   last.si_pid == me && last.si_uid == getuid(),
	   "SIG-033: sigqueue carries 64 bits");

	syscall(SYS_tgkill, me, syscall(SYS_gettid), SIGUSR1);
	ok(last.si_code == SI_TKILL && last.si_pid == me, "SIG-017: tgkill says SI_TKILL");
	ok(failed_with(syscall(SYS_tgkill, 0, me, SIGUSR1), EINVAL) &&
		   failed_with(syscall(SYS_tgkill, me, -1, SIGUSR1), EINVAL) &&
		   failed_with(syscall(SYS_tkill, 0, SIGUSR1), EINVAL),
	   "SIG-017: ids must be positive");
	ok(failed_with(syscall(SYS_tgkill, 1, me, 0), ESRCH), "SIG-017: the wrong group is ESRCH");

	memset(&info, 0, sizeof(info));
	info.si_signo = 3;
	info.si_code = 0x80;
	ok(syscall(SYS_rt_sigqueueinfo, me, SIGUSR1, &info) == 0 && last.si_code == 0x80 &&
		   last.si_signo == SIGUSR1,
	   "SIG-034: to oneself any code, the argument is the number");
	child = start_child(NULL);
	info.si_code = 0;
	ok(failed_with(syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &info), EPERM),
	   "SIG-034: code 0 to another");
	info.si_code = SI_TKILL;
	ok(failed_with(syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &info), EPERM),
	   "SIG-034: SI_TKILL to another");
	info.si_code = -60;
	ok(syscall(SYS_rt_sigqueueinfo, child, 0, &info) == 0, "SIG-034: other negative codes");
	ok(failed_with(syscall(SYS_rt_tgsigqueueinfo, 0, child, 0, &info), EINVAL) &&
		   failed_with(syscall(SYS_rt_tgsigqueueinfo, child, 0, 0, &info), EINVAL),
	   "SIG-034: rt_tgsigqueueinfo wants positive ids");
	ok(failed_with(syscall(SYS_rt_sigqueueinfo, child, 0, (void *)8), EFAULT),
	   "SIG-034: a bad pointer");
	end_child(child);
	ok(failed_with(syscall(SYS_rt_sigqueueinfo, child, 0, &info), ESRCH),
	   "SIG-034: nobody there");
	test_info_tail();
}

int main(void)
{
	test_existence();
	test_group();
	if (getuid() == 0)
		test_permission();
	test_info();
	return ktap_done();
}
