// SPDX-License-Identifier: GPL-2.0-only
/* Resource limits: reading, lowering, raising; what NPROC and NOFILE do; names and numbers. */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static long prlimit_(pid_t pid, int what, void *new, void *old)
{
	return syscall(SYS_prlimit64, pid, what, new, old);
}

static void unprivileged(void)
{
	struct rlimit lim;

	if (getuid() == 0 && setresuid(1500, 1500, 1500))
		_exit(1);
	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = 20;
	lim.rlim_max = 30;
	if (setrlimit(RLIMIT_NOFILE, &lim))
		_exit(2);
	lim.rlim_max = 31;
	if (!failed_with(setrlimit(RLIMIT_NOFILE, &lim), EPERM))
		_exit(3);
	lim.rlim_cur = lim.rlim_max = 30;
	if (setrlimit(RLIMIT_NOFILE, &lim))
		_exit(4);
	if (!failed_with(prlimit_(1, RLIMIT_NOFILE, NULL, &lim), EPERM))
		_exit(5);
	if (!failed_with(fcntl(0, F_DUPFD, 30), EINVAL))
		_exit(6);
	_exit(0);
}

static void nproc(void)
{
	struct rlimit lim = { 3, 3 };
	pid_t pid;
	int made = 0;

	if (setresuid(1501, 1501, 1501))
		_exit(1);
	setrlimit(RLIMIT_NPROC, &lim);
	for (int i = 0; i < 5; i++) {
		pid = fork();
		if (!pid)
			for (;;)
				pause();
		if (pid < 0) {
			if (errno != EAGAIN)
				_exit(2);
			break;
		}
		made++;
	}
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	_exit(made == 2 ? 0 : 3);
}

int main(void)
{
	struct rlimit a, b, bad = { 5, 4 };
	struct utsname uts;
	struct sysinfo si;
	struct tms tms;

	ok(getrlimit(RLIMIT_STACK, &a) == 0 && a.rlim_cur >= 1 << 20, "the stack's limit");
	ok(prlimit_(0, RLIMIT_STACK, NULL, &b) == 0 && !memcmp(&a, &b, sizeof(a)),
	   "prlimit agrees");
	ok(failed_with(setrlimit(RLIMIT_CORE, &bad), EINVAL), "soft above hard");
	ok(failed_with(prlimit_(0, 16, NULL, &a), EINVAL), "no such limit");
	ok(failed_with(prlimit_(999999, 0, NULL, &a), ESRCH), "nobody");
	ok(failed_with(prlimit_(0, 0, (void *)8, NULL), EFAULT) &&
		   failed_with(prlimit_(0, 0, NULL, (void *)8), EFAULT),
	   "bad pointers");
	ok(child_status(unprivileged) == 0, "without privilege a limit only goes down");
	if (getuid() == 0) {
		int status = child_status(nproc);

		ok(status == 0, "RLIMIT_NPROC: EAGAIN (%d)", status >> 8);
	}
	ok(uname(&uts) == 0 && !strcmp(uts.sysname, "Linux") && !strcmp(uts.machine, "x86_64") &&
		   uts.release[0] && uts.version[0],
	   "uname");
	ok(sysinfo(&si) == 0 && si.totalram > si.freeram && si.procs > 0 && si.mem_unit > 0,
	   "sysinfo");
	ok(times(&tms) != (clock_t)-1, "times");
	return ktap_done();
}
