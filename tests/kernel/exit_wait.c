// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of processes: status, wait4 and waitid with their options, orphans, pdeathsig.
 * Spec: SIG-080 EXIT-010 EXIT-015
 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static void exit_1ff(void)
{
	_exit(0x1ff);
}

static void die_of_term(void)
{
	raise(SIGTERM);
}

static void die_of_abrt(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	raise(SIGABRT);
}

static pid_t exits_with(int code)
{
	pid_t pid = fork();

	if (!pid)
		_exit(code);
	return pid;
}

static void test_status(void)
{
	ok(child_status(exit_1ff) == 0xff00, "EXIT-015: the low byte of the exit code");
	ok(child_status(die_of_term) == SIGTERM, "EXIT-015: the signal's number");
	ok(child_status(die_of_abrt) == SIGABRT, "EXIT-015: no core bit without a core limit");
}

/* siginfo is written whatever comes out. */
static void test_waitid_without_child(void)
{
	siginfo_t info;

	memset(&info, 0xff, sizeof(info));
	ok(failed_with(waitid(P_ALL, 0, &info, WEXITED), ECHILD) && !info.si_signo &&
		   !info.si_errno && !info.si_code && !info.si_pid && !info.si_uid &&
		   !info.si_status,
	   "waitid: ECHILD, and siginfo is all 0");
	memset(&info, 0xff, sizeof(info));
	ok(failed_with(waitid(P_ALL, 0, &info, 0), EINVAL) && !info.si_signo && !info.si_pid,
	   "waitid: EINVAL, and siginfo is all 0");
	ok(failed_with(syscall(SYS_waitid, P_ALL, 0, (void *)8, WEXITED, NULL), EFAULT),
	   "waitid: EFAULT before ECHILD");
	ok(failed_with(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL), ECHILD),
	   "waitid: no siginfo wanted");
}

static void test_wait4(void)
{
	pid_t a = exits_with(1), b = exits_with(2);
	struct rusage ru;
	int status;

	ok(waitpid(b, &status, 0) == b && status == 2 << 8, "wait for one of two");
	ok(waitpid(0, &status, 0) == a && status == 1 << 8, "wait for the group");
	ok(failed_with(waitpid(-1, &status, 0), ECHILD), "ECHILD");
	ok(failed_with(waitpid(a, &status, 0), ECHILD), "ECHILD for a stranger");
	ok(failed_with(waitpid(-1, &status, 0x100), EINVAL), "EINVAL for unknown options");
	a = start_child(NULL);
	ok(waitpid(a, &status, WNOHANG) == 0, "WNOHANG: nothing yet");
	ok(waitpid(-a, &status, WNOHANG) == -1 && errno == ECHILD, "no child in that group");
	setpgid(a, a);
	ok(waitpid(-a, &status, WNOHANG) == 0, "now there is");
	kill(a, SIGKILL);
	ok(syscall(SYS_wait4, a, (void *)8, 0, NULL) == -1 && errno == EFAULT, "EFAULT, and gone");
	ok(failed_with(waitpid(a, &status, 0), ECHILD), "really gone");
	a = fork();
	if (!a) {
		struct timespec used;

		do
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
		while (!used.tv_sec && used.tv_nsec < 60000000);
		_exit(0);
	}
	ok(wait4(a, &status, 0, &ru) == a &&
		   ru.ru_utime.tv_usec + ru.ru_stime.tv_usec + ru.ru_utime.tv_sec * 1000000 > 5000,
	   "wait4 tells CPU time (%ld us)", (long)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec));
	ok(ru.ru_minflt > 0, "and page faults");
	getrusage(RUSAGE_CHILDREN, &ru);
	ok(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec + ru.ru_utime.tv_sec * 1000000 > 5000,
	   "RUSAGE_CHILDREN has it");
}

static void test_waitid(void)
{
	siginfo_t info = { 0 };
	pid_t pid = exits_with(9);

	ok(failed_with(waitid(P_PID, (id_t)pid, &info, 0), EINVAL),
	   "waitid wants to know for what");
	ok(failed_with(waitid((idtype_t)77, 0, &info, WEXITED), EINVAL), "and for whom");
	ok(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 && info.si_pid == pid &&
		   info.si_code == CLD_EXITED && info.si_status == 9 && info.si_signo == SIGCHLD &&
		   info.si_uid == getuid(),
	   "WNOWAIT leaves it");
	memset(&info, 0, sizeof(info));
	ok(waitid(P_ALL, 0, &info, WEXITED) == 0 && info.si_pid == pid, "P_ALL");
	ok(failed_with(waitid(P_PID, (id_t)pid, &info, WEXITED), ECHILD), "ECHILD");

	pid = start_child(NULL);
	setpgid(pid, pid);
	info.si_pid = 77;
	ok(waitid(P_PGID, (id_t)pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0,
	   "WNOHANG: all zero");
	kill(pid, SIGSTOP);
	ok(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) == 0 &&
		   info.si_code == CLD_STOPPED && info.si_status == SIGSTOP,
	   "WSTOPPED");
	ok(waitid(P_PID, (id_t)pid, &info, WSTOPPED) == 0 && info.si_code == CLD_STOPPED,
	   "again, after WNOWAIT");
	info.si_pid = 77;
	ok(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid == 0,
	   "and no more");
	kill(pid, SIGCONT);
	ok(waitid(P_PID, (id_t)pid, &info, WCONTINUED) == 0 && info.si_code == CLD_CONTINUED &&
		   info.si_status == SIGCONT,
	   "WCONTINUED");
	kill(pid, SIGTERM);
	ok(waitid(P_PGID, (id_t)pid, &info, WEXITED) == 0 && info.si_code == CLD_KILLED &&
		   info.si_status == SIGTERM,
	   "P_PGID, killed");
}

static void test_orphans(void)
{
	pid_t child, grandchild, me = getpid();
	int p[2], status;

	ok(pipe(p) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "we take orphans");
	child = fork();
	if (!child) {
		grandchild = fork();
		if (!grandchild) {
			while (getppid() != me)
				pause_ms(1);
			_exit(33);
		}
		_exit(write(p[1], &grandchild, sizeof(grandchild)) != sizeof(grandchild));
	}
	ok(read(p[0], &grandchild, sizeof(grandchild)) == sizeof(grandchild), "a grandchild");
	ok(waitpid(child, &status, 0) == child && status == 0, "its parent ends");
	ok(waitpid(grandchild, &status, 0) == grandchild && status == 33 << 8,
	   "EXIT-010: the orphan is ours");
	ok(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0, "no more");
	close(p[0]);
	close(p[1]);
}

static void test_pdeathsig(void)
{
	pid_t child, grandchild;
	int p[2], status, sig = 0;
	char c;

	ok(pipe(p) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "again");
	child = fork();
	if (!child) {
		grandchild = fork();
		if (!grandchild) {
			raw_mask(BIT(SIGUSR1));
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			if (write(p[1], "x", 1) != 1)
				_exit(1);
			uint64_t set = BIT(SIGUSR1);
			siginfo_t info;

			_exit(syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 8) == SIGUSR1 ? 44 :
											      1);
		}
		_exit(read(p[0], &c, 1) != 1);
	}
	waitpid(child, &status, 0);
	ok(wait(&status) > 0 && status == 44 << 8, "SIG-080: the parent's end is a signal");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	ok(prctl(PR_SET_PDEATHSIG, SIGHUP) == 0 && prctl(PR_GET_PDEATHSIG, &sig) == 0 &&
		   sig == SIGHUP && failed_with(prctl(PR_SET_PDEATHSIG, 65), EINVAL),
	   "SIG-080: it reads back");
	prctl(PR_SET_PDEATHSIG, 0);
}

int main(void)
{
	test_status();
	test_waitid_without_child();
	test_wait4();
	test_waitid();
	test_orphans();
	test_pdeathsig();
	return ktap_done();
}
