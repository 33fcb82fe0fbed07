// SPDX-License-Identifier: GPL-2.0-only
/*
 * Death by a signal whose action is a core dump: the wait status and SIGCHLD have the core bit when
 * the process may dump, on Conduit as on a Linux that has written the file.
 * Spec: SIG-006 SIG-039 EXIT-015
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static char dir[64];
static int with;

static void no_file(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			unlink(e->d_name);
	if (d)
		closedir(d);
}

static void limit_core(rlim_t size)
{
	struct rlimit limit = { size, size };

	if (setrlimit(RLIMIT_CORE, &limit) || chdir(dir))
		_exit(9);
}

static void dies(void)
{
	limit_core(RLIM_INFINITY);
	signal(with, SIG_DFL);
	raise(with);
}

static void dies_of_fault(void)
{
	limit_core(RLIM_INFINITY);
	*(volatile char *volatile)16 = 1;
}

static void dies_with_limit(void)
{
	limit_core((rlim_t)with);
	raise(SIGQUIT);
}

static void dies_not_dumpable(void)
{
	limit_core(RLIM_INFINITY);
	prctl(PR_SET_DUMPABLE, 0);
	raise(SIGQUIT);
}

static void dies_as_another(void)
{
	limit_core(RLIM_INFINITY);
	if (setresuid(4244, 4244, 4244))
		_exit(9);
	raise(SIGQUIT);
}

static void *waits(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *faults(void *arg)
{
	*(volatile char *volatile)16 = 1;
	return arg;
}

static void thread_dies(void)
{
	pthread_t thread;

	limit_core(RLIM_INFINITY);
	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, waits, NULL);
	pthread_create(&thread, NULL, faults, NULL);
	for (;;)
		pause();
}

static siginfo_t chld;

static void on_chld(int sig, siginfo_t *info, void *uc)
{
	(void)sig;
	(void)uc;
	chld = *info;
}

static void test_dumped(void)
{
	static const int core[] = { SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
				    SIGFPE,  SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS };
	struct sigaction sa = { .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO };
	siginfo_t info = { 0 };
	int bad = 0, status;
	pid_t pid;

	for (unsigned int i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
		with = core[i];
		status = child_status(dies);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != with || !WCOREDUMP(status))
			bad = with;
	}
	ok(!bad, "SIG-006: the core bit with each of the ten (first wrong: %d)", bad);
	with = SIGTERM;
	ok(child_status(dies) == SIGTERM, "SIG-006: not with others");
	ok(child_status(dies_of_fault) == (SIGSEGV | 0x80), "SIG-006: after a fault");
	ok(child_status(thread_dies) == (SIGSEGV | 0x80), "SIG-006: of a thread");

	sigaction(SIGCHLD, &sa, NULL);
	pid = fork();
	with = SIGABRT;
	if (!pid) {
		dies();
		_exit(1);
	}
	while (waitid(P_PID, (id_t)pid, &info, WEXITED) && errno == EINTR)
		;
	ok(info.si_code == CLD_DUMPED && info.si_status == SIGABRT,
	   "SIG-039: waitid() says CLD_DUMPED");
	ok(chld.si_code == CLD_DUMPED && chld.si_status == SIGABRT && chld.si_pid == pid,
	   "SIG-039: SIGCHLD says it, too");
	signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
	char pattern[128] = "";

	/* A program that takes the cores has other rules. */
	if (read_file("/proc/sys/kernel/core_pattern", pattern, sizeof(pattern)) > 0 &&
	    pattern[0] == '|')
		return ktap_skip_all("cores go to a program");
	snprintf(dir, sizeof(dir), "/tmp/sig_core_bit.%d", getpid());
	if (mkdir(dir, 0777) || chmod(dir, 0777) || chdir(dir))
		return 1;
	test_dumped();
	with = 0;
	ok(child_status(dies_with_limit) == SIGQUIT, "SIG-006: no bit with RLIMIT_CORE 0");
	with = 4095;
	ok(child_status(dies_with_limit) == SIGQUIT, "SIG-006: nor with less than a page");
	with = 4096;
	ok(child_status(dies_with_limit) == (SIGQUIT | 0x80), "SIG-006: a page is enough");
	ok(child_status(dies_not_dumpable) == SIGQUIT, "SIG-006: nor when not dumpable");
	if (!geteuid())
		ok(child_status(dies_as_another) == SIGQUIT, "SIG-006: nor after a change of ids");
	no_file();
	if (chdir("/") || rmdir(dir))
		return 1;
	return ktap_done();
}
