// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stopping and continuing: what the parent sees, what stays pending, orphaned groups; SIGCHLD.
 * Spec: SIG-039 SIG-040 SIG-041 SIG-042 SIG-043 SIG-044 SIG-045 SIG-046 SIG-047 SIG-048
 */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static siginfo_t info;
static volatile int runs;

static void record(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	info = *si;
	runs++;
}

static void on_chld(int flags)
{
	struct sigaction sa = { .sa_sigaction = record, .sa_flags = SA_SIGINFO | flags };

	sigaction(SIGCHLD, &sa, NULL);
	runs = 0;
}

static int wait_runs(int n)
{
	for (int i = 0; runs < n && i < 10000; i++)
		pause_ms(1);
	return runs == n;
}

static void exit_42(void)
{
	_exit(42);
}

static void uid_77(void)
{
	if (getuid() == 0 && setuid(77))
		_exit(1);
}

static void test_chld(void)
{
	uid_t uid = getuid() ? getuid() : 77;
	int status;
	pid_t pid;

	/* Without SA_RESTART: a SIGCHLD between wait()'s look and its sleep is EINTR. */
	on_chld(0);
	ok(child_status(exit_42) == 42 << 8 && runs == 1 && info.si_code == CLD_EXITED &&
		   info.si_status == 42 && info.si_uid == getuid(),
	   "SIG-039: exit");
	pid = start_child(uid_77);
	runs = 0;
	kill(pid, SIGTERM);
	wait_status(pid);
	ok(runs == 1 && info.si_code == CLD_KILLED && info.si_status == SIGTERM &&
		   info.si_pid == pid && info.si_uid == uid,
	   "SIG-039: death by signal, with the child's uid");

	pid = start_child(NULL);
	on_chld(0);
	kill(pid, SIGSTOP);
	ok(wait_runs(1) && info.si_code == CLD_STOPPED && info.si_status == SIGSTOP,
	   "SIG-040: stopped");
	ok(waitpid(pid, &status, WUNTRACED | WNOHANG) == pid && status == (SIGSTOP << 8 | 0x7f),
	   "SIG-046: WUNTRACED reports it");
	ok(waitpid(pid, &status, WUNTRACED | WNOHANG) == 0, "SIG-046: once");
	kill(pid, SIGCONT);
	ok(wait_runs(2) && info.si_code == CLD_CONTINUED && info.si_status == SIGCONT,
	   "SIG-040: continued");
	ok(waitpid(pid, &status, WCONTINUED | WNOHANG) == pid && status == 0xffff,
	   "SIG-046: WCONTINUED reports it");
	ok(waitpid(pid, &status, WCONTINUED | WNOHANG) == 0, "SIG-046: once");

	on_chld(SA_NOCLDSTOP);
	kill(pid, SIGSTOP);
	ok(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status),
	   "SIG-041: waits still work");
	kill(pid, SIGCONT);
	ok(waitpid(pid, &status, WCONTINUED) == pid && runs == 0, "SIG-041: no SIGCHLD for a stop");
	end_child(pid);
	ok(runs == 1, "SIG-041: but for the end");
}

/* wait() may know before the number is free: the child still has its last steps to go. */
static int is_gone(pid_t pid)
{
	for (int i = 0; i < 5000 && !failed_with(kill(pid, 0), ESRCH); i++)
		usleep(1000);
	return failed_with(kill(pid, 0), ESRCH);
}

static void test_autoreap(void)
{
	pid_t pid;
	int no_child;

	on_chld(SA_NOCLDWAIT);
	pid = fork();
	if (!pid)
		_exit(0);
	while (wait(NULL) == -1 && errno == EINTR)
		;
	no_child = errno == ECHILD;
	ok(no_child && is_gone(pid) && runs == 1,
	   "SIG-042: SA_NOCLDWAIT: no zombie, but the signal");
	on_chld(0);
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid)
		_exit(0);
	ok(failed_with(wait(NULL), ECHILD) && is_gone(pid) && runs == 0,
	   "SIG-042: SIG_IGN: neither");
	signal(SIGCHLD, SIG_DFL);
}

static void ignore_cont(void)
{
	signal(SIGCONT, SIG_IGN);
}

static void block_cont(void)
{
	raw_mask(BIT(SIGCONT));
}

static void test_pending(void)
{
	int status;
	pid_t pid = start_child(ignore_cont);

	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGTERM);
	ok(thread_state(pid, 0) == 'T', "SIG-043: stopped, TERM is only pending");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	   "SIG-043: SIGCONT resumes though ignored, TERM kills");

	pid = start_child(block_cont);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	ok(waitpid(pid, &status, WCONTINUED) == pid && reaches_state(pid, 'S') &&
		   (status_set(pid, "ShdPnd:") & BIT(SIGCONT)),
	   "SIG-044: a blocked SIGCONT resumes and stays pending");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	   "SIG-044: SIGKILL ends a stopped one");

	raw_mask(BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGCONT));
	kill(getpid(), SIGTSTP);
	kill(getpid(), SIGTTIN);
	kill(getpid(), SIGCONT);
	ok(!(raw_pending() & (BIT(SIGTSTP) | BIT(SIGTTIN))), "SIG-045: CONT discards stop signals");
	kill(getpid(), SIGTSTP);
	ok(raw_pending() == BIT(SIGTSTP), "SIG-045: a stop signal discards CONT");
	kill(getpid(), SIGCONT);
	signal(SIGCONT, SIG_IGN);
	signal(SIGCONT, SIG_DFL);
	raw_mask(0);
}

/* In a session of its own, without anybody outside: an orphaned group. */
static void orphaned(void)
{
	pid_t pid;
	int status;

	setsid();
	pid = fork();
	if (!pid) {
		raise(SIGTSTP);
		raise(SIGTTIN);
		raise(SIGTTOU);
		raise(SIGSTOP);
		_exit(5);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != SIGSTOP)
		_exit(1);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	_exit(status == 5 << 8 ? 0 : 2);
}

static volatile int hup, cont;
static int out;

static void note(int sig)
{
	if (sig == SIGHUP)
		hup = 1;
	else
		cont = hup ? 2 : 1;
}

static void test_orphan(void)
{
	char c = 0;
	int p[2];
	pid_t pid;

	ok(child_status(orphaned) == 0, "SIG-047: terminal stops are void in an orphaned group");

	ok(pipe(p) == 0, "a pipe");
	out = p[1];
	pid = fork();
	if (!pid) {
		pid_t grandchild = fork();
		int status;

		if (!grandchild) {
			setpgid(0, 0);
			signal(SIGHUP, note);
			signal(SIGCONT, note);
			raise(SIGSTOP);
			c = hup && cont ? 'y' : 'n';
			if (write(out, &c, 1) != 1)
				_exit(1);
			_exit(0);
		}
		waitpid(grandchild, &status, WUNTRACED);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	close(p[1]);
	ok(read(p[0], &c, 1) == 1 && c == 'y',
	   "SIG-048: a newly orphaned stopped group: HUP, CONT");
	close(p[0]);
}

int main(void)
{
	test_chld();
	test_autoreap();
	test_pending();
	test_orphan();
	return ktap_done();
}
